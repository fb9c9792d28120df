from __future__ import annotations

import sys
from fractions import Fraction

import cv2
import numpy as np
import pytest

from mmhaze.io.frames import Frames
from mmhaze.io.media import Video
from mmhaze.jobs.video import PLAIN, VideoFile

from .sources import listen, timing, write_source
from .test_segment_job import files
from .videos import read_video

pytest.importorskip('av')
resource = pytest.importorskip('resource')
UNEVEN = [0, 0.1, 0.2, 0.3, 0.8, 1.3, 1.8, 2.3]  # ten a second, then two
CLICKS = (0.5, 1.5)


@pytest.fixture
def without_av(monkeypatch):
    monkeypatch.setitem(sys.modules, 'av', None)


@pytest.fixture(params=['PyAV', 'OpenCV'])
def either(request):
    """Writes by PyAV, and as where it is not installed."""
    if request.param == 'OpenCV':
        request.getfixturevalue('without_av')


def greys(count: int, size=(48, 64)) -> list[np.ndarray]:
    return [np.full((*size, 3), 30 + 20 * index, np.uint8) for index in range(count)]


def copy(source, path, count=None) -> VideoFile:
    """Goes through a video, or so many frames of it, as a job does."""
    with Frames(Video(source, source.name)) as frames, VideoFile(path, frames.fps or 25, source) as video:
        for number, frame in enumerate(frames.timed()):
            if number == count:
                break
            video.add(*frame)
        video.ended = frames.ended
    return video


def codec_of(path) -> bytes:
    return int(cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FOURCC)).to_bytes(4, 'little').lower()


