"""Trains dehazers, plain and inside the progressive framework, and says what the framework is worth.

    python benchmarks/dehazing.py --seeds 2 --sots SOTS --judge resnet18_haze-wild CHECKPOINT --out work_dirs/dehazing
    python benchmarks/dehazing.py ... --page docs/results/dehazing.json

AOD-Net, gUNet-T and MixDehazeNet-T are trained by their configs ``configs/dehazing/*_roads.py``, same steps for all,
each plain, with the pre-restore module alone (PRM), with the inter or the intra contrastive loss alone, and with all
three. They are tested on scenes of Hazel-level and photos of Haze-wild held out, and on SOTS indoor (SOTS holds
``hazy`` and ``gt``), beside the hazy photos as they are and the dark channel prior, which need no training. The judge,
a classifier trained on Haze-wild, says the mean level before and after.

Each run has its folder in OUT. What is finished is kept, what was stopped goes on from its newest checkpoint, and
several of these commands may share OUT. ``--page`` runs nothing: it gathers what there is and prints the tables.
"""
from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from environment import describe_environment
from mmengine.analysis import get_model_complexity_info
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpretrain.registry import DATASETS, MODELS

import mmhaze  # noqa: F401  registers
from mmhaze.checkpoints import newest_checkpoint
from mmhaze.files import write_whole
from mmhaze.metrics import DehazeMetric, LevelAfterDehazing
from mmhaze.models.dehazers import BaseDehazer
from mmhaze.progress import show_progress
from mmhaze.reproduction.cell import only_one

CONFIGS = Path(__file__).resolve().parents[1] / 'configs' / 'dehazing'
NETWORKS = ('aodnet', 'gunet-t', 'mixdehazenet-t')
VARIANTS = ('plain', 'PRM', 'inter', 'intra', 'all')
UNTRAINED = ('none', 'DCP')
PROTOCOLS = ('dehazeformer', 'full', 'ffa')
ROWS = [*((name, 'plain') for name in UNTRAINED), *((name, each) for name in NETWORKS for each in VARIANTS)]
SETS = ('scenes', 'photos', 'sots')


class LeaveAsItIs(BaseDehazer):
    """The hazy photo: what every dehazer has to better."""

    def restore(self, hazy: torch.Tensor) -> torch.Tensor:
        """The photo as it is."""
        return hazy


def load_config(network: str, variant: str, seed: int, steps: int | None) -> Config:
    """The config of a network in a variant."""
    config = Config.fromfile(CONFIGS / f'{"" if variant == "plain" else "progressive_"}{network}_roads.py')
    if variant not in ('plain', 'all'):
        config.model.losses = {name: loss for name, loss in config.model.losses.items() if name in ('l1', variant)}
        if variant != 'PRM':
            config.model.prm = None
    if steps:
        config.train_cfg.max_iters = config.param_scheduler.T_max = steps
    config.randomness.seed = seed
    config.train_dataloader.update(num_workers=0, persistent_workers=False)
    config.val_cfg = config.val_dataloader = config.val_evaluator = None  # tested here, once
    config.test_cfg = config.test_dataloader = config.test_evaluator = None
    return config


def train(config: Config, folder: Path) -> tuple[BaseDehazer, float]:
    """Trains as the config says, or goes on with it; the network and the seconds since this call."""
    config.work_dir = str(folder)
    newest = newest_checkpoint(folder)
    if newest is not None:
        config.load_from, config.resume = str(newest), True
    runner = Runner.from_cfg(config)
    start = time.monotonic()
    runner.train()
    return runner.model, time.monotonic() - start


def make_sets(sots: Path | None) -> dict[str, Any]:
    """The test sets by name."""
    config = Config.fromfile(CONFIGS / 'aodnet_roads.py')
    found = dict(scenes=config.held_out_scenes, photos=config.held_out_photos)
    if sots is not None:
        found['sots'] = dict(type='PairedHazeDataset', data_root=str(sots), hazy='hazy', clear='gt', pipeline=[
            dict(type='LoadPair', align='center_crop'), dict(type='PackDehazing')])
    return {name: DATASETS.build(data) for name, data in found.items()}


@torch.inference_mode()
def test(network: BaseDehazer, data: Any, judge: LevelAfterDehazing | None, label: str) -> dict[str, float]:
    """The scores on a test set, and the median seconds of a photo in the network."""
    metrics = [DehazeMetric(PROTOCOLS), *([judge] if judge is not None else [])]
    seconds = []
    network.eval()
    with show_progress(len(data), label=label, unit='photos') as advance:
        for pair in data:
            batch = network.data_preprocessor(dict(inputs=[pair['inputs']], data_samples=[pair['data_samples']]))
            start = time.perf_counter()
            samples = network.predict(batch['inputs'], batch['data_samples'])
            seconds.append(time.perf_counter() - start)
            for metric in metrics:
                metric.process({}, [sample.to_dict() for sample in samples])
            advance(1)
    scores: dict[str, float] = {}
    for metric in metrics:
        scores |= metric.compute_metrics(metric.results)
        metric.results.clear()
    return dict(scores, photos=len(data), seconds=statistics.median(seconds))


