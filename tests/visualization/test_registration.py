from __future__ import annotations

import importlib.util

import pytest

from ..test_registry import run


@pytest.mark.slow
@pytest.mark.parametrize('registry', ['HOOKS', 'VISUALIZERS'])
def test_the_full_name_is_found_with_nothing_imported(registry):
    name = dict(HOOKS='HazeVisualizationHook', VISUALIZERS='HazeVisualizer')[registry]
    code = f"from mmengine.registry import {registry}\nprint({registry}.get('mmhaze.{name}').__name__)"
    assert run(code) == name


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec('mmdet') is not None, reason='mmpretrain imports mmdet, which draws')
def test_plain_names_are_found_and_neither_drawing_nor_gradcam_is_brought():
    code = ("import mmhaze.register, mmhaze.visualization, sys\nfrom mmpretrain.registry import HOOKS, VISUALIZERS\n"
            "print(HOOKS.get('HazeVisualizationHook').__module__, VISUALIZERS.get('HazeVisualizer').__module__)\n"
            "print(*(name in sys.modules for name in ('matplotlib', 'pytorch_grad_cam', 'sklearn')))\n"
            "print(all(hasattr(mmhaze.visualization, name) for name in mmhaze.visualization.__all__))\n"
            "print(hasattr(mmhaze.visualization, 'draw_nothing'), 'pytorch_grad_cam' in sys.modules)")
    assert run(code).splitlines() == [
        'mmhaze.visualization.validation_hook mmhaze.visualization.visualizer', 'False False False', 'True',
        'False False']
