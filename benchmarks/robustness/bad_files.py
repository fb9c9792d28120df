"""Files as strangers send them: whole ones of odd kinds, and damaged ones, made anew from a number alone."""
from __future__ import annotations

import gzip
import io
import struct
import zlib
from functools import lru_cache
from random import Random
from typing import Any

import cv2
import numpy as np
from PIL import Image

from mmhaze.synthesis.scenes import render_scene

FORMATS = ('JPEG', 'PNG', 'WEBP', 'BMP', 'TIFF', 'GIF', 'PPM', 'ICO', 'TGA', 'AVIF', 'JPEG2000')
SUFFIXES = ('.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff')
MODES = ('RGB', 'L', '1', 'P', 'CMYK', 'YCbCr', 'RGBA', 'LA', 'I;16', 'I', 'F', 'HSV', 'LAB')
SIZES = ((1, 1), (1, 40), (40, 1), (3, 2), (64, 48), (160, 120), (30000, 1), (1, 30000), (30000, 8))
HUGE = (2**31 - 1, 2**16, 60000, 30000)
HEADS = (('file', 'level'), ('file', 'level', 'split', 'scene', 'beta', 'visibility', 'depth'),
         ('file', 'level', 'split_random', 'split_scene'), ('photo', 'depth', 'kind', 'scale'),
         ('hazy', 'clear', 'split'))


@lru_cache(maxsize=4)
def _street(seed: int) -> tuple[np.ndarray, np.ndarray]:
    return render_scene(seed)


def make_image(rng: Random) -> tuple[str, bytes]:
    """A name and what is in the file: a picture of an odd kind, most of the time damaged."""
    width, height = rng.choice(SIZES)
    photo = cv2.resize(_street(rng.randrange(4))[0], (width, height), interpolation=cv2.INTER_AREA)
    image = Image.fromarray(photo[:, :, ::-1].copy())
    stream = io.BytesIO()
    settings = dict(exif=_exif(rng)) if rng.random() < 0.3 else {}
    try:
        _in_mode(image, rng.choice(MODES)).save(stream, rng.choice(FORMATS), **settings)
    except Exception:  # no such mode in such a format, or damaged EXIF data, of which Pillow says it in many ways
        stream = io.BytesIO()
        image.save(stream, 'PNG' if max(width, height) > 16000 else 'JPEG')
    name = f'{rng.randrange(10**6):06d}{rng.choice(SUFFIXES)}'
    return name, _bomb(rng) if rng.random() < 0.03 else damage(stream.getvalue(), rng)


def make_depth(rng: Random) -> tuple[str, bytes]:
    """A name and what is in the file: a depth map, most of the time damaged."""
    width, height = rng.choice(SIZES[:6])
    depth = cv2.resize(_street(rng.randrange(4))[1], (width, height))
    depth = np.clip(depth, 0, 600) if rng.random() < 0.7 else depth.astype(rng.choice(['f2', 'f8', 'c8', '>f4']))
    if rng.random() < 0.2:
        depth[rng.randrange(height), rng.randrange(width)] = rng.choice([np.nan, np.inf, -1, 0])
    suffix = rng.choice(['.npy', '.npz', '.png', '.fdd', '.fdd.gz'])
    stream = io.BytesIO()
    if suffix == '.npy':
        np.save(stream, depth if rng.random() < 0.9 else np.array([depth, 'text'], object))
    elif suffix == '.npz':
        arrays: dict[str, Any] = {f'a{number}': depth for number in range(rng.choice([1, 1, 1, 0, 2]))}
        np.savez_compressed(stream, **arrays)
    elif suffix == '.png':
        Image.fromarray(np.clip(np.nan_to_num(depth.real) * 100, 0, 65535).astype(np.uint16)).save(stream, 'PNG')
    else:
        np.savetxt(stream, depth.real * 1000, '%.1f')
    data = stream.getvalue()
    if rng.random() < 0.05:
        data = _array_bomb(rng)
    if rng.random() < 0.05:
        data = b'\0' * rng.choice([1000, 3 * 10**8])
    if suffix == '.fdd.gz':
        data = gzip.compress(data, 1)
    return f'{rng.randrange(10**6):06d}{suffix}', damage(data, rng)


