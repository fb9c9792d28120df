from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmhaze.datasets.doctor import Diagnosis, diagnose
from mmhaze.datasets.findings import NOTES, PROBLEMS, Finding, are_folds, check_levels
from mmhaze.datasets.listing import Listed
from mmhaze.datasets.sources import open_source
from mmhaze.synthesis.demo_set import make_demo_set

from .planted import BETAS, PlantedSet


@pytest.fixture
def planted(tmp_path, street) -> PlantedSet:
    return PlantedSet(tmp_path / 'set', street)


def examine(path: Path, split: str | None = None, **arguments) -> Diagnosis:
    return diagnose(open_source(path, **arguments), split, workers=2)


def only(diagnosis: Diagnosis, kind: str) -> Finding:
    """The only thing found, which is of this kind."""
    assert [finding.kind for finding in diagnosis.findings] == [kind]
    return diagnosis.findings[0]


# a healthy set

@pytest.mark.slow
def test_nothing_is_found_in_a_healthy_set_with_and_without_names_of_scenes(planted):
    for without in ((), ('scene',), ('scene', 'split')):
        diagnosis = examine(planted.write(*without))
        assert diagnosis.findings == () and diagnosis.sizes == {'320x240': 18}


def test_photos_are_counted_by_level_and_part(planted):
    diagnosis = examine(planted.write())
    assert diagnosis.counts == {'all': [6, 6, 6], 'train': [4, 4, 4], 'test': [2, 2, 2]}
    assert diagnosis.levels == ('', '', '')


@pytest.mark.slow
def test_the_demo_is_healthy_when_split_by_scene_and_not_when_split_by_photo(tmp_path):
    make_demo_set(tmp_path / 'demo', scenes=4, workers=1)
    assert examine(tmp_path / 'demo', 'scene').findings == ()
    diagnosis = examine(tmp_path / 'demo')
    assert diagnosis.levels == ('600 m', '337 m', '190 m', '107 m', '60 m')
    assert list(diagnosis.counts) == ['all', 'random train', 'random test', 'scene train', 'scene test']
    text = only(diagnosis, 'scenes across').text
    assert re.match(r'In more than one part of the split random: \d of 4 source scenes\.', text)


@pytest.mark.parametrize(('columns', 'rows', 'levels'), [
    ('file,video,condition', ['Video1,Cloudy', 'Video19,Light fog'], ('no fog', 'light fog', 'moderate or heavy fog')),
    ('file,day,visibility_m', ['20200201,20000', '20200202,300'],
     ('above 10 km', '1 to 10 km', '200 m to 1 km', 'below 200 m'))])
def test_published_sets_are_known_by_their_tables(tmp_path, street, columns, rows, levels):
    for number in range(2):
        cv2.imwrite(str(tmp_path / f'{number}.png'), street(number, 0.02))
    lines = [columns, *(f'{number}.png,{row}' for number, row in enumerate(rows))]
    (tmp_path / 'labels.csv').write_text('\n'.join(lines))
    source = open_source(tmp_path)
    assert source.levels == levels and {photo.known['scene'] for photo in source.photos} == {
        row.split(',')[0] for row in rows}
    assert {name for photo in source.photos for name in photo.parts} == {f'fold{number}' for number in range(1, 6)}


def test_a_camera_that_stands_still_is_no_leak(tmp_path, street):
    for name, beta in (('a', 0.01), ('b', 0.012)):
        cv2.imwrite(str(tmp_path / f'{name}.png'), street(0, beta))
    (tmp_path / 'labels.csv').write_text('file,day,visibility_m\na.png,20200201,300\nb.png,20200202,250\n')
    assert not [found for found in examine(tmp_path).problems if 'across' in found.kind]
    (tmp_path / 'labels.csv').write_text('file,video,condition\na.png,Video1,Cloudy\nb.png,Video2,Cloudy\n')
    assert [found for found in examine(tmp_path).problems if 'across' in found.kind]


# leaks

