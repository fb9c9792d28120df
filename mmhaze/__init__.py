"""mmhaze: how hazy is a photo? A plugin for the classification toolbox mmpretrain.

Importing it checks the versions of its hosts and registers every part, see :mod:`mmhaze.registry`.
"""
from .compat import allow_training_checkpoints, check_hosts, import_models_quietly

check_hosts()
import_models_quietly()
allow_training_checkpoints()

from . import datasets, metrics, models, transforms  # noqa: E402  registering needs the checks above
from .apis import HazeInferencer  # noqa: E402
from .version import __version__  # noqa: E402

__all__ = ['HazeInferencer', '__version__', 'datasets', 'metrics', 'models', 'transforms']
