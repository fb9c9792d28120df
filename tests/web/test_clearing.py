from __future__ import annotations

import re

import cv2
import numpy as np
import pytest

import mmhaze
from mmhaze.apis import HazeInferencer
from mmhaze.web.clearing import clear_up
from mmhaze.web.visit import LONGEST_SIDE, look_at
from tests.apis.test_inferencer import BASE, save_checkpoint
from tests.ucm.photos import wall
from tests.web.test_visit import decode


class Judge(HazeInferencer):
    """Keeps what it was asked."""

    def __call__(self, inputs, *args, **kwargs):
        self.asked = [*getattr(self, 'asked', ()), inputs]
        return super().__call__(inputs, *args, **kwargs)


@pytest.fixture(scope='module')
def dehazer() -> mmhaze.DehazeInferencer:
    return mmhaze.DehazeInferencer('dcp', 'cpu')


@pytest.fixture
def photo() -> np.ndarray:
    """A smooth photo, as JPEG keeps."""
    return cv2.GaussianBlur(wall(0.1), (0, 0), 2)


@pytest.mark.parametrize('trained', [False, True])
def test_before_and_after_are_shown_and_judged_alike(trained, dehazer, photo, tmp_path):
    judge = Judge(BASE, 'cpu', checkpoint=save_checkpoint(BASE, tmp_path / 'some.pth')) if trained else Judge()
    visit = look_at(photo, 'wall.png', judge)
    pictures, line = clear_up(dehazer, judge, visit)
    expected = dehazer.dehaze(photo).dehazed
    before, after = (decode(each['url']) for each in pictures)
    assert np.abs(before.astype(int) - photo).mean() < 2 < np.abs(after.astype(int) - photo).mean()
    assert np.abs(after.astype(int) - expected).mean() < 2
    shown = re.search('data-before="(.+?)" data-after="(.+?)"', line).groups()
    assert [float(each) for each in shown] == [
        each.expected_level for each in (visit.prediction, *HazeInferencer.__call__(judge, expected))]
    assert shown[0] != shown[1]


def test_what_is_known_of_the_photo_is_not_asked_again(dehazer, photo):
    judge = Judge()
    visit = look_at(photo, 'wall.png', judge)
    clear_up(dehazer, judge, visit)
    assert len(judge.asked) == 2 and judge.asked[0] is photo
    np.testing.assert_array_equal(judge.asked[1], dehazer.dehaze(photo).dehazed)


def test_a_large_photo_is_dehazed_at_the_size_that_is_shown(dehazer, monkeypatch):
    photo = cv2.GaussianBlur(wall(0.1), (0, 0), 2).repeat(7, axis=1)
    seen = []
    monkeypatch.setattr(dehazer, 'dehaze', lambda img, name, whole=dehazer.dehaze: seen.append(img) or whole(img, name))
    pictures, _ = clear_up(dehazer, HazeInferencer(), look_at(photo, 'wide.png', HazeInferencer()))
    assert seen[0].shape == (171, LONGEST_SIDE, 3)
    assert [decode(each['url']).shape for each in pictures] == [(171, LONGEST_SIDE, 3)] * 2


def test_a_photo_too_large_for_the_memory_is_said(dehazer, photo, monkeypatch):
    def no_memory(*_):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(dehazer.network, 'dehaze', no_memory)
    pictures, said = clear_up(dehazer, HazeInferencer(), look_at(photo, 'a <b>.png', HazeInferencer()))
    assert pictures is None and 'role="alert"' in said
    assert 'a &lt;b&gt;.png has 320 x 240 pixels, too many for the memory' in said and 'Allocator' not in said
