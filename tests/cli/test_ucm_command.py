from __future__ import annotations

import csv
import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.apis import inputs
from mmhaze.io.photo import read_photo
from mmhaze.ucm import segment_haze
from tests.conftest import ROOT
from tests.io.test_media import write_video
from tests.jobs.test_segment_job import files
from tests.ucm.photos import wall

from .calling import command

ucm = command('ucm')


@pytest.fixture
def album(tmp_path):
    """Two photos with haze and one without."""
    (tmp_path / 'album' / 'trip').mkdir(parents=True)
    cv2.imwrite(str(tmp_path / 'album' / 'a.png'), wall(0.05))
    cv2.imwrite(str(tmp_path / 'album' / 'trip' / 'a.png'), wall(0.1))
    cv2.imwrite(str(tmp_path / 'album' / 'trip' / 'b.png'), np.full((30, 40, 3), 90, np.uint8))
    return tmp_path / 'album'


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / 'ucm.csv').open(newline='') as lines:
        return list(csv.DictReader(lines))


def test_photos_get_their_pictures_rows_and_a_summary(album, tmp_path, capsys):
    out = tmp_path / 'out'
    assert ucm([str(album), '--out', str(out)]) == 0
    rows = rows_of(out)
    assert [(row['file'], row['found']) for row in rows] == [('a.png', 'true'), ('trip/a.png', 'true'),
                                                             ('trip/b.png', 'false')]
    assert len(files(out)) == 10 and 'overlays/trip/a.png.jpg' in files(out)
    said = capsys.readouterr()
    share = sum(float(row['share']) for row in rows) / 3
    assert f'3 photos, haze in 2; on average {share:.0%} of a photo is haze.' in said.out
    assert re.search(r'UCM takes \d+\.\d ms a photo \(median\), \d+ photos a second; '
                     r'with reading and writing \d+\.\d photos a second', said.out)
    assert f'overlays, masks, segments, ucm.csv are in {out}' in said.out
    assert not said.err


def test_without_a_folder_each_gets_a_line_and_nothing_is_written(album, tmp_path, capsys):
    (album / 'trip' / 'c.png').write_text('hello')
    before = sorted(tmp_path.rglob('*'))
    assert ucm([str(album)]) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    for line, name in zip(lines, ('a.png', 'trip/a.png')):
        found = segment_haze(read_photo(album / name))
        x0, y0, x1, y1 = found.box
        assert line == f'{name}: {found.ratio:.0%} is haze, from ({x0}, {y0}) to ({x1}, {y1})'
    assert lines[2:] == ['trip/b.png: no haze']
    assert re.fullmatch(r'\nCould not be read \(1\):\n  \S+c\.png cannot be read as a photo: .*\n', said.err)
    assert sorted(tmp_path.rglob('*')) == before


@pytest.mark.parametrize('out', [False, True])
def test_the_last_line_counts_what_was_passed_over(out, album, tmp_path, capsys):
    for name in ('a.txt', 'b.txt', 'b.nef', '.thumbs/a.jpg'):
        (album / name).parent.mkdir(exist_ok=True)
        (album / name).touch()
    assert ucm([str(album), *['--out', str(tmp_path / 'out')] * out]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == (
        f'Passed over: 1 raw photo (.nef: convert them to TIFF or JPEG), 1 hidden folder ({album}/.thumbs), 2 files '
        'that are no photo (.txt).')


@pytest.mark.skipif(sys.platform in ('win32', 'darwin'), reason='names are text there')
def test_a_name_that_is_no_text_is_printed_all_the_same(tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / 'a.png'), wall(0.1))
    os.rename(tmp_path / 'a.png', os.fsencode(tmp_path) + b'/a\xff.png')
    printed = io.BytesIO()
    monkeypatch.setattr(sys, 'stdout', io.TextIOWrapper(printed, encoding='utf-8', errors='strict'))
    assert ucm([str(tmp_path)]) == 0
    assert printed.getvalue().startswith(b'a\\udcff.png: ')


