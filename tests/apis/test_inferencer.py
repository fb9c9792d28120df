from __future__ import annotations

import json
import math
import pickle
import threading
from dataclasses import fields, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import default_collate
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS, MODELS

import mmhaze
from mmhaze.apis.inputs import PhotoSource
from mmhaze.baselines import haze_factor
from mmhaze.haze_map import LEVEL_NAMES
from mmhaze.runtime.shipped import find_config
from mmhaze.ucm import segment_haze
from tests.conftest import checks_content

ROOT = Path(__file__).parents[2]
BASE, MAGNET = 'lenet5_hazel-level', 'magnet-fe-s_lenet5_hazel-level'
LENET = ROOT / 'configs' / 'baselines' / 'lenet5_hazel-level.py'


def save_checkpoint(config: str, path: Path, **meta: object) -> Path:
    """Weights as chance has them."""
    torch.manual_seed(1)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(Config.fromfile(find_config(config)).model)
    model.init_weights()
    torch.save(dict(state_dict=model.state_dict(), meta=dict(dataset_meta=meta)), path)
    return path


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory) -> Path:
    return save_checkpoint(BASE, tmp_path_factory.mktemp('weights') / 'base.pth')


def test_a_network_with_more_classes_than_it_was_trained_on_levels_says_so(tmp_path):
    file = save_checkpoint(BASE, tmp_path / 'few.pth', classes=['clear', 'dense'])
    with pytest.warns(UserWarning, match=r'few\.pth was trained on 2 levels, and its network has 9 classes'):
        mmhaze.HazeInferencer(BASE, 'cpu', checkpoint=file)


@pytest.fixture
def photos(rng, tmp_path) -> list[Path]:
    paths = []
    for index in range(7):
        haze = rng.integers(0, 256, (60 + index, 90, 3), np.uint8) * (index / 7) + 255 * (1 - index / 7)
        cv2.imwrite(str(tmp_path / f'{index}.png'), cv2.GaussianBlur(haze, (0, 0), 2).astype(np.uint8))
        paths.append(tmp_path / f'{index}.png')
    return paths


@pytest.mark.slow
@pytest.mark.parametrize('name', [BASE, MAGNET, 'magnet-nc-f_lenet5_hazel-level', 'resnet18_hazel-level'])
def test_probabilities_are_those_of_the_test_data_of_the_config(name, photos, tmp_path):
    checkpoint = save_checkpoint(name, tmp_path / 'some.pth')
    found = mmhaze.HazeInferencer(name, 'cpu', checkpoint=checkpoint, workers=3)(photos, batch_size=3, progress=False)
    # the host's way: its data set, its loop
    cfg = Config.fromfile(find_config(name))
    listing = tmp_path / 'list.csv'
    listing.write_text('file,level\n' + ''.join(f'{path.name},0\n' for path in photos))
    data = dict(cfg.test_dataloader.dataset, type='HazeLevelDataset', data_root=str(tmp_path), ann_file='list.csv',
                split=None, part=None)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        dataset, model = DATASETS.build(data), MODELS.build(cfg.model)
    model.load_state_dict(torch.load(checkpoint)['state_dict'])
    for index, prediction in enumerate(found):
        with torch.no_grad():
            sample, = model.eval().test_step(default_collate([dataset[index]]))
        np.testing.assert_allclose(prediction.probabilities, sample.pred_score.numpy(), atol=1e-6)
        assert prediction.level == int(sample.pred_label)
    spread = [prediction.probabilities[0] for prediction in found]
    assert max(spread) - min(spread) > 1e-4


def test_what_is_said_of_a_level(photos, checkpoint):
    prediction, = mmhaze.HazeInferencer(LENET, checkpoint=checkpoint)(photos[0])
    assert prediction.trained
    assert prediction.file == str(photos[0])
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-5)
    assert prediction.level == max(range(9), key=prediction.probabilities.__getitem__)
    assert prediction.expected_level == pytest.approx(sum(k * p for k, p in enumerate(prediction.probabilities)))
    assert prediction.visibility == pytest.approx(round(3 / (0.01 + 0.005 * prediction.level)))
    assert prediction.level_name == f'{prediction.visibility:.0f} m'
    assert prediction.mask_share == segment_haze(cv2.imread(str(photos[0]))).ratio
    assert prediction.seconds > 0
    assert prediction.haze_factor == haze_factor(cv2.imread(str(photos[0])))
    assert (prediction.haze, prediction.spread, prediction.map) == (None, None, None)


