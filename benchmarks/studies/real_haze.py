"""How well each way to tell haze agrees with real fog: areas under the ROC curve and rank correlations, with intervals.

    python -m benchmarks.studies.real_haze DATA --out docs/results/real_haze.json \
        --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth

DATA holds ``ceit_foggy/``, ``benchmark_visibility/``, ``weather/`` and ``real_hazy/``, see ``real_tests.py``; what is
not there is left out. Nothing is fitted. The model is optional, and so is FADE: ``pip install fade-python``.
"""
from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import numpy as np

import mmhaze
from benchmarks.common.environment import describe_environment
from benchmarks.studies.real_tests import RealTest, all_files, find_tests
from mmhaze.baselines import dark_channel_ratio, haze_factor, mean_saturation
from mmhaze.io.files import write_whole
from mmhaze.io.photo import read_photo
from mmhaze.ucm import segment_haze

Method = Callable[[np.ndarray], float]  # (H, W, 3) uint8 BGR -> a score, more is hazier
UPPER = 0.75  # of a photo: what is below is the road before the camera, or its bonnet
FADE_SIDE = 360  # pixels; its features are of windows of 8


def upper_dark_channel(img: np.ndarray) -> float:
    """The mean of the darkest colour of each pixel in the upper three quarters, without a window."""
    return float(img[:round(len(img) * UPPER)].min(axis=2).mean()) / 255


def fade(img: np.ndarray) -> float:
    """FADE (Choi, You, Bovik 2015) of the photo with a shorter side of 360 pixels."""
    import pyfade
    scale = FADE_SIDE / min(img.shape[:2])
    small = cv2.resize(img, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else img
    found = pyfade.fade(small[..., ::-1].copy())
    return float(found[0] if isinstance(found, tuple) else found)


METHODS: dict[str, Method] = {
    "UCM's share": lambda img: segment_haze(img).ratio,
    'dark channel, upper three quarters': upper_dark_channel,
    'dark channel over airlight (FBFD)': dark_channel_ratio,
    'haze factor (HBFD)': haze_factor,
    'saturation': lambda img: -mean_saturation(img),
    'FADE': fade,
}


def score(path: Path, methods: tuple[str, ...]) -> list[float]:
    """What each method says of a photo."""
    cv2.setNumThreads(1)
    img = read_photo(path)
    return [float(np.nan_to_num(METHODS[name](img))) for name in methods]


def judge(tests: list[RealTest], scores: Mapping[Path, float]) -> dict[str, dict]:
    """By the name of a test its statistic, the interval, and how many photos and groups it has."""
    found = {}
    for test in tests:
        value, low, high = test.judge(np.array([scores[file] for file in test.files]))
        found[test.name] = dict(statistic=test.statistic, value=round(value, 3), low=round(low, 3), high=round(high, 3),
                                goal=test.goal, photos=len(test.files), groups=len(set(test.groups.tolist())))
    return found


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', type=Path)
    parser.add_argument('--methods', nargs='*', choices=list(METHODS), default=list(METHODS))
    parser.add_argument('--model', help='a config, for the levels of its network')
    parser.add_argument('--checkpoint')
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--out', type=Path, help='JSON file')
    args = parser.parse_args(argv)

    tests = find_tests(args.data)
    files = all_files(tests)
    methods = tuple(args.methods)
    with ProcessPoolExecutor(args.workers) as pool:
        rows = list(pool.map(partial(score, methods=methods), files, chunksize=16))
    columns = {name: dict(zip(files, column)) for name, column in zip(methods, zip(*rows))}
    if args.model:
        network = mmhaze.HazeInferencer(args.model, checkpoint=args.checkpoint)
        columns[args.model] = {Path(seen.file): float(seen.expected_level or 0) for seen in network(map(str, files))}
    found = {name: judge(tests, column) for name, column in columns.items()}
    for name, results in found.items():
        print(name, *(f'{each["value"]:.3f} [{each["low"]:.3f}, {each["high"]:.3f}]' for each in results.values()),
              sep=' | ', flush=True)
    if args.out:
        write_whole(args.out, json.dumps(dict(environment=describe_environment(), methods=found), indent=1).encode())


if __name__ == '__main__':
    main()
