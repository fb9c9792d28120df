"""How well UCM and simpler methods pick out the haze of photos whose transmission t is known: where it is below 0.5.

    python -m benchmarks.studies.ucm_quality SRC --road SRC/kitti_road --out docs/results/ucm_quality.json

SRC holds frida/ and frida2/ as they are published, for the depth of Hazel-level (data/hazel-level, see
tools/dataset_converters/hazel_level.py). The road photos are clear ones, image/NAME.jpg, with predicted depth,
depth_pred_cm/NAME.png, in centimetres; they are hazed here. One process, one thread. What is printed are the tables of
the results' page, in Markdown.
"""
from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import number
from mmhaze.io.files import write_whole
from mmhaze.io.photo import read_photo
from mmhaze.physics import add_haze, transmission
from mmhaze.physics.dark_channel import dark_channel
from mmhaze.synthesis.fog import HazeParams, haze_fields
from mmhaze.synthesis.make_hazel_level import find_scenes
from mmhaze.ucm import segment_haze

HAZY_BELOW = (0.5, 0.2)  # transmission: haze, and dense haze
ROAD_BETAS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05)  # 1/metre; the first is the clear photo
ROAD_AIRLIGHT = (0.7, 1.0)
OMEGA = 0.95  # He et al.: the share of the haze that is looked for
BRIGHTEST = 0.001  # He et al.: the share of the dark channel that the airlight is taken from
MEASURES = dict(iou='IoU', iou_ground='IoU without the sky', gap='gap')


def ucm_mask(img: np.ndarray, variant: str) -> np.ndarray:
    """UCM's mask, (H, W) bool; nothing where no haze was found, whatever the variant then has for a network."""
    regions = segment_haze(img, variant=variant)
    return regions.mask & regions.found


def otsu_mask(img: np.ndarray) -> np.ndarray:
    """Where the dark channel is brighter than Otsu's threshold, (H, W) bool."""
    return cv2.threshold(dark_channel(img), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1].astype(bool)


def dark_channel_transmission(img: np.ndarray) -> np.ndarray:
    """The transmission that the dark channel prior estimates, (H, W) float64 in [0.05, 1]; not refined [he2009]_.

    The airlight is the brightest pixel among those of the brightest 0.1 % of the dark channel.

    .. [he2009] K. He, J. Sun and X. Tang, "Single image haze removal using dark channel prior", CVPR 2009.
    """
    dark = dark_channel(img)
    brightest = max(1, int(dark.size * BRIGHTEST))
    candidates = img[dark >= np.partition(dark, dark.size - brightest, axis=None)[dark.size - brightest]]
    airlight = candidates[candidates.sum(axis=1, dtype=int).argmax()]
    return 1 - OMEGA * dark_channel(img / np.maximum(airlight, 1.0))  # it may be black


# a mask, or an estimate of t, that is then a mask where it is below HAZY_BELOW
METHODS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    'UCM, paper': lambda img: ucm_mask(img, 'paper'),
    'UCM, released': lambda img: ucm_mask(img, 'released'),
    "Otsu's threshold": otsu_mask,
    'dark channel prior': dark_channel_transmission,
}


def iou(mask: np.ndarray, truth: np.ndarray) -> float | None:
    """Intersection over union of two (H, W) bool; None where neither has a pixel."""
    union = np.count_nonzero(mask | truth)
    return np.count_nonzero(mask & truth) / union if union else None


def transmission_gap(mask: np.ndarray, t: np.ndarray) -> float | None:
    """Mean transmission outside the mask less that inside, above 0 if haze was marked; None where a side is empty."""
    return None if mask.all() or not mask.any() else float(t[~mask].mean() - t[mask].mean())


@dataclass(frozen=True)
class Sample:
    """A photo whose transmission is known.

    Attributes:
        tags: its set, fog and beta, 1/metre.
        img: (H, W, 3) uint8 BGR.
        t: transmission, (H, W), in [0, 1].
        sky: (H, W) bool; hazy at any beta above 0, and bright without haze, too.
    """

    tags: dict[str, str | float]
    img: np.ndarray
    t: np.ndarray
    sky: np.ndarray


