from __future__ import annotations

import csv
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import mmhaze
from mmhaze.cli.colours import paint_level
from mmhaze.io.media import Video, find_media
from mmhaze.io.photo import read_photo
from mmhaze.jobs import PredictJob, run_job
from mmhaze.jobs.pictures import describe, draw_comparison, draw_level
from mmhaze.visualization import overlay_map
from tests.apis.test_inferencer import BASE, save_checkpoint
from tests.io.test_media import write_video
from tests.jobs.videos import read_video
from tests.ucm.photos import wall

from .calling import command

haze = command('haze')


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory) -> Path:
    return save_checkpoint(BASE, tmp_path_factory.mktemp('weights') / 'base.pth')


@pytest.fixture
def album(tmp_path) -> Path:
    (tmp_path / 'album' / 'trip').mkdir(parents=True)
    for name, haze in (('a.png', 0.05), ('trip/a.png', 0.1), ('trip/b.png', 0.3)):
        cv2.imwrite(str(tmp_path / 'album' / name), wall(haze))
    return tmp_path / 'album'


def rows_of(out: Path) -> tuple[list[dict[str, str]], list[dict]]:
    with (out / 'haze.csv').open(newline='') as lines:
        table = list(csv.DictReader(lines))
    return table, [json.loads(line) for line in (out / 'haze.jsonl').read_text().splitlines()]


def test_a_model_gives_rows_with_what_the_inferencer_says(album, checkpoint, tmp_path, capsys):
    out = tmp_path / 'out'
    arguments = [str(album), '--out', str(out), '--model', BASE, '--checkpoint', str(checkpoint), '--overlays']
    assert haze(arguments) == 0
    table, lines = rows_of(out)
    expected = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)(album, progress=False)
    assert [row['file'] for row in table] == [line['file'] for line in lines] == ['a.png', 'trip/a.png', 'trip/b.png']
    for row, line, prediction in zip(table, lines, expected):
        assert line['probabilities'] == pytest.approx(prediction.probabilities, abs=1e-6)
        assert (row['level'], row['level_name']) == (str(prediction.level), prediction.level_name)
        assert row['trained'] == 'true'
        assert float(row['visibility']) == line['visibility'] == prediction.visibility
        assert float(row['haze_factor']) == pytest.approx(prediction.haze_factor, abs=1e-6)
        drawn = draw_level(read_photo(album / row['file']), prediction)
        written = cv2.imread(str(out / 'overlays' / f'{row["file"]}.jpg'))
        assert np.abs(written.astype(int) - drawn).mean() < 6
    said = capsys.readouterr()
    assert f'of level {expected[0].level} ({expected[0].level_name})\n' in said.out
    assert f'haze.csv, haze.jsonl and overlays are in {out}' in said.out


def test_without_a_folder_each_gets_a_line_and_nothing_is_written(album, checkpoint, tmp_path, capsys):
    before = sorted(tmp_path.rglob('*'))
    names = ('a.png', 'trip/a.png', 'trip/b.png')
    assert haze([str(album)]) == 0
    expected = mmhaze.HazeInferencer()(album, progress=False)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ['level', 'sure', 'haze', 'photo']
    assert rows == [f'{f"{seen.level} {seen.level_name}":<14}{seen.probabilities[seen.level]:>5.0%}   '
                    f'{seen.haze:.2f} ± {seen.spread:.2f}   {name}' for name, seen in zip(names, expected)]
    assert all(row.index(name) == head.index('photo') for row, name in zip(rows, names))
    assert haze([str(album), '--model', BASE, '--checkpoint', str(checkpoint)]) == 0
    expected = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)(album, progress=False)
    assert capsys.readouterr().out.splitlines() == [f'{name}: {describe(seen)}' for name, seen in zip(names, expected)]
    assert sorted(tmp_path.rglob('*')) == before


def test_a_terminal_shows_the_level_in_colour_and_the_columns_stay(album, monkeypatch, capsys):
    assert haze([str(album)]) == 0
    plain = capsys.readouterr().out
    monkeypatch.delenv('NO_COLOR', raising=False)
    monkeypatch.setattr('mmhaze.cli.haze_command.has_colours', lambda stream: True)
    assert haze([str(album)]) == 0
    coloured = capsys.readouterr().out
    expected = mmhaze.HazeInferencer()(album, progress=False)
    assert re.sub('\x1b\\[[0-9]+m', '', coloured) == plain
    for row, seen in zip(coloured.splitlines()[1:], expected):
        assert row.startswith(paint_level(f'{seen.level} {seen.level_name}'.ljust(14), seen.level))


