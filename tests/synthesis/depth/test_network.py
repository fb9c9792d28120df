from __future__ import annotations

import pickle
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from mmhaze.io.media import Photos, find_media
from mmhaze.io.photo import read_photo
from mmhaze.synthesis.depth.depth_files import FileDepth
from mmhaze.synthesis.depth.network import DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL, NetworkDepth, _find_range

FARTHEST = 80


@pytest.fixture(scope='session')
def transformers():
    return pytest.importorskip('transformers')


def save_model(transformers, folder: Path, network: torch.nn.Module, patch: int) -> Path:
    """The network with weights that make something of a photo, and a processor that leaves 4 patches alone."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weights in network.parameters():
            weights.normal_(0, 0.25)
    network.save_pretrained(folder)
    transformers.DPTImageProcessor(do_resize=True, size=dict(height=4 * patch, width=4 * patch), keep_aspect_ratio=True,
                                   ensure_multiple_of=patch).save_pretrained(folder)
    return folder


@pytest.fixture(scope='session')
def depth_anything(transformers, tmp_path_factory: pytest.TempPathFactory):
    """The folders of tiny networks of one make, 'metric' and 'relative'."""
    backbone = transformers.Dinov2Config(
        image_size=28, patch_size=14, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, mlp_ratio=2,
        out_features=['stage1', 'stage2', 'stage3', 'stage4'], reshape_hidden_states=False)
    folders = {}
    for kind in ('metric', 'relative'):
        config = transformers.DepthAnythingConfig(
            backbone_config=backbone, patch_size=14, reassemble_hidden_size=16, neck_hidden_sizes=[8, 8, 8, 8],
            fusion_hidden_size=8, head_hidden_size=4, depth_estimation_type=kind, max_depth=FARTHEST)
        network = transformers.DepthAnythingForDepthEstimation(config)
        folders[kind] = save_model(transformers, tmp_path_factory.mktemp('models') / f'tiny-{kind}', network, patch=14)
    return folders


@pytest.fixture(scope='session')
def dpt(transformers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = transformers.DPTConfig(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32, image_size=64, patch_size=16,
        backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 8, 8, 8], fusion_hidden_size=8, is_hybrid=False,
        use_auxiliary_head=False)
    network = transformers.DPTForDepthEstimation(config)
    return save_model(transformers, tmp_path_factory.mktemp('models') / 'tiny-dpt', network, patch=16)


def make_photo(shape: tuple[int, int] = (56, 84), seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 100, (*shape, 3), dtype=np.uint8)  # too dark for a sky


def predict(transformers, folder: Path, photo: np.ndarray) -> np.ndarray:
    """What the network itself says of a photo of 4 patches: normalised by hand, not by its processor."""
    network = transformers.AutoModelForDepthEstimation.from_pretrained(folder)
    pixels = (photo[..., ::-1].astype(np.float32) / 255 - 0.5) / 0.5
    with torch.no_grad():
        return network(torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None]).predicted_depth[0].numpy()


@pytest.mark.slow
def test_a_metric_network_gives_metres_and_what_is_near_its_limit_is_sky(transformers, depth_anything):
    photo = make_photo()
    expected = predict(transformers, depth_anything['metric'], photo)
    assert expected.max() - expected.min() > 10  # the weights make something of the photo
    depth = NetworkDepth(depth_anything['metric']).depth_of(Path('a.jpg'), photo)
    assert depth.shape == (56, 84) and depth.dtype == np.float32
    near = expected < 0.95 * FARTHEST
    np.testing.assert_allclose(depth[near], np.maximum(expected, 0.01)[near], rtol=1e-3)
    assert np.isinf(depth[~near]).all()
    assert 0.05 < near.mean() < 0.95


@pytest.mark.parametrize('kind', ['relative', 'dpt'])
def test_inverse_depth_is_turned_over_and_its_median_set_to_30_metres(transformers, depth_anything, dpt, kind):
    folder = dpt if kind == 'dpt' else depth_anything[kind]
    photo = make_photo((64, 64) if kind == 'dpt' else (56, 84))
    inverse = predict(transformers, folder, photo)
    depth = NetworkDepth(folder).depth_of(Path('a.jpg'), photo)
    np.testing.assert_allclose(np.median(depth), 30, rtol=1e-5)
    kept = np.maximum(inverse, 1e-3 * inverse.max())
    assert kept.max() / kept.min() > 1.2
    np.testing.assert_allclose(depth * kept, np.median(depth * kept), rtol=1e-3)


def test_the_sky_does_not_count_for_the_median(depth_anything):
    photo = make_photo((112, 168))
    photo[:80] = (250, 245, 240)
    depth = NetworkDepth(depth_anything['relative']).depth_of(Path('a.jpg'), photo)
    np.testing.assert_allclose(np.median(depth[80:]), 30, rtol=1e-5)
    assert abs(np.median(depth) - 30) > 1


def test_a_network_that_does_not_tell_can_be_told_to_be_metric(transformers, dpt):
    photo = make_photo((64, 64))
    source = NetworkDepth(dpt, metric=True)
    np.testing.assert_allclose(source.depth_of(Path('a.jpg'), photo),
                               np.maximum(predict(transformers, dpt, photo), 0.01), rtol=1e-3, atol=1e-5)
    assert source.name.endswith(' metric=True')


@pytest.mark.parametrize('batch_size', [2, 8])
def test_batches_give_each_photo_its_own_depth_whatever_the_sizes(depth_anything, batch_size: int):
    photos = [make_photo(shape, seed) for seed, shape in enumerate([(56, 84), (84, 56), (56, 84), (60, 100), (56, 84)])]
    single = NetworkDepth(depth_anything['metric'])
    expected = [single.depth_of(Path('a.jpg'), photo) for photo in photos]
    for depth, alone, photo in zip(NetworkDepth(depth_anything['metric'], batch_size=batch_size).depths_of(photos),
                                   expected, photos):
        assert depth.shape == photo.shape[:2]
        np.testing.assert_allclose(1 / depth, 1 / alone, rtol=1e-4, atol=1e-6)
    assert single.depths_of([]) == []


def test_what_the_network_did_not_see_is_no_photo_of_zeros(depth_anything):
    """Channels and orientation matter: a photo turned upside down or with red for blue has another depth."""
    source, photo = NetworkDepth(depth_anything['metric']), make_photo()
    photo[:28, :, 0] //= 4
    depth = source.depth_of(Path('a.jpg'), photo)
    for other in (photo[::-1], photo[..., ::-1]):
        assert np.abs(1 / source.depth_of(Path('a.jpg'), np.ascontiguousarray(other)) - 1 / depth).max() > 1e-3


def test_the_name_goes_with_the_weights_and_not_with_the_place(depth_anything, tmp_path: Path):
    copy = tmp_path / 'elsewhere' / depth_anything['metric'].name
    shutil.copytree(depth_anything['metric'], copy)
    assert NetworkDepth(copy).name == NetworkDepth(depth_anything['metric']).name
    assert NetworkDepth(copy).name.startswith('model tiny-metric@')
    weights = copy / 'model.safetensors'
    weights.write_bytes(weights.read_bytes()[:-1] + b'\x01')
    assert NetworkDepth(copy).name != NetworkDepth(depth_anything['metric']).name
    assert NetworkDepth('someone/network', revision='abc').name == 'model someone/network@abc'


def test_it_goes_to_another_process_without_the_network(depth_anything):
    source, photo = NetworkDepth(depth_anything['metric']), make_photo()
    fresh = len(pickle.dumps(source))
    depth = source.depth_of(Path('a.jpg'), photo)
    sent = pickle.dumps(source)
    assert len(sent) == fresh
    np.testing.assert_array_equal(pickle.loads(sent).depth_of(Path('a.jpg'), photo), depth)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three photos in two folders, one of them no photo."""
    paths = [tmp_path / 'photos' / name for name in ('a.png', 'b/a.png', 'b/c.png')]
    for seed, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), make_photo(seed=seed))
    paths[1].write_bytes(b'no photo')
    return paths


