"""Slips of the pen in a config: what is misspelt is named with the nearest name, and nothing right is refused."""
from __future__ import annotations

from pathlib import Path

import mmpretrain
import pytest
from mmengine.config import Config

from mmhaze.registry import MODELS
from mmhaze.runtime.configs import read_config
from mmhaze.runtime.settings import check_settings
from mmhaze.runtime.shipped import find_config, list_configs

MAGNET = 'magnet-fe-s_resnet18_hazel-level'


def complaint(options: dict, name: str = MAGNET) -> str:
    """What is said of a shipped config with these entries changed."""
    path = find_config(name)
    with pytest.raises(ValueError) as error:
        check_settings(read_config(path, options), 'mine.py')
    return str(error.value)


@pytest.mark.parametrize(('entry', 'value', 'says'), [
    ('model.type', 'ImageClasifier', "model has the type 'ImageClasifier', which is not registered. Did you mean Im"),
    ('model.bakbone.depth', 3, 'model has no setting bakbone. Did you mean backbone?'),
    ('model.head.num_clases', 9, 'model.head has no setting num_clases. Did you mean num_classes'),
    ('model.head.loss.type', 'CrossEntropyLos', "'CrossEntropyLos', which is not registered. Did you mean Cr"),
    ('model.backbone.encoder.dept', 18, 'model.backbone.encoder has no setting dept. Did you mean depth'),
    ('train_dataloader.batchsize', 3, 'train_dataloader has no setting batchsize. Did you mean batch_size?'),
    ('test_dataloader.num_worker', 0, 'test_dataloader has no setting num_worker. Did you mean num_workers?'),
    ('train_dataloader.dataset.type', 'HazelLevl', "'HazelLevl', which is not registered. Did you mean HazelLevel"),
    ('val_dataloader.dataset.type', 'mmhaze.HazelLevl', "'mmhaze.HazelLevl', which is not registered. Did you mean H"),
    ('train_dataloader.dataset.splt', 'scene', 'train_dataloader.dataset has no setting splt. Did you mean split?'),
    ('train_dataloader.dataset.prepare.0.type', 'LoadPoto', "prepare[0] has the type 'LoadPoto', which is not reg"),
    ('train_dataloader.dataset.pipeline.0.type', 'RandomFlp', "which is not registered. Did you mean RandomFlip"),
    ('train_dataloader.sampler.shufle', True, 'train_dataloader.sampler has no setting shufle. Did you mean shuffle?'),
    ('train_cfg.max_epoch', 1, 'train_cfg has no setting max_epoch. Did you mean max_epochs'),
    ('val_cfg.fp17', True, 'val_cfg has no setting fp17. Did you mean fp16?'),
    ('optim_wrapper.optimzer.lr', 1, 'optim_wrapper has no setting optimzer. Did you mean optimizer?'),
    ('optim_wrapper.optimizer.type', 'Adm', "optim_wrapper.optimizer has the type 'Adm', which is not registered. Did"),
    ('optim_wrapper.optimizer.lrr', 1, 'optim_wrapper.optimizer has no setting lrr. Did you mean lr?'),
    ('param_scheduler.Tmax', 3, 'param_scheduler has no setting Tmax. Did you mean T_max?'),
    ('default_hooks.checkpoint.intervall', 3, 'default_hooks.checkpoint has no setting intervall. Did you mean int'),
    ('default_hooks.checkpoit.interval', 3, 'default_hooks.checkpoit has no type, so that it is no hook. Did you'),
    ('test_evaluator.0.type', 'Acuracy', "test_evaluator[0] has the type 'Acuracy', which is not registered. Did you"),
    ('custom_hooks', [dict(type='EMAHok')], "custom_hooks[0] has the type 'EMAHok', which is not registered. Did you"),
    ('randomness.sed', 3, 'randomness has no setting sed. Did you mean seed?'),
    ('env_cfg.cudnn_bench', True, 'env_cfg has no setting cudnn_bench. Did you mean cudnn_benchmark?'),
    ('train_cfg', 3, 'train_cfg is 3, wanted a dict.'),
    ('train_dataloader.dataset', 'x', "dataset is 'x', wanted a dict."),
    ('model', None, 'mine.py has no model, so that it is not'),
])
def test_what_is_misspelt_is_named_with_the_nearest_name(entry, value, says):
    said = complaint({entry: value})
    assert said.startswith('mine.py') and says in said and '\n' not in said


