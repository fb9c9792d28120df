"""What a set like Haze-wild costs: time by step, images a second and core, disk, and what large sets would take.

    python -m benchmarks.speed.haze_wild_cost [PHOTOS --depth SPEC ...] --out docs/results/haze_wild.json

PHOTOS, --depth, --depth-scale and --size are those of tools/dataset_converters/haze_wild.py; without them streets of
640x480 are drawn, with grain, as it is grain that fills a JPEG file. The steps are timed one by one in this process, on
one thread, by the processor's clock, which others on the machine do not slow; then the writer makes the set on one core
and on all, by the clock on the wall. Figures are for images of 640x480, in proportion to their pixels.
"""
from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole
from mmhaze.io.photo import read_photo
from mmhaze.io.resizing import fit_within
from mmhaze.synthesis.depth import FileDepth, find_depth_source
from mmhaze.synthesis.depth.own import encode_depth
from mmhaze.synthesis.depth.sky import set_sky_far
from mmhaze.synthesis.fog import render
from mmhaze.synthesis.photo_set import PhotoSet
from mmhaze.synthesis.processes import count_cores
from mmhaze.synthesis.scenes import render_scene
from mmhaze.synthesis.wild import draw_params, prepare_scene
from mmhaze.synthesis.wild_photos import WildPhoto, find_photos
from mmhaze.synthesis.wild_recipe import WildRecipe
from mmhaze.synthesis.writer import write_set

PIXELS = 640 * 480
LEVELS = 10
SETS = (100_000, 10_000_000)  # images
GRAIN = 4.0  # of 255
HOUR, GIGABYTE = 3600, 1e9


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('photos', nargs='?', type=Path)
    parser.add_argument('--depth')
    parser.add_argument('--depth-scale', type=float)
    parser.add_argument('--size', type=int, default=640)
    parser.add_argument('--count', type=int, default=60, help='photos at most')
    parser.add_argument('--cores', type=int, default=64, help='of the machine that large sets are worked out for')
    parser.add_argument('--out', type=Path, help='a JSON file')
    return parser.parse_args(argv)


def draw_photos(folder: Path, count: int) -> FileDepth:
    """Writes drawn streets of 640x480 to ``folder/photos``, JPEG, and their depth beside it."""
    for seed in range(count):
        clear, depth = render_scene(seed)
        large = cv2.resize(clear, (640, 480), interpolation=cv2.INTER_CUBIC)
        grain = np.random.default_rng(seed).normal(0, GRAIN, large.shape)
        photo = np.clip(large + grain, 0, 255).round().astype(np.uint8)
        write_whole(folder / 'photos' / f'{seed}.jpg', cv2.imencode('.jpg', photo)[1].tobytes())
        write_whole(folder / 'depth' / f'{seed}.png', encode_depth(depth))
    return FileDepth(folder / 'depth', scale=0.01)


