"""Images a second of the data loader and of a training step, for each row of Table 3, with and without the cache.

    python -m benchmarks.speed.loader --out docs/results/loader.json

Each row's own config is taken: its pipeline with nothing kept, the first epoch while the cache fills, the epochs after,
and forward, backward and update of its network on batches that lie ready. Medians of several rounds, all in one process
and one thread unless told otherwise; how busy the machine was is written with them.
"""
from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpretrain.registry import MODELS

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import write_whole

ROOT = Path(__file__).resolve().parents[2]
ROWS = ['baselines/{}_hazel-level', *(f'magnet/magnet-{strategy}-{part}_{{}}_hazel-level'
                                      for strategy in ('ia', 'nc', 'fe') for part in 'fs')]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data-root', help='instead of the data_root of the configs')
    parser.add_argument('--encoders', nargs='+', default=['lenet5', 'resnet18'])
    parser.add_argument('--images', type=int, default=320, help='in an epoch of the loader')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--workers', type=int, default=0, help='processes of the loader')
    parser.add_argument('--threads', type=int, default=1, help='threads of the training step')
    parser.add_argument('--out', type=Path, help='a JSON file')
    return parser.parse_args()


def images_per_second(work: Callable[[], int]) -> float:
    """How many images ``work`` says it did, by the seconds it took."""
    start = time.perf_counter()
    images = work()
    return images / (time.perf_counter() - start)


def count_images(batches: Iterable[dict]) -> int:
    """Goes through the batches once."""
    return sum(len(batch['data_samples']) for batch in batches)


def measure_loader(cfg: Config, args: argparse.Namespace) -> tuple[dict[str, float], list[dict]]:
    """Loader figures of one config, and some batches for the training step."""
    figures: dict[str, list[float]] = dict(uncached=[], cache_filling=[], cached=[])
    loader_cfg = cfg.train_dataloader
    loader_cfg.update(num_workers=args.workers, persistent_workers=False)
    loader_cfg.dataset.update(indices=args.images, data_root=args.data_root or loader_cfg.dataset.data_root)
    batches: list[dict] = []
    for _ in range(args.rounds):
        for name, cache_mb in (('uncached', 0), ('cache_filling', 256), ('cached', None)):
            if cache_mb is not None:  # else the loader stays, with what it keeps
                loader_cfg.dataset.cache_mb = cache_mb
                loader = Runner.build_dataloader(loader_cfg, seed=0)
            figures[name].append(images_per_second(partial(count_images, loader)))
        batches = [batch for _, batch in zip(range(4), loader)]
    return {name: statistics.median(values) for name, values in figures.items()}, batches


def measure_step(cfg: Config, batches: list[dict], rounds: int) -> float:
    """Images a second of forward, backward and update."""
    model = MODELS.build(cfg.model)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)

    def train() -> int:
        for batch in batches:
            losses = model(**model.data_preprocessor(batch, True), mode='loss')
            sum(losses.values()).backward()
            optimizer.step()
            optimizer.zero_grad()
        return count_images(batches)

    train()  # the first is slower
    return statistics.median(images_per_second(train) for _ in range(rounds))


def main() -> None:
    args = parse_args()
    torch.set_num_threads(args.threads)
    init_default_scope('mmpretrain')
    results = {}
    print(f'{"images a second":38}{"uncached":>10}{"filling":>10}{"cached":>10}{"step":>10}{"cached/step":>13}')
    for encoder in args.encoders:
        for row in ROWS:
            name = row.format(encoder)
            cfg = Config.fromfile(ROOT / 'configs' / f'{name}.py')
            figures, batches = measure_loader(cfg, args)
            figures['step'] = measure_step(cfg, batches, args.rounds)
            results[name] = figures
            print(f'{Path(name).name:38}' + ''.join(f'{value:10.0f}' for value in figures.values())
                  + f'{figures["cached"] / figures["step"]:13.1f}', flush=True)
    if args.out:
        settings = {name: value for name, value in vars(args).items() if name != 'out'}
        report = dict(environment=describe_environment(), settings=settings, images_per_second=results)
        write_whole(args.out, (json.dumps(report, indent=2) + '\n').encode())


if __name__ == '__main__':
    main()
