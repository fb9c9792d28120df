from __future__ import annotations

import json
import re

import cv2
import pytest

from mmhaze.datasets import doctor
from mmhaze.synthesis.demo_set import make_demo_set
from tests.conftest import ROOT
from tests.datasets.conftest import street  # noqa: F401  a fixture
from tests.datasets.planted import BETAS, PlantedSet

from .calling import command

examine = command('doctor')


@pytest.fixture
def planted(tmp_path, street) -> PlantedSet:  # noqa: F811
    return PlantedSet(tmp_path / 'set', street)


@pytest.mark.slow
def test_a_healthy_set_gets_a_table_and_exit_code_0(planted, capsys):
    assert examine([str(planted.write())]) == 0
    said = capsys.readouterr()
    assert said.out == (f'{planted.folder}: 18 photos, 320x240\n\n'
                        'level  all  train  test\n'
                        '0        6      4     2\n'
                        '1        6      4     2\n'
                        '2        6      4     2\n'
                        'all     18     12     6\n\n'
                        f'level 0, the least haze: {planted.folder}/level_0/s0.png\n'
                        f'level 2, the most haze: {planted.folder}/level_2/s0.png\n\n'
                        'No problems.\n')


def test_the_last_line_counts_what_was_passed_over_in_folders_and_by_a_config(tmp_path, capsys, street):  # noqa: F811
    for level in (0, 1):
        (tmp_path / f'set/level_{level}').mkdir(parents=True)
        cv2.imwrite(str(tmp_path / f'set/level_{level}/a.png'), street(level + 1, BETAS[level]))
    for name in ('a.txt', '.x/b.png', 'level_1/c.mp4', 'level_1/more/.d.jpg'):
        (tmp_path / 'set' / name).parent.mkdir(exist_ok=True)
        (tmp_path / 'set' / name).touch()
    (tmp_path / 'config.py').write_text("train_dataloader = dict(dataset=dict(type='mmhaze.HazeLevelDataset', "
                                        f"part=None, data_root={str(tmp_path / 'set')!r}, ann_file=''))\n")
    for given in ('set', 'config.py'):
        assert examine([str(tmp_path / given), '--workers', '1']) == 0
        assert capsys.readouterr().out.splitlines()[-1] == (
            f'Passed over: 1 video (for mmhaze haze), 1 hidden folder ({tmp_path}/set/.x), 1 hidden file, 1 file that '
            'is no photo (.txt).')


def test_problems_come_last_the_worst_first_with_exit_code_1(planted, capsys, street):  # noqa: F811
    for number in range(5):
        planted.add(f'level_1/{number}.png', 1, 'train', street(3, BETAS[1]), scene='s3')
    planted.add('level_0/s.png', 0, 'test', street(2, BETAS[0], 'cloudy'), scene='s2')
    (planted.folder / 'level_1/s5.png').write_text('hello')
    assert examine([str(planted.write()), '--workers', '1']) == 1
    said = capsys.readouterr().out.split('\n\n')
    assert [part.splitlines()[0] for part in said[3:]] == ['Worth knowing:', 'Problems, the worst first:']
    assert re.fullmatch(r'- Copies of others at the same level and in the same part: 5 photos\.\n'
                        r'    \S+s3.png( = \S+\d.png){5}', said[3].split('\n', 1)[1])
    assert re.fullmatch(r'- Cannot be read: 1 photo\.\n    \S+s5.png cannot be read as a photo.*\n'
                        r'- In more than one part: 1 of 6 source scenes\. .*\n    s2: 3 in train, 1 in test\n',
                        said[4].split('\n', 1)[1])


def test_of_many_photos_only_some_are_printed_and_all_are_in_the_report(planted, tmp_path, capsys):
    for row in planted.rows:
        row['split_other'] = 'train' if row['level'] == '1' else 'test'
    report = tmp_path / 'out/report.json'
    assert examine([str(planted.write()), '--json', str(report), '--split', 'other']) == 1
    printed = capsys.readouterr().out
    assert printed.count(': 2 in test, 1 in train\n') == 3 and '    and 3 more\n' in printed
    found = json.loads(report.read_text())
    assert not found['healthy'] and found['counts']['other train'] == [0, 6, 0] and found['sizes'] == {'320x240': 18}
    worst = found['findings'][0]
    assert worst['kind'] == 'scenes across' and len(worst['details']) == 6 and worst['text'] in printed
    assert examine([str(planted.write('split_other')), '--json', str(report)]) == 0
    assert json.loads(report.read_text())['healthy'] is True