def test_a_scene_in_two_parts_is_found_by_its_name(planted, street):
    planted.add('level_1/again.png', 1, 'test', street(2, 0.02, 'cloudy'), scene='s2')
    found = only(examine(planted.write()), 'scenes across')
    assert found.text.startswith('In more than one part: 1 of 6 source scenes.')
    assert found.details == ('s2: 3 in train, 1 in test',)


@pytest.mark.parametrize('change', [
    lambda photo: cv2.imdecode(cv2.imencode('.jpg', photo, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR),
    lambda photo: cv2.resize(photo, (128, 96), interpolation=cv2.INTER_AREA),
    lambda photo: photo[:, ::-1]], ids=['JPEG', 'resized', 'mirrored'])
def test_a_photo_of_train_is_found_in_test_however_it_was_saved(planted, street, change):
    planted.add('level_1/z.png', 1, 'test', change(street(2, BETAS[1])))
    found, = examine(planted.write('scene')).problems
    assert found.kind == 'lookalikes across'
    assert found.text == 'In the part test, showing what a photo in train shows: 1 of 7 photos.'
    assert re.fullmatch(r'\S+level_1/z.png \(level 1\) ~ \S+level_1/s2.png \(level 1\), similarity (0.9\d|1.00)',
                        found.details[0])


def test_a_scene_of_train_is_found_in_test_at_another_level_of_haze(planted, street):
    planted.add('level_2/z.png', 2, 'train', street(7, 0.05, 'cloudy'))
    planted.add('level_0/z.png', 0, 'test', street(7, 0))
    found = only(examine(planted.write('scene')), 'lookalikes across')
    assert found.text == ('In the part test, showing what a photo in train shows: 1 of 7 photos, '
                          '1 of them at another level of haze.')
    assert re.fullmatch(r'\S+level_0/z.png \(level 0\) ~ \S+level_2/z.png \(level 2\), similarity 0.\d\d',
                        found.details[0])


def test_a_scene_under_two_names_is_found_by_what_it_shows(planted, street):
    planted.add('level_1/again.png', 1, 'test', street(2, BETAS[1], 'cloudy'), scene='s7')
    found = only(examine(planted.write()), 'lookalikes across')
    assert found.text == ('In the part test, showing what a photo in train shows: 1 of 7 photos, '
                          '1 under another name of the scene.')


def test_photos_of_one_part_may_look_alike(planted, street):
    planted.add('level_1/again.png', 1, 'train', street(2, BETAS[1], 'cloudy'))
    planted.add('level_1/apart.png', 1, '', street(2, BETAS[1], 'heterogeneous'))
    assert examine(planted.write('scene')).findings == ()


@pytest.mark.parametrize('suffix', ['.png', '.bmp'])
def test_an_exact_copy_in_the_other_part_is_found_whatever_the_format(planted, street, suffix):
    planted.add(f'level_1/copy{suffix}', 1, 'test', street(2, BETAS[1]))
    found = only(examine(planted.write('scene')), 'copies across')
    assert found.text == 'In more than one part, equal in every pixel: 1 photo.'
    assert re.fullmatch(rf'\S+level_1/s2.png \(train\) = \S+level_1/copy{suffix} \(test\)', found.details[0])


def test_one_photo_at_two_levels_is_found(planted, street):
    planted.add('level_2/copy.png', 2, 'train', street(2, BETAS[1]))
    found = only(examine(planted.write('scene')), 'conflict')
    assert re.fullmatch(r'\S+level_1/s2.png \(level 1\) = \S+level_2/copy.png \(level 2\)', found.details[0])


def test_a_copy_in_the_same_part_is_no_problem_but_worth_knowing(planted, street):
    planted.add('level_1/copy.png', 1, 'train', street(2, BETAS[1]))
    diagnosis = examine(planted.write('scene'))
    assert only(diagnosis, 'copies').text == 'Copies of others at the same level and in the same part: 1 photo.'
    assert diagnosis.notes and not diagnosis.problems


def test_each_split_is_examined_by_itself(planted):
    for row in planted.rows:
        row['split_other'] = 'train' if row['level'] == '0' else 'test'
    diagnosis = examine(planted.write())
    assert [finding.kind for finding in diagnosis.findings] == ['scenes across', *['levels'] * 2]
    assert 'of the split other: 6 of 6 source scenes' in diagnosis.findings[0].text
    assert examine(planted.write(), '').findings == ()
    with pytest.raises(ValueError, match="no split 'scene', only other"):
        examine(planted.write(), 'scene')


# what cannot be read, levels, sizes, strays

def test_photos_that_are_missing_or_damaged_are_listed_and_the_rest_is_examined(planted):
    path = planted.folder / 'level_1/s3.png'
    path.write_bytes(path.read_bytes()[:900])
    (planted.folder / 'level_2/s1.png').unlink()
    found = only(examine(planted.write()), 'unreadable')
    assert found.text == 'Cannot be read: 2 photos.'
    assert str(path) in found.details[1] and 'There is no photo' in found.details[0]


def test_faults_of_the_list_are_found_together(planted):
    planted.rows[3]['level'] = 'x'
    planted.rows[5]['level'] = '20260101'
    (planted.folder / 'plan.csv').touch()
    found = next(finding for finding in examine(planted.write()).problems if finding.kind == 'list')
    assert found.text == 'In the list of the photos: 3 faults.'
    wanted = ("line 5 has the level 'x'", "line 7 has the level '20260101', wanted 0 to 999", 'plan.csv')
    assert all(word in line for word, line in zip(wanted, found.details))


def test_levels_without_photos_are_found_in_the_set_and_in_a_part(planted, street):
    planted.rows = [row for row in planted.rows
                    if row['level'] != '0' and (row['level'], row['split']) != ('2', 'test')]
    found = examine(planted.write()).problems
    assert [finding.text for finding in found] == [
        'There is no photo of level 0; levels should run from 0 without a gap.', 'test has no photo of level 2.']
    found = examine(planted.write(), names=['a', 'b', 'c', 'd']).problems
    assert found[0].text.startswith('There is no photo of levels 0 (a), 3 (d);')


def test_a_fold_may_test_no_photo_of_a_level_and_must_train_on_some():
    parts = [dict(fold1='test', fold2='train'), dict(fold1='train', fold2='test')]
    folded = [Listed(Path(), 0, each, {}, '') for each in parts]
    assert are_folds(folded) and not are_folds([*folded, Listed(Path(), 0, dict(fold1='test', fold2='test'), {}, '')])
    assert not are_folds([Listed(Path(), 0, {'': 'test'}, {}, '')])
    counts = {'all': [3, 3], 'fold1 train': [3, 0], 'fold1 test': [0, 3]}
    assert [(finding.kind, finding.text) for finding in check_levels(counts, ['', ''], folds=True)] == [
        ('levels', 'fold1 train has no photo of level 1.'), ('folds', 'fold1 test has no photo of level 0.')]
    assert {finding.kind for finding in check_levels(counts, ['', ''])} == {'levels'}


def test_a_level_with_far_more_photos_than_another_is_worth_knowing():
    assert list(check_levels({'all': [30, 3, 30]}, ['', '', ''])) == []
    found, = check_levels({'all': [31, 3, 30]}, ['', '', ''])
    assert (found.kind, found.text) == ('balance', 'Level 0 has 31 photos, level 1 has 3.')


def test_odd_sizes_are_found_where_nearly_all_have_one_size(planted, street):
    planted.add('level_1/small.png', 1, 'train', cv2.resize(street(7), (64, 48), interpolation=cv2.INTER_AREA))
    found = only(examine(planted.write('scene')), 'sizes')
    assert found.text == 'Not 320x240 as the others: 1 photo.' and found.details[0].endswith('small.png is 64x48')
    for row in planted.rows[::2]:
        path = planted.folder / row['file']
        cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), (160, 120), interpolation=cv2.INTER_AREA))
    diagnosis = examine(planted.write('scene'))
    assert diagnosis.findings == () and diagnosis.sizes == {'160x120': 10, '320x240': 9}


