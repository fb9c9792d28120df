"""The sound of a video, for the videos that are made of it."""
from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..io.frames import av_errors, find_av, open_container, origin_of, packets_of

# codecs that an .mp4 holds and programs play there; others become AAC
HELD = ('aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus', 'flac')
AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
LAYOUTS = {1: 'mono', 2: 'stereo', 3: '3.0', 4: '4.0', 5: '5.0', 6: '5.1', 8: '7.1'}
BITS = 96_000  # a second and channel of AAC


class Sound:
    """The sound of a video as a further track of a container that is being written; a part at a time.

    Args:
        source: the video that has it.
        container: of PyAV, into which nothing was written yet.

    Attributes:
        note: what is to be said where the sound stays out, or ''.
    """

    def __init__(self, source: Path, container: Any) -> None:
        self._out, self.note, self._track, self._copied = container, '', None, False
        self._parts: Iterator[tuple[Fraction, Any]] = iter(())
        self._waiting: tuple[Fraction, Any] | None = None
        self._input = open_container(source)
        stream = self._input.streams.best('audio')
        if stream is None:
            return
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else 'a codec that nobody here knows'
        self._copied = codec in HELD
        try:
            self._track = container.add_stream_from_template(stream) if self._copied else _add_aac(container, stream)
        except (*av_errors(), ValueError, AttributeError) as error:
            self.note = f'The sound of {source.name} is left out: {codec} cannot be written to an .mp4 ({error}).'
            return
        self._parts = self._packets(stream) if self._copied else self._frames(stream)
        self._waiting = next(self._parts, None)

    def write(self, until: Fraction | None, end: Fraction | None = None) -> None:
        """Writes the sound that sets in before a time in seconds, or all that is left, and nothing after ``end``."""
        while self._track is not None and self._waiting is not None and (until is None or self._waiting[0] < until):
            time, part = self._waiting
            if self._copied:
                part.stream = self._track
                self._out.mux(part)
            else:
                self._out.mux(self._track.encode(_cut(part, time, end)))
            self._waiting = next(self._parts, None)

    def finish(self, end: Fraction | None) -> None:
        """Writes the rest of the sound, up to its end where it has one."""
        self.write(end, end)
        if self._track is not None and not self._copied:
            self._out.mux(self._track.encode(None))

    def close(self) -> None:
        """Lets go of the source."""
        self._input.close()

    def _packets(self, stream: Any) -> Iterator[tuple[Fraction, Any]]:
        """The packets of the sound, and when each sets in."""
        origin = origin_of(self._input)
        for packet in packets_of(self._input, stream):
            stamp = packet.dts if packet.pts is None else packet.pts
            if stamp is not None:
                packet.pts = packet.dts = stamp - round(origin / packet.time_base)
                yield packet.pts * packet.time_base, packet

    def _frames(self, stream: Any) -> Iterator[tuple[Fraction, Any]]:
        for _, packet in self._packets(stream):
            try:
                frames = packet.decode()
            except av_errors():  # a damaged bit of sound is missing, and the rest goes on
                continue
            for frame in frames:
                yield frame.pts * frame.time_base, frame


def _add_aac(container: Any, stream: Any) -> Any:
    source = stream.codec_context
    rate = next((rate for rate in AAC_RATES if rate <= source.sample_rate), AAC_RATES[-1])
    layout = LAYOUTS.get(source.channels, 'stereo')
    trial = find_av().CodecContext.create('aac', 'w')  # as a track of the container cannot be taken back
    trial.sample_rate, trial.layout, trial.format = rate, layout, 'fltp'
    trial.open()
    return container.add_stream('aac', rate=rate, layout=layout, bit_rate=BITS * trial.channels)


def _cut(frame: Any, time: Fraction, end: Fraction | None) -> Any:
    """The frame up to a time: some containers have a second of sound in one."""
    kept = frame.samples if end is None else int((end - time) * frame.sample_rate)
    if kept >= frame.samples:
        return frame
    samples = frame.to_ndarray()[:, :kept * (1 if frame.format.is_planar else frame.layout.nb_channels)]
    cut = find_av().AudioFrame.from_ndarray(samples.copy(), format=frame.format.name, layout=frame.layout.name)
    cut.sample_rate, cut.pts, cut.time_base = frame.sample_rate, frame.pts, frame.time_base
    return cut
