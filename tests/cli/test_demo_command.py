from __future__ import annotations

import json

import pytest

from mmhaze.io.photo import read_photo

from .calling import command


@pytest.mark.slow
@pytest.mark.filterwarnings('default')  # the host's own, about what torch and it will change
def test_a_small_demo_trains_tests_and_draws(tmp_path, capsys):
    data, out = tmp_path / 'data', tmp_path / 'out'
    assert command('demo')(['--data', str(data), '--out', str(out), '--scenes', '8', '--epochs', '1']) == 0
    table = json.loads((out / 'results.json').read_text())
    assert table.keys() == {'ResNet18', 'MagNet'}
    for row in table.values():
        assert row.keys() == {'accuracy', 'error_in_levels', 'within_one_level', 'seconds'}
        # chance is 20 %, and 20 test photos tell 5 % apart
        assert row['accuracy'] % 5 == pytest.approx(0, abs=1e-3) and 0 <= row['error_in_levels'] <= 4
    printed = capsys.readouterr()
    assert 'on streets never seen' in printed.out and f'{table["MagNet"]["accuracy"]:.1f} %' in printed.out
    assert read_photo(out / 'demo.png').shape[1] == 1600
    assert (out / 'magnet' / 'epoch_1.pth').is_file()
    assert len(list(data.rglob('*.jpg'))) == 80