@pytest.fixture
def small_disk():
    """A function that lets files grow to so many bytes from then on."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures('either')
def test_a_video_that_does_not_come_out_whole_is_an_error_and_leaves_nothing(tmp_path, small_disk, rng):
    noise = rng.integers(0, 256, (96, 128, 3), np.uint8)
    with pytest.raises(OSError, match=r'a\.mp4 did not come out whole'), VideoFile(tmp_path / 'a.mp4', 10) as video:
        small_disk(3000)
        for shift in range(5):
            video.add(np.roll(noise, shift))
    assert not list(tmp_path.iterdir())
    with VideoFile(tmp_path / 'a.mp4', 10):
        pass
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full_on_the_way_is_said_of_the_video_itself(tmp_path, small_disk, rng):
    noise = rng.integers(0, 256, (96, 128, 3), np.uint8)
    with pytest.raises(OSError, match='File too large') as error, VideoFile(tmp_path / 'a.mp4', 10) as video:
        small_disk(50_000)
        for shift in range(100):
            video.add(np.roll(noise, shift))
    assert error.value.filename == str(tmp_path / 'a.mp4') and not list(tmp_path.iterdir())


@pytest.mark.usefixtures('without_av')
def test_a_video_that_cannot_be_begun_is_named(tmp_path):
    with pytest.raises(OSError, match='begins no video of 1 x 1 pixels'), VideoFile(tmp_path / 'a.mp4', 10) as video:
        video.add(np.zeros((1, 1, 3), np.uint8))
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures('either')
def test_a_video_is_not_there_before_it_is_whole_and_has_its_frames_even_where_the_job_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), VideoFile(tmp_path / 'a.mp4', 10) as video:
        for _ in range(3):
            video.add(np.zeros((48, 64), np.uint8))
        assert not (tmp_path / 'a.mp4').exists()
        1 / 0  # noqa: B018
    assert len(read_video(tmp_path / 'a.mp4')[1]) == 3 and files(tmp_path) == ['a.mp4']


def test_it_is_h264_where_pyav_is_there_and_without_it_the_note_says_what_it_is(tmp_path, monkeypatch):
    write_source(tmp_path / 'a.mp4', greys(8), UNEVEN, sound='aac')
    video = copy(tmp_path / 'a.mp4', tmp_path / 'b.mp4')
    assert codec_of(tmp_path / 'b.mp4') == b'h264' and video.notes == []
    monkeypatch.setitem(sys.modules, 'av', None)
    video = copy(tmp_path / 'a.mp4', tmp_path / 'c.mp4')
    assert codec_of(tmp_path / 'c.mp4') in (b'fmp4', b'mp4v') and video.notes == [PLAIN]
    assert 'MPEG-4 part 2 without sound' in PLAIN and 'pip install "mmhaze[video]"' in PLAIN
    given, *copies = ([frame.mean() for frame in read_video(tmp_path / f'{name}.mp4')[1]] for name in 'abc')
    assert len(given) == 8 and given == sorted(given)
    for shown in copies:
        np.testing.assert_allclose(shown, given, atol=4)


@pytest.mark.parametrize('name', ['a.mp4', 'a.mkv', 'a.mov'])
def test_each_frame_is_shown_when_it_was_and_as_long(name, tmp_path):
    write_source(tmp_path / name, greys(8), UNEVEN)
    copy(tmp_path / name, tmp_path / 'out.mp4')
    assert timing(tmp_path / 'out.mp4')[:8] == UNEVEN
    assert timing(tmp_path / 'out.mp4')[8] == pytest.approx(timing(tmp_path / name)[8], abs=0.001)


def test_a_broadcast_begins_at_its_own_beginning(tmp_path):
    write_source(tmp_path / 'a.ts', greys(8), UNEVEN, start=30.0, time_base=Fraction(1, 90_000), sound='aac',
                 clicks=CLICKS)
    copy(tmp_path / 'a.ts', tmp_path / 'out.mp4')
    first = timing(tmp_path / 'out.mp4')[0]
    assert first == pytest.approx(0, abs=0.03)  # the sound begins a little before
    assert timing(tmp_path / 'out.mp4')[:8] == pytest.approx([first + time for time in UNEVEN], abs=0.001)
    assert listen(tmp_path / 'out.mp4')[2] == pytest.approx([first + time for time in CLICKS], abs=0.02)


def test_frames_without_a_time_come_at_the_rate(tmp_path):
    with VideoFile(tmp_path / 'a.mp4', 30000 / 1001) as video:
        for frame in greys(4):
            video.add(frame)
    assert timing(tmp_path / 'a.mp4') == [round(index * 1001 / 30000, 3) for index in range(5)]


def test_times_that_stand_still_or_go_back_still_give_all_frames(tmp_path):
    with VideoFile(tmp_path / 'a.mp4', 10) as video:
        for frame, time in zip(greys(4), (0, Fraction(1, 2), Fraction(1, 2), Fraction(1, 10))):
            video.add(frame, time)
    assert len(read_video(tmp_path / 'a.mp4')[1]) == 4
    assert timing(tmp_path / 'a.mp4')[:4] == [0, 0.5, 0.5, 0.5]  # a tick apart


@pytest.mark.parametrize(('name', 'codec', 'kept'), [
    ('a.mp4', 'aac', 'aac'), ('a.mkv', 'libmp3lame', 'mp3float'), ('a.mkv', 'libopus', 'opus'),
    ('a.mov', 'pcm_s16le', 'aac'), ('a.avi', 'pcm_s16le', 'aac'), ('a.mkv', 'mp2', 'aac')])
def test_the_sound_is_there_at_the_same_time(name, codec, kept, tmp_path):
    regular = [index / 4 for index in range(8)]
    write_source(tmp_path / name, greys(8), regular, sound=codec, clicks=CLICKS, time_base=Fraction(1, 4))
    video = copy(tmp_path / name, tmp_path / 'out.mp4')
    before, after = listen(tmp_path / name), listen(tmp_path / 'out.mp4')
    assert video.notes == [] and after[0] == kept
    # older FFmpegs leave the silence in that MP3 begins with
    assert before[1:] == (pytest.approx(after[1], abs=0.05), pytest.approx(after[2], abs=0.03)) and len(after[2]) == 2


@pytest.mark.parametrize(('name', 'codec', 'chunk'), [
    ('a.mp4', 'aac', 1024), ('a.mkv', 'pcm_s16le', 1024), ('a.mkv', 'pcm_s16le', 48_000)])
def test_the_sound_of_a_video_cut_short_ends_with_its_last_frame_and_else_with_its_own(name, codec, chunk, tmp_path):
    write_source(tmp_path / name, greys(8), UNEVEN, sound=codec, sound_seconds=5, clicks=(0.5, 4.5), chunk=chunk)
    copy(tmp_path / name, tmp_path / 'cut.mp4', 5)  # the fifth is shown at .8
    _, end, clicks = listen(tmp_path / 'cut.mp4')
    assert 0.8 <= end < timing(tmp_path / 'cut.mp4')[-1] + 0.03 < 1.4 and clicks == [0.5]
    copy(tmp_path / name, tmp_path / 'whole.mp4')
    assert listen(tmp_path / 'whole.mp4')[1:] == (pytest.approx(5, abs=0.05), [0.5, 4.5])


def test_sound_that_cannot_be_written_is_left_out_and_named(tmp_path, monkeypatch):
    write_source(tmp_path / 'a.mkv', greys(8), UNEVEN, sound='pcm_s16le')

    def refuse(*args):
        raise ValueError('no such rate')

    monkeypatch.setattr('mmhaze.jobs.sound._add_aac', refuse)
    video = copy(tmp_path / 'a.mkv', tmp_path / 'out.mp4')
    assert video.notes == [
        'The sound of a.mkv is left out: it is pcm_s16le, and does not go into an .mp4 (no such rate).']
    assert len(read_video(tmp_path / 'out.mp4')[1]) == 8


@pytest.mark.slow
@pytest.mark.parametrize(('name', 'codec'), [('a.ts', 'aac'), ('a.mkv', 'pcm_s16le'), ('a.avi', 'libmp3lame')])
def test_damage_of_the_source_costs_no_frame_that_was_read(name, codec, tmp_path):
    write_source(tmp_path / name, greys(8) * 2, [index / 10 for index in range(16)], sound=codec,
                 time_base=Fraction(1, 10) if name == 'a.avi' else Fraction(1, 1000))
    content = (tmp_path / name).read_bytes()
    for seed in range(10):
        damaged, rng = bytearray(content), np.random.default_rng(seed)
        for place in rng.integers(len(content) // 4, len(content), 30):
            damaged[place] = rng.integers(256)
        (tmp_path / f'x_{name}').write_bytes(damaged)
        with Frames(Video(tmp_path / f'x_{name}', name)) as frames:
            given = len(list(frames))
        assert not copy(tmp_path / f'x_{name}', tmp_path / 'out.mp4').notes  # and the sound is not left out
        assert given > 3 and len(read_video(tmp_path / 'out.mp4')[1]) == given


def test_a_time_out_of_all_reason_is_that_of_the_next_frame(tmp_path):
    with VideoFile(tmp_path / 'a.mp4', 10) as video:
        for frame, time in zip(greys(4), (0, Fraction(1, 10), Fraction(10**9), Fraction(3, 10))):
            video.add(frame, time)
    assert timing(tmp_path / 'a.mp4') == [0, 0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize('matrix', [None, 1, 5])
def test_colours_come_back_as_they_were_and_are_described_as_in_the_source(matrix, tmp_path):
    import av
    write_source(tmp_path / 'a.mp4', [patches()] * 3, [0, 0.1, 0.2], matrix=matrix)
    copy(tmp_path / 'a.mp4', tmp_path / 'out.mp4')
    before, after = (read_video(tmp_path / name)[1][1].astype(int) for name in ('a.mp4', 'out.mp4'))
    for place in PLACES:
        np.testing.assert_allclose(after[place], before[place], atol=3)
    described = []
    for name in ('a.mp4', 'out.mp4'):
        with av.open(str(tmp_path / name)) as container:
            context = container.streams.video[0].codec_context
            described.append((context.colorspace, context.color_primaries, context.color_trc))
    assert described[0] == described[1] and (matrix is None or described[1][0] == matrix)


PLACES = ((20, 20), (20, 100), (70, 20), (70, 100))


def patches() -> np.ndarray:
    colours = np.array([[(30, 60, 200), (200, 60, 30)], [(40, 200, 60), (128, 128, 128)]], np.uint8)
    return np.repeat(np.repeat(colours, 48, 0), 64, 1)


def test_colours_without_a_source_are_those_that_all_readers_see(tmp_path, monkeypatch):
    with VideoFile(tmp_path / 'a.mp4', 10) as video:
        video.add(patches())
    for module in ('av', None):
        monkeypatch.setitem(sys.modules, 'av', module and __import__(module))
        (read,) = read_video(tmp_path / 'a.mp4')[1]
        for place in PLACES:
            np.testing.assert_allclose(read[place].astype(int), patches()[place].astype(int), atol=4)


def test_colours_are_rounded_and_not_cut_off():
    from mmhaze.jobs.h264 import SHARES, matrix_to_yuv, to_yuv420
    colours = np.array([(128, 128, 128), (255, 255, 255), (0, 0, 0), (0, 0, 255), (30, 60, 200)], np.uint8)
    for matrix, wanted in ((5, [(126, 128, 128), (235, 128, 128), (16, 128, 128), (81, 90, 240), (101, 94, 192)]),
                           (1, [(126, 128, 128), (235, 128, 128), (16, 128, 128), (63, 102, 240), (91, 101, 191)])):
        for colour, yuv in zip(colours, wanted):
            planes = to_yuv420(np.tile(colour, (4, 6, 1)), matrix_to_yuv(*SHARES[matrix]))
            assert planes.shape == (6, 6) and planes.ravel().tolist() == [yuv[0]] * 24 + [yuv[1]] * 6 + [yuv[2]] * 6


def test_odd_sides_get_one_more_row_or_column_and_it_is_said(tmp_path, rng):
    frame = cv2.GaussianBlur(rng.integers(0, 256, (49, 65, 3), np.uint8), (0, 0), 5)
    with VideoFile(tmp_path / 'a.mp4', 10) as video:
        video.add(frame)
    assert video.notes == ['H.264 wants even sides: videos of 65 x 49 pixels are 66 x 50, with the last column or row '
                           'twice.']
    (read,) = read_video(tmp_path / 'a.mp4')[1]
    assert read.shape == (50, 66, 3)
    assert np.abs(read[:49, :65].astype(int) - frame).mean() < 4
    assert np.abs(read[49, :65].astype(int) - frame[48]).mean() < 4


def test_pixels_that_are_no_squares_keep_their_shape(tmp_path):
    import av
    write_source(tmp_path / 'a.mp4', greys(2), [0, 0.1], aspect=Fraction(4, 3))
    copy(tmp_path / 'a.mp4', tmp_path / 'out.mp4')
    with av.open(str(tmp_path / 'out.mp4')) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)
