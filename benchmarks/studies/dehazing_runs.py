"""What benchmarks of dehazers share: training that goes on after a stop, tests by name, and tables of the results."""
from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.analysis import get_model_complexity_info
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.runner import Runner

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole
from mmhaze.io.progress import show_progress
from mmhaze.metrics import DehazeMetric, LevelAfterDehazing
from mmhaze.models.dehazers import BaseDehazer
from mmhaze.reproduction.run_cell import only_one
from mmhaze.runtime.checkpoints import newest_checkpoint

PROTOCOLS = ('dehazeformer', 'full', 'ffa')
COLUMNS = {'PSNR, dB': ('psnr', 2), **{f'SSIM {name}': (f'ssim_{name}', 3) for name in PROTOCOLS},
           'level after': ('level_after', 2)}


@dataclass(frozen=True)
class Run:
    """One network to be tested, trained before if it has a config.

    Attributes:
        network, variant, seed: which.
        make: gives the config to train by, or a network that needs no training.
    """

    network: str
    variant: str
    seed: int
    make: Callable[[], Config | BaseDehazer]


def train(config: Config, folder: Path) -> tuple[BaseDehazer, float]:
    """Trains as the config says, or goes on with it; the network and the seconds since this call."""
    config.work_dir = str(folder)
    config.train_dataloader.update(num_workers=0, persistent_workers=False)
    config.val_cfg = config.val_dataloader = config.val_evaluator = None  # tested here, once
    config.test_cfg = config.test_dataloader = config.test_evaluator = None
    newest = newest_checkpoint(folder)
    if newest is not None:
        config.load_from, config.resume = str(newest), True
    runner = Runner.from_cfg(config)
    start = time.monotonic()
    runner.train()
    return runner.model, time.monotonic() - start


@torch.inference_mode()
def test(network: BaseDehazer, data: Any, judge: LevelAfterDehazing | None, label: str) -> dict[str, float]:
    """The scores on a test set, and the median seconds of a photo in the network."""
    metrics: list[BaseMetric] = [DehazeMetric(PROTOCOLS)]
    if judge is not None:
        metrics.append(judge)
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


def run_all(runs: Iterable[Run], out: Path, sets: Mapping[str, Any], judge: LevelAfterDehazing | None) -> None:
    """Makes each run that has no result yet; several processes may share ``out``."""
    for run in runs:
        folder = out / f'{run.network}_{run.variant}_seed{run.seed}'
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with only_one(folder):
                if not (folder / 'result.json').exists():
                    write_whole(folder / 'result.json', (json.dumps(make(run, folder, sets, judge)) + '\n').encode())
        except BlockingIOError:
            print(f'{folder} is being made by another process.', flush=True)


def make(run: Run, folder: Path, sets: Mapping[str, Any], judge: LevelAfterDehazing | None) -> dict[str, Any]:
    """Trains, where it can be, and tests; what came of it."""
    made = run.make()
    trained = isinstance(made, Config)
    network, seconds = train(made, folder) if trained else (made, 0.0)
    scores = {name: test(network, data, judge, f'{run.network} {run.variant} on {name}') for name, data in sets.items()}
    return dict(network=run.network, variant=run.variant, seed=run.seed, train_seconds=seconds, sets=scores,
                steps=made.train_cfg.max_iters if trained else 0,
                **(count(network) if trained else dict(parameters=0, macs=0)), environment=describe_environment())


def gather(out: Path, rows: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The finished runs, in the order of ``rows``, (network, variant) each, and of seeds."""
    found = [json.loads(path.read_text()) for path in out.glob('*/result.json')]
    known = [each for each in found if (each['network'], each['variant']) in rows]
    return sorted(known, key=lambda each: (rows.index((each['network'], each['variant'])), each['seed']))


def by_variant(runs: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The runs of each network and variant, which differ in their seeds."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in runs:
        found.setdefault((each['network'], each['variant']), []).append(each)
    return found


def spread(values: Sequence[float], digits: int) -> str:
    """Mean and standard deviation."""
    middle = f'{statistics.mean(values):.{digits}f}'
    return middle if len(values) < 2 else f'{middle} ± {statistics.stdev(values):.{digits}f}'


def tables(runs: Sequence[dict[str, Any]]) -> str:
    """A table a test set, and one of what the networks cost, in Markdown."""
    rows = by_variant(runs)
    lines: list[str] = []
    for data in dict.fromkeys(name for each in runs for name in each['sets']):
        known = [each['sets'][data] for each in runs if data in each['sets']]
        levels = f'; level before {known[0]["level_before"]:.2f}, of the clear photos {known[0]["level_clear"]:.2f}' \
            if 'level_before' in known[0] else ''
        lines += [f'{data}, {known[0]["photos"]} photos{levels}', '',
                  f'| | | seeds | {" | ".join(COLUMNS)} | s/photo |', f'|---|---|{"---:|" * (len(COLUMNS) + 2)}']
        for (network, variant), same in rows.items():
            found = [each['sets'][data] for each in same if data in each['sets']]
            cells = [spread([each[key] for each in found], digits) if found and key in found[0] else '-'
                     for key, digits in COLUMNS.values()]
            lines.append(f'| {network} | {variant} | {len(found)} | {" | ".join(cells)} | '
                         f'{statistics.median([each["seconds"] for each in found]):.2f} |')
        lines.append('')
    lines += ['| | | parameters | MACs of 256x256 | steps | seconds of training |', '|---|---|---:|---:|---:|---:|']
    for (network, variant), same in rows.items():
        lines.append(f'| {network} | {variant} | {same[0]["parameters"]:,} | {same[0]["macs"] / 1e9:.2f} G | '
                     f'{same[0]["steps"]} | {statistics.mean([each["train_seconds"] for each in same]):.0f} |')
    return '\n'.join(lines)


def differences(runs: Sequence[dict[str, Any]], baseline: str) -> str:
    """What each run has beyond that of the variant ``baseline`` with the same network and seed, in Markdown."""
    plain = {(each['network'], each['seed']): each['sets'] for each in runs if each['variant'] == baseline}
    rows = by_variant(each for each in runs
                      if each['variant'] != baseline and (each['network'], each['seed']) in plain)
    sets = list(dict.fromkeys(name for each in runs for name in each['sets']))
    lines = [f'| beyond {baseline} | | {" | ".join(f"{name}: dB | SSIM" for name in sets)} |',
             f'|---|---|{"---|" * (2 * len(sets))}']
    for (network, variant), same in rows.items():
        cells = [', '.join(f'{each["sets"][name][key] - plain[network, each["seed"]][name][key]:+.{digits}f}'
                           for each in same)
                 for name in sets for key, digits in (('psnr', 2), ('ssim_dehazeformer', 3))]
        lines.append(f'| {network} | {variant} | {" | ".join(cells)} |')
    return '\n'.join(lines)


def write_page(path: Path, command: Sequence[str], runs: Sequence[dict[str, Any]], baseline: str) -> None:
    """Writes all numbers as JSON, and prints the tables."""
    write_whole(path, (json.dumps(dict(command=list(command), runs=list(runs)), indent=1) + '\n').encode())
    print(tables(runs), differences(runs, baseline), sep='\n\n')
