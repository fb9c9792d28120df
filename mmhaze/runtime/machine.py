from __future__ import annotations

import os
import platform
from pathlib import Path

import cv2
import mmcv
import mmengine
import mmpretrain
import numpy as np
import torch

from ..version import __version__


def describe_machine() -> dict[str, str]:
    """The machine and the versions that a result belongs to."""
    modules = (mmpretrain, mmengine, mmcv, torch, np, cv2)
    return dict(
        processor=_processor(), cores=str(os.cpu_count()),
        accelerator=torch.cuda.get_device_name() if torch.cuda.is_available() else 'none', system=platform.platform(),
        python=platform.python_version(), mmhaze=__version__,
        **{module.__name__: str(module.__version__) for module in modules})


def _processor() -> str:
    info = Path('/proc/cpuinfo')
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.processor()
