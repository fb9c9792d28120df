from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from mmhaze.apis import inputs
from mmhaze.baselines import haze_factor
from mmhaze.io.media import Video, find_media
from mmhaze.io.photo import read_photo
from mmhaze.jobs import SegmentJob, SweepJob, outputs, run_job
from mmhaze.ucm import UcmSettings, haze_segment, segment_haze
from mmhaze.visualization import overlay_haze
from tests.io.test_media import write_video
from tests.ucm.photos import random_photo, wall

from .videos import FakeCamera, read_video, scenes


@pytest.fixture
def album(tmp_path, rng):
    """Photos with the same name in several places, one without haze, and two that cannot be read."""
    for name in ('a.jpg', 'a.png', 'trip/a.jpg', 'z.bmp'):
        (tmp_path / 'album' / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / 'album' / name), random_photo(rng, 60, 80))
    cv2.imwrite(str(tmp_path / 'album' / 'clear.png'), np.full((30, 40, 3), 90, np.uint8))
    cv2.imwrite(str(tmp_path / 'album' / 'black.png'), np.zeros((30, 40, 3), np.uint8))
    whole = (tmp_path / 'album' / 'a.jpg').read_bytes()
    (tmp_path / 'album' / 'cut.jpg').write_bytes(whole[:len(whole) // 2])
    (tmp_path / 'album' / 'trip' / 'text.png').write_text('hello')
    return tmp_path / 'album'


READABLE = ['a.jpg', 'a.png', 'black.png', 'clear.png', 'trip/a.jpg', 'z.bmp']


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / 'ucm.csv').open(newline='', encoding='utf-8') as lines:
        return list(csv.DictReader(lines))


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob('*')
                  if path.is_file() and path.name != '.mmhaze-output')


