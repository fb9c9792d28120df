"""Stands in for mmcv's compiled operators: beside mmcv-lite, the Makefile puts it where ``mmcv._ext`` would be.

mmdet and mmseg import all of ``mmcv.ops``, which looks up every operator here. It must be there before mmpretrain, too,
is imported, so a conftest would come too late. No pipeline calls an operator, nor do the networks of the tests: names
are enough, and whatever does call one hears about it.
"""
from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """Every name but Python's own is an operator that cannot be called."""
    if name.startswith('__'):
        raise AttributeError(name)

    def operator(*args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(f'{name} is a compiled operator, and mmcv-lite has none: pip install mmcv.')
    return operator
