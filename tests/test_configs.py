"""Every shipped config, from its file to a step of training and a prediction, on photos made here."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmpretrain.registry import MODELS
from torch.utils.data import DataLoader

from .conftest import ROOT
from .tiny_set import write_tiny_ceit_foggy, write_tiny_set

# those of other toolboxes are tried where these are: tests/toolboxes; those of dehazers in
# test_dehazing_configs.py, that of the network that sees haze in tests/models/haze_map, those that tell metres in
# test_visibility_configs.py
FILES = sorted(path for path in (ROOT / 'configs').rglob('*.py')
               if not {'_base_', 'dehazing', 'haze_map', 'other_toolboxes'} & set(path.parts)
               and '-visibility_' not in path.stem)
MAPS = {'-f_': 'haze_filter', '-s_': 'haze_segment', '-t_': 'haze_transmission'}
PARTS = ('train', 'val', 'test')


@pytest.fixture(scope='module', params=FILES, ids=[path.stem for path in FILES])
def path(request) -> Path:
    """Each shipped config in turn."""
    return request.param


@pytest.fixture(scope='module', autouse=True)
def host_scope() -> Iterator[None]:
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield


@pytest.fixture(scope='module')
def tiny_sets(tmp_path_factory) -> dict[tuple[str, int, bool], Path]:
    """Data sets by their kind, number of levels and whether they have parts, made when they are first asked for."""
    class Sets(dict):
        def __missing__(self, key: tuple[str, int, bool]) -> Path:
            kind, levels, parts = key
            folder = tmp_path_factory.mktemp('tiny') / str(levels)
            self[key] = (write_tiny_ceit_foggy(folder) if kind == 'CeitFoggy' else
                         write_tiny_set(folder, levels, parts=parts))
            return self[key]
    return Sets()


@pytest.fixture(scope='module')
def config(path, tiny_sets) -> Config:
    """The config as it is shipped, but for where its photos lie, and four at a time in this process."""
    config = Config.fromfile(path)
    levels = classes(config)
    for part in PARTS:
        config[f'{part}_dataloader'].update(batch_size=4, num_workers=0, persistent_workers=False)
        dataset = config[f'{part}_dataloader'].dataset
        dataset.data_root = str(tiny_sets[dataset.type, levels, dataset.get('split') is None])
    return config


@pytest.fixture(scope='module')
def loaders(config) -> dict[str, DataLoader]:
    return {part: Runner.build_dataloader(config[f'{part}_dataloader'], seed=0) for part in PARTS}


@pytest.fixture(scope='module')
def batches(loaders) -> dict[str, dict]:
    """The first batch of each part."""
    return {part: next(iter(loader)) for part, loader in loaders.items()}


@pytest.fixture(scope='module')
def model(config) -> torch.nn.Module:
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    model.init_weights()
    return model


def classes(config: Config) -> int:
    return find(config.model, 'num_classes')[0]


def find(part: object, name: str) -> list:
    """Every value called ``name`` in nested dicts and lists."""
    if isinstance(part, dict):
        own = [part[name]] if name in part else []
        return own + [hit for value in part.values() for hit in find(value, name)]
    return [hit for value in part for hit in find(value, name)] if isinstance(part, (list, tuple)) else []


def test_there_are_configs():
    assert {'magnet-fe-s_resnet18_hazel-level', 'resnet18_hazel-level'} <= {path.stem for path in FILES}


def test_the_name_of_a_shipped_config_is_found_once():
    """``mim train mmhaze NAME`` looks for it in every folder, those of _base_, too."""
    count = Counter(path.name for path in (ROOT / 'configs').rglob('*.py'))
    assert [path.name for path in FILES if count[path.name] > 1] == []


def test_a_config_brings_mmhaze_along_and_says_where_plain_names_are_looked_up(path):
    config = Config.fromfile(path, import_custom_modules=False)
    assert 'mmhaze.register' in config.custom_imports['imports'] and config.default_scope == 'mmpretrain'


@pytest.mark.slow
def test_it_trains_one_step(config, model, batches):
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    losses = model.train().train_step(batches['train'], build_optim_wrapper(model, config.optim_wrapper))
    assert losses and all(torch.isfinite(loss).all() for loss in losses.values()) and losses['loss'] > 0
    changed = [name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])]
    assert any(name.startswith('backbone') for name in changed) and any(name.startswith('head') for name in changed)


@pytest.mark.slow
@pytest.mark.parametrize('part', ['val', 'test'])
def test_it_predicts_and_is_scored(config, model, loaders, batches, part):
    evaluator = Evaluator(config[f'{part}_evaluator'])
    evaluator.dataset_meta = loaders[part].dataset.metainfo
    predictions = getattr(model.eval(), f'{part}_step')(batches[part])
    assert len(predictions) == 4
    for prediction in predictions:
        score = prediction.pred_score
        assert score.shape == (classes(config),) and score.sum().item() == pytest.approx(1, abs=1e-4)
        assert prediction.pred_label.item() == score.argmax()
    evaluator.process(predictions, batches[part])
    assert evaluator.evaluate(4)


def test_training_and_testing_take_different_photos_of_one_split(loaders):
    train, val, test = ({Path(dataset.get_data_info(index)['img_path']) for index in range(len(dataset))}
                        for dataset in (loaders[part].dataset for part in PARTS))
    assert train and val and test and not train & val and not train & test


def test_there_are_as_many_classes_as_the_data_set_has_levels(config, loaders):
    for part in PARTS:
        assert set(find(config.model, 'num_classes')) == {len(loaders[part].dataset.metainfo['classes'])}


def test_every_channel_is_a_photo_of_64_by_64(batches):
    for batch in batches.values():
        inputs = batch['inputs']
        for channel in inputs.values() if isinstance(inputs, dict) else [inputs]:
            assert (channel.dtype, tuple(channel.shape[1:])) == (torch.uint8, (3, 64, 64))
            assert channel.float().std() > 1


def test_the_magnifier_is_there_where_the_network_needs_it_and_is_the_map_in_the_name(path, config, batches):
    two_channels = config.model.data_preprocessor.type == 'DualChannelPreprocessor'
    constraint = looks_at_the_photo_alone(config)
    named = [haze_map for letter, haze_map in MAPS.items() if letter in path.stem]
    assert len(named) == two_channels
    for part, batch in batches.items():
        dataset, wanted = config[f'{part}_dataloader'].dataset, two_channels and not (constraint and part != 'train')
        assert isinstance(batch['inputs'], dict) == two_channels
        if two_channels:
            assert set(batch['inputs']) == ({'task', 'magnifier'} if wanted else {'task'})
            assert find(list(dataset.pipeline), 'magnifier') == [named[0] if wanted else None]
        steps = [*dataset.prepare, *dataset.pipeline]
        makers = {'UCM', 'EstimateTransmission'} & set(find(steps, 'type'))
        assert bool(makers) == wanted  # nothing is computed that nobody sees


def looks_at_the_photo_alone(config: Config) -> bool:
    """Whether it is Network Constraint without Feature Enhancement, which is tested without a map."""
    return 'NetworkConstraintHead' in find(config.model, 'type') and 'neck' not in config.model.head


def test_network_constraint_tests_on_the_photo_alone(path, config, batches):
    assert ('-nc-' in path.stem) == ('NetworkConstraintHead' in find(config.model, 'type'))
    assert looks_at_the_photo_alone(config) == ('-nc-' in path.stem and '-fe-' not in path.stem)
    if looks_at_the_photo_alone(config):
        for part in ('val', 'test'):
            dataset = config[f'{part}_dataloader'].dataset
            assert not {'UCM', 'EstimateTransmission'} & set(find([*dataset.prepare, *dataset.pipeline], 'type'))
            assert list(batches[part]['inputs']) == ['task']


def test_a_cosine_ends_with_the_training(config):
    schedules = config.param_scheduler if isinstance(config.param_scheduler, list) else [config.param_scheduler]
    for schedule in schedules:
        if schedule.type == 'CosineAnnealingLR':
            assert schedule.get('begin', 0) + schedule.T_max == config.train_cfg.max_epochs
