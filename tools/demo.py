"""Draws streets in haze, trains a plain network and MagNet on them, tests both, and shows what they say.

    make demo        or        python tools/demo.py

The photos go to data/demo, about 10 MB, made again where one is damaged. Checkpoints, the table and the picture go to
demo_out. On two cores it takes two to five minutes.
"""
from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dataset import default_collate
from mmengine.hooks import Hook
from mmengine.registry import init_default_scope
from mmengine.runner import Runner

from mmhaze.io.files import write_whole
from mmhaze.io.photo import read_photo
from mmhaze.io.progress import show_progress
from mmhaze.synthesis.demo_set import make_demo_set
from mmhaze.visualization import Prediction, draw_sheet

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = {
    'ResNet18': 'configs/baselines/resnet18_demo.py',
    'MagNet': 'configs/magnet/magnet-fe-s_resnet18_demo.py',
}


class ProgressHook(Hook):
    """Calls ``advance(1)`` after each training step."""

    def __init__(self, advance) -> None:
        self.advance = advance

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        self.advance(1)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, default=Path('data/demo'), help='folder of the photos')
    parser.add_argument('--out', type=Path, default=Path('demo_out'), help='folder of all that comes out')
    parser.add_argument('--scenes', type=int, default=72, help='how many streets to draw; each gives ten photos')
    parser.add_argument('--epochs', type=int, help='instead of the number in the config files')
    return parser.parse_args(argv)


def load_config(name: str, args: argparse.Namespace) -> Config:
    """A config file of the demo, with its files where the command line wants them."""
    cfg = Config.fromfile(ROOT / CONFIGS[name])
    cfg.work_dir = str(args.out / name.lower())
    cfg.log_level = 'ERROR'  # the losses are in the work dir; on the screen there is the progress
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(args.data)
    if args.epochs:
        cfg.train_cfg.max_epochs = cfg.param_scheduler.T_max = args.epochs
    return cfg


def train_and_test(name: str, cfg: Config) -> tuple[Runner, dict]:
    """Trains and tests a network; the runner, and its row of the table."""
    runner = Runner.from_cfg(cfg)
    start = time.monotonic()
    with show_progress(runner.train_loop.max_iters, label=f'training {name}', unit='steps') as advance:
        runner.register_hook(ProgressHook(advance))
        runner.train()
    seconds = time.monotonic() - start
    scores = runner.test()
    return runner, dict(accuracy=scores['accuracy/top1'], error_in_levels=scores['ordinal/mae'],
                        within_one_level=scores['ordinal/within_1'], seconds=seconds)


def predict_some(runners: dict[str, Runner], rows: int = 2) -> list[Prediction]:
    """Test photos for the picture, chosen before they are seen: each level once in a row, each in another scene."""
    datasets = {name: runner.test_dataloader.dataset for name, runner in runners.items()}
    any_dataset = next(iter(datasets.values()))
    infos = [any_dataset.get_data_info(index) for index in range(len(any_dataset))]
    fogs, scenes = sorted({info['fog'] for info in infos}), sorted({info['scene'] for info in infos})
    levels = sorted({info['gt_label'] for info in infos})
    found = {(info['fog'], info['scene'], info['gt_label']): index for index, info in enumerate(infos)}
    predictions = []
    for place in range(rows * len(levels)):
        level, fog = levels[place % len(levels)], fogs[place // len(levels) % len(fogs)]
        index = found[fog, scenes[place % len(scenes)], level]
        predicted = {}
        for name, runner in runners.items():
            with torch.no_grad():
                sample, = runner.model.test_step(default_collate([datasets[name][index]]))
            predicted[name] = int(sample.pred_label)
        info = infos[index]
        predictions.append(Prediction(read_photo(info['img_path']), f'{fog}, one sees {info["visibility"]:.0f} m',
                                      level, predicted))
    return predictions


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    torch.set_num_threads(1)  # the networks are small, and a busy second core would hold up both
    print(f'Drawing {args.scenes} streets in haze into {args.data} ...')
    try:
        make_demo_set(args.data, args.scenes)
    except (ValueError, OSError) as error:
        raise SystemExit(f'demo.py: {error}') from error
    init_default_scope('mmpretrain')
    runners, table = {}, {}
    for name in CONFIGS:
        runners[name], table[name] = train_and_test(name, load_config(name, args))

    print(f'\n{"on streets never seen":24}{"accuracy":>10}{"off by":>14}{"within one":>12}{"trained in":>12}')
    for name, row in table.items():
        print(f'{name:24}{row["accuracy"]:>8.1f} %{row["error_in_levels"]:>7.2f} levels'
              f'{row["within_one_level"]:>10.1f} %{row["seconds"]:>10.0f} s')
    write_whole(args.out / 'results.json', (json.dumps(table, indent=2) + '\n').encode())
    draw_sheet(predict_some(runners), args.out / 'demo.png',
               title='Hazy streets, the haze that UCM finds, and the level that each network gives, 0 (least) to 4')
    checkpoint = args.out / 'magnet' / f'epoch_{runners["MagNet"].epoch}.pth'
    print(f'\nThe picture is {args.out / "demo.png"}. To test the network again:\n'
          f'  python tools/test.py {CONFIGS["MagNet"]} {checkpoint}')


if __name__ == '__main__':
    main()