def test_depth_written_to_a_folder_is_the_same_read_from_there(depth_anything, photos: list[Path], tmp_path: Path):
    source, counts = NetworkDepth(depth_anything['metric'], batch_size=2), []
    complaints = source.write_depths(photos, tmp_path / 'photos', tmp_path / 'out', counts.append)
    assert len(complaints) == 1 and 'b/a.png' in complaints[0]
    assert sum(counts) == 3
    files = FileDepth(tmp_path / 'out', root=tmp_path / 'photos')
    assert files.name == source.name
    for path in (photos[0], photos[2]):
        photo = read_photo(path)
        depth = source.depth_of(path, photo)
        assert np.isinf(depth).any()
        read = files.depth_of(path, photo)
        np.testing.assert_array_equal(np.isinf(read), np.isinf(depth))
        finite = np.isfinite(depth)
        np.testing.assert_allclose(read[finite], depth[finite], atol=0.0051)
    with pytest.raises(FileNotFoundError):
        files.find(photos[1])
    found = find_media([str(tmp_path)])
    assert isinstance(found, Photos) and found.names == ('photos/a.png', 'photos/b/a.png', 'photos/b/c.png')


def test_a_second_run_makes_what_is_missing_and_no_more(depth_anything, photos: list[Path], tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch):
    source, root, out = NetworkDepth(depth_anything['metric']), tmp_path / 'photos', tmp_path / 'out'
    source.write_depths(photos[:1], root, out)
    seen = []
    depths_of = source.depths_of
    monkeypatch.setattr(source, 'depths_of', lambda images: (seen.append(len(images)), depths_of(images))[1])
    source.write_depths(photos, root, out)
    assert sum(seen) == 1
    source.write_depths(photos, root, out)
    assert sum(seen) == 1


