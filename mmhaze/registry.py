"""mmhaze's registries: every part under two spellings, ``mmhaze.UCM`` and plain ``UCM``.

Each registry here is a child of mmengine's root of the same kind, in a scope of our own: a config of any OpenMMLab
toolbox that says ``mmhaze.X`` makes mmengine import this module, and finds X below. What is registered here also goes
into a registry of a host, so that plain ``X`` is found once it is registered: transforms into mmengine's root, which is
mmcv's, too, and the parent of every toolbox's; the rest into mmpretrain's.

The hosts are checked first, so that no part of mmhaze meets one that does not fit. :mod:`mmhaze.register` registers all
parts.
"""
from __future__ import annotations

from importlib import import_module
from typing import Any

from .compat import prepare_hosts

prepare_hosts()

# ruff: noqa: E402  the hosts come after the checks above
from mmengine.registry import DATASETS as ROOT_DATASETS
from mmengine.registry import HOOKS as ROOT_HOOKS
from mmengine.registry import METRICS as ROOT_METRICS
from mmengine.registry import MODELS as ROOT_MODELS
from mmengine.registry import OPTIM_WRAPPERS as ROOT_OPTIM_WRAPPERS
from mmengine.registry import TRANSFORMS as ROOT_TRANSFORMS
from mmengine.registry import VISUALIZERS as ROOT_VISUALIZERS
from mmengine.registry import Registry
from mmpretrain.registry import DATASETS as HOST_DATASETS
from mmpretrain.registry import HOOKS as HOST_HOOKS
from mmpretrain.registry import METRICS as HOST_METRICS
from mmpretrain.registry import MODELS as HOST_MODELS
from mmpretrain.registry import OPTIM_WRAPPERS as HOST_OPTIM_WRAPPERS
from mmpretrain.registry import VISUALIZERS as HOST_VISUALIZERS


class PluginRegistry(Registry):
    """A registry in the scope ``mmhaze`` that registers each of its parts with a host, too.

    Args:
        name: what it holds, as messages name it.
        parent: mmengine's root registry of the same kind.
        host: where the plain names go.
        locations: the modules that register its parts, imported when one is first looked for.
    """

    def __init__(self, name: str, parent: Registry, host: Registry, locations: list[str]) -> None:
        super().__init__(name, parent=parent, scope='mmhaze', locations=locations)
        self.host = host

    def _register_module(self, module: Any, module_name: Any = None, force: bool = False) -> None:
        super()._register_module(module, module_name, force)
        self.host._register_module(module, module_name, force)

    def build(self, cfg: dict, *args: Any, **kwargs: Any) -> Any:
        """Builds a part, ours or the host's: an encoder inside MagNet is any backbone of mmpretrain."""
        return self.host.build(cfg, *args, **kwargs)


def register_all_modules() -> None:
    """Registers every part and every model with the hosts; a second call does nothing."""
    import_module('mmhaze.register')  # by name, as the locations below: what registers here stands above


TRANSFORMS = PluginRegistry('transform', ROOT_TRANSFORMS, ROOT_TRANSFORMS, ['mmhaze.transforms'])
DATASETS = PluginRegistry('dataset', ROOT_DATASETS, HOST_DATASETS, ['mmhaze.datasets'])
MODELS = PluginRegistry('model', ROOT_MODELS, HOST_MODELS, ['mmhaze.models'])
METRICS = PluginRegistry('metric', ROOT_METRICS, HOST_METRICS, ['mmhaze.metrics'])
OPTIM_WRAPPERS = PluginRegistry('optim wrapper', ROOT_OPTIM_WRAPPERS, HOST_OPTIM_WRAPPERS,
                                ['mmhaze.runtime.mixed_precision'])
HOOKS = PluginRegistry('hook', ROOT_HOOKS, HOST_HOOKS, ['mmhaze.visualization.validation_hook'])
VISUALIZERS = PluginRegistry('visualizer', ROOT_VISUALIZERS, HOST_VISUALIZERS,
                             ['mmhaze.visualization.visualizer'])
