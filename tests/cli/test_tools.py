"""The scripts of ``tools/``: each is a command, under the name that it always had."""
from __future__ import annotations

import re
import runpy
import sys

import pytest

from mmhaze import cli
from mmhaze.cli.main import find_commands

from ..conftest import ROOT

SCRIPTS = sorted((ROOT / 'tools').rglob('*.py'))


@pytest.mark.parametrize('script', SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_its_command(script, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', [str(script), '--help'])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name='__main__')
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert re.match(rf'usage: {script.stem}(\.py)? ', shown)
    words = re.search(r'``mmhaze ([\w -]+)``', script.read_text())[1].split()
    module = cli
    for word in words:
        module = find_commands(module)[word]
    assert ' '.join(module.__doc__.split()[:6]) in ' '.join(shown.split())


def test_nothing_runs_when_a_script_is_imported():
    for script in SCRIPTS:
        runpy.run_path(str(script), run_name='not_main')
