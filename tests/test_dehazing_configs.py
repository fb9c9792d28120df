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
from .tiny_set import write_tiny_domains, write_tiny_folders, write_tiny_pairs, write_tiny_set

WORDS = sorted((ROOT / 'configs' / 'dehazing' / 'mixcldehazenet').glob('*.py'))
UNTRAINED = ('dcp', 'haze-map')
FILES = sorted(path for path in (ROOT / 'configs' / 'dehazing').rglob('*.py') if path not in WORDS)


@pytest.fixture(scope='module')
def tiny(tmp_path_factory) -> dict[str, Path]:
    """The sets by the folders that configs have for them."""
    top = tmp_path_factory.mktemp('tiny')
    return {'data/haze-wild': write_tiny_pairs(write_tiny_set(top / 'wild', levels=10, parts=True)),
            'data/hazel-level': write_tiny_pairs(write_tiny_set(top / 'hazel'))}


def of_datasets(dataset: dict) -> list[dict]:
    return dataset['datasets'] if dataset['type'] == 'ConcatDataset' else [dataset]


@pytest.mark.slow
@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_a_config_trains_a_step_and_is_scored(path, tiny):
    config = Config.fromfile(path)
    for part in ('train', 'val'):
        config[f'{part}_dataloader'].update(num_workers=0, persistent_workers=False)
        for dataset in of_datasets(config[f'{part}_dataloader'].dataset):
            dataset.update(data_root=str(tiny[dataset['data_root']]), indices=None)
    config.train_dataloader.batch_size = 2
    side = 64 if 'roads' in path.stem or path.stem in UNTRAINED else 128
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(config.model)
        model.init_weights()
        train, val = (Runner.build_dataloader(config[f'{part}_dataloader'], seed=0) for part in ('train', 'val'))
        batch = next(iter(train))
        assert [tuple(img.shape) for img in batch['inputs']] == [(3, side, side)] * 2
        if path.stem not in UNTRAINED:
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


@pytest.fixture(scope='module')
def told(tiny, tmp_path_factory) -> dict[str, Path]:
    """The same, RESIDE-6K and SOTS, each with the domains of its photos."""
    top = tmp_path_factory.mktemp('told')
    others = {name: write_tiny_folders(top / name, 'hazy', 'GT', 'gt')
              for name in ('data/sots-indoor', 'data/RESIDE-6K/train', 'data/RESIDE-6K/test')}
    for folder in (*tiny.values(), *(other / 'hazy' for other in others.values())):
        write_tiny_domains(folder)
    return {**tiny, **others}


def moved(config, roots: dict[str, Path]):
    """The config with every path below one of the folders moved to where the folder is."""
    if isinstance(config, dict):
        return type(config)({key: moved(value, roots) for key, value in config.items()})
    if isinstance(config, (list, tuple)):
        return type(config)(moved(value, roots) for value in config)
    for name in roots:
        if isinstance(config, str) and (config == name or config.startswith(f'{name}/')):
            return str(roots[name]) + config[len(name):]
    return config


@pytest.mark.slow
@pytest.mark.parametrize('path', WORDS, ids=lambda path: path.stem)
def test_a_config_with_words_trains_a_step_and_is_scored(path, told):
    raw = Config.fromfile(path).to_dict()
    config = Config({key: moved(raw[key], told) for key in ('model', 'train_dataloader', 'val_dataloader',
                                                           'val_evaluator', 'optim_wrapper')})
    for part in ('train', 'val'):
        config[f'{part}_dataloader'].update(num_workers=0, persistent_workers=False)
        for dataset in of_datasets(config[f'{part}_dataloader'].dataset):
            if dataset.get('indices') and 'pairs.csv' in dataset.get('ann_file', ''):
                dataset.indices = None
    config.train_dataloader.batch_size = 2
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(config.model)
        train, val = (Runner.build_dataloader(config[f'{part}_dataloader'], seed=0) for part in ('train', 'val'))
        batch = next(iter(train))
        # a corner of it, which is quicker
        batch['inputs'] = [img[:, :40, :40] for img in batch['inputs']]
        for sample in batch['data_samples']:
            sample.set_field(sample.clear[:, :40, :40], 'clear')
        if '_t_' in path.stem:  # the others have but another arch
            before = {name: weight.clone() for name, weight in model.named_parameters()}
            assert model.train_step(batch, build_optim_wrapper(model, config.optim_wrapper))['loss'].isfinite()
            assert any((weight != before[name]).any() for name, weight in model.named_parameters())
            with torch.no_grad():
                sample = model.eval().val_step(next(iter(val)))[0]
            assert sample.dehazed.shape == sample.clear.shape and sample.domain_scores.shape == (2,)
    fusion, data = path.stem.removeprefix('mixcl-').split('_')[0], path.stem.rsplit('_', 1)[1]
    kinds = dict(none='NoFusion', pa='PAFusion', calip='CalipAttention', film='TextFiLM') | {
        'pa-random': 'PAFusion', 'calip-free': 'ParameterFreeAttention', 'class': 'ClassEmbedding'}
    assert type(model.fusion).__name__ == kinds[fusion] and data in ('reside-6k', 'mixture')
    assert type(model.text).__name__ == ('RandomText' if fusion == 'pa-random' else 'PrecomputedText')
    assert (model.mix is None) and len(model.dehazer.stages[0]) == dict(t=1, s=2)[path.stem.split('_')[1]]
