"""How well levels and measures tell real photos in fog from real photos in clear air: the area under the ROC curve.

    python -m benchmarks.studies.real_photos --fog FOG_PHOTOS --clear CLEAR_PHOTOS --out docs/results/real_photos.json \
        --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth

FOG_PHOTOS and CLEAR_PHOTOS are folders. Nothing is fitted: an area of 0.5 is chance, 1 is a measure by which every
photo in fog is hazier than every clear one. The model is optional. Needs scikit-learn.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

import mmhaze
from benchmarks.common.environment import describe_environment
from mmhaze.apis import HazePrediction
from mmhaze.io.files import write_whole

# and whether more of it is hazier
MEASURES = dict(mask_share=1, haze_factor=1, dark_channel=1, saturation=-1)


def area(fog: list[HazePrediction], clear: list[HazePrediction], name: str, sign: int = 1) -> float:
    """The area under the curve of one attribute of the predictions."""
    values = [sign * getattr(photo, name) for photo in [*fog, *clear]]
    return float(roc_auc_score([1] * len(fog) + [0] * len(clear), np.nan_to_num(values)))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--fog', required=True, help='folder of photos in fog')
    parser.add_argument('--clear', required=True, help='folder of photos in clear air')
    parser.add_argument('--model', help='a config, for the areas of its levels')
    parser.add_argument('--checkpoint')
    parser.add_argument('--out', type=Path, help='JSON file')
    args = parser.parse_args(argv)

    fog, clear = (mmhaze.HazeInferencer()(folder) for folder in (args.fog, args.clear))
    areas = {name: area(fog, clear, name, sign) for name, sign in MEASURES.items()}
    if args.model:
        network = mmhaze.HazeInferencer(args.model, checkpoint=args.checkpoint)
        areas['expected_level'] = area(network(args.fog), network(args.clear), 'expected_level')
    for name, value in areas.items():
        print(f'{name:16} {value:.3f}')
    if args.out:
        found = dict(environment=describe_environment(), photos=dict(fog=len(fog), clear=len(clear)),
                     model=args.model, areas=areas)
        write_whole(args.out, json.dumps(found, indent=1).encode())


if __name__ == '__main__':
    main()
