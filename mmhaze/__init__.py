"""mmhaze: how hazy is a photo? A plugin for the classification toolbox mmpretrain.

Importing it brings neither torch nor a host. What a user calls, and each package, is imported on first use.
:func:`register_all_modules`, or ``custom_imports = dict(imports=['mmhaze.register'])`` in a config, registers every
part with the hosts.
"""
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .late_hosts import watch_hosts
from .version import __version__

if TYPE_CHECKING:
    from .apis import DehazeInferencer, HazeInferencer
    from .haze_map import HazeMap, estimate_haze

_HOMES = dict(DehazeInferencer='apis', HazeInferencer='apis', HazeMap='haze_map', estimate_haze='haze_map')
_PACKAGES = ('datasets', 'haze_map', 'metrics', 'models', 'physics', 'transforms', 'ucm', 'visualization')

__all__ = ['DehazeInferencer', 'HazeInferencer', 'HazeMap', '__version__', 'estimate_haze', 'register_all_modules']


def register_all_modules() -> None:
    """Checks the hosts and registers every part and every model with them; a second call does nothing.

    Raises:
        ImportError: a host is missing or of a version that does not fit; the message says what to install.
    """
    import_module('.registry', __name__).register_all_modules()


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
    if name in _PACKAGES:
        return import_module(f'.{name}', __name__)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


watch_hosts()