def hazel_level_samples(folder: Path, src: Path, every: int) -> Iterator[Sample]:
    """The images of every so manieth scene, of all fogs and levels."""
    with (folder / 'manifest.csv').open(newline='', encoding='utf-8') as lines:
        rows = list(csv.DictReader(lines))
    for scene in find_scenes(src, allow_partial=True)[::every]:
        depth = scene.load()[1]
        sky = depth == depth.max()
        for row in (row for row in rows if row['scene'] == scene.id):
            params = HazeParams.from_text(row)
            k, _ = haze_fields((depth.shape[0], depth.shape[1]), params)
            tags: dict[str, str | float] = dict(set='Hazel-level', fog=params.fog, beta=params.beta)
            yield Sample(tags, read_photo(folder / row['file']), transmission(depth, k), sky)


def road_samples(folder: Path, seed: int) -> Iterator[Sample]:
    """Road photos, clear and in even haze; a photo's airlight, grey, is drawn once for all betas."""
    rng = np.random.default_rng(seed)
    paths = sorted((folder / 'image').glob('*.jpg'))
    if not paths:
        raise FileNotFoundError(f'There is no photo {folder / "image" / "*.jpg"}; name the folder above image/.')
    for path in paths:
        clear = read_photo(path)
        predicted = np.asarray(Image.open(folder / 'depth_pred_cm' / f'{path.stem}.png'))
        depth = cv2.resize(predicted / 100, clear.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        sky = sky_mask(clear, depth)
        depth[sky] = np.inf
        airlight = rng.uniform(*ROAD_AIRLIGHT)
        for beta in ROAD_BETAS:
            img = (add_haze(clear / 255, depth, beta, airlight) * 255).round().astype(np.uint8)
            tags = dict(set='road' if beta else 'road, clear', fog='uniform', beta=beta)
            yield Sample(tags, img, transmission(depth, beta), sky)


def sky_mask(clear: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The sky of a clear road photo by day, (H, W) bool: bright or blue, not predicted near, and up to the upper edge.

    A rule for these photos, whose depth networks see no sky; it was looked at in each of them.
    """
    blue, red = clear[..., 0].astype(int), clear[..., 2].astype(int)
    candidates = ((blue >= 200) | (blue >= 110) & (blue >= red + 25)) & (depth >= 15)
    opened = cv2.morphologyEx(candidates.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    labels = cv2.connectedComponents(opened)[1]
    return np.isin(labels, labels[0][labels[0] > 0])


def evaluate(samples: Iterable[Sample]) -> list[dict]:
    """A cell for each set, fog, beta, limit of t and method: the means over its photos.

    ``found`` counts photos with anything marked; ``hazy``, ``marked`` and ``both`` are shares of the photo; ``iou``,
    ``iou_ground`` (without the sky) and ``gap`` are means over the photos where they are defined, as many as
    ``iou_photos`` and so on.
    """
    groups: dict[tuple, list[dict]] = {}
    for sample in samples:
        ground = ~sample.sky
        for method, find in METHODS.items():
            marks = find(sample.img)
            for below in HAZY_BELOW:
                hazy = sample.t < below
                mask = marks if marks.dtype == bool else marks < below
                groups.setdefault((*sample.tags.items(), ('below', below), ('method', method)), []).append(
                    dict(found=mask.any(), hazy=hazy.mean(), marked=mask.mean(), both=(mask & hazy).mean(),
                         iou=iou(mask, hazy), iou_ground=iou(mask & ground, hazy & ground),
                         gap=transmission_gap(mask, sample.t)))
    cells = []
    for tags_of_cell, records in groups.items():
        cell = dict(tags_of_cell, photos=len(records), found=sum(bool(record['found']) for record in records))
        for name in ('hazy', 'marked', 'both', *MEASURES):
            values = [record[name] for record in records if record[name] is not None]
            cell[name] = round(float(np.mean(values)), 4) if values else None
            if name in MEASURES:
                cell[f'{name}_photos'] = len(values)
        cells.append(cell)
    return cells


def pooled(cells: list[dict], name: str) -> float | None:
    """The mean of a cell's number over the photos of all cells where it is defined."""
    weights = [cell.get(f'{name}_photos', cell['photos']) for cell in cells]
    total = sum(weight * cell[name] for weight, cell in zip(weights, cells) if weight)
    return total / sum(weights) if sum(weights) else None


def summary_table(cells: list[dict]) -> list[str]:
    """Lines of Markdown, a method a row: what it marks, how much of that is hazy, how much of the haze it marks."""
    heads = ('photos with a mask', 'marked', 'precision', 'recall', *MEASURES.values())
    lines = [f'| | {" | ".join(heads)} |', '| --- |' + ' ---: |' * len(heads)]
    for method in METHODS:
        own = [cell for cell in cells if cell['method'] == method]
        hazy, marked, both = (pooled(own, name) or 0 for name in ('hazy', 'marked', 'both'))
        found = f'{sum(cell["found"] for cell in own):,} of {sum(cell["photos"] for cell in own):,}'
        numbers = (marked, both / marked if marked else None, both / hazy if hazy else None,
                   *(pooled(own, name) for name in MEASURES))
        lines.append(f'| {method} | {found} | {" | ".join(map(number, numbers))} |')
    return lines


def table(cells: list[dict], across: str, name: str) -> list[str]:
    """Lines of Markdown: ``name``, one of ``MEASURES``, by method, and by ``across``, 'fog' or 'beta'."""
    columns = list(dict.fromkeys(cell[across] for cell in cells))
    lines = [f'| {MEASURES[name]} | {" | ".join(map(str, columns))} |', '| --- |' + ' ---: |' * len(columns)]
    for method in METHODS:
        parts = ([cell for cell in cells if cell['method'] == method and cell[across] == column] for column in columns)
        lines.append(f'| {method} | {" | ".join(number(pooled(part, name)) for part in parts)} |')
    return lines


def page_tables(cells: list[dict]) -> str:
    """All tables of the results' page, in Markdown; of dense haze, the summaries."""
    blocks = []
    for below, name in dict.fromkeys((cell['below'], cell['set']) for cell in cells):
        own = [cell for cell in cells if (cell['below'], cell['set']) == (below, name)]
        if below != HAZY_BELOW[0] and not pooled(own, 'hazy'):
            continue  # clear photos once more
        blocks += [[f'{name}, t < {below}:'], summary_table(own)]
        for across in ('beta', 'fog'):
            if below == HAZY_BELOW[0] and len({cell[across] for cell in own}) > 1:
                blocks += [table(own, across, measure) for measure in MEASURES]
    return '\n\n'.join('\n'.join(block) for block in blocks)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('src', type=Path, metavar='SRC', help='folder with frida/ and frida2/')
    parser.add_argument('--hazel-level', type=Path, default='data/hazel-level', help='(default: %(default)s)')
    parser.add_argument('--every', type=int, default=3, help='take every so manieth scene (default: %(default)s)')
    parser.add_argument('--road', type=Path, required=True, help='folder with image/ and depth_pred_cm/')
    parser.add_argument('--seed', type=int, default=0, help='of the airlights of the road photos')
    parser.add_argument('--out', type=Path, help='a JSON file')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    cells = evaluate(chain(hazel_level_samples(args.hazel_level, args.src, args.every),
                           road_samples(args.road, args.seed)))
    print(page_tables(cells))
    if args.out:
        settings = dict(every=args.every, seed=args.seed)
        report = dict(environment=describe_environment(), settings=settings, columns=list(cells[0]), cells='CELLS')
        lines = ',\n'.join(f'    {json.dumps(list(cell.values()))}' for cell in cells)  # a line a cell
        write_whole(args.out, json.dumps(report, indent=2).replace('"CELLS"', f'[\n{lines}\n  ]').encode() + b'\n')


def read_cells(path: Path) -> list[dict]:
    """The cells in a file that :func:`main` wrote."""
    report = json.loads(path.read_text())
    return [dict(zip(report['columns'], cell)) for cell in report['cells']]


if __name__ == '__main__':
    main()
