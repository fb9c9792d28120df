"""Videos as phones, cameras and broadcasts make them, written by PyAV for tests."""
from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

RATE = 48_000


def write_source(path: Path, frames, times, *, codec='libx264', sound=None, sound_seconds=None, matrix=None,
                 start=0.0, pix_fmt='yuv420p', clicks=(), time_base=Fraction(1, 1000), aspect=None, chunk=1024) -> None:
    """A video whose frames are shown at ``times`` in seconds, with silence in that codec but for ``clicks``."""
    import av
    from av.video.reformatter import Colorspace
    with av.open(str(path), 'w') as out:
        track = out.add_stream(codec, rate=25)
        track.height, track.width = frames[0].shape[:2]
        track.pix_fmt = pix_fmt
        track.codec_context.time_base = time_base
        if codec == 'libx264':
            track.options = dict(crf='8', bf='2')
        if aspect:
            track.codec_context.sample_aspect_ratio = aspect
        if matrix is not None:
            for name in ('colorspace', 'color_primaries', 'color_trc'):
                setattr(track.codec_context, name, matrix)
        noise = out.add_stream(sound, rate=RATE, layout='mono') if sound else None
        parts = []
        for frame, time in zip(frames, times):
            picture = av.VideoFrame.from_ndarray(frame, format='bgr24').reformat(
                format=pix_fmt, dst_colorspace=Colorspace(matrix or 5))
            picture.pts, picture.time_base = round((time + start) / time_base), time_base
            parts += track.encode(picture)
        parts += track.encode(None)
        if noise is not None:
            for number in range(int((sound_seconds or times[-1] + 0.1) * RATE) // chunk):
                samples = np.zeros((1, chunk), np.int16)
                for click in clicks:
                    place = round(click * RATE) - chunk * number
                    samples[0, max(0, place):max(0, place + 480)] = 20_000
                part = av.AudioFrame.from_ndarray(samples, format='s16', layout='mono')
                part.sample_rate, part.time_base = RATE, Fraction(1, RATE)
                part.pts = chunk * number + round(start * RATE)
                parts += noise.encode(part)
            parts += noise.encode(None)
        for packet in sorted(parts, key=lambda packet: packet.dts * packet.time_base):
            out.mux(packet)


def timing(path: Path) -> list[float]:
    """When each frame is shown, and when the last one ends."""
    import av
    with av.open(str(path)) as source:
        packets = sorted((packet for packet in source.demux(video=0) if packet.size), key=lambda packet: packet.pts)
        end = packets[-1].pts + packets[-1].duration
        return [round(float(stamp * source.streams.video[0].time_base), 3) for stamp in (
            *(packet.pts for packet in packets), end)]


def listen(path: Path) -> tuple[str, float, list[float]]:
    """Codec and length of the sound, and when there are clicks in it."""
    import av
    with av.open(str(path)) as source:
        stream = source.streams.best('audio')
        scale = 32768 if 's16' in stream.codec_context.format.name else 1
        samples = [(frame.time, np.abs(frame.to_ndarray()[0].astype(float)) / scale) for frame in source.decode(stream)]
        rate = stream.codec_context.sample_rate
        loud = np.concatenate([time + np.flatnonzero(values > 0.2) / rate for time, values in samples])
        begins = loud[np.flatnonzero(np.diff(loud, prepend=-1) > 0.05)]
        end = samples[-1][0] + len(samples[-1][1]) / rate
        return stream.codec_context.name, round(end, 2), [round(float(time), 2) for time in begins]