def make_table(rng: Random) -> tuple[str, bytes]:
    """A name and what is in the file: a table of a data set, most of the time damaged."""
    head, suffix = rng.choice(HEADS), rng.choice(['.csv', '.csv', '.csv', '.txt'])
    odd = rng.choice([0, 0, 0.02, 0.3])  # the share of odd cells
    rows = [[_odd_cell(rng) if rng.random() < odd else _cell(rng, name) for name in head]
            for _ in range(rng.choice([0, 1, 5, 200]))]
    lines = [(' ' if suffix == '.txt' else ',').join(row) + ('' if rng.random() < 0.95 else ',more') for row in rows]
    top = ','.join(head).upper() if rng.random() < 0.1 else ','.join(head)
    text = '\n'.join(lines if suffix == '.txt' else [top, *lines])
    encoding = rng.choice(['utf-8'] * 5 + ['utf-8-sig', 'utf-16', 'latin-1'])
    return f'{rng.randrange(10**6):06d}{suffix}', damage(text.encode(encoding, 'replace'), rng)


def damage(data: bytes, rng: Random) -> bytes:
    """The bytes, or what accidents make of them."""
    kind = rng.choice(['none', 'none', 'none', 'cut', 'flip', 'flip', 'zeros', 'swap', 'twice', 'empty', 'front'])
    place = rng.randrange(len(data) + 1)
    spoilt = bytearray(data)
    if kind == 'cut':
        return data[:place]
    if kind == 'flip':
        for _ in range(rng.choice([1, 3, 30])):
            if spoilt:
                spoilt[min(rng.choice([rng.randrange(len(data)), rng.randrange(64)]), len(data) - 1)] ^= \
                    1 << rng.randrange(8)
    elif kind == 'zeros':
        spoilt[place:place + 512] = bytes(len(spoilt[place:place + 512]))
    elif kind == 'swap':
        spoilt = spoilt[place:] + spoilt[:place]
    elif kind == 'twice':
        spoilt[place:place] = spoilt[:place]
    elif kind == 'front':
        spoilt[:0] = bytes(rng.randrange(256) for _ in range(rng.choice([1, 4, 16])))
    return b'' if kind == 'empty' and rng.random() < 0.2 else bytes(spoilt)


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode in ('I;16', 'I', 'F'):
        grey = np.asarray(image.convert('L')).astype({'I;16': np.uint16, 'I': np.int32, 'F': np.float32}[mode])
        return Image.fromarray(grey * 257)
    return image.convert(mode)


def _exif(rng: Random) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = rng.choice([1, 3, 6, 8, 0, 99])  # the side that is up
    return damage(exif.tobytes(), rng) if rng.random() < 0.3 else exif.tobytes()


def _bomb(rng: Random) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    head = struct.pack('>IIBBBBB', rng.choice(HUGE), rng.choice(HUGE), 8, rng.choice([0, 2, 6]), 0, 0, 0)
    body = zlib.compress(bytes(10**6))
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(part)) + name + part + struct.pack('>I', zlib.crc32(name + part))
        for name, part in ((b'IHDR', head), (b'IDAT', body), (b'IEND', b'')))


def _array_bomb(rng: Random) -> bytes:
    """An array of a few bytes that says it is huge."""
    stream = io.BytesIO()
    shape = (rng.choice(HUGE), rng.choice(HUGE))
    np.lib.format.write_array_header_1_0(stream, dict(descr='<f4', fortran_order=False, shape=shape))
    return stream.getvalue() + bytes(100)


def _cell(rng: Random, name: str) -> str:
    if name == 'level':
        return str(rng.randrange(10))
    if name in ('beta', 'visibility', 'scale'):
        return f'{rng.random():.3f}'
    if name == 'kind':
        return rng.choice(['', 'gaps', 'cityscapes'])
    if name.startswith('split'):
        return rng.choice(['train', 'test'])
    return f'level_{rng.randrange(10)}/{rng.random()}.png'


def _odd_cell(rng: Random) -> str:
    return rng.choice(['', ' ', '-1', '1e400', 'nan', '٣', '²', '"', '""', '\0', '../../x', '/etc/passwd', 'x' * 300,
                       'x' * 200_000, ''.join(chr(rng.randrange(1, 0x2ff)) for _ in range(8))])
