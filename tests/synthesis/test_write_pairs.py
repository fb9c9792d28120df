from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from mmhaze.synthesis.write_pairs import write_pairs

from ..cli.calling import command

WILD = '''file,level,split,photo,beta
level_0/a.jpg,0,train,a,0.0
level_3/a.jpg,3,train,a,0.02
level_9/b.jpg,9,test,b,0.05
level_0/b.jpg,0,test,b,0.0
'''
HAZEL = '''file,scene,fog,level,beta,split_random,split_scene
level_0/s1_uniform.png,s1,uniform,0,0.01,train,test
level_1/s1_cloudy.png,s1,cloudy,1,0.015,test,test
'''


def read(path: Path) -> list[tuple]:
    with path.open(newline='') as lines:
        return [tuple(row.values()) for row in csv.DictReader(lines)]


def test_haze_wilds_clear_image_is_the_one_without_haze(tmp_path):
    (tmp_path / 'manifest.csv').write_text(WILD)
    assert read(write_pairs(tmp_path)) == [('level_3/a.jpg', 'level_0/a.jpg', 'a', '3', 'train'),
                                           ('level_9/b.jpg', 'level_0/b.jpg', 'b', '9', 'test')]


def test_hazel_levels_clear_scenes_are_those_that_were_kept(tmp_path, capsys):
    (tmp_path / 'manifest.csv').write_text(HAZEL)
    (tmp_path / 'clear.csv').write_text('file,scene,level,depth,split_scene\nclear/s1.png,s1,0,d.png,test\n')
    assert command('make-set pairs')([str(tmp_path)]) == 0
    assert 'pairs.csv' in capsys.readouterr().out
    with (tmp_path / 'pairs.csv').open() as lines:
        assert list(csv.DictReader(lines))[1] == dict(
            hazy='level_1/s1_cloudy.png', clear='clear/s1.png', scene='s1', level='1', split_random='test',
            split_scene='test')


def test_what_is_missing_is_said(tmp_path, capsys):
    with pytest.raises(FileNotFoundError, match=r'manifest\.csv'):
        write_pairs(tmp_path)
    (tmp_path / 'manifest.csv').write_text(HAZEL)
    assert command('make-set pairs')([str(tmp_path)]) == 2
    assert re.search(r'no clear image of 1 scenes, such as s1\. .*--keep-clear', capsys.readouterr().err)
