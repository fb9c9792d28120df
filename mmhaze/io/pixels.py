"""The pixels of an image that Pillow has open as 8 bits a channel, upright, and without a guess."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

import cv2
import numpy as np
from PIL import Image

from .formats import NoPhoto

# Pillow's modes that become (H, W, 3) uint8 without a guess
_PLAIN_MODES = ('RGB', 'L', '1', 'P', 'CMYK', 'YCbCr')
_ALPHA_MODES = ('RGBA', 'LA', 'PA', 'RGBa', 'La')
_DEEP_GREY_MODES = ('I;16', 'I;16L', 'I;16B', 'I;16N', 'I')
_ORIENTATION = 0x0112  # of EXIF: which side of the stored pixels is up, and how they become upright
_TURNS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
          5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
          8: Image.Transpose.ROTATE_90}
_BITS_PER_SAMPLE, _MAX_SAMPLE = 258, 281  # of TIFF
CAMERA_BITS = (8, 10, 12, 14)  # of those that store fewer in 16

Encoded = Callable[[], Optional[bytes]]


def to_rgb(image: Image.Image, encoded: Encoded = lambda: None) -> np.ndarray:
    """(H, W, 3) uint8 RGB; ``encoded`` gives the bytes of the file, to look into the lower bits of deep colours.

    Raises:
        NoPhoto: the values cannot be shown in 8 bits a channel, or may be of fewer bits than the file says.
    """
    deep_colours, highest = _is_deep(image), _stated_maximum(image)
    image.load()
    image = _upright(image)
    if image.mode in _ALPHA_MODES or 'transparency' in image.info:
        image = image.convert('RGBA')
        if np.asarray(image.getchannel('A')).min(initial=255) < 255:
            raise NoPhoto('it has transparent pixels; put it on a background first')
    elif image.mode in _DEEP_GREY_MODES:
        return np.repeat(_to_8_bits(np.asarray(image), highest)[..., None], 3, axis=2)
    elif image.mode not in _PLAIN_MODES:
        raise NoPhoto(f'its mode is {image.mode}, wanted one of {", ".join(_PLAIN_MODES + _ALPHA_MODES)} or 16 bits')
    rgb = np.asarray(image.convert('RGB'))
    if deep_colours and rgb.max(initial=0) <= 2**(max(CAMERA_BITS) - 8):  # Pillow may round up
        _check_bits(_read_deep(encoded(), rgb))
    return rgb


def _to_8_bits(grey: np.ndarray, highest: int | None) -> np.ndarray:
    """Grey values of 16 bits, of which the upper 8 are kept; or of 0 to ``highest``."""
    if grey.size and not (grey.min() >= 0 and grey.max() < 2**16):
        raise NoPhoto(f'its values run from {grey.min()} to {grey.max()}, wanted 8 or 16 bits a channel')
    if highest is not None and grey.max(initial=0) <= highest:
        grey = grey.astype(np.uint32) * (2**16 - 1) // highest
    else:
        _check_bits(grey)
    return (grey >> 8).astype(np.uint8)


def _check_bits(values: np.ndarray) -> None:
    """Raises a ValueError where values of 10, 12 or 14 bits seem to be stored in 16, and would be nearly black."""
    most = int(values.max(initial=0))
    bits = next((bits for bits in CAMERA_BITS if most < 2**bits), None)
    if bits is None or most == 0 or _is_scaled(values.astype(np.uint16)):
        return
    raise NoPhoto(f'its values reach {most} of 65535: {bits} bits in 16? Multiply by {2**(16 - bits)}; or, if it is '
                     'as dark as that, save it with 8 bits a channel')


def _is_scaled(values: np.ndarray) -> bool:
    """Whether the lower bits show that 16 are meant: they repeat the upper ones, or are zero below 8."""
    repeated = ((values >> bits, values & (2**(16 - bits) - 1)) for bits in (8, 10, 12))
    return any(bool(upper.any()) and np.array_equal(upper, lower) for upper, lower in repeated) or \
        not (values & 255).any()


def _is_deep(image: Any) -> bool:
    """Whether colours are stored in 16 bits, of which Pillow gives the upper 8; grey ones have a mode of their own."""
    return any(';16' in str(tile[3]) or str(2**16 - 1) in str(tile[3]) for tile in getattr(image, 'tile', ()))


def _stated_maximum(image: Image.Image) -> int | None:
    """What a TIFF says is white, where that is a number of bits below 16; Pillow itself scales a PGM."""
    tags: Any = getattr(image, 'tag_v2', {})
    if any(tile[0] == 'ppm' for tile in getattr(image, 'tile', ())):
        return 2**16 - 1
    highest = {2**bits - 1 for bits in range(9, 16)}
    found = [2**tags[_BITS_PER_SAMPLE][0] - 1] if _BITS_PER_SAMPLE in tags else []
    found += list(np.atleast_1d(tags.get(_MAX_SAMPLE, ())))
    return next((int(each) for each in found if each in highest), None)


def _read_deep(encoded: bytes | None, rgb: np.ndarray) -> np.ndarray:
    """The colours in 16 bits; where OpenCV cannot say, about what they are, with lower bits that are neither."""
    flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    found = None if encoded is None else cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
    return rgb.astype(np.uint16) << 8 | 128 if found is None or found.dtype != np.uint16 else found


def _upright(image: Image.Image) -> Image.Image:
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # whatever Pillow says of damaged EXIF data (SyntaxError, struct.error): the pixels are fine
        return image
    return image if turn is None else image.transpose(turn)
