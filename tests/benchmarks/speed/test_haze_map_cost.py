from __future__ import annotations

import json

import pytest

from benchmarks.speed.haze_map_cost import main


@pytest.mark.slow
def test_every_way_is_measured_in_each_round(tmp_path):
    main(['--photos', '2', '--frames', '2', '--rounds', '1', '--out', str(tmp_path / 'cost.json')])
    summary = json.loads((tmp_path / 'cost.json').read_text())
    assert set(summary['medians']) == {'shell', 'file', 'array', 'folder', 'levels', 'video'}
    assert all(len(figures) == 1 and figures[0] > 0 for figures in summary['rounds'].values())
