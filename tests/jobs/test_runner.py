from __future__ import annotations

import threading

import cv2
import pytest

import mmhaze
from mmhaze.io.media import Video, find_media
from mmhaze.jobs import DehazeJob, PredictJob, SegmentJob, SweepJob, run_job
from tests.io.test_media import write_video

from .test_segment_job import files
from .videos import FakeCamera, read_video, scenes


def predict(out, media, **options):
    return run_job(PredictJob(out, mmhaze.HazeInferencer(workers=2), ['overlays']), media, **options)


def segment(out, media, **options):
    return run_job(SegmentJob(out, kinds=['overlays'], workers=2), media, **options)


def count_rows(out) -> int:
    table, = out.glob('*.csv')
    return len(table.read_text().splitlines()) - 1


BOTH = pytest.mark.parametrize('run', [predict, segment])


@pytest.mark.slow
@BOTH
def test_a_video_cut_short_is_done_as_far_as_it_goes_and_named(run, tmp_path):
    clip = tmp_path / 'clip.avi'
    write_video(clip, scenes(5) * 6)
    content = clip.read_bytes()
    clip.write_bytes(content[:len(content) // 2])
    summary = run(tmp_path / 'out', find_media([str(clip)]))
    assert 3 < summary.pictures < 20
    assert summary.problems == [f'{clip} announces 30 frames and gives {summary.pictures}: it is damaged or cut short.']
    assert len(read_video(tmp_path / 'out/overlays/clip.avi.mp4')[1]) == count_rows(tmp_path / 'out') \
        == summary.pictures


@BOTH
def test_without_a_frame_the_run_before_keeps_its_results(run, tmp_path, plug_in):
    write_video(tmp_path / 'clip.avi', scenes(2))
    run(tmp_path / 'out', find_media([str(tmp_path / 'clip.avi')]))
    before = files(tmp_path / 'out')
    camera = plug_in(FakeCamera([]))
    assert run(tmp_path / 'out', Video(0, 'camera0')).problems == ['camera0 gives no picture.']
    assert camera.released
    (tmp_path / 'text.mp4').write_text('hello')
    assert 'text.mp4 cannot be read' in run(tmp_path / 'out', Video(tmp_path / 'text.mp4', 'text.mp4')).problems[0]
    assert files(tmp_path / 'out') == before


def dehaze(out, media, **options):
    return run_job(DehazeJob(out, mmhaze.DehazeInferencer(workers=2)), media, **options)


@pytest.fixture
def fails(monkeypatch):
    """What all jobs do first with a photo fails, as a network that does not fit the memory."""
    def fail(img, *args, **options):
        raise RuntimeError('broken')
    return lambda: [monkeypatch.setattr(where, fail) for where in (
        'mmhaze.apis.inferencer.segment_haze', 'mmhaze.jobs.segment_job.segment_photo',
        'mmhaze.apis.dehaze_inferencer.to_unit_rgb')]


@pytest.mark.slow
@pytest.mark.parametrize('run', [predict, segment, dehaze])
@pytest.mark.parametrize('how', ['damaged', 'broken', 'stopped', 'a frame'])
def test_a_run_without_an_answer_leaves_the_results_of_the_one_before(run, how, tmp_path, fails):
    for name, photo in (('a.png', scenes(1)[0]), ('b.png', scenes(2)[1])):
        cv2.imwrite(str(tmp_path / name), photo)
    photos = find_media([str(tmp_path / 'a.png'), str(tmp_path / 'b.png')])
    assert run(tmp_path / 'out', photos).pictures == 2
    before = contents(tmp_path / 'out')
    assert any(name.endswith('.csv') for name in before) and len(before) >= 4
    if how == 'damaged':
        (tmp_path / 'a.png').write_text('hello')
        (tmp_path / 'b.png').write_text('hello')
        assert run(tmp_path / 'out', photos).pictures == 0
    elif how == 'stopped':
        assert run(tmp_path / 'out', photos, stopped=lambda: True).stopped
    else:
        if how == 'a frame':
            write_video(tmp_path / 'clip.avi', scenes(2))
            photos = find_media([str(tmp_path / 'clip.avi')])
        fails()
        try:
            assert run(tmp_path / 'out', photos).pictures == 0
        except RuntimeError as error:
            assert 'broken' in str(error)
    assert contents(tmp_path / 'out') == before


def contents(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


@pytest.mark.slow
@BOTH
def test_a_camera_goes_on_until_it_is_stopped_and_all_of_it_is_whole(run, tmp_path, plug_in):
    camera = plug_in(FakeCamera(scenes(3) * 1000))
    seen = []
    summary = run(tmp_path / 'out', Video(0, 'camera0'), stopped=lambda: seen.append(1) or len(seen) > 20)
    assert summary.stopped and not summary.problems and 10 < summary.pictures < 40 and camera.released
    assert summary.notes == ['camera0 does not say its frames a second; 25 are taken.']
    fps, frames = read_video(tmp_path / 'out/overlays/camera0.mp4')
    assert fps == 25 and len(frames) == count_rows(tmp_path / 'out') == summary.pictures


@pytest.mark.slow
@BOTH
def test_a_camera_that_fails_on_the_way_is_named(run, tmp_path, plug_in):
    plug_in(FakeCamera(scenes(3), fps=30.0))
    summary = run(tmp_path / 'out', Video(0, 'camera0'))
    assert summary.problems == ['camera0 gives no more pictures after 3.'] and not summary.notes
    plug_in(FakeCamera(scenes(3), fps=30.0))
    assert not run(tmp_path / 'out', Video(0, 'camera0'), limit=3).problems


@pytest.mark.slow
@BOTH
def test_frames_of_another_size_are_fitted_to_the_first(run, tmp_path, plug_in):
    plug_in(FakeCamera([*scenes(2), *scenes(2, (48, 64)), *scenes(1, (97, 131))]))
    summary = run(tmp_path / 'out', Video(0, 'camera0'), limit=5)
    assert summary.notes[-1] == '3 frames are of another size than the first, and were fitted to it.'
    assert [frame.shape for frame in read_video(tmp_path / 'out/overlays/camera0.mp4')[1]] == [(96, 128, 3)] * 5


@BOTH
def test_a_video_where_the_run_would_write_is_refused(run, tmp_path):
    (tmp_path / 'overlays').mkdir()
    write_video(tmp_path / 'overlays' / 'clip.avi', scenes(2))
    with pytest.raises(ValueError, match='where this run would write'):
        run(tmp_path, find_media([str(tmp_path / 'overlays/clip.avi')]))


@pytest.mark.slow
@BOTH
def test_without_a_folder_answers_are_told_in_order_and_nothing_is_written(run, tmp_path, monkeypatch):
    for index in range(6):
        cv2.imwrite(str(tmp_path / f'{index}.png'), scenes(6)[index])
    (tmp_path / '3.png').write_text('hello')
    monkeypatch.chdir(tmp_path)
    before = files(tmp_path)
    told = []
    summary = run(None, find_media([str(tmp_path)]), tell=told.append)
    assert [answer.file for answer in told] == [f'{index}.png' for index in range(6)]
    assert [answer.found is None for answer in told] == [index == 3 for index in range(6)]
    assert '3.png cannot be read' in told[3].problem and summary.problems == [told[3].problem]
    assert all(answer.found.file == answer.file for answer in told if answer.found)
    assert summary.pictures == 5 and files(tmp_path) == before


@pytest.mark.slow
def test_the_first_answer_is_told_before_the_last_photo_is_read(tmp_path):
    for index in range(9):
        cv2.imwrite(str(tmp_path / f'{index}.png'), scenes(1)[0])
    told = threading.Event()

    class Late(SegmentJob):
        def answer(self, item):
            if item.name == '8.png':
                assert told.wait(20)
            return super().answer(item)

    assert run_job(Late(None), find_media([str(tmp_path)]), tell=lambda answer: told.set()).pictures == 9


def test_an_answer_with_a_folder_is_told_once_its_row_is_written(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), scenes(1)[0])
    told = []
    run_job(SegmentJob(tmp_path / 'out'), find_media([str(tmp_path / 'a.png')]),
            tell=lambda answer: told.append((answer.file, len(
                (tmp_path / 'out' / '.ucm.csv.part').read_text().splitlines()))))
    assert told == [('a.png', 2)]


def test_a_video_is_refused_where_a_job_is_for_photos(tmp_path):
    write_video(tmp_path / 'clip.avi', scenes(2))
    with pytest.raises(ValueError, match=r'sweeps are made of photos, got clip\.avi'):
        run_job(SweepJob(tmp_path / 'out', 'mask'), find_media([str(tmp_path / 'clip.avi')]))
    assert not (tmp_path / 'out').exists()
