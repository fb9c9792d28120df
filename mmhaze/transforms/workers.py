"""What the workers of a data loader have to be told."""
from __future__ import annotations

import cv2
from torch.utils.data import get_worker_info


def calm_worker() -> None:
    """Has OpenCV work on one thread in a data loader's worker, as torch does there by itself: workers fill the cores.

    mmengine sees to it for workers that are forked. Those that are spawned begin anew, with all cores each.
    """
    if get_worker_info() is not None and cv2.getNumThreads() > 1:
        cv2.setNumThreads(0)