def test_a_line_is_there_before_the_next_photo_is_read(tmp_path, capsys, monkeypatch):
    for index in range(10):
        cv2.imwrite(str(tmp_path / f'{index}.png'), wall(0.05)[:40, :50])
    said_before = {}

    def read_and_look(path, note):
        said_before[path.name] = capsys.readouterr().out
        return read_photo(path)

    monkeypatch.setattr(inputs, 'read_photo', read_and_look)
    assert ucm([str(tmp_path), '--workers', '1']) == 0
    assert any('0.png: ' in said for name, said in said_before.items() if name < '5.png')


def test_a_sweep_wants_a_folder(album, capsys):
    with pytest.raises(SystemExit) as refused:
        ucm([str(album), '--sweep', 'gray'])
    assert refused.value.code == 2 and '--sweep draws into a folder and wants --out DIR' in capsys.readouterr().err


def test_options_reach_the_run(album, tmp_path):
    out = tmp_path / 'out'
    assert ucm([str(album / '*.png'), '--out', str(out), '--gray', '200', '--min-box', '10000', '--no-masks',
                     '--no-segments', '--overlay-format', 'png', '--workers', '2']) == 0
    row, = rows_of(out)
    assert row['gray_threshold'] == '200.000000' and row['found'] == 'false'
    assert files(out) == ['overlays/a.png.png', 'ucm.csv']
    np.testing.assert_array_equal(read_photo(out / 'overlays/a.png.png'), wall(0.05))


def test_what_cannot_be_read_comes_last_with_the_reason_and_the_rest_is_done(album, tmp_path, capsys):
    (album / 'a.jpg').write_text('hello')
    assert ucm([str(album), '--out', str(tmp_path / 'out')]) == 1
    said = capsys.readouterr()
    assert '3 photos' in said.out and len(rows_of(tmp_path / 'out')) == 3
    assert re.fullmatch(r'\nCould not be read \(1\):\n  \S+a\.jpg cannot be read as a photo: .*\n', said.err)


@pytest.mark.parametrize(('arguments', 'said'), [
    (['gone'], r'nothing at .*gone\. Wanted a photo, a folder'),
    (['*.gif'], r'no photo in \*\.gif'),
    (['album', '--gray', '256'], 'gray_threshold is in grey levels of 0 to 255, got 256'),
    (['album', '--gray', 'bright'], "wanted a number from 0 to 255, got 'bright'"),
    (['album', '--min-box', '-1'], 'min_box is in pixels'),
    (['album', '--workers', '0'], "wanted a whole number from 1, got '0'"),
    (['album', '--frames', '3'], '--frames is for a video or a camera'),
    (['album', '--sweep', 'gray', '--gray', '90'], 'Leave out --gray'),
    (['clip.avi', '--sweep', 'gray'], '--sweep is for photos')])
def test_wrong_usage_is_said_in_a_line_and_changes_nothing(arguments, said, album, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / 'clip.avi', [wall(0.05)])
    try:
        code = ucm([*arguments, '--out', 'out'])
    except SystemExit as usage:
        code = usage.code
    output = capsys.readouterr()
    assert code == 2 and re.search(said, output.err.splitlines()[-1]) and not output.out
    assert not (tmp_path / 'out').exists()


def test_a_folder_that_cannot_be_written_is_said_in_a_line(album, tmp_path, capsys):
    (tmp_path / 'file').touch()
    assert ucm([str(album), '--out', str(tmp_path / 'file')]) == 1
    assert re.fullmatch(r'mmhaze ucm: \S*file\S* cannot be written: .*\n', capsys.readouterr().err)


def test_ctrl_c_keeps_what_was_made(tmp_path, capsys, monkeypatch):
    for index in range(30):
        cv2.imwrite(str(tmp_path / f'{index:02}.png'), wall(0.05)[:40, :50])

    def read_and_press(path, note):
        if path.name == '05.png':
            signal.raise_signal(signal.SIGINT)
        return read_photo(path)

    monkeypatch.setattr(inputs, 'read_photo', read_and_press)
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / 'out'
    assert ucm([str(tmp_path), '--out', str(out), '--workers', '2']) == 130
    names = [row['file'] for row in rows_of(out)]
    assert names == [f'{index:02}.png' for index in range(len(names))] and 5 <= len(names) < 30
    assert len(files(out)) == 3 * len(names) + 1
    said = capsys.readouterr()
    assert said.out.startswith('Stopped.') and f'{len(names)} photos' in said.out and not said.err
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.slow
def test_a_sweep_draws_one_sheet_a_photo(album, tmp_path, capsys):
    assert ucm([str(album / 'trip'), '--out', str(tmp_path / 'out'), '--sweep', 'channel']) == 0
    assert files(tmp_path / 'out') == ['sweeps/a.png.channel.png', 'sweeps/b.png.channel.png']
    assert capsys.readouterr().out == f'2 sheets in {tmp_path / "out" / "sweeps"}\n'


