from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from benchmarks.studies import dehazing_framework as dehazing
from benchmarks.studies import dehazing_runs as runs_of
from mmhaze.datasets import PairedHazeDataset


@pytest.fixture
def pairs(rng, tmp_path):
    for folder in ('hazy', 'GT'):
        (tmp_path / 'pairs' / folder).mkdir(parents=True)
        for place in range(2):
            cv2.imwrite(str(tmp_path / 'pairs' / folder / f'{place}.png'), rng.integers(0, 256, (40, 50, 3), np.uint8))
    return PairedHazeDataset(str(tmp_path / 'pairs'), pipeline=[dict(type='LoadPair'), dict(type='PackDehazing')])


def small_config() -> Config:
    config = dehazing.load_config('aodnet', 'plain', 3, 2)
    pipeline = [dict(type='LoadPair'), dict(type='PackDehazing')]
    config.train_dataloader.dataset = dict(type='PairedHazeDataset', data_root='pairs', pipeline=pipeline)
    return config


@pytest.mark.slow
def test_runs_are_made_once_and_come_out_in_the_tables(pairs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = [runs_of.Run('none', 'plain', 0, dehazing.LeaveAsItIs), runs_of.Run('aodnet', 'plain', 3, small_config)]
    runs_of.run_all(runs, tmp_path / 'out', dict(scenes=pairs), None)
    written = {path: path.read_bytes() for path in (tmp_path / 'out').glob('*/result.json')}
    runs_of.run_all(runs, tmp_path / 'out', dict(scenes=pairs), None)
    assert len(written) == 2 and all(path.read_bytes() == content for path, content in written.items())
    found = runs_of.gather(tmp_path / 'out', dehazing.ROWS)
    assert [(each['network'], each['seed'], each['steps']) for each in found] == [('none', 0, 0), ('aodnet', 3, 2)]
    assert found[1]['parameters'] == 1761 and found[0]['sets']['scenes']['psnr'] == pytest.approx(
        found[0]['sets']['scenes']['psnr_hazy'])
    page = runs_of.tables([*found, dict(found[1], seed=4)])
    assert '| none | plain | 1 |' in page and '| aodnet | plain | 2 |' in page and '| 1,761 |' in page


@pytest.mark.parametrize('variant, losses, prm', [
    ('plain', None, None), ('PRM', {'l1'}, True), ('inter', {'l1', 'inter'}, False), ('intra', {'l1', 'intra'}, False),
    ('all', {'l1', 'inter', 'intra'}, True)])
def test_a_variant_has_the_parts_of_its_name(variant, losses, prm):
    model = dehazing.load_config('gunet-t', variant, 1, None).model
    assert model.get('losses') is None if losses is None else set(model.losses) == losses
    assert bool(model.get('prm')) is bool(prm) and (model.type == 'GUNet') is (variant == 'plain')


def test_mean_and_deviation():
    assert runs_of.spread([1.0], 2) == '1.00' and runs_of.spread([1.0, 2.0], 2) == '1.50 ± 0.71'
    assert runs_of.spread([1.0, 1.0], 0) == '1 ± 0'


def test_differences_are_those_to_the_baseline_of_the_same_network_and_seed():
    def run(network, variant, seed, psnr):
        return dict(network=network, variant=variant, seed=seed,
                    sets=dict(rooms=dict(psnr=psnr, ssim_dehazeformer=psnr / 100)))
    runs = [run('a', 'plain', 1, 10), run('a', 'plain', 2, 20), run('a', 'inter', 1, 11.5), run('a', 'inter', 2, 19),
            run('b', 'plain', 1, 30), run('b', 'inter', 1, 31), run('b', 'inter', 2, 99)]
    assert runs_of.differences(runs, 'plain').splitlines() == [
        '| beyond plain | | rooms: dB | SSIM |', '|---|---|---|---|',
        '| a | inter | +1.50, -1.00 | +0.015, -0.010 |', '| b | inter | +1.00 | +0.010 |']
