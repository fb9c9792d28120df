from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

import mmhaze
from mmhaze.export import export_onnx
from mmhaze.models.trained import LevelModel
from mmhaze.runtime.shipped import find_config
from mmhaze.synthesis.drawn_photos import draw_photos
from mmhaze.ucm import segment_haze

onnxruntime = pytest.importorskip('onnxruntime')
pytest.importorskip('onnx')

ROOT = Path(__file__).parents[2]
CPU = ['CPUExecutionProvider']  # onnxruntime 1.16 wants it said
FE, NC, BASE = 'magnet-fe-s_lenet5_hazel-level', 'magnet-nc-s_lenet5_hazel-level', 'lenet5_hazel-level'


def spread_out(config: str | Path, path: Path) -> LevelModel:
    """A network whose answers differ from photo to photo, as those of chance hardly do."""
    torch.manual_seed(2)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(Config.fromfile(find_config(config)).model)
    for weight in network.parameters():
        if weight.ndim > 1:
            torch.nn.init.kaiming_normal_(weight)
    torch.save(dict(state_dict=network.state_dict(), meta={}), path)
    return LevelModel(config, path, 'cpu')


def probabilities(session, **inputs: np.ndarray) -> np.ndarray:
    return session.run(['probabilities'], inputs)[0]


def names(ends) -> list[str]:
    return [end.name for end in ends]


@pytest.mark.slow
@pytest.mark.parametrize(('config', 'channels'), [
    (BASE, ['task']), (NC, ['task']), (FE, ['task', 'magnifier']),
    ('magnet-ia-f_lenet5_hazel-level', ['task', 'magnifier']), ('cnn-ordinal_hazel-level', ['task']),
    ('magnet-nc-f_resnet18_hazel-level', ['task']), ('magnet-fe-s_resnet18_demo', ['task', 'magnifier']),
])
def test_the_file_answers_as_pytorch_does_in_batches_of_any_size(config, channels, tmp_path):
    model = spread_out(config, tmp_path / 'some.pth')
    assert export_onnx(model, tmp_path / 'some.onnx') <= 1e-4
    session = onnxruntime.InferenceSession(str(tmp_path / 'some.onnx'), providers=CPU)
    assert names(session.get_inputs()) == channels
    prepared = [model.prepare(photo, '') for photo in draw_photos(7, 100, 140)]
    expected = model.predict(prepared)
    assert np.ptp(expected, axis=0).max() > 0.01
    inputs = [each['inputs'] if isinstance(each['inputs'], dict) else dict(task=each['inputs']) for each in prepared]
    batch = {name: np.stack([each[name] for each in inputs]) for name in channels}
    np.testing.assert_allclose(probabilities(session, **batch), expected, atol=1e-5)
    for name in channels:  # each of them counts
        other = probabilities(session, **dict(batch, **{name: batch[name][::-1].copy()}))
        assert np.abs(other - expected).max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize('config', [BASE, FE, 'magnet-ia-f_lenet5_hazel-level', NC])
def test_with_ucm_it_answers_from_photos_of_any_size(config, tmp_path):
    model = spread_out(config, tmp_path / 'some.pth')
    export_onnx(model, tmp_path / 'some.onnx', with_ucm=True)
    session = onnxruntime.InferenceSession(str(tmp_path / 'some.onnx'), providers=CPU)
    assert names(session.get_inputs()) == ['photo']
    outputs = names(session.get_outputs())
    assert outputs == (['probabilities'] if config in (BASE, NC) else ['probabilities', 'haze_mask'])
    for photos in (draw_photos(1, 81, 300), draw_photos(3, 257, 120), np.full((2, 70, 90, 3), 10, np.uint8)):
        expected = model.predict([model.prepare(photo, '') for photo in photos])
        found = dict(zip(outputs, session.run(None, dict(photo=photos))))
        np.testing.assert_allclose(found['probabilities'], expected, atol=1e-5)
        for photo, mask in zip(photos, found.get('haze_mask', [])):
            np.testing.assert_array_equal(mask, segment_haze(photo, min_box=64).mask)