def count(network: BaseDehazer) -> dict[str, float]:
    """Parameters that are trained, and multiplications of a 256x256 photo."""
    numbers = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    macs = get_model_complexity_info(network, (3, 256, 256), show_table=False, show_arch=False)['flops']
    return dict(parameters=numbers, macs=macs)


def plan(seeds: int) -> Iterator[tuple[str, str, int]]:
    """What there is to run: network, variant and seed, the quick ones first."""
    for name in UNTRAINED:
        yield name, 'plain', 0
    for seed in range(1, seeds + 1):
        for network in NETWORKS:
            for variant in VARIANTS:
                yield network, variant, seed


def run(network: str, variant: str, seed: int, folder: Path, sets: dict[str, Any], judge: LevelAfterDehazing | None,
        steps: int | None) -> dict[str, Any]:
    """Trains, where it can be, and tests; what came of it."""
    config, seconds = None, 0.0
    if network == 'none':
        model: BaseDehazer = LeaveAsItIs()
    elif network == 'DCP':
        model = MODELS.build(dict(type='DarkChannelPrior'))
    else:
        config = load_config(network, variant, seed, steps)
        model, seconds = train(config, folder)
    scores = {name: test(model, data, judge, f'{network} {variant} on {name}') for name, data in sets.items()}
    return dict(network=network, variant=variant, seed=seed, train_seconds=seconds, sets=scores,
                steps=config.train_cfg.max_iters if config else 0,
                **(count(model) if config else dict(parameters=0, macs=0)), environment=describe_environment())


def gather(out: Path) -> list[dict[str, Any]]:
    """The finished runs."""
    found = [json.loads(path.read_text()) for path in sorted(out.glob('*/result.json'))]
    order = [(*row, seed) for row in ROWS for seed in range(100)]
    return sorted(found, key=lambda each: order.index((each['network'], each['variant'], each['seed'])))


def spread(values: list[float], digits: int) -> str:
    """Mean and standard deviation."""
    middle = f'{statistics.mean(values):.{digits}f}'
    return middle if len(values) < 2 else f'{middle} ± {statistics.stdev(values):.{digits}f}'


def tables(runs: list[dict[str, Any]]) -> str:
    """A table a test set, and one of what the networks cost."""
    rows: dict[tuple[str, str], list[dict]] = {}
    for each in runs:
        rows.setdefault((each['network'], each['variant']), []).append(each)
    columns = {'PSNR, dB': ('psnr', 2), **{f'SSIM {name}': (f'ssim_{name}', 3) for name in PROTOCOLS},
               'level after': ('level_after', 2)}
    lines: list[str] = []
    for data in SETS:
        known = [each['sets'][data] for each in runs if data in each['sets']]
        if not known:
            continue
        levels = f'; level before {known[0]["level_before"]:.2f}, of the clear photos {known[0]["level_clear"]:.2f}' \
            if 'level_before' in known[0] else ''
        lines += [f'{data}, {known[0]["photos"]} photos{levels}', '',
                  f'| | | seeds | {" | ".join(columns)} | s/photo |', f'|---|---|{"---:|" * (len(columns) + 2)}']
        for (network, variant), same in rows.items():
            found = [each['sets'][data] for each in same if data in each['sets']]
            cells = [spread([each[key] for each in found], digits) if found and key in found[0] else '-'
                     for key, digits in columns.values()]
            lines.append(f'| {network} | {variant} | {len(found)} | {" | ".join(cells)} | '
                         f'{statistics.median([each["seconds"] for each in found]):.2f} |')
        lines.append('')
    lines += ['| | | parameters | MACs of 256x256 | steps | seconds of training |', '|---|---|---:|---:|---:|---:|']
    for (network, variant), same in rows.items():
        lines.append(f'| {network} | {variant} | {same[0]["parameters"]:,} | {same[0]["macs"] / 1e9:.2f} G | '
                     f'{same[0]["steps"]} | {statistics.mean([each["train_seconds"] for each in same]):.0f} |')
    return '\n'.join(lines)


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
        runs = gather(args.out)
        write_whole(args.page, (json.dumps(dict(command=sys.argv[1:], runs=runs), indent=1) + '\n').encode())
        print(tables(runs))
        return 0
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        sets = make_sets(args.sots)
        judge = LevelAfterDehazing(*args.judge) if args.judge else None
        for network, variant, seed in plan(args.seeds):
            folder = args.out / f'{network}_{variant}_seed{seed}'
            folder.mkdir(parents=True, exist_ok=True)
            if network not in args.networks or (folder / 'result.json').exists():
                continue
            try:
                with only_one(folder):
                    result = run(network, variant, seed, folder, sets, judge, args.steps)
                    write_whole(folder / 'result.json', (json.dumps(result) + '\n').encode())
            except BlockingIOError:
                print(f'{folder} is being run by another process.', flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
