"""Every config of a dehazer, from its file to a step of training and its scores, on photos made here."""
from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpretrain.registry import MODELS

from .conftest import ROOT
from .tiny_set import write_tiny_set

FILES = sorted((ROOT / 'configs' / 'dehazing').glob('*.py'))


@pytest.fixture(scope='module')
def tiny(tmp_path_factory) -> Path:
    root = write_tiny_set(tmp_path_factory.mktemp('tiny') / 'wild', levels=10, parts=True)
    (root / 'pairs.csv').write_text('hazy,clear,split\n005.png,000.png,train\n025.png,020.png,test\n')
    return root


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_a_config_trains_a_step_and_is_scored(path, tiny):
    config = Config.fromfile(path)
    for part in ('train', 'val'):
        config[f'{part}_dataloader'].update(num_workers=0, persistent_workers=False)
        config[f'{part}_dataloader'].dataset.data_root = str(tiny)
    config.train_dataloader.batch_size = 2
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(config.model)
        model.init_weights()
        train, val = (Runner.build_dataloader(config[f'{part}_dataloader'], seed=0) for part in ('train', 'val'))
        batch = next(iter(train))
        assert [tuple(img.shape) for img in batch['inputs']] == [(3, 128, 128)] * 2
        before = {name: weight.clone() for name, weight in model.named_parameters()}
        losses = model.train_step(batch, build_optim_wrapper(model, config.optim_wrapper))
        assert losses['loss'] > 0 and losses['loss'].isfinite()
        assert any((weight != before[name]).any() for name, weight in model.named_parameters())
        evaluator = Evaluator(config.val_evaluator)
        with torch.no_grad():
            for batch in val:
                evaluator.process(data_samples=model.eval().val_step(batch), data_batch=batch)
        scores = evaluator.evaluate(len(val.dataset))
    assert len(val.dataset) == 1 and 0 < scores['dehaze/psnr'] < 60
    assert 0 < scores['dehaze/ssim_dehazeformer'] < 1
