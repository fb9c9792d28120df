from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from mmhaze.clip import OpenClip, TransformersClip
from mmhaze.clip.preprocess import MEAN, STD, Preprocess
from mmhaze.registry import MODELS
from tests.clip.tiny import PLACES, WIDTH, pixels_by_hand, read_parameters, save_tiny_clip

PROMPTS = ['a photo of a indoor', 'a photo of a outdoor', 'fog']


@pytest.fixture
def photos(rng) -> list[np.ndarray]:
    return [rng.integers(0, 256, shape, np.uint8) for shape in ((64, 64, 3), (32, 48, 3), (100, 50, 3))]


@pytest.fixture
def answer(folder, photos):
    """What the library's own network says of the prompts and the photos."""
    import transformers
    network = transformers.CLIPModel.from_pretrained(folder).eval()
    tokens = transformers.AutoTokenizer.from_pretrained(folder)(PROMPTS, padding=True, return_tensors='pt')
    with torch.no_grad():
        return network(**tokens, pixel_values=torch.stack([pixels_by_hand(img) for img in photos]))


def test_texts_and_photos_have_the_features_of_the_library(clip, photos, answer):
    texts, images = clip.encode_text(PROMPTS), clip.encode_images(photos)
    assert texts.shape == images.shape == (3, WIDTH) and clip.width == WIDTH
    torch.testing.assert_close(texts, answer.text_embeds, atol=1e-5, rtol=0)
    torch.testing.assert_close(images, answer.image_embeds, atol=1e-5, rtol=0)
    for features in (texts, images):
        np.testing.assert_allclose(features.norm(dim=1), 1, atol=1e-6)
        assert (features[0] - features[1]).abs().max() > 0.01  # they do differ
        assert features.dtype == torch.float32 and features.device.type == 'cpu'


def test_places_go_through_the_last_normalisation_and_the_projection(clip, folder, photos, answer):
    image, places = clip.encode_tokens(photos)
    assert places.shape == (3, PLACES, WIDTH)
    weights = read_parameters(folder)
    hidden = answer.vision_model_output.last_hidden_state.numpy().astype(np.float64)
    mean, variance = hidden.mean(-1, keepdims=True), hidden.var(-1, keepdims=True)
    normal = ((hidden - mean) / np.sqrt(variance + 1e-5) * weights['vision_model.post_layernorm.weight']
              + weights['vision_model.post_layernorm.bias'])
    expected = normal @ weights['visual_projection.weight'].T
    expected /= np.linalg.norm(expected, axis=-1, keepdims=True)
    np.testing.assert_allclose(image, expected[:, 0], atol=1e-5)
    np.testing.assert_allclose(places, expected[:, 1:], atol=1e-5)
    assert torch.equal(image, clip.encode_images(photos))


def test_a_text_is_the_same_beside_longer_ones(clip):
    torch.testing.assert_close(clip.encode_text(PROMPTS)[2], clip.encode_text(['fog'])[0], atol=1e-6, rtol=0)


def test_a_photo_may_be_prepared_before(clip, photos):
    prepared = [clip.prepare(photos[0]), *photos[1:]]
    assert torch.equal(clip.encode_images(prepared), clip.encode_images(photos))


@pytest.mark.parametrize('shape', [(32, 35, 3), (39, 32, 3), (64, 78, 3)])
def test_an_odd_rest_is_cut_where_transformers_cuts_it(clip, rng, shape):
    """Torchvision would round half of 3 to 2, transformers to 1."""
    from transformers.image_transforms import center_crop
    img = rng.integers(0, 256, shape, np.uint8)
    pillow = Image.fromarray(img[..., ::-1].copy())
    scale = 32 / min(shape[:2])
    small = np.asarray(pillow.resize((int(shape[1] * scale), int(shape[0] * scale)), Image.Resampling.BICUBIC))
    middle = center_crop(small.astype(np.float64), (32, 32), input_data_format='channels_last') / 255
    expected = torch.from_numpy(((middle - MEAN) / STD).transpose(2, 0, 1)).float()
    torch.testing.assert_close(clip.prepare(img), expected, atol=1e-6, rtol=0)


