"""A table from its plan to its page: what is made, kept, made again, and what is said where something is wrong."""
from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import lzma
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mmhaze.reproduction import run_cell, running
from mmhaze.reproduction.cells import RUNS, pack_runs, plan_cells, read_curve, read_result, read_runs, write_result
from mmhaze.reproduction.data_sets import DATA_SETS, Listing
from mmhaze.reproduction.making import PaperTable
from mmhaze.reproduction.paper_tables import TABLES
from mmhaze.reproduction.running import find_outcome
from mmhaze.version import __version__

from ..conftest import ROOT
from ..tiny_set import write_tiny_set
from .conftest import Finished, plan, run_in_process

pytestmark = pytest.mark.filterwarnings('default')  # the host's own, about what torch and it will change

PAGE = 'table1_demo_random'


def predictions(table) -> list[list[dict]]:
    return [read_result(cell.folder(table.out), cell.recipe)['predictions'] for cell in table.cells]


def whole(table) -> dict:
    return json.loads((table.out / f'{table.stem}.json').read_text())


def page(table) -> str:
    return (table.out / f'{table.stem}.md').read_text()


@pytest.fixture(scope='session')
def made(tiny, tmp_path_factory) -> tuple[Path, str]:
    """The folder of a table that was made once, HBFD and ResNet18, and what was said; do not write there."""
    out, said = tmp_path_factory.mktemp('made') / 'out', io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        run_in_process(patch)
        assert plan(tiny, out).make() == 0
    return out, said.getvalue()


@pytest.fixture
def finished(made, make, started) -> PaperTable:
    """A table that was made, in a folder of its own."""
    table = make()
    shutil.copytree(made[0], table.out)
    return table


@pytest.mark.slow
def test_two_cells_end_to_end(finished, tiny, made):
    with (tiny / 'manifest.csv').open() as lines:
        test = [(row['file'], int(row['level'])) for row in csv.DictReader(lines) if row['split_random'] == 'test']
    for cell, rows in zip(finished.cells, predictions(finished)):
        assert [(row['path'], row['level']) for row in rows] == test
        for row in rows:
            if cell.config is not None:
                assert row['predicted'] == max(range(5), key=lambda level: row['probabilities'][level])
                assert sum(row['probabilities']) == pytest.approx(1, abs=1e-5)
    result = read_result(finished.cells[1].folder(finished.out), finished.cells[1].recipe)
    assert [point['epoch'] for point in result['curve']] == [1, 2]
    assert all(point['loss'] > 0 for point in result['curve']) and 'accuracy/top1' in result['curve'][-1]['validation']
    assert result['machine']['torch'] == torch.__version__
    for figure in ('confusion', 'recall', 'training'):
        assert (finished.out / f'{PAGE}_{figure}.png').is_file() and f'{PAGE}_{figure}.png' in page(finished)
    said = made[1]
    assert re.search(r'\[1/2\] HBFD, demo, split random: made, .*left', said)
    assert '[2/2] ResNet18, demo, split random, seed 1: made' in said and f'{PAGE}.md' in said


def test_the_last_epoch_is_what_is_tested_and_not_the_best(finished):
    curve = read_result(finished.cells[1].folder(finished.out), finished.cells[1].recipe)['curve']
    rows = predictions(finished)[1]
    right = sum(row['level'] == row['predicted'] for row in rows) / len(rows)
    assert curve[-1]['validation']['accuracy/top1'] / 100 == pytest.approx(right)  # there it is the test part, too


@pytest.mark.slow
def test_what_is_finished_is_not_run_again_and_the_page_stays_the_same(finished, make, started, capsys):
    before = page(finished), whole(finished)
    capsys.readouterr()
    again = make()
    assert again.make() == 0 and started == []
    assert (page(again), whole(again)) == before
    assert capsys.readouterr().out.count(': kept, ') == 2


