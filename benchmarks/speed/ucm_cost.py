"""Table 2 side by side: what UCM costs at the sizes of the paper, beside what opening the photo costs.

    python -m benchmarks.speed.ucm_cost PHOTO --out docs/results/ucm.json --plot docs/results/ucm.png

PHOTO is resized to each size and kept as JPEG of quality 95; without one, a street is drawn. The rounds go through all
that is timed in turn, so that a busy moment hits everything alike; figures are medians. The slow loop is that of the
tests, one pixel at a time, at a size that it can manage. Memory is the peak of a process of its own, on Linux.
"""
from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import torch
from matplotlib.figure import Figure

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole
from mmhaze.io.photo import read_photo
from mmhaze.physics import add_haze, visibility_to_beta
from mmhaze.synthesis.scenes import render_scene
from mmhaze.ucm import passes, segment_haze

ROOT = Path(__file__).resolve().parents[2]
PAPER_SECONDS = {(600, 300): 0.23, (780, 520): 0.42, (1080, 809): 1.09, (1920, 1441): 4.12}
SLOW_SIZE = (160, 120)
# Linux lets a process reset its peak: what is above the memory held before is UCM's, mask included
MEMORY = """
import sys
import numpy as np
from mmhaze.ucm import passes, segment_haze

def kilobytes(what):
    return next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith(what))

width, height, compiled = map(int, sys.argv[1:])
if not compiled:
    passes.compiled = None
img = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
segment_haze(img[:200, :300])  # loads what the first call loads
open('/proc/self/clear_refs', 'w').write('5')
before = kilobytes('VmRSS')
segment_haze(img)
print((kilobytes('VmHWM') - before) * 1024 / (height * width))
"""


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photo', nargs='?', type=Path)
    parser.add_argument('--rounds', type=int, default=51)
    parser.add_argument('--out', type=Path, help='a JSON file')
    parser.add_argument('--plot', type=Path, help='a picture of time against pixels')
    return parser.parse_args()


@contextmanager
def threads(count: int) -> Iterator[None]:
    """UCM's threads are those of OpenCV and torch."""
    before = cv2.getNumThreads(), torch.get_num_threads()
    cv2.setNumThreads(count)
    torch.set_num_threads(count)
    yield
    cv2.setNumThreads(before[0])
    torch.set_num_threads(before[1])


@contextmanager
def opencv_passes() -> Iterator[None]:
    """UCM without its compiled passes."""
    compiled, passes.compiled = passes.compiled, None
    yield
    passes.compiled = compiled


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def time_size(img: np.ndarray, rounds: int) -> dict[str, float]:
    """Medians in milliseconds of all that is timed at one size."""
    jpeg = cv2.imencode('.jpg', img, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
    copy = np.empty_like(img)
    timed: dict[str, Callable[[], object]] = dict(
        decode=lambda: cv2.imdecode(jpeg, cv2.IMREAD_COLOR), copy=lambda: np.copyto(copy, img),
        ucm=lambda: segment_haze(img))
    values: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, work in timed.items():
            values.setdefault(name, []).append(milliseconds(work))
        with threads(1):
            values.setdefault('ucm_one_thread', []).append(milliseconds(timed['ucm']))
            with opencv_passes():
                values.setdefault('ucm_opencv_one_thread', []).append(milliseconds(timed['ucm']))
        with opencv_passes():
            values.setdefault('ucm_opencv', []).append(milliseconds(timed['ucm']))
    return {name: statistics.median(times[1:]) for name, times in values.items()}  # the first is slower


def bytes_per_pixel(width: int, height: int, compiled: bool) -> float:
    """Peak memory beyond the photo and the code, the mask that is returned included; not a number but on Linux."""
    if not Path('/proc/self/clear_refs').exists():
        return float('nan')
    command = [sys.executable, '-c', MEMORY, str(width), str(height), str(int(compiled))]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def time_slow_loop(img: np.ndarray) -> dict[str, float]:
    """Seconds of the tests' slow loop at a small size, and milliseconds of UCM there."""
    sys.path.insert(0, str(ROOT))
    from tests.ucm.slow_ucm import slow_segment_haze
    small = cv2.resize(img, SLOW_SIZE, interpolation=cv2.INTER_AREA)
    seconds = milliseconds(lambda: slow_segment_haze(small)) / 1e3
    fast = statistics.median(milliseconds(lambda: segment_haze(small)) for _ in range(51))
    return dict(width=SLOW_SIZE[0], height=SLOW_SIZE[1], slow_seconds=seconds, ucm_milliseconds=fast)


def draw_street() -> np.ndarray:
    """A drawn street in haze, where nobody gives a photo; with a sensor's noise, as that makes a JPEG slow to open."""
    clear, depth = render_scene(0, (1441, 1920))
    hazy = add_haze(clear.astype(np.float32) / 255, depth, beta=visibility_to_beta(300), airlight=0.9) * 255
    return (hazy + np.random.default_rng(0).normal(0, 4, hazy.shape)).round().clip(0, 255).astype(np.uint8)


def draw_plot(sizes: list[dict], path: Path) -> None:
    """Time against pixels on logarithmic axes, where the same time per pixel is a line of slope one."""
    figure = Figure(figsize=(6.4, 4.6), layout='constrained')
    axes = figure.subplots()
    pixels = [size['width'] * size['height'] / 1e6 for size in sizes]
    lines = [('paper', 'the paper, its own machine', 's-'), ('decode', 'opening the JPEG', 'o--'),
             ('ucm_opencv', 'UCM, OpenCV passes', 'v-'), ('ucm_one_thread', 'UCM, one thread', '^-'),
             ('ucm', 'UCM', 'D-'), ('copy', 'copying the pixels', 'x--')]
    for name, label, style in lines:
        axes.plot(pixels, [size['milliseconds'][name] for size in sizes], style, label=label)
    axes.set(xscale='log', yscale='log', xlabel='megapixels', ylabel='milliseconds',
             title='Time of UCM at the sizes of Table 2')
    axes.set_xticks(pixels, [f'{value:.2f}' for value in pixels])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix[1:], dpi=100)
    write_whole(path, picture.getvalue())