def test_pictures_in_colour_carry_the_profile_of_their_photo_and_masks_none(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    Image.fromarray(wall(0.1)).save(tmp_path / 'a.png', icc_profile=profile)
    run_job(SegmentJob(tmp_path / 'out'), find_media([str(tmp_path / 'a.png')]))
    for name, wanted in (('overlays/a.png.jpg', profile), ('segments/a.png.png', profile), ('masks/a.png.png', None)):
        with Image.open(tmp_path / 'out' / name) as picture:
            assert picture.info.get('icc_profile') == wanted


def test_of_several_frames_the_first_is_taken_with_a_note_for_each_photo(tmp_path):
    frames = [Image.fromarray(np.full((30, 40, 3), 60 * number, np.uint8)) for number in (1, 2, 3)]
    for name in ('b.gif', 'a.webp'):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    summary = run_job(SegmentJob(tmp_path / 'out', workers=2), find_media([str(tmp_path)]))
    assert summary.pictures == 2 and not summary.problems
    assert summary.notes == [f'{tmp_path}/{name} has 3 frames, of which the first is taken.'
                             for name in ('a.webp', 'b.gif')]


def test_each_photo_has_its_row_and_its_pictures(album, tmp_path):
    out, settings = tmp_path / 'out', dict(gray_threshold=120.0, min_box=3)
    summary = run_job(SegmentJob(out, UcmSettings(**settings), overlay_suffix='.png'), find_media([str(album)]))
    rows = rows_of(out)
    assert [row['file'] for row in rows] == READABLE
    assert files(out) == sorted(['ucm.csv', *(f'{kind}/{name}.png' for name in READABLE
                                              for kind in ('masks', 'overlays', 'segments'))])
    for row in rows:
        photo = read_photo(album / row['file'])
        regions = segment_haze(photo, **settings)
        assert row['found'] == ('true' if regions.found else 'false')
        assert tuple(int(row[name]) for name in ('x0', 'y0', 'x1', 'y1')) == regions.box
        for name, value in dict(share=regions.ratio, contrast_threshold=regions.contrast_threshold,
                                gray_threshold=regions.gray_threshold).items():
            assert float(row[name]) == pytest.approx(value, abs=1e-6)
        assert 0 <= float(row['seconds']) < 10
        pictures = {kind: cv2.imread(str(out / kind / f'{row["file"]}.png'), cv2.IMREAD_UNCHANGED)
                    for kind in ('masks', 'overlays', 'segments')}
        np.testing.assert_array_equal(pictures['masks'], np.where(regions.mask, 255, 0))
        np.testing.assert_array_equal(pictures['overlays'], overlay_haze(photo, regions))
        np.testing.assert_array_equal(pictures['segments'], haze_segment(photo, regions))
    factors = {row['file']: row['haze_factor'] for row in rows}
    assert factors.pop('black.png') == ''
    for name, factor in factors.items():
        assert float(factor) == pytest.approx(haze_factor(read_photo(album / name)), abs=1e-6)
    shares = [float(row['share']) for row in rows]
    assert summary.pictures == len(summary.tally.seconds) == 6 and not summary.stopped
    assert summary.tally.share == pytest.approx(sum(shares), abs=1e-5) and summary.tally.share > 0
    assert summary.tally.found == sum(row['found'] == 'true' for row in rows) < 6


def test_what_cannot_be_read_is_named_and_leaves_nothing(album, tmp_path):
    summary = run_job(SegmentJob(tmp_path / 'out'), find_media([str(album)]))
    cut, text = summary.problems
    assert 'cut.jpg cannot be read' in cut and 'truncated' in cut and 'text.png cannot be read' in text
    assert not [name for name in files(tmp_path / 'out') if 'cut' in name or 'text' in name]


def test_a_decoder_that_fails_in_its_own_way_does_not_end_the_run(album, tmp_path, monkeypatch):
    def fail(path, note):
        if path.name == 'a.png':
            raise RuntimeError('no colour planes')
        return read_photo(path, note)

    monkeypatch.setattr(inputs, 'read_photo', fail)
    summary = run_job(SegmentJob(tmp_path / 'out'), find_media([str(album)]))
    assert summary.pictures == 5 and 'a.png cannot be read as a photo: no colour planes.' in summary.problems[0]


@pytest.mark.slow
def test_the_result_does_not_depend_on_the_number_of_workers(tmp_path, rng):
    for index in range(25):
        size = (30, 40) if index % 4 else (300, 400)  # the first of each four takes longest
        cv2.imwrite(str(tmp_path / f'{index:02}.png'), random_photo(rng, *size))
    outcomes = []
    for workers in (1, 4):
        run_job(SegmentJob(tmp_path / 'out', workers=workers), find_media([str(tmp_path)]))
        rows = [{name: cell for name, cell in row.items() if name != 'seconds'} for row in rows_of(tmp_path / 'out')]
        pictures = {name: (tmp_path / 'out' / name).read_bytes() for name in files(tmp_path / 'out')}
        del pictures['ucm.csv']
        outcomes.append((rows, pictures))
    assert outcomes[0] == outcomes[1] and len(outcomes[0][1]) == 75


def test_a_second_run_takes_the_place_of_the_first(album, tmp_path):
    out = tmp_path / 'out'
    run_job(SegmentJob(out), find_media([str(album)]))
    run_job(SegmentJob(out, kinds=['overlays'], overlay_suffix='.png'), find_media([str(album / 'trip')]))
    assert [row['file'] for row in rows_of(out)] == ['a.jpg']
    assert files(out) == ['overlays/a.jpg.png', 'ucm.csv']


@pytest.mark.parametrize('where', ['.', 'out', 'trip/out'])
def test_a_folder_of_results_within_the_photos_is_not_read_again(where, album):
    for _ in range(2):
        summary = run_job(SegmentJob(album / where), find_media([str(album)]))
        assert summary.pictures == 6
    with pytest.raises(ValueError, match='where this run would write'):
        run_job(SegmentJob(album / where), find_media([str(album / where / 'overlays')]))
    assert len(rows_of(album / where)) == 6


def test_a_stop_keeps_what_was_made_until_then(album, tmp_path):
    def stopped():
        return part.exists() and len(part.read_text().splitlines()) >= 3  # the header and two rows

    part = tmp_path / 'out' / '.ucm.csv.part'
    summary = run_job(SegmentJob(tmp_path / 'out', kinds=['masks']), find_media([str(album)]), stopped=stopped)
    rows = rows_of(tmp_path / 'out')
    assert summary.stopped and 2 <= len(rows) < 6 and [row['file'] for row in rows] == READABLE[:len(rows)]
    assert files(tmp_path / 'out') == sorted(['ucm.csv', *(f'masks/{row["file"]}.png' for row in rows)])


def test_where_nothing_can_be_written_the_run_ends_and_keeps_its_rows(album, tmp_path, monkeypatch):
    def fail(path, data):
        if 'clear' in path.name:
            raise OSError(28, 'No space left on device', str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    monkeypatch.setattr(outputs, 'write_whole', fail)
    with pytest.raises(OSError, match=r'No space left on device: .*clear\.png'):
        run_job(SegmentJob(tmp_path / 'out'), find_media([str(album)]))
    assert [row['file'] for row in rows_of(tmp_path / 'out')] == ['a.jpg', 'a.png', 'black.png']


def test_a_picture_that_goes_into_no_file_is_named_and_the_rest_is_done(tmp_path):
    cv2.imwrite(str(tmp_path / 'long.png'), np.zeros((2, 65501, 3), np.uint8))
    long_name = 'n' * 245 + '.png'
    for name in ('a.png', long_name):
        cv2.imwrite(str(tmp_path / name), wall(0.05))
    summary = run_job(SegmentJob(tmp_path / 'out'), find_media([str(tmp_path)]))
    assert summary.pictures == 1 and files(tmp_path / 'out') == [
        'masks/a.png.png', 'overlays/a.png.jpg', 'segments/a.png.png', 'ucm.csv']
    assert '65501 x 2 pixels do not go into a .jpg file' in summary.problems[0]
    assert 'too long' in summary.problems[1]


def test_a_setting_out_of_range_is_refused_before_anything_is_touched(tmp_path):
    with pytest.raises(ValueError, match='gray_threshold'):
        SegmentJob(tmp_path / 'out', UcmSettings(gray_threshold=300))
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_sweep_draws_a_sheet_a_photo_and_leaves_the_rest_alone(album, tmp_path):
    out = tmp_path / 'out'
    run_job(SegmentJob(out), find_media([str(album)]))
    before = set(files(out))
    summary = run_job(SweepJob(out, 'mask'), find_media([str(album / 'trip')]))
    assert set(files(out)) - before == {'sweeps/a.jpg.mask.png'} and before < set(files(out))
    assert summary.pictures == 1 and 'text.png cannot be read' in summary.problems[0]
    assert read_photo(out / 'sweeps/a.jpg.mask.png').shape[1] == 1260


def test_a_sweep_keeps_the_other_settings(album, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr('mmhaze.visualization.sweep.draw_sweep',
                        lambda *args, **settings: drawn.append((args[1], settings)))
    run_job(SweepJob(tmp_path / 'out', 'gray', UcmSettings(min_box=7)), find_media([str(album / 'trip')]))
    assert drawn == [('gray', dict(vars(UcmSettings(min_box=7)), title='a.jpg'))]


@pytest.mark.slow
@pytest.mark.parametrize('workers', [1, 3])
@pytest.mark.parametrize(('name', 'made'), [('clip.mp4', 'clip.mp4'), ('clip.avi', 'clip.avi.mp4')])
def test_a_video_gives_videos_at_its_rate_and_a_row_a_frame(name, made, workers, tmp_path):
    code = 'mp4v' if name.endswith('.mp4') else 'MJPG'
    write_video(tmp_path / name, scenes(7), fps=12.5, code=code)
    summary = run_job(SegmentJob(tmp_path / 'out', workers=workers), find_media([str(tmp_path / name)]))
    assert files(tmp_path / 'out') == [f'masks/{made}', f'overlays/{made}', 'ucm.csv']
    _, frames = read_video(tmp_path / name)
    regions = [segment_haze(frame) for frame in frames]
    rows = rows_of(tmp_path / 'out')
    assert [(row['frame'], row['file']) for row in rows] == [(str(index), name) for index in range(7)]
    assert [float(row['share']) for row in rows] == pytest.approx([found.ratio for found in regions], abs=1e-6)
    assert len({row['share'] for row in rows}) == 7
    fps, overlays = read_video(tmp_path / 'out' / 'overlays' / made)
    assert fps == 12.5 and len(overlays) == 7
    for overlay, frame, found in zip(overlays, frames, regions):
        wanted = overlay_haze(frame, found)
        assert np.abs(overlay.astype(int) - wanted).mean() < 8
        if found.ratio > 0.1:  # tinted, and not the frame as it was
            off = [np.abs(overlay.astype(int) - picture)[found.mask].mean() for picture in (wanted, frame)]
            assert off[0] < 10 and off[1] > 30
    assert max(found.ratio for found in regions) > 0.1
    fps, masks = read_video(tmp_path / 'out' / 'masks' / made)
    assert fps == 12.5
    for mask, found in zip(masks, regions):
        assert ((mask[..., 0] > 127) == found.mask).mean() > 0.97
    assert summary.pictures == 7 and not summary.problems and not summary.stopped
    assert summary.notes == ['Segments are not made of a video, as those of its frames have a size each.']


@pytest.mark.slow
def test_only_so_many_frames_are_taken(tmp_path):
    write_video(tmp_path / 'clip.avi', scenes(6))
    summary = run_job(SegmentJob(tmp_path / 'out'), find_media([str(tmp_path / 'clip.avi')]), limit=4)
    assert summary.pictures == len(rows_of(tmp_path / 'out')) == 4 and not summary.problems
    assert len(read_video(tmp_path / 'out/masks/clip.avi.mp4')[1]) == 4


@pytest.mark.slow
def test_a_frame_of_another_size_is_measured_as_it_is(tmp_path, plug_in):
    plug_in(FakeCamera([*scenes(2), *scenes(2, (48, 64)), *scenes(1, (97, 131))]))
    run_job(SegmentJob(tmp_path / 'out'), Video(0, 'camera0'), limit=5)
    alone = [segment_haze(frame) for frame in scenes(2, (48, 64))]
    assert [float(row['share']) for row in rows_of(tmp_path / 'out')[2:4]] == \
        pytest.approx([found.ratio for found in alone], abs=1e-6)
