"""mmhaze: how hazy is a photo? A plugin for the classification toolbox mmpretrain.

Importing it checks the versions of its hosts and registers every part, see :mod:`mmhaze.registry`, and
every model of the index, see :mod:`mmhaze.runtime.shipped`.
"""
from typing import TYPE_CHECKING, Any

from .compat import allow_training_checkpoints, check_downloads, check_hosts, import_models_quietly

check_hosts()
import_models_quietly()
allow_training_checkpoints()
check_downloads()

from . import datasets, metrics, models, transforms, visualization  # noqa: E402  registering needs the checks above
from .runtime import mixed_precision  # noqa: E402
from .runtime.shipped import register_models  # noqa: E402
from .version import __version__  # noqa: E402

register_models()

if TYPE_CHECKING:
    from .apis import DehazeInferencer, HazeInferencer

__all__ = ['DehazeInferencer', 'HazeInferencer', '__version__', 'datasets', 'metrics', 'mixed_precision', 'models',
           'transforms', 'visualization']


def __getattr__(name: str) -> Any:
    """Brings what draws pictures only where it is asked for: each worker of a data loader imports mmhaze."""
    if name in ('DehazeInferencer', 'HazeInferencer'):
        from . import apis
        return getattr(apis, name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
