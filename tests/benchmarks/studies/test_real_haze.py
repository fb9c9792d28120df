from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from benchmarks.common.page_tables import with_table
from benchmarks.studies import haze_scores, real_haze, worst_photos
from benchmarks.studies.frida_fogs import draw_fogs
from benchmarks.studies.real_tests import RealTest, all_photos, area_under_roc, find_tests, rank_correlation
from mmhaze.baselines import RowTrees
from mmhaze.io.photo import read_photo
from mmhaze.synthesis.levels import HAZEL_LEVEL_BETAS
from mmhaze.synthesis.make_hazel_level import make_hazel_level
from tests.conftest import ROOT
from tests.synthesis.conftest import write_frida_scene

pytestmark = pytest.mark.usefixtures('threads')


def repeated(times: int) -> RealTest:
    """Four videos of fog and four of none, each frame so many times."""
    truth = np.repeat([1, 1, 1, 1, 0, 0, 0, 0], times)
    return RealTest('videos', 'area', 1.0, tuple(Path(str(index)) for index in range(8 * times)), truth,
                    np.repeat(np.arange(8), times))


@pytest.fixture
def data(tmp_path) -> Path:
    """The folders of the tests, with grey photos that are as bright as they are hazy, and two scenes of FRIDA."""
    rng = np.random.default_rng(0)

    def photo(path: Path, haze: float) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        scene = rng.integers(0, 256, (40, 60, 3)) * (1 - haze) + 230 * haze
        cv2.imwrite(str(path), scene.astype(np.uint8))

    conditions = {'a': ('Sunny', 0.0), 'b': ('Light fog', 0.4), 'c': ('Heavy fog', 0.9), 'd': ('Cloudy (rain)', 0.1)}
    for name, (_, haze) in conditions.items():
        photo(tmp_path / f'data/ceit_foggy/{name}/0.jpg', haze)
    rows = [f'{name}/0.jpg,{name},{condition}' for name, (condition, _) in conditions.items()]
    (tmp_path / 'data/ceit_foggy/labels.csv').write_text('\n'.join(['file,video,condition', *rows]))
    metres = {'1': (200.0, 0.9), '2': (5000.0, 0.4), '3': (20000.0, 0.0)}
    for day, (_, haze) in metres.items():
        photo(tmp_path / f'data/benchmark_visibility/{day}/0.jpg', haze)
    rows = [f'{day}/0.jpg,{day},{far}' for day, (far, _) in metres.items()]
    (tmp_path / 'data/benchmark_visibility/labels.csv').write_text('\n'.join(['file,day,visibility_m', *rows]))
    for folder, haze in {'weather/fog': 0.8, 'weather/clouds': 0.1, 'weather/shine': 0.0,
                         'real_hazy/fog_photos': 0.7}.items():
        photo(tmp_path / 'data' / folder / '0.jpg', haze)
    for number in (61, 62, 63):
        write_frida_scene(tmp_path / 'data', 'frida2', number)
    return tmp_path / 'data'


@pytest.fixture
def grey_network(monkeypatch):
    """A network that takes dark for clear and bright for haze, and whose maps are flat."""
    def look(img: np.ndarray) -> SimpleNamespace:
        haze = float(img.mean()) / 255
        return SimpleNamespace(haze=haze, level=round(haze * 8), spread=0.1, sky=np.zeros(img.shape[:2]),
                               transmission=np.full(img.shape[:2], 1 - haze))
    monkeypatch.setattr(haze_scores, 'haze_estimator', lambda: look)
    monkeypatch.setattr(worst_photos, 'haze_estimator', lambda: look)


def test_truth_is_what_the_labels_say(data):
    tests = {test.name: test for test in find_tests(data)}
    assert tests['ceit_foggy, four grades'].truth.tolist() == [0, 1, 3, 0]
    assert tests['ceit_foggy, fog against none'].truth.tolist() == [0, 1, 1, 0]
    far = tests['benchmark_visibility, below 1 km against above 10 km']
    assert far.truth.tolist() == [1, 0] and [file.parent.name for file in far.photos] == ['1', '3']
    assert len(tests) == 7 and len(all_photos(list(tests.values()))) == 11 + 3 * 9


