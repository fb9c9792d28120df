"""How well each method maps haze where the transmission t is known, the sky left out: where t < 0.5, and t itself.

    python -m benchmarks.studies.transmission_truth DATA --out docs/results/transmission_truth.json \
        --page docs/results/real_haze.md

DATA holds ``frida/``, ``frida2/`` and ``kitti_road/`` (``image/`` and ``depth_pred_cm/``); what is not there is left
out. Drawn scenes are made here. Nothing is fitted. ``--methods haze_map`` measures one column anew, and leaves the
others of the file as they are.
"""
from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import torch

from benchmarks.common.merged import merge_columns
from benchmarks.common.page_tables import markdown_table, number, put_table, with_interval
from benchmarks.studies import ucm_quality
from benchmarks.studies.frida_fogs import draw_fogs
from benchmarks.studies.haze_scores import Method, haze_estimator, shipped_weights, versions
from benchmarks.studies.ucm_quality import Sample, iou, road_samples
from mmhaze.physics.prior import estimate_scattering
from mmhaze.synthesis.scenes import render_scene
from mmhaze.synthesis.weather import draw_weather

HAZY_BELOW = 0.5  # transmission
EVERY = 3         # scene of Hazel-level, as in ucm_quality
DRAWN = 200       # drawn scenes
FIRST_SEED = 300_000
DRAWN_SIZE = (240, 320)
GOALS = {'Hazel-level': 0.85, 'road photos': 0.70}  # IoU
MEASURES = dict(iou='IoU', error='mean error of t', marked='marked')


METHODS: dict[str, Method[np.ndarray]] = dict(  # t, (H, W) float, or a mask, (H, W) bool
    haze_map=Method(('network in the box',), lambda img: haze_estimator()(img).transmission, version=shipped_weights),
    ucm=Method(('UCM, paper',), lambda img: ucm_quality.ucm_mask(img, 'paper')),
    ucm_released=Method(('UCM, released',), lambda img: ucm_quality.ucm_mask(img, 'released')),
    otsu=Method(("Otsu's threshold of the dark channel",), ucm_quality.otsu_mask),
    prior=Method(('dark channel prior',), ucm_quality.dark_channel_transmission),
    prior_refined=Method(('dark channel prior, refined',),
                         lambda img: estimate_scattering((img / 255).astype(np.float32))[0]))


@dataclass(frozen=True)
class Known:
    """A photo of known transmission.

    Attributes:
        set: the name of its set.
        scene: photos of one scene are alike.
        sample: the photo and its truth.
    """

    set: str
    scene: str
    sample: Sample


def hazel_level(src: Path) -> Iterator[Known]:
    """Every third scene at nine levels, in one of the four fogs."""
    fogs = draw_fogs(src)
    chosen = set(list(dict.fromkeys(fog.scene.id for fog in fogs))[::EVERY])
    for fog in (fog for fog in fogs if fog.scene.id in chosen):
        yield Known('Hazel-level', fog.place, Sample({}, fog.read(), fog.transmission(), fog.sky()))


