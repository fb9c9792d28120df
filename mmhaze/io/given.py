"""What callers give as a photo from Python: whether it is one, and what to say where it is not."""
from __future__ import annotations

from typing import Any

import numpy as np

ARRAY = '(H, W, 3) uint8 in the order BGR'
WANTED = 'wanted a path, an array, a PIL image, the bytes of a photo or an open file'


def check_photo(img: Any, wanted_by: str) -> None:
    """Raises a ValueError where ``img`` is no (H, W, 3) uint8 photo with a pixel; ``wanted_by`` says who asks."""
    if not (isinstance(img, np.ndarray) and img.dtype == np.uint8 and img.ndim == 3 and img.shape[2] == 3 and img.size):
        raise ValueError(f'{wanted_by}: wanted a photo of {ARRAY}, got {describe(img)}.{advise(img)}')


def as_photo(img: np.ndarray, name: str) -> np.ndarray:
    """(H, W, 3) uint8 BGR of an array that may also be (H, W) or (H, W, 1) grey, or (H, W, 4) BGRA that is opaque.

    Raises:
        ValueError: it is none of these; the error begins with ``name``.
    """
    channels = img.shape[2] if img.ndim == 3 else 1
    if img.dtype != np.uint8 or img.ndim not in (2, 3) or channels not in (1, 3, 4) or not img.size:
        raise ValueError(f'{name} is {describe(img)}, wanted {ARRAY}, or grey, (H, W) uint8.{advise(img)}')
    if channels == 4 and img[..., 3].min() < 255:
        raise ValueError(f'{name} has transparent pixels, as {describe(img)} in the order BGRA, wanted {ARRAY}. Put it '
                         'on a background first.')
    return np.repeat(img.reshape(*img.shape[:2], 1), 3, axis=2) if channels == 1 else np.ascontiguousarray(img[..., :3])


def is_open(given: Any) -> bool:
    """Whether it can be read as a file that is open."""
    return callable(getattr(given, 'read', None))


def content_of(given: Any, name: str) -> bytes:
    """Bytes as they are, and all that is in a file that is open, which its owner may close or read on in afterwards.

    Raises:
        TypeError: the file gives text; the error begins with ``name``.
        ValueError: the file is closed.
    """
    if not is_open(given):
        return bytes(given)
    try:
        if getattr(given, 'seekable', bool)():  # after it was written the place is at its end
            given.seek(0)
        content = given.read()
    except UnicodeDecodeError:
        content = ''
    except ValueError as error:  # a closed file
        wanted = f'{WANTED[0].upper()}{WANTED[1:]}'
        raise ValueError(f'{name} is {describe(given)} that cannot be read: {error}. {wanted}.') from error
    if not isinstance(content, bytes):
        raise TypeError(f"{name} is {describe(given)} that gives no bytes, {WANTED}. Open it with 'rb', not as text.")
    return content


def describe(given: Any) -> str:
    """What something is, in a few words."""
    if given is None:
        return 'None'
    kind = type(given).__name__
    if hasattr(given, 'shape') and hasattr(given, 'dtype'):
        called = 'an array' if isinstance(given, np.ndarray) else f'a {kind}'
        return f'{called} of {tuple(given.shape)} {given.dtype}'
    return f'{"an" if kind[:1].lower() in "aeiou" else "a"} {kind}'


def advise(given: Any) -> str:
    """What to do with what is no photo, after a space; empty where nobody knows."""
    if given is None:
        return ' cv2.imread gives None for a path where it can read nothing: is the path right?'
    if not isinstance(given, np.ndarray):
        if hasattr(given, 'detach'):
            return ' Of (3, H, W) RGB in [0, 1] give (255 * tensor).byte().flip(0).permute(1, 2, 0).cpu().numpy().'
        if hasattr(given, 'getexif'):
            return ' Of a PIL image give np.asarray(image.convert("RGB"))[..., ::-1].'
        return ''
    if given.dtype.kind in 'OUS':
        return ' Of paths give a list: array.tolist().'
    if given.ndim == 4:
        return ' Give the photos of a batch as a list: list(batch).'
    if given.dtype == np.uint16:
        return ' For all 16 bits give (img >> 8).astype(np.uint8), for 12 of them img >> 4.'
    if given.dtype.kind == 'f':
        return ' For floats in [0, 1] pass (img * 255).round().astype(np.uint8).'
    return ''
