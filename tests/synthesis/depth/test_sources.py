from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmhaze.synthesis.depth import (
    DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL,
    FileDepth,
    GroundPlane,
    NetworkDepth,
    find_depth_source,
)


def test_ground_is_a_plane():
    assert find_depth_source('ground', camera_height=2.0) == GroundPlane(camera_height=2.0)


def test_model_is_a_network_by_its_name_or_the_one_known_here():
    source = find_depth_source('model:someone/network', device='cpu:0', batch_size=4)
    assert isinstance(source, NetworkDepth)
    assert (source.model, source.device, source.batch_size) == ('someone/network', 'cpu:0', 4)
    default = find_depth_source('model')
    assert isinstance(default, NetworkDepth) and default.model == DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL


def test_a_folder_is_one_of_depth_maps_even_if_it_is_called_ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / 'ground').mkdir()
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / 'ground' / '7.npy', np.full((4, 6), 300))
    source = find_depth_source('./ground', scale=0.01, root=tmp_path)
    assert isinstance(source, FileDepth)
    np.testing.assert_allclose(source.depth_of(tmp_path / '7.jpg', np.zeros((4, 6, 3), np.uint8)), 3)


def test_what_is_none_of_these_is_told():
    with pytest.raises(FileNotFoundError, match=r'no folder gruond .* "ground", or "model:"'):
        find_depth_source('gruond')


@pytest.mark.parametrize(('spec', 'known'), [('ground', 'camera_height, focal, horizon'),
                                             ('model:x/y', 'batch_size, device, metric, revision'),
                                             ('.', 'kind, root, scale, suffix')])
def test_an_option_of_another_source_is_refused(spec: str, known: str):
    with pytest.raises(ValueError, match=f'takes {known}, got colour'):
        find_depth_source(spec, colour=1)
