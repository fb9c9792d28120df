"""Importing this module registers every part and every model of mmhaze: the name for ``custom_imports`` in a config.

:mod:`mmhaze.registry` comes first: it checks the hosts and names the classes that checkpoints may hold.
"""
from . import registry  # noqa: F401, I001  before what registers with it
from . import datasets, metrics, models, transforms  # noqa: F401
from .runtime import mixed_precision  # noqa: F401
from .runtime.shipped import register_models
from .visualization import validation_hook, visualizer  # noqa: F401

register_models()
