"""The commands that make the data sets of mmhaze's configs, for whoever trains before there is one."""
from __future__ import annotations

from pathlib import Path

COMMANDS = {'hazel-level': 'mmhaze make-set hazel-level SRC --out {root}',
            'haze-wild': 'mmhaze make-set haze-wild PHOTOS --depth SPEC --out {root}',
            'demo': 'mmhaze demo --data {root}'}
PAIRS = 'mmhaze make-set pairs {root}'


def describe_making(root: Path, file: str) -> str:
    """How to make the file of a data set that is not there: ``'Make it with: mmhaze ...'``, or without a command.

    Args:
        root: folder of the set; those of the configs have names of their own.
        file: such as ``'manifest.csv'``.
    """
    steps = [COMMANDS[root.name]] if root.name in COMMANDS and (file != 'pairs.csv' or not root.is_dir()) else []
    if steps and file == 'clear.csv':
        steps[0] += ' --keep-clear'
    if file == 'pairs.csv':
        steps.append(PAIRS)
    return f'Make it with: {", then ".join(steps).format(root=root)}' if steps else 'Make the data set first'