@pytest.mark.slow
def test_the_levels_of_frida_are_those_of_hazel_level_to_the_byte(data, tmp_path):
    folder = make_hazel_level(data, tmp_path / 'set', workers=1, allow_partial=True).parent
    fogs = draw_fogs(data)
    for fog in fogs:
        assert fog.params.beta == HAZEL_LEVEL_BETAS[fog.level]
        name = f'level_{fog.level}/{fog.scene.id}_{fog.params.fog}.png'
        np.testing.assert_array_equal(fog.read(), read_photo(folder / name))
    assert [fog.level for fog in fogs] == 3 * list(range(9))
    assert len({fog.params.fog for fog in fogs}) == 4 and fogs == draw_fogs(data)


def test_scenes_of_one_place_are_drawn_together(data):
    frida = find_tests(data)[-1]
    assert frida.name == 'FRIDA, nine levels' and frida.truth.tolist() == 3 * list(range(9))
    assert frida.groups.tolist() == 18 * ['frida2-000061'] + 9 * ['frida2-000063']


def test_the_transmission_of_a_fog_is_that_it_was_rendered_with(data):
    fog = next(fog for fog in draw_fogs(data) if fog.params.fog == 'heterogeneous')
    clear, _ = fog.scene.load()
    t = fog.transmission()[..., None]
    np.testing.assert_array_equal(fog.read(), (clear * t + 255 * (1 - t)).round())
    assert fog.sky().sum() == 1 and fog.sky().shape == t.shape[:2]


@pytest.mark.slow
def test_a_measure_of_haze_is_right_on_photos_that_are_as_bright_as_they_are_hazy(data, tmp_path):
    real_haze.main([str(data), '--methods', 'darkest_colour', '--out', str(tmp_path / 'found.json')])
    found = json.loads((tmp_path / 'found.json').read_text())['columns']['darkest colour, upper three quarters']
    values = {test: result['value'] for test, result in found.items()}
    assert values.pop('FRIDA, nine levels') > 0.6  # of noise for streets
    assert values == {
        'ceit_foggy, fog against none': 1, 'ceit_foggy, four grades': pytest.approx(0.949, abs=1e-3),
        'benchmark_visibility, metres': -1, 'benchmark_visibility, below 1 km against above 10 km': 1,
        'weather, fog against clouds and shine': 1, 'news photos of fog against the same': 1}


@pytest.mark.slow
def test_one_run_of_the_network_gives_both_its_columns(data, tmp_path, grey_network):
    real_haze.main([str(data), '--methods', 'haze_map', '--out', str(tmp_path / 'found.json')])
    summary = json.loads((tmp_path / 'found.json').read_text())
    columns = summary['columns']
    assert len({each['version'] for each in summary['measured'].values()}) == 1
    assert list(columns) == ['network in the box: haze', 'network in the box: level']
    assert columns['network in the box: haze']['benchmark_visibility, metres']['value'] == -1


@pytest.mark.slow
def test_measuring_a_method_again_leaves_the_others_as_they_are(data, tmp_path):
    out = tmp_path / 'found.json'
    real_haze.main([str(data), '--methods', 'saturation', 'contrast', '--out', str(out)])
    first = json.loads(out.read_text())
    first['columns']['contrast']['FRIDA, nine levels']['value'] = 0.123  # what only that file knows
    first['columns']['saturation']['FRIDA, nine levels']['value'] = 0.123
    out.write_text(json.dumps(first))
    real_haze.main([str(data), '--methods', 'saturation', '--out', str(out)])
    merged = json.loads(out.read_text())
    assert merged['columns']['contrast'] == first['columns']['contrast'] and len(merged['columns']) == 2
    assert merged['columns']['saturation']['FRIDA, nine levels']['value'] != 0.123


@pytest.mark.slow
def test_columns_of_other_photos_are_not_put_beside_each_other(data, tmp_path):
    out = tmp_path / 'found.json'
    real_haze.main([str(data), '--methods', 'saturation', '--out', str(out)])
    before = out.read_bytes()
    (data / 'weather/shine/0.jpg').unlink()
    with pytest.raises(ValueError, match=r'found.json were measured with other tests\. Measure all columns again'):
        real_haze.main([str(data), '--methods', 'contrast', '--out', str(out)])
    assert out.read_bytes() == before