def roads(folder: Path) -> Iterator[Known]:
    """Clear road photos with predicted depth, in the even haze of five betas; those without haze are a set."""
    for index, sample in enumerate(road_samples(folder, seed=0)):
        scene = str(index // len(ucm_quality.ROAD_BETAS))
        yield Known('road photos' if sample.tags['beta'] else 'road photos, clear', scene, sample)


def drawn(count: int) -> Iterator[Known]:
    """Drawn scenes in drawn weather; those without a pixel of haze on the ground are a set."""
    generator = torch.Generator().manual_seed(0)
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        clear, depth = render_scene(seed, DRAWN_SIZE)
        scene = torch.from_numpy(clear[..., ::-1].transpose(2, 0, 1).copy()).float() / 255
        weather = draw_weather(scene[None], torch.from_numpy(depth).float()[None, None], DRAWN_SIZE, generator)
        img = (weather.img[0].numpy().transpose(1, 2, 0)[..., ::-1] * 255).round().astype(np.uint8)
        t, sky = weather.transmission[0, 0].numpy(), weather.sky[0, 0].numpy()
        hazy = (t < HAZY_BELOW) & ~sky
        yield Known('drawn scenes' if hazy.any() else 'drawn scenes, clear', str(seed), Sample({}, img, t, sky))


def measure(marks: np.ndarray, sample: Sample) -> dict[str, float | None]:
    """Of the ground, what is not sky: IoU of t < 0.5, the mean error of t, and the share that is marked as haze.

    Args:
        marks: t, (H, W) float, or a mask, (H, W) bool, which has no error.
        sample: the photo and its truth.
    """
    ground = ~sample.sky
    mask = marks if marks.dtype == bool else marks < HAZY_BELOW
    error = None if marks.dtype == bool else float(np.abs(marks - sample.t)[ground].mean())
    return dict(iou=iou(mask & ground, (sample.t < HAZY_BELOW) & ground), error=error,
                marked=float(mask[ground].mean()))


def evaluate(known: Iterable[Known], methods: Sequence[Method[np.ndarray]]) -> tuple[dict[str, dict], dict[str, dict]]:
    """Of each set how many photos and scenes it has; and by the method, by set, each measure with its interval.

    Means are over the photos in which a measure is defined; intervals are from a bootstrap over scenes.
    """
    scenes: dict[str, list[str]] = {}
    found: dict[str, dict[str, list[dict]]] = {method.columns[0]: {} for method in methods}
    for each in known:
        scenes.setdefault(each.set, []).append(each.scene)
        for method in methods:
            marks = method.look(each.sample.img)
            found[method.columns[0]].setdefault(each.set, []).append(measure(marks, each.sample))
    columns = {title: {name: {of: mean_over_scenes([row[of] for row in rows], scenes[name]) for of in MEASURES}
                       for name, rows in sets.items()} for title, sets in found.items()}
    return {name: dict(photos=len(own), scenes=len(set(own))) for name, own in scenes.items()}, columns


def mean_over_scenes(values: Sequence[float | None], scenes: Sequence[str],
                     draws: int = 1000) -> dict[str, float] | None:
    """The mean over photos and the ends of its interval of 95 %, from draws of scenes; None of nothing."""
    sums: dict[str, list[float]] = {}
    for value, scene in zip(values, scenes):
        if value is not None:
            total = sums.setdefault(scene, [0.0, 0.0])
            total[0] += value
            total[1] += 1
    if not sums:
        return None
    table = np.array(list(sums.values()))
    chosen = table[np.random.default_rng(0).integers(len(table), size=(draws, len(table)))].sum(axis=1)
    low, high = np.percentile(chosen[:, 0] / chosen[:, 1], [2.5, 97.5])
    total = table.sum(axis=0)
    return dict(value=round(float(total[0] / total[1]), 3), low=round(float(low), 3), high=round(float(high), 3))


def make_tables(summary: dict) -> dict[str, str]:
    """The tables of the page in Markdown, by their places in it.

    Where there is haze, IoU and error; where there is none, what is marked, all of it wrongly, and the error.
    """
    titles = [method.columns[0] for method in METHODS.values() if method.columns[0] in summary['columns']]
    tables = {}
    for place, measures, names in (
            ('transmission', ('iou', 'error'), [name for name in summary['sets'] if not name.endswith('clear')]),
            ('clear', ('marked', 'error'), [name for name in summary['sets'] if name.endswith('clear')])):
        wanted = [(name, of) for name in names for of in measures]
        goals = [number(GOALS[name]) if name in GOALS and of == 'iou' else '' for name, of in wanted]
        rows = [[title, *(with_interval(summary['columns'][title][name][of]) for name, of in wanted)]
                for title in titles]
        tables[place] = markdown_table(['', *(f'#{name}: {MEASURES[of]}' for name, of in wanted)],
                                       [['goal', *goals], *rows] if any(goals) else rows)
    return tables


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', type=Path)
    parser.add_argument('--methods', nargs='*', choices=list(METHODS), default=list(METHODS))
    parser.add_argument('--drawn', type=int, default=DRAWN, help='how many drawn scenes (default: %(default)s)')
    parser.add_argument('--out', type=Path, help='JSON file, whose other columns stay')
    parser.add_argument('--page', type=Path, help='a page with a place for the table')
    args = parser.parse_args(argv)
    if args.page and not args.out:
        parser.error('--page wants --out.')
    return args


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    sets = []
    if (args.data / 'frida').is_dir() or (args.data / 'frida2').is_dir():
        sets.append(hazel_level(args.data))
    if (args.data / 'kitti_road').is_dir():
        sets.append(roads(args.data / 'kitti_road'))
    methods = [METHODS[name] for name in args.methods]
    counts, columns = evaluate(chain(*sets, drawn(args.drawn)), methods)
    for title, column in columns.items():
        print(title, *(f'{name}: {with_interval(found["iou"])} {with_interval(found["error"])}'
                       for name, found in column.items()), sep=' | ')
    if args.out:
        summary = merge_columns(args.out, dict(sets=counts), columns, versions(methods))
        for place, table in make_tables(summary).items() if args.page else ():
            put_table(args.page, place, table)


if __name__ == '__main__':
    main()