def test_a_photo_that_shows_nothing_is_said_not_to_be_compared(planted):
    for part, grey in (('train', 200), ('test', 201)):
        planted.add(f'level_2/{part}.png', 2, part, np.full((240, 320, 3), grey, np.uint8))
    assert only(examine(planted.write('scene')), 'flat').text == 'Showing too little to compare with others: 2 photos.'


def test_what_lies_beside_the_photos_of_a_table_is_counted_by_why_it_is_passed_over(planted, street):
    cv2.imwrite(str(planted.folder / 'level_1/forgotten.png'), street(7))
    for name in ('level_0/a.dng', 'level_2/b.DNG', 'level_2/.hidden.png', 'README.md'):
        (planted.folder / name).touch()
    found = only(examine(planted.write()), 'passed over')
    assert found.text == ('Passed over: 2 raw photos (.dng: convert them to TIFF or JPEG), 1 photo that the list does '
                          'not name, 1 hidden file.')


def test_photos_of_several_frames_and_of_fewer_bits_are_found(planted, street):
    frames = [Image.fromarray(street(number)) for number in (7, 8)]
    planted.add('level_1/moving.webp', 1, 'train', street(7))
    frames[0].save(planted.folder / 'level_1/moving.webp', save_all=True, append_images=frames[1:], lossless=True)
    planted.add('level_1/twelve.png', 1, 'train', street(6))
    cv2.imwrite(str(planted.folder / 'level_1/twelve.png'), street(6)[..., 0].astype(np.uint16) << 4)
    found = {finding.kind: finding for finding in examine(planted.write()).findings}
    assert found['frames'].text == 'Of several frames the first is taken: 1 photo.'
    assert found['frames'].details[0].endswith('moving.webp has 2 frames, of which the first is taken.')
    assert found['unreadable'].details[0].split(': ')[2].startswith('12 bits in 16?')


