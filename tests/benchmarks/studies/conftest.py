"""What the tests of several studies share."""
from __future__ import annotations

from collections.abc import Iterator

import cv2
import pytest


@pytest.fixture
def threads() -> Iterator[None]:
    """As many threads of OpenCV after the test as before."""
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)