def test_features_may_be_used_in_what_is_trained(clip, photos):
    weight = torch.ones(WIDTH, requires_grad=True)
    for features in (clip.encode_text(PROMPTS), *clip.encode_tokens(photos)):
        assert not features.requires_grad and not features.is_inference()
        (features * weight).sum().backward()
    assert not clip.network.training and not any(each.requires_grad for each in clip.network.parameters())


@pytest.mark.parametrize('spelling', ['TransformersClip', 'mmhaze.TransformersClip'])
def test_a_config_builds_it(spelling, folder):
    clip = MODELS.build(dict(type=spelling, weights=str(folder), device='cpu'))
    assert isinstance(clip, TransformersClip) and clip.device == torch.device('cpu')


def test_the_source_tells_weights_apart(clip, tmp_path, folder):
    other = shutil.copytree(folder, tmp_path / 'tiny-clip')
    assert TransformersClip(other, 'cpu').source == clip.source
    assert clip.source.startswith('TransformersClip tiny-clip@')
    import transformers
    network = transformers.CLIPModel.from_pretrained(other)
    network.logit_scale.data += 1
    network.save_pretrained(other)
    assert TransformersClip(other, 'cpu').source != clip.source


def test_half_precision_weights_are_used_as_float32(folder, tmp_path, clip):
    import transformers
    half = shutil.copytree(folder, tmp_path / 'half')
    transformers.CLIPModel.from_pretrained(folder).half().save_pretrained(half)
    again = TransformersClip(half, 'cpu')
    assert {weight.dtype for weight in again.network.parameters()} == {torch.float32}
    torch.testing.assert_close(again.encode_text(PROMPTS), clip.encode_text(PROMPTS), atol=0.02, rtol=0)
    assert again.encode_images([np.zeros((32, 32, 3), np.uint8)]).dtype == torch.float32


def test_the_whole_path_makes_no_connection(folder, network_off, monkeypatch, photos):
    monkeypatch.delenv('HF_HUB_OFFLINE', raising=False)
    clip = TransformersClip(folder, 'cpu')
    assert clip.encode_text(PROMPTS).shape == clip.encode_images(photos).shape
    assert not network_off


def test_a_name_is_found_where_the_hub_keeps_what_was_downloaded(folder, tmp_path, network_off, monkeypatch):
    constants = pytest.importorskip('huggingface_hub.constants')
    monkeypatch.setattr(constants, 'HF_HUB_CACHE', str(tmp_path))
    commit = '0123456789' * 4
    kept = tmp_path / 'models--someone--tiny'
    shutil.copytree(folder, kept / 'snapshots' / commit)
    (kept / 'refs').mkdir()
    (kept / 'refs' / 'main').write_text(commit)
    clip = TransformersClip('someone/tiny', 'cpu')
    assert clip.source.startswith('TransformersClip someone/tiny@') and not network_off


def test_a_name_that_was_never_downloaded_is_not_asked_for(tmp_path, network_off, monkeypatch):
    constants = pytest.importorskip('huggingface_hub.constants')
    monkeypatch.setattr(constants, 'HF_HUB_CACHE', str(tmp_path))
    with pytest.raises(FileNotFoundError, match='hf download someone/clip --local-dir FOLDER') as wanted:
        TransformersClip('someone/clip')
    assert 'There is no folder someone/clip' in str(wanted.value) and not network_off


def test_download_asks_the_hub_for_safetensors_and_no_pickle(folder, monkeypatch):
    hub = pytest.importorskip('huggingface_hub')
    asked = []

    def snapshot_download(name: str, **settings: object) -> str:
        asked.append((name, settings))
        return str(folder)

    monkeypatch.setattr(hub, 'snapshot_download', snapshot_download)
    TransformersClip('someone/clip', 'cpu', download=True)
    (name, settings), = asked
    assert name == 'someone/clip' and settings['local_files_only'] is False
    assert not any('bin' in pattern or pattern == '*' for pattern in settings['allow_patterns'])

    def fail(name: str, **settings: object) -> str:
        raise OSError('no way to the hub\nand much more')

    monkeypatch.setattr(hub, 'snapshot_download', fail)
    with pytest.raises(FileNotFoundError, match=r'someone/clip cannot be downloaded .*: no way to the hub$'):
        TransformersClip('someone/clip', 'cpu', download=True)