@pytest.mark.parametrize(('entry', 'value', 'says'), [
    ('optim_wrapper.optimizer.lr', 'abc', "optim_wrapper.optimizer.lr is 'abc', wanted a number."),
    ('optim_wrapper.optimizer.lr', [0, 1], 'lr is [0, 1], wanted a number, with a point and no comma.'),
    ('train_cfg.max_epochs', 'abc', "train_cfg.max_epochs is 'abc', wanted a whole number from 1."),
    ('train_cfg.max_epochs', 1.5, 'train_cfg.max_epochs is 1.5, wanted a whole number from 1.'),
    ('train_cfg.max_epochs', 0, 'train_cfg.max_epochs is 0, wanted a whole number from 1.'),
    ('train_cfg.val_interval', 0, 'train_cfg.val_interval is 0, wanted a whole number from 1.'),
    ('randomness.seed', 'x', "randomness.seed is 'x', wanted a whole number from 0 to 4294967295."),
    ('randomness.seed', -1, 'randomness.seed is -1, wanted a whole number from 0 to 4294967295.'),
    ('randomness.deterministic', 'yes', "randomness.deterministic is 'yes', wanted True or False."),
    ('randomness', 3, 'randomness is 3, wanted a dict.'),
    ('default_hooks.checkpoint.interval', 'x', "default_hooks.checkpoint.interval is 'x', wanted a whole number."),
    ('default_hooks.checkpoint', 3, 'default_hooks.checkpoint is 3, wanted a dict.'),
    ('train_dataloader.sampler', 3, 'train_dataloader.sampler is 3, wanted a dict.'),
    ('train_dataloader.sampler.shuffle', 'Flase', "train_dataloader.sampler.shuffle is 'Flase', wanted True or False."),
    ('train_dataloader.batch_size', 'abc', "train_dataloader.batch_size is 'abc', wanted a whole number."),
    ('train_dataloader.num_workers', 'two', "train_dataloader.num_workers is 'two', wanted a whole number."),
    ('train_dataloader.dataset.data_root', 2024, "data_root is 2024, wanted a text, such as './2024' for a file"),
    ('train_dataloader.dataset.cache_mb', 'x', "train_dataloader.dataset.cache_mb is 'x', wanted a number."),
    ('train_dataloader.dataset.filter_cfg', 3, 'train_dataloader.dataset.filter_cfg is 3, wanted a dict.'),
    ('train_dataloader.dataset.pipeline', 3, 'train_dataloader.dataset.pipeline is 3, wanted a list.'),
    ('model.head.num_classes', 4.0, 'model.head.num_classes is 4.0, wanted a whole number.'),
    ('model.head.num_classes', 'four', "model.head.num_classes is 'four', wanted a whole number."),
    ('model.head.loss', 'CrossEntropyLoss', "loss is 'CrossEntropyLoss', wanted a dict such as dict(type='CrossEntr"),
    ('optim_wrapper.optimizer', 'Adam', "optim_wrapper.optimizer is 'Adam', wanted a dict such as dict(type='Adam')."),
    ('param_scheduler.T_max', 'x', "param_scheduler.T_max is 'x', wanted a whole number."),
    ('val_evaluator', 'Accuracy', "val_evaluator is 'Accuracy', wanted a dict such as dict(type='Accuracy')."),
    ('test_evaluator.0.topk', 'abc', "test_evaluator[0].topk is 'abc', wanted a whole number."),
    ('log_level', 'LOUD', "log_level is 'LOUD', wanted one of CRITICAL, ERROR, WARNING, INFO, DEBUG."),
    ('resume', 'maybe', "resume is 'maybe', wanted True or False."),
    ('default_scope', 'mmpretrian', "default_scope is 'mmpretrian', which is no toolbox that is installed. Did you m"),
    ('default_hooks.checkpoint.save_best', 'acc', "save_best is 'acc', and val_evaluator gives accuracy/..., "),
])
def test_a_value_of_another_kind_is_named_with_what_is_wanted(entry, value, says):
    said = complaint({entry: value})
    assert said.startswith('mine.py: ') and says in said and '\n' not in said


@pytest.mark.parametrize(('entry', 'value'), [
    ('randomness.seed', None), ('randomness.seed', 0), ('optim_wrapper.optimizer.lr', 1), ('log_level', 'DEBUG'),
    ('default_hooks.checkpoint.interval', -1), ('default_hooks.checkpoint.save_best', 'auto'),
    ('default_hooks.checkpoint.save_best', ['accuracy/top1']), ('test_evaluator.0.topk', (1, 2)),
    ('optim_wrapper.clip_grad', dict(type='value', clip_value=1)), ('custom_hooks', []), ('train_cfg.max_epochs', 1),
    ('train_dataloader.num_workers', 0), ('default_scope', 'mmengine'), ('model.head.init_cfg', None)])
def test_a_value_that_may_be_right_is_left_alone(entry, value):
    check_settings(read_config(find_config(MAGNET), {entry: value}), 'mine.py')


def test_a_class_that_takes_any_setting_is_asked_for_what_is_nearly_one_of_its_own_alone(monkeypatch):
    """A part may hand the rest on to another library, which mmhaze does not know."""
    class TakesAll:
        def __init__(self, depth: int = 3, **others) -> None:
            pass

    monkeypatch.setitem(MODELS.host.module_dict, 'TakesAll', TakesAll)

    def check(**settings) -> None:
        check_settings(Config(dict(model=dict(type='TakesAll', **settings))), 'mine.py')

    check(depth=3, drop_path_rate=0.1, norm_cfg=dict(type='BN', requires_grad=True))
    with pytest.raises(ValueError, match='model has no setting dept'):
        check(dept=3)


def test_parts_alone_are_looked_at_where_only_they_are_needed():
    config = read_config(find_config(MAGNET), {'train_cfg.max_epoch': 1})
    check_settings(config, 'mine.py', ('model', 'test_dataloader'))


def test_every_shipped_config_is_right():
    for path in list_configs():
        if 'other_toolboxes' not in path.parts:
            check_settings(read_config(path), path)


@pytest.mark.slow
@pytest.mark.parametrize('folder', ['resnet', 'swin_transformer', 'mobilenet_v3', 'lenet', 'mae', 'deit', 'convnext'])
def test_configs_of_the_host_are_right_too(folder):
    found = sorted((Path(mmpretrain.__file__).parent / '.mim/configs' / folder).glob('*.py'))[:12]
    assert found
    for path in found:
        check_settings(read_config(path), path)
