"""onnxruntime, which tells its maker nothing."""
from __future__ import annotations

import os
from typing import Any


def load_onnxruntime() -> Any:
    """The module onnxruntime, imported with its telemetry off; a value that the user has set stays.

    Since 1.32 its wheels for Linux send telemetry to Microsoft unless the environment says ``ORT_DISABLE_TELEMETRY``.
    It is read as the module is imported. Nothing helps where somebody has imported it before.
    """
    os.environ.setdefault('ORT_DISABLE_TELEMETRY', '1')
    import onnxruntime

    return onnxruntime
