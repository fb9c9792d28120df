"""The machine and the versions that a figure belongs to, and how busy the machine was."""
from __future__ import annotations

import os
from datetime import datetime, timezone

import torch

from mmhaze.runtime.machine import describe_machine


def describe_environment() -> dict:
    """Date, load, threads, processor, accelerator and versions, ready for JSON."""
    return dict(
        date=datetime.now(timezone.utc).isoformat(timespec='minutes'),
        load=os.getloadavg()[0] if hasattr(os, 'getloadavg') else None,
        threads=torch.get_num_threads(),
        **describe_machine())
