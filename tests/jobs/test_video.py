from __future__ import annotations

import numpy as np
import pytest

import mmhaze
from mmhaze.io.media import Video, find_media
from mmhaze.jobs import PredictJob, UcmJob, predict_video, run_video
from mmhaze.jobs.video import VideoFile
from tests.io.test_media import write_video

from .test_segment import files
from .videos import FakeCamera, read_video, scenes


def predict(out, video, limit=None, **options):
    return predict_video(PredictJob(out, mmhaze.HazeInferencer(workers=2), overlays=True, **options), video, limit)


def segment(out, video, limit=None, **options):
    return run_video(UcmJob(out, kinds=['overlays'], workers=2, **options), video, limit)


def count_rows(out) -> int:
    table, = out.glob('*.csv')
    return len(table.read_text().splitlines()) - 1


BOTH = pytest.mark.parametrize('run', [predict, segment])


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


@BOTH
def test_a_camera_goes_on_until_it_is_stopped_and_all_of_it_is_whole(run, tmp_path, plug_in):
    camera = plug_in(FakeCamera(scenes(3) * 1000))
    seen = []
    summary = run(tmp_path / 'out', Video(0, 'camera0'), stopped=lambda: seen.append(1) or len(seen) > 20)
    assert summary.stopped and not summary.problems and 10 < summary.pictures < 40 and camera.released
    assert summary.notes == ['camera0 does not say its frames a second; 25 are taken.']
    fps, frames = read_video(tmp_path / 'out/overlays/camera0.mp4')
    assert fps == 25 and len(frames) == count_rows(tmp_path / 'out') == summary.pictures


@BOTH
def test_a_camera_that_fails_on_the_way_is_named(run, tmp_path, plug_in):
    plug_in(FakeCamera(scenes(3), fps=30.0))
    summary = run(tmp_path / 'out', Video(0, 'camera0'))
    assert summary.problems == ['camera0 gives no more pictures after 3.'] and not summary.notes
    plug_in(FakeCamera(scenes(3), fps=30.0))
    assert not run(tmp_path / 'out', Video(0, 'camera0'), limit=3).problems


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


def test_a_video_that_does_not_come_out_whole_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match=r'a\.mp4 did not come out whole'), VideoFile(tmp_path / 'a.mp4', 10) as video:
        video.add(np.zeros((48, 64, 3), np.uint8))
        next(tmp_path.iterdir()).write_bytes(b'')
    with pytest.raises(OSError, match='begins no video of 1 x 1 pixels'), VideoFile(tmp_path / 'a.mp4', 10) as video:
        video.add(np.zeros((1, 1, 3), np.uint8))
    with VideoFile(tmp_path / 'a.mp4', 10):
        pass
    assert not list(tmp_path.iterdir())


def test_a_video_is_not_there_before_it_is_whole_and_has_its_frames_even_where_the_job_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), VideoFile(tmp_path / 'a.mp4', 10) as video:
        for _ in range(3):
            video.add(np.zeros((48, 64), np.uint8))
        assert not (tmp_path / 'a.mp4').exists()
        1 / 0  # noqa: B018
    assert len(read_video(tmp_path / 'a.mp4')[1]) == 3 and files(tmp_path) == ['a.mp4']
