"""How methods do on Hazel-level street by street, and on test streets that training scenes show from another spot.

    python -m benchmarks.studies.streets data/hazel-level --json docs/results/streets.json \\
        --page docs/results/hazel-level.md

Scenes that look alike are on one side of the split ``scene``. But FRIDA and FRIDA2 are drawn in one town, and one
corner of it may be in a test scene and, from some metres away or under another sky, in a training scene. Two clear
scenes show one place where at least ``SAME_PLACE`` of their SIFT features, as RootSIFT, match (Lowe's ratio .75) and
agree with one homography to 4 pixels and with one epipolar geometry to 2. Accuracies are those of the results of
``tools/reproduce.py`` that are in the repository; ``hazel_level.py --keep-clear`` writes the clear scenes.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import markdown_table, put_table
from benchmarks.studies.by_scene import gain_error, mean_error, scene_accuracies
from mmhaze.io.files import write_whole
from mmhaze.io.progress import show_progress
from mmhaze.io.tables import read_table
from mmhaze.reproduction.cells import RUNS, read_runs

KEPT = Path(__file__).parents[2] / 'docs/results/reproduce' / RUNS
SAME_PLACE = 60  # by eye: from here on all pairs of the split show one corner, below it one street at most
RATIO, PLANE_PIXELS, EPIPOLAR_PIXELS, SURE = 0.75, 4.0, 2.0, 0.999
FEWEST = 15      # matches below which a geometry means nothing
BASE = 'resnet18'
SHOWN = {'resnet18': 'ResNet18', 'cnn': 'CNN, softmax', 'roadtrees': 'RoadTrees'}


class Features(NamedTuple):
    """Points (N, 2) float32, in pixels, and their descriptors (N, 128) float32."""

    points: np.ndarray
    descriptors: np.ndarray


def find_features(path: Path) -> Features:
    """The 2000 strongest SIFT features of a picture, as RootSIFT."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise ValueError(f'{path} is no picture. Write the clear scenes again, with hazel_level.py --keep-clear.')
    points, descriptors = cv2.SIFT.create(2000).detectAndCompute(grey, None)
    if descriptors is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    return Features(np.array([point.pt for point in points], np.float32),
                    np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1e-7)))


def count_shared(one: Features, other: Features) -> int:
    """How many features of ``one`` are in ``other``, moved as one rigid place seen from two spots would move them."""
    if min(len(one.points), len(other.points)) < FEWEST:
        return 0
    near = [first for first, second in cv2.BFMatcher().knnMatch(one.descriptors, other.descriptors, k=2)
            if first.distance < RATIO * second.distance]
    if len(near) < FEWEST:
        return 0
    here = one.points[[match.queryIdx for match in near]]
    there = other.points[[match.trainIdx for match in near]]
    _, plane = cv2.findHomography(here, there, cv2.RANSAC, PLANE_PIXELS)
    _, epipolar = cv2.findFundamentalMat(here, there, cv2.FM_RANSAC, EPIPOLAR_PIXELS, SURE)
    if plane is None or epipolar is None or len(epipolar) != len(near):
        return 0
    return min(int(plane.sum()), int(epipolar.sum()))


def find_closest(data: Path) -> dict[str, tuple[str, int]]:
    """For each test scene the training scene that shares most features with it, and how many."""
    rows = read_table(data / 'clear.csv')
    found = {row['scene']: find_features(data / row['file']) for row in rows}
    training, test = ([row['scene'] for row in rows if row['split_scene'] == part] for part in ('train', 'test'))
    closest = {}
    with show_progress(len(test), label='test scenes', unit='scenes') as advance:
        for scene in test:
            shared = {other: count_shared(found[scene], found[other]) for other in training}
            best = max(shared, key=lambda other: shared[other])
            closest[scene] = (best, shared[best])
            advance(1)
    return closest


