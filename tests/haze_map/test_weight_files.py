from __future__ import annotations

import json
import shutil

import pytest

from mmhaze.haze_map import weight_files

FILES = (weight_files.ONNX, weight_files.SAFETENSORS)


@pytest.fixture
def copy(tmp_path):
    for name in (*FILES, weight_files.TABLE):
        shutil.copy2(weight_files.FOLDER / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize('name', FILES)
def test_the_files_that_are_shipped_are_those_of_the_table(name):
    table = json.loads((weight_files.FOLDER / weight_files.TABLE).read_text())
    assert weight_files.sha256(weight_files.read_weights(name)) == table[name]
    assert (weight_files.FOLDER / name).stat().st_size < 5e6  # the two of them below 10 MB


@pytest.mark.parametrize('name', FILES)
def test_one_bit_is_enough_to_refuse_them(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ValueError, match=f'{name} is not the file that came with mmhaze: its SHA-256 .* wanted'):
        weight_files.read_weights(name, copy)


@pytest.mark.parametrize('missing', [weight_files.ONNX, weight_files.TABLE])
def test_a_file_that_is_missing_is_named(copy, missing):
    (copy / missing).unlink()
    with pytest.raises(FileNotFoundError, match=f'{missing}, which comes with mmhaze. Install'):
        weight_files.read_weights(weight_files.ONNX, copy)


def test_what_the_table_does_not_know_is_refused(copy):
    (copy / weight_files.TABLE).write_text('{}')
    with pytest.raises(ValueError, match='wanted None'):
        weight_files.read_weights(weight_files.ONNX, copy)
