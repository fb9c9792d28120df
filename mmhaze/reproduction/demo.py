"""Two small networks, trained and tested on drawn streets in haze."""
from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import default_collate
from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..io.photo import read_photo
from ..io.progress import show_progress
from ..runtime.configs import read_config
from ..runtime.shipped import find_config
from ..visualization import Prediction

CONFIGS = dict(ResNet18='resnet18_demo', MagNet='magnet-fe-s_resnet18_demo')


class ProgressHook(Hook):
    """Calls ``advance(1)`` after each training step."""

    def __init__(self, advance: Callable[[int], None]) -> None:
        self.advance = advance

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """After a training step."""
        self.advance(1)


def load_config(name: str, data: Path, out: Path, epochs: int | None = None) -> Config:
    """A config of the demo with its photos in ``data``, its results below ``out``, and perhaps fewer epochs."""
    cfg = read_config(find_config(CONFIGS[name]))
    cfg.work_dir = str(out / name.lower())
    cfg.log_level = 'ERROR'  # the losses are in the work dir; on the screen there is the progress
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(data)
    if epochs:
        cfg.train_cfg.max_epochs = cfg.param_scheduler.T_max = epochs
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
