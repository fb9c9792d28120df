from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.dataset import default_collate
from mmengine.registry import DefaultScope
from mmpretrain.registry import DATASETS

from mmhaze.io.photo import read_photo
from mmhaze.visualization.embedding import Features, draw_embedding, embed, extract_features, write_embedding
from tests.visualization.networks import chance_model

from ..tiny_set import write_tiny_set

FE, NC, BASE = 'magnet-fe-s_resnet18_demo', 'magnet-nc-s_lenet5_hazel-level', 'resnet18_demo'


@pytest.fixture(scope='module')
def data(tmp_path_factory) -> Path:
    return write_tiny_set(tmp_path_factory.mktemp('set') / 'data', levels=4, rounds=10)


def dataset_of(model, data: Path):
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        return DATASETS.build(dict(model.config.test_dataloader.dataset, type='HazeLevelDataset', data_root=str(data),
                                   split='random', part='test'))


def three_groups() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    groups = np.repeat([0, 1, 2], 20)
    centres = rng.normal(size=(3, 16)) * 20
    return (centres[groups] + rng.normal(size=(60, 16))).astype(np.float32), groups


def pooled(feature: torch.Tensor) -> np.ndarray:
    return (feature.mean((2, 3)) if feature.ndim == 4 else feature).numpy()


@pytest.mark.slow
@pytest.mark.parametrize(('name', 'feature'), [
    (FE, 'task'), (FE, 'magnifier'), (FE, 'head'), (NC, 'task'), (NC, 'head'), (BASE, 'head')])
def test_the_feature_is_that_of_each_photo_by_itself(name, feature, data, tmp_path):
    model = chance_model(name, tmp_path)
    dataset = dataset_of(model, data)
    features = extract_features(model, dataset, feature, batch_size=5)
    assert len(features.vectors) == len(dataset) == 12
    for index in (0, 4, 11):  # in batches of five: the first, the middle one, the last
        inputs = model.network.data_preprocessor(default_collate([dataset[index]]))['inputs']
        backbone = model.network.backbone
        with torch.no_grad():
            if name == BASE:
                expected = pooled(backbone(inputs)[-1])
            elif feature == 'head' and name == FE:
                expected = np.concatenate([pooled(each) for each in backbone(inputs)], axis=1)
            else:
                encoder = backbone.magnifier if feature == 'magnifier' else backbone.task
                expected = pooled(encoder(inputs['magnifier' if feature == 'magnifier' else 'task'])[-1])
        np.testing.assert_allclose(features.vectors[index], expected[0], atol=1e-4)
        info = dataset.get_data_info(index)
        assert (features.files[index], features.levels[index]) == (info['img_path'], info['gt_label'])
        assert features.predicted[index] == model.predict([dataset[index]])[0].argmax()
    assert features.vectors.std(0).max() > 1e-3


@pytest.mark.slow
def test_the_head_of_network_constraint_is_given_the_photo_alone(data, tmp_path):
    configs = Path(__file__).parents[2] / 'configs'
    config = tmp_path / 'nc.py'
    config.write_text(f"_base_ = ['{configs}/_base_/models/magnet-nc_lenet5.py', "
                      f"'{configs}/_base_/datasets/hazel-level_segment.py']")
    model = chance_model(config, tmp_path)
    dataset = dataset_of(model, data)
    dataset = [dict(each, inputs=dict(task=each['inputs']['task'], magnifier=255 - each['inputs']['magnifier']))
               for each in (dataset[index] for index in range(6))]
    head, task, magnifier = (extract_features(model, dataset, feature).vectors
                             for feature in ('head', 'task', 'magnifier'))
    np.testing.assert_array_equal(head, task)
    assert np.abs(head - magnifier).max() > 1e-3


@pytest.mark.slow
def test_a_network_of_one_encoder_has_no_magnifier(data, tmp_path):
    model = chance_model(BASE, tmp_path)
    with pytest.raises(ValueError, match=r'magnifier is a channel .* ResNet'):
        extract_features(model, dataset_of(model, data), 'magnifier')
    with pytest.raises(ValueError, match="one of head, task, magnifier, got 'neck'"):
        extract_features(model, dataset_of(model, data), 'neck')


@pytest.mark.parametrize('method', ['tsne', 'pca'])
def test_groups_stay_together_and_the_result_is_the_same_again(method):
    vectors, groups = three_groups()
    points = embed(vectors, method)
    assert points.shape == (60, 2)
    centres = np.array([points[groups == group].mean(0) for group in range(3)])
    nearest = np.linalg.norm(points[:, None] - centres, axis=2).argmin(1)
    np.testing.assert_array_equal(nearest, groups)
    np.testing.assert_array_equal(embed(vectors, method), points)


def test_pca_is_that_of_the_covariance():
    vectors, _ = three_groups()
    centred = vectors - vectors.mean(0)
    _, directions = np.linalg.eigh(np.cov(centred.T.astype(np.float64)))
    for axis in range(2):
        expected = centred @ directions[:, -1 - axis]
        points = embed(vectors, 'pca')[:, axis]
        np.testing.assert_allclose(np.abs(points), np.abs(expected), atol=1e-3)


@pytest.mark.parametrize('method', ['tsne', 'pca'])
def test_three_photos_are_enough_and_two_are_not(method):
    vectors, _ = three_groups()
    assert np.isfinite(embed(vectors[::20], method)).all()
    with pytest.raises(ValueError, match='at least 3 photos, got 2'):
        embed(vectors[:2], method)


def test_an_unknown_method_or_no_scikit_learn_is_said(take_away):
    vectors, _ = three_groups()
    with pytest.raises(ValueError, match="tsne, pca, got 'umap'"):
        embed(vectors, 'umap')
    take_away('sklearn')
    with pytest.raises(ImportError, match=r"pip install 'mmhaze\[pictures\]'"):
        embed(vectors)


def test_the_table_and_the_picture_have_every_photo(tmp_path):
    vectors, groups = three_groups()
    points = embed(vectors, 'pca')
    told = groups.copy()
    told[:5] = 2
    features = Features(vectors, groups, told, tuple(f'a, {index}.jpg' for index in range(60)))
    write_embedding(points, features, tmp_path / 'features.csv')
    with (tmp_path / 'features.csv').open(newline='') as lines:
        rows = list(csv.DictReader(lines))
    assert [row['file'] for row in rows] == list(features.files)
    assert [(int(row['level']), int(row['predicted'])) for row in rows] == list(zip(groups, told))
    np.testing.assert_allclose([(float(row['x']), float(row['y'])) for row in rows], points, rtol=1e-4)
    shares = {}
    for wrong in (True, False):
        features = Features(vectors, groups, told if wrong else groups, features.files)
        draw_embedding(points, features, tmp_path / 'features.png', classes=('clear', '300 m', '60 m'))
        blue, green, red = read_photo(tmp_path / 'features.png').transpose(2, 0, 1).astype(int)
        shares[wrong] = ((red > 180) & (green < 100) & (blue < 90)).mean()
        for colour in ((68, 1, 84), (33, 145, 140), (253, 231, 37)):  # viridis: its ends and its middle
            near = np.abs(np.stack([red, green, blue], -1) - colour).max(-1) < 4
            assert near.sum() > 100
    assert shares[True] > 2e-4 > shares[False]