def test_levels_are_named_as_the_checkpoint_has_them(photos, tmp_path):
    names = ['clear', *(f'haze {level}' for level in range(8))]
    checkpoint = save_checkpoint(BASE, tmp_path / 'named.pth', classes=names)
    weights = torch.load(checkpoint)
    for level, visibility in ((0, math.inf), (3, None)):
        last_bias = [key for key in weights['state_dict'] if key.endswith('bias')][-1]
        weights['state_dict'][last_bias].copy_(1000 * (torch.arange(9) == level))
        torch.save(weights, checkpoint)
        prediction, = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)(photos[0])
        assert (prediction.level, prediction.level_name, prediction.visibility) == (level, names[level], visibility)
        json.dumps(prediction.to_dict(), allow_nan=False)


def test_without_a_model_the_network_in_the_box_answers_beside_the_measures(photos):
    prediction = mmhaze.HazeInferencer()(photos, progress=False)[2]
    img = cv2.imread(str(photos[2]))
    found = mmhaze.estimate_haze(img)
    assert not prediction.trained
    assert (prediction.haze, prediction.spread, prediction.level, prediction.level_name) == (
        found.haze, found.spread, found.level, found.name)
    np.testing.assert_array_equal(prediction.probabilities, found.probabilities.astype(float))
    assert prediction.expected_level == pytest.approx(sum(k * p for k, p in enumerate(prediction.probabilities)))
    assert prediction.visibility is None
    assert prediction.haze_factor == haze_factor(img)
    assert prediction.mask_share == segment_haze(img).ratio
    json.dumps(prediction.to_dict(), allow_nan=False)


def test_the_map_of_an_answer_is_that_of_its_photo(photos):
    broken = photos[3].with_name('broken.png')
    broken.write_bytes(b'no photo')
    img = cv2.imread(str(photos[2]))
    of_file, of_array, of_none = mmhaze.HazeInferencer()([photos[2], img, broken], keep_going=True, progress=False)
    expected = mmhaze.estimate_haze(img)
    for prediction in (of_file, of_array):
        np.testing.assert_array_equal(prediction.map.transmission, expected.transmission)
        assert prediction.map is prediction.map and prediction.map.haze == prediction.haze
    assert of_none.map is None
    assert of_array.without_map() == of_array and of_array.without_map().map is None


def test_an_answer_of_a_file_keeps_no_pixels(photos):
    prediction, = mmhaze.HazeInferencer()(photos[2])
    assert len(pickle.dumps(prediction)) < 2000
    assert set(prediction.to_dict()) == {each.name for each in fields(prediction)} - {'_photo'}


@pytest.mark.parametrize('name', [None, BASE, MAGNET])
def test_the_measures_can_be_left_out_and_the_level_stays(name, photos, tmp_path):
    checkpoint = name and save_checkpoint(name, tmp_path / 'some.pth')
    all_of_it, level = (mmhaze.HazeInferencer(name, 'cpu', checkpoint=checkpoint, measures=measures)(photos[2])[0]
                        for measures in (True, False))
    measures = dict(haze_factor=None, dark_channel=None, saturation=None)
    if name != MAGNET:  # which asks UCM itself
        measures['mask_share'] = None
    assert replace(all_of_it, **measures, seconds=0) == replace(level, seconds=0)
    assert all(getattr(all_of_it, measure) is not None for measure in (*measures, 'mask_share'))


def test_levels_have_the_names_of_what_answers(checkpoint):
    assert mmhaze.HazeInferencer().level_names == LEVEL_NAMES
    assert mmhaze.HazeInferencer(BASE, checkpoint=checkpoint).level_names[0] == '300 m'


@pytest.mark.parametrize('batch_size', [1, 2, 50])
def test_a_broken_photo_is_named_and_the_rest_goes_on(batch_size, photos, checkpoint):
    photos[3].write_bytes(photos[3].read_bytes()[:60])
    inferencer = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)
    found = inferencer(photos, batch_size, keep_going=True, progress=False)
    assert [prediction.file for prediction in found] == [str(path) for path in photos]
    assert [prediction.problem is None for prediction in found] == [index != 3 for index in range(7)]
    assert str(photos[3]) in found[3].problem
    assert found[3].level is None
    whole = inferencer(photos[4], progress=False)[0]
    np.testing.assert_allclose(found[4].probabilities, whole.probabilities, atol=1e-6)
    with pytest.raises(ValueError, match=r'3\.png cannot be read'):
        inferencer(photos, progress=False)


def test_photos_of_any_size_get_an_answer(checkpoint):
    inferencer = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint)
    odd = [np.full(shape, 200, np.uint8) for shape in ((1, 1, 3), (1, 500, 3), (700, 2, 3), (33, 70))]
    for found in (inferencer(odd, progress=False), mmhaze.HazeInferencer()(odd, progress=False)):
        assert len(found) == 4
        assert all(prediction.problem is None for prediction in found)


