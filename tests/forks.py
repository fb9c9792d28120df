"""Tools in processes that need not import torch and the hosts each: all are forked from one that has them.

Where starting and ending is the claim, a test starts the tool itself; these processes end without atexit.
"""
from __future__ import annotations

import multiprocessing
import os
import runpy
import socket
import sys
from pathlib import Path

import torch

from .conftest import ROOT


def free_port() -> int:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def run_tool(tool: str, words: list[str], said: Path, environment: dict[str, str]) -> None:
    """The body of a process: ``tools/TOOL WORDS``, with what it prints in the file ``said``."""
    with said.open('w') as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.update(environment, CUDA_VISIBLE_DEVICES='')
    torch.set_num_threads(1)
    sys.argv = [str(ROOT / 'tools' / tool), *words]
    runpy.run_path(sys.argv[0], run_name='__main__')


def run_forked(tool: str, *words: object, folder: Path, processes: int = 1) -> str:
    """Runs ``tools/TOOL WORDS`` as torchrun would with so many processes; returns what the first printed."""
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['mmpretrain', 'mmhaze.runtime.launching'])
    group = dict(WORLD_SIZE=str(processes), MASTER_ADDR='127.0.0.1', MASTER_PORT=str(free_port()))
    launched = [] if processes == 1 else ['--launcher', 'pytorch']
    said = [folder / f'{tool}_{processes}_{rank}.txt' for rank in range(processes)]
    ranks = [context.Process(target=run_tool, args=(
        tool, [*map(str, words), *launched], said[rank],
        {} if processes == 1 else dict(group, RANK=str(rank), LOCAL_RANK=str(rank)))) for rank in range(processes)]
    for process in ranks:
        process.start()
    for process in ranks:
        process.join(300)
    assert [process.exitcode for process in ranks] == [0] * processes, [file.read_text() for file in said]
    return said[0].read_text()
