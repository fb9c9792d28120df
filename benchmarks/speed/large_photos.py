"""What a large photo costs each dehazer: memory beyond the photo itself, and seconds; the weights are random.

    python -m benchmarks.speed.large_photos --megapixels 6 24 100 --out docs/results/large_photos.json

Each figure is that of a process of its own, with one thread, on Linux: the peak of its memory above what it held before
the first pixel, over the number of pixels.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole

MEASURE = """
import sys
import numpy as np
import torch
import mmhaze
from mmhaze.registry import MODELS

def kilobytes(what):
    return next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith(what))

torch.set_num_threads(1)
kind, megapixels = sys.argv[1], float(sys.argv[2])
height, width = int((megapixels * 0.75e6) ** .5), int((megapixels / 0.75 * 1e6) ** .5)
dehaze = mmhaze.DehazeInferencer(device='cpu')
torch.manual_seed(0)
dehaze.network = MODELS.build(dict(type=kind)).eval()
img = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
dehaze.dehaze(img[:64, :64].copy())  # loads what the first call loads
open('/proc/self/clear_refs', 'w').write('5')
before = kilobytes('VmRSS')
seconds = dehaze.dehaze(img).seconds
print((kilobytes('VmHWM') - before) * 1024 / (height * width), seconds)
"""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--dehazers', nargs='+', default=['DarkChannelPrior', 'AODNet'], metavar='TYPE')
    parser.add_argument('--megapixels', nargs='+', type=float, default=[6, 24, 100], metavar='N')
    parser.add_argument('--out', type=Path, required=True, metavar='FILE.json')
    return parser.parse_args()


def measure(kind: str, megapixels: float) -> dict[str, float | str]:
    """Bytes a pixel and seconds of one dehazer on one photo."""
    run = subprocess.run([sys.executable, '-c', MEASURE, kind, str(megapixels)], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f'{kind} with {megapixels:g} megapixels: {run.stderr.strip().splitlines()[-1]}')
    bytes_a_pixel, seconds = map(float, run.stdout.split())
    return dict(dehazer=kind, megapixels=megapixels, bytes_a_pixel=round(bytes_a_pixel, 1), seconds=round(seconds, 2))


def main() -> None:
    args = parse_args()
    rows = []
    for kind in args.dehazers:
        for megapixels in args.megapixels:
            rows.append(measure(kind, megapixels))
            print(*rows[-1].values(), sep='\t', flush=True)
    write_whole(args.out, json.dumps(dict(environment=describe_environment(), rows=rows), indent=1).encode() + b'\n')


if __name__ == '__main__':
    main()
