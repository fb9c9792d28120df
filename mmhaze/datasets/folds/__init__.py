"""Which fold each video or day of a real data set is in, fixed for good: results on the same folds can be compared."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...io.tables import read_table

FOLDS = 5


def read_folds(name: str) -> dict[str, dict[str, str]]:
    """The rows of ``NAME.csv`` in this folder by their first column; ``fold`` is from 1."""
    rows = read_table(Path(__file__).with_name(f'{name}.csv'), ['fold'])
    return {next(iter(row.values())): row for row in rows}


def name_parts(row: Mapping[str, str]) -> dict[str, str]:
    """The part of a video in the splits ``fold1`` to ``fold5``: it tests in its own and trains in the others."""
    return {f'fold{number}': 'test' if number == int(row['fold']) else 'train' for number in range(1, FOLDS + 1)}
