from __future__ import annotations

import numpy as np
import pytest

from mmhaze.jobs.video import VideoFile

from .test_segment_job import files
from .videos import read_video


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
