"""The sound of a video, for the videos that are made of it."""
from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..io.frames import MICROSECONDS, av_errors, find_av, open_container, origin_of, packets_of

# codecs that an .mp4 holds and programs play there; others become AAC
HELD = ('aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus', 'flac')
AAC_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
LAYOUTS = {1: 'mono', 2: 'stereo', 3: '3.0', 4: '4.0', 5: '5.0', 6: '5.1', 8: '7.1'}
BITS = 96_000  # a second and channel of AAC
MP4 = dict(format='mp4', options=dict(movflags='+faststart'))


def add_sound(video: Path, source: Path, end: Fraction | None) -> str:
    """Adds the sound of ``source`` to a whole ``.mp4``, by writing it anew: the video stays where the sound is damaged.

    Args:
        video: the file, without sound.
        source: the video that it is made of.
        end: where the sound is cut, in seconds; None takes all of it.

    Returns:
        What is to be said where the sound stays out, or ``''``.

    Raises:
        OSError: the file cannot be written, as when the disk is full.
    """
    part = video.with_suffix('.sound.mp4')
    with open_container(source) as container:
        stream = container.streams.best('audio')
        if stream is None:
            return ''
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else 'of an unknown kind'
        try:
            _join(video, container, stream, part, end, copied=codec in HELD)
            part.replace(video)
        except OSError:
            raise
        except (*av_errors(), ValueError, AttributeError) as error:  # AttributeError: nobody here knows the codec
            return f'The sound of {source.name} is left out: it is {codec}, and does not go into an .mp4 ({error}).'
        finally:
            part.unlink(missing_ok=True)
    return ''


def _join(video: Path, container: Any, stream: Any, part: Path, end: Fraction | None, *, copied: bool) -> None:
    with open_container(video) as silent, find_av().open(str(part), 'w', **MP4) as out:
        frames = silent.streams.video[0]
        track = out.add_stream_from_template(frames)
        noise = out.add_stream_from_template(stream) if copied else _add_aac(out, stream)
        sound = (_copied if copied else _encoded)(container, stream, noise, end)
        waiting = next(sound, None)
        for packet in silent.demux(frames):
            while waiting is not None and packet.size and _time(waiting) < _time(packet):
                _mux(out, waiting)
                waiting = next(sound, None)
            if packet.size:
                packet.stream = track
                out.mux(packet)
        while waiting is not None:
            _mux(out, waiting)
            waiting = next(sound, None)


def _time(packet: Any) -> Fraction:
    return packet.pts * packet.time_base


def _mux(out: Any, packet: Any) -> None:
    try:
        out.mux(packet)
    except OSError:
        raise
    except av_errors():  # a damaged bit of sound is missing, and the rest goes on
        pass


def _packets(container: Any, stream: Any, end: Fraction | None) -> Iterator[Any]:
    """The packets of the sound, from the beginning of the video on, and none after ``end``."""
    origin = origin_of(container)
    if end is None and container.duration is not None:
        end = Fraction(container.duration, MICROSECONDS) + 1  # what is damaged may claim to come years later
    for packet in packets_of(container, stream):
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is None:
            continue
        packet.pts = packet.dts = stamp - round(origin / packet.time_base)
        if end is None or _time(packet) < end:
            yield packet


def _copied(container: Any, stream: Any, track: Any, end: Fraction | None) -> Iterator[Any]:
    for packet in _packets(container, stream, end):
        packet.stream = track
        yield packet


def _encoded(container: Any, stream: Any, track: Any, end: Fraction | None) -> Iterator[Any]:
    for packet in _packets(container, stream, end):
        with contextlib.suppress(*av_errors()):
            for frame in packet.decode():
                yield from track.encode(_cut(frame, end))
    yield from track.encode(None)


def _add_aac(out: Any, stream: Any) -> Any:
    source = stream.codec_context
    rate = next((rate for rate in AAC_RATES if rate <= source.sample_rate), AAC_RATES[-1])
    layout = LAYOUTS.get(source.channels, 'stereo')
    return out.add_stream('aac', rate=rate, layout=layout, bit_rate=BITS * source.channels)


def _cut(frame: Any, end: Fraction | None) -> Any:
    """The frame up to a time: some containers have a second of sound in one."""
    kept = frame.samples if end is None else int((end - frame.pts * frame.time_base) * frame.sample_rate)
    if kept >= frame.samples:
        return frame
    samples = frame.to_ndarray()[:, :max(0, kept) * (1 if frame.format.is_planar else frame.layout.nb_channels)]
    cut = find_av().AudioFrame.from_ndarray(samples.copy(), format=frame.format.name, layout=frame.layout.name)
    cut.sample_rate, cut.pts, cut.time_base = frame.sample_rate, frame.pts, frame.time_base
    return cut
