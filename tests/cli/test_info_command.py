from __future__ import annotations

import torch

from .calling import command


def test_it_says_the_versions(capsys):
    assert command('info')([]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines['torch'] == torch.__version__ and {'mmhaze', 'mmpretrain', 'python', 'cores'} <= lines.keys()