@pytest.mark.parametrize('weights', ['/no/such/folder', './no/folder', 'models/of/mine', 'clip'])
def test_a_folder_that_is_not_there_is_named_and_what_to_do(weights, network_off):
    for build in (TransformersClip, lambda weights: OpenClip('ViT-B-32', weights)):
        with pytest.raises(FileNotFoundError, match=f'There is no folder {weights} .* hf download'):
            build(weights)
    assert not network_off


@pytest.mark.parametrize('lost, reason', [
    (['model.safetensors'], 'has no model.safetensors'), (['config.json'], 'has no config.json'),
    (['tokenizer.json', 'vocab.json'], 'has no tokenizer.json')])
def test_a_folder_that_lacks_a_file_says_which(lost, reason, folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / 'other')
    for name in lost:
        (other / name).unlink(missing_ok=True)  # older ones of transformers write no tokenizer.json
    with pytest.raises(FileNotFoundError, match=f'other {reason}'):
        TransformersClip(other, 'cpu')


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def test_pickles_are_refused_and_nothing_of_them_runs(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / 'other')
    (other / 'model.safetensors').unlink()
    (other / 'pytorch_model.bin').write_bytes(pickle.dumps(Hostile(tmp_path / 'ran')))
    with pytest.raises(ValueError, match=r'pickle alone.*Nothing was run.*save_pretrained'):
        TransformersClip(other, 'cpu')
    assert not (tmp_path / 'ran').exists()


@pytest.mark.parametrize('share', [0, 0.001, 0.5, 0.99])
def test_weights_that_are_cut_short_are_said_to_be(share, folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / 'other')
    data = (other / 'model.safetensors').read_bytes()
    (other / 'model.safetensors').write_bytes(data[:int(share * len(data))])
    with pytest.raises(ValueError, match=r'other cannot be loaded as a CLIP: .* Copy it again'):
        TransformersClip(other, 'cpu')


def test_half_a_clip_is_refused(folder, tmp_path):
    """Else the words would have random features, and nobody would know."""
    import transformers
    other = shutil.copytree(folder, tmp_path / 'other')
    from safetensors.torch import load_file, save_file
    weights = load_file(other / 'model.safetensors')
    save_file({name: weight for name, weight in weights.items() if not name.startswith('text_model')},
              other / 'model.safetensors', metadata=dict(format='pt'))
    with pytest.raises(ValueError, match=r'lacks \d+ weights of a CLIP, such as text_model'):
        TransformersClip(other, 'cpu')
    transformers.BertConfig().save_pretrained(other)
    with pytest.raises(ValueError, match='of the type bert, wanted clip'):
        TransformersClip(other, 'cpu')


def test_a_tokenizer_of_another_network_is_refused(folder, tmp_path):
    words = {word: place for place, word in enumerate([*'abcdefgh', '<|startoftext|>', '<|endoftext|>'])}
    small = save_tiny_clip(tmp_path / 'small', words)
    for file in (*folder.glob('tokenizer*.json'), folder / 'vocab.json'):
        shutil.copy(file, small)
    with pytest.raises(ValueError, match='has 514 words, the network 10'):
        TransformersClip(small, 'cpu')


def test_a_prompt_that_is_too_long_is_named_not_cut(clip):
    long = 'a' * 80
    with pytest.raises(ValueError, match=rf"at most 77 tokens, this prompt has 82: '{long}'"):
        clip.encode_text(['fog', long])
    assert clip.encode_text(['a' * 75]).shape == (1, WIDTH)


@pytest.mark.parametrize('prompts', ['a photo', []])
def test_prompts_are_a_list(prompts, clip):
    with pytest.raises(ValueError, match='wants a list of prompts'):
        clip.encode_text(prompts)


@pytest.mark.parametrize('img', [
    np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32), np.zeros((0, 8, 3), np.uint8),
    np.zeros((8, 8, 4), np.uint8), 'a.jpg'])
