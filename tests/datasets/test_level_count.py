from __future__ import annotations

import re
from pathlib import Path

import pytest
from mmengine.config import Config

from mmhaze.datasets.level_count import build_list, check_levels, class_counts, find_misfits, trained_levels

from ..tiny_set import write_tiny_set

NAMES = ['clear', 'light', 'dense', 'blind']


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """A table of four levels."""
    return write_tiny_set(tmp_path_factory.mktemp('levels') / 'set', levels=4, rounds=3)


def configure(folder: Path, head: dict, model: dict | None = None, **parts: dict) -> Config:
    """A config; without ``parts`` it trains on the whole folder."""
    parts = parts or dict(train=data(folder))
    return Config(dict(model=dict(type='ImageClassifier', head=head, **(model or {})),
                       **{f'{part}_dataloader': dict(dataset=dataset) for part, dataset in parts.items()}))


def data(folder: Path, **settings) -> dict:
    return dict(type='HazeLevelDataset', data_root=str(folder), part=None, **settings)


def wrapped(folder: Path) -> dict[str, dict]:
    whole = data(folder)
    return dict(alone=whole, repeated=dict(type='RepeatDataset', times=2, dataset=whole),
                joined=dict(type='ConcatDataset', datasets=[whole, whole]),
                balanced=dict(type='ClassBalancedDataset', oversample_thr=0.5, dataset=whole),
                nested=dict(type='RepeatDataset', times=2, dataset=dict(type='ConcatDataset', datasets=[whole])),
                drawn=dict(whole, ann_file='clear.csv', pipeline=[dict(type='AddHaze', betas=[0, .1, .2, .3])]))


# the head, and where its num_classes stands
HEADS = {
    'model.head.num_classes': lambda count: dict(type='LinearClsHead', num_classes=count, in_channels=2),
    'model.head.head.num_classes': lambda count: dict(
        type='NetworkConstraintHead', head=dict(type='LinearClsHead', num_classes=count, in_channels=2)),
    'model.head.loss.num_classes': lambda count: dict(
        type='LinearClsHead', num_classes=4, in_channels=2, loss=dict(type='LabelSmoothLoss', num_classes=count))}


@pytest.mark.parametrize('place', HEADS)
@pytest.mark.parametrize('wrapper', ['alone', 'repeated', 'joined', 'balanced', 'nested', 'drawn'])
@pytest.mark.parametrize('count', [3, 4, 9])
def test_a_network_has_a_class_for_each_level_and_no_more(folder, wrapper, place, count):
    config = configure(folder, HEADS[place](count), train=wrapped(folder)[wrapper])
    table = 'clear.csv' if wrapper == 'drawn' else 'manifest.csv'
    if count == 4:
        return check_levels(config, ['train'])
    said = re.escape(f'{folder}/{table}, the training set, has 4 levels, 0 to 3, and {place} is {count}. Set {place}=4')
    more = ', or, where photos of the other levels are only missing, name all levels by .*' if count == 9 else ''
    with pytest.raises(ValueError, match=rf'^{said}{more}\.$'):
        check_levels(config, ['train'])


def test_an_ordinal_head_and_a_network_that_is_its_own_head_are_seen_too():
    assert class_counts(dict(model=dict(head=dict(type='OrdinalNLLHead', num_classes=3)))) == {
        'model.head.num_classes': 3}
    assert class_counts(dict(model=dict(type='TimmClassifier', num_classes=5))) == {'model.num_classes': 5}
    assert class_counts(dict(model=dict(backbone=dict(type='LeNet5', num_classes=7)))) == {
        'model.backbone.num_classes': 7}
    assert class_counts(dict(model=dict(head=dict(num_classes=3), backbone=dict(num_classes=1000)))) == {
        'model.head.num_classes': 3}
    assert class_counts(dict(model=dict(type='AODNet'))) == {}


@pytest.mark.parametrize(('more', 'said'), [
    (dict(val_evaluator=[dict(type='Accuracy', topk=(1, 5))]), 'val_evaluator asks for the 5 likeliest levels'),
    (dict(val_evaluator=dict(type='Accuracy', topk=5)), 'asks for the 5 likeliest levels, and there are 4'),
    (dict(model=dict(head=dict(cal_acc=True, topk=(1, 5)))), 'model.head asks for the 5 likeliest levels'),
    (dict(model=dict(head=dict(loss=dict(class_weight=[1.0, 2.0])))), 'has 2 numbers, wanted one for each of 4'),
    (dict(val_evaluator=dict(type='Accuracy', topk=(1, 4)), model=dict(head=dict(topk=(1, 5)))), '')])