def read_scores(data: Path, kept: Path) -> dict[str, dict[str, float]]:
    """The accuracy on each test scene, by method (the name of its cells) and scene, a mean over its seeds."""
    scene_of = {row['file']: row['scene'] for row in read_table(data / 'manifest.csv')}
    runs: dict[str, list] = {}
    for name, result in sorted(read_runs(kept).items()):
        method, _, rest = name.partition('_hazel-level_')
        if rest.startswith('scene_'):
            runs.setdefault(method, []).append(result['predictions'])
    return {method: scene_accuracies(predictions, scene_of) for method, predictions in runs.items()}


def base_of(method: str) -> str:
    """What a method is compared with: MagNet with its encoder alone, crops with none, the others with ResNet18."""
    if method.endswith('-crops'):
        return method[:-len('-crops')]
    return method.rsplit('_', 1)[1] if method.startswith('magnet-') else BASE


def compare(one: dict[str, float], base: dict[str, float], known: list[str], new: list[str]) -> list[str]:
    """The accuracy over all scenes, what it gains beside ``base``, and how much more ``known`` scenes have, as text.

    Scenes have as many photos each; the standard errors are of the draw of scenes.
    """
    every, here, there = ([one[scene] for scene in part] for part in (known + new, known, new))
    gain = np.mean(every) - np.mean([base[scene] for scene in known + new])
    more, error = np.mean(here) - np.mean(there), np.hypot(mean_error(here), mean_error(there))
    return [f'{np.mean(every):.3f} ± {mean_error(every):.3f}', f'{gain:+.3f} ± {gain_error(one, base):.3f}',
            f'{np.mean(here):.3f}', f'{np.mean(there):.3f}', f'{more:+.3f} ± {error:.3f}']


def make_tables(closest: dict[str, tuple[str, int]], scores: dict[str, dict[str, float]]) -> tuple[str, str]:
    """By scene, the most shared first; and by method, beside another and on streets that are shared."""
    order = sorted(closest, key=lambda scene: -closest[scene][1])
    by_scene = markdown_table(
        ['test scene', 'closest training scene', '#shared features', *(f'#{name}' for name in SHOWN.values())],
        [[scene, other if shared else '-', shared, *(f'{scores[key][scene]:.2f}' for key in SHOWN)]
         for scene in order for other, shared in [closest[scene]]])
    known = [scene for scene in order if closest[scene][1] >= SAME_PLACE]
    new = [scene for scene in order if closest[scene][1] < SAME_PLACE]
    lines = []
    for name, one in scores.items():
        accuracy, gain, *rest = compare(one, scores[base_of(name)], known, new)
        lines.append([name, accuracy, *((gain, base_of(name)) if name != BASE else '--'), *rest])
    lines.sort(key=lambda line: line[1], reverse=True)
    by_method = markdown_table(
        ['', '#accuracy', '#gain', 'beside', f'#{len(known)} streets seen from elsewhere', f'#the other {len(new)}',
         '#more there'], lines)
    return by_scene, by_method


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', type=Path, help='folder of Hazel-level, with its clear scenes')
    parser.add_argument('--runs', type=Path, default=KEPT, help='packed by reproduce --pack (default: %(default)s)')
    parser.add_argument('--json', type=Path)
    parser.add_argument('--page', type=Path, help='a page with places for "streets" and "methods"')
    args = parser.parse_args(argv)

    closest, scores = find_closest(args.data), read_scores(args.data, args.runs)
    by_scene, by_method = make_tables(closest, scores)
    print(f'{by_scene}\n\n{by_method}')
    if args.json:
        scenes = {scene: dict(closest=other, shared=count, accuracy={name: of[scene] for name, of in scores.items()})
                  for scene, (other, count) in closest.items()}
        report = dict(environment=describe_environment(), same_place=SAME_PLACE, scenes=scenes)
        write_whole(args.json, (json.dumps(report, indent=2) + '\n').encode())
    if args.page:
        put_table(args.page, 'streets', by_scene)
        put_table(args.page, 'methods', by_method)


if __name__ == '__main__':
    main()
