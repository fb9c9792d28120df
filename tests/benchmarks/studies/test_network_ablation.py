from __future__ import annotations

import copy
import csv
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.dataset import default_collate, pseudo_collate
from mmengine.registry import FUNCTIONS, DefaultScope
from mmpretrain.registry import DATASETS, MODELS

from benchmarks.studies import network_ablation as ablation
from mmhaze.reproduction.cells import Cell
from mmhaze.reproduction.run_cell import as_tested
from tests.tiny_set import write_tiny_set


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What is held out of a tiny set of nine scenes, three of them its own test part."""
    held = ablation.hold_out(write_tiny_set(tmp_path / 'data', rounds=9), tmp_path / 'held', folds=3, seed=0)
    for path in (tmp_path / 'data').glob('*.png'):  # which lie beside its manifest, and so are no folder to link
        (held / path.name).symlink_to(path)
    return held


def read(path: Path) -> dict[str, set[str]]:
    """The scenes of each part."""
    parts: dict[str, set[str]] = {}
    with path.open(encoding='utf-8', newline='') as lines:
        for row in csv.DictReader(lines):
            parts.setdefault(row['split_scene'], set()).add(row['scene'])
    return parts


def test_no_test_scene_is_read_and_no_scene_is_in_both_parts(root):
    tested = read(root.parent / 'data/manifest.csv')['test']
    parts = read(root / 'manifest.csv')
    assert len(parts['train']) == 4 and len(parts['test']) == 2
    assert not (parts['train'] | parts['test']) & tested and not parts['train'] & parts['test']
    clear = read(root / 'clear.csv')
    assert clear['train'] <= parts['train'] and clear['test'] <= parts['test']


def test_each_step_is_beside_one_before_it_and_differs_from_all_others():
    steps = ablation.find_steps()
    names = [step.name for step in steps]
    assert all(not step.beside or step.beside in names[:number] for number, step in enumerate(steps))
    assert len({str((step.row.config, step.options, step.baseline)) for step in steps}) == len(set(names)) == len(steps)


def plan(step: ablation.Step, root: Path) -> Cell:
    """The cell of a step."""
    cell, = ablation.plan(step, root, ablation.read_listing(ablation.DATA, root, 'scene'), seeds=1)
    return cell


@pytest.mark.slow
@pytest.mark.parametrize('step', [step for step in ablation.find_steps() if not step.baseline],
                         ids=lambda step: step.name)
def test_each_network_trains_and_tests(step, root):
    cell = plan(step, root)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(cell.config.model)
        seen = {part: DATASETS.build(cell.config[f'{part}_dataloader'].dataset) for part in ('train', 'test')}
    batch = default_collate([seen['train'][0], seen['train'][1]])
    losses = model.train()(**model.data_preprocessor(batch, training=True), mode='loss')
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert ('loss_constraint' in losses) == ('NC' in step.name)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = as_tested(SimpleNamespace(cfg=cell.config, model=model))
    batch = FUNCTIONS.get(cell.config.test_dataloader.collate_fn.type)([seen['test'][0]])
    shown = batch['inputs']
    while not isinstance(shown, torch.Tensor):  # of two channels, or of several views
        shown = shown['task'] if isinstance(shown, dict) else shown[0]
    assert shown.shape[-1] == (128 if '128' in step.name else 64)
    score = network.test_step(batch)[0].pred_score
    assert score.shape == (9,) and torch.isfinite(score).all()


def test_trees_need_no_config(root):
    trees = [step for step in ablation.find_steps() if step.baseline]
    assert [step.name for step in trees] == ['RowTrees', 'RoadTrees']
    for step in trees:
        cell = plan(step, root)
        assert cell.config is None and cell.recipe['baseline'] == dict(type=step.name)


def test_the_mean_of_two_views_is_that_of_the_photo_and_its_mirror_image(root):
    step = next(step for step in ablation.find_steps() if 'mirror image' in step.name)
    cell = plan(step, root)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(cell.config.model).eval()
        network = as_tested(SimpleNamespace(cfg=cell.config, model=model))
        plain = dict(cell.config.test_dataloader.dataset, pipeline=[ablation.PACK])
        photo = default_collate([DATASETS.build(plain)[0]])
        views = pseudo_collate([DATASETS.build(cell.config.test_dataloader.dataset)[0]])
    mirrored = dict(photo, inputs=photo['inputs'].flip(-1))
    with torch.no_grad():
        each = [model.test_step(copy.deepcopy(batch))[0].pred_score for batch in (photo, mirrored)]
        both = network.test_step(views)[0].pred_score
    assert not torch.equal(*each)
    torch.testing.assert_close(both, (each[0] + each[1]) / 2)


def test_the_table_has_the_gain_beside_another_step_and_how_sure_it_is():
    said = dict(within_1=dict(mean=0.9), mae=dict(mean=0.75), accuracy_by_fog=dict.fromkeys(ablation.FOGS, 0.5))
    table = ablation.make_table([
        dict(said, name='a', beside='', accuracy=dict(mean=0.5, spread=None), accuracy_by_scene=dict(x=0.5, y=0.5)),
        dict(said, name='b', beside='a', accuracy=dict(mean=0.25, spread=None), accuracy_by_scene=dict(y=0.5, x=0)),
        dict(said, name='c', beside='not run', accuracy=dict(mean=0.75, spread=0.125), accuracy_by_scene={})])
    _, _, *rows = table.splitlines()
    assert [row.split(' | ')[1:4] for row in rows] == [  # y is the same, x .5 less: .25 of standard error
        ['0.500', '-', '-'], ['0.250', '-0.250 ± 0.250', 'a'], ['0.750 ± 0.125', '-', 'not run']]


def test_accuracy_by_scene_is_over_all_photos_and_runs():
    def guess(path: str, predicted: int) -> dict:
        return dict(path=path, level=1, predicted=predicted)
    runs = [[guess('a', 1), guess('b', 0), guess('c', 0)], [guess('a', 1), guess('b', 1), guess('c', 0)]]
    assert ablation.scene_accuracies(runs, dict(a='x', b='x', c='y')) == {'x': 0.75, 'y': 0}
