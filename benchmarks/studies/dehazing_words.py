"""Trains MixDehazeNet-T with words, by each fusion, and says whether the words do anything.

    python -m benchmarks.studies.small_clip --out work_dirs/small-clip     # where no real CLIP is at hand
    python tools/clip_domains.py data/hazel-level --clip CLIP     # and data/haze-wild, data/sots-indoor/hazy
    python -m benchmarks.studies.dehazing_words --seeds 2 --out work_dirs/words
    python -m benchmarks.studies.dehazing_words --out work_dirs/words --page docs/results/words.json

The data are a mixture of roads outdoors and rooms indoors, ``configs/_base_/datasets/dehaze_mixture.py``; the tests
are on what is held out of each. Beside each fusion with CLIP's vectors and labels there are ``none``, which has no
words; ``pa random`` and so on, random vectors with CLIP's labels, as long as CLIP's, or 512 numbers long; and ``class
true``, a learned vector for what a photo truly is, indoors or outdoors: what perfect labels are worth.

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

import mmhaze.register  # noqa: F401
from benchmarks.studies.dehazing_runs import Run, gather, run_all, write_page
from mmhaze.clip import read_domains
from mmhaze.runtime.shipped import find_config

FUSIONS = ('none', 'pa', 'pa random', 'pa random 512', 'calip', 'calip random', 'calip-free', 'calip-free random',
           'film', 'film random', 'film random 512', 'class', 'class true')
NETWORK = 'mixdehazenet-t'
SETS = ('scenes', 'photos', 'rooms')  # in the order of the config
INDOORS = ('rooms',)


def tell_the_truth(dataset: Any, indoors: bool) -> None:
    """Replaces CLIP's labels by what is known of a data set."""
    dataset = dataset.get('dataset', dataset)
    dataset.pipeline = [dict(type='LoadDomain', domain=(0 if indoors else 1, 2)) if step.type == 'LoadDomain' else step
                        for step in dataset.pipeline]


def load_config(fusion: str, seed: int = 1, steps: int | None = None) -> Config:
    """The config of a fusion; ``random`` in its name is for vectors without a meaning, ``true`` for known labels."""
    config = Config.fromfile(find_config(f'mixcl-{fusion.split()[0]}_t_mixture'))
    if 'random' in fusion:  # as long as CLIP's, so that what takes them has as many weights, or as long as is said
        own = read_domains(config.model.text.file).vectors.shape[1]
        config.model.text = dict(type='RandomText', width=int(fusion.split()[2]) if fusion[-1].isdigit() else own)
    if 'true' in fusion:
        for part in ('train', 'val'):
            for name, dataset in zip(SETS, config[f'{part}_dataloader'].dataset.datasets):
                tell_the_truth(dataset, name in INDOORS)
    if steps:
        config.train_cfg.max_iters = config.param_scheduler.T_max = steps
    config.randomness.seed = seed
    return config


def make_sets(fusion: str) -> dict[str, Any]:
    """The test sets by name, with the labels of a fusion."""
    return {name: DATASETS.build(data)
            for name, data in zip(SETS, load_config(fusion).val_dataloader.dataset.datasets)}


def plan(fusions: list[str], seeds: int, steps: int | None) -> Iterator[Run]:
    """What there is to run."""
    for seed in range(1, seeds + 1):
        for fusion in fusions:
            yield Run(NETWORK, fusion, seed, partial(load_config, fusion, seed, steps))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seeds', type=int, default=2)
    parser.add_argument('--fusions', nargs='+', choices=FUSIONS, default=FUSIONS)
    parser.add_argument('--steps', type=int, help='of each training (default: as the configs say)')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/words'))
    parser.add_argument('--page', type=Path, metavar='JSON', help='gather what there is into this file')
    args = parser.parse_args(argv)
    if args.page:
        write_page(args.page, sys.argv[1:], gather(args.out, [(NETWORK, fusion) for fusion in FUSIONS]), 'none')
        return 0
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        for run in plan(args.fusions, args.seeds, args.steps):
            run_all([run], args.out, make_sets(run.variant), None)
    return 0


if __name__ == '__main__':
    sys.exit(main())
