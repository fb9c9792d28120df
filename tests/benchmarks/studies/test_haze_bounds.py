from __future__ import annotations

import numpy as np
import torch

from benchmarks.studies.haze_bounds import main, shares


def test_the_share_is_that_of_the_scattering_model():
    """Half of the picture is a wall at 100 m, half the sky; at 300 m of visibility t is 1 / e before the wall."""
    depth = torch.full((1, 1, 4, 4), 100.0)
    depth[..., :2, :] = 1000.0
    wall, sky = 1 - np.exp(-1), np.exp(-10)
    np.testing.assert_allclose(shares(depth, 300), (wall + (1 - sky)**2) / (2 - sky), rtol=1e-5)


def test_its_table_rises_as_visibility_falls(capsys):
    main(['--count', '2'])
    medians = [float(row.split('|')[2]) for row in capsys.readouterr().out.splitlines()[2:]]
    assert len(medians) == 11 and medians == sorted(medians) and medians[0] < 0.1 and medians[-1] > 0.4