@pytest.mark.slow
def test_the_page_of_what_there_is_makes_nothing_more(finished, make, started, capsys):
    more = make(seeds=2)
    assert more.write_kept() == 1 and started == []
    assert '- ResNet18, seed 2 is' in page(more)
    row = whole(more)['sections'][0]['rows'][1]
    assert (len(row['runs']), row['planned']) == (1, 2)
    assert make().write_kept() == 0


@pytest.mark.slow
def test_checkpoints_go_when_there_is_a_result_unless_they_are_asked_for(finished, make):
    assert not list(finished.out.rglob('*.pth'))
    kept = make('ResNet18', out=finished.out.parent / 'kept')
    kept.make(keep_checkpoints=True)
    assert [path.name for path in kept.out.rglob('*.pth')] == ['epoch_2.pth']


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason='an accelerator mixes with float16')
def test_mixed_precision_is_said_by_the_page_and_makes_no_other_cell(finished, make, started):
    assert 'mixed precision' not in page(finished)
    both = make('ResNet18', 'HBFD', seeds=2)
    assert both.make(amp=True) == 0 and len(started) == 1  # the first seed is there, in float32
    kept, mixed = (read_result(cell.folder(both.out), cell.recipe) for cell in both.cells if cell.seed)
    assert 'precision' not in kept['machine'] and mixed['machine']['precision'] == 'mixed with bfloat16'
    assert 'in mixed precision, the others in float32: ResNet18, random (mixed with bfloat16).' in page(both)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def embellish(path: Path) -> None:
    path.write_text(re.sub(r'"predicted": \d', '"predicted": 4', path.read_text()))


def swap(path: Path) -> None:
    other = next(each for each in path.parents[1].glob('*/result.json') if each != path)
    result = json.loads(other.read_text())
    result.pop('checksum')
    write_result(path.parent, result)


@pytest.mark.slow
@pytest.mark.parametrize('damage, says', [(cut, 'is damaged'), (embellish, 'was changed'), (swap, 'another recipe')])
def test_a_damaged_result_is_said_and_made_again_and_the_others_are_kept(finished, make, started, capsys, damage, says):
    before = predictions(finished)
    path = finished.cells[0].folder(finished.out) / 'result.json'
    damage(path)
    again = make()
    assert find_outcome(again.cells[0], again.out).state == 'damaged'
    capsys.readouterr()
    assert again.make() == 0
    said = capsys.readouterr().out.splitlines()
    assert 'made' in said[0] and says in said[0] and str(path) in said[0] and 'kept' in said[1]
    assert started == [path.parent.name] and predictions(again) == before


def test_a_network_with_other_classes_than_levels_is_said_and_makes_no_result(make, started, capsys):
    assert make('ResNet18', options={'model.head.num_classes': 9}).make() == 1
    said = capsys.readouterr().out
    assert 'manifest.csv, the training set, has 5 levels, 0 to 4, and model.head.num_classes is 9. Set' in said


@pytest.mark.slow
def test_a_loss_that_is_no_number_is_said_and_the_rest_goes_on(make, started, capsys):
    table = make('ResNet18', 'HBFD', options={'optim_wrapper.optimizer.lr': 1e30})
    assert table.make() == 1
    said = capsys.readouterr().out
    assert 'ResNet18, demo, split random, seed 1: diverged (the loss was no number' in said and 'epoch 2' in said
    assert 'HBFD, demo, split random: made' in said
    assert '- ResNet18, seed 1 diverged: the loss was no number' in page(table)
    states = {row['name']: [each['state'] for each in row['missing']] for row in whole(table)['sections'][0]['rows']}
    assert states == dict(HBFD=[], ResNet18=['diverged'])
    # tried again, by the next start alone
    assert len(started) == 2
    table = make('ResNet18', 'HBFD', options={'optim_wrapper.optimizer.lr': 1e30})
    assert table.make() == 1 and len(started) == 3


