"""The flood of bad files must find what is planted, or its table of no findings says nothing."""
from __future__ import annotations

import json
import os
from collections import Counter
from random import Random

import cv2
import numpy as np
import pytest

from benchmarks.robustness import bad_input
from mmhaze.apis.dehaze_inferencer import DehazeInferencer

pytestmark = pytest.mark.filterwarnings('ignore')  # as the readers' libraries warn of much in such files


@pytest.mark.slow
@pytest.mark.parametrize('kind', bad_input.KINDS)
def test_the_same_number_gives_the_same_file_and_others_others(kind):
    make = bad_input.KINDS[kind][0]
    files = [make(Random(f'1 {kind} {number}')) for number in range(8)]
    assert files == [make(Random(f'1 {kind} {number}')) for number in range(8)]
    assert len(set(files)) == len(files)


@pytest.mark.slow
@pytest.mark.parametrize('kind', bad_input.KINDS)
def test_some_files_are_read_and_some_refused_by_name(kind, tmp_path):
    found = [bad_input.try_file(kind, 3, number, tmp_path, bad_input.peak()) for number in range(60)]
    assert not [each for each in found if each['problem']]
    assert min(Counter(each['answer'] for each in found)[answer] for answer in ('read', 'refused')) >= 5
    assert {path.name for path in tmp_path.iterdir()} == {each['name'] for each in found}


@pytest.mark.slow
def test_doors_leave_out_what_cannot_be_read_and_one_that_does_not_is_found(tmp_path, monkeypatch):
    folder = tmp_path / 'files'
    folder.mkdir()
    found = [bad_input.try_file('image', 3, number, folder, bad_input.peak()) for number in range(20)]
    refused = {each['name'] for each in found if each['answer'] != 'read'}
    doors = bad_input.Doors(tmp_path)
    assert 0 < len(refused) < 20 and doors.look(folder, refused) == []
    spared = sorted(refused)[0]
    assert any(spared in each for each in doors.look(folder, refused - {spared}))
    monkeypatch.setattr(doors, 'by_dataset', nameless_error)
    assert doors.look(folder, refused) == ['HazeLevelDataset: ValueError: no']


def test_a_photo_too_large_to_dehaze_may_be_left_out_if_that_is_said(tmp_path, monkeypatch):
    folder = tmp_path / 'files'
    folder.mkdir()
    for name in ('a.png', 'b.png'):
        cv2.imwrite(str(folder / name), np.full((20, 30, 3), 90 if name == 'a.png' else 91, np.uint8))
    doors = bad_input.Doors(tmp_path)
    real = DehazeInferencer._pass
    says = []

    def fail(self, photo):
        if photo.mean() * 255 > 90.5:
            raise RuntimeError(*says)
        return real(self, photo)

    monkeypatch.setattr(DehazeInferencer, '_pass', fail)
    says[:] = ["can't allocate memory"]
    assert doors.look(folder, set()) == []
    says[:] = ['something else']
    assert [each.split(':')[0] for each in doors.look(folder, set())] == ['tools/dehaze.py', 'DehazeInferencer']


def wrong_error(path):
    raise KeyError(path.name)


def nameless_error(path):
    raise ValueError('no')


def too_much(path):
    raise MemoryError


@pytest.mark.parametrize(('look', 'says'), [(wrong_error, 'KeyError'), (too_much, 'MemoryError'),
                                            (nameless_error, 'does not name the file')])
def test_a_reader_that_fails_in_another_way_is_found(monkeypatch, tmp_path, look, says):
    monkeypatch.setitem(bad_input.KINDS, 'image', (bad_input.make_image, look))
    assert says in bad_input.try_file('image', 1, 0, tmp_path, 0)['problem']


def test_a_process_that_dies_is_found_and_the_next_file_is_tried(monkeypatch, capsys):
    lines = 'import json, os, sys\nfirst, count = int(sys.argv[4]), int(sys.argv[5])\n' \
        'for number in range(first, count):\n    if number == 2:\n        os.abort()\n' \
        '    print(json.dumps(dict(kind="image", number=number, problem="")), flush=True)\n'
    real = bad_input.subprocess.Popen
    monkeypatch.setattr(bad_input.subprocess, 'Popen',
                        lambda command, **settings: real([command[0], '-c', lines, *command[3:]], **settings))
    found = bad_input.run('image', 1, 5, lambda count: None)
    assert [each['number'] for each in found] == [0, 1, 2, 3, 4]
    assert [each['number'] for each in found if each['problem']] == [2]
    assert 'ended with -6' in found[2]['problem'] or os.name == 'nt'


def test_what_was_tried_before_a_process_dies_is_kept(monkeypatch, capsys):
    def try_file(kind, seed, number, *_):
        if number == 7:
            raise SystemExit
        return dict(kind=kind, number=number, name=str(number), answer='read', problem='')

    monkeypatch.setattr(bad_input, 'try_file', try_file)
    monkeypatch.setattr(bad_input.resource, 'setrlimit', lambda *_: None)
    with pytest.raises(SystemExit):
        bad_input.work('table', 1, range(5, 10))
    assert [json.loads(line)['number'] for line in capsys.readouterr().out.splitlines()] == [5, 6]
