"""Losses that set in little by little."""
from __future__ import annotations

from mmengine.logging import MessageHub


def warmed_up(steps: int) -> float:
    """How much a loss counts that sets in over the first ``steps`` of a training: from 0 to 1, and 1 from then on.

    Where the host's runner trains, it says which step it is; elsewhere it is 1.
    """
    step = MessageHub.get_current_instance().get_info('iter')
    return 1.0 if step is None or steps <= 0 else min(int(step) / steps, 1.0)
