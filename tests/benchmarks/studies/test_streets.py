"""Features shared by two views of one place, and the tables that are made of them."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.studies import streets


def texture(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).random((240, 320)).astype(np.float32)
    rough = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (2, 4, 8))
    return cv2.normalize(rough, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def features(img: np.ndarray, folder: Path, name: str) -> streets.Features:
    cv2.imwrite(str(folder / f'{name}.png'), img)
    return streets.find_features(folder / f'{name}.png')


def test_a_place_from_another_spot_is_known_again_and_another_place_is_not(tmp_path):
    place = texture(0)
    moved = cv2.warpPerspective(place, np.array([[1.1, 0.05, -20], [0.02, 1.05, -8], [1e-4, 0, 1]]), (320, 240))
    views = place, (moved * 0.7).astype(np.uint8), texture(1)
    here, there, other = (features(view, tmp_path, str(number)) for number, view in enumerate(views))
    assert streets.count_shared(here, there) > streets.SAME_PLACE
    assert streets.count_shared(here, other) < streets.FEWEST


def test_a_picture_without_features_shares_none(tmp_path):
    flat = features(np.full((240, 320), 128, np.uint8), tmp_path, 'flat')
    assert len(flat.points) == 0
    assert streets.count_shared(flat, features(texture(0), tmp_path, 'place')) == 0


def test_a_file_that_is_no_picture_is_named(tmp_path):
    (tmp_path / 'broken.png').write_bytes(b'not a picture')
    with pytest.raises(ValueError, match=r'broken\.png is no picture'):
        streets.find_features(tmp_path / 'broken.png')


def test_streets_are_parted_by_what_they_share():
    enough = streets.SAME_PLACE
    closest = {'a': ('x', enough), 'b': ('y', enough - 1), 'c': ('x', 0), 'd': ('y', enough + 9)}
    one, other = {'a': 0.8, 'b': 0.3, 'c': 0.2, 'd': 0.6}, {'a': 0.8, 'b': 0.1, 'c': 0.2, 'd': 0.6}
    scores = {**dict.fromkeys(streets.SHOWN, other), 'magnet-ia-s_lenet5': one, 'lenet5': other}
    by_scene, by_method = streets.make_tables(closest, scores)
    assert by_scene.splitlines()[3] == f'| a | x | {enough} | 0.80 | 0.80 | 0.80 |'
    assert by_scene.splitlines()[5].startswith('| c | - | 0 |')
    # the standard errors of the means over d and a, and over b and c, are .1 and .05; one scene of four gains .2
    error = np.std(list(one.values()), ddof=1) / 2
    assert by_method.splitlines()[2] == (f'| magnet-ia-s_lenet5 | 0.475 ± {error:.3f} | +0.050 ± 0.050 | lenet5 | '
                                         f'0.700 | 0.250 | +0.450 ± {np.hypot(0.1, 0.05):.3f} |')
    assert '| resnet18 | 0.425 ± 0.165 | - | - |' in by_method


@pytest.mark.parametrize(('method', 'base'), [('magnet-nc-fe-s_resnet18', 'resnet18'), ('magnet-ia-f_lenet5', 'lenet5'),
                                              ('lenet5-crops', 'lenet5'), ('lenet5', 'resnet18'), ('cnn', 'resnet18')])
def test_what_a_method_is_compared_with(method, base):
    assert streets.base_of(method) == base
