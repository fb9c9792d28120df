from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS

from mmhaze.datasets import PairedHazeDataset


def make(root: Path, *names: str, size: tuple[int, int] = (20, 30)) -> None:
    for number, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / name), np.random.default_rng(number).integers(0, 256, (*size, 3), np.uint8))


def pairs(dataset: PairedHazeDataset, root: Path) -> list[tuple[str, str]]:
    return [tuple(str(Path(dataset.get_data_info(index)[key]).relative_to(root)) for key in ('img_path', 'clear_path'))
            for index in range(len(dataset))]


def test_a_hazy_photo_belongs_to_the_clear_one_of_its_name(tmp_path):
    make(tmp_path, 'hazy/b.png', 'hazy/a.jpg', 'GT/a.png', 'GT/b.png', 'GT/c.png', 'hazy/notes.txt.png')
    (tmp_path / 'hazy/notes.txt.png').rename(tmp_path / 'hazy/notes.txt')
    assert pairs(PairedHazeDataset(str(tmp_path)), tmp_path) == [('hazy/a.jpg', 'GT/a.png'), ('hazy/b.png', 'GT/b.png')]


def test_folders_in_the_two_are_gone_through_and_what_is_in_no_pair_is_counted(tmp_path):
    make(tmp_path, 'hazy/b.png', 'hazy/trip/b_1.jpg', 'GT/trip/b.png', 'GT/b.png', 'GT/c.png')
    (tmp_path / 'GT/b.txt').touch()
    dataset = PairedHazeDataset(str(tmp_path))
    assert pairs(dataset, tmp_path) == [('hazy/b.png', 'GT/b.png'), ('hazy/trip/b_1.jpg', 'GT/trip/b.png')]
    assert str(dataset.passed) == (f'Passed over: 1 clear photo without a hazy one ({tmp_path}/GT/c.png), 1 file that '
                                   'is no photo (.txt).')


def test_two_clear_photos_of_a_name_are_refused(tmp_path):
    make(tmp_path, 'hazy/b.png', 'GT/b.png', 'GT/b.jpg')
    with pytest.raises(ValueError, match=r'has b\.jpg and b\.png: which of the two is the clear photo'):
        PairedHazeDataset(str(tmp_path))


def test_resides_numbered_photos_belong_to_the_clear_one_without_the_numbers(tmp_path):
    make(tmp_path, 'hazy/1400_1.png', 'hazy/1400_10.png', 'hazy/0001_0.8_0.04.jpg', 'hazy/cam_2_3.png',
         'clear/1400.png', 'clear/0001.png', 'clear/cam_2.png', 'clear/cam.png')
    assert pairs(PairedHazeDataset(str(tmp_path), clear='clear'), tmp_path) == [
        ('hazy/0001_0.8_0.04.jpg', 'clear/0001.png'), ('hazy/1400_1.png', 'clear/1400.png'),
        ('hazy/1400_10.png', 'clear/1400.png'), ('hazy/cam_2_3.png', 'clear/cam_2.png')]


@pytest.mark.parametrize(('hazy', 'clear'), [
    ('01_hazy.png', '01_GT.png'), ('hazy/01_hazy.png', 'GT/01_GT.png'), ('HAZY/01.png', 'gt/01.png'),
    ('hazy/01_outdoor_hazy.jpg', 'GT/01_outdoor_GT.jpg'), ('hazy/33_indoor_hazy.jpg', 'GT/33_indoor_GT.jpg'),
    ('hazy/0001_0.8_0.2.jpg', 'clear/0001.png'), ('haze/1_0.76_1.8.png', 'gt/1.png'), ('hazy/01_hazy.png', 'GT/01.png'),
    ('haze/hazy_01.png', 'clean/gt_01.jpg'), ('01-fog.jpg', '01-clear.jpg'), ('a/01_hazy.png', 'a/01_GT.png')])
def test_pairs_named_as_published_sets_name_them_are_read(hazy, clear, tmp_path):
    """NH-HAZE, Dense-Haze, NTIRE 2021, O-HAZE, I-HAZE, SOTS, Haze4K, and mixtures of them."""
    other = [name.replace('01', '02').replace('33', '34').replace('1_0', '2_0').replace('gt/1', 'gt/2')
             for name in (hazy, clear)]
    make(tmp_path / 'set', hazy, clear, *other)
    folders = dict(hazy='.', clear='.') if hazy.startswith('a/') else {}
    read = pairs(PairedHazeDataset(str(tmp_path / 'set'), **folders), tmp_path / 'set')
    assert read == [(hazy, clear), tuple(other)]


def test_the_whole_name_comes_before_what_a_mark_leaves(tmp_path):
    make(tmp_path, 'hazy/1.png', 'hazy/clear_1.png', 'GT/1.png', 'GT/clear_1.png')
    assert pairs(PairedHazeDataset(str(tmp_path)), tmp_path) == [
        ('hazy/1.png', 'GT/1.png'), ('hazy/clear_1.png', 'GT/clear_1.png')]


def test_a_table_names_pairs_and_their_parts(tmp_path):
    make(tmp_path, 'x/1.png', 'x/2.png', 'y/1.png')
    (tmp_path / 'pairs.csv').write_text('clear,hazy,split_scene\ny/1.png,x/1.png,train\ny/1.png,x/2.png,test\n')
    both = PairedHazeDataset(str(tmp_path), ann_file='pairs.csv')
    assert pairs(both, tmp_path) == [('x/1.png', 'y/1.png'), ('x/2.png', 'y/1.png')]
    test = PairedHazeDataset(str(tmp_path), ann_file='pairs.csv', split='scene', part='test')
    assert pairs(test, tmp_path) == [('x/2.png', 'y/1.png')]


