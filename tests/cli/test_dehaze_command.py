from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

import mmhaze
from mmhaze.apis import DehazeInferencer
from mmhaze.io.media import Video
from mmhaze.io.photo import read_photo
from mmhaze.jobs import DehazeJob, run_job
from mmhaze.visualization import side_by_side
from tests.apis.test_inferencer import BASE, save_checkpoint
from tests.io.test_media import write_video
from tests.jobs.videos import read_video, scenes
from tests.ucm.photos import wall

from .calling import command

dehaze = command('dehaze')

AOD = 'aodnet_haze-wild'


@pytest.fixture
def album(tmp_path) -> Path:
    (tmp_path / 'album' / 'trip').mkdir(parents=True)
    for name, img in zip(('a.png', 'trip/a.png'), scenes(2)):
        cv2.imwrite(str(tmp_path / 'album' / name), (img * 0.5 + 110).astype(np.uint8))
    return tmp_path / 'album'


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / 'dehaze.csv').open(newline='') as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_it_writes_what_the_inferencer_gives(album, tmp_path, capsys):
    out = tmp_path / 'out'
    assert dehaze([str(album), '--out', str(out), '--device', 'cpu']) == 0
    results = DehazeInferencer(device='cpu', judge=mmhaze.HazeInferencer())(album, progress=False)
    rows = rows_of(out)
    assert [row['file'] for row in rows] == ['a.png', 'trip/a.png']
    for row, result in zip(rows, results):
        assert np.array_equal(read_photo(out / 'dehazed' / f'{row["file"]}.png'), result.dehazed)
        pair = read_photo(out / 'compare' / f'{row["file"]}.jpg')
        width = result.hazy.shape[1]
        assert pair.shape == (96, 2 * width + 2, 3)
        for side, img in ((pair[20:, :width], result.hazy), (pair[20:, -width:], result.dehazed)):
            assert np.abs(side.astype(int) - img[20:]).mean() < 8
        assert float(row['haze_factor_before']) == pytest.approx(result.before.haze_factor, abs=1e-6)
        assert float(row['mask_share_after']) == pytest.approx(result.after.mask_share, abs=1e-6)
        assert row['level_before'] == str(result.before.level) and row['passes'] == '1' and float(row['seconds']) > 0
    said = capsys.readouterr().out
    before, after = (np.mean([getattr(result, when).haze_factor for result in results]) for when in ('before', 'after'))
    assert f'haze factor: {before:.2f} before, {after:.2f} after' in said


@pytest.mark.slow
def test_a_trained_judge_gives_levels_and_may_set_the_passes(album, tmp_path, capsys):
    judge = save_checkpoint(BASE, tmp_path / 'judge.pth')
    out = tmp_path / 'out'
    arguments = [str(album), '--out', str(out), '--judge', BASE, '--judge-checkpoint', str(judge), '--passes', 'level']
    assert dehaze([*arguments, '--no-dehazed', '--device', 'cpu']) == 0
    inferencer = DehazeInferencer(device='cpu', judge=mmhaze.HazeInferencer(BASE, 'cpu', checkpoint=judge),
                                  passes='level')
    for row, result in zip(rows_of(out), inferencer(album, progress=False)):
        assert (row['level_before'], row['level_after']) == (str(result.before.level), str(result.after.level))
        assert float(row['expected_level_after']) == pytest.approx(result.after.expected_level, abs=1e-5)
        assert row['passes'] == str(result.passes)
    assert not (out / 'dehazed').exists() and (out / 'compare' / 'a.png.jpg').is_file()
    assert 'level: ' in capsys.readouterr().out


