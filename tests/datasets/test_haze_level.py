from __future__ import annotations

import copy
import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.utils.data import DataLoader

from mmhaze.datasets import HazeLevelDataset, HazelLevel

from ..conftest import ROOT
from ..tiny_set import write_tiny_set

# newer Python warns of forking while other threads run; a data loader does so
pytestmark = pytest.mark.filterwarnings('ignore:This process .* is multi-threaded:DeprecationWarning')

LOAD = [dict(type='LoadPhoto')]
PACK = [dict(type='PackInputs')]


@pytest.fixture(autouse=True)
def host_scope() -> Iterator[None]:
    """As in a run: steps inside a broadcaster are looked up in the default scope."""
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield


@pytest.fixture
def folder(tmp_path) -> Path:
    """27 photos of nine levels, three of each."""
    return write_tiny_set(tmp_path / 'tiny')


@pytest.fixture(scope='module')
def shipped() -> dict:
    """The data set of a shipped config: UCM, and then the same resizing for both channels."""
    dataset = Config.fromfile(ROOT / 'configs/_base_/datasets/hazel-level_segment.py').train_dataloader.dataset
    return dict(prepare=dataset.prepare, pipeline=dataset.pipeline)


def rewrite(folder: Path, change: Callable[[list[dict]], list[dict]]) -> None:
    """Changes the rows of the annotation file; the first of them stands on line 2."""
    path = folder / 'manifest.csv'
    with path.open(newline='', encoding='utf-8') as lines:
        rows = change(list(csv.DictReader(lines)))
    with path.open('w', newline='', encoding='utf-8') as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def set_cell(line: int, column: str, text: str) -> Callable[[list[dict]], list[dict]]:
    return lambda rows: [{**row, column: text} if number == line else row for number, row in enumerate(rows, 2)]


def levels(dataset: HazeLevelDataset) -> list[int]:
    return dataset.get_gt_labels().tolist()


def names(dataset: HazeLevelDataset) -> list[str]:
    return [Path(dataset.get_data_info(index)['img_path']).name for index in range(len(dataset))]


def read(loader: DataLoader) -> list[dict]:
    """All samples; after an error the workers end at once, where left to the garbage collector each takes 5 seconds."""
    samples = iter(loader)
    try:
        return list(samples)
    finally:
        if loader.num_workers:
            samples._shutdown_workers()


def assert_same(got: dict, wanted: dict) -> None:
    """Two packed samples agree in every tensor to the bit and in all that is said of them."""
    assert got['inputs'].keys() == wanted['inputs'].keys() == {'task', 'magnifier'}
    for channel, tensor in wanted['inputs'].items():
        assert tensor.dtype == torch.uint8 and torch.equal(got['inputs'][channel], tensor)
    ours, theirs = got['data_samples'], wanted['data_samples']
    assert repr(sorted(ours.all_items())) == repr(sorted(theirs.all_items()))
    assert {'img_path', 'haze_box', 'haze_ratio', 'gt_label'} <= {name for name, _ in theirs.all_items()}


# what is read

def test_the_files_and_levels_are_those_of_the_annotation_file_in_its_order(folder):
    dataset = HazeLevelDataset(str(folder))
    assert levels(dataset) == list(range(9)) * 3
    assert names(dataset) == [f'{number:03}.png' for number in range(27)]
    assert dataset.get_data_info(3)['img_path'] == str(folder / '003.png')


@pytest.mark.parametrize('split, part, numbers', [
    ('random', 'train', range(18)), ('random', 'test', range(18, 27)),
    ('scene', 'train', range(9, 27)), ('scene', 'test', range(9))])
def test_split_and_part_choose_the_photos(folder, split, part, numbers):
    assert names(HazeLevelDataset(str(folder), split=split, part=part)) == [f'{number:03}.png' for number in numbers]


def test_without_a_split_the_part_is_no_matter(folder):
    assert len(HazeLevelDataset(str(folder), part='test')) == 27


def test_another_annotation_file_may_lie_beside_the_photos(folder):
    (folder / 'few.csv').write_text('level,file\n4,005.png\n')  # and the order of the columns is free
    dataset = HazeLevelDataset(str(folder), ann_file='few.csv')
    assert (names(dataset), levels(dataset)) == (['005.png'], [4])


def test_the_description_comes_along_and_other_columns_do_not(folder):
    info = HazeLevelDataset(str(folder)).get_data_info(11)
    assert (info['scene'], info['fog'], info['beta'], info['visibility']) == ('scene-1', 'uniform', 0.02, 150.0)
    assert 'note' not in info and 'split_random' not in info


