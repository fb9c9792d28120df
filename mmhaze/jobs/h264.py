"""H.264 by PyAV, with the timing, the colours, the shape of the pixels and the sound of the video it is made of."""
from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..io.frames import Frame, find_av, open_container
from .sound import MP4, add_sound

CODEC = 'libx264'
# quality that the eye takes for the source's; no frames out of order, so that each lasts as long as it should
OPTIONS = dict(crf='18', preset='veryfast', bf='0')
LONGEST_GAP = 2**31  # ticks between two frames, as an .mp4 has them
TICKS = 90_000  # a second, where the source has no clock of its own
UNSPECIFIED, ITU601 = 2, 5  # FFmpeg's numbers of colour matrices
# the shares of red and blue in the brightness, by those numbers: BT.709, FCC, BT.601 (twice), SMPTE 240M, BT.2020
SHARES = {1: (0.2126, 0.0722), 4: (0.30, 0.11), ITU601: (0.299, 0.114), 6: (0.299, 0.114), 7: (0.212, 0.087),
          9: (0.2627, 0.0593)}
LIMITED = 1  # range: 16 to 235


def has_h264() -> bool:
    """Whether PyAV is installed and writes H.264."""
    av = find_av()
    return av is not None and CODEC in av.codecs_available


@dataclass(frozen=True)
class Manner:
    """How a video shows its frames.

    Attributes:
        time_base: a tick of its clock, in seconds.
        aspect: width over height of a pixel, as the stored frame has it.
        matrix, primaries, transfer: of its colours, by FFmpeg's numbers; what a video does not say stays unsaid.
    """

    time_base: Fraction = Fraction(1, TICKS)
    aspect: Fraction = Fraction(1)
    matrix: int = ITU601
    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED


def manner_of(source: Path | None) -> Manner:
    """That of a video, or a plain one."""
    if source is None:
        return Manner()
    with open_container(source) as container:
        stream = container.streams.best('video')
        context = stream.codec_context
        return Manner(stream.time_base or Fraction(1, TICKS), stream.sample_aspect_ratio or Fraction(1),
                      context.colorspace, context.color_primaries, context.color_trc)


class H264Writer:
    """An ``.mp4`` that frames are written to.

    Args:
        path: the file.
        size: width and height of all frames; odd ones get a further column or row, as H.264 wants them even.
        fps: frames a second, for those without a time.
        source: the video that it is made of.

    Attributes:
        notes: what is to be said of it, a line each.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: float, source: Path | None) -> None:
        av, manner = find_av(), manner_of(source)
        self._step = 1 / max(Fraction(fps).limit_denominator(1001), Fraction(1, 1001))
        self._path, self._source, self._last, self._ticks = path, source, -1, dict[int, int]()
        self._gap, self._start, self._end = self._step, Fraction(0), Fraction(0)
        self._padding = (size[0] % 2, size[1] % 2)
        matrix = manner.matrix if manner.matrix in (UNSPECIFIED, *SHARES) else ITU601
        self._to_yuv = matrix_to_yuv(*SHARES.get(matrix, SHARES[ITU601]))
        with ExitStack() as stack:
            self._out = stack.enter_context(av.open(str(path), 'w', **MP4))
            self._track = self._out.add_stream(CODEC, rate=1 / self._step, options=OPTIONS)
            self._track.width, self._track.height = size[0] + self._padding[0], size[1] + self._padding[1]
            self._track.pix_fmt = 'yuv420p'
            context = self._track.codec_context
            context.time_base, context.sample_aspect_ratio = manner.time_base, manner.aspect
            context.colorspace, context.color_range = matrix, LIMITED
            context.color_primaries, context.color_trc = manner.primaries, manner.transfer
            context.open()
            self._stack = stack.pop_all()
        self.notes: list[str] = []
        if any(self._padding):
            self.notes.append(f'H.264 wants even sides: videos of {size[0]} x {size[1]} pixels are '
                              f'{self._track.width} x {self._track.height}, with the last column or row twice.')

    def add(self, frame: Frame) -> None:
        """Writes a frame; one without a time, or with one out of all reason, comes when the one before it ends."""
        base = self._track.codec_context.time_base
        start = self._end if frame.time is None else frame.time
        if start - self._start >= LONGEST_GAP * base:  # as damaged files have it
            start = self._end
        self._last = max(round(start / base), self._last + 1)
        start = self._last * base
        self._gap = start - self._start if self._start < start else self._gap
        lasts = frame.lasts or self._gap
        self._start, self._end = start, start + lasts
        picture = find_av().VideoFrame.from_ndarray(to_yuv420(self._pad(frame.img), self._to_yuv), format='yuv420p')
        picture.pts, picture.time_base = self._last, base
        self._ticks[self._last] = round(lasts / base)
        self._mux(picture)

    def _mux(self, picture: Any) -> None:
        for packet in self._track.encode(picture):
            packet.duration = self._ticks.pop(packet.pts, 0)
            self._out.mux(packet)

    def close(self, ended: bool) -> None:
        """Ends the file: with all of the sound where the source has ``ended``, else with that up to the last frame."""
        with self._stack:
            self._mux(None)
        note = '' if self._source is None else add_sound(self._path, self._source, None if ended else self._end)
        self.notes += [note] * bool(note)

    def count(self) -> int:
        """How many frames the file holds once it is closed, by reading it."""
        with open_container(self._path) as container:
            return sum(packet.size > 0 for packet in container.demux(container.streams.video[0]))

    def _pad(self, img: np.ndarray) -> np.ndarray:
        if not any(self._padding):
            return img
        return cv2.copyMakeBorder(img, 0, self._padding[1], 0, self._padding[0], cv2.BORDER_REPLICATE)


def matrix_to_yuv(red: float, blue: float) -> np.ndarray:
    """From (B, G, R, 1) of 0 to 255 to brightness (16 to 235) and colour differences (16 to 240), (3, 4) float64.

    ``red`` and ``blue`` are their shares in the brightness.
    """
    brightness = np.array([blue, 1 - red - blue, red])
    differences = [(np.eye(3)[channel] - brightness) / (2 - 2 * share) for channel, share in ((0, blue), (2, red))]
    return np.column_stack([np.array([219 * brightness, *(224 * row for row in differences)]) / 255, [16, 128, 128]])


def to_yuv420(img: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """A picture of even sides, (H, W, 3) uint8 BGR, as (3 H / 2, W) uint8: the colour differences at half the size.

    FFmpeg's own conversion cuts off what is behind the point, which darkens by up to five grey levels.
    """
    brightness = cv2.transform(img, matrix[:1])
    differences = cv2.transform(cv2.resize(img, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), matrix[1:])
    return np.concatenate([brightness.ravel(), *(differences[..., plane].ravel() for plane in (0, 1))]).reshape(
        -1, img.shape[1])