def test_a_video_gets_its_videos_and_a_summary(tmp_path, capsys):
    write_video(tmp_path / 'clip.avi', [wall(0.02 + 0.01 * index) for index in range(5)])
    assert ucm([str(tmp_path / 'clip.avi'), '--out', str(tmp_path / 'out'), '--frames', '4']) == 0
    assert files(tmp_path / 'out') == ['masks/clip.avi.mp4', 'overlays/clip.avi.mp4', 'ucm.csv']
    assert [row['frame'] for row in rows_of(tmp_path / 'out')] == ['0', '1', '2', '3']
    said = capsys.readouterr().out
    assert '4 frames, haze in 4' in said and 'overlays, masks, ucm.csv are in' in said
    assert re.search(r'UCM takes \d+\.\d ms a frame \(median\), \d+ frames a second; '
                     r'with reading and writing \d+\.\d frames a second', said)


@pytest.mark.parametrize('start', ['camera', 'video'])
def test_ctrl_c_is_the_usual_end_of_a_camera_and_not_of_a_video(start, tmp_path, monkeypatch):
    real = cv2.VideoCapture

    class Pressed:
        """A camera or video of 1000 frames, in the fifth of which Ctrl-C is pressed."""
        read_so_far = 0

        def isOpened(self):
            return True

        def get(self, name):
            return 1000 if name == cv2.CAP_PROP_FRAME_COUNT else 25

        def read(self):
            self.read_so_far += 1
            if self.read_so_far == 5:
                signal.raise_signal(signal.SIGINT)
            return self.read_so_far <= 1000, wall(0.05)

        def release(self):
            pass

    clip = tmp_path / 'clip.avi'
    clip.touch()
    monkeypatch.setitem(sys.modules, 'av', None)  # so that OpenCV reads the video, too
    monkeypatch.setattr(cv2, 'VideoCapture', lambda source: Pressed() if source in (0, str(clip)) else real(source))
    code = ucm(['0' if start == 'camera' else str(clip), '--out', str(tmp_path / 'out')])
    assert code == (0 if start == 'camera' else 130)
    count = len(rows_of(tmp_path / 'out'))
    assert 4 <= count < 20
    video, = (tmp_path / 'out' / 'overlays').glob('*.mp4')
    assert real(str(video)).get(cv2.CAP_PROP_FRAME_COUNT) == count


def test_it_explains_itself(capsys):
    with pytest.raises(SystemExit) as helped:
        ucm(['--help'])
    shown = capsys.readouterr().out
    assert helped.value.code == 0 and "'photos/*.jpg'" in shown and 'ucm.csv' in shown


def test_as_a_program_it_says_of_a_damaged_video_no_more_than_it_must(tmp_path):
    (tmp_path / 'cut.mp4').write_bytes(b'\0\0\0\x1cftypisom\0\0\x02\0isomiso2mp41')
    damaged = subprocess.run([sys.executable, str(ROOT / 'tools' / 'ucm.py'), 'cut.mp4', '--out', 'out'], cwd=tmp_path,
                             capture_output=True, text=True, timeout=120)
    assert damaged.returncode == 1 and damaged.stdout == 'Reading cut.mp4. Ctrl-C stops.\n'
    # torch 2.4 warns, come what may, of a part of its own that mmengine imports
    said = re.sub(r'\S+zero_optimizer\.py:\d+: DeprecationWarning: .*\n.*\n', '', damaged.stderr)
    assert said == '\nCould not be read (1):\n  cut.mp4 cannot be read as a video. Repair or convert it.\n'
