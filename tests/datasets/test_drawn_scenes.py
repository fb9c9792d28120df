from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope

from mmhaze.datasets import DrawnScenes
from mmhaze.datasets.drawn_scenes import PAINTERS
from mmhaze.synthesis.landscapes import render_landscape
from mmhaze.synthesis.scenes import render_scene


def test_a_sample_is_the_scene_of_its_seed():
    scenes = DrawnScenes(3, seed=7, size=(32, 40))
    clear, depth = render_scene(9, (32, 40))
    np.testing.assert_array_equal(scenes[2]['img'], clear)
    np.testing.assert_allclose(scenes[2]['depth'], depth, rtol=1e-6)
    assert len(scenes) == 3


def test_landscapes_are_another_kind_and_no_third_is_known():
    np.testing.assert_array_equal(DrawnScenes(2, seed=3, size=(32, 40), kind='landscapes')[1]['img'],
                                  render_landscape(4, (32, 40))[0])
    with pytest.raises(ValueError, match=r"\['landscapes', 'streets'\], got 'seas'"):
        DrawnScenes(2, kind='seas')


def test_a_scene_is_drawn_once_and_kept(monkeypatch):
    drawn: list[int] = []

    def count(seed: int, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        drawn.append(seed)
        return render_scene(seed, size)

    monkeypatch.setitem(PAINTERS, 'streets', count)
    kept, again = DrawnScenes(2, size=(32, 40), cache_mb=1), DrawnScenes(2, size=(32, 40))
    for scenes in (kept, kept, again, again):
        scenes[1]['img'][:] = 0  # what is kept is not what was given out
    assert drawn == [1, 1, 1] and kept[1]['img'].any()


def test_packed_it_has_depth_in_metres_beside_the_picture():
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        packed = DrawnScenes(1, size=(32, 40), pipeline=[dict(type='PackScene')])[0]
    assert packed['inputs'].shape == (3, 32, 40) and packed['inputs'].dtype == torch.uint8
    depth = packed['data_samples'].depth
    assert depth.shape == (1, 32, 40) and depth.min() > 0.5 and depth.max() == 1000


def test_there_is_no_scene_beyond_the_last_and_none_of_nothing():
    with pytest.raises(IndexError, match='0 to 2, got 3'):
        DrawnScenes(3, size=(16, 16))[3]
    with pytest.raises(ValueError, match='count is at least 1'):
        DrawnScenes(0)