def test_the_worst_comes_first(planted, street):
    planted.add('level_1/copy.png', 1, 'train', street(2, BETAS[1]))
    planted.add('level_2/copy.png', 2, 'test', street(2, BETAS[1]))
    planted.add('level_2/lost.png', 2, 'test')
    planted.add('level_4/x.png', 4, 'train', street(7)[:100])
    planted.add('level_4/y.png', 4, 'test', cv2.resize(street(7)[:100], (160, 50), interpolation=cv2.INTER_AREA))
    planted.rows[0]['level'] = '-1'
    kinds = [finding.kind for finding in examine(planted.write()).findings]
    assert kinds == ['list', 'unreadable', 'conflict', 'copies across', 'lookalikes across', 'levels', 'sizes',
                     'passed over']
    assert kinds == sorted(kinds, key=[*PROBLEMS, *NOTES].index)


# where a set may come from

def test_folders_of_parts_are_compared(planted):
    for part in ('train', 'test'):
        for level in range(3):
            (planted.folder / part / f'level_{level}').mkdir(parents=True)
    for row in planted.rows:
        (planted.folder / row['file']).rename(planted.folder / row['split'] / row['file'])
    for level in range(3):
        (planted.folder / f'level_{level}').rmdir()
    assert examine(planted.folder).findings == ()
    train = planted.folder / 'train/level_1/s2.png'
    train.rename(planted.folder / 'test/level_2/s2.png')
    (planted.folder / 'test/level_0/s4.png').unlink()
    (planted.folder / 'test/level_0/s5.png').unlink()
    found = examine(planted.folder).problems
    assert [finding.kind for finding in found] == ['list', 'lookalikes across', 'levels']
    assert 'test/level_0 holds no photo' in found[0].details[0]
    assert found[2].text == 'test has no photo of level 0.'


def test_a_gap_in_the_folders_is_a_problem_and_no_end(planted):
    for path in (planted.folder / 'level_1').iterdir():
        path.unlink()
    (planted.folder / 'level_1').rmdir()
    found = examine(planted.folder).problems
    assert [finding.kind for finding in found] == ['list', 'levels']
    assert 'There is no photo of level 1;' in found[1].text