@pytest.mark.slow
def test_what_is_not_installed_is_a_line_and_the_others_are_measured(data, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pyfade', None)  # as if it were not there
    monkeypatch.setattr(haze_scores, 'find_spec',
                        lambda module: None if module == 'pyfade' else importlib.util.find_spec(module))
    real_haze.main([str(data), '--methods', 'saturation', 'fade'])
    out, err = capsys.readouterr()
    assert out.startswith('saturation | ') and 'FADE' not in out
    assert 'fade is left out, as it needs pyfade: pip install "mmhaze[benchmarks]"' in err


@pytest.mark.slow
def test_fade_tells_haze_from_none(data):
    pytest.importorskip('pyfade')
    hazy, clear = (read_photo(data / 'weather' / name / '0.jpg') for name in ('fog', 'shine'))
    assert haze_scores.of_fade(hazy)[0] > haze_scores.of_fade(clear)[0]


@pytest.mark.slow
def test_saved_trees_are_asked_for_their_mean_level(data, tmp_path):
    pytest.importorskip('sklearn')
    photos = [read_photo(data / 'weather' / name / '0.jpg') for name in ('shine', 'clouds', 'fog')]
    trees = RowTrees(3, trees=5).fit(photos, [0, 1, 2])
    trees.save(tmp_path / 'trees.npz')
    method = haze_scores.trained('RowTrees', tmp_path / 'trees.npz')
    assert [method.look(photo)[0] for photo in photos] == pytest.approx(trees.predict_proba(photos) @ [0, 1, 2])


def test_more_frames_of_the_same_videos_make_no_narrower_interval():
    scores = np.array([9.0, 8, 3, 6, 5, 4, 2, 1])
    once, often = (repeated(times).judge(np.repeat(scores, times), draws=200) for times in (1, 50))
    assert once == often
    assert once[0] == pytest.approx(14 / 16) and once[1] < 0.8 and once[2] == 1


def test_the_statistics_are_scikit_learns_and_scipys(rng):
    truth, scores = rng.integers(0, 4, 60), rng.integers(0, 9, 60)  # with ties
    assert area_under_roc((truth > 1).astype(int), scores) == pytest.approx(roc_auc_score(truth > 1, scores))
    assert rank_correlation(truth, scores) == pytest.approx(spearmanr(truth, scores).statistic)
    assert rank_correlation(truth, np.ones(60)) == 0


def test_the_worst_are_those_that_the_most_others_are_on_the_wrong_side_of():
    truth = np.array([1, 1, 1, 0, 0])
    test = RealTest('a', 'area', 1, tuple(map(Path, 'abcde')), truth, np.arange(5))
    wrong = worst_photos.wrongness(test, np.array([9.0, 1, 5, 2, 6]))
    assert wrong.tolist() == pytest.approx([0, -1, -0.5, 1 / 3, 2 / 3])
    metres = RealTest('m', 'rank correlation', -1, tuple(map(Path, 'abc')), np.array([10, 100, 1000]), np.arange(3))
    assert worst_photos.wrongness(metres, np.array([3.0, 2, 1])).tolist() == [0, 0, 0]
    assert worst_photos.wrongness(metres, np.array([1.0, 2, 3]))[2] > 0  # far, and told hazy


def test_a_sheet_has_the_worst_of_each_video_before_the_second_worst():
    wrong = np.array([0.9, 0.8, -0.7, 0.1, 0.2])
    assert worst_photos.worst(wrong, np.array(['a', 'a', 'b', 'b', 'c']), 4) == [0, 2, 4, 1]


@pytest.mark.slow
def test_sheets_are_written_for_each_test(data, tmp_path, grey_network):
    real_haze.main([str(data), '--worst', '3', '--out', str(tmp_path / 'sheets')])
    sheets = sorted(path.name for path in (tmp_path / 'sheets').iterdir())
    assert len(sheets) == 7 and sheets[-1] == 'weather_fog_against_clouds_and_shine.jpg'
    sheet = cv2.imread(str(tmp_path / 'sheets' / sheets[-1]))
    assert sheet.shape == (2 * 244, 2 * 3 * 300, 3)


def test_no_sheet_goes_into_the_checkout(data, grey_network):
    with pytest.raises(ValueError, match='lies in the checkout'):
        worst_photos.write_sheets(find_tests(data), {}, 1, ROOT / 'docs' / 'results')


def test_the_page_has_the_tables_of_its_figures():
    results = ROOT / 'docs' / 'results'
    page = (results / 'real_haze.md').read_text(encoding='utf-8')
    tables = real_haze.make_tables(json.loads((results / 'real_haze.json').read_text()))
    assert set(tables) == {'tests', 'areas', 'rank correlations'}
    for place, table in tables.items():
        assert with_table(page, place, table, 'real_haze.md') == page
