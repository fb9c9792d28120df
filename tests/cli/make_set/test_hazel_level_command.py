from __future__ import annotations

import csv
import shutil

from mmhaze.cli.make_set import hazel_level_command
from mmhaze.synthesis.noise import NOISES
from tests.synthesis.conftest import frida_folder  # noqa: F401  a fixture

from ..calling import command

hazel_level = command('make-set hazel-level')


def test_some_scenes_become_a_set_where_that_is_allowed(frida_folder, tmp_path, capsys):  # noqa: F811
    words = [str(frida_folder), '--out', str(tmp_path / 'set'), '--workers', '1']
    assert hazel_level(words) == 2
    assert capsys.readouterr().err.startswith('mmhaze make-set hazel-level: ')
    assert hazel_level([*words, '--allow-partial']) == 0
    said = capsys.readouterr().out
    assert f'Hazel-level is complete: {tmp_path / "set" / "manifest.csv"}' in said
    assert 'images by the split random: train 162, test 18\nimages by the split scene: train 144, test 36\n' in said
    with (tmp_path / 'set' / 'manifest.csv').open(newline='') as lines:
        assert len(list(csv.DictReader(lines))) == 5 * 4 * 9


def test_a_split_without_a_test_part_is_said(frida_folder, tmp_path, capsys):  # noqa: F811
    shutil.rmtree(frida_folder / 'frida2')
    assert hazel_level([str(frida_folder), '--out', str(tmp_path / 'set'), '--workers', '1', '--allow-partial']) == 0
    assert 'split scene: train 72, test 0; nothing to test on: give more scenes\n' in capsys.readouterr().out


def test_the_kinds_of_noise_are_those_of_the_package():
    assert sorted(NOISES) == list(hazel_level_command.NOISES)