class Clock:
    """Processor seconds by name, in proportion to 640x480 pixels."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.pixels = PIXELS  # of the photo at hand

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        start = time.process_time()
        yield
        self.seconds.setdefault(name, []).append((time.process_time() - start) * PIXELS / self.pixels)

    @property
    def medians(self) -> dict[str, float]:
        return {name: statistics.median(values) for name, values in self.seconds.items()}


def time_steps(photos: Iterable[WildPhoto], recipe: WildRecipe, folder: Path) -> dict[str, float]:
    """Processor seconds of each step for 640x480 pixels: medians over the photos."""
    clock = Clock()
    for photo in photos:
        height, width = fit_within(read_photo(photo.path), recipe.size).shape[:2]
        clock.pixels = height * width
        with clock('photo: open and shrink'):
            clear = fit_within(read_photo(photo.path), recipe.size)
        with clock('photo: depth'):
            depth, _, _ = recipe.find_depth(photo, clear)
        with clock('photo: sky'):
            far = set_sky_far(depth, clear)
        with clock('photo: fit depth'):
            scene = prepare_scene(clear, far)
        with clock('photo: airlight'):
            levels = draw_params(clear, 0, recipe.betas)
        for params in levels[1:]:
            with clock('image: render'):
                hazy = render(scene.clear, scene.depth, params)
            with clock('image: encode'):
                data = recipe.encode(hazy)
            with clock('image: write'):
                write_whole(folder / 'image', data)
    return clock.medians


def time_writer(photos: list[WildPhoto], recipe: WildRecipe, out: Path, workers: int) -> dict[str, float]:
    """Seconds of the whole writer, starting processes included, and what it wrote."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    start = time.perf_counter()
    write_set(PhotoSet(photos, recipe, recipe.settings, out), workers)
    wall = time.perf_counter() - start
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    busy = sum(now.ru_utime + now.ru_stime - then.ru_utime - then.ru_stime for then, now in zip(usage, after))
    images = [path for path in out.rglob('level_*/**/*') if path.is_file()]
    pixels = sum(read_photo(path).size // 3 for path in images) / len(images)
    scale = PIXELS / pixels
    return dict(workers=workers, images=len(images), pixels=pixels, wall_s=wall, busy_s=busy,
                images_per_s=len(images) / wall / scale, images_per_busy_s=len(images) / busy / scale,
                bytes_per_image=sum(path.stat().st_size for path in images) / len(images) * scale,
                bytes_per_row=(out / 'manifest.csv').stat().st_size / len(images))


def work_out(seconds_per_image: float, run: dict[str, float], cores: int) -> list[dict[str, float]]:
    """What large sets would take: hours on one core and on many, and gigabytes."""
    return [dict(images=images, core_hours=images * seconds_per_image / HOUR, cores=cores,
                 hours=images * seconds_per_image / HOUR / cores,
                 gigabytes=images * (run['bytes_per_image'] + run['bytes_per_row']) / GIGABYTE) for images in SETS]


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if args.photos is None:
            depth: Any = draw_photos(folder, args.count)
            found = find_photos(folder / 'photos')
        else:
            found = find_photos(args.photos)
            options: dict[str, Any] = {} if args.depth_scale is None else dict(scale=args.depth_scale, root=found.root)
            depth = find_depth_source(args.depth, **options) if args.depth else None
        photos = list(islice(found, args.count))
        recipe = WildRecipe(depth=depth, levels=LEVELS, size=args.size)
        steps = time_steps(photos, recipe, folder)
        runs = [time_writer(photos, recipe, folder / f'set{workers}', workers)
                for workers in dict.fromkeys((1, count_cores()))]
    of_image = {name: value / LEVELS if name.startswith('photo') else value for name, value in steps.items()}
    total = sum(of_image.values())
    print(f'{"step":24}{"ms":>8}{"ms an image":>14}')
    for step, value in steps.items():
        print(f'{step:24}{1000 * value:8.2f}{1000 * of_image[step]:14.2f}')
    print(f'{"an image":24}{"":8}{1000 * total:14.2f}   {1 / total:.0f} images a second and core')
    for run in runs:
        print(f'writer, {run["workers"]} workers: {run["images_per_s"]:.0f} images a second, '
              f'{run["images_per_busy_s"]:.0f} for each second of a core, {run["bytes_per_image"] / 1000:.0f} kB each')
    large = work_out(1 / runs[0]['images_per_busy_s'], runs[0], args.cores)
    for size in large:
        print(f'{size["images"]:,} images: {size["core_hours"]:.1f} core hours, {size["hours"]:.1f} hours on '
              f'{size["cores"]} cores, {size["gigabytes"]:.0f} GB')
    if args.out:
        settings = {name: str(value) for name, value in vars(args).items() if name != 'out'}
        report = dict(environment=describe_environment(), settings=settings, seconds=steps, writer=runs, sets=large)
        write_whole(args.out, (json.dumps(report, indent=2) + '\n').encode())


if __name__ == '__main__':
    main()
