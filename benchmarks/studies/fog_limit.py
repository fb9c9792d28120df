"""How well the level of uneven fog can be told at best, by the density of the fog itself.

    python -m benchmarks.studies.fog_limit SRC --out docs/results/fog_limit.json

SRC holds FRIDA's folders ``frida`` and ``frida2``. In heterogeneous fog the density is k = 2 beta n, with n noise that
is drawn for each image. Whoever looks at a photo sees k, at best, where something stands that is not too far. So here k
is drawn over scenes of the split ``scene``, and random trees are told k at every pixel nearer than some distance, with
no error at all: its quantiles, mean and standard deviation. They learn on training scenes and are asked on test scenes.
What they reach is what a perfect reading of the density is worth; the rest is chance. Even density gives all away,
and so would the whole field, whose greatest value is 2 beta: each field is stretched to reach 0 and 1.

Then the same nearer than 120 m, but with the brightness of the scene not known: where white fog lies over a surface of
albedo J, one pixel tells k d - ln(1 - J), and an error e in ln(1 - J) makes k wrong by e / d. One e is drawn for each
image, from a normal distribution. How much the scenes differ is said beside: of the darkest channel of each training
scene the median of -ln(1 - J) in a range of distances, and the standard deviation of that over the scenes.
"""
from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole
from mmhaze.synthesis.fog import frida_params, haze_fields
from mmhaze.synthesis.levels import HAZEL_LEVEL_BETAS
from mmhaze.synthesis.make_hazel_level import NEAR_DUPLICATES, TEST_SHARE, find_scenes
from mmhaze.synthesis.plan import SPLIT_SEED
from mmhaze.synthesis.splits import TEST, TRAIN, split_by_scene

SHAPE = (120, 160)  # the noise is drawn at a quarter of the size; its cells scale with it
SHARES = (0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1)
DISTANCES = (15, 30, 60, 120, 400)  # metres; the sky is at 500 and more
ALBEDO_DISTANCE = 120
ERRORS = (0.02, 0.05, 0.1)            # standard deviations of -ln(1 - J)
RANGES = ((0, 15), (15, 60))          # metres
FOG = 'heterogeneous'


def read_depths(src: Path) -> tuple[dict[str, np.ndarray], list[float]]:
    """Of the scenes of each part of the split ``scene``: (N, 120, 160) float, metres; and how much albedo differs."""
    scenes = find_scenes(src)
    part_of = split_by_scene([scene.id for scene in scenes], TEST_SHARE, SPLIT_SEED, NEAR_DUPLICATES)
    depths: dict[str, list[np.ndarray]] = {TRAIN: [], TEST: []}
    offsets = []
    for scene in scenes:
        clear, depth = scene.load()
        depths[part_of[scene.id]].append(cv2.resize(depth, SHAPE[::-1], interpolation=cv2.INTER_NEAREST))
        if part_of[scene.id] == TRAIN:
            offset = -np.log(1 - clear.min(2) / 256)
            offsets.append([np.median(offset[(depth >= nearest) & (depth < farthest)]) for nearest, farthest in RANGES])
    return {part: np.stack(listed) for part, listed in depths.items()}, np.std(offsets, axis=0).tolist()


def draw(depths: np.ndarray, known_by: Sequence[tuple[float, float]], count: int,
         rng: np.random.Generator) -> tuple[dict[tuple[float, float], np.ndarray], np.ndarray]:
    """Draws fog over scenes.

    Returns:
        For each (distance, standard deviation of the error in -ln(1 - J)) what is known of k nearer than that,
        (count, 11), and the levels, (count,).
    """
    levels = rng.integers(len(HAZEL_LEVEL_BETAS), size=count)
    known: dict[tuple[float, float], list[np.ndarray]] = {way: [] for way in known_by}
    for level in levels:
        params = frida_params(FOG, HAZEL_LEVEL_BETAS[level], seed=int(rng.integers(2**32)))
        k = np.asarray(haze_fields(SHAPE, params)[0])
        depth = depths[rng.integers(len(depths))]
        for way in known_by:
            distance, error = way
            near = k[depth < distance]
            if error:
                near = near + rng.normal(0, error) / depth[depth < distance]
            known[way].append(np.append(np.quantile(near, SHARES), [near.mean(), near.std()]))
    return {way: np.stack(rows) for way, rows in known.items()}, levels


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('src', type=Path)
    parser.add_argument('--train', type=int, default=12000, help='draws to learn on (default: %(default)s)')
    parser.add_argument('--test', type=int, default=4000, help='draws to be asked (default: %(default)s)')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', type=Path, help='a JSON file')
    args = parser.parse_args(argv)

    rng = np.random.default_rng(args.seed)
    depths, spread = read_depths(args.src)
    for (nearest, farthest), each in zip(RANGES, spread):
        print(f'-ln(1 - J) from {nearest} to {farthest} m differs by {each:.3f} between scenes')
    ways = [(distance, 0.0) for distance in DISTANCES] + [(ALBEDO_DISTANCE, error) for error in ERRORS]
    seen, levels = draw(depths[TRAIN], ways, args.train, rng)
    asked, true = draw(depths[TEST], ways, args.test, rng)
    results = []
    print(f'{"nearer than":>12}{"albedo error":>14}{"accuracy":>10}{"within 1":>10}{"mean k / beta":>24}')
    for way in ways:
        trees = ExtraTreesClassifier(200, max_features=0.5, min_samples_leaf=3, random_state=args.seed)
        missed = np.abs(trees.fit(seen[way], levels).predict(asked[way]) - true)
        mean = asked[way][:, -2] / np.array(HAZEL_LEVEL_BETAS)[true]
        results.append(dict(metres=way[0], albedo_error=way[1], accuracy=float((missed == 0).mean()),
                            within_1=float((missed <= 1).mean()), mean_k_over_beta=float(mean.mean()),
                            mean_k_over_beta_std=float(mean.std())))
        print(f'{way[0]:10} m{way[1]:14}{results[-1]["accuracy"]:10.3f}{results[-1]["within_1"]:10.3f}'
              f'{mean.mean():14.2f} +- {mean.std():.2f}', flush=True)
    if args.out:
        report = dict(environment=describe_environment(), train=args.train, test=args.test, seed=args.seed, fog=FOG,
                      albedo_spread=[dict(metres=list(metres), std=std) for metres, std in zip(RANGES, spread)],
                      limits=results)
        write_whole(args.out, (json.dumps(report, indent=2) + '\n').encode())


if __name__ == '__main__':
    main()
