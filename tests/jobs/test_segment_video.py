from __future__ import annotations

import numpy as np
import pytest

from mmhaze.io.media import Video, find_media
from mmhaze.jobs import UcmJob, run_video
from mmhaze.ucm import segment_haze
from mmhaze.visualization import overlay_haze
from tests.io.test_media import write_video

from .test_segment import files, rows_of
from .videos import FakeCamera, read_video, scenes


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


def test_a_frame_of_another_size_is_measured_as_it_is(tmp_path, plug_in):
    plug_in(FakeCamera([*scenes(2), *scenes(2, (48, 64)), *scenes(1, (97, 131))]))
    run_video(UcmJob(tmp_path / 'out'), Video(0, 'camera0'), limit=5)
    alone = [segment_haze(frame) for frame in scenes(2, (48, 64))]
    assert [float(row['share']) for row in rows_of(tmp_path / 'out')[2:4]] == \
        pytest.approx([found.ratio for found in alone], abs=1e-6)
