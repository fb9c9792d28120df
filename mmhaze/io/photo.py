"""Reading a photo, in one place: what is accepted, what is refused, and in which words."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

# Pillow's modes that become (H, W, 3) uint8 without a guess
_PLAIN_MODES = ('RGB', 'L', '1', 'P', 'CMYK', 'YCbCr')
_ALPHA_MODES = ('RGBA', 'LA', 'PA', 'RGBa', 'La')
_DEEP_GREY_MODES = ('I;16', 'I;16L', 'I;16B', 'I;16N', 'I')
_ORIENTATION = 0x0112  # of EXIF: which side of the stored pixels is up, and how they become upright
_TURNS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
          5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
          8: Image.Transpose.ROTATE_90}


def read_photo(path: str | Path) -> np.ndarray:
    """Reads a photo upright, as OpenCV and mmcv have it.

    Grey photos get three equal channels. Of 16 bits the upper 8 are kept, as OpenCV does. An alpha channel is dropped
    where it is opaque everywhere; one with transparent pixels is refused, as what they look like is not in the file.
    A photo that lies on its side and says so in its EXIF data is turned; where those are damaged it stays as it is.

    Args:
        path: a file that Pillow can read.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no photo, is cut short, or holds values that cannot be shown in 8 bits a channel.
    """
    try:
        # Pillow rather than OpenCV, which fills what is missing of a truncated JPEG with grey and says nothing
        with Image.open(path) as image:
            rgb = _to_rgb(image)
    except FileNotFoundError:
        raise FileNotFoundError(f'There is no photo {path}.') from None
    # RuntimeError is what the AVIF plugin raises on a damaged file
    except (OSError, SyntaxError, ValueError, RuntimeError, Image.DecompressionBombError) as error:
        reason = str(error).rstrip('.')
        raise ValueError(f'{path} cannot be read as a photo: {reason}. Repair it or take it out.') from error
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)


def photo_of(image: Image.Image, name: str = 'the image') -> np.ndarray:
    """The same from an image that Pillow has open; ``name`` is for the error.

    Returns:
        (H, W, 3) uint8, BGR.

    Raises:
        ValueError: see :func:`read_photo`.
    """
    try:
        return cv2.cvtColor(_to_rgb(image), cv2.COLOR_RGB2BGR)
    except (OSError, SyntaxError, ValueError, RuntimeError) as error:
        raise ValueError(f'{name} cannot be read as a photo: {error}.') from error


def to_unit_rgb(img: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 BGR, as photos are read -> (3, H, W) float32 RGB in [0, 1], as dehazers take them."""
    rgb = np.ascontiguousarray(img[..., ::-1].transpose(2, 0, 1), np.float32)
    rgb /= 255
    return rgb


def from_unit_rgb(rgb: np.ndarray) -> np.ndarray:
    """(3, H, W) float RGB -> (H, W, 3) uint8 BGR; cut to [0, 1] and rounded."""
    img = np.empty((*rgb.shape[1:], 3), np.uint8)
    for channel, plane in enumerate(rgb[::-1]):  # one at a time, as a large photo fills the memory
        img[..., channel] = (plane.clip(0, 1) * 255).round()
    return img


def _upright(image: Image.Image) -> Image.Image:
    try:
        turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # whatever Pillow says of damaged EXIF data (SyntaxError, struct.error): the pixels are fine
        return image
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image) -> np.ndarray:
    image.load()
    image = _upright(image)
    if image.mode in _ALPHA_MODES or 'transparency' in image.info:
        image = image.convert('RGBA')
        if np.asarray(image.getchannel('A')).min(initial=255) < 255:
            raise ValueError('it has transparent pixels; put it on a background first')
    elif image.mode in _DEEP_GREY_MODES:
        grey = np.asarray(image)
        if grey.size and not (grey.min() >= 0 and grey.max() < 2**16):
            raise ValueError(f'its values run from {grey.min()} to {grey.max()}, wanted 8 or 16 bits a channel')
        return np.repeat((grey.astype(np.uint16) >> 8).astype(np.uint8)[..., None], 3, axis=2)
    elif image.mode not in _PLAIN_MODES:
        raise ValueError(f'its mode is {image.mode}, wanted one of {", ".join(_PLAIN_MODES + _ALPHA_MODES)} or 16 bits')
    return np.asarray(image.convert('RGB'))