def test_a_description_that_is_not_there_is_left_out(folder):
    rewrite(folder, set_cell(2, 'beta', ''))
    dataset = HazeLevelDataset(str(folder))
    assert 'beta' not in dataset.get_data_info(0) and 'beta' in dataset.get_data_info(1)


def test_classes_are_numbered_up_to_the_highest_level(folder):
    rewrite(folder, lambda rows: [row for row in rows if row['level'] in '024'])
    assert HazeLevelDataset(str(folder)).CLASSES == ('level 0', 'level 1', 'level 2', 'level 3', 'level 4')


def test_classes_are_called_as_the_config_says(folder):
    called = tuple('abcdefghi')
    assert called == HazeLevelDataset(str(folder), classes=called).CLASSES
    assert HazeLevelDataset(str(folder)).CLASSES[0] == 'level 0'  # one data set's names are not the next one's


def test_hazel_level_has_nine_classes_from_300_down_to_60_metres(folder):
    dataset = HazelLevel(str(folder))
    metres = [float(name.split()[0]) for name in dataset.CLASSES]
    assert metres == [round(3 / (0.010 + 0.005 * level)) for level in range(9)]
    assert all(name.endswith(' m') for name in dataset.CLASSES)


# the cache

def test_a_cached_sample_equals_an_uncached_one_to_the_bit(folder, shipped):
    plain, cached = HazeLevelDataset(str(folder), **shipped), HazeLevelDataset(str(folder), cache_mb=8, **shipped)
    for index in range(27):
        wanted = plain[index]
        assert_same(cached[index], wanted)
        assert len(cached.cache) == index + 1
        assert_same(cached[index], wanted)


@pytest.mark.slow
def test_every_worker_in_every_epoch_gives_the_same_samples_cached_and_not(folder, shipped):
    def epochs(cache_mb: float) -> list[list[dict]]:
        loader = DataLoader(HazeLevelDataset(str(folder), cache_mb=cache_mb, **shipped), batch_size=None, num_workers=2,
                            multiprocessing_context='fork')
        return [list(loader), list(loader)]

    (wanted, _), (first, second) = epochs(0), epochs(8)
    assert len(wanted) == len(first) == len(second) == 27
    for plain, once, again in zip(wanted, first, second):
        assert_same(once, plain)
        assert_same(again, plain)


@pytest.mark.slow
def test_the_second_epoch_reads_no_file_where_there_is_a_cache(folder, shipped):
    def loader(cache_mb: float) -> DataLoader:
        return DataLoader(HazeLevelDataset(str(folder), cache_mb=cache_mb, **shipped), batch_size=None, num_workers=2,
                          multiprocessing_context='fork')

    cached, plain = loader(8), loader(0)
    first = list(cached)
    for path in folder.glob('*.png'):
        path.unlink()
    for once, again in zip(first, cached):  # by workers that have never seen a file
        assert_same(again, once)
    with pytest.raises(FileNotFoundError, match=r'\.png'):
        read(plain)


def test_what_does_not_fit_is_prepared_again_and_is_the_same(folder, shipped):
    plain, cached = HazeLevelDataset(str(folder), **shipped), HazeLevelDataset(str(folder), cache_mb=0.1, **shipped)
    wanted = [plain[index] for index in range(9)]
    for _ in range(2):
        for index in range(9):
            assert_same(cached[index], wanted[index])
    assert 0 < len(cached.cache) < 9


def test_what_is_drawn_in_the_pipeline_is_drawn_anew_each_time(folder):
    np.random.seed(0)  # noqa: NPY002  the host draws from the global generator
    dataset = HazeLevelDataset(str(folder), prepare=LOAD, cache_mb=8,
                               pipeline=[dict(type='RandomFlip', prob=0.5, direction='horizontal'), *PACK])
    photo = HazeLevelDataset(str(folder), prepare=LOAD, pipeline=PACK)[0]['inputs']
    turned = 0
    for _ in range(40):
        sample = dataset[0]
        assert torch.equal(sample['inputs'], photo.flip(-1) if sample['data_samples'].flip else photo)
        turned += sample['data_samples'].flip
    assert 8 < turned < 32 and len(dataset.cache) == 1


