from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

from mmhaze.models.start import check_start

ADAM, SGD = dict(type='Adam', lr=0.1), dict(type='SGD', lr=0.1, momentum=0.9)


def configure(classes: int = 4, load_from: Path | None = None, resume: bool = False, optimizer: dict = ADAM,
              **settings) -> Config:
    return Config(dict(
        model=dict(type='ImageClassifier', backbone=dict(type='LeNet5RGB'),
                   head=dict(type='LinearClsHead', num_classes=classes, in_channels=120)),
        optim_wrapper=dict(type='AmpOptimWrapper', optimizer=optimizer, **settings),
        load_from=load_from, resume=resume))


def write(path: Path, classes: int = 4, optimizer: dict = ADAM, prefix: str = '', **changed: object) -> Path:
    """A checkpoint as a run of this config leaves it, after a step."""
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(configure(classes).model)
        wrapper = build_optim_wrapper(network, dict(optimizer=optimizer))
    for weight in network.parameters():
        weight.grad = torch.ones_like(weight)
    wrapper.step()
    weights = {prefix + name: weight for name, weight in network.state_dict().items()}
    torch.save({**dict(state_dict=weights, meta=dict(epoch=1, iter=2), optimizer=wrapper.state_dict(), message_hub={}),
                **changed}, path)
    return path


@pytest.fixture
def path(tmp_path) -> Path:
    return write(tmp_path / 'w.pth')


def test_without_a_checkpoint_there_is_nothing_to_check():
    assert check_start(configure()) is None


def test_a_checkpoint_of_the_config_fits(path, tmp_path, capsys):
    for settings in (dict(testing=True), {}):
        assert check_start(configure(load_from=path), **settings)['meta'] == dict(epoch=1, iter=2)
    check_start(configure(load_from=path, resume=True))
    check_start(configure(load_from=write(tmp_path / 'module.pth', prefix='module.'), resume=True))
    assert capsys.readouterr().out == ''


@pytest.mark.parametrize('settings', [dict(testing=True), {}], ids=['test', 'resume'])
@pytest.mark.parametrize(('changed', 'reason'), [
    (dict(classes=5), r'size mismatch for head\.fc\.weight'),
    (dict(prefix='another.'), r'Missing key\(s\) in state_dict: "backbone'),
    (dict(state_dict={}), r'Missing key\(s\) in state_dict: "backbone')])
def test_what_is_tested_or_goes_on_fits_to_the_last_weight(tmp_path, settings, changed, reason):
    path = write(tmp_path / 'w.pth', **changed)
    with pytest.raises(ValueError, match=f'^{path} was not trained with the config: .*{reason}'):
        check_start(configure(load_from=path, resume=not settings), **settings)


def test_a_weight_too_many_is_seen(path):
    state = torch.load(path, weights_only=True)
    state['state_dict']['head.more'] = torch.ones(1)
    torch.save(state, path)
    with pytest.raises(ValueError, match=r'Unexpected key\(s\) in state_dict: "head.more"'):
        check_start(configure(load_from=path), testing=True)


@pytest.mark.parametrize(('saved', 'settings', 'reason'), [
    (SGD, dict(optimizer=ADAM), 'its optimizer has no betas, eps'),
    (ADAM, dict(optimizer=SGD), 'its optimizer has no dampening, momentum'),
    (ADAM, dict(paramwise_cfg=dict(bias_lr_mult=2.0)), r'its groups of parameters have \[\d+\] weights, and those of')])
def test_the_state_of_another_optimizer_is_not_gone_on_with(tmp_path, saved, settings, reason):
    path = write(tmp_path / 'w.pth', optimizer=saved)
    said = f'{path} cannot go on with the optimizer of the config, {settings.get("optimizer", ADAM)["type"]}: {reason}'
    with pytest.raises(ValueError, match=f'^{said}'):
        check_start(configure(load_from=path, resume=True, **settings))
    check_start(configure(load_from=path, **settings))  # weights alone may begin anything


def test_weights_alone_begin_a_training_and_do_not_go_on(tmp_path):
    path = write(tmp_path / 'w.pth')
    torch.save(torch.load(path, weights_only=True)['state_dict'], path)
    assert check_start(configure(load_from=path)) and check_start(configure(load_from=path), testing=True)
    with pytest.raises(ValueError, match=f'^{path} holds no state of the optimizer to go on'):
        check_start(configure(load_from=path, resume=True))


def test_what_begins_anew_is_said_and_where_nothing_fits_the_training_does_not_begin(tmp_path, capsys):
    path = write(tmp_path / 'w.pth', classes=9)
    check_start(configure(load_from=path))
    assert capsys.readouterr().out == f'{path} fits but for head.fc.weight, head.fc.bias, which begin anew.\n'
    path = write(tmp_path / 'w.pth', prefix='features.')
    with pytest.raises(ValueError, match=re.escape(f'Nothing in {path} fits the network: it has features.backbone.')):
        check_start(configure(load_from=path))


def test_published_weights_of_a_dehazer_are_told_how_to_be_converted(tmp_path):
    path = tmp_path / 'published.pth'
    torch.save({'e_conv1.weight': torch.ones(3, 3, 1, 1), 'e_conv1.bias': torch.ones(3)}, path)
    with pytest.raises(ValueError, match=f'fits the network: .* mmhaze convert-dehazer {path} OURS.pth'):
        check_start(Config(dict(model=dict(type='AODNet'), load_from=path)))
