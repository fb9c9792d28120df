from __future__ import annotations

import json
import shutil

import pytest

from mmhaze.haze_map import weights

FILES = (weights.ONNX, weights.SAFETENSORS)


@pytest.fixture
def copy(tmp_path):
    for name in (*FILES, weights.TABLE):
        shutil.copy2(weights.FOLDER / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize('name', FILES)
def test_the_files_that_are_shipped_are_those_of_the_table(name):
    assert weights.sha256(weights.read_weights(name)) == json.loads((weights.FOLDER / weights.TABLE).read_text())[name]
    assert (weights.FOLDER / name).stat().st_size < 5e6  # the two of them below 10 MB


@pytest.mark.parametrize('name', FILES)
def test_one_bit_is_enough_to_refuse_them(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ValueError, match=f'{name} is not the file that came with mmhaze: its SHA-256 .* wanted'):
        weights.read_weights(name, copy)


@pytest.mark.parametrize('missing', [weights.ONNX, weights.TABLE])
def test_a_file_that_is_missing_is_named(copy, missing):
    (copy / missing).unlink()
    with pytest.raises(FileNotFoundError, match=f'{missing}, which comes with mmhaze. Install'):
        weights.read_weights(weights.ONNX, copy)


def test_what_the_table_does_not_know_is_refused(copy):
    (copy / weights.TABLE).write_text('{}')
    with pytest.raises(ValueError, match='wanted None'):
        weights.read_weights(weights.ONNX, copy)