@pytest.mark.slow
def test_the_file_says_what_one_has_to_know(tmp_path):
    export_onnx(spread_out(FE, tmp_path / 'some.pth'), tmp_path / 'some.onnx')
    about = onnxruntime.InferenceSession(str(tmp_path / 'some.onnx'), providers=CPU).get_modelmeta().custom_metadata_map
    assert (about['mmhaze'], about['config'], about['channel_order']) == (mmhaze.__version__, FE, 'BGR')
    known = {name: json.loads(about[name]) for name in about.keys() - {'mmhaze', 'config', 'channel_order'}}
    assert known['levels'][:2] == ['300 m', '200 m']
    assert known['visibility'][:2] == [300, 200]
    assert len(known['levels']) == len(known['visibility']) == 9
    assert list(known['inputs']) == ['task', 'magnifier']
    assert known['magnifier'] == 'haze_segment'
    assert known['ucm']['min_box'] == 64
    assert known['ucm']['channel_ratio'] == 1 / 40
    assert known['mean'] == pytest.approx([123.675, 116.28, 103.53])
    assert known['std'] == pytest.approx([58.395, 57.12, 57.375])
    assert [step['type'] for step in known['prepare']] == ['UCM', 'TransformBroadcaster', 'PackDualChannel']
    # every key has its line in the docs
    page = (ROOT / 'docs' / 'export.md').read_text()
    assert {key for key in about if f'`{key}`' not in page} == set()


@pytest.mark.slow
@pytest.mark.parametrize('worst', [float('nan'), 2e-4])
def test_a_file_that_does_not_agree_is_not_left_behind(worst, tmp_path, monkeypatch):
    monkeypatch.setattr('mmhaze.export.onnx_file._largest_difference', lambda *_: worst)
    (tmp_path / 'some.onnx').write_bytes(b'before')
    model = spread_out(BASE, tmp_path / 'some.pth')
    with pytest.raises(ValueError, match=r'some\.onnx is not written: .* differ by'):
        export_onnx(model, tmp_path / 'some.onnx')
    assert (tmp_path / 'some.onnx').read_bytes() == b'before'
    assert sorted(path.name for path in tmp_path.iterdir()) == ['some.onnx', 'some.pth']


@pytest.mark.slow
def test_a_graph_that_answers_otherwise_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr('mmhaze.export.modules.FromChannels.forward',
                        lambda self, task: self.network(task.float(), mode='tensor').softmax(1))
    with pytest.raises(ValueError, match='is not written'):
        export_onnx(spread_out(BASE, tmp_path / 'some.pth'), tmp_path / 'some.onnx')


@pytest.mark.slow
@pytest.mark.parametrize(('change', 'says'), [
    (lambda steps: steps[0].update(variant='released'), "variant 'paper' alone"),
    (lambda steps: steps[1]['transforms'][0].update(backend='cv2'), 'A graph can prepare a photo by'),
    (lambda steps: steps.insert(1, dict(type='RandomFlip', prob=0.0)), 'A graph can prepare a photo by'),
])
def test_photos_that_are_prepared_otherwise_are_refused(change, says, tmp_path):
    model = spread_out(FE, tmp_path / 'some.pth')
    change(model.steps)
    with pytest.raises(ValueError, match=says):
        export_onnx(model, tmp_path / 'some.onnx', with_ucm=True)
    assert [path.name for path in tmp_path.iterdir()] == ['some.pth']


def test_what_is_missing_is_named_with_the_extra_to_install(tmp_path, monkeypatch):
    model = spread_out(BASE, tmp_path / 'some.pth')
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(ImportError, match=r"mmhaze\[onnx\]"):
        export_onnx(model, tmp_path / 'some.onnx')


@pytest.mark.slow
def test_the_example_of_the_docs_runs(tmp_path, monkeypatch, capsys):
    model = spread_out(FE, tmp_path / 'some.pth')
    export_onnx(model, tmp_path / 'haze.onnx', with_ucm=True)
    photo = draw_photos(1, 120, 160)[0]
    cv2.imwrite(str(tmp_path / 'photo.jpg'), photo)
    monkeypatch.chdir(tmp_path)
    code, = re.findall(r'```python\n(.+?)```', (ROOT / 'docs' / 'export.md').read_text(), re.DOTALL)
    exec(compile(code, 'export.md', 'exec'), {})
    expected, = mmhaze.HazeInferencer(FE, 'cpu', checkpoint=tmp_path / 'some.pth')('photo.jpg')
    name, metres, likely = capsys.readouterr().out.split()
    assert f'{name} {metres}' == expected.level_name
    assert float(likely) == pytest.approx(max(expected.probabilities), abs=1e-4)


@pytest.mark.slow
def test_nothing_of_onnx_is_imported_before_a_file_is_made():
    code = ('import sys, torch, torchvision\n'  # torch 2.1 brings them itself
            'before = set(sys.modules)\n'
            'import mmhaze.apis, mmhaze.export, mmhaze.cli.export_command\n'
            'print(sorted({"onnx", "onnxruntime", "onnxscript"} & (set(sys.modules) - before)))')
    found = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == '[]'
