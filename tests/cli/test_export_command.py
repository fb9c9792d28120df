from __future__ import annotations

import pytest

from tests.apis.test_inferencer import BASE, save_checkpoint

from .calling import command

export = command('export')
onnxruntime = pytest.importorskip('onnxruntime')
pytest.importorskip('onnx')


@pytest.mark.slow
def test_the_file_lies_beside_the_checkpoint_and_runs(tmp_path, capsys):
    checkpoint = save_checkpoint(BASE, tmp_path / 'epoch_1.pth')
    assert export([BASE, str(checkpoint)]) == 0
    session = onnxruntime.InferenceSession(str(tmp_path / 'epoch_1.onnx'), providers=['CPUExecutionProvider'])
    assert [each.name for each in session.get_inputs()] == ['task']
    assert 'epoch_1.onnx: 9 levels' in capsys.readouterr().out


@pytest.mark.slow
def test_with_ucm_it_takes_photos_and_goes_where_it_is_told(tmp_path):
    checkpoint = save_checkpoint('magnet-fe-f_lenet5_hazel-level', tmp_path / 'epoch_1.pth')
    out = tmp_path / 'new' / 'haze.onnx'
    assert export(['magnet-fe-f_lenet5_hazel-level', str(checkpoint), '--out', str(out), '--with-ucm']) == 0
    session = onnxruntime.InferenceSession(str(out), providers=['CPUExecutionProvider'])
    assert [each.name for each in session.get_inputs()] == ['photo']
    assert [each.name for each in session.get_outputs()] == ['probabilities', 'haze_mask']


@pytest.mark.slow
def test_what_is_wrong_is_said_in_a_line(tmp_path, capsys):
    checkpoint = save_checkpoint(BASE, tmp_path / 'epoch_1.pth')
    capsys.readouterr()
    for arguments, code, says in (
            ([BASE, str(tmp_path / 'none.pth')], 2, 'There is no checkpoint'),
            (['lenet7', str(checkpoint)], 2, 'There is no config lenet7'),
            ([BASE, str(checkpoint), '--out', str(tmp_path)], 1, f'{tmp_path} cannot be written')):
        assert export(arguments) == code
        error = capsys.readouterr().err
        assert error.startswith('mmhaze export: ')
        assert says in error
        assert error.count('\n') == 1
    assert [path.name for path in tmp_path.iterdir()] == ['epoch_1.pth']