def main() -> None:
    args = parse_args()
    photo = read_photo(args.photo) if args.photo else draw_street()
    sizes: list[dict] = []
    print(f'{"size":>10}{"paper":>9}{"ours":>9}{"1 thread":>9}{"OpenCV":>9}{"decode":>9}{"copy":>8}{"ours/decode":>13}'
          f'{"1 thread/decode":>17}{"ns/pixel":>10}{"bytes/pixel":>13}')
    for (width, height), paper in PAPER_SECONDS.items():
        img = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
        times = dict(paper=paper * 1e3, **time_size(img, args.rounds))
        memory = {name: bytes_per_pixel(width, height, compiled)
                  for name, compiled in (('ucm', True), ('ucm_opencv', False))}
        ratios = {name: times[name] / times['decode'] for name in ('ucm', 'ucm_one_thread', 'ucm_opencv')}
        sizes.append(dict(width=width, height=height, milliseconds=times, over_decode=ratios,
                          nanoseconds_per_pixel=times['ucm'] * 1e6 / (width * height), bytes_per_pixel=memory))
        print(f'{f"{width}x{height}":>10}' + ''.join(f'{times[name]:9.2f}' for name in (
            'paper', 'ucm', 'ucm_one_thread', 'ucm_opencv', 'decode')) + f'{times["copy"]:8.2f}{ratios["ucm"]:13.2f}'
            f'{ratios["ucm_one_thread"]:17.2f}{sizes[-1]["nanoseconds_per_pixel"]:10.2f}{memory["ucm"]:13.1f}',
            flush=True)
    growth = sizes[-1]['nanoseconds_per_pixel'] / sizes[0]['nanoseconds_per_pixel']
    slow = time_slow_loop(photo)
    print(f'milliseconds, medians; time per pixel grows {growth:.2f} times from the least size to the largest; '
          f'the slow loop takes {slow["slow_seconds"]:.1f} s at {slow["width"]}x{slow["height"]}, '
          f'UCM {slow["ucm_milliseconds"]:.2f} ms')
    if args.out:
        report = dict(environment=describe_environment(), rounds=args.rounds, compiled=passes.compiled is not None,
                      photo=args.photo.name if args.photo else 'a drawn street', sizes=sizes,
                      growth_per_pixel=growth, slow_loop=slow)
        write_whole(args.out, (json.dumps(report, indent=2) + '\n').encode())
    if args.plot:
        draw_plot(sizes, args.plot)


if __name__ == '__main__':
    main()