def test_a_table_of_any_name_is_examined(planted):
    planted.write().joinpath('manifest.csv').rename(planted.folder / 'mine.csv')
    assert examine(planted.folder / 'mine.csv').counts['train'] == [4, 4, 4]
    (planted.folder / 'lines.txt').write_text('level_0/s0.png 0\nlevel_0/s1.png 1\n')
    assert examine(planted.folder / 'lines.txt').counts == {'all': [1, 1]}


@pytest.mark.parametrize(('name', 'content', 'said'), [
    ('gone', None, 'There is nothing at .*gone'), ('gone.py', None, r'There is nothing at .*gone\.py'),
    ('a.csv', 'file,level\n', r'a\.csv lists no photo'),
    ('a.csv', 'file,level\nx.png,?\n', 'lists no photo.*line 2 has'),
    ('a.png', 'x', 'a.png is no data set'), ('a.py', 'model = 1', 'has no train_dataloader'),
    ('a.py', 'model = (', r'a\.py, line 1: ')])
def test_what_is_no_data_set_is_refused(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        open_source(tmp_path / name)


def test_names_are_not_for_a_config_nor_options_for_a_folder(planted):
    with pytest.raises(ValueError, match='Names of levels are for a folder'):
        open_source(Path('a.py'), names=['a'])
    with pytest.raises(ValueError, match='options for a config file'):
        open_source(planted.write(), options={'a': 1})


@pytest.fixture
def config(planted) -> Callable[..., Path]:
    """``config(train=..., test=...)``: a config file of the planted set, with what each part says of it."""
    def write(**parts: dict) -> Path:
        base = dict(type='HazeLevelDataset', data_root=str(planted.write()), prepare=[dict(type='NoSuchStep')])
        path = planted.folder / 'config.py'
        path.write_text('\n'.join(f'{part}_dataloader = dict(dataset={says if "type" in says else dict(base, **says)})'
                                  for part, says in parts.items()))
        return path
    return write


def test_the_parts_of_a_config_are_compared_and_no_pipeline_is_built(config):
    path = config(train={}, val=dict(part='test'), test=dict(part='test'))
    diagnosis = examine(path)
    assert diagnosis.findings == ()
    assert diagnosis.counts == {'all': [6, 6, 6], 'train': [4, 4, 4], 'val = test': [2, 2, 2]}


def test_validation_on_what_training_has_is_found_in_a_config(config):
    diagnosis = examine(config(train={}, val={}, test=dict(part='test')))
    assert [finding.kind for finding in diagnosis.problems] == ['copies across', 'scenes across']
    assert diagnosis.counts['val'] == [4, 4, 4]
    assert diagnosis.problems[0].text == 'In more than one part, equal in every pixel: 12 photos.'


def test_an_option_changes_the_config(config):
    path = config(train={}, test=dict(part='test'))
    diagnosis = examine(path, options={'test_dataloader.dataset.part': 'train'})
    assert diagnosis.problems[0].kind == 'copies across'


def test_a_data_set_of_a_config_that_cannot_be_built_is_a_problem(config):
    path = config(train={}, val=dict(data_root='gone'), test=dict(no_such_argument=1))
    found = only(examine(path), 'list')
    assert found.details[0].startswith('val: ') and 'gone' in found.details[0]
    assert 'no_such_argument' in found.details[1]


@pytest.mark.parametrize('classes', [2, 9])
def test_a_network_with_other_levels_than_the_photos_is_a_problem_of_a_config(config, planted, classes):
    path = config(train={}, test=dict(part='test'))
    path.write_text(f'{path.read_text()}\nmodel = dict(head=dict(num_classes={classes}))\n')
    said = f'{planted.folder}/manifest.csv, the training set, has 3 levels, 0 to 2, and model.head.num_classes is '
    assert only(examine(path), 'list').details[0].startswith(f'{said}{classes}. Set')
    assert examine(path, options={'model.head.num_classes': 3}).findings == ()


def test_wrapped_data_sets_are_looked_into(config, planted):
    inner = dict(type='HazeLevelDataset', data_root=str(planted.folder), pipeline=[dict(type='NoSuchStep')])
    path = config(train=dict(type='RepeatDataset', times=3, dataset=inner),
                  test=dict(type='ConcatDataset', datasets=[dict(inner, part='test')]))
    diagnosis = examine(path)
    assert diagnosis.counts == {'all': [6, 6, 6], 'train': [4, 4, 4], 'test': [2, 2, 2]}
    assert diagnosis.findings == ()


# levels that are upside down

@pytest.mark.parametrize(('column', 'values', 'said'), [
    ('visibility', '50 300 1000', 'level 1 has less haze than level 0: 300 after 50'),
    ('beta', '0,01 0,04 0,02', 'level 2 has less haze than level 1: 0.02 after 0.04')])
def test_levels_whose_haze_falls_by_what_the_list_says_are_a_problem(tmp_path, column, values, said):
    write_pairs(tmp_path, *(f'{level}.png' for level in range(3)))

    def examine_with(cells: list[str]) -> Diagnosis:
        rows = (f'{level}.png;{level};{cell}\n' for level, cell in enumerate(cells))
        (tmp_path / 'levels.csv').write_text(f'file;level;{column}\n{"".join(rows)}')
        return examine(tmp_path / 'levels.csv')

    finding, = examine_with(values.split()).problems
    assert finding.kind == 'levels' and f'By the column {column} {said}' in finding.text
    assert not examine_with(sorted(values.split(), key=lambda cell: float(cell.replace(',', '.')),
                                   reverse=column == 'visibility')).problems


# pairs

def write_pairs(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), np.random.default_rng(number).integers(0, 256, (60, 80, 3), np.uint8))


