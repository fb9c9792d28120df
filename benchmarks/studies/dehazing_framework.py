"""Trains dehazers, plain and inside the progressive framework, and says what the framework is worth.

    python -m benchmarks.studies.dehazing_framework --seeds 2 --sots SOTS \\
        --judge resnet18_haze-wild CHECKPOINT --out work_dirs/dehazing
    python -m benchmarks.studies.dehazing_framework --out work_dirs/dehazing --page docs/results/dehazing.json

AOD-Net, gUNet-T and MixDehazeNet-T are trained by their configs ``configs/dehazing/*/*_roads.py``, same steps for all,
each plain, with the pre-restore module alone (PRM), with the inter or the intra contrastive loss alone, and with all
three. They are tested on scenes of Hazel-level and photos of Haze-wild held out, and on SOTS indoor (SOTS holds
``hazy`` and ``gt``), beside the hazy photos as they are and the dark channel prior, which need no training. The judge,
a classifier trained on Haze-wild, says the mean level before and after.

Each run has its folder in OUT. What is finished is kept, what was stopped goes on from its newest checkpoint, and
several of these commands may share OUT. ``--page`` runs nothing: it gathers what there is and prints the tables.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS
from torch import Tensor

import mmhaze.register  # noqa: F401
from benchmarks.studies.dehazing_runs import Run, gather, run_all, write_page
from mmhaze.metrics import LevelAfterDehazing
from mmhaze.models.dehazers import BaseDehazer, DarkChannelPrior
from mmhaze.runtime.shipped import find_config

NETWORKS = ('aodnet', 'gunet-t', 'mixdehazenet-t')
VARIANTS = ('plain', 'PRM', 'inter', 'intra', 'all')
UNTRAINED = ('none', 'DCP')
ROWS = [*((name, 'plain') for name in UNTRAINED), *((name, each) for name in NETWORKS for each in VARIANTS)]


class LeaveAsItIs(BaseDehazer):
    """The hazy photo: what every dehazer has to better."""

    def restore(self, hazy: Tensor) -> Tensor:
        """The photo as it is."""
        return hazy


def load_config(network: str, variant: str, seed: int, steps: int | None) -> Config:
    """The config of a network in a variant."""
    config = Config.fromfile(find_config(f'{"" if variant == "plain" else "progressive_"}{network}_roads'))
    if variant not in ('plain', 'all'):
        config.model.losses = {name: loss for name, loss in config.model.losses.items() if name in ('l1', variant)}
        if variant != 'PRM':
            config.model.prm = None
    if steps:
        config.train_cfg.max_iters = config.param_scheduler.T_max = steps
    config.randomness.seed = seed
    return config


def make_sets(sots: Path | None) -> dict[str, Any]:
    """The test sets by name."""
    config = Config.fromfile(find_config('aodnet_roads'))
    found = dict(scenes=config.held_out_scenes, photos=config.held_out_photos)
    if sots is not None:
        found['sots'] = dict(type='PairedHazeDataset', data_root=str(sots), hazy='hazy', clear='gt', pipeline=[
            dict(type='LoadPair', align='center_crop'), dict(type='PackDehazing')])
    return {name: DATASETS.build(data) for name, data in found.items()}


def plan(networks: list[str], seeds: int, steps: int | None) -> Iterator[Run]:
    """What there is to run, the quick ones first."""
    for name, network in zip(UNTRAINED, (LeaveAsItIs, DarkChannelPrior)):
        if name in networks:
            yield Run(name, 'plain', 0, network)
    for seed in range(1, seeds + 1):
        for name in NETWORKS:
            for variant in VARIANTS if name in networks else ():
                yield Run(name, variant, seed, partial(load_config, name, variant, seed, steps))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seeds', type=int, default=2)
    parser.add_argument('--networks', nargs='+', choices=NETWORKS + UNTRAINED, default=NETWORKS + UNTRAINED)
    parser.add_argument('--steps', type=int, help='of each training (default: as the configs say)')
    parser.add_argument('--sots', type=Path, help='folder of SOTS indoor')
    parser.add_argument('--judge', nargs=2, metavar=('CONFIG', 'CHECKPOINT'), help='a classifier of haze')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/dehazing'))
    parser.add_argument('--page', type=Path, metavar='JSON', help='gather what there is into this file')
    args = parser.parse_args(argv)
    if args.page:
        write_page(args.page, sys.argv[1:], gather(args.out, ROWS), 'plain')
        return 0
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        judge = LevelAfterDehazing(*args.judge) if args.judge else None
        run_all(plan(args.networks, args.seeds, args.steps), args.out, make_sets(args.sots), judge)
    return 0


if __name__ == '__main__':
    sys.exit(main())
