from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest

from mmhaze.haze_map import LEVEL_BOUNDS, HazeMap
from mmhaze.haze_map.haze_map import share_of_haze


def made(photo, maps: dict[str, np.ndarray], haze: float = 0.3, spread: float = 0.05) -> HazeMap:
    shape = photo.shape[:2] if isinstance(photo, np.ndarray) else (60, 80)
    return HazeMap(haze, spread, np.full(3, 0.8, np.float32), maps, shape, photo)


def wall() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A dark wall before a bright field, (60, 80), and maps at a fifth of the size, whose edge is soft."""
    photo = np.full((60, 80, 3), 200, np.uint8)
    photo[:, :43] = 30
    soft = np.tile(np.linspace(1, 0.2, 16, dtype=np.float32), (12, 1))
    soft[:, :6], soft[:, 10:] = 1, 0.2
    return photo, dict(transmission=soft, sky=1 - soft, spread=np.full((12, 16), 0.1, np.float32))


@pytest.mark.parametrize('size', [(8, 12), (1, 1)])
def test_the_share_of_haze_is_that_of_the_losses(rng, size):
    torch = pytest.importorskip('torch')
    net = pytest.importorskip('mmhaze.models.haze_map.haze_map_net')
    for sky in (rng.random(size, np.float32), np.ones(size, np.float32), np.zeros(size, np.float32)):
        t = rng.random(size, np.float32)
        theirs = net.share_of_haze(*(torch.from_numpy(each)[None, None] for each in (t, sky)))
        assert share_of_haze(t, sky) == pytest.approx(theirs.item(), abs=1e-6)


def test_the_level_is_that_of_the_haze():
    photo, maps = wall()
    assert [made(photo, maps, haze).name for haze in (0.0, LEVEL_BOUNDS[0], 0.3, LEVEL_BOUNDS[2], 0.99)] == \
        ['clear', 'slight', 'moderate', 'dense', 'very dense']
    assert made(photo, maps, 0.3).level == made(photo, maps, 0.3).probabilities.argmax() == 2


def test_transmission_and_sky_have_the_edge_of_the_photo():
    photo, maps = wall()
    found = made(photo, maps)
    for each in (found.transmission, found.sky):
        assert each.shape == (60, 80) and each.dtype == np.float32
        step = np.abs(np.diff(each[30]))
        assert step.argmax() == 42 and step.max() > 4 * np.sort(step)[-2]


def test_how_unsure_it_is_is_brought_to_the_size_and_cut():
    photo, maps = wall()
    maps['spread'][:, 8:] = 2.7
    unsure = made(photo, maps).unsure
    assert unsure.shape == (60, 80) and unsure[0, 0] == np.float32(0.1) and unsure.max() == 1


def test_maps_are_made_once_and_when_asked_for(monkeypatch):
    photo, maps = wall()
    calls = []
    monkeypatch.setattr('mmhaze.haze_map.haze_map.guided_upsample', lambda *given: calls.append(given) or photo)
    found = made(photo, maps)
    assert not calls
    assert found.transmission is found.transmission and len(calls) == 1


def test_it_cannot_be_changed_and_can_be_sent_to_another_process():
    photo, maps = wall()
    found = made(photo, maps)
    with pytest.raises(AttributeError):
        found.haze = 0.0
    again = pickle.loads(pickle.dumps(found))
    assert again.haze == found.haze
    np.testing.assert_array_equal(again.transmission, found.transmission)


def test_a_file_that_changed_meanwhile_is_named(tmp_path):
    _, maps = wall()
    path = str(tmp_path / 'some.png')
    cv2.imwrite(path, np.zeros((50, 80, 3), np.uint8))
    with pytest.raises(ValueError, match=r"some.png' was changed: it was \(60, 80\), and is \(50, 80\) now"):
        made(path, maps).transmission  # noqa: B018