def test_what_is_no_photo_is_refused(img, clip):
    with pytest.raises(ValueError, match=r'CLIP takes photos \(H, W, 3\) uint8 BGR, got'):
        clip.encode_images([img])
    with pytest.raises(ValueError, match='at least one photo'):
        clip.encode_images([])


def test_a_photo_is_resized_cropped_and_normalised_as_by_hand(photos):
    for img in photos:
        torch.testing.assert_close(Preprocess(32)(img), pixels_by_hand(img), atol=1e-6, rtol=0)


def settings_of(**changes: object) -> dict:
    return dict(dict(do_resize=True, size=dict(shortest_edge=32), resample=3, do_center_crop=True,
                     crop_size=dict(height=32, width=32), do_rescale=True, do_normalize=True,
                     image_mean=[0.1, 0.2, 0.3], image_std=[0.5, 0.5, 0.5]), **changes)


@pytest.mark.parametrize('name, wrap', [('preprocessor_config.json', lambda each: each),
                                        ('processor_config.json', lambda each: dict(image_processor=each))])
def test_the_folder_says_how_photos_are_normalised(name, wrap, folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / 'other')
    assert TransformersClip(other, 'cpu').prepare.mean == MEAN
    (other / name).write_text(json.dumps(wrap(settings_of(size=32))))
    prepare = TransformersClip(other, 'cpu').prepare
    assert (prepare.mean, prepare.std) == ((0.1, 0.2, 0.3), (0.5, 0.5, 0.5))
    white = prepare(np.full((40, 40, 3), 255, np.uint8))
    np.testing.assert_allclose(white[:, 5, 5], [1.8, 1.6, 1.4], atol=1e-6)


@pytest.mark.parametrize('changes, reason', [
    (dict(resample=2), 'something else than CLIP does'), (dict(do_normalize=False), 'something else than CLIP does'),
    (dict(size=dict(shortest_edge=64)), 'resizes to 64 and crops to 32 pixels, the network takes 32'),
    (dict(size=dict(height=32, width=32)), 'does not resize the shorter side'),
    (dict(crop_size=dict(height=32, width=16)), 'does not crop a square'),
    (dict(image_std=[1]), 'has 1 colours')])
def test_other_preprocessing_than_clips_is_refused(changes, reason, folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / 'other')
    (other / 'preprocessor_config.json').write_text(json.dumps(settings_of(**changes)))
    with pytest.raises(ValueError, match=rf'preprocessor_config.json .*{reason}'):
        TransformersClip(other, 'cpu')


@pytest.mark.parametrize('text', ['{', '[]'])
def test_damaged_settings_are_named(text, folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / 'other')
    (other / 'config.json').write_text(text)
    with pytest.raises(ValueError, match=r'config.json .*Copy or make it again'):
        TransformersClip(other, 'cpu')


def test_a_missing_package_names_the_extra(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, 'transformers', None)
    with pytest.raises(ImportError, match=r"needs transformers.*pip install 'mmhaze\[clip\]'"):
        TransformersClip(folder)
    monkeypatch.setitem(sys.modules, 'open_clip', None)
    with pytest.raises(ImportError, match=r"needs open_clip_torch.*pip install 'mmhaze\[clip\]'"):
        OpenClip('ViT-B-32', folder / 'model.safetensors')
    monkeypatch.setitem(sys.modules, 'huggingface_hub', None)
    with pytest.raises(ImportError, match=r"needs huggingface_hub.*pip install 'mmhaze\[clip\]'"):
        TransformersClip('someone/clip')


WATCH = """
import sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] not in ('transformers', 'open_clip', 'huggingface_hub', 'safetensors'):
            return None
        frame = sys._getframe(1)
        while 'importlib' in frame.f_code.co_filename:
            frame = frame.f_back
        if frame.f_globals['__name__'].startswith('mmhaze'):
            sys.exit(f"{frame.f_globals['__name__']} asks for {name}")
        raise ModuleNotFoundError(f'no {name}')

sys.meta_path.insert(0, Watch())
import mmhaze, mmhaze.clip, mmhaze.apis
"""


@pytest.mark.slow
def test_importing_asks_for_no_library_of_clip():
    """mmengine asks for transformers by itself, which is its affair; here it gets none."""
    done = subprocess.run([sys.executable, '-c', WATCH], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
