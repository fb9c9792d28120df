from __future__ import annotations

import argparse
import errno
import types

import pytest

from mmhaze.cli.ending import Ending, run_to_end, say_problems


def ended(error: BaseException | None, ending: Ending | None = None) -> int:
    """The exit code of a command that ends with an error."""
    def run(args):
        if error is not None:
            raise error
        return 7

    command = types.SimpleNamespace(run=run, **(dict(ENDING=ending) if ending else {}))
    return run_to_end(argparse.Namespace(its_command=command, its_parser=argparse.ArgumentParser(prog='mmhaze x')))


@pytest.mark.parametrize(('error', 'code', 'says'), [
    (ValueError('no sense'), 2, 'no sense'), (FileNotFoundError('There is none.'), 2, 'There is none.'),
    (ImportError('Install it.'), 2, 'Install it.'),
    (OSError(errno.ENOSPC, 'No space', 'a.png'), 1, 'a.png cannot be written: No space.'),
    (OSError('the port is taken'), 1, 'the port is taken'), (KeyboardInterrupt(), 130, 'stopped.')])
def test_an_error_becomes_a_line_and_an_exit_code(error, code, says, capsys):
    assert ended(error) == code
    said = capsys.readouterr()
    assert said.err == f'mmhaze x: {says}\n' and not said.out


def test_a_command_may_say_more_and_have_codes_of_its_own(capsys):
    ending = Ending(unwritable=2, kept='The rest is whole.', stopped='stopped; go on.')
    assert [ended(error, ending) for error in (ValueError('a'), OSError(28, 'No space', 'f'), KeyboardInterrupt())] == [
        2, 2, 130]
    assert capsys.readouterr().err.splitlines() == [
        'mmhaze x: a', 'mmhaze x: f cannot be written: No space. The rest is whole.', 'mmhaze x: stopped; go on.']


def test_arguments_that_do_not_go_together_end_with_usage(capsys):
    with pytest.raises(SystemExit) as refused:
        ended(argparse.ArgumentError(None, '--a and --b go together'))
    assert refused.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith('usage: mmhaze x') and said.endswith('error: --a and --b go together\n')


def test_an_error_of_the_code_keeps_its_traceback_and_a_fine_end_its_code():
    assert ended(None) == 7
    with pytest.raises(ZeroDivisionError):
        ended(ZeroDivisionError())


def test_problems_come_last_and_none_say_nothing(capsys):
    say_problems('Could not be read', [])
    assert capsys.readouterr().err == ''
    say_problems('Could not be read', iter(['a.jpg: why', 'b.jpg: why']))
    assert capsys.readouterr().err == '\nCould not be read (2):\n  a.jpg: why\n  b.jpg: why\n'