def test_what_else_is_for_another_number_of_levels_is_said(folder, more, said):
    config = configure(folder, HEADS['model.head.num_classes'](4), val=data(folder))
    config.merge_from_dict(more)
    if not said:
        return check_levels(config, ['val'])
    with pytest.raises(ValueError, match=said):
        check_levels(config, ['val'])


def test_one_table_that_is_the_list_of_several_sets_is_said_once(folder):
    config = configure(folder, HEADS['model.head.num_classes'](9), train=data(folder), val=data(folder),
                       test=data(folder, ann_file='clear.csv'))
    lists = {part: build_list(config[f'{part}_dataloader'].dataset) for part in ('train', 'val', 'test')}
    assert [text.split(' has ')[0].split('/')[-1] for text in find_misfits(config, lists)] == [
        'manifest.csv, the training set,', 'clear.csv, the test set,']


def test_a_small_part_whose_set_has_all_the_levels_fits(folder):
    named = data(folder, classes=list('abcdefghi'))
    config = configure(folder, HEADS['model.head.num_classes'](9), train=named, val=dict(named, indices=2),
                       test=dict(data(folder), type='HazelLevel'))
    check_levels(config, ['train', 'val'])
    check_levels(config, ['test'])


def test_the_parts_that_a_run_looks_at_are_checked_and_no_others(folder, tmp_path):
    config = configure(folder, HEADS['model.head.num_classes'](4), train=data(folder), val=data(tmp_path / 'nowhere'))
    check_levels(config, ['train', 'test'])
    with pytest.raises(FileNotFoundError, match='nowhere'):
        check_levels(config, ['train', 'val'])


def test_labels_of_the_hosts_own_sets_are_counted_where_nobody_names_them(tmp_path):
    (tmp_path / 'list.txt').write_text('a.png 0\nb.png 5\n')
    host = dict(type='CustomDataset', data_root=str(tmp_path), ann_file='list.txt')
    check_levels(configure(tmp_path, HEADS['model.head.num_classes'](9), train=host), ['train'])
    for settings in ({}, dict(classes=['a', 'b'])):
        config = configure(tmp_path, HEADS['model.head.num_classes'](2), train=dict(host, **settings))
        with pytest.raises(ValueError, match='the training set, has 6 levels, 0 to 5, and model'):
            check_levels(config, ['train'])


@pytest.mark.parametrize(('train', 'val', 'fit'), [
    (NAMES, NAMES, True), (NAMES, NAMES[::-1], False), (NAMES, ['a', 'b', 'c', 'd'], False), (NAMES, None, True),
    (None, NAMES, True)])
def test_sets_of_one_run_call_the_levels_alike_and_in_one_order(folder, train, val, fit):
    config = configure(folder, HEADS['model.head.num_classes'](4), train=data(folder, classes=train),
                       val=data(folder, classes=val))
    if fit:
        return check_levels(config, ['train', 'val'])
    with pytest.raises(ValueError, match=f'the validation set, has the levels {", ".join(val)}, and .* the training '
                                         'set, has the levels clear, light, dense, blind. Make them the same'):
        check_levels(config, ['train', 'val'])


def test_joined_sets_whose_levels_differ_are_both_named(folder):
    joined = dict(type='ConcatDataset', datasets=[data(folder, classes=NAMES), data(folder, classes=NAMES[::-1])])
    for dataset in (joined, dict(type='RepeatDataset', times=2, dataset=joined), dict(joined, ignore_keys=['classes'])):
        with pytest.raises(ValueError, match=r'levels (clear|blind), .*, and .* has the levels (clear|blind), '):
            check_levels(configure(folder, HEADS['model.head.num_classes'](4), train=dataset), ['train'])


def test_a_test_set_calls_the_levels_as_the_checkpoint_does(folder):
    config = configure(folder, HEADS['model.head.num_classes'](4), test=data(folder, classes=NAMES))
    for names, fit in ((NAMES, True), (NAMES[::-1], False), (['level 0', 'level 1', 'level 2', 'level 3'], True)):
        known = trained_levels(dict(meta=dict(dataset_meta=dict(classes=names))), 'w.pth')
        if fit:
            check_levels(config, ['test'], known)
        else:
            with pytest.raises(ValueError, match=r'the test set, has the levels clear, .* w.pth, the checkpoint, has '
                                                 r'the levels blind, '):
                check_levels(config, ['test'], known)
    assert trained_levels(dict(meta=None), 'w.pth') is trained_levels({}, 'w.pth') is None


def test_a_dehazer_fits_every_set(folder):
    assert find_misfits(Config(dict(model=dict(type='AODNet'))), dict(train=None)) == []
