"""The tools that draw where networks look, and what they make of a data set."""
from __future__ import annotations

import csv
from pathlib import Path

import cv2
import pytest

from tests.apis.test_inferencer import BASE, save_checkpoint
from tests.ucm.photos import wall
from tools import cam, feature_map

from ..tiny_set import write_tiny_set

MAGNET = 'magnet-fe-s_lenet5_hazel-level'


@pytest.fixture(scope='module')
def checkpoints(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('weights')
    return {name: save_checkpoint(name, folder / f'{name}.pth') for name in (BASE, MAGNET)}


@pytest.fixture
def album(tmp_path) -> Path:
    for level in (0, 3):
        folder = tmp_path / 'album' / f'level_{level}'
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / 'a.png'), wall(0.02 * (level + 1)))
    return tmp_path / 'album'


def model_of(checkpoints: dict[str, Path], name: str = MAGNET) -> list[str]:
    return ['--model', name, '--checkpoint', str(checkpoints[name])]


def test_each_photo_gets_its_picture(album, checkpoints, tmp_path, capsys):
    pytest.importorskip('pytorch_grad_cam')
    arguments = [str(album), '--levels', *model_of(checkpoints), '--out', str(tmp_path / 'cams')]
    assert cam.main(arguments) == 0
    made = {path.relative_to(tmp_path / 'cams').as_posix() for path in (tmp_path / 'cams').rglob('*.png')}
    assert made == {'level_0/a.png.png', 'level_3/a.png.png'}
    width = cv2.imread(str(tmp_path / 'cams' / 'level_0' / 'a.png.png')).shape[1]
    assert 'in' in capsys.readouterr().out
    base = ['--base', BASE, '--base-checkpoint', str(checkpoints[BASE])]
    assert cam.main([*arguments, *base]) == 0
    assert cv2.imread(str(tmp_path / 'cams' / 'level_0' / 'a.png.png')).shape[1] > width + 200


def test_a_photo_that_cannot_be_done_is_named_and_the_rest_goes_on(album, checkpoints, tmp_path, capsys):
    pytest.importorskip('pytorch_grad_cam')
    (album / 'level_3' / 'b.png').write_bytes(b'no photo')
    cv2.imwrite(str(album / 'loose.png'), wall(0.1))
    out = tmp_path / 'cams'
    assert cam.main([str(album), '--levels', *model_of(checkpoints), '--out', str(out)]) == 1
    said = capsys.readouterr()
    assert 'b.png cannot be read' in said.err
    assert 'loose.png lies in no folder level_N' in said.err
    assert said.out.startswith('2 pictures')
    assert len(list(out.rglob('*.png'))) == 2


@pytest.mark.parametrize('words', [
    ['nothing-here', '--out', 'x'], ['{album}', '--out', 'x', '--checkpoint', 'nothing.pth']])
def test_what_is_not_there_is_said(words, album, checkpoints, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [word.format(album=album) for word in words]
    assert cam.main([*model_of(checkpoints), *words]) == 2
    assert 'nothing' in capsys.readouterr().err
    assert not (tmp_path / 'x').exists()


@pytest.mark.parametrize('words', [['--base', BASE], ['--truth', '1', '--levels']])
def test_what_does_not_go_together_is_refused(words, album, checkpoints, tmp_path):
    with pytest.raises(SystemExit):
        cam.main([str(album), *model_of(checkpoints), '--out', str(tmp_path / 'x'), *words])


@pytest.mark.parametrize(('words', 'numbers'), [([], 19440), (['--feature', 'task', '--method', 'pca'], 9720)])
def test_the_test_photos_of_a_config_are_laid_out(words, numbers, checkpoints, tmp_path, capsys):
    pytest.importorskip('sklearn')
    data = write_tiny_set(tmp_path / 'data', levels=9, rounds=6)
    out = tmp_path / 'features'
    assert feature_map.main([*model_of(checkpoints), '--data', str(data), '--out', str(out), *words]) == 0
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
    assert feature_map.main([*model_of(checkpoints, BASE), '--data', str(data), '--feature', 'magnifier', '--out',
                             str(tmp_path / 'out')]) == 2
    assert 'magnifier is a channel' in capsys.readouterr().err
    assert feature_map.main([*model_of(checkpoints), '--data', str(tmp_path / 'none'), '--out', str(tmp_path)]) == 2
