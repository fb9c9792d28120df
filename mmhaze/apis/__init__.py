"""What a user calls from Python: how hazy photos are, and photos without their haze."""
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dehaze_inferencer import DehazeInferencer, DehazeResult
    from .inferencer import HazeInferencer, HazePrediction

_HOMES = dict(DehazeInferencer='dehaze_inferencer', DehazeResult='dehaze_inferencer', HazeInferencer='inferencer',
              HazePrediction='inferencer')

__all__ = ['DehazeInferencer', 'DehazeResult', 'HazeInferencer', 'HazePrediction']


def __getattr__(name: str) -> Any:
    """Brings torch for a dehazer or a model alone: reading photos and an estimate need none."""
    if name in _HOMES:
        return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
