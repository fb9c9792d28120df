"""The pictures of where networks look."""
from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from tests.apis.test_inferencer import BASE, save_checkpoint
from tests.ucm.photos import wall

from .calling import command

cam = command('cam')

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


@pytest.mark.slow
def test_each_photo_gets_its_picture(album, checkpoints, tmp_path, capsys):
    pytest.importorskip('pytorch_grad_cam')
    arguments = [str(album), '--levels', *model_of(checkpoints), '--out', str(tmp_path / 'cams')]
    assert cam(arguments) == 0
    made = {path.relative_to(tmp_path / 'cams').as_posix() for path in (tmp_path / 'cams').rglob('*.png')}
    assert made == {'level_0/a.png.png', 'level_3/a.png.png'}
    width = cv2.imread(str(tmp_path / 'cams' / 'level_0' / 'a.png.png')).shape[1]
    assert 'in' in capsys.readouterr().out
    base = ['--base', BASE, '--base-checkpoint', str(checkpoints[BASE])]
    assert cam([*arguments, *base]) == 0
    assert cv2.imread(str(tmp_path / 'cams' / 'level_0' / 'a.png.png')).shape[1] > width + 200


@pytest.mark.slow
def test_a_photo_that_cannot_be_done_is_named_and_the_rest_goes_on(album, checkpoints, tmp_path, capsys):
    pytest.importorskip('pytorch_grad_cam')
    (album / 'level_3' / 'b.png').write_bytes(b'no photo')
    (album / 'level_3' / 'b.txt').touch()
    cv2.imwrite(str(album / 'loose.png'), wall(0.1))
    out = tmp_path / 'cams'
    assert cam([str(album), '--levels', *model_of(checkpoints), '--out', str(out)]) == 1
    said = capsys.readouterr()
    assert 'b.png cannot be read' in said.err
    assert said.out.splitlines()[-1] == 'Passed over: 1 file that is no photo (.txt).'
    assert 'loose.png lies in no folder level_N' in said.err
    assert said.out.startswith('2 pictures')
    assert len(list(out.rglob('*.png'))) == 2


@pytest.mark.parametrize('words', [
    ['nothing-here', '--out', 'x'], ['{album}', '--out', 'x', '--checkpoint', 'nothing.pth']])
def test_what_is_not_there_is_said(words, album, checkpoints, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = [word.format(album=album) for word in words]
    assert cam([*model_of(checkpoints), *words]) == 2
    assert 'nothing' in capsys.readouterr().err
    assert not (tmp_path / 'x').exists()


@pytest.mark.parametrize('words', [['--base', BASE], ['--truth', '1', '--levels']])
def test_what_does_not_go_together_is_refused(words, album, checkpoints, tmp_path):
    with pytest.raises(SystemExit):
        cam([str(album), *model_of(checkpoints), '--out', str(tmp_path / 'x'), *words])
