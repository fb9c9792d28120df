from __future__ import annotations

import numpy as np
import pytest
import torch

import mmhaze
from mmhaze.io.photo import from_unit_rgb
from mmhaze.metrics import LevelAfterDehazing
from mmhaze.registry import METRICS
from tests.apis.test_inferencer import BASE, save_checkpoint


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    return save_checkpoint(BASE, tmp_path_factory.mktemp('weights') / 'judge.pth')


def sample(seed: int, *names: str) -> dict:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.rand(3, 40, 50, generator=generator) for name in names}


def test_levels_are_the_means_that_the_inferencer_gives_of_the_photos(checkpoint):
    samples = [sample(seed, 'hazy', 'dehazed', 'clear') for seed in range(3)]
    metric = METRICS.build(dict(type='LevelAfterDehazing', model=BASE, checkpoint=checkpoint, device='cpu'))
    metric.process({}, samples[:2])
    metric.process({}, samples[2:])
    scores = metric.evaluate(3)
    inferencer = mmhaze.HazeInferencer(BASE, 'cpu', checkpoint=checkpoint)
    levels = {name: [inferencer(from_unit_rgb(each[name].numpy()))[0].expected_level for each in samples]
              for name in samples[0]}
    assert scores['dehaze/level_before'] == pytest.approx(np.mean(levels['hazy']), abs=1e-5)
    assert scores['dehaze/level_after'] == pytest.approx(np.mean(levels['dehazed']), abs=1e-5)
    assert scores['dehaze/level_clear'] == pytest.approx(np.mean(levels['clear']), abs=1e-5)
    assert scores['dehaze/level_lower'] == pytest.approx(100 * np.mean(
        [after < before for before, after in zip(levels['hazy'], levels['dehazed'])]))
    assert len({round(value, 6) for value in scores.values()}) == 4


def test_photos_without_a_clear_one_are_judged_too(checkpoint):
    metric = LevelAfterDehazing(BASE, checkpoint, 'cpu')
    metric.process({}, [sample(0, 'hazy', 'dehazed')])
    assert set(metric.evaluate(1)) == {'dehaze/level_before', 'dehaze/level_after', 'dehaze/level_lower'}
