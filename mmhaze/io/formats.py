"""Which format a file is by its first bytes, whatever its name; and HEIC, which Pillow reads by a plugin."""
from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO, Union

from PIL import Image, UnidentifiedImageError

from .search import RAW_SUFFIXES

HEAD = 4096  # bytes; a web page may begin with comments
HEIF_BRANDS = (b'heic', b'heix', b'heim', b'heis', b'hevc', b'hevx', b'hevm', b'hevs', b'mif1', b'msf1')
AVIF_BRANDS = (b'avif', b'avis')
CONVERT = 'Convert it to PNG or JPEG'
NO_HEIF = ('HEIC or HEIF, the format of iPhones. pip install pillow-heif, or convert it to PNG or JPEG, '
           'say with heif-convert')
REPAIR = 'Repair it or take it out'
CUT_HEIF = f'HEIC or HEIF that is damaged or cut short. {REPAIR}'
RAW = 'a raw photo. Develop it to TIFF or JPEG'
VIDEO = 'a video. Give it under a name such as .mp4, or take a frame out of it'
ARCHIVE = 'an archive. Unpack it'
# where the bytes are, what they are, and what is said then; the first that fits
SIGNATURES = (
    (0, b'version https://git-lfs', 'a pointer of Git LFS and not the photo. Run git lfs pull'),
    (0, b'%PDF', 'a PDF. Export its page or its pictures as PNG'),
    (0, b'%!PS', 'PostScript. Export it as PNG'),
    (0, b'8BPS', 'a Photoshop file. Export it as PNG or TIFF'),
    (0, b'gimp xcf', 'a GIMP file. Export it as PNG'),
    (0, b'\xff\x0a', f'JPEG XL, which Pillow does not read. {CONVERT}, say with djxl'),
    (0, b'\0\0\0\x0cJXL ', f'JPEG XL, which Pillow does not read. {CONVERT}, say with djxl'),
    (0, b'II\xbc\x01', f'JPEG XR, which Pillow does not read. {CONVERT}'),
    (4, b'ftypcrx', RAW), (8, b'CR\x02', RAW), (0, b'FUJIFILMCCD-RAW', RAW), (0, b'IIRO', RAW), (0, b'IIRS', RAW),
    (0, b'MMOR', RAW), (0, b'IIU\0', RAW), (0, b'FOVb', RAW), (0, b'\0MRM', RAW),
    (0, b'\x1aE\xdf\xa3', VIDEO), (0, b'\0\0\x01\xba', VIDEO), (0, b'FLV\x01', VIDEO), (8, b'AVI ', VIDEO),
    (4, b'ftyp', VIDEO), (4, b'moov', VIDEO), (4, b'mdat', VIDEO),
    (0, b'PK\x03\x04', ARCHIVE), (0, b'\x1f\x8b', ARCHIVE), (0, b'Rar!', ARCHIVE), (0, b'7z\xbc\xaf', ARCHIVE),
    (0, b'\x93NUMPY', 'an array of NumPy. Load it and give the array'),
    (0, b'v/1\x01', 'OpenEXR, whose values are floats. Tone-map it to PNG'),
    (0, b'#?RADIANCE', 'Radiance HDR, whose values are floats. Tone-map it to PNG'),
    (0, b'SIMPLE  =', f'FITS. {CONVERT}'), (128, b'DICM', f'DICOM. {CONVERT}'))
PHOTO_STARTS = (b'\xff\xd8', b'\x89PNG', b'GIF8', b'BM', b'II*\0', b'MM\0*', b'II+\0', b'MM\0+', b'RIFF', b'qoif',
                b'\0\0\0\x0cjP', b'\xff\x4f\xff\x51', b'P1', b'P2', b'P3', b'P4', b'P5', b'P6')
# tags of TIFF: of a DNG; of the kind of a picture, and its bit for a smaller copy, with which raw photos begin
DNG_VERSION, SUBFILE_TYPE, REDUCED = 50706, 254, 1

Source = Union[str, Path, bytes, BinaryIO]


class NoPhoto(ValueError):
    """Why something is no photo, and what to do, to go after its name: in lower case and without an end."""


def open_image(source: Source) -> Image.Image:
    """The image in a file, or in its bytes, not yet decoded.

    Raises:
        FileNotFoundError, OSError: there is no such file, or it cannot be looked into.
        NoPhoto: it is none.
    """
    given = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        try:
            image = Image.open(given)
        except UnidentifiedImageError:
            if not (is_heif(read_head(source)) and register_heif()):
                raise
            image = Image.open(given)
    except UnidentifiedImageError:
        raise NoPhoto(explain(read_head(source))) from None
    if image.format == 'TIFF' and _is_raw(image, source):  # what Pillow would read of it is a preview
        image.close()
        raise NoPhoto(f'wanted a photo such as PNG or JPEG, got {RAW}')
    return image


def _is_raw(image: Any, source: Source) -> bool:
    named = isinstance(source, (str, Path)) and Path(source).suffix.lower() in RAW_SUFFIXES
    return (named or DNG_VERSION in image.tag_v2 or bool(image.tag_v2.get(SUBFILE_TYPE, 0) & REDUCED)
            or read_head(source)[8:10] == b'CR')


def read_head(source: Source) -> bytes:
    """The first bytes of a file."""
    if isinstance(source, bytes):
        return source[:HEAD]
    if isinstance(source, (str, Path)):
        with open(source, 'rb') as stream:
            return stream.read(HEAD)
    source.seek(0)
    return source.read(HEAD)


def is_heif(head: bytes) -> bool:
    """Whether a file that begins so is HEIC or HEIF."""
    brands = {head[place:place + 4] for place in range(8, min(int.from_bytes(head[:4], 'big'), len(head)), 4)}
    return head[4:8] == b'ftyp' and bool(brands & {*HEIF_BRANDS}) and not brands & {*AVIF_BRANDS}


def register_heif() -> bool:
    """Teaches Pillow to read HEIC, if pillow-heif is installed; whether it is."""
    try:
        import pillow_heif  # not before the first such photo: it brings a library of 20 MB
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return True


def explain(head: bytes) -> str:
    """Why Pillow knows nothing of a file that begins so, and what to do about it."""
    return f'wanted a photo such as PNG or JPEG, got {_identify(head)}'


def _identify(head: bytes) -> str:
    if not head:
        return 'an empty file. Copy it again'
    if is_heif(head):
        return CUT_HEIF if register_heif() else NO_HEIF
    if head[4:8] == b'ftyp' and head[8:12] in AVIF_BRANDS:
        return 'AVIF, which wants Pillow 11.3 or newer. Upgrade it, or convert the photo'
    for place, magic, said in SIGNATURES:
        if head.startswith(magic, place):
            return said
    if head.startswith(PHOTO_STARTS):
        return f'one that is damaged, cut short or of a kind that Pillow does not read. {REPAIR}, or convert it'
    if b'<svg' in head.lower():
        return 'SVG, a drawing. Export it as PNG'
    if b'<html' in head.lower() or b'<!doctype html' in head.lower():
        return 'a web page, as a failed download leaves it. Download the photo again'
    if not any(head):
        return 'zeros, as a failed copy leaves them. Copy it again'
    if _is_text(head):
        return f'text that begins with {head[:20].decode(errors="replace")!r}. Take it out'
    return f'a format that is not known here. {CONVERT}'


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # else the last letter is cut
            return False
        text = head[:error.start].decode()
    return all(letter.isprintable() or letter.isspace() for letter in text)