@pytest.mark.parametrize('cache_mb', [0, 8])
def test_a_loop_over_the_data_set_ends_after_the_last_sample(folder, cache_mb):
    dataset = HazeLevelDataset(str(folder), prepare=LOAD, pipeline=PACK, cache_mb=cache_mb)
    for _ in range(2):
        assert [int(sample['data_samples'].gt_label) for sample in islice(dataset, 40)] == list(range(9)) * 3
    with pytest.raises(IndexError):
        dataset[27]


@pytest.mark.parametrize('cache_mb', [0, 8])
def test_counting_from_the_end_finds_the_last(folder, cache_mb):
    dataset = HazeLevelDataset(str(folder), prepare=LOAD, pipeline=PACK, cache_mb=cache_mb)
    for _ in range(2):
        assert [Path(dataset[index]['data_samples'].img_path).name for index in (0, -1, -3, 26)] == [
            '000.png', '026.png', '024.png', '026.png']


def test_a_subset_in_place_does_not_get_the_samples_of_the_whole(folder):
    dataset = HazeLevelDataset(str(folder), prepare=LOAD, pipeline=PACK, cache_mb=8)
    list(islice(dataset, 40))
    dataset.get_subset_([5, 20, 7])
    assert [int(sample['data_samples'].gt_label) for sample in islice(dataset, 40)] == [5, 2, 7]


def test_subsets_get_neither_the_samples_of_the_whole_nor_each_others(folder):
    dataset = HazeLevelDataset(str(folder), prepare=LOAD, pipeline=PACK, cache_mb=8)
    list(islice(dataset, 40))
    parts = [dataset.get_subset(indices) for indices in ([3, 4], [5, 6, 7], list(range(27)) + [8] * 3)]
    for _ in range(2):
        assert [[int(sample['data_samples'].gt_label) for sample in islice(part, 40)] for part in parts] == [
            [3, 4], [5, 6, 7], [*list(range(9)) * 3, 8, 8, 8]]
    assert [int(sample['data_samples'].gt_label) for sample in islice(dataset, 40)] == list(range(9)) * 3


def test_a_copy_works_on_its_own(folder):
    dataset = HazeLevelDataset(str(folder), prepare=LOAD, pipeline=PACK, cache_mb=8)
    list(islice(dataset, 40))
    other = copy.deepcopy(dataset)
    assert torch.equal(other[4]['inputs'], dataset[4]['inputs']) and (len(other.cache), len(dataset.cache)) == (1, 27)


FLIP = dict(type='RandomFlip', prob=0.5)
TWO = dict(type='TransformBroadcaster', mapping=dict(img=['img', 'haze_segment']), auto_remap=True)


@pytest.mark.parametrize('step, name', [
    (FLIP, 'RandomFlip'), (dict(type='RandomCrop', crop_size=8), 'RandomCrop'),
    (dict(type='ColorJitter', brightness=0.5), 'ColorJitter'),
    (dict(TWO, transforms=[FLIP]), 'RandomFlip'), (dict(TWO, transforms=[dict(TWO, transforms=[FLIP])]), 'RandomFlip'),
    (dict(type='RandomApply', prob=0.5, transforms=[dict(type='CenterCrop', crop_size=8)]), 'RandomApply'),
    (dict(type='RandomChoice', transforms=[[dict(type='CenterCrop', crop_size=8)]]), 'RandomChoice')])
def test_a_step_that_draws_is_refused_in_prepare(folder, step, name):
    with pytest.raises(ValueError, match=f'{name} draws random numbers.*Move it to pipeline'):
        HazeLevelDataset(str(folder), prepare=[*LOAD, step])


# what is wrong with a data set is said with file and line

def test_no_annotation_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=f'no annotation file {tmp_path}/manifest.csv'):
        HazeLevelDataset(str(tmp_path))


@pytest.mark.parametrize('column', ['file', 'level', 'split_scene'])
def test_a_missing_column(folder, column):
    rewrite(folder, lambda rows: [{name: text for name, text in row.items() if name != column} for row in rows])
    with pytest.raises(ValueError, match=rf'manifest.csv wants the columns .* and has no {column}\.'):
        HazeLevelDataset(str(folder), split='scene')


def test_an_empty_annotation_file_has_no_columns(folder):
    (folder / 'manifest.csv').write_text('')
    with pytest.raises(ValueError, match=r'manifest.csv wants the columns file, level, .*\. Found: none'):
        HazeLevelDataset(str(folder))


@pytest.mark.parametrize('text', ['', 'x', '1.5', '1,5', '9.0', '-1', '9', '1e0', ' '])
def test_a_level_that_is_none(folder, text):
    rewrite(folder, set_cell(7, 'level', text))
    with pytest.raises(ValueError, match=rf"{folder}/manifest.csv, line 7 has the level '{text}', wanted 0 to 8"):
        HazelLevel(str(folder))