@pytest.mark.parametrize(('files', 'settings', 'says'), [
    (['GT/a.png'], {}, r"no folder .*hazy, only GT\. Set .* hazy='\.\.\.' and clear=.* '\.' where they lie in one"),
    (['hazy/a.png', 'clear/a.png', 'clean/a.png'], {}, 'no folder .*GT, only clean, clear, hazy'),
    (['01_hazy.png', '01_GT.png', '02.png'], {}, '1 photos that are called neither as .* such as 02.png'),
    (['01_hazy.png', '02_GT.png'], {}, r'1 photos of .* have no clear one .* such as 01_hazy\.png'),
    (['GT/a.png', 'hazy/a.png', 'hazy/b_1.png'], {}, r'1 photos of .*hazy have no clear one in .*such as b_1.png'),
    (['GT/a.png', 'hazy/a.txt'], {}, 'has no pair'),
    (['GT/a.png'], dict(ann_file='pairs.csv'), 'no file of pairs'),
    (['x/1.png', 'y/1.png', 'good.csv'], dict(ann_file='good.csv', part='val'), "no pair of the part 'val'"),
    (['x/1.png', 'y/1.png', 'good.csv'], dict(ann_file='good.csv', split='scene', part='val'), 'has no split_scene'),
    (['x/1.png', 'good.csv'], dict(ann_file='good.csv'), 'no photo .*, which .* names'),
])
def test_what_is_missing_is_said(files, settings, says, tmp_path):
    make(tmp_path, *(name for name in files if name.endswith('.png')))
    for name in files:
        if name.endswith('.txt'):
            (tmp_path / name).parent.mkdir()
            (tmp_path / name).write_text('')
    if 'good.csv' in files:
        (tmp_path / 'good.csv').write_text('hazy,clear,split\nx/1.png,y/1.png,train\n')
    with pytest.raises((ValueError, FileNotFoundError), match=says):
        PairedHazeDataset(str(tmp_path), **settings)


def test_crops_flips_and_turns_go_over_both_photos_alike(tmp_path):
    make(tmp_path, 'GT/a.png')
    clear = cv2.imread(str(tmp_path / 'GT/a.png'))
    (tmp_path / 'hazy').mkdir()
    cv2.imwrite(str(tmp_path / 'hazy/a.png'), 255 - clear)
    pipeline = [
        dict(type='LoadPair'),
        dict(type='TransformBroadcaster', mapping=dict(img=['img', 'clear'], img_shape=['img_shape', ...]),
             auto_remap=True, share_random_params=True, transforms=[
                 dict(type='RandomCrop', crop_size=12), dict(type='RandomFlip', prob=0.5, direction='horizontal'),
                 dict(type='RandomQuarterTurn')]),
        dict(type='PackDehazing')]
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        dataset = DATASETS.build(dict(type='mmhaze.PairedHazeDataset', data_root=str(tmp_path), pipeline=pipeline))
        np.random.seed(0)  # noqa: NPY002
        seen = [dataset[0] for _ in range(40)]
    crops = set()
    for sample in seen:
        assert sample['inputs'].shape == sample['data_samples'].clear.shape == (3, 12, 12)
        np.testing.assert_array_equal(sample['inputs'].numpy(), 255 - sample['data_samples'].clear.numpy())
        crops.add(sample['inputs'].numpy().tobytes())
    assert len(crops) > 30
    assert seen[0]['data_samples'].clear_path.endswith('GT/a.png')


@pytest.mark.parametrize(('hazy', 'clear'), [('../secret.png', 'a.png'), ('a.png', '/etc/hostname'), ('a.png', '')])
def test_a_table_that_names_files_elsewhere_is_refused(tmp_path, hazy, clear):
    make(tmp_path, 'secret.png', 'set/a.png')
    (tmp_path / 'set/pairs.csv').write_text(f'hazy,clear\n{hazy},{clear}\n')
    with pytest.raises((ValueError, FileNotFoundError), match=r'pairs\.csv, line 2 names|There is no photo'):
        PairedHazeDataset(str(tmp_path / 'set'), ann_file='pairs.csv')


def test_a_name_longer_than_any_file_can_have_is_told_with_the_table(tmp_path):
    make(tmp_path, 'a.png')
    (tmp_path / 'pairs.csv').write_text(f'hazy,clear\na.png,{"x" * 300}.png\n')
    with pytest.raises(FileNotFoundError, match=r'no photo .*, which .*pairs\.csv names'):
        PairedHazeDataset(str(tmp_path), ann_file='pairs.csv')


def test_a_table_of_pairs_from_a_spreadsheet_is_read(tmp_path):
    make(tmp_path, 'x/1.png', 'y/1.png', 'x/2.png')
    text = 'Hazy;Clear ;Split;\r\nx\\1.png;y\\1.png;Train;\r\nx\\2.png;y\\1.png;TEST;\r\n;;;\r\n'
    (tmp_path / 'pairs.csv').write_bytes(text.encode('utf-16'))
    test = PairedHazeDataset(str(tmp_path), ann_file='pairs.csv', part='test')
    assert pairs(test, tmp_path) == [('x/2.png', 'y/1.png')]