@pytest.mark.parametrize('words', [['--overlays'], ['--dehazer', 'dcp']])
def test_pictures_want_a_folder(words, album, capsys):
    with pytest.raises(SystemExit) as refused:
        haze([str(album), *words])
    assert refused.value.code == 2 and 'write pictures and want --out DIR' in capsys.readouterr().err


@pytest.mark.slow
def test_with_a_dehazer_each_photo_stands_beside_the_same_without_haze(album, checkpoint, tmp_path, capsys):
    out = tmp_path / 'out'
    arguments = ['--model', BASE, '--checkpoint', str(checkpoint), '--dehazer', 'dcp', '--device', 'cpu']
    assert haze([str(album), '--out', str(out), *arguments]) == 0
    inferencer, dehazer = mmhaze.HazeInferencer(BASE, 'cpu', checkpoint=checkpoint), mmhaze.DehazeInferencer('dcp')
    for file in ('a.png', 'trip/a.png', 'trip/b.png'):
        photo = read_photo(album / file)
        dehazed = dehazer.dehaze(photo).dehazed
        before, after = inferencer([photo, dehazed], progress=False)
        drawn = draw_comparison(photo, dehazed, before, after)
        written = cv2.imread(str(out / 'compare' / f'{file}.jpg'))
        assert written.shape == drawn.shape and np.abs(written.astype(int) - drawn).mean() < 6
    assert f'haze.csv, haze.jsonl and compare are in {out}' in capsys.readouterr().out
    assert not (out / 'overlays').exists()
    assert haze([str(album / 'a.png'), '--out', str(out)]) == 0
    assert not (out / 'compare').exists() or not list((out / 'compare').rglob('*.jpg'))


def test_a_dehazer_makes_a_video_of_both(tmp_path):
    write_video(tmp_path / 'drive.mp4', [wall(0.1)] * 3)
    out = tmp_path / 'out'
    assert haze([str(tmp_path / 'drive.mp4'), '--out', str(out), '--dehazer', 'dcp', '--overlays']) == 0
    width = wall(0.1).shape[1]
    for kind, columns in (('overlays', width), ('compare', 2 * width)):
        _, frames = read_video(out / kind / 'drive.mp4')
        assert len(frames) == 3 and columns <= frames[0].shape[1] <= columns + 8


def test_captions_name_both(album):
    photo = read_photo(album / 'a.png')
    seen = mmhaze.HazeInferencer()(photo)[0]
    pictures = [draw_comparison(photo, photo, *both) for both in (
        (seen, seen), (None, None), (seen, None), (None, seen), (replace(seen, level=(seen.level + 1) % 5), seen))]
    width = photo.shape[1]
    assert not np.array_equal(pictures[0], pictures[1])
    assert np.array_equal(pictures[2][:, :width], pictures[0][:, :width])
    assert np.array_equal(pictures[3][:, -width:], pictures[0][:, -width:])
    assert not np.array_equal(pictures[0][:, :width], pictures[0][:, -width:])
    assert not np.array_equal(pictures[4][:, :width], pictures[0][:, :width])


def test_without_a_model_the_network_in_the_box_fills_the_tables(album, tmp_path, capsys):
    assert haze([str(album), '--out', str(tmp_path / 'out'), '--overlays']) == 0
    table, lines = rows_of(tmp_path / 'out')
    for row, line, name in zip(table, lines, ('a.png', 'trip/a.png', 'trip/b.png')):
        found = mmhaze.estimate_haze(album / name)
        assert (row['level'], row['level_name'], row['trained']) == (str(found.level), found.name, 'false')
        assert float(row['haze']) == pytest.approx(found.haze, abs=1e-5)
        assert line['probabilities'] == pytest.approx(found.probabilities.tolist(), abs=1e-5)
        assert 0 <= float(row['haze_factor']) <= 1.28
        drawn = overlay_map(read_photo(album / name), found)
        written = cv2.imread(str(tmp_path / 'out' / 'overlays' / f'{name}.jpg'))
        assert np.abs(written.astype(int) - drawn)[30:].mean() < 6  # above is the level
    assert f'of level {lines[0]["level"]} ({lines[0]["level_name"]})\n' in capsys.readouterr().out


def test_a_black_photo_has_an_empty_haze_factor_and_whole_json(tmp_path):
    cv2.imwrite(str(tmp_path / 'black.png'), np.zeros((20, 20, 3), np.uint8))
    assert haze([str(tmp_path / 'black.png'), '--out', str(tmp_path / 'out'), '--overlays']) == 0
    table, lines = rows_of(tmp_path / 'out')
    assert table[0]['haze_factor'] == '' and lines[0]['haze_factor'] is None