@pytest.mark.slow
def test_a_sheet_is_drawn(planted, tmp_path):
    sheet = tmp_path / 'out/sheet.png'
    assert examine([str(planted.write()), '--sheet', str(sheet)]) == 0
    height, width = cv2.imread(str(sheet)).shape[:2]
    assert (width, height) == (1750, 40 + 3 * 170)


def test_folders_may_be_named_by_classes(planted, capsys):
    for level, name in enumerate(('rome', 'paris', 'oslo')):
        (planted.folder / f'level_{level}').rename(planted.folder / name)
    assert examine([str(planted.folder)]) == 2
    assert 'Which of the folders oslo, paris, rome' in capsys.readouterr().err
    assert examine([str(planted.folder), '--classes', 'rome', 'paris', 'oslo']) == 0
    assert '\n2 (oslo)     6\nall         18\n' in capsys.readouterr().out


def test_the_order_of_the_levels_is_shown_with_a_photo_of_each_end(planted, tmp_path, capsys):
    for level, name in enumerate(('1000 m', '300 m', '<50 m')):
        (planted.folder / f'level_{level}').rename(planted.folder / name)
    report = tmp_path / 'report.json'
    assert examine([str(planted.folder), '--json', str(report)]) == 0
    shown = capsys.readouterr().out
    assert f"level 0, the least haze: '1000 m', such as {planted.folder}/1000 m/s0.png\n" in shown
    assert f"level 2, the most haze: '<50 m', such as {planted.folder}/<50 m/s0.png\n" in shown
    assert json.loads(report.read_text())['order'] == [
        dict(level=level, name=name, photo=f'{planted.folder}/{name}/s0.png')
        for level, name in enumerate(('1000 m', '300 m', '<50 m'))]


def test_many_sizes_are_summed_up(planted, capsys, street):  # noqa: F811
    for index, row in enumerate(planted.rows[:10]):
        path = planted.folder / row['file']
        cv2.imwrite(str(path), cv2.imread(str(path))[:200 + index])
    examine([str(planted.write())])
    assert re.search(r'set: 18 photos, 8 of 320x240, (1 of 320x2\d\d, ){4}6 other sizes\n', capsys.readouterr().out)


@pytest.mark.slow
@pytest.mark.parametrize('split, code', [('random', 1), ('scene', 0)])
def test_a_config_is_examined_with_what_the_command_line_changes(tmp_path, capsys, split, code):
    make_demo_set(tmp_path / 'demo', scenes=4, workers=1)
    options = [f'{part}_dataloader.dataset.{key}={value}' for part in ('train', 'val', 'test')
               for key, value in (('data_root', tmp_path / 'demo'), ('split', split))]
    config = ROOT / 'configs/magnet/magnet-fe-s_resnet18_demo.py'
    assert examine([str(config), '--cfg-options', *options]) == code
    assert re.search(r'^level +all +train +val = test$', capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(('arguments', 'said'), [
    (['gone'], 'There is nothing at gone'),
    (['.'], r'\. holds no folder'),
    (['set', '--split', 'scene'], "no split 'scene', only none"),
    (['set', '--sheet', 'sheet.gif'], r"wanted a file \.png, \.jpg, \.pdf, got 'sheet.gif'"),
    (['set', '--workers', '0'], "wanted a whole number from 1, got '0'"),
    (['set', '--cfg-options', 'a=1'], 'options for a config file'),
    (['set', '--json', 'set'], 'directory')])
def test_wrong_usage_has_exit_code_2(arguments, said, planted, tmp_path, capsys, monkeypatch):
    planted.write('split')
    monkeypatch.chdir(tmp_path if arguments != ['.'] else planted.folder / 'level_0')
    try:
        code = examine(arguments)
    except SystemExit as usage:
        code = usage.code
    assert code == 2 and re.search(said, capsys.readouterr().err.splitlines()[-1])


def test_ctrl_c_is_said_in_a_line(planted, capsys, monkeypatch):
    def press(path, note):
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, 'read_photo', press)
    assert examine([str(planted.write())]) == 130
    assert capsys.readouterr().err.endswith('mmhaze doctor: stopped.\n')


def test_it_explains_itself(capsys):
    with pytest.raises(SystemExit) as helped:
        examine(['--help'])
    assert helped.value.code == 0
    shown = capsys.readouterr().out
    assert 'manifest.csv' in shown and 'Exit codes: 0 healthy' in shown and '--split NAME' in shown
