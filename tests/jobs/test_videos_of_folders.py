"""Folders with several videos, and with videos beside photos, through every job and command."""
from __future__ import annotations

import csv
import json

import cv2
import pytest

import mmhaze
from mmhaze.io.media import find_media
from mmhaze.jobs import DehazeJob, PredictJob, SegmentJob, SweepJob, run_job
from tests.cli.calling import command
from tests.io.test_media import write_video

from .sources import listen, timing, write_source
from .test_segment_job import files
from .videos import read_video, scenes


@pytest.fixture
def trip(tmp_path):
    """Two photos and three videos, one of which can be taken for what is made of another."""
    folder = tmp_path / 'trip'
    (folder / 'day').mkdir(parents=True)
    for name, count in (('a.avi', 2), ('a.avi.mp4', 3), ('day/b.mp4', 4)):
        write_video(folder / name, scenes(count), code='MJPG' if name.endswith('.avi') else 'mp4v')
    for index, name in enumerate(('c.png', 'day/a.png')):
        cv2.imwrite(str(folder / name), scenes(2)[index])
    return folder


ROWS = [('c.png', ''), ('day/a.png', ''), *(('a.avi', str(frame)) for frame in range(2)),
        *(('a.avi.mp4', str(frame)) for frame in range(3)), *(('day/b.mp4', str(frame)) for frame in range(4))]


def segment(out, **options):
    return SegmentJob(out, workers=2, **options)


def predict(out):
    return PredictJob(out, mmhaze.HazeInferencer(workers=2), ['overlays'], batch_size=3)


def dehaze(out):
    return DehazeJob(out, mmhaze.DehazeInferencer(workers=1), ['dehazed'])


def rows_of(out) -> list[tuple[str, str]]:
    table, = out.glob('*.csv')
    with table.open(newline='') as lines:
        return [(row['file'], row['frame']) for row in csv.DictReader(lines)]


@pytest.mark.slow
@pytest.mark.parametrize(('make', 'kind', 'suffix'), [(segment, 'overlays', '.jpg'), (predict, 'overlays', '.jpg'),
                                                      (dehaze, 'dehazed', '.png')])
def test_photos_come_first_and_then_each_video_under_its_own_name(make, kind, suffix, trip, tmp_path):
    out = tmp_path / 'out'
    summary = run_job(make(out), find_media([str(trip)], videos=True))
    assert not summary.problems and (summary.pictures, summary.frames, summary.videos) == (11, 9, 3)
    assert rows_of(out) == ROWS
    made = {'a.avi.mp4': 2, 'a.avi.mp4.mp4': 3, 'day/b.mp4': 4}
    assert [name for name in files(out) if name.startswith(kind)] == sorted(
        f'{kind}/{name}' for name in (*made, f'c.png{suffix}', f'day/a.png{suffix}'))
    assert {name: len(read_video(out / kind / name)[1]) for name in made} == made
    run_job(make(out), find_media([str(trip / 'c.png')]))
    assert [name for name in files(out) if name.startswith(kind)] == [f'{kind}/c.png{suffix}']  # and no former video


def test_segments_are_made_of_the_photos_alone_and_it_is_said_once(trip, tmp_path):
    summary = run_job(segment(tmp_path / 'out', kinds=('segments',)), find_media([str(trip)], videos=True))
    assert files(tmp_path / 'out') == ['segments/c.png.png', 'segments/day/a.png.png', 'ucm.csv']
    assert summary.notes == ['Segments are not made of a video, as those of its frames have a size each.']
    assert rows_of(tmp_path / 'out') == ROWS


def test_lines_of_json_name_the_frame_where_there_is_one(trip, tmp_path):
    run_job(PredictJob(tmp_path / 'out', mmhaze.HazeInferencer(workers=2)), find_media([str(trip)], videos=True))
    lines = [json.loads(line) for line in (tmp_path / 'out/haze.jsonl').read_text().splitlines()]
    assert [(line['file'], str(line.get('frame', ''))) for line in lines] == ROWS
    assert 'frame' not in lines[0]


def test_a_damaged_video_is_named_and_the_others_are_done(trip, tmp_path):
    (trip / 'a.avi').write_text('hello')
    summary = run_job(segment(tmp_path / 'out'), find_media([str(trip)], videos=True), limit=2)
    assert summary.problems == [f'{trip / "a.avi"} cannot be read as a video. Repair or convert it.']
    assert (summary.pictures, summary.frames, summary.videos) == (6, 4, 2)  # two of each


def test_a_stop_ends_with_the_video_under_way(trip, tmp_path):
    asked = iter([False] * 6 + [True] * 100)  # two photos, the first video, and one frame of the next
    summary = run_job(SegmentJob(tmp_path / 'out', kinds=['overlays'], workers=1), find_media([str(trip)], videos=True),
                      stopped=lambda: next(asked))
    assert summary.stopped and summary.problems == [] and rows_of(tmp_path / 'out') == ROWS[:summary.pictures]
    assert 2 < summary.pictures < 7 and 'overlays/day/b.mp4' not in files(tmp_path / 'out')


def test_a_sheet_a_photo_passes_videos_over(trip, tmp_path, capsys):
    assert command('ucm')([str(trip), '--out', str(tmp_path / 'out'), '--sweep', 'gray']) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith('2 sheets in') and said[-1] == 'Passed over: 3 videos (for mmhaze haze).'
    with pytest.raises(ValueError, match=r'sweeps are made of photos, got a\.avi'):
        run_job(SweepJob(tmp_path / 'other', 'gray'), find_media([str(trip)], videos=True))


@pytest.mark.parametrize('name', ['haze', 'ucm', 'dehaze'])
def test_commands_go_through_folders_of_videos_and_count_them(name, trip, tmp_path, capsys):
    for photo in trip.rglob('*.png'):
        photo.unlink()
    words = [str(trip), '--out', str(tmp_path / 'out'), '--frames', '1', *['--device', 'cpu'] * (name == 'dehaze')]
    assert command(name)(words) == 0
    said = capsys.readouterr().out
    assert said.startswith('Reading 3 videos. Ctrl-C stops.\n3 frames of 3 videos, ') and 'Passed over' not in said
    cv2.imwrite(str(trip / 'c.png'), scenes(1)[0])
    assert command(name)(words) == 0
    assert '1 photo and 3 frames of 3 videos, ' in capsys.readouterr().out
    assert command(name)([str(trip / 'a.avi'), str(trip / 'day/b.mp4'), *words[1:]]) == 0
    assert '2 frames of 2 videos, ' in capsys.readouterr().out


@pytest.mark.parametrize('make', [segment, predict, dehaze])
def test_the_video_that_a_job_makes_has_timing_and_sound_of_its_source(make, tmp_path):
    pytest.importorskip('av')
    times = [0, 0.1, 0.2, 0.7, 1.2]
    write_source(tmp_path / 'a.mov', scenes(5), times, sound='pcm_s16le', clicks=(0.3, 0.9))
    job = make(tmp_path / 'out')
    summary = run_job(job, find_media([str(tmp_path / 'a.mov')]))
    for made in (tmp_path / 'out').rglob('*.mp4'):
        assert timing(made)[:5] == times
        assert listen(made)[2] == pytest.approx([0.3, 0.9], abs=0.02)
    assert len(list((tmp_path / 'out').rglob('*.mp4'))) == len([kind for kind in job.kinds if kind != 'segments'])
    assert not summary.problems and not any('MPEG-4' in note for note in summary.notes)
