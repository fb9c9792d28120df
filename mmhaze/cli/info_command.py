"""Shows the machine and the versions, for a bug report.

    mmhaze info
"""
from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(args: argparse.Namespace) -> int:
    """Prints a line each."""
    from ..runtime.machine import describe_machine
    print('\n'.join(f'{name:<12} {value}' for name, value in describe_machine().items()))
    return 0
