"""What the features of a network make of a data set."""
from __future__ import annotations

import csv
from pathlib import Path

import cv2
import pytest

from tests.apis.test_inferencer import BASE, save_checkpoint

from ..tiny_set import write_tiny_set
from .calling import command

feature_map = command('feature-map')
MAGNET = 'magnet-fe-s_lenet5_hazel-level'


@pytest.fixture(scope='module')
def checkpoints(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('weights')
    return {name: save_checkpoint(name, folder / f'{name}.pth') for name in (BASE, MAGNET)}


def model_of(checkpoints: dict[str, Path], name: str = MAGNET) -> list[str]:
    return ['--model', name, '--checkpoint', str(checkpoints[name])]


@pytest.mark.slow
@pytest.mark.parametrize(('words', 'numbers'), [([], 19440), (['--feature', 'task', '--method', 'pca'], 9720)])
def test_the_test_photos_of_a_config_are_laid_out(words, numbers, checkpoints, tmp_path, capsys):
    pytest.importorskip('sklearn')
    data = write_tiny_set(tmp_path / 'data', levels=9, rounds=6)
    out = tmp_path / 'features'
    assert feature_map([*model_of(checkpoints), '--data', str(data), '--out', str(out), *words]) == 0
    with (out / 'features.csv').open(newline='') as lines:
        rows = list(csv.DictReader(lines))
    with (data / 'manifest.csv').open(newline='') as lines:
        expected = {row['file']: row['level'] for row in csv.DictReader(lines) if row['split_random'] == 'test'}
    assert {Path(row['file']).name: row['level'] for row in rows} == expected
    assert cv2.imread(str(out / 'features.png')) is not None
    assert f'{len(expected)} photos by {numbers} numbers' in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {'features.csv', 'features.png'}


def test_features_that_are_not_there_are_said(checkpoints, tmp_path, capsys):
    data = write_tiny_set(tmp_path / 'data', levels=9, rounds=3)
    assert feature_map([*model_of(checkpoints, BASE), '--data', str(data), '--feature', 'magnifier', '--out',
                             str(tmp_path / 'out')]) == 2
    assert 'magnifier is a channel' in capsys.readouterr().err
    assert feature_map([*model_of(checkpoints), '--data', str(tmp_path / 'none'), '--out', str(tmp_path)]) == 2
