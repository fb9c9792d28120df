from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import cv2
import pytest

import mmhaze
from mmhaze.web.album import as_csv, as_jsonl, go_through
from mmhaze.web.inbox import Inbox
from tests.apis.test_inferencer import BASE, save_checkpoint
from tests.ucm.photos import wall

from ..cli.calling import command


@pytest.fixture
def album(tmp_path) -> Path:
    (tmp_path / 'album').mkdir()
    for index in range(20):
        cv2.imwrite(str(tmp_path / 'album' / f'{index:02}.png'), wall(0.02 * index))
    (tmp_path / 'album' / '07.png').write_bytes(b'no photo')
    return tmp_path / 'album'


def lay_down(album: Path, inbox: Inbox) -> list[dict]:
    uploads = []
    for path in sorted(album.iterdir()):
        (inbox.folder / path.stem).mkdir()
        shutil.copy(path, inbox.folder / path.stem / 'stored.png')
        uploads.append(dict(path=str(inbox.folder / path.stem / 'stored.png'), orig_name=path.name))
    return uploads


@pytest.mark.parametrize('trained', [False, True])
def test_the_tables_are_those_of_the_command_line(trained, album, tmp_path):
    checkpoint = save_checkpoint(BASE, tmp_path / 'some.pth')
    options = ['--model', BASE, '--checkpoint', str(checkpoint)] if trained else []
    assert command('haze')([str(album), '--out', str(tmp_path / 'out'), *options]) == 1  # as one is broken
    inferencer = mmhaze.HazeInferencer(*[BASE] * trained, checkpoint=checkpoint if trained else None)
    with Inbox() as inbox:
        *_, found = go_through(lay_down(album, inbox), inbox, inferencer)
        assert not list(inbox.folder.iterdir())
    assert found[7].problem.startswith('07.png cannot be read as a photo') and found[7].file == '07.png'
    rows, expected = ([{**row, 'seconds': ''} for row in csv.DictReader(io.StringIO(text.decode(), newline=''))]
                      for text in (as_csv(found), (tmp_path / 'out' / 'haze.csv').read_bytes()))
    assert list(rows[0]) == list(expected[0]) and len(rows) == 19
    for row, other in zip(rows, expected):
        for name in row:  # photos go through the network in other batches
            assert row[name] == other[name] or float(row[name]) == pytest.approx(float(other[name]), abs=2e-6)
    lines, others = ([{**json.loads(line), 'seconds': 0} for line in text.splitlines()]
                     for text in (as_jsonl(found).decode(), (tmp_path / 'out' / 'haze.jsonl').read_text()))
    for line, other in zip(lines, others):
        assert list(line) == list(other) and line['file'] == other['file']
        assert line['probabilities'] == pytest.approx(other['probabilities'], abs=1e-6)


def test_news_come_before_the_end(album, monkeypatch):
    monkeypatch.setattr('mmhaze.web.album.SECONDS_BETWEEN_NEWS', 0)
    with Inbox() as inbox:
        seen = [len(found) for found in go_through(lay_down(album, inbox), inbox, mmhaze.HazeInferencer())]
    assert seen == list(range(21))


def test_who_leaves_in_the_middle_leaves_nothing(album):
    with Inbox() as inbox:
        running = go_through(lay_down(album, inbox), inbox, mmhaze.HazeInferencer())
        next(running)
        assert len(list(inbox.folder.iterdir())) == 20
        running.close()
        assert not list(inbox.folder.iterdir())


def test_no_photo_gives_no_news_but_the_beginning():
    with Inbox() as inbox:
        assert list(go_through([], inbox, mmhaze.HazeInferencer())) == [[]]
