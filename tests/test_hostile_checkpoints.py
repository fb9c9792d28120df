"""A checkpoint that carries code is refused wherever the project loads one, and its code is not run."""
from __future__ import annotations

import functools
import http.server
import pickle
import runpy
import sys
import threading

import pytest
import torch
from mmengine.runner.checkpoint import CheckpointLoader

import mmhaze
from mmhaze.clip import OpenClip, TransformersClip
from mmhaze.clip.weights import load_weights
from mmhaze.metrics import LevelAfterDehazing
from mmhaze.models.extractors import TorchvisionExtractor
from mmhaze.models.trained import LevelModel
from mmhaze.registry import MODELS
from mmhaze.runtime.checkpoints import CHECKS_CONTENT, load_checkpoint

from .conftest import ROOT
from .runtime.test_checkpoints import Code

pytestmark = pytest.mark.skipif(not CHECKS_CONTENT, reason='torch < 2.6 cannot be told what is safe')
CLASSIFIER, DEHAZER = 'lenet5_hazel-level', 'aodnet_haze-wild'


def tool(name, *words):
    """As ``python tools/NAME WORDS``, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, 'argv', [name, *map(str, words)])
        runpy.run_path(str(ROOT / 'tools' / name), run_name='__main__')


def serve(path):
    """As a config that takes its weights from an address."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(path.parent))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            CheckpointLoader.load_checkpoint(f'http://127.0.0.1:{server.server_port}/{path.name}', 'cpu')
        finally:
            server.shutdown()


PLACES = {
    'the loader': load_checkpoint,
    'train --resume': lambda path: tool('train.py', ROOT / f'configs/baselines/{CLASSIFIER}.py', '--resume', path,
                                        '--work-dir', path.parent),
    'train, load_from': lambda path: tool('train.py', ROOT / f'configs/baselines/{CLASSIFIER}.py', '--work-dir',
                                          path.parent, '--cfg-options', f'load_from={path}'),
    'test': lambda path: tool('test.py', ROOT / f'configs/baselines/{CLASSIFIER}.py', path),
    'predict': lambda path: mmhaze.HazeInferencer(CLASSIFIER, checkpoint=path),
    'dehaze': lambda path: mmhaze.DehazeInferencer(DEHAZER, checkpoint=path),
    'level model': lambda path: LevelModel(CLASSIFIER, path),
    'judge': lambda path: LevelAfterDehazing(CLASSIFIER, path),
    'converter': lambda path: tool('model_converters/published_dehazer.py', path, path.with_suffix('.out')),
    'export': lambda path: tool('export_onnx.py', CLASSIFIER, path),
    'extractor': lambda path: TorchvisionExtractor('resnet18', ['layer1'], path),
    'text features': load_weights,
    'open_clip': lambda path: OpenClip('ViT-B-32', path),
    'transformers': lambda path: TransformersClip(path.parent),
    'pretrained': lambda path: MODELS.build(dict(type='mmpretrain.ResNet', depth=18, init_cfg=dict(
        type='Pretrained', checkpoint=str(path)))).init_weights(),
    'an address': serve,
}


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['torch', 'old torch', 'pickle'])
@pytest.mark.parametrize('place', PLACES)
def test_code_in_a_checkpoint_is_refused_and_not_run(place, kind, tmp_path, monkeypatch, capsys):
    if place == 'open_clip':
        pytest.importorskip('open_clip')
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'downloads'))
    monkeypatch.setenv('LOCAL_RANK', '0')  # which training sets, and other tests must not see
    path, flag = tmp_path / 'folder' / 'pytorch_model.bin', tmp_path / 'flag'
    path.parent.mkdir()
    content = dict(state_dict=dict(weight=torch.ones(2)), meta={}, gift=Code(flag))
    if kind == 'pickle':
        path.write_bytes(pickle.dumps(content, protocol=2))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=kind == 'torch')
    said = ''
    try:
        PLACES[place](path)
    except (ValueError, FileNotFoundError, ImportError, pickle.UnpicklingError, RuntimeError) as error:
        said = str(error)
    except SystemExit as error:
        said = str(error.code)
    said += capsys.readouterr().err
    assert not flag.exists()
    assert any(word in said for word in ('refused', 'pickle', 'Weights only', 'weights_only')), said
