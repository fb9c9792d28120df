from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from scipy import ndimage
from skimage.filters import threshold_otsu

from benchmarks.studies import ucm_quality as quality
from mmhaze.physics import add_haze
from mmhaze.synthesis.make_hazel_level import make_hazel_level
from tests.conftest import ROOT
from tests.synthesis.conftest import write_frida_scene
from tests.ucm.test_released import wall


def checked(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Colours with a black pixel in every other row and column, so that the dark channel is 0; float in [0, 1]."""
    clear = rng.random((*shape, 3)) * 0.8
    clear[::2, ::2] = 0
    return clear


def test_iou_is_the_intersection_over_the_union():
    mask, truth = np.zeros((4, 5), bool), np.zeros((4, 5), bool)
    assert quality.iou(mask, truth) is None
    mask[:2] = True
    assert quality.iou(mask, truth) == 0 == quality.iou(truth, mask)
    truth[1:4, :4] = True
    assert quality.iou(mask, truth) == 4 / 18
    assert quality.iou(mask, mask) == 1


def test_the_gap_is_outside_less_inside():
    t = np.array([[0.9, 0.7], [0.2, 0.4]])
    mask = np.array([[False, False], [True, False]])
    assert quality.transmission_gap(mask, t) == pytest.approx((0.9 + 0.7 + 0.4) / 3 - 0.2)
    assert quality.transmission_gap(~mask, t) == pytest.approx(-quality.transmission_gap(mask, t))
    for none_or_all in (np.zeros_like(mask), np.ones_like(mask)):
        assert quality.transmission_gap(none_or_all, t) is None


def test_the_dark_channel_is_scipys_minimum(rng):
    img = rng.integers(0, 256, (40, 53, 3), np.uint8)
    np.testing.assert_array_equal(quality.dark_channel(img), ndimage.minimum_filter(img.min(2), 15, mode='nearest'))


def test_otsus_mask_is_scikit_images():
    img = wall(beta=0.05)
    dark = quality.dark_channel(img)
    mask = quality.otsu_mask(img)
    np.testing.assert_array_equal(mask, dark > threshold_otsu(dark))
    assert mask.dtype == bool and 0 < mask.mean() < 1


def test_the_dark_channel_prior_finds_the_transmission_of_a_scene_it_holds_for(rng):
    # of a black pixel 1 - t of the airlight remains, and 95 % of that is taken off
    depth = np.repeat([np.inf, 60.0, 20.0, 5.0], 30)[:, None] * np.ones(100)
    airlight = np.array([0.95, 0.9, 0.8])
    hazy = add_haze(checked((120, 100), rng), depth, 0.02, airlight)
    estimate = quality.dark_channel_transmission((hazy * 255).round().astype(np.uint8))
    expected = 1 - 0.95 * (1 - np.exp(-0.02 * depth))
    inner = np.zeros(depth.shape, bool)  # away from the steps of the depth, where a patch sees both
    for top in range(0, 120, 30):
        inner[top + 8:top + 22] = True
    np.testing.assert_allclose(estimate[inner], expected[inner], atol=0.01)


def test_the_airlight_is_the_brightest_pixel_where_the_dark_channel_is_brightest():
    img = np.zeros((100, 100, 3), np.uint8)
    img[:20, :20] = 180  # the haze
    img[4, 4, 2] = 240  # the brightest pixel of it
    img[60:63, 60:63] = 255  # brighter, but small: all around it is black
    t = quality.dark_channel_transmission(img)
    assert t[10, 10] == pytest.approx(1 - 0.95 * 180 / 240) and t[90, 90] == 1
    assert quality.dark_channel_transmission(np.zeros((20, 20, 3), np.uint8)).min() == 1


@pytest.mark.parametrize('method', quality.METHODS)
def test_each_method_tells_the_far_end_of_a_wall_from_the_near(method):
    marks = quality.METHODS[method](wall(beta=0.05))
    mask = marks if marks.dtype == bool else marks < 0.5
    assert mask.shape == (240, 320)
    assert mask[:, -20:].mean() > 0.9 and mask[:, :20].mean() < 0.1


def test_where_ucm_finds_no_haze_nothing_is_marked():
    for variant in ('paper', 'released'):
        assert not quality.ucm_mask(np.full((190, 220, 3), 40, np.uint8), variant).any()


@pytest.fixture
def hazel_level(tmp_path):
    """(folder of the set, folder of its sources): a scene of FRIDA and two of FRIDA2 in 48x64."""
    for name, number in (('frida', 1), ('frida2', 1), ('frida2', 2)):
        write_frida_scene(tmp_path / 'src', name, number)
    return make_hazel_level(tmp_path / 'src', tmp_path / 'set', workers=1, allow_partial=True).parent, tmp_path / 'src'


def test_hazel_levels_transmission_is_that_its_images_were_made_with(hazel_level):
    folder, src = hazel_level
    clear = cv2.imread(str(src / 'frida' / 'LIma-000001.png')).astype(float)
    samples = list(quality.hazel_level_samples(folder, src, every=3))
    assert len(samples) == 36  # the first of three scenes
    uneven = 0
    for sample in samples:
        if 'cloudy' not in sample.tags['fog']:
            t = sample.t[..., None]
            np.testing.assert_array_equal(sample.img, (clear * t + 255 * (1 - t)).round())
            uneven += sample.tags['fog'] == 'heterogeneous'
        assert sample.sky.sum() == 1  # the furthest pixel
        if sample.tags['fog'] == 'uniform':
            assert sample.t[sample.sky] == sample.t.min()
    assert uneven == 9
    assert {sample.tags['beta'] for sample in samples} == {level / 1000 for level in range(10, 55, 5)}


@pytest.fixture
def road(tmp_path):
    """A road photo of 60x80, with its depth at half the size: a white and a blue sky, a white wall that is near, and a
    grey road with white on it."""
    clear = np.full((60, 80, 3), 90, np.uint8)
    clear[:30, :30], clear[:30, 30:], clear[:40, 60:] = 245, (150, 120, 100), 240
    clear[45:55, 10:20] = 245
    clear[30:45, 15] = 245  # a thin pole from there to the sky
    depth = np.full((60, 80), 2000, np.uint16)
    depth[:40, 60:] = 900
    for folder in ('image', 'depth_pred_cm'):
        (tmp_path / 'road' / folder).mkdir(parents=True)
    cv2.imwrite(str(tmp_path / 'road/image/a.jpg'), clear, [cv2.IMWRITE_JPEG_QUALITY, 100])
    cv2.imwrite(str(tmp_path / 'road/depth_pred_cm/a.png'), depth[::2, ::2])
    return tmp_path / 'road'


def test_road_photos_are_hazed_by_their_depth_and_the_sky_is_far(road):
    samples = list(quality.road_samples(road, seed=0))
    assert [sample.tags['set'] for sample in samples] == ['road, clear'] + 5 * ['road']
    clear = cv2.imread(str(road / 'image/a.jpg'))
    np.testing.assert_array_equal(samples[0].img, clear)
    assert (samples[0].t == 1).all()
    airlight = np.random.default_rng(0).uniform(0.7, 1) * 255
    for sample in samples[1:]:
        beta = sample.tags['beta']
        assert sample.sky[:25, :55].all() and not sample.sky[32:].any() and not sample.sky[:, 62:].any()
        assert (sample.t[sample.sky] == 0).all()
        np.testing.assert_allclose(sample.t[45:, :55], np.exp(-beta * 20))
        np.testing.assert_allclose(sample.t[:35, 65:], np.exp(-beta * 9))
        t = sample.t[..., None]
        np.testing.assert_array_equal(sample.img, (clear * t + airlight * (1 - t)).round())


def test_a_folder_without_road_photos_or_their_depth_is_named(road, tmp_path):
    (road / 'depth_pred_cm' / 'a.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'depth_pred_cm.a\.png'):
        next(quality.road_samples(road, seed=0))
    with pytest.raises(FileNotFoundError, match=r'no photo .*image.*name the folder above'):
        next(quality.road_samples(tmp_path, seed=0))


def test_cells_hold_the_means_of_their_photos(monkeypatch):
    monkeypatch.setattr(quality, 'METHODS', dict(bright=lambda img: img[..., 0] > 100,
                                                 nothing=lambda img: np.zeros(img.shape[:2], bool),
                                                 estimate=lambda img: np.full(img.shape[:2], 0.3)))
    t = np.full((3, 4), 0.8)
    t[:, :2] = [[0.1], [0.9], [0.9]]  # hazy at the upper left
    sky = np.zeros((3, 4), bool)
    sky[2] = True
    bright = np.zeros((3, 4, 3), np.uint8)
    bright[:, :2] = 200
    samples = [quality.Sample(dict(set='a', fog='b', beta=0.1), img, t, sky) for img in (bright, bright // 4)]
    samples.append(quality.Sample(dict(set='a', fog='b', beta=0.2), bright, np.full((3, 4), 0.7), sky))
    cells = {(cell['beta'], cell['below'], cell['method']): cell for cell in quality.evaluate(samples)}
    assert len(cells) == 2 * len(quality.HAZY_BELOW) * 3
    cell = cells[0.1, 0.5, 'bright']  # marks the left half of the first, nothing of the second
    assert (cell['photos'], cell['found'], cell['marked']) == (2, 1, 0.25)
    assert cell['hazy'] == pytest.approx(1 / 6, abs=1e-4) and cell['both'] == pytest.approx(1 / 12, abs=1e-4)
    assert cell['iou'] == pytest.approx((2 / 6 + 0) / 2, abs=1e-4) and cell['iou_photos'] == 2
    assert cell['iou_ground'] == (2 / 4 + 0) / 2 and cell['iou_ground_photos'] == 2
    assert cell['gap'] == pytest.approx(0.8 - (0.1 + 0.9 + 0.9) / 3, abs=1e-4) and cell['gap_photos'] == 1
    cell = cells[0.2, 0.5, 'nothing']
    assert [cell[name] for name in ('iou', 'iou_photos', 'gap', 'gap_photos')] == [None, 0, None, 0]
    assert [cells[0.1, below, 'estimate']['marked'] for below in (0.5, 0.2)] == [1, 0]
    assert cells[0.1, 0.2, 'bright']['marked'] == 0.25


def test_precision_and_recall_are_those_of_all_pixels():
    method = next(iter(quality.METHODS))
    cells = [dict(method=method, photos=1, found=1, hazy=0.5, marked=0.4, both=0.3, iou=0.5, iou_photos=1,
                  iou_ground=None, iou_ground_photos=0, gap=-0.1, gap_photos=1),
             dict(method=method, photos=3, found=0, hazy=0.1, marked=0.0, both=0.0, iou=0.0, iou_photos=3,
                  iou_ground=0.0, iou_ground_photos=3, gap=None, gap_photos=0)]
    assert quality.summary_table(cells)[2] == f'| {method} | 1 of 4 | .100 | .750 | .375 | .125 | .000 | -.100 |'


def test_pooling_counts_every_photo_once_and_leaves_out_the_undefined():
    cells = [dict(photos=3, marked=0.2, iou=0.5, iou_photos=1), dict(photos=1, marked=0.6, iou=0.1, iou_photos=3),
             dict(photos=4, marked=0.0, iou=None, iou_photos=0)]
    assert quality.pooled(cells, 'iou') == pytest.approx((0.5 + 0.3) / 4)
    assert quality.pooled(cells, 'marked') == pytest.approx((0.6 + 0.6) / 8)
    assert quality.pooled(cells[2:], 'iou') is None


@pytest.mark.slow
@pytest.mark.usefixtures('threads')
def test_the_script_writes_its_cells_and_prints_their_tables(hazel_level, road, tmp_path, capsys):
    folder, src = hazel_level
    out = tmp_path / 'quality.json'
    quality.main([str(src), '--hazel-level', str(folder), '--road', str(road), '--every', '2', '--out', str(out)])
    report = json.loads(out.read_text())
    assert report['environment']['numpy'] == np.__version__ and report['settings'] == dict(every=2, seed=0)
    cells = quality.read_cells(out)
    assert len(cells) == (4 * 9 + 6) * 2 * len(quality.METHODS)
    assert sum(cell['photos'] for cell in cells) == (2 * 36 + 6) * 2 * len(quality.METHODS)
    assert capsys.readouterr().out == quality.page_tables(cells) + '\n'


def test_the_page_has_the_tables_of_its_figures():
    results = ROOT / 'docs' / 'results'
    page = (results / 'ucm_quality.md').read_text(encoding='utf-8')
    tables = quality.page_tables(quality.read_cells(results / 'ucm_quality.json')).split('\n\n')
    tables = [table for table in tables if table.startswith('|')]
    assert len(tables) > 10 and not [table for table in tables if table not in page]
