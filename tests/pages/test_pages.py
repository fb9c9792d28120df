"""Every command and every piece of Python that a page shows is run, on small things."""
from __future__ import annotations

import importlib
import inspect
import os
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS, MODELS, VISUALIZERS

from mmhaze.cli.main import main
from mmhaze.runtime.shipped import find_config

from ..conftest import ROOT
from .blocks import Block, all_blocks
from .world import CLIP, make_weights, make_world

BLOCKS = all_blocks()
ELSEWHERE = {  # what is not run here, and why
    'pip': 'noxfile.py installs', 'make': 'CI makes what is to be tested', 'hf': 'wants the network',
    'mim': 'wants an environment of its own', 'tools/dist_train.sh': 'tests/test_many_processes.py trains so',
    'GPUS=16': 'wants a cluster', 'mmhaze demo': 'tests/cli/test_demo_command.py runs a small one',
    'python -m pytest': 'CI runs the tests', 'python -m docs.scripts.model_index': 'tests/test_model_index.py has it',
    'python -m mmhaze.models.haze_map.ship': 'tests/models/haze_map/test_ship.py has it',
    'mmhaze train haze-map_drawn-photos': 'wants photos that are not part of mmhaze',
    'mmhaze reproduce': 'tests/cli/test_reproduce_command.py makes tables of less',
    'configs/other_toolboxes': 'tests/toolboxes has them'}
NO_WORKERS = [f'{part}_dataloader.{each}' for part in ('train', 'val', 'test')
              for each in ('num_workers=0', 'persistent_workers=False')]


@pytest.fixture(scope='module')
def world(tmp_path_factory) -> Path:
    pytest.importorskip('transformers')
    folder = tmp_path_factory.mktemp('world')
    make_world(folder)
    return folder


@pytest.fixture(autouse=True)
def in_the_world(world, monkeypatch) -> Iterator[None]:
    """Works in the world, and leaves this process as it was: a tool thinks that it has it for itself."""
    monkeypatch.chdir(world)
    monkeypatch.syspath_prepend(world)
    environment, threads, threads_of_cv2 = dict(os.environ), torch.get_num_threads(), cv2.getNumThreads()
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        yield
    os.environ.clear()
    os.environ.update(environment)
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads_of_cv2)


def shortened(words: list[str], block: Block) -> list[str]:
    """A command that takes seconds: a step or two, parts of a set, no network to fetch."""
    name = ' '.join(words[1:3]) if words[1] == 'make-set' else Path(words[1]).stem
    if name == 'train':
        config = Config.fromfile(find_config(words[2]))
        length = (['train_cfg.max_epochs=1', 'train_dataloader.num_batch_per_epoch=2'] if config.train_cfg.by_epoch
                  else ['train_cfg.max_iters=2', 'train_cfg.val_interval=2'])
        dataset = config.val_dataloader.dataset
        sets = dataset.get('datasets', [dataset])
        prefix = 'dataset.datasets.{}' if 'datasets' in dataset else 'dataset'
        length += [f'{part}_dataloader.{prefix.format(number)}.indices=None' for number, each in enumerate(sets)
                   for part in ('val', 'test') if each.get('ann_file') == 'pairs.csv']
        options = [*length, 'train_dataloader.batch_size=2', *NO_WORKERS]
        return [*words, *(options if '--cfg-options' in words else ['--cfg-options', *options])]
    if name == 'test':
        return [*words, *([] if '--cfg-options' in words else ['--cfg-options']), *NO_WORKERS]
    if name in ('make-set hazel-level', 'make-set haze-wild'):  # tests/synthesis/depth asks a tiny network for depth
        instead = {word: f'made/{block.line}/{word}' for word in words if word.startswith('data/')}
        return [*({'model': 'ground', **instead}.get(word, word) for word in words), '--workers', '1',
                *(['--allow-partial'] if name == 'make-set hazel-level' else [])]
    return [CLIP if word == 'CLIP' else word for word in words]


def run(words: list[str], monkeypatch) -> None:
    if words[0] == 'mmhaze':
        assert main(words[1:]) == 0
        return
    monkeypatch.setattr(sys, 'argv', words[1:])
    try:
        if words[1] == '-m':
            monkeypatch.setattr(sys, 'argv', words[2:])
            runpy.run_module(words[2], run_name='__main__')
        else:
            runpy.run_path(words[1], run_name='__main__')
    except SystemExit as ended:
        assert not ended.code, f'{" ".join(words)} ended with {ended.code}'


FIRST: dict[tuple[str, ...], Block] = {}  # where a command stands first: another page's need not run again
for each in BLOCKS:
    for command in each.commands:
        FIRST.setdefault(tuple(command), each)
COMMANDS = [pytest.param(block, list(words), id=f'{block} {" ".join(words)[:50]}') for words, block in FIRST.items()]


@pytest.mark.slow
@pytest.mark.parametrize('block, words', COMMANDS)
def test_a_command_works(block, words, monkeypatch):
    known = dict(python=words[1], mmhaze=f'mmhaze {words[1]}').get(words[0], words[0])
    known = ' '.join(words[:3]) if known == '-m' else known
    known = ' '.join(words[:3]) if ' '.join(words[:3]) in ELSEWHERE else known
    known = 'configs/other_toolboxes' if any('configs/other_toolboxes' in word for word in words) else known
    if known in ELSEWHERE:
        pytest.skip(ELSEWHERE[known])
    if known == 'mmhaze page':
        pytest.importorskip('gradio')
        served: list = []
        monkeypatch.setattr('mmhaze.web.server.serve_until_stopped', lambda *what: served.append(what))
    add_what_the_page_adds(block, monkeypatch)
    make_weights(block.text)
    words = shortened(words, block)
    run(words, monkeypatch)
    assert '--out' not in words or Path(words[words.index('--out') + 1]).exists()
    if known == 'mmhaze page':
        assert served


