from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS

from mmhaze.datasets import HazeWild

from ..conftest import ROOT

PARTS = ('train', 'val', 'test')


@pytest.fixture(autouse=True)
def host_scope() -> Iterator[None]:
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three photos, one a part, at the levels clear, 300 m and 6.04 m."""
    rng = np.random.default_rng(0)
    lines = ['file,photo,level,beta,visibility,split']
    for photo, part in zip('pqr', PARTS):
        for level, (beta, visibility) in enumerate([(0.0, 'inf'), (0.01, '300.0'), (0.5, '6.04')]):
            lines.append(f'level_{level}/{photo}.png,{photo},{level},{beta},{visibility},{part}')
            (tmp_path / f'level_{level}').mkdir(exist_ok=True)
            cv2.imwrite(str(tmp_path / f'level_{level}/{photo}.png'), rng.integers(0, 255, (80, 96, 3), np.uint8))
    (tmp_path / 'manifest.csv').write_text('\n'.join(lines) + '\n')
    return tmp_path


def change(folder: Path, old: str, new: str) -> None:
    path = folder / 'manifest.csv'
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(('part', 'photo'), zip(PARTS, 'pqr'))
def test_a_part_holds_all_levels_of_its_photos(folder, part, photo):
    dataset = HazeWild(str(folder), part=part)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert [(info['gt_label'], info['scene']) for info in infos] == [(0, photo), (1, photo), (2, photo)]
    assert (infos[1]['beta'], infos[1]['visibility']) == (0.01, 300.0)


def test_levels_are_called_by_the_visibility_that_the_manifest_says(folder):
    assert HazeWild(str(folder), part='val').CLASSES == ('clear', '300 m', '6 m')
    change(folder, '300.0', '85.7')
    assert HazeWild(str(folder)).CLASSES == ('clear', '86 m', '6 m')
    assert HazeWild(str(folder), classes=['a', 'b', 'c']).CLASSES == ('a', 'b', 'c')


@pytest.mark.parametrize(('old', 'new', 'said'), [
    ('q,1,0.01,300.0', 'q,1,0.01,310.0', r'line 6 has the visibility 310.0, wanted 300.0 as all of level 1'),
    ('p,1,0.01,300.0', 'p,1,0.01,', r'line 3 has the visibility None, wanted a number of metres as all of level 1'),
    ('300.0', '5', r'falling visibility, has 0: inf m, 1: 5 m, 2: 6.04 m'),
    ('300.0', '6.04', r'falling visibility, has 0: inf m, 1: 6.04 m, 2: 6.04 m'),
    (',2,0.5', ',3,0.5', r'without a gap .*, has 0: inf m, 1: 300 m, 3: 6.04 m')])
def test_visibilities_that_name_no_levels(folder, old, new, said):
    change(folder, old, new)
    with pytest.raises(ValueError, match=f'manifest.csv.* {said}'):
        HazeWild(str(folder))


@pytest.mark.parametrize(('name', 'channels'), [('haze-wild', None), ('haze-wild_segment', {'task', 'magnifier'}),
                                                ('haze-wild_filter', {'task', 'magnifier'})])
def test_the_base_configs_give_three_parts_of_small_photos(folder, name, channels):
    config = Config.fromfile(ROOT / f'configs/_base_/datasets/{name}.py')
    for part, photo in zip(PARTS, 'pqr'):
        dataset = DATASETS.build(dict(config[f'{part}_dataloader'].dataset, data_root=str(folder)))
        assert isinstance(dataset, HazeWild) and len(dataset) == 3
        assert {dataset.get_data_info(index)['scene'] for index in range(3)} == {photo}
        inputs = dataset[0]['inputs']
        assert channels is None or set(inputs) == channels
        for channel in [inputs] if channels is None else inputs.values():
            assert tuple(channel.shape) == (3, 64, 64)
    if channels:  # the map is that of the name, and is not the photo
        assert name.endswith(config.train_dataloader.dataset.pipeline[0]['magnifier'].split('_')[1])


def test_a_manifest_that_does_not_say_the_part_of_a_photo_is_refused(folder):
    change(folder, 'level_2/q.png,q,2,0.5,6.04,val', 'level_2/q.png,q,2,0.5,6.04,')
    with pytest.raises(ValueError, match='does not say for all photos whether they are for train, val or test'):
        HazeWild(str(folder))
    assert len(HazeWild(str(folder), part=None)) == 9


def test_depth_goes_along_as_the_path_of_a_file(folder):
    change(folder, 'photo,level', 'photo,depth,level')
    for photo in 'pqr':
        for level in range(3):
            change(folder, f'{photo}.png,{photo},{level}', f'{photo}.png,{photo},depth/{photo}.png,{level}')
    dataset = HazeWild(str(folder), part='val')
    assert [dataset.get_data_info(index)['depth_path'] for index in range(3)] == [str(folder / 'depth/q.png')] * 3


def test_some_levels_can_be_left_alone(folder):
    dataset = HazeWild(str(folder), filter_cfg=dict(levels=[0, 2]))
    assert [dataset.get_data_info(index)['gt_label'] for index in range(len(dataset))] == [0, 2]
    assert dataset.CLASSES == ('clear', '300 m', '6 m')


@pytest.mark.parametrize(('wanted', 'says'), [(dict(levels=[3]), 'has no photo of the levels'),
                                              (dict(level=[0]), 'filter_cfg is dict')])
def test_a_filter_that_leaves_nothing_or_is_misspelt_is_refused(folder, wanted, says):
    with pytest.raises(ValueError, match=says):
        HazeWild(str(folder), filter_cfg=wanted)
