"""What mmhaze tells the hosts, whichever of them is imported first; ``docs/decisions/0018`` says why.

``import mmhaze`` brings no host, so it cannot register anything. Code that was written when it did must still find
``UCM`` by its plain name, mmhaze's models in mmpretrain's list, and checkpoints read safely. So a few modules of the
hosts are changed as soon as they have run, or at once where they have: see ``CHANGES``.
"""
from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


def look_twice(module: ModuleType) -> None:
    """A registry that lacks a plain name has mmhaze register its parts, once, and looks again."""
    look = module.Registry.get

    @functools.wraps(look)
    def get(self: Any, key: Any) -> Any:
        found = look(self, key)
        if found is not None or '.' in key:
            return found
        import_module('mmhaze.register')  # done once; a second thread waits here until all parts are registered
        return look(self, key)

    module.Registry.get = get


def read_safely(module: ModuleType) -> None:
    """mmengine reads the checkpoints that it wrote, and checks those that it downloads."""
    from .compat import allow_training_checkpoints, check_downloads
    allow_training_checkpoints()
    check_downloads()


def leave_out_multimodal(module: ModuleType) -> None:
    """mmpretrain can be imported beside a transformers that its multimodal models do not fit."""
    from .compat import leave_out_broken_multimodal
    leave_out_broken_multimodal()


def find_own_configs(module: ModuleType) -> None:
    """``_base_ = 'mmhaze::baselines/resnet18_hazel-level.py'`` names a config that came with mmhaze, however installed.

    It keeps the scope of the config that names it, as one named by its path does: mmengine would look for every part
    in mmhaze's own registries, which know none of mmpretrain's.
    """
    find = module.Config._get_cfg_path

    def find_base(cfg_path: str, filename: str) -> tuple[str, str | None]:
        from .runtime.shipped import SCOPE, find_config
        return (str(find_config(cfg_path)), None) if cfg_path.startswith(SCOPE) else find(cfg_path, filename)

    module.Config._get_cfg_path = staticmethod(find_base)


def get_own_configs(module: ModuleType) -> None:
    """``mmengine.hub.get_config('mmhaze::baselines/resnet18_hazel-level.py')`` gives it, too."""
    get = module.get_config

    @functools.wraps(get)
    def get_config(cfg_path: str, pretrained: bool = False) -> Any:
        from .runtime.shipped import SCOPE, find_config
        return module.Config.fromfile(find_config(cfg_path)) if cfg_path.startswith(SCOPE) else \
            get(cfg_path, pretrained)

    for each in (module, sys.modules['mmengine.hub']):
        each.get_config = get_config  # type: ignore[attr-defined]


def list_models(module: ModuleType) -> None:
    """mmpretrain finds mmhaze's models by their names."""
    from .runtime.shipped import register_models
    register_models()


def prepare_photos(module: ModuleType) -> None:
    """mmpretrain's inferencers read and prepare photos as the test data of a config has it, not by its pipeline alone.

    Their methods are changed, not their beginning: a config is often what imports mmhaze, in the midst of it.
    """
    for kind in vars(module).values():
        if isinstance(kind, type) and '_init_pipeline' in vars(kind):
            _prepare_photos(kind)


def _prepare_photos(kind: Any) -> None:
    init_pipeline, preprocess = kind._init_pipeline, kind.preprocess

    @functools.wraps(init_pipeline)
    def own_first(self: Any, cfg: Any) -> Any:
        own = import_module('mmhaze.apis.host_inferencers')
        self.mmhaze_pipeline = own.own_pipeline(self.model, cfg)
        return init_pipeline(self, cfg) if self.mmhaze_pipeline is None else self.mmhaze_pipeline

    @functools.wraps(preprocess)
    def read_first(self: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(self, 'mmhaze_pipeline', None) is not None:
            inputs = map(import_module('mmhaze.apis.host_inferencers').read_input, inputs)
        return preprocess(self, inputs, *args, **kwargs)

    kind._init_pipeline, kind.preprocess = own_first, read_first


_APIS = ('image_classification', 'image_retrieval', 'feature_extractor')
CHANGES: dict[str, Callable[[ModuleType], None]] = {
    'mmengine.registry.registry': look_twice, 'mmengine.runner.checkpoint': read_safely,
    'mmengine.config.config': find_own_configs, 'mmengine.hub.hub': get_own_configs,
    'mmpretrain.utils.dependency': leave_out_multimodal, 'mmpretrain.apis.model': list_models,
    **{f'mmpretrain.apis.{name}': prepare_photos for name in _APIS}}


class HostFinder:
    """Finds the modules of ``CHANGES`` as Python does, and has each changed when it has run."""

    def find_spec(self, name: str, path: Sequence[str] | None = None,
                  target: ModuleType | None = None) -> ModuleSpec | None:
        """None for every other module."""
        spec = PathFinder.find_spec(name, path, target) if name in CHANGES else None
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_change(module: ModuleType) -> None:
                run(module)
                CHANGES[name](module)

            spec.loader.exec_module = run_and_change  # type: ignore[method-assign]
        return spec


def watch_hosts() -> None:
    """Changes the modules of ``CHANGES`` that are there, and the others when they are imported."""
    sys.meta_path.insert(0, HostFinder())
    for name, change in CHANGES.items():
        if name in sys.modules:
            change(import_module(name))  # which waits for a thread that is just importing it
