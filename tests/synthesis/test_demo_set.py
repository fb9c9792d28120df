from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.synthesis.demo_set import DrawnScene, make_demo_set


@pytest.fixture(scope='module')
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo_set(tmp_path_factory.mktemp('demo') / 'set', scenes=4, workers=1).parent


def rows_of(demo: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((demo / 'manifest.csv').read_text().splitlines()))


@pytest.mark.slow
def test_four_scenes_give_40_images_and_one_scene_is_tested_on(demo: Path):
    rows = rows_of(demo)
    assert Counter(row['level'] for row in rows) == dict.fromkeys('01234', 8)
    assert Counter(row['split_scene'] for row in rows) == {'train': 30, 'test': 10}
    assert len({row['scene'] for row in rows if row['split_scene'] == 'test'}) == 1


def test_the_whole_set_stays_below_25_megabytes(demo: Path):
    assert sum(path.stat().st_size for path in demo.rglob('*.jpg')) * 72 / 4 < 25e6


@pytest.mark.slow
def test_what_is_far_fades_into_the_fog_from_level_to_level(demo: Path):
    for scene in range(4):
        _, depth = DrawnScene(scene).load()
        far = (depth > 40) & (depth < 300)
        for fog in ('uniform', 'cloudy'):
            images = [cv2.imread(str(demo / f'level_{level}/scene-{scene:03d}_{fog}.jpg')) for level in range(5)]
            detail = [np.abs(cv2.Laplacian(image, cv2.CV_64F))[far].mean() for image in images]
            assert all(less < 0.96 * more for more, less in zip(detail, detail[1:])), (scene, fog, detail)
            assert detail[4] < 0.4 * detail[0]


@pytest.mark.slow
def test_damaged_and_missing_images_are_made_again(demo: Path):
    before = {path: path.read_bytes() for path in demo.rglob('*.jpg')}
    first, second, *_ = before
    first.write_bytes(b'\xff\xd8 no JPEG')
    second.unlink()
    make_demo_set(demo, scenes=4, workers=1)
    assert {path: path.read_bytes() for path in demo.rglob('*.jpg')} == before


@pytest.mark.slow
def test_two_processes_make_the_same_images(demo: Path, tmp_path: Path):
    made = make_demo_set(tmp_path / 'set', scenes=4, workers=2).parent
    files = sorted(path.relative_to(demo) for path in demo.rglob('*') if path.is_file())
    assert files == sorted(path.relative_to(made) for path in made.rglob('*') if path.is_file())
    assert all((made / file).read_bytes() == (demo / file).read_bytes() for file in files)


def test_a_set_of_other_size_is_refused(demo: Path):
    with pytest.raises(ValueError, match='has 40 images and this run 30'):
        make_demo_set(demo, scenes=3, workers=1)


@pytest.mark.parametrize('scenes', [0, 1, 2])
def test_so_few_scenes_that_none_is_tested_on_are_refused(tmp_path: Path, scenes: int):
    with pytest.raises(ValueError, match=f'at least 3 so that one is tested on, got {scenes}'):
        make_demo_set(tmp_path, scenes=scenes)


@pytest.mark.slow
def test_scenes_differ():
    assert np.abs(DrawnScene(0).load()[0].astype(float) - DrawnScene(1).load()[0]).mean() > 5
