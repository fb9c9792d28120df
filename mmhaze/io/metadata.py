"""What a photo's file says besides its pixels, and a picture made of it says again: colour profile and EXIF data."""
from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from .formats import open_image

_EXIF = 0x8769  # the folder of most tags in EXIF data
_ORIENTATION, _WIDTH, _HEIGHT, _MAKER_NOTE = 0x0112, 0xA002, 0xA003, 0x927C
# of TIFF, and of EXIF data in one: how the pixels are stored and coloured, other metadata in it, and what only DNG has
_OF_THE_FILE = {_ORIENTATION, *range(254, 269), 273, *range(277, 282), *range(284, 294), 301, *range(317, 326), 330,
                332, *range(338, 348), *range(512, 533), 700, 33723, 34377, 34675, 37724, *range(50706, 52600)}
_LARGEST_SEGMENT = 65533  # bytes, of JPEG
_HEAD_OF_EXIF = b'Exif\0\0'


@dataclass(frozen=True)
class Metadata:
    """Of a photo.

    Attributes:
        profile: its ICC profile, of RGB; None where it has none, or one for other channels, as CMYK has.
        exif: its EXIF data from the head of TIFF on, for the photo upright, without thumbnail; None where it has none.
    """

    profile: bytes | None = None
    exif: bytes | None = None


NO_METADATA = Metadata()


def read_metadata(path: Path, size: tuple[int, int] | None = None) -> Metadata:
    """That of a photo, which can be read; whatever of it is damaged is left out.

    Args:
        path: the photo.
        size: (width, height) of the picture that is to have its EXIF data; None for one without.
    """
    try:
        with open_image(path) as image:
            return Metadata(_read_profile(image), None if size is None else _read_exif(image, size))
    except Exception:  # the photo was read, and what else its file says is no reason to lose it
        return NO_METADATA


def add_metadata(picture: bytes, suffix: str, metadata: Metadata) -> bytes:
    """The file of a picture, ``.png`` or ``.jpg``, with the metadata in it."""
    return _ADDERS[suffix](picture, metadata) if suffix in _ADDERS else picture


def _read_profile(image: Image.Image) -> bytes | None:
    profile = image.info.get('icc_profile')
    return profile if isinstance(profile, bytes) and profile[16:20] == b'RGB ' else None  # as its header says


def _read_exif(image: Image.Image, size: tuple[int, int]) -> bytes | None:
    try:
        exif = image.getexif()
        for tag in set(exif) & _OF_THE_FILE:
            del exif[tag]
        details = exif.get_ifd(_EXIF) if _EXIF in exif else {}
        details.update({tag: side for tag, side in zip((_WIDTH, _HEIGHT), size) if tag in details})
        if not set(exif):
            return None
        data = exif.tobytes()
        if len(data) > _LARGEST_SEGMENT:  # a JPEG has no room for more, and this tag alone may be that large
            details.pop(_MAKER_NOTE, None)
            data = exif.tobytes()
    except Exception:  # whatever Pillow says of damaged EXIF data
        return None
    return data[len(_HEAD_OF_EXIF):] if len(data) <= _LARGEST_SEGMENT else None


def _add_to_png(picture: bytes, metadata: Metadata) -> bytes:
    chunks = b''
    if metadata.profile:
        chunks += _chunk(b'iCCP', b'ICC Profile\0\0' + zlib.compress(metadata.profile))
    if metadata.exif:
        chunks += _chunk(b'eXIf', metadata.exif)
    end_of_header = 33  # 8 bytes of signature, and IHDR
    return picture[:end_of_header] + chunks + picture[end_of_header:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def _add_to_jpeg(picture: bytes, metadata: Metadata) -> bytes:
    segments = _segment(0xE1, _HEAD_OF_EXIF + metadata.exif) if metadata.exif else b''
    if metadata.profile:
        room = _LARGEST_SEGMENT - 14  # less what each part begins with
        parts = [metadata.profile[start:start + room] for start in range(0, len(metadata.profile), room)]
        for number, part in enumerate(parts, 1):
            segments += _segment(0xE2, b'ICC_PROFILE\0' + bytes((number, len(parts))) + part)
    # after the segment of JFIF, which comes first where there is one
    place = 4 + struct.unpack('>H', picture[4:6])[0] if picture[2:4] == b'\xff\xe0' else 2
    return picture[:place] + segments + picture[place:]


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack('>BBH', 0xFF, marker, len(data) + 2) + data


_ADDERS = {'.png': _add_to_png, '.jpg': _add_to_jpeg}