@pytest.mark.parametrize('suffix', ['png', 'jpg'])
@pytest.mark.parametrize('strip', [False, True])
def test_a_dehazed_photo_keeps_its_profile_and_its_exif_data_unless_they_are_stripped(strip, suffix, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    exif = Image.Exif()
    exif[0x0112], exif[0x0132] = 6, '2024:05:01 10:00:00'  # it lies on its side
    Image.fromarray(wall(0.1)).save(tmp_path / 'a.jpg', icc_profile=profile, exif=exif)
    words = [str(tmp_path / 'a.jpg'), '--out', str(tmp_path / 'out'), '--format', suffix, *['--strip'] * strip]
    assert dehaze(words) == 0
    with Image.open(tmp_path / f'out/dehazed/a.jpg.{suffix}') as out:
        assert out.size == wall(0.1).shape[:2] and out.info['icc_profile'] == profile
        assert dict(out.getexif()) == ({} if strip else {0x0132: '2024:05:01 10:00:00'})
    with Image.open(tmp_path / 'out/compare/a.jpg.jpg') as both:
        assert both.info['icc_profile'] == profile and not both.getexif()


def test_what_cannot_be_read_is_said_and_the_rest_is_done(album, tmp_path, capsys):
    (album / 'b.jpg').write_bytes(b'no photo')
    assert dehaze([str(album), '--out', str(tmp_path / 'out'), '--format', 'jpg']) == 1
    assert len(rows_of(tmp_path / 'out')) == 2 and (tmp_path / 'out' / 'dehazed' / 'a.png.jpg').is_file()
    assert 'b.jpg' in capsys.readouterr().err


@pytest.mark.slow
def test_a_second_run_replaces_the_first(album, tmp_path):
    out = tmp_path / 'out'
    assert dehaze([str(album), '--out', str(out)]) == 0
    assert dehaze([str(album / 'a.png'), '--out', str(out), '--no-compare']) == 0
    assert [path.name for path in out.rglob('*.png')] == ['a.png.png'] and not list(out.rglob('*.jpg'))


@pytest.mark.slow
def test_of_a_video_there_are_videos(tmp_path, capsys):
    frames = scenes(3)
    write_video(tmp_path / 'drive.mp4', frames)
    out = tmp_path / 'out'
    assert dehaze([str(tmp_path / 'drive.mp4'), '--out', str(out), '--frames', '2', '--device', 'cpu']) == 0
    assert [row['frame'] for row in rows_of(out)] == ['0', '1']
    _, given = read_video(tmp_path / 'drive.mp4')
    expected = DehazeInferencer(device='cpu')(given[:2], progress=False)
    _, written = read_video(out / 'dehazed' / 'drive.mp4')
    _, pairs = read_video(out / 'compare' / 'drive.mp4')
    assert len(written) == len(pairs) == 2
    for img, result in zip(written, expected):
        assert np.abs(img.astype(int) - result.dehazed).mean() < 12
    assert '2 frames' in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_that_is_stopped_leaves_what_it_has(tmp_path):
    write_video(tmp_path / 'drive.mp4', scenes(4))
    asked = iter([False, False, True, True, True, True])
    job = DehazeJob(tmp_path / 'out', DehazeInferencer(device='cpu', workers=1), ('dehazed',))
    summary = run_job(job, Video(tmp_path / 'drive.mp4', 'drive.mp4'), stopped=lambda: next(asked))
    assert summary.stopped and summary.pictures == 2 == len(rows_of(tmp_path / 'out'))
    assert len(read_video(tmp_path / 'out' / 'dehazed' / 'drive.mp4')[1]) == 2


@pytest.mark.parametrize('arguments, reason', [
    (['--model', AOD], 'wants a checkpoint'),
    (['--tile', '64'], 'looks at the whole photo'),
    (['--frames', '3'], '--frames is for a video'),
    (['--model', 'nothing'], 'There is no config nothing')])
def test_what_cannot_be_is_said_in_a_line(arguments, reason, album, tmp_path, capsys):
    assert dehaze([str(album), '--out', str(tmp_path / 'out'), '--overlap', '16', *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith('mmhaze dehaze: ') and reason in said and said.count('\n') == 1
    assert not (tmp_path / 'out').exists()


def test_input_in_the_folder_to_be_written_is_refused(album, tmp_path, capsys):
    (tmp_path / 'dehazed').mkdir()
    cv2.imwrite(str(tmp_path / 'dehazed' / 'a.png'), scenes(1)[0])
    assert dehaze([str(tmp_path / 'dehazed'), '--out', str(tmp_path)]) == 2
    assert 'Choose another folder' in capsys.readouterr().err


@pytest.mark.parametrize('words', [['--passes', 'never'], ['--passes', '0'], ['--judge', BASE]])
def test_wrong_words_end_with_usage(words, album, tmp_path):
    with pytest.raises(SystemExit) as ended:
        dehaze([str(album), '--out', str(tmp_path / 'out'), *words])
    assert ended.value.code == 2


def test_side_by_side_has_both_photos_and_a_white_gap(rng):
    before, after = rng.integers(0, 200, (2, 60, 320, 3), np.uint8)
    pair = side_by_side(before, after, ('one', 'two'))
    assert pair.shape == (60, 642, 3) and (pair[:, 320:322] == 255).all()
    assert np.array_equal(pair[14:, :320], before[14:]) and np.array_equal(pair[14:, 322:], after[14:])
    assert not np.array_equal(pair[:14, :320], before[:14])


def test_a_black_photo_has_no_part_in_the_means(album, tmp_path, capsys):
    assert dehaze([str(album), '--out', str(tmp_path / 'without')]) == 0
    expected = [line for line in capsys.readouterr().out.splitlines() if 'haze factor' in line]
    cv2.imwrite(str(album / 'black.png'), np.zeros((20, 30, 3), np.uint8))
    assert dehaze([str(album), '--out', str(tmp_path / 'with')]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if 'haze factor' in line] == expected != []


def test_what_a_run_counts_of_a_photo_holds_no_pixels(album):
    result, = DehazeInferencer(device='cpu', judge=mmhaze.HazeInferencer())(album / 'a.png', progress=False)
    found = DehazeJob(None, None).answer(result).found
    assert (found.before, found.after) == (result.before, result.after)
    assert result.before.map.level == result.before.level
    assert found.before.map is found.after.map is None and found.hazy.size == found.dehazed.size == 0
