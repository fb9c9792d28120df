"""The machine and the versions that a figure belongs to."""
from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from pathlib import Path

import cv2
import mmcv
import mmengine
import mmpretrain
import numpy
import torch

import mmhaze


def describe_environment() -> dict:
    """Processor, cores, threads and versions, ready for JSON."""
    modules = (mmhaze, mmpretrain, mmengine, mmcv, torch, numpy, cv2)
    return dict(
        date=datetime.now(timezone.utc).isoformat(timespec='minutes'),
        processor=_processor(),
        cores=os.cpu_count(),
        load=os.getloadavg()[0] if hasattr(os, 'getloadavg') else None,
        threads=torch.get_num_threads(),
        gpu=torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        system=platform.platform(),
        python=platform.python_version(),
        **{module.__name__: str(module.__version__) for module in modules})


def _processor() -> str:
    info = Path('/proc/cpuinfo')
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.processor()
