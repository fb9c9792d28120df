from __future__ import annotations

import pytest

from benchmarks.speed import words_memory


@pytest.mark.parametrize('fusion', words_memory.FUSIONS)
def test_each_fusion_is_measured(fusion, capsys):
    assert words_memory.main(['--here', '--fusions', fusion, '--size', '64', '80']) == 0
    assert float(capsys.readouterr().out) >= 0


def test_the_table_sets_them_beside_the_first(monkeypatch, capsys):
    figures = iter(['100', '130', '90', '150', '110', '140'])
    monkeypatch.setattr(words_memory.subprocess, 'run', lambda *command, **settings: type(
        'Done', (), dict(stdout=f'some warning\n{next(figures)}\n'))())
    words_memory.main(['--fusions', 'plain', 'pa'])
    assert capsys.readouterr().out.splitlines()[2:] == ['| plain | 100 | +0 |', '| pa | 140 | +40 |']
