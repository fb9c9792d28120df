from __future__ import annotations

import re
import struct
import sys

import numpy as np
import pytest

from mmhaze.io.frames import Frames
from mmhaze.io.media import Video
from tests.jobs.sources import write_source

pytest.importorskip('av')
TURNS = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}  # clockwise, as matrices of the track's header


def corner() -> np.ndarray:
    """Dark but for a bright left upper quarter."""
    img = np.full((48, 64, 3), 40, np.uint8)
    img[:24, :32] = 220
    return img


def lay_down(path, degrees) -> None:
    """Says of an .mp4 that its frames are to be turned clockwise."""
    content = bytearray(path.read_bytes())
    a, b, c, d = TURNS[degrees]
    place = content.index(b'tkhd') + 44
    content[place:place + 36] = struct.pack('>9i', a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(bytes(content))


@pytest.mark.parametrize('reader', ['PyAV', 'OpenCV'])
@pytest.mark.parametrize('degrees', TURNS)
def test_a_video_that_lies_on_its_side_is_upright(degrees, reader, tmp_path, monkeypatch):
    write_source(tmp_path / 'a.mp4', [corner()] * 3, [0, 0.1, 0.2])
    lay_down(tmp_path / 'a.mp4', degrees)
    if reader == 'OpenCV':
        monkeypatch.setitem(sys.modules, 'av', None)
    with Frames(Video(tmp_path / 'a.mp4', 'a')) as frames:
        read = list(frames)
    upright = np.rot90(corner(), -degrees // 90)
    assert len(read) == 3 and read[0].shape == upright.shape and read[0].flags.c_contiguous
    assert np.abs(read[0].astype(int) - upright).mean() < 8


def test_frames_have_their_times_and_the_reader_knows_its_end(tmp_path):
    write_source(tmp_path / 'a.mkv', [corner()] * 4, [0, 0.1, 0.6, 1.1])
    with Frames(Video(tmp_path / 'a.mkv', 'a')) as frames:
        timed = frames.timed()
        assert [round(float(next(timed).time), 3) for _ in range(3)] == [0, 0.1, 0.6] and not frames.ended
        assert len(list(timed)) == 1 and frames.ended


@pytest.mark.parametrize('name', ['a.mkv', 'a.ts', 'a.mp4'])
def test_an_uneven_rate_is_no_damage_and_a_file_cut_short_is(name, tmp_path):
    times = [0, 0.1, 0.2, 0.3, 2, 4, 6, 8, 10, 12]
    frames = [np.random.default_rng(seed).integers(0, 256, (48, 64, 3), np.uint8) for seed in range(10)]
    write_source(tmp_path / name, frames, times, sound='aac')
    with Frames(Video(tmp_path / name, 'a')) as read:
        assert read.shortfall(len(list(read))) == ''
    content = (tmp_path / name).read_bytes()
    if name == 'a.mp4':  # its index is at the end, and without it nothing can be read
        return
    (tmp_path / name).write_bytes(content[:len(content) // 2])
    with Frames(Video(tmp_path / name, 'a')) as read:
        taken = len(list(read))
        assert 2 < taken < 10
        if name == 'a.mkv':  # a broadcast does not say how long it is
            assert re.match(r'announces 12\.\d seconds and ends after [2-9]\.\d', read.shortfall(taken))


def test_a_file_with_sound_alone_is_no_video(tmp_path):
    import av
    with av.open(str(tmp_path / 'a.mp4'), 'w') as out:
        track = out.add_stream('aac', rate=48000)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), format='s16', layout='mono')
        silence.sample_rate = 48000
        for packet in (*track.encode(silence), *track.encode(None)):
            out.mux(packet)
    with pytest.raises(ValueError, match=r'a\.mp4 cannot be read as a video'):
        Frames(Video(tmp_path / 'a.mp4', 'a'))