@pytest.mark.slow
def test_a_process_that_is_killed_is_said_and_the_rest_goes_on(make, started, monkeypatch, capsys):
    run = running.start
    monkeypatch.setattr(running, 'start', lambda folder, log: Finished(-9) if 'haze-factor' in folder.name
                        else run(folder, log))
    table = make()
    assert table.make() == 1
    said = capsys.readouterr().out
    assert 'failed (its process was ended by SIGKILL' in said and 'ResNet18, demo, split random, seed 1: made' in said


def test_a_photo_that_cannot_be_read_fails_the_cell_with_its_name(make, started, tmp_path, capsys):
    root = write_tiny_set(tmp_path / 'demo', levels=5)
    (root / '003.png').write_bytes(b'no photo')
    assert make('HBFD', root=root).make() == 1
    assert '003.png cannot be read as a photo' in capsys.readouterr().out


# the data set

def test_a_missing_data_set_is_said_with_what_to_do(make, started, tmp_path, capsys):
    table = make(root=tmp_path / 'nowhere')
    assert table.make() == 1 and started == []
    said = capsys.readouterr().out
    assert str(tmp_path / 'nowhere/manifest.csv') in said and 'mmhaze demo --data' in said
    assert 'mmhaze demo --data' in page(table)


@pytest.mark.parametrize('data, split, says', [('hazel-level', 'random', r'levels \[0, 1, 2, 3, 4\]'),
                                               ('haze-wild', 'random', 'has no split random, only scene')])
def test_another_data_set_is_refused(make, started, capsys, data, split, says):
    assert make(data=data, split=split).make() == 1 and started == []
    assert re.search(says, capsys.readouterr().out)


@pytest.mark.slow
def test_photos_that_are_not_those_of_the_manifest_are_refused(make, started, tmp_path, capsys):
    root = write_tiny_set(tmp_path / 'demo', levels=5)
    head, *rows = (root / 'manifest.csv').read_text().splitlines()
    rows = [f'{row},{hashlib.sha256((root / row.split(",")[0]).read_bytes()).hexdigest()}' for row in rows]
    (root / 'manifest.csv').write_text('\n'.join([f'{head},sha256', *rows]) + '\n')
    assert make('HBFD', root=root).make() == 0
    shutil.copy(root / '004.png', root / '003.png')
    assert make('HBFD', root=root, options={'randomness.seed': 3}).make() == 0  # its result is there
    assert make('HBFD', 'FBFD', root=root).make() == 1
    assert '1 photos of' in capsys.readouterr().out


# what makes a cell

def test_the_same_method_is_one_cell_in_both_tables(make):
    one, = make('ResNet18').cells
    other, = make('Base, ResNet18', name='table3').cells
    assert one.folder(Path()) == other.folder(Path())


def test_a_cell_is_known_by_all_that_makes_it_and_not_by_where_the_photos_lie(make, tiny, tmp_path):
    def folder(**settings) -> Path:
        return make('ResNet18', **settings).cells[0].folder(Path())
    moved = shutil.copytree(tiny, tmp_path / 'moved')
    assert folder(root=moved) == folder()
    with (moved / 'manifest.csv').open('a') as lines:
        lines.write('\n')
    others = [folder(root=moved), folder(split='scene'), folder(options={'optim_wrapper.optimizer.lr': 1e-3})]
    seeds = [cell.folder(Path()) for cell in make('ResNet18', seeds=2).cells]
    assert len({folder(), *others, *seeds}) == 5 and seeds[0] == folder()


def test_a_method_without_chance_is_run_once_and_others_with_every_seed(make):
    table = make('HBFD', 'random trees on rows', 'ResNet18', seeds=3)
    assert [(cell.row.name, cell.seed) for cell in table.cells] == [
        ('HBFD', None), *(('ResNet18', seed) for seed in (1, 2, 3)),
        *(('random trees on rows', seed) for seed in (1, 2, 3))]


