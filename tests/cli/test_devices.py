"""A device that is not there: a line from every command that takes one, and a folder that stays as it was."""
from __future__ import annotations

import argparse

import cv2
import pytest

import mmhaze.cli
from mmhaze.cli.main import find_commands, main
from tests.ucm.photos import wall

WORDS = {
    'haze': ['{album}', '--out', '{out}'],
    'haze --dehazer': ['{album}', '--out', '{out}', '--dehazer', 'dcp'],
    'dehaze': ['{album}', '--out', '{out}'],
    'cam': ['{album}', '--model', 'resnet18_demo', '--checkpoint', 'x.pth', '--out', '{out}'],
    'feature-map': ['--model', 'resnet18_demo', '--checkpoint', 'x.pth', '--out', '{out}'],
    'page': ['--dehazer', 'dcp', '--port', '0'],
    'clip-domains': ['{album}', '--clip', 'x', '--out', '{out}/former.csv'],
    'clip-domains --backend': ['{album}', '--clip', 'x', '--out', '{out}/former.csv', '--backend', 'open_clip',
                               '--arch', 'ViT-B-32'],
    'make-set haze-wild': ['{album}', '--out', '{out}', '--depth', 'ground'],
    'make-set haze-wild --depth': ['{album}', '--out', '{out}', '--depth', 'model'],
}


@pytest.mark.parametrize('device', ['cuda:99', 'gpu', '', '-1'])
@pytest.mark.parametrize('words', WORDS)
def test_a_device_that_is_not_there_is_said_in_a_line_before_anything_is_touched(words, device, tmp_path, capsys,
                                                                                 monkeypatch):
    monkeypatch.setattr('mmhaze.cli.page_command.port_number', int)
    album, out = tmp_path / 'album', tmp_path / 'out'
    album.mkdir()
    out.mkdir()
    cv2.imwrite(str(album / 'a.png'), wall(0.05))
    (out / 'former.csv').write_text('file\n')
    name = [word for word in words.split() if not word.startswith('--')]
    assert main([*name, *(word.format(album=album, out=out) for word in WORDS[words]), '--device', device]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f'mmhaze {" ".join(name)}: There is no {device or repr(device)} here; wanted cpu')
    assert said.endswith(', or leave --device out.\n') and said.count('\n') == 1
    assert [path.name for path in out.iterdir()] == ['former.csv'] and (out / 'former.csv').read_text() == 'file\n'


def test_these_are_all_commands_that_take_a_device():
    commands = find_commands(mmhaze.cli)
    commands.update({f'make-set {name}': each for name, each in find_commands(commands.pop('make-set')).items()})

    def takes_device(module) -> bool:
        module.add_arguments(parser := argparse.ArgumentParser())
        return any('--device' in action.option_strings for action in parser._actions)

    assert {name for name, each in commands.items() if takes_device(each)} == {
        words.partition(' --')[0] for words in WORDS}