def test_a_row_that_ends_early(folder):
    (folder / 'manifest.csv').write_text('file,level\n000.png,0\n001.png\n')
    with pytest.raises(ValueError, match=r"manifest.csv, line 3 has the level '', wanted an integer from 0"):
        HazeLevelDataset(str(folder))


def test_without_class_names_any_level_from_0_is_one(folder):
    rewrite(folder, set_cell(7, 'level', '12'))
    assert HazeLevelDataset(str(folder)).get_data_info(5)['gt_label'] == 12
    rewrite(folder, set_cell(7, 'level', '-1'))
    with pytest.raises(ValueError, match=r'line 7 has the level .-1., wanted an integer from 0'):
        HazeLevelDataset(str(folder))


@pytest.mark.parametrize('column', ['beta', 'visibility'])
def test_a_number_that_is_none(folder, column):
    rewrite(folder, set_cell(4, column, 'dense'))
    with pytest.raises(ValueError, match=f"manifest.csv, line 4 .*{column}.*'dense'"):
        HazeLevelDataset(str(folder))


def test_a_file_that_does_not_exist(folder):
    (folder / '009.png').unlink()
    with pytest.raises(FileNotFoundError, match=f'{folder}/manifest.csv, line 11 names {folder}/009.png'):
        HazeLevelDataset(str(folder))


def test_a_missing_file_of_the_other_part_is_no_matter(folder):
    (folder / '009.png').unlink()
    assert len(HazeLevelDataset(str(folder), split='random', part='test')) == 9


def test_a_row_without_a_file(folder):
    rewrite(folder, set_cell(3, 'file', ''))
    with pytest.raises(ValueError, match=r'manifest.csv, line 3 names no photo'):
        HazeLevelDataset(str(folder))


def test_a_part_without_photos(folder):
    with pytest.raises(ValueError, match=r"manifest.csv has no photo with 'val' in its column split_random"):
        HazeLevelDataset(str(folder), split='random', part='val')


def test_a_byte_order_mark_as_spreadsheets_write_it_is_no_matter(folder):
    path = folder / 'manifest.csv'
    path.write_bytes(b'\xef\xbb\xbf' + path.read_bytes())
    assert len(HazeLevelDataset(str(folder))) > 0


def test_a_list_of_nothing(folder):
    (folder / 'manifest.csv').write_text('file,level\n')
    with pytest.raises(ValueError, match=r'manifest.csv lists no photo'):
        HazeLevelDataset(str(folder))


@pytest.mark.parametrize('misspelt', ['cache_gb', 'splits', 'prepar'])
def test_a_misspelt_argument_stops_with_its_name(folder, misspelt):
    with pytest.raises(TypeError, match=misspelt):
        HazeLevelDataset(str(folder), **{misspelt: 1})


@pytest.mark.parametrize('workers', [0, 2])
def test_a_photo_that_is_cut_short_is_reported_with_its_path(folder, shipped, workers):
    path = folder / '013.png'
    path.write_bytes(path.read_bytes()[:2000])
    dataset = HazeLevelDataset(str(folder), cache_mb=8, **shipped)
    loader = DataLoader(dataset, batch_size=None, num_workers=workers,
                        multiprocessing_context='fork' if workers else None)
    with pytest.raises(ValueError, match=f'{path} cannot be read as a photo'):
        read(loader)


def test_a_part_that_is_none_is_refused_where_the_table_says_no_parts(folder):
    rows = csv.DictReader((folder / 'manifest.csv').read_text(encoding='utf-8').splitlines())
    (folder / 'levels.csv').write_text('\n'.join(['file,level', *(f'{row["file"]},{row["level"]}' for row in rows)]))
    for part in ('train', 'val', 'test', None):
        assert len(HazeLevelDataset(str(folder), 'levels.csv', part=part)) == 27
    with pytest.raises(ValueError, match=r"^part is 'trian', and .*levels\.csv says no parts\. Set part to one of"):
        HazeLevelDataset(str(folder), 'levels.csv', part='trian')


def test_classes_that_are_a_word_and_no_file_are_refused_with_what_is_wanted(folder):
    with pytest.raises(FileNotFoundError, match=r"^classes is 'clear', and there is no such file\. Wanted the n"):
        HazeLevelDataset(str(folder), split='random', classes='clear')
