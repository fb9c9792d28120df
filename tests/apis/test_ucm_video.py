from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmhaze.apis import UcmJob, run_video
from mmhaze.apis.ucm_video import VideoFile
from mmhaze.media import Frames, Video, find_media
from mmhaze.synthesis.scenes import render_scene
from mmhaze.ucm import segment_haze
from mmhaze.visualization import overlay_haze
from tests.test_media import write_video

from .test_ucm_report import files, rows_of


def scenes(count: int, size: tuple[int, int] = (96, 128)) -> list[np.ndarray]:
    return [render_scene(seed, size)[0] for seed in range(count)]


def read_video(path) -> tuple[float | None, list[np.ndarray]]:
    with Frames(Video(path, 'a')) as frames:
        return frames.fps, list(frames)


class FakeCamera:
    """Stands for a camera of OpenCV that gives ``pictures``, and then no more."""

    def __init__(self, pictures, fps=0.0):
        self.pictures, self.fps, self.released = iter(pictures), fps, False

    def isOpened(self):
        return True

    def get(self, name):
        return self.fps if name == cv2.CAP_PROP_FPS else -1.0

    def read(self):
        picture = next(self.pictures, None)
        return picture is not None, picture

    def release(self):
        self.released = True


@pytest.fixture
def plug_in(monkeypatch):
    """Gives a function that makes its argument the camera 0."""
    real = cv2.VideoCapture

    def plug(camera):
        monkeypatch.setattr(cv2, 'VideoCapture', lambda source: camera if source == 0 else real(source))
        return camera

    return plug


@pytest.mark.parametrize('workers', [1, 3])
@pytest.mark.parametrize(('name', 'made'), [('clip.mp4', 'clip.mp4'), ('clip.avi', 'clip.avi.mp4')])
def test_a_video_gives_videos_at_its_rate_and_a_row_a_frame(name, made, workers, tmp_path):
    code = 'mp4v' if name.endswith('.mp4') else 'MJPG'
    write_video(tmp_path / name, scenes(7), fps=12.5, code=code)
    summary = run_video(UcmJob(tmp_path / 'out', workers=workers), find_media([str(tmp_path / name)]))
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


def test_only_so_many_frames_are_taken(tmp_path):
    write_video(tmp_path / 'clip.avi', scenes(6))
    summary = run_video(UcmJob(tmp_path / 'out'), find_media([str(tmp_path / 'clip.avi')]), limit=4)
    assert summary.pictures == len(rows_of(tmp_path / 'out')) == 4 and not summary.problems
    assert len(read_video(tmp_path / 'out/masks/clip.avi.mp4')[1]) == 4


def test_a_video_cut_short_is_done_as_far_as_it_goes_and_named(tmp_path):
    write_video(tmp_path / 'clip.avi', scenes(5) * 6)
    content = (tmp_path / 'clip.avi').read_bytes()
    (tmp_path / 'clip.avi').write_bytes(content[:len(content) // 2])
    summary = run_video(UcmJob(tmp_path / 'out'), find_media([str(tmp_path / 'clip.avi')]))
    assert 3 < summary.pictures < 20
    assert f'announces 30 frames and gives {summary.pictures}' in summary.problems[0]
    assert len(rows_of(tmp_path / 'out')) == len(read_video(tmp_path / 'out/overlays/clip.avi.mp4')[1]) \
        == summary.pictures


def test_a_video_without_a_frame_is_named_and_the_run_before_keeps_its_results(tmp_path, plug_in):
    write_video(tmp_path / 'clip.avi', scenes(2))
    run_video(UcmJob(tmp_path / 'out'), find_media([str(tmp_path / 'clip.avi')]))
    before = files(tmp_path / 'out')
    camera = plug_in(FakeCamera([]))
    assert run_video(UcmJob(tmp_path / 'out'), Video(0, 'camera0')).problems == ['camera0 gives no picture.']
    assert camera.released
    (tmp_path / 'text.mp4').write_text('hello')
    assert 'text.mp4 cannot be read' in run_video(UcmJob(tmp_path / 'out'),
                                                  Video(tmp_path / 'text.mp4', 'text.mp4')).problems[0]
    assert files(tmp_path / 'out') == before


def test_a_camera_goes_on_until_it_is_stopped_and_all_of_it_is_whole(tmp_path, plug_in):
    camera = plug_in(FakeCamera(scenes(3) * 1000))
    seen = []
    job = UcmJob(tmp_path / 'out', kinds=['masks', 'overlays'], workers=2,
                 stopped=lambda: seen.append(1) or len(seen) > 20)
    summary = run_video(job, Video(0, 'camera0'))
    rows = rows_of(tmp_path / 'out')
    assert summary.stopped and not summary.problems and 10 < len(rows) == summary.pictures < 40 and camera.released
    assert summary.notes == ['camera0 does not say its frames a second; 25 are taken.']
    for kind in ('overlays', 'masks'):
        fps, frames = read_video(tmp_path / 'out' / kind / 'camera0.mp4')
        assert fps == 25 and len(frames) == len(rows)


def test_a_camera_that_fails_on_the_way_is_named(tmp_path, plug_in):
    plug_in(FakeCamera(scenes(3), fps=30.0))
    summary = run_video(UcmJob(tmp_path / 'out', kinds=['masks']), Video(0, 'camera0'))
    assert summary.problems == ['camera0 gives no more pictures after 3.'] and not summary.notes
    plug_in(FakeCamera(scenes(3), fps=30.0))
    assert not run_video(UcmJob(tmp_path / 'out'), Video(0, 'camera0'), limit=3).problems


def test_frames_of_another_size_are_fitted_to_the_first(tmp_path, plug_in):
    plug_in(FakeCamera([*scenes(2), *scenes(2, (48, 64)), *scenes(1, (97, 131))]))
    summary = run_video(UcmJob(tmp_path / 'out'), Video(0, 'camera0'), limit=5)
    assert '3 frames are of another size' in summary.notes[-1]
    alone = [segment_haze(frame) for frame in scenes(2, (48, 64))]
    assert [float(row['share']) for row in rows_of(tmp_path / 'out')[2:4]] == \
        pytest.approx([found.ratio for found in alone], abs=1e-6)
    assert [frame.shape for frame in read_video(tmp_path / 'out/overlays/camera0.mp4')[1]] == [(96, 128, 3)] * 5


def test_a_video_where_the_run_would_write_is_refused(tmp_path):
    (tmp_path / 'overlays').mkdir()
    write_video(tmp_path / 'overlays' / 'clip.avi', scenes(2))
    with pytest.raises(ValueError, match='where this run would write'):
        run_video(UcmJob(tmp_path), find_media([str(tmp_path / 'overlays/clip.avi')]))


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
