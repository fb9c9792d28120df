"""The size at which the network sees a photo."""
from __future__ import annotations

import math

PIXELS = 256 * 192  # about as many as a picture has that the network learned from
MULTIPLE = 16       # the network halves its input four times
SHORTEST, LONGEST = 32, 1024


def input_shape(height: int, width: int) -> tuple[int, int]:
    """(h, w) of what the network sees of a photo: about ``PIXELS`` with the photo's aspect, in multiples of 16.

    Neither side leaves [32, 1024]: a longer strip is compressed along its length.
    """
    scale = math.sqrt(PIXELS / (height * width))
    h, w = (min(max(round(side * scale / MULTIPLE) * MULTIPLE, SHORTEST), LONGEST) for side in (height, width))
    return h, w
