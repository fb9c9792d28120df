"""Commands, called in this process: a start costs seconds, and tells no more where the process is not the claim."""
from __future__ import annotations

from collections.abc import Callable, Sequence

from mmhaze.cli.main import main


def command(name: str) -> Callable[[Sequence[str]], int]:
    """``mmhaze NAME WORDS`` as a function of the words, which gives the exit code."""
    return lambda words: main([*name.split(), *words])
