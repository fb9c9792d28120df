from __future__ import annotations

import cv2
import pytest


@pytest.fixture
def plug_in(monkeypatch):
    """Gives a function that makes its argument the camera 0."""
    real = cv2.VideoCapture

    def plug(camera):
        monkeypatch.setattr(cv2, 'VideoCapture', lambda source: camera if source == 0 else real(source))
        return camera

    return plug