def test_pairs_in_one_folder_are_clear_photos_and_hazy_ones(tmp_path):
    write_pairs(tmp_path, '01_hazy.png', '01_GT.png', '02_hazy.png', '02_GT.png')
    diagnosis = examine(tmp_path)
    assert diagnosis.levels == ('clear', 'hazy') and diagnosis.counts == {'all': [2, 2]} and not diagnosis.problems
    assert [Path(seen.photo).name for seen in diagnosis.order] == ['01_GT.png', '01_hazy.png']


def test_the_parts_of_pairs_are_compared(tmp_path):
    for part in ('train', 'test'):
        write_pairs(tmp_path / part, 'hazy/1_1.png', 'GT/1.png', 'hazy/1_2.png')
    diagnosis = examine(tmp_path)
    assert diagnosis.counts == {'all': [2, 4], 'train': [1, 2], 'test': [1, 2]}
    assert only(diagnosis, 'copies across').text == 'In more than one part, equal in every pixel: 3 photos.'


def test_a_clear_photo_of_a_table_in_two_parts_is_a_scene_across(tmp_path):
    write_pairs(tmp_path, '1.png', '2.png', 'c.png')
    (tmp_path / 'pairs.csv').write_text('Hazy;Clear;Split\n1.png;c.png;train\n2.png;c.png;test\n')
    diagnosis = examine(tmp_path / 'pairs.csv')
    assert diagnosis.counts == {'all': [2, 2], 'train': [1, 1], 'test': [1, 1]}
    assert 'scenes across' in [finding.kind for finding in diagnosis.problems]


def test_pairs_of_a_config_are_examined(tmp_path):
    write_pairs(tmp_path, 'hazy/1.png', 'GT/1.png', 'hazy/2.png', 'GT/2.png')
    config = tmp_path / 'pairs.py'
    config.write_text(f"train_dataloader = dict(dataset=dict(type='PairedHazeDataset', data_root='{tmp_path}'))\n")
    assert examine(config).counts == {'all': [2, 2], 'train': [2, 2]}


def test_pairs_without_a_clear_photo_are_told(tmp_path):
    write_pairs(tmp_path, '01_hazy.png', '02_GT.png')
    with pytest.raises(ValueError, match='have no clear one'):
        examine(tmp_path)
