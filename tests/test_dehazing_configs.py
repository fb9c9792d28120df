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
def tiny(tmp_path_factory) -> dict[str, Path]:
    """The sets by the folders that configs have for them."""
    top = tmp_path_factory.mktemp('tiny')
    roots = {'data/haze-wild': write_tiny_set(top / 'wild', levels=10, parts=True),
             'data/hazel-level': write_tiny_set(top / 'hazel')}
    for root in roots.values():
        (root / 'pairs.csv').write_text('hazy,clear,split,split_scene\n'
                                        '005.png,000.png,train,train\n025.png,020.png,test,test\n')
    return roots


def of_datasets(dataset: dict) -> list[dict]:
    return dataset['datasets'] if dataset['type'] == 'ConcatDataset' else [dataset]


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_a_config_trains_a_step_and_is_scored(path, tiny):
    config = Config.fromfile(path)
    for part in ('train', 'val'):
        config[f'{part}_dataloader'].update(num_workers=0, persistent_workers=False)
        for dataset in of_datasets(config[f'{part}_dataloader'].dataset):
            dataset.update(data_root=str(tiny[dataset['data_root']]), indices=None)
    config.train_dataloader.batch_size = 2
    side = 64 if 'roads' in path.stem or path.stem == 'dcp' else 128
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(config.model)
        model.init_weights()
        train, val = (Runner.build_dataloader(config[f'{part}_dataloader'], seed=0) for part in ('train', 'val'))
        batch = next(iter(train))
        assert [tuple(img.shape) for img in batch['inputs']] == [(3, side, side)] * 2
        if path.stem != 'dcp':
            before = {name: weight.clone() for name, weight in model.named_parameters()}
            losses = model.train_step(batch, build_optim_wrapper(model, config.optim_wrapper))
            assert losses['loss'] > 0 and losses['loss'].isfinite()
            assert any((weight != before[name]).any() for name, weight in model.named_parameters())
        evaluator = Evaluator(config.val_evaluator)
        with torch.no_grad():
            for batch in val:
                evaluator.process(data_samples=model.eval().val_step(batch), data_batch=batch)
        scores = evaluator.evaluate(len(val.dataset))
    assert len(val.dataset) == len(of_datasets(config.val_dataloader.dataset)) and 0 < scores['dehaze/psnr'] < 60
    assert 0 < scores['dehaze/ssim_dehazeformer'] < 1