def test_a_network_is_trained_with_its_seed_on_its_split_and_seldom_validated(make):
    cell, = make('ResNet18', split='scene').cells
    for part in ('train', 'val', 'test'):
        assert cell.config[f'{part}_dataloader'].dataset.split == 'scene'
    assert cell.config.randomness.seed == 1 and cell.config.train_cfg.val_interval == 5
    assert cell.config.param_scheduler.T_max == cell.config.train_cfg.max_epochs == 2


def test_a_network_that_would_be_tested_on_its_training_photos_is_refused(make):
    with pytest.raises(ValueError, match='test on the part test'):
        make('ResNet18', options={'test_dataloader.dataset.part': 'train'})


def test_a_row_without_a_config_for_the_data_set_stands_there_as_not_run(make, started):
    table = make('LeNet5', 'HBFD')
    assert table.make() == 0
    assert '| LeNet5 | not run |' in page(table) and 'no config for this data set: LeNet5.' in page(table)


@pytest.fixture
def two_folds(monkeypatch) -> None:
    """The demo set with its two splits as folds of one."""
    folded = replace(DATA_SETS['demo'], splits=dict(video=('random', 'scene')), sample='video')
    monkeypatch.setitem(DATA_SETS, 'demo', folded)


@pytest.mark.slow
@pytest.mark.usefixtures('two_folds', 'started')
def test_each_fold_is_trained_and_tested_and_a_cell_has_them_all(make, tiny):
    table = make('ResNet18', 'HBFD', split='video')
    assert table.make() == 0
    _, rows = predictions(table)
    with (tiny / 'manifest.csv').open() as lines:
        listed = list(csv.DictReader(lines))
    wanted = [row['file'] for split in ('random', 'scene') for row in listed if row[f'split_{split}'] == 'test']
    assert [row['path'] for row in rows] == wanted and {row['scene'] for row in rows} == {'scene-0', 'scene-2'}
    _, cell = table.cells
    assert [path.name for path in cell.folder(table.out).glob('fold*')] == ['fold2']
    assert not list(cell.folder(table.out).rglob('*.pth'))
    text = (table.out / 'table1_demo_video.md').read_text()
    assert 'from drawing every video anew' in text and 'tested once, in one of 2 folds' in text


@pytest.mark.slow
@pytest.mark.usefixtures('two_folds')
def test_folds_that_are_done_are_not_trained_again(make, started, monkeypatch):
    """The second fold fails at first; the second time its training alone is run."""
    table = make('ResNet18', split='video')
    trained, fail = [], [True]
    true = run_cell.train_and_test

    def train(config, folder, photos):
        trained.append(len(read_curve(folder)))
        if folder.name == 'fold2' and fail:
            raise ValueError('no')
        return true(config, folder, photos)

    monkeypatch.setattr(run_cell, 'train_and_test', train)
    assert table.make() == 1
    fail.clear()
    assert table.make() == 0 and trained == [0, 0, 2, 0]  # the first has its two epochs behind it
    cell, = table.cells
    curve = read_result(cell.folder(table.out), cell.recipe)['curve']
    assert [point['epoch'] for point in curve] == [1, 2]  # and the second did not begin with what the first had learnt


def test_an_unknown_row_is_refused_with_the_names_there_are(make):
    with pytest.raises(ValueError, match=r"no row 'ResNet50', only: .*; HBFD; "):
        make('ResNet50')


@pytest.mark.parametrize(('table', 'data'), [('table1', 'hazel-level'), ('table3', 'hazel-level'),
                                             ('table3', 'ceit-foggy')])
def test_every_row_has_a_config_or_a_baseline(table, data):
    for row in TABLES[table]:
        assert bool(row.config) != bool(row.baseline)
        assert not row.fits(data) or not row.config or (ROOT / f'configs/{row.config}_{data}.py').is_file()


def test_rows_of_real_fog_stand_in_no_other_table(make):
    assert 'Base+FE+T, ResNet18' in {row.name for row in TABLES['table3'] if row.fits('ceit-foggy')}
    assert {row.name for row in TABLES['table3'] if row.fits('hazel-level')} == {
        row.name for row in TABLES['table3'] if not row.only}
    assert not make('HBFD', name='table3').cells