@pytest.mark.slow
@pytest.mark.parametrize('block', [block for block in BLOCKS if block.is_program], ids=str)
def test_a_program_works_and_prints_what_it_says(block, monkeypatch, capsys, request):
    add_what_the_page_adds(block, monkeypatch)
    if block.file.startswith('tests/'):
        return run_its_tests(block, request)
    make_weights(block.text)
    if 'haze.onnx' in block.text:
        pytest.importorskip('onnxruntime')
        make_weights('mmhaze export magnet-fe-s_lenet5_hazel-level small.pth')
        run(['mmhaze', 'export', 'magnet-fe-s_lenet5_hazel-level', 'small.pth', '--out', 'haze.onnx',
             '--with-ucm'], monkeypatch)
    if 'domains.npz' in block.text:
        run(['mmhaze', 'clip-domains', 'data/RESIDE-6K/train/hazy', '--clip', CLIP], monkeypatch)
    if block.file:
        assert block.file.split('/')[0] == 'mmhaze'  # and was imported
    elif 'register_module' in block.text:
        import_as_its_page_says(block)
    else:
        exec(compile(block.text, str(block), 'exec'), {})
    said = capsys.readouterr().out
    for wanted in re.findall(r'print\(.*\)\s+# (torch\.Size\(.*\))$', block.text, re.MULTILINE):
        assert wanted in said


def add_what_the_page_adds(block: Block, monkeypatch) -> None:
    """Adds the files of a page that adds a part to mmhaze, and runs its programs that are no files."""
    others = [other for other in BLOCKS if other.page == block.page]
    if not any(other.file for other in others):
        return
    monkeypatch.setattr('mmhaze.runtime.shipped.CONFIGS', Path('configs').absolute())
    for other in others:
        file = Path(other.file)
        if other.file.startswith(('configs/', 'mmhaze/')):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(other.text)
        elif other.is_program and not other.file:
            exec(compile(other.text, str(other), 'exec'), {})
        if file.parts[:1] == ('mmhaze',):
            packages = [importlib.import_module('.'.join(file.parts[:depth])) for depth in range(1, len(file.parts))]
            monkeypatch.setattr(packages[-1], '__path__', [*packages[-1].__path__, str(file.parent.absolute())])
            added = importlib.import_module('.'.join(file.with_suffix('').parts))
            for name, part in vars(added).items():  # as the lists of __init__ have it
                if getattr(part, '__module__', '') == added.__name__ and inspect.isclass(part):
                    for package in packages[1:]:
                        monkeypatch.setattr(package, name, part, raising=False)


def run_its_tests(block: Block, request) -> None:
    """Calls the tests of a file that a page adds."""
    module = '.'.join(Path(block.file).with_suffix('').parts)
    names = {'__name__': module, '__package__': module.rpartition('.')[0]}
    exec(compile(block.text, str(block), 'exec'), names)
    tests = [test for name, test in names.items() if name.startswith('test_')]
    assert tests
    for test in tests:
        test(**{name: request.getfixturevalue(name) for name in inspect.signature(test).parameters})


def import_as_its_page_says(block: Block) -> None:
    """Makes a program with a part of one's own the module that a config of the same page imports."""
    name = re.search(r"'mmhaze.register', '(my_\w+)'", (ROOT / block.page).read_text(encoding='utf-8'))
    assert name, f'{block} registers a part, and no config of the page imports it'
    if name[1] not in sys.modules:
        Path(f'{name[1]}.py').write_text(block.text)
        importlib.import_module(name[1])


@pytest.mark.slow
@pytest.mark.parametrize('block', [block for block in BLOCKS if block.is_config], ids=str)
def test_a_config_builds_what_it_configures(block, tmp_path, monkeypatch):
    add_what_the_page_adds(block, monkeypatch)
    for other in BLOCKS:
        if other.page == block.page and 'register_module' in other.text and not other.file:
            import_as_its_page_says(other)
    make_weights(block.text)
    if 'domains.npz' in block.text:
        run(['mmhaze', 'clip-domains', 'data/RESIDE-6K/train/hazy', '--clip', CLIP], monkeypatch)
    file = tmp_path / 'config.py'
    file.write_text(with_bases_found(block.text))
    config = Config.fromfile(file)
    built = [MODELS.build(config.model)] if 'model' in config else []
    built += [DATASETS.build(config[f'{part}_dataloader'].dataset) for part in ('train', 'val', 'test')
              if f'{part}_dataloader' in block.text]
    built += [Evaluator(config.test_evaluator)] if 'test_evaluator' in block.text else []
    built += [VISUALIZERS.get(config.visualizer.type)] if 'visualizer' in block.text else []
    assert all(each is not None for each in built) and (built or set(config) == {'custom_imports'})


def with_bases_found(text: str) -> str:
    """A config with the paths of what it is a difference to written out, wherever its page wants it to lie."""
    def find(quoted: re.Match) -> str:
        path = re.sub(r'^(\.\./)+', 'configs/', quoted[1])
        return repr(str(ROOT / path if path.startswith('configs/') else find_config(Path(path).name)))

    return re.sub(r"^_base_ = (\[[^\]]*\]|'[^']*')", lambda bases: re.sub("'([^']*)'", find, bases[0]), text,
                  flags=re.MULTILINE)
