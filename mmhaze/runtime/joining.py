"""Several processes or machines that make a data set together."""
from __future__ import annotations

import os
from datetime import timedelta

from ..synthesis.writer import Share

# machines of a set may be done days apart, and wait for each other
PATIENCE = timedelta(days=365)


def join_machines() -> Share:
    """This process's part of a set, where torchrun started several; else all of it."""
    if int(os.environ.get('WORLD_SIZE', 1)) == 1 or 'RANK' not in os.environ:
        return Share()
    import torch  # one process alone needs neither
    from mmengine.dist import barrier, get_dist_info

    # not by the host's init_dist, which wants a GPU
    torch.distributed.init_process_group('gloo', timeout=PATIENCE)
    rank, world = get_dist_info()
    return Share(rank, world, barrier)