def test_depth_of_two_networks_is_not_mixed(depth_anything, photos: list[Path], tmp_path: Path):
    out = tmp_path / 'out'
    NetworkDepth(depth_anything['metric']).write_depths(photos[:1], tmp_path / 'photos', out)
    with pytest.raises(ValueError, match=r'holds depth of model tiny-metric.* this run makes that of model tiny-rel'):
        NetworkDepth(depth_anything['relative']).write_depths(photos, tmp_path / 'photos', out)
    with pytest.raises(ValueError, match=r'photos holds files, and no depth\.json'):
        NetworkDepth(depth_anything['metric']).write_depths(photos, tmp_path / 'photos', tmp_path / 'photos')


def test_weights_that_can_run_code_are_refused(depth_anything, tmp_path: Path):
    folder = tmp_path / 'pickled'
    shutil.copytree(depth_anything['metric'], folder)
    (folder / 'model.safetensors').unlink()
    torch.save({}, folder / 'pytorch_model.bin')
    with pytest.raises(OSError, match=r'pickled cannot be loaded as a network for depth: .*safetensors'):
        NetworkDepth(folder).depths_of([make_photo()])


def test_a_folder_is_loaded_without_the_hub_and_a_name_at_its_revision(transformers, depth_anything,
                                                                       monkeypatch: pytest.MonkeyPatch):
    calls = []

    def refuse(name: str, **options):
        calls.append((name, options))
        raise OSError('not here')

    monkeypatch.setattr(transformers.AutoImageProcessor, 'from_pretrained', refuse)
    for source in (NetworkDepth(depth_anything['metric']), NetworkDepth('someone/network', revision='abc')):
        with pytest.raises(OSError, match=r'cannot be loaded .*not here.* pass its folder'):
            source.depths_of([make_photo()])
    assert calls == [(str(depth_anything['metric']), dict(local_files_only=True)),
                     ('someone/network', dict(revision='abc'))]


def test_without_transformers_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, 'transformers', None)
    with pytest.raises(ImportError, match=r'pip install "mmhaze\[depth\]"'):
        NetworkDepth(DEPTH_ANYTHING_METRIC_OUTDOOR_SMALL).depths_of([make_photo()])


@pytest.mark.parametrize('model', ['./models/nothing', '/models/nothing', 'models/depth/nothing', '~/nothing'])
def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(model: str):
    with pytest.raises(FileNotFoundError, match=rf'no folder {model}'):
        NetworkDepth(model)


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match='batch_size must be at least 1, got 0'):
        NetworkDepth('someone/network', batch_size=0)


def test_a_network_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match='type zoedepth is not known here'):
        _find_range(SimpleNamespace(model_type='zoedepth'), None)


def test_a_network_that_sees_nothing_is_told_with_the_photo(depth_anything, monkeypatch: pytest.MonkeyPatch):
    source = NetworkDepth(depth_anything['relative'])
    processor, _, farthest = source._network
    blind = SimpleNamespace(predicted_depth=torch.zeros(1, 56, 84))
    monkeypatch.setitem(vars(source), '_network', (processor, lambda pixel_values: blind, farthest))
    with pytest.raises(ValueError, match=r'trip/a\.jpg: .*sees no depth'):
        source.depth_of(Path('trip/a.jpg'), make_photo())