def test_results_come_before_all_photos_are_read(photos, checkpoint):
    begun = []

    def name_photos():
        for place in range(500):
            begun.append(place)
            yield PhotoSource(str(place), lambda: cv2.imread(str(photos[0])))

    stream = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint, workers=1).stream_sources(name_photos(), batch_size=3)
    assert [next(stream).file for _ in range(3)] == ['0', '1', '2']
    assert len(begun) < 10
    stream.close()


def test_progress_is_shown_for_many_photos_alone(photos, checkpoint, capsys, monkeypatch):
    monkeypatch.setattr('mmhaze.io.progress.SECONDS_BETWEEN_LINES', 0)
    inferencer = mmhaze.HazeInferencer()
    inferencer(photos[0])
    assert capsys.readouterr().err == ''
    inferencer(photos[:2])
    assert 'Haze: 2/2 photos' in capsys.readouterr().err


def test_a_checkpoint_of_another_network_is_refused(checkpoint):
    with pytest.raises(ValueError, match=r'base\.pth was not trained with .*resnet18_hazel-level\.py: Missing key'):
        mmhaze.HazeInferencer('resnet18_hazel-level', checkpoint=checkpoint)


def test_a_network_that_tells_metres_is_refused_by_name(tmp_path):
    config = tmp_path / 'metres.py'
    config.write_text("_base_ = 'mmhaze::baselines/lenet5_hazel-level.py'\n"
                      "model = dict(head=dict(_delete_=True, type='VisibilityHead', in_channels=120))\n")
    file = save_checkpoint(config, tmp_path / 'metres.pth')
    with pytest.raises(ValueError, match=r'metres\.py has a VisibilityHead, which tells no levels: .* "mmhaze test"'):
        mmhaze.HazeInferencer(config, 'cpu', checkpoint=file)


@checks_content
def test_a_hostile_checkpoint_is_refused(tmp_path):
    class Hostile:
        def __reduce__(self) -> tuple:
            return print, ('run',)
    torch.save(dict(state_dict=Hostile()), tmp_path / 'hostile.pth')
    with pytest.raises(ValueError, match='is refused'):
        mmhaze.HazeInferencer(BASE, checkpoint=tmp_path / 'hostile.pth')


@pytest.mark.parametrize(('arguments', 'error', 'says'), [
    (dict(model=BASE), ValueError, 'go together'),
    (dict(checkpoint='a.pth'), ValueError, 'go together'),
    (dict(model='resnet17', checkpoint='a.pth'), FileNotFoundError, 'There is no config resnet17'),
    (dict(model='lenet5', checkpoint='a.pth'), FileNotFoundError, 'There is no config lenet5'),
    (dict(model=BASE, checkpoint='a.pth'), FileNotFoundError, 'There is no checkpoint'),
    (dict(workers=0), ValueError, 'workers is at least 1'),
])
def test_wrong_arguments_are_named(arguments, error, says):
    with pytest.raises(error, match=says):
        mmhaze.HazeInferencer(**arguments)


def test_a_batch_has_at_least_one_photo(photos):
    with pytest.raises(ValueError, match='batch_size is at least 1'):
        mmhaze.HazeInferencer()(photos, 0)


def test_a_config_that_loads_nothing_is_refused(tmp_path, checkpoint):
    cfg = Config.fromfile(LENET)
    cfg.test_dataloader.dataset.prepare = []
    cfg.dump(tmp_path / 'lenet5.py')
    with pytest.raises(ValueError, match='does not say how a photo is prepared'):
        mmhaze.HazeInferencer(tmp_path / 'lenet5.py', checkpoint=checkpoint)


def test_torch_has_its_threads_back_when_all_is_done_or_left(photos, checkpoint):
    inferencer = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint, workers=2)
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        inferencer(photos * 3, 2, progress=False)
        assert torch.get_num_threads() == 3
        stream = inferencer.stream(photos * 3, 2)
        next(stream)
        assert torch.get_num_threads() == 1
        other = inferencer.stream(photos * 3, 2)  # as for another visitor of a web page
        next(other)
        stream.close()
        assert torch.get_num_threads() == 1
        other.close()
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(threads)


def test_the_next_photos_are_read_while_a_batch_is_in_the_network(photos, checkpoint, monkeypatch):
    inferencer = mmhaze.HazeInferencer(BASE, checkpoint=checkpoint, workers=1)
    read = threading.Event()
    predict = inferencer.model.predict

    def predict_later(prepared):
        assert read.wait(20)
        return predict(prepared)

    monkeypatch.setattr(inferencer.model, 'predict', predict_later)
    sources = [PhotoSource(str(place), lambda: cv2.imread(str(photos[0]))) for place in range(5)]
    sources.append(PhotoSource('last', lambda: (read.set(), cv2.imread(str(photos[0])))[1]))
    found = list(inferencer.stream_sources(sources, batch_size=3))
    assert [prediction.file for prediction in found] == ['0', '1', '2', '3', '4', 'last']
