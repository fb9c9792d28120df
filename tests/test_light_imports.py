"""What needs neither torch nor a host imports neither: ``import mmhaze`` and the way from a photo to its haze."""
from __future__ import annotations

import pytest

from .test_registry import run

HEAVY = ('torch', 'mmengine', 'mmcv', 'mmpretrain', 'matplotlib', 'sklearn', 'scipy', 'pandas')
LIGHT = ['mmhaze', 'mmhaze.version', 'mmhaze.io.photo', 'mmhaze.io.files', 'mmhaze.io.tables', 'mmhaze.io.progress',
         'mmhaze.io.media', 'mmhaze.haze_map', 'mmhaze.physics', 'mmhaze.ucm', 'mmhaze.baselines',
         'mmhaze.baselines.haze_factor',
         'mmhaze.visualization', 'mmhaze.visualization.overlay', 'mmhaze.runtime', 'mmhaze.runtime.shipped',
         'mmhaze.apis', 'mmhaze.apis.inputs', 'mmhaze.jobs', 'mmhaze.jobs.segment_job', 'mmhaze.synthesis',
         'mmhaze.synthesis.make_hazel_level', 'mmhaze.synthesis.make_haze_wild', 'mmhaze.cli.main',
         'mmhaze.cli.reproduce_command']


def test_light_modules_bring_neither_torch_nor_a_host():
    code = ('import sys\nfrom importlib import import_module\n'
            f'for name in {LIGHT}:\n    import_module(name)\n'
            f'    found = [heavy for heavy in {HEAVY} if heavy in sys.modules]\n'
            "    assert not found, f'{name} brings {found}'")
    run(code)


@pytest.mark.slow
def test_a_photo_is_segmented_and_drawn_without_torch():
    code = ('import sys\nimport numpy as np\nfrom mmhaze import ucm\nfrom mmhaze.baselines import haze_factor\n'
            'from mmhaze.visualization import overlay_haze\n'
            'photo = np.random.default_rng(0).integers(0, 256, (1200, 1000, 3), np.uint8)\n'
            'overlay_haze(photo, ucm.segment_haze(photo))\nhaze_factor(photo)\n'
            f'print([heavy for heavy in {HEAVY} if heavy in sys.modules])\n'
            "print(ucm.segment_haze_batch.__module__, 'torch' in sys.modules)")
    assert run(code).splitlines() == ['[]', 'mmhaze.ucm.batch True']


@pytest.mark.parametrize('package', ['mmhaze', 'mmhaze.ucm', 'mmhaze.visualization'])
def test_every_public_name_is_found_when_asked_for_and_no_other(package):
    module = pytest.importorskip(package)
    assert all(hasattr(module, name) for name in module.__all__)
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        module.nothing  # noqa: B018
