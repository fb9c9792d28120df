"""Training a dehazer by the host's runner: it learns, and goes on after a stop as if there had been none."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmhaze.synthesis.scenes import render_scene

from .conftest import ROOT

STEPS = 6
MODELS = dict(
    plain=dict(type='GUNet', arch=(1, 1, 1), width=8),
    progressive=dict(
        type='ProgressiveDehazer',
        arm=dict(type='GUNet', arch=(1, 1, 1), width=8),
        losses=dict(
            l1=dict(type='DehazeL1Loss'),
            inter=dict(type='InterContrastiveLoss'),
            intra=dict(type='IntraContrastiveLoss', count=2, patches=4, select_on='mask'))))


@pytest.fixture(scope='module')
def pairs(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp('pairs')
    for name in ('GT', 'hazy'):
        (root / name).mkdir()
    for seed in range(4):
        clear = render_scene(seed, (48, 64))[0]
        cv2.imwrite(str(root / 'GT' / f'{seed}.png'), clear)
        cv2.imwrite(str(root / 'hazy' / f'{seed}.png'), (clear * 0.4 + 140).astype(np.uint8))
    return root


def run(name: str, pairs: Path, work_dir: Path, steps: int, resume: bool = False) -> Runner:
    config = Config.fromfile(ROOT / 'configs' / '_base_' / 'schedules' / 'dehaze_1k.py')
    loader = dict(batch_size=2, num_workers=0, sampler=dict(type='InfiniteSampler', shuffle=True), dataset=dict(
        type='PairedHazeDataset', data_root=str(pairs), pipeline=[dict(type='LoadPair'), dict(type='PackDehazing')]))
    config.merge_from_dict(dict(
        model=MODELS[name], work_dir=str(work_dir), resume=resume, train_dataloader=loader,
        val_dataloader=dict(loader, batch_size=1, sampler=dict(type='DefaultSampler', shuffle=False)),
        val_evaluator=dict(type='DehazeMetric', protocols=['full']), test_cfg=None,
        train_cfg=dict(max_iters=steps, val_interval=1000), log_level='ERROR',
        default_hooks=dict(checkpoint=dict(interval=3))))
    runner = Runner.from_cfg(config)
    runner.train()
    return runner


@pytest.mark.slow
@pytest.mark.parametrize('name', MODELS)
def test_a_training_that_was_stopped_ends_where_an_undisturbed_one_does(name, pairs, tmp_path):
    whole = run(name, pairs, tmp_path / 'whole', STEPS)
    run(name, pairs, tmp_path / 'stopped', 3)
    resumed = run(name, pairs, tmp_path / 'stopped', STEPS, resume=True)
    assert resumed.iter == whole.iter == STEPS
    halfway = torch.load(tmp_path / 'stopped' / 'iter_3.pth', weights_only=False)['state_dict']
    for key, weight in whole.model.state_dict().items():
        torch.testing.assert_close(resumed.model.state_dict()[key], weight, atol=1e-6, rtol=1e-5)
    assert not [key for key, weight in whole.model.named_parameters()
                if weight.requires_grad and torch.equal(weight, halfway[key])]


@pytest.mark.slow
def test_training_brings_the_photos_nearer_to_the_clear_ones(pairs, tmp_path):
    runner = run('plain', pairs, tmp_path, 60)
    scores = runner.val()
    assert scores['dehaze/psnr'] > scores['dehaze/psnr_hazy'] + 3
