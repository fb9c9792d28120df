"""Configs that tell metres: from the file over some steps of training to the scores, on photos made here."""
from __future__ import annotations

import csv

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from .conftest import ROOT
from .tiny_set import write_tiny_set

FILES = sorted((ROOT / 'configs' / 'baselines').glob('*-visibility_*.py'))


@pytest.mark.slow
@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_a_whole_training_tells_metres(path, tmp_path):
    """On the photos of the tiny set, one a day."""
    write_tiny_set(tmp_path / 'set')
    with (tmp_path / 'set' / 'manifest.csv').open() as lines:
        rows = [f'{row["file"]},202002{day:02},{row["visibility"]}' for day, row in enumerate(csv.DictReader(lines), 1)]
    (tmp_path / 'set' / 'labels.csv').write_text('\n'.join(['file,day,visibility_m', *rows]))
    config = Config.fromfile(path)
    config.work_dir = str(tmp_path / 'run')
    config.train_cfg.max_epochs = 1
    for part in ('train', 'val', 'test'):
        loader = config[f'{part}_dataloader']
        assert loader.dataset.type == 'CameraVisibility' and loader.dataset.split == 'fold1'
        loader.dataset.data_root = str(tmp_path / 'set')
        loader.update(batch_size=6, num_workers=0, persistent_workers=False)
    runner = Runner.from_cfg(config)
    runner.train()
    scores = runner.test()
    assert {'visibility/within_factor_2', 'visibility/median_error', 'visibility/rank_correlation'} <= set(scores)
    assert 0 <= scores['visibility/within_factor_2'] <= 100
    photo = runner.test_dataloader.dataset[0]
    assert tuple(photo['inputs'].shape) == (3, 64, 64) and 60 <= photo['data_samples'].visibility <= 300
    assert torch.isfinite(runner.model.head.fc.weight).all()


def test_there_are_configs():
    assert FILES
