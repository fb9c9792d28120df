"""How hazy drawn scenes look at which visibility: where the bounds of the five levels come from.

    python -m benchmarks.studies.haze_bounds

Even haze over drawn streets and landscapes, the sky at the 1000 m that it has in drawn scenes; no picture is made. For
each visibility the share of haze as ``share_of_haze`` in ``mmhaze/models/haze_map`` has it: its median over the scenes,
and a tenth and nine tenths.
"""
from __future__ import annotations

import argparse

import numpy as np
import torch

from mmhaze.datasets import DrawnScenes
from mmhaze.models.haze_map.haze_map_net import share_of_haze
from mmhaze.physics import visibility_to_beta
from mmhaze.synthesis.weather.draw import SKY_FROM

VISIBILITIES = (20000, 10000, 5000, 3000, 1600, 1000, 500, 300, 160, 100, 50)  # metres
QUANTILES = (0.1, 0.5, 0.9)


def shares(depth: torch.Tensor, visibility: float) -> np.ndarray:
    """The share of haze of scenes of this depth, (N, 1, H, W) in metres, at a visibility in metres: (N,)."""
    transmission = (-visibility_to_beta(visibility) * depth).exp()
    return share_of_haze(transmission, (depth >= SKY_FROM) * transmission).numpy()


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--count', type=int, default=300, help='scenes of each kind (default: %(default)s)')
    args = parser.parse_args(argv)
    depth = torch.stack([torch.from_numpy(DrawnScenes(args.count, 300_000, kind=kind)[index]['depth'])[None]
                         for kind in ('streets', 'landscapes') for index in range(args.count)])
    print('| visibility (m) | median | a tenth | nine tenths |\n| ---: | ---: | ---: | ---: |')
    for visibility in VISIBILITIES:
        low, middle, high = np.quantile(shares(depth, visibility), QUANTILES)
        print(f'| {visibility} | {middle:.3f} | {low:.3f} | {high:.3f} |')


if __name__ == '__main__':
    main()
