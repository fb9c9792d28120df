"""The frames of a video or a camera, and when each is shown: by PyAV where it is installed, else by OpenCV."""
from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from .media import Video

SILENT = 0  # OpenCV's LOG_LEVEL_SILENT
OLDEST_AV = 17
TOLERANCE = 0.01  # a container may work its count out from a rounded duration
MICROSECONDS = 1_000_000


class Frame(NamedTuple):
    """A frame of a video.

    Attributes:
        img: (H, W, 3) uint8 BGR, upright.
        time: when it is shown, in seconds from the beginning of the video; None where nobody says.
        lasts: for how many seconds; likewise.
    """

    img: np.ndarray
    time: Fraction | None = None
    lasts: Fraction | None = None


class Frames:
    """The frames of a video or a camera, each (H, W, 3) uint8 BGR and upright; a context manager.

    Attributes:
        fps: frames a second, on average; None where the video does not say.
        announced: about how many frames there should be; 0 where nobody knows.
        ended: whether all of them were given.

    Raises:
        ValueError: it cannot be opened.
    """

    def __init__(self, video: Video) -> None:
        reader = _CvReader(video) if isinstance(video.source, int) or find_av() is None else _AvReader(video.source)
        self._reader: _CvReader | _AvReader = reader
        self.fps = reader.fps if 0 < reader.fps <= 1000 else None
        self.announced = int(reader.count) if 0 < reader.count < 1e9 else 0
        self.ended = False

    def timed(self) -> Iterator[Frame]:
        """The frames, with the time of each."""
        yield from self._reader
        self.ended = True

    def shortfall(self, taken: int) -> str:
        """What a video that ends after so many frames announces and does not give, as a damaged one does."""
        return self._reader.shortfall(taken)

    def __iter__(self) -> Iterator[np.ndarray]:
        return (frame.img for frame in self.timed())

    def __enter__(self) -> Frames:
        return self

    def __exit__(self, *exception: object) -> None:
        self._reader.close()


def find_av() -> Any:
    """The module of PyAV, or None where it is not installed, or older than the extra ``video`` wants it."""
    try:
        import av
    except ImportError:
        return None
    return av if int(av.__version__.split('.')[0]) >= OLDEST_AV else None


def av_errors() -> tuple[Any, ...]:
    """What PyAV raises, each with ``errno`` and ``strerror``; nothing where it is not installed."""
    av = find_av()
    return () if av is None else (av.FFmpegError,)


def open_container(path: Path) -> Any:
    """A video file as PyAV has it; raises one of its errors where it is none."""
    return find_av().open(str(path), metadata_errors='replace')


def origin_of(container: Any) -> Fraction:
    """When a video begins by its own clock, in seconds: where it was cut out of a broadcast, that is not 0."""
    return Fraction(container.start_time or 0, MICROSECONDS)


def packets_of(container: Any, stream: Any) -> Iterator[Any]:
    """The packets of a stream, or of all, as far as the file goes: a damaged one may end in what is no packet."""
    # IndexError: where a further stream begins on the way, PyAV stumbles over it at the end
    with contextlib.suppress(IndexError, *av_errors()):
        yield from container.demux(*([] if stream is None else [stream]))


class _AvReader:
    def __init__(self, path: Path) -> None:
        try:
            self._container = open_container(path)
            self._stream = self._container.streams.best('video')
        except av_errors():
            self._stream = None
        if self._stream is None or self._stream.codec_context is None:
            raise ValueError(_unreadable(path))
        self._stream.thread_type = 'AUTO'
        self.fps = float(self._stream.average_rate or self._stream.guessed_rate or 0)
        self._seconds, self._reached = (self._container.duration or 0) / MICROSECONDS, 0.0
        self.count = self._stream.frames or round(self._seconds * self.fps)

    def __iter__(self) -> Iterator[Frame]:
        origin = origin_of(self._container)
        for frame in self._decode():
            # what a file does not say is guessed from the frames before, or stays unknown
            stamp = frame.dts if frame.pts is None else frame.pts
            img = np.rot90(frame.to_ndarray(format='bgr24'), frame.rotation // 90)
            yield Frame(np.ascontiguousarray(img), None if stamp is None else stamp * frame.time_base - origin,
                        frame.duration * frame.time_base if frame.duration else None)

    def _decode(self) -> Iterator[Any]:
        """The frames that can be decoded, past those that cannot."""
        for packet in packets_of(self._container, None):
            if packet.pts is not None:
                self._reached = max(self._reached, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            if packet.stream is self._stream:
                with contextlib.suppress(*av_errors()):
                    yield from packet.decode()

    def shortfall(self, taken: int) -> str:
        if self._stream.frames:
            return _missing_frames(self._stream.frames, taken)
        # how many there are is known only where the file says so, as a frame may last as long as it likes
        reached = self._reached - float(origin_of(self._container))
        return (f'announces {self._seconds:.1f} seconds and ends after {reached:.1f}'
                if reached < (1 - TOLERANCE) * self._seconds - 1 else '')

    def close(self) -> None:
        self._container.close()


class _CvReader:
    def __init__(self, video: Video) -> None:
        # the backends write their own view of a damaged video to the screen, in words for programmers
        os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
        logging: Any = getattr(cv2.utils, 'logging', cv2)  # older OpenCV has its functions at the top
        level = logging.getLogLevel()
        logging.setLogLevel(SILENT)
        self._capture = cv2.VideoCapture(video.source if isinstance(video.source, int) else str(video.source))
        logging.setLogLevel(level)
        if not self._capture.isOpened():
            raise ValueError(f'There is no camera {video.source}, or another program has it.'
                             if isinstance(video.source, int) else _unreadable(video.source))
        self.fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)

    def __iter__(self) -> Iterator[Frame]:
        while True:
            read, img = self._capture.read()
            if not read:
                return
            yield Frame(img)

    def shortfall(self, taken: int) -> str:
        return _missing_frames(int(self.count), taken)

    def close(self) -> None:
        self._capture.release()


def _missing_frames(announced: int, taken: int) -> str:
    return f'announces {announced} frames and gives {taken}' if taken < (1 - TOLERANCE) * announced - 1 else ''


def _unreadable(path: Path) -> str:
    return f'{path} cannot be read as a video. Repair or convert it.'
