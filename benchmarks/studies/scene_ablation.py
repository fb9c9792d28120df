"""What each part of RoadTrees is worth on scenes kept apart.

    python -m benchmarks.studies.scene_ablation data/hazel-level --src SRC --out docs/results/scene_ablation.json

Only training scenes of the split ``scene`` are read. They are dealt into folds, near-duplicates together; trees learn
on all folds but one and are asked about that one, for each. No test scene plays a part, so one may choose by these.
SRC holds FRIDA's folders ``frida`` and ``frida2``: the depth of the scenes tells where their horizons are.
"""
from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.common.environment import describe_environment
from mmhaze.baselines import FRIDA2_CAMERA, RoadCamera, column_sums, road_bands, row_features
from mmhaze.baselines.road_trees import road_parts
from mmhaze.io.files import write_whole
from mmhaze.io.photo import read_photo
from mmhaze.io.progress import show_progress
from mmhaze.synthesis.fog import FOGS
from mmhaze.synthesis.make_hazel_level import NEAR_DUPLICATES, find_scenes

STEPS = {
    'rows (RowTrees)': ['rows'],
    'bands of road: slopes': ['slopes'],
    '+ brightness': ['slopes', 'brightness'],
    '+ texture': ['slopes', 'brightness', 'texture'],
    '+ rows (RoadTrees)': ['slopes', 'brightness', 'texture', 'rows'],
    'RoadTrees without texture': ['slopes', 'brightness', 'rows'],
    'RoadTrees, told the horizon': ['true slopes', 'true brightness', 'true texture', 'rows'],
}


def find_camera(depth: np.ndarray) -> RoadCamera:
    """Where the horizon of a scene is: 1 / d grows evenly over the lowest rows of road, and is 0 at the horizon."""
    rows = (np.arange(380, 480) + 0.5) / 480
    steepness, offset = np.polyfit(rows, 1 / np.median(depth[380:480, 200:440], axis=1), 1)
    return RoadCamera(-offset / steepness, 1 / steepness)


def deal(scenes: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """The fold of each image, (N,) int; scenes that are near-duplicates of each other go together."""
    leader = {scene: group[0] for group in NEAR_DUPLICATES for scene in group}
    groups = np.array([leader.get(scene, scene) for scene in scenes])
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    return np.array([int(np.flatnonzero(names == group)[0]) % folds for group in groups])


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', type=Path, help='folder of Hazel-level')
    parser.add_argument('--src', type=Path, required=True, help="folder of FRIDA's folders")
    parser.add_argument('--folds', type=int, default=6)
    parser.add_argument('--trees', type=int, default=200)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', type=Path, help='a JSON file')
    args = parser.parse_args(argv)

    with open(args.data / 'manifest.csv', encoding='utf-8', newline='') as lines:
        rows = [row for row in csv.DictReader(lines) if row['split_scene'] == 'train']
    used = {row['scene'] for row in rows}
    cameras = {scene.id: find_camera(scene.load()[1]) for scene in find_scenes(args.src) if scene.id in used}
    parts: dict[str, list[np.ndarray]] = {}
    with show_progress(len(rows), label='features') as advance:
        for row in rows:
            photo = read_photo(args.data / row['file'])
            sums = column_sums(photo)
            found = dict(road_parts(road_bands(sums, FRIDA2_CAMERA)), rows=row_features(photo))
            true_bands = road_bands(sums, cameras[row['scene']])
            found |= {f'true {name}': part for name, part in road_parts(true_bands).items()}
            for name, part in found.items():
                parts.setdefault(name, []).append(part.astype(np.float32))
            advance(1)
    features = {name: np.stack(listed) for name, listed in parts.items()}
    levels, fogs, scenes = (np.array([row[name] for row in rows]) for name in ('level', 'fog', 'scene'))
    fold, true, steps = deal(scenes, args.folds, args.seed), levels.astype(int), []
    for name, wanted in STEPS.items():
        described, predicted = np.concatenate([features[part] for part in wanted], axis=1), np.empty_like(true)
        for left_out in range(args.folds):
            asked = fold == left_out
            trees = ExtraTreesClassifier(args.trees, max_features=0.1, random_state=args.seed)
            predicted[asked] = trees.fit(described[~asked], true[~asked]).predict(described[asked])
        missed = np.abs(predicted - true)
        steps.append(dict(step=name, features=described.shape[1], accuracy=float((missed == 0).mean()),
                          within_1=float((missed <= 1).mean()), mae=float(missed.mean()),
                          by_fog={fog: float((missed[fogs == fog] == 0).mean()) for fog in FOGS}))
        print(f'{name:30}{steps[-1]["accuracy"]:7.3f}{steps[-1]["within_1"]:7.3f}{steps[-1]["mae"]:7.3f}  '
              + ' '.join(f'{fog} {share:.3f}' for fog, share in steps[-1]['by_fog'].items()), flush=True)
    if args.out:
        report = dict(environment=describe_environment(), folds=args.folds, trees=args.trees, seed=args.seed,
                      images=len(rows), scenes=len(used), steps=steps)
        write_whole(args.out, (json.dumps(report, indent=2) + '\n').encode())


if __name__ == '__main__':
    main()