def test_a_broken_photo_is_said_and_the_rest_is_whole(album, tmp_path, capsys):
    (album / 'broken.jpg').write_bytes(b'no photo')
    assert haze([str(album), '--out', str(tmp_path / 'out'), '--overlays']) == 1
    assert len(rows_of(tmp_path / 'out')[0]) == 3
    error = capsys.readouterr().err
    assert 'Could not be read (1):' in error and 'broken.jpg cannot be read as a photo' in error


@pytest.mark.slow
def test_a_second_run_replaces_the_first(album, tmp_path):
    out = tmp_path / 'out'
    assert haze([str(album), '--out', str(out), '--overlays']) == 0
    assert haze([str(album / 'a.png'), '--out', str(out), '--overlays']) == 0
    assert [row['file'] for row in rows_of(out)[0]] == ['a.png']
    assert sorted(path.name for path in (out / 'overlays').rglob('*.jpg')) == ['a.png.jpg']


def test_a_video_gives_a_row_a_frame_and_a_video_of_overlays(tmp_path, checkpoint):
    frames = [wall(haze) for haze in (0.05, 0.1, 0.2, 0.3, 0.4)]
    write_video(tmp_path / 'drive.avi', frames)
    out = tmp_path / 'out'
    assert haze([str(tmp_path / 'drive.avi'), '--out', str(out), '--overlays', '--batch-size', '2',
                         '--frames', '3', '--model', BASE, '--checkpoint', str(checkpoint)]) == 0
    table, lines = rows_of(out)
    assert [row['frame'] for row in table] == ['0', '1', '2'] and [line['frame'] for line in lines] == [0, 1, 2]
    kept = read_video(tmp_path / 'drive.avi')[1]
    expected = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)(kept[:3], progress=False)
    for line, prediction in zip(lines, expected):
        assert line['probabilities'] == pytest.approx(prediction.probabilities, abs=1e-6)
    drawn = read_video(out / 'overlays' / 'drive.avi.mp4')[1]
    assert len(drawn) == 3
    for frame, original, prediction in zip(drawn, kept, expected):
        assert np.abs(frame.astype(int) - draw_level(original, prediction)).mean() < 12


@pytest.mark.parametrize('kind', ['photos', 'video'])
def test_a_run_that_is_stopped_keeps_what_was_made(kind, album, tmp_path):
    asked = itertools.count()
    job = PredictJob(tmp_path / 'out', mmhaze.HazeInferencer(workers=1))
    if kind == 'photos':
        media = find_media([str(album)])
    else:
        write_video(tmp_path / 'drive.avi', [wall(0.1)] * 5)
        media = Video(tmp_path / 'drive.avi', 'drive.avi')
    summary = run_job(job, media, stopped=lambda: next(asked) >= 2)
    assert summary.stopped and summary.pictures == 2
    table, lines = rows_of(tmp_path / 'out')
    assert len(table) == len(lines) == 2


def test_photos_where_overlays_would_go_are_refused(album, tmp_path, capsys):
    (tmp_path / 'overlays').mkdir()
    cv2.imwrite(str(tmp_path / 'overlays' / 'a.png'), wall(0.1))
    assert haze([str(tmp_path / 'overlays'), '--out', str(tmp_path)]) == 2
    assert 'where this run would write' in capsys.readouterr().err


@pytest.mark.parametrize(('arguments', 'says'), [
    (['https://example.org/a.jpg'], 'not on this machine'),
    (['nowhere'], 'There is nothing at'),
    (['.', '--model', BASE, '--checkpoint', 'nowhere.pth'], 'There is no checkpoint'),
    (['.', '--frames', '3'], '--frames is for a video'),
])
def test_wrong_usage_is_said_in_a_line(arguments, says, album, monkeypatch, capsys):
    monkeypatch.chdir(album)
    assert haze([*arguments, '--out', 'out']) == 2
    error = capsys.readouterr().err
    assert says in error and 'Traceback' not in error


def test_model_and_checkpoint_go_together(capsys):
    with pytest.raises(SystemExit):
        haze(['a.jpg', '--out', 'out', '--model', BASE])
    assert 'go together' in capsys.readouterr().err


def test_what_is_written_over_a_photo(checkpoint):
    photo = wall(0.2)
    prediction = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)(photo)[0]
    assert describe(prediction) == (f'level {prediction.level} ({prediction.level_name}) of 0-8, '
                                    f'{prediction.probabilities[prediction.level]:.0%} sure')
    assert describe(replace(prediction, level=0, level_name='level 0', probabilities=(0.75, 0.25))) == (
        'level 0 of 0-1, 75% sure')
    seen = mmhaze.HazeInferencer()(photo)[0]
    assert describe(seen) == (f'level {seen.level} ({seen.level_name}) of 0-4, '
                              f'{seen.probabilities[seen.level]:.0%} sure, haze {seen.haze:.2f} ± {seen.spread:.2f}')
