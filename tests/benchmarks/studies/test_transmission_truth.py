from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.common.page_tables import with_table
from benchmarks.studies import transmission_truth as truth
from benchmarks.studies.haze_scores import Method
from benchmarks.studies.ucm_quality import Sample
from tests.conftest import ROOT
from tests.synthesis.conftest import write_frida_scene


def toy() -> Sample:
    """Four columns of t .9, .4, .2 and .1, the upper of two rows sky."""
    t = np.tile([0.9, 0.4, 0.2, 0.1], (2, 1))
    return Sample({}, np.zeros((2, 4, 3), np.uint8), t, np.array([[True] * 4, [False] * 4]))


def test_the_sky_counts_for_nothing():
    marks = np.array([[0.0] * 4, [0.9, 0.6, 0.2, 0.1]])
    assert truth.measure(marks, toy()) == dict(iou=pytest.approx(2 / 3), error=pytest.approx(0.2 / 4), marked=0.5)


def test_a_mask_has_no_error_of_t():
    mask = np.array([[True] * 4, [True, True, True, True]])
    assert truth.measure(mask, toy()) == dict(iou=0.75, error=None, marked=1)


def test_the_truth_itself_has_an_iou_of_1_and_no_error():
    samples = [truth.Known('a', str(index), toy()) for index in range(3)]
    counts, columns = truth.evaluate(samples, [Method(('exact',), lambda img: toy().t)])
    assert counts == {'a': dict(photos=3, scenes=3)}
    assert columns['exact']['a']['iou'] == dict(value=1, low=1, high=1)
    assert columns['exact']['a']['error'] == dict(value=0, low=0, high=0)


def test_a_mean_is_over_photos_and_its_interval_over_scenes():
    once = truth.mean_over_scenes([0.0, 1.0], ['a', 'b'])
    often = truth.mean_over_scenes([0.0] * 50 + [1.0] * 50 + [None], ['a'] * 50 + ['b'] * 50 + ['c'])
    assert once == often == dict(value=0.5, low=0, high=1)
    assert truth.mean_over_scenes([0.0, 0.0, 1.0], ['a', 'a', 'b'])['value'] == pytest.approx(1 / 3, abs=1e-3)
    assert truth.mean_over_scenes([None], ['a']) is None


@pytest.mark.slow
def test_drawn_scenes_are_the_same_each_time_and_parted_by_their_haze(monkeypatch):
    monkeypatch.setattr(truth, 'DRAWN_SIZE', (48, 64))
    first, again = (list(truth.drawn(6)) for _ in range(2))
    for one, other in zip(first, again):
        np.testing.assert_array_equal(one.sample.img, other.sample.img)
        hazy = (one.sample.t < 0.5) & ~one.sample.sky
        assert one.set == ('drawn scenes' if hazy.any() else 'drawn scenes, clear')
    assert {each.set for each in first} == {'drawn scenes', 'drawn scenes, clear'}
    assert [each.scene for each in first] == [str(300_000 + index) for index in range(6)]


def test_without_haze_the_tables_show_what_is_marked():
    found = dict(iou=dict(value=0.8, low=0.7, high=0.9), error=None, marked=dict(value=0.1, low=0, high=0.2))
    summary = dict(sets={'road photos': {}, 'road photos, clear': {}},
                   columns={'UCM, paper': {'road photos': found, 'road photos, clear': found}})
    tables = truth.make_tables(summary)
    assert tables['transmission'].splitlines()[2:] == ['| goal | .700 |  |', '| UCM, paper | .800 [.700, .900] | - |']
    assert tables['clear'].splitlines()[2:] == ['| UCM, paper | .100 [.000, .200] | - |']


@pytest.mark.slow
@pytest.mark.usefixtures('threads')
def test_the_script_measures_a_method_again_and_keeps_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(truth, 'DRAWN_SIZE', (48, 64))
    for number in (1, 2, 3, 4):
        write_frida_scene(tmp_path, 'frida', number)
    out = tmp_path / 'found.json'
    truth.main([str(tmp_path), '--methods', 'otsu', 'prior', '--drawn', '3', '--out', str(out)])
    first = json.loads(out.read_text())
    assert first['sets']['Hazel-level'] == dict(photos=18, scenes=2)  # every third scene
    truth.main([str(tmp_path), '--methods', 'ucm', '--drawn', '3', '--out', str(out)])
    merged = json.loads(out.read_text())
    assert len(merged['columns']) == 3
    assert {name: merged['columns'][name] for name in first['columns']} == first['columns']


def test_the_page_has_the_tables_of_its_figures():
    results = ROOT / 'docs' / 'results'
    page = (results / 'real_haze.md').read_text(encoding='utf-8')
    tables = truth.make_tables(json.loads((results / 'transmission_truth.json').read_text()))
    assert set(tables) == {'transmission', 'clear'}
    for place, table in tables.items():
        assert with_table(page, place, table, 'real_haze.md') == page
