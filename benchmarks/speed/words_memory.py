"""What each fusion of words costs in memory, beyond the dehazer without words.

    python -m benchmarks.speed.words_memory --out docs/results/words_memory.json

The most memory in use while MixDehazeNet-T restores a photo, by default of 460x620, less the most that was in use
before, the network and its libraries: each in a process of its own, in which the C library gives every large block back
at once (``MALLOC_MMAP_THRESHOLD_``), so that what one layer leaves behind is not counted for the next. Linux only.
"""
from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

import mmhaze.register  # noqa: F401
from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole
from mmhaze.runtime.shipped import find_config

FUSIONS = ('plain', 'none', 'class', 'film', 'calip-free', 'calip', 'pa', 'pa long')
MEGABYTE = 1e6


def measure(fusion: str, height: int, width: int) -> float:
    """Megabytes in use at most during one photo, in this process."""
    model = Config.fromfile(find_config(f'mixcl-{"none" if fusion == "plain" else fusion.split()[0]}_t_mixture')).model
    if fusion == 'plain':
        model = model.dehazer
    else:
        model.text = dict(type='RandomText')  # of the same shape as CLIP's, without a file
    if 'long' in fusion:
        model.fusion.form = 'long'
    with DefaultScope.overwrite_default_scope('mmpretrain'), torch.inference_mode():
        network = MODELS.build(model).eval()
        network.restore(torch.rand(1, 3, 64, 64))  # libraries make room for themselves once
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        network.restore(torch.rand(1, 3, height, width))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / MEGABYTE


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--size', type=int, nargs=2, default=(460, 620), metavar=('HEIGHT', 'WIDTH'))
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--fusions', nargs='+', choices=FUSIONS, default=FUSIONS)
    parser.add_argument('--here', action='store_true', help='measure the first of them in this process, once')
    parser.add_argument('--out', type=Path, help='a JSON file')
    args = parser.parse_args(argv)
    if args.here:
        print(measure(args.fusions[0], *args.size))
        return 0
    found: dict[str, list[float]] = {fusion: [] for fusion in args.fusions}
    environment = dict(os.environ, MALLOC_MMAP_THRESHOLD_='65536')
    for _ in range(args.rounds):
        for fusion in args.fusions:
            command = [sys.executable, '-m', 'benchmarks.speed.words_memory', '--here', '--fusions', fusion]
            done = subprocess.run([*command, '--size', *map(str, args.size)], env=environment, check=True,
                                  capture_output=True, text=True)
            found[fusion].append(float(done.stdout.split()[-1]))
    print('| fusion | MB at most | beyond the first |\n|---|---:|---:|')
    middle = {fusion: statistics.median(values) for fusion, values in found.items()}
    for fusion, megabytes in middle.items():
        print(f'| {fusion} | {megabytes:.0f} | {megabytes - middle[args.fusions[0]]:+.0f} |')
    if args.out:
        write_whole(args.out, (json.dumps(dict(size=list(args.size), megabytes=found,
                                               environment=describe_environment()), indent=1) + '\n').encode())
    return 0


if __name__ == '__main__':
    sys.exit(main())
