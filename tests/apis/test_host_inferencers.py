"""mmpretrain's own inferencers with mmhaze's configs."""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmpretrain import FeatureExtractor, ImageClassificationInferencer, get_model, inference_model
from PIL import Image

import mmhaze
from mmhaze.runtime.shipped import CONFIGS, find_config

from ..test_registry import run
from .test_inferencer import save_checkpoint

BASE, MAGNET = 'lenet5_hazel-level', 'magnet-fe-s_lenet5_hazel-level'
# those that tell metres have no levels
SHIPPED = sorted(path.stem for folder in ('baselines', 'magnet') for path in (CONFIGS / folder).glob('*.py')
                 if '-visibility_' not in path.stem)


def save_weights(name: str, path: Path) -> Path:
    """Weights with which photos get answers that differ, as those of chance hardly do."""
    state = torch.load(save_checkpoint(name, path), weights_only=True)
    for weight in state['state_dict'].values():
        if weight.ndim > 1:
            torch.nn.init.kaiming_normal_(weight)
    torch.save(state, path)
    return path


@pytest.fixture(scope='module')
def weights(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp('weights')
    return {name: save_weights(name, folder / f'{name}.pth') for name in (BASE, MAGNET)}


def draw(height: int = 120, width: int = 200) -> np.ndarray:
    """(H, W, 3) uint8, no two corners alike."""
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(float)
    haze = np.linspace(1, 0, height)[:, None, None] * np.linspace(1, 0.6, width)[:, None]
    return (noise * (1 - haze) + np.array([240, 235, 200]) * haze).round().astype(np.uint8)


def photo(folder: Path, kind: str) -> Path:
    path = folder / f'photo{kind}'
    if kind == '.tif':
        Image.fromarray(draw()[..., 0].astype(np.uint16) * 256 + 17).save(path)
    elif kind == '.jpg':
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(draw()).save(path, exif=exif, quality=60)
    else:
        Image.fromarray(draw()).save(path)
    return path


def by_mmhaze(name: str | Path, weights: Path, given: Path | np.ndarray) -> tuple[float, ...]:
    return mmhaze.HazeInferencer(name, 'cpu', checkpoint=weights)(given)[0].probabilities


def by_host(name: str | Path, weights: Path, given: object) -> np.ndarray:
    return ImageClassificationInferencer(str(name), pretrained=str(weights), device='cpu')(given)[0]['pred_scores']


@pytest.mark.slow
@pytest.mark.parametrize('name', SHIPPED)
def test_mmpretrains_inferencer_answers_as_mmhaze_for_each_shipped_config(name, tmp_path):
    weights, path = save_weights(name, tmp_path / 'w.pth'), photo(tmp_path, '.png')
    wanted = by_mmhaze(name, weights, path)
    np.testing.assert_allclose(by_host(find_config(name), weights, str(path)), wanted, atol=1e-5)


@pytest.mark.parametrize('name', [BASE, MAGNET])
@pytest.mark.parametrize('kind', ['.png', '.jpg', '.tif', 'array', 'grey array'])
def test_it_reads_every_photo_as_mmhaze_does(name, kind, weights, tmp_path):
    given = draw() if kind == 'array' else draw()[..., 0] if kind == 'grey array' else photo(tmp_path, kind)
    found = by_host(find_config(name), weights[name], given if isinstance(given, np.ndarray) else str(given))
    np.testing.assert_allclose(found, by_mmhaze(name, weights[name], given), atol=1e-5)


@pytest.mark.parametrize('name', [BASE, MAGNET])
def test_a_model_by_its_name_and_one_that_was_built_answer_alike(name, weights, tmp_path):
    path = str(photo(tmp_path, '.png'))
    wanted = by_mmhaze(name, weights[name], path)
    model = get_model(name, pretrained=str(weights[name]))
    several = ImageClassificationInferencer(model)([path, draw()[..., ::-1].copy()], batch_size=2)
    for found in (inference_model(name, path, pretrained=str(weights[name])), inference_model(model, path), *several):
        np.testing.assert_allclose(found['pred_scores'], wanted, atol=1e-5)


@pytest.mark.parametrize('steps', [
    "prepare=[dict(type='LoadPhoto'), dict(type='Resize', scale=(40, 40)), dict(type='CenterCrop', crop_size=32)], "
    "pipeline=[dict(type='PackInputs')]",
    "prepare=[], pipeline=[dict(type='mmhaze.LoadPhoto'), dict(type='Resize', scale=(32, 32)), "
    "dict(type='PackInputs')]"])
def test_a_config_that_inherits_and_prepares_otherwise_is_followed(steps, tmp_path):
    config = tmp_path / 'mine.py'
    config.write_text(f"_base_ = {str(find_config(BASE))!r}\ntest_dataloader = dict(dataset=dict({steps}))\n"
                      'model = dict(head=dict(in_channels=120))\n')
    weights, path = save_weights(str(config), tmp_path / 'w.pth'), photo(tmp_path, '.jpg')
    np.testing.assert_allclose(by_host(config, weights, str(path)), by_mmhaze(config, weights, path), atol=1e-5)


def test_features_are_of_the_prepared_photo(weights):
    extract = FeatureExtractor(BASE, pretrained=str(weights[BASE]))
    model = mmhaze.HazeInferencer(BASE, 'cpu', checkpoint=weights[BASE]).model
    prepared = model.prepare(draw(), 'photo')
    inputs = model.network.data_preprocessor(dict(inputs=prepared['inputs'][None]))['inputs']
    wanted = model.network.extract_feat(inputs)
    found, = extract(draw(), stage='backbone')
    np.testing.assert_allclose(found[-1], wanted[-1][0].detach(), atol=1e-4)


def test_the_hosts_own_configs_are_left_to_the_host(weights, tmp_path):
    config = Config.fromfile(find_config(BASE))
    config.test_dataloader.dataset = dict(type='CustomDataset', pipeline=[
        dict(type='LoadImageFromFile'), dict(type='Resize', scale=(64, 64)), dict(type='PackInputs')])
    inferencer = ImageClassificationInferencer(config, pretrained=str(weights[BASE]), device='cpu')
    assert inferencer.mmhaze_pipeline is None
    assert [type(step).__name__ for step in inferencer.pipeline.transforms] == ['Resize', 'PackInputs']
    assert inferencer(str(photo(tmp_path, '.jpg')))[0]['pred_scores'].shape == (9,)


def test_what_it_cannot_answer_names_the_call_that_does(weights, tmp_path):
    with pytest.raises(ValueError, match=r'aodnet_haze-wild.py is of a dehazer.* Call mmhaze.DehazeInferencer'):
        ImageClassificationInferencer(str(find_config('aodnet_haze-wild')), device='cpu', pretrained=False)
    for name in 'ab':
        cv2.imwrite(str(tmp_path / f'{name}.png'), draw())
    with pytest.raises(ValueError, match=r'is 2 photos, wanted one. mmhaze.HazeInferencer takes folders'):
        by_host(BASE, weights[BASE], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize('first', ['import mmhaze', 'import mmpretrain', 'import mmpretrain, mmhaze'])
def test_it_does_so_whoever_imports_mmhaze_and_when(first, weights, tmp_path):
    path = photo(tmp_path, '.jpg')
    code = (f'{first}\nfrom mmpretrain import ImageClassificationInferencer\nmodel = ImageClassificationInferencer('
            f'{str(find_config(BASE))!r}, pretrained={str(weights[BASE])!r}, device="cpu")\n'
            f'found = model({str(path)!r})[0]["pred_scores"].tolist()\nprint()\nprint(*found)')
    found = [float(word) for word in run(code).splitlines()[-1].split()]
    np.testing.assert_allclose(found, by_mmhaze(BASE, weights[BASE], path), atol=1e-5)