def test_the_papers_numbers_are_those_of_the_paper():
    def numbers(table: str) -> dict:
        return {row.name: tuple(row.paper.values()) for row in TABLES[table] if row.paper}
    assert numbers('table1') == {
        'S&RCD': (.1529, .1018), 'FBFD': (.2063, .2121), 'HBFD': (.2431, .1779), 'SVM': (.4532, .2601),
        'CNN': (.7436, .5181), 'LeNet5': (.8745, .7692), 'ResNet18': (.8998, .8412), 'MagNet-LeNet5': (.8976, .7921),
        'MagNet-ResNet18': (.9108, .8524)}
    assert numbers('table3') == {'Base, LeNet5': (.8745, .7692), 'Base, ResNet18': (.8998, .8412),
                                 'Base+IA+S, ResNet18': (.9405, .8170), 'Base+FE+S, ResNet18': (.9108, .8524)}


@pytest.mark.slow
def test_packed_runs_are_kept_as_those_in_folders_are_and_give_the_same_page(finished, make, started):
    before, text = predictions(finished), page(finished)
    packed = pack_runs(finished.out)
    assert packed.read_bytes() == pack_runs(finished.out).read_bytes()  # packing again changes nothing
    shutil.rmtree(finished.out / 'cells')
    again = make()
    assert [find_outcome(cell, again.out).state for cell in again.cells] == ['kept', 'kept']
    assert again.make() == 0 and not started
    assert predictions(again) == before and page(again) == text


@pytest.mark.slow
def test_a_packed_run_that_was_changed_is_made_again_and_the_others_are_kept(finished, make, started):
    before, names = predictions(finished), [cell.folder(finished.out).name for cell in finished.cells]
    packed = pack_runs(finished.out)
    shutil.rmtree(finished.out / 'cells')
    runs = {name: dict(result) for name, result in read_runs(packed).items()}
    runs[names[0]]['seconds'] += 1
    packed.write_bytes(lzma.compress(json.dumps(runs).encode()))
    again = make()
    assert [find_outcome(cell, again.out).state for cell in again.cells] == ['damaged', 'kept']
    assert again.make() == 0 and started == [names[0]] and predictions(again) == before


@pytest.mark.parametrize('damage', [lambda data: data[:100], lambda data: b'', lambda data: lzma.compress(b'[1]')])
def test_a_damaged_file_of_runs_ends_it_before_anything_is_made(finished, make, started, damage):
    packed = pack_runs(finished.out)
    packed.write_bytes(damage(packed.read_bytes()))
    with pytest.raises(ValueError, match=rf'{RUNS} is damaged'):
        make()
    assert not started


@pytest.mark.slow
@pytest.mark.parametrize('name', ['resnet18', 'magnet-fe-s_resnet18', 'cnn', 'roadtrees'])
def test_the_runs_in_the_repository_are_those_of_its_configs(name):
    """A config that changes makes them the runs of another recipe, and hours of training are to be done again."""
    found = [run['recipe'] for key, run in read_runs(ROOT / 'docs/results/reproduce' / RUNS).items()
             if key.startswith(f'{name}_hazel-level_random_')]
    row = next(row for rows in TABLES.values() for row in rows if row.method == name)
    assert found
    for recipe in found:
        if recipe['mmhaze'] != __version__:
            pytest.skip(f'they are of mmhaze {recipe["mmhaze"]}')
        # some were run without workers, which is told apart
        options = {f'{part}_dataloader.num_workers': 0 for part in ('train', 'val', 'test')}
        planned = [cell.recipe for changed in ({}, options) for cell in plan_cells(
            row, DATA_SETS['hazel-level'], 'random', [recipe['seed'] or 1], root=Path('data'),
            listing=Listing(recipe['manifest'], {}), configs=ROOT / 'configs', options=changed)]
        assert recipe in planned
