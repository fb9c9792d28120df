"""Images a second of UCM on batches, against the memory bandwidth of the device.

    python -m benchmarks.speed.ucm_batch --device cuda --out docs/results/ucm_batch.json

Bandwidth is that of copying a tensor on the device, bytes read plus bytes written. The floor of a batch is one reading
of its photos and one writing of its masks at that bandwidth. Masks of each batch are compared with segment_haze's.
"""
from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole
from mmhaze.physics import visibility_to_beta
from mmhaze.synthesis.drawn_photos import draw_photos
from mmhaze.ucm import segment_haze, segment_haze_batch

SIZES = [(600, 300), (780, 520), (1080, 809), (1920, 1441)]
BETAS = [visibility_to_beta(visibility) for visibility in (600, 300, 150, 75)]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument('--megapixels', type=float, default=64, help='of a batch')
    parser.add_argument('--rounds', type=int, default=21)
    parser.add_argument('--compile', action='store_true', help='torch.compile, besides the plain function')
    parser.add_argument('--out', type=Path, help='a JSON file')
    return parser.parse_args()


def seconds(work: Callable[[], object], device: torch.device, rounds: int) -> float:
    """Median; the first call, which may compile, is left out."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        if device.type == 'cuda':
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def repeat_photos(count: int, width: int, height: int) -> np.ndarray:
    """Four drawn streets in four hazes, over and over: (N, H, W, 3) uint8 BGR."""
    photos = [cv2.resize(photo, (width, height)) for photo in draw_photos(len(BETAS), 480, 640, BETAS)]
    return np.stack([photos[index % len(photos)] for index in range(count)])


def bandwidth(device: torch.device, rounds: int) -> float:
    """Bytes a second of a copy on the device."""
    source = torch.zeros(2**28, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * source.numel() / seconds(lambda: target.copy_(source), device, rounds)


def main() -> None:
    args = parse_args()
    device = torch.device(args.device)
    functions = dict(plain=segment_haze_batch)
    if args.compile:
        functions['compiled'] = torch.compile(segment_haze_batch, fullgraph=True, dynamic=False)
    speed = bandwidth(device, args.rounds)
    print(f'{device}: {speed / 1e9:.0f} GB/s')
    print(f'{"size":>10}{"batch":>7}{"function":>10}{"images/s":>10}{"floor":>10}{"times floor":>13}')
    rows = []
    for width, height in SIZES:
        count = max(1, round(args.megapixels * 1e6 / (width * height)))
        photos = repeat_photos(count, width, height)
        imgs = torch.from_numpy(photos[..., ::-1].copy()).permute(0, 3, 1, 2).contiguous().to(device)
        floor = speed / (4 * width * height)
        for name, function in functions.items():
            for photo, mask in zip(photos[:4], function(imgs)[:4].cpu().numpy()):
                np.testing.assert_array_equal(mask, segment_haze(photo).mask)
            rate = count / seconds(partial(function, imgs), device, args.rounds)
            rows.append(dict(width=width, height=height, batch=count, function=name, images_per_second=rate,
                             floor_images_per_second=floor))
            print(f'{f"{width}x{height}":>10}{count:7}{name:>10}{rate:10.0f}{floor:10.0f}{floor / rate:13.1f}',
                  flush=True)
    if args.out:
        report = dict(environment=describe_environment(), device=str(device), rounds=args.rounds,
                      bytes_per_second=speed, batches=rows)
        write_whole(args.out, (json.dumps(report, indent=2) + '\n').encode())


if __name__ == '__main__':
    main()
