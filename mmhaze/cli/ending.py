"""How a command ends where it cannot go on: one line on standard error, and an exit code."""
from __future__ import annotations

import argparse
import io
import os
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..io.search import PassedOver

REFUSED = 2  # the exit code where the input or an option makes no sense, as argparse has it


@dataclass(frozen=True)
class Ending:
    """What is said, and with which exit code, where a command cannot go on; its module may have one as ``ENDING``.

    Attributes:
        unwritable: exit code where something cannot be written.
        kept: what is said after that.
        stopped: what is said after Ctrl-C, whose exit code is 130.
    """

    unwritable: int = 1
    kept: str = ''
    stopped: str = 'stopped.'


def run_to_end(args: argparse.Namespace) -> int:
    """Runs the command that was parsed; the exit code.

    Raises:
        SystemExit: the command finds that its arguments do not go together (``argparse.ArgumentError``).
    """
    prog, ending = args.its_parser.prog, getattr(args.its_command, 'ENDING', Ending())
    warnings.filterwarnings('ignore', module='PIL')  # about photos that can be read all the same
    if sys.stdout.errors == 'strict' and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors='backslashreplace')  # a file's name may be no text, and is printed all the same
    try:
        code = args.its_command.run(args)
        sys.stdout.flush()
    except argparse.ArgumentError as error:
        args.its_parser.error(str(error))
    except (ValueError, FileNotFoundError, ImportError) as error:
        code, reason = REFUSED, str(error)
    except BrokenPipeError:  # whoever read has enough, as `| head` has; Python would complain once more as it leaves
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        said = f'{error.filename} cannot be written: {error.strerror}.' if error.filename else error
        code, reason = ending.unwritable, f'{said} {ending.kept}'.rstrip()
    except KeyboardInterrupt:
        code, reason = 130, ending.stopped
    else:
        return code
    print(f'{prog}: {reason}', file=sys.stderr)
    return code


def say_problems(title: str, problems: Iterable[str]) -> None:
    """Prints what went wrong, a line each, after all that went well."""
    sys.stdout.flush()
    if problems := list(problems):
        print(f'\n{title} ({len(problems)}):', *problems, sep='\n  ', file=sys.stderr)


def say_passed(passed: PassedOver) -> None:
    """Prints what a search for photos passed over, as the last line."""
    if passed.found:
        sys.stderr.flush()
        print(passed)
