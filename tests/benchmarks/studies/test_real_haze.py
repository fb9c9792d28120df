from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.studies import real_haze
from benchmarks.studies.real_tests import RealTest, all_files, find_tests


def repeated(times: int) -> RealTest:
    """Four videos of fog and four of none, each frame so many times."""
    truth = np.repeat([1, 1, 1, 1, 0, 0, 0, 0], times)
    return RealTest('videos', 'area', 1.0, tuple(Path(str(index)) for index in range(8 * times)), truth,
                    np.repeat(np.arange(8), times))


@pytest.fixture
def data(tmp_path) -> Path:
    """The folders of the tests, with grey photos that are as bright as they are hazy."""
    rng = np.random.default_rng(0)

    def photo(path: Path, haze: float) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scene = rng.integers(0, 256, (40, 60, 3)) * (1 - haze) + 230 * haze
        cv2.imwrite(str(path), scene.astype(np.uint8))

    conditions = {'a': ('Sunny', 0.0), 'b': ('Light fog', 0.4), 'c': ('Heavy fog', 0.9), 'd': ('Cloudy (rain)', 0.1)}
    for name, (_, haze) in conditions.items():
        photo(tmp_path / f'ceit_foggy/{name}/0.jpg', haze)
    rows = [f'{name}/0.jpg,{name},{condition}' for name, (condition, _) in conditions.items()]
    (tmp_path / 'ceit_foggy/labels.csv').write_text('\n'.join(['file,video,condition', *rows]))
    metres = {'1': (200.0, 0.9), '2': (5000.0, 0.4), '3': (20000.0, 0.0)}
    for day, (_, haze) in metres.items():
        photo(tmp_path / f'benchmark_visibility/{day}/0.jpg', haze)
    rows = [f'{day}/0.jpg,{day},{far}' for day, (far, _) in metres.items()]
    (tmp_path / 'benchmark_visibility/labels.csv').write_text('\n'.join(['file,day,visibility_m', *rows]))
    for folder, haze in {'weather/fog': 0.8, 'weather/clouds': 0.1, 'weather/shine': 0.0,
                         'real_hazy/fog_photos': 0.7}.items():
        photo(tmp_path / folder / '0.jpg', haze)
    return tmp_path


def test_truth_is_what_the_labels_say(data):
    tests = {test.name: test for test in find_tests(data)}
    assert tests['ceit_foggy, four grades'].truth.tolist() == [0, 1, 3, 0]
    assert tests['ceit_foggy, fog against none'].truth.tolist() == [0, 1, 1, 0]
    far = tests['benchmark_visibility, below 1 km against above 10 km']
    assert far.truth.tolist() == [1, 0] and [file.parent.name for file in far.files] == ['1', '3']
    assert len(tests) == 6 and len(all_files(list(tests.values()))) == 11


@pytest.mark.slow
def test_a_measure_of_haze_is_right_on_photos_that_are_as_bright_as_they_are_hazy(data, tmp_path):
    name = 'dark channel, upper three quarters'
    real_haze.main([str(data), '--methods', name, '--out', str(tmp_path / 'found.json')])
    found = json.loads((tmp_path / 'found.json').read_text())['methods'][name]
    assert {test: result['value'] for test, result in found.items()} == {
        'ceit_foggy, fog against none': 1, 'ceit_foggy, four grades': pytest.approx(0.949, abs=1e-3),
        'benchmark_visibility, metres': -1, 'benchmark_visibility, below 1 km against above 10 km': 1,
        'weather, fog against clouds and shine': 1, 'news photos of fog against the same': 1}


def test_more_frames_of_the_same_videos_make_no_narrower_interval():
    scores = np.array([9.0, 8, 3, 6, 5, 4, 2, 1])
    once, often = (repeated(times).judge(np.repeat(scores, times), draws=200) for times in (1, 50))
    assert once == often
    assert once[0] == pytest.approx(14 / 16) and once[1] < 0.8 and once[2] == 1


def test_the_rank_correlation_is_that_of_the_ranks():
    test = RealTest('metres', 'rank correlation', -1, tuple(map(Path, 'abcd')), np.array([10., 20, 5000, 90]),
                    np.arange(4))
    assert test.judge(np.array([4.0, 3, 1, 2]))[0] == pytest.approx(-1)
