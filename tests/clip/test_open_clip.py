"""open_clip is a package of its own: where it is not installed, these are skipped."""
from __future__ import annotations

import json
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from mmhaze.clip import OpenClip, TransformersClip
from mmhaze.clip.preprocess import Preprocess
from mmhaze.clip.weights import load_weights
from mmhaze.registry import MODELS
from tests.clip.tiny import ENDS, PLACES, SIZE, WIDTH, read_parameters, save_tiny_clip
from tests.conftest import checks_content

open_clip = pytest.importorskip('open_clip')
PROMPTS = ['a photo of a indoor', 'A photo of an outdoor, in fog!', 'fog']


def in_words_of_open_clip(weights: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """A CLIP of transformers, its weights under open_clip's names."""
    state = {}
    for here, there in (('visual.', 'vision_model.'), ('', 'text_model.')):
        for layer in range(2):
            block, theirs = f'{here}transformer.resblocks.{layer}.', f'{there}encoder.layers.{layer}.'
            for kind in ('weight', 'bias'):
                state[f'{block}attn.in_proj_{kind}'] = np.concatenate(
                    [weights[f'{theirs}self_attn.{part}_proj.{kind}'] for part in 'qkv'])
                for name, their in (('attn.out_proj', 'self_attn.out_proj'), ('ln_1', 'layer_norm1'),
                                    ('ln_2', 'layer_norm2'), ('mlp.c_fc', 'mlp.fc1'), ('mlp.c_proj', 'mlp.fc2')):
                    state[f'{block}{name}.{kind}'] = weights[f'{theirs}{their}.{kind}']
    for kind in ('weight', 'bias'):
        state[f'visual.ln_pre.{kind}'] = weights[f'vision_model.pre_layrnorm.{kind}']
        state[f'visual.ln_post.{kind}'] = weights[f'vision_model.post_layernorm.{kind}']
        state[f'ln_final.{kind}'] = weights[f'text_model.final_layer_norm.{kind}']
    state.update({
        'visual.class_embedding': weights['vision_model.embeddings.class_embedding'],
        'visual.positional_embedding': weights['vision_model.embeddings.position_embedding.weight'],
        'visual.conv1.weight': weights['vision_model.embeddings.patch_embedding.weight'],
        'visual.proj': weights['visual_projection.weight'].T,
        'positional_embedding': weights['text_model.embeddings.position_embedding.weight'],
        'token_embedding.weight': weights['text_model.embeddings.token_embedding.weight'],
        'text_projection': weights['text_projection.weight'].T, 'logit_scale': weights['logit_scale']})
    return {name: torch.from_numpy(np.ascontiguousarray(weight)) for name, weight in state.items()}


@pytest.fixture(scope='module')
def twins(tmp_path_factory) -> tuple[TransformersClip, Path]:
    """A tiny CLIP with CLIP's own words, and the file of the same weights as open_clip has them."""
    from safetensors.torch import save_file
    pytest.importorskip('transformers')
    tokenizer = open_clip.get_tokenizer('ViT-B-32')
    words = {word.replace('<start_of_text>', ENDS[0]).replace('<end_of_text>', ENDS[1]): place
             for word, place in tokenizer.encoder.items()}
    merges = '\n'.join(['#version: 0.2', *(' '.join(pair) for pair in tokenizer.bpe_ranks)]) + '\n'
    folder = save_tiny_clip(tmp_path_factory.mktemp('models') / 'tiny', words, merges)
    settings = dict(embed_dim=WIDTH, vision_cfg=dict(layers=2, width=32, head_width=16, patch_size=8, image_size=SIZE,
                                                     mlp_ratio=2),
                    text_cfg=dict(context_length=77, vocab_size=len(words), width=32, heads=2, layers=2, mlp_ratio=2))
    for name, quick in (('tiny', {}), ('tiny-quickgelu', dict(quick_gelu=True))):
        config = folder.parent / f'{name}.json'
        config.write_text(json.dumps({**settings, **quick}))
        open_clip.add_model_config(config)
    (folder.parent / 'ours').mkdir()
    file = folder.parent / 'ours' / 'open_clip_model.safetensors'
    save_file(in_words_of_open_clip(read_parameters(folder)), file)
    return TransformersClip(folder, 'cpu'), file


@pytest.fixture
def photos(rng) -> list[np.ndarray]:
    return [rng.integers(0, 256, shape, np.uint8) for shape in ((64, 64, 3), (33, 47, 3), (101, 50, 3))]


@pytest.mark.slow
def test_both_libraries_say_the_same_with_the_same_weights(twins, photos):
    theirs, file = twins
    ours = OpenClip('tiny-quickgelu', file, 'cpu')
    assert ours.width == theirs.width == WIDTH
    torch.testing.assert_close(ours.encode_text(PROMPTS), theirs.encode_text(PROMPTS), atol=1e-5, rtol=0)
    for mine, other in zip(ours.encode_tokens(photos), theirs.encode_tokens(photos)):
        torch.testing.assert_close(mine, other, atol=1e-5, rtol=0)
    assert ours.encode_tokens(photos)[1].shape == (3, PLACES, WIDTH)
    assert torch.equal(ours.encode_images(photos), ours.encode_tokens(photos)[0])
    assert not torch.allclose(ours.encode_text(PROMPTS), OpenClip('tiny', file, 'cpu').encode_text(PROMPTS), atol=1e-3)


@checks_content
def test_it_has_the_features_of_the_library(twins, photos):
    clip = OpenClip('tiny-quickgelu', twins[1], 'cpu')
    network = open_clip.create_model('tiny-quickgelu', pretrained=str(twins[1])).eval()
    transform = open_clip.image_transform(SIZE, is_train=False)
    pixels = torch.stack([transform(Image.fromarray(img[..., ::-1].copy())) for img in photos])
    with torch.no_grad():
        images = network.encode_image(pixels, normalize=True)
        texts = network.encode_text(open_clip.tokenize(PROMPTS), normalize=True)
    torch.testing.assert_close(clip.encode_images(photos), images, atol=1e-6, rtol=0)
    torch.testing.assert_close(clip.encode_text(PROMPTS), texts, atol=1e-6, rtol=0)


def test_preprocessing_is_open_clips(photos):
    transform = open_clip.image_transform(SIZE, is_train=False)
    for img in photos:
        assert torch.equal(Preprocess(SIZE)(img), transform(Image.fromarray(img[..., ::-1].copy())))


def test_a_config_builds_it_and_no_connection_is_made(twins, photos, network_off):
    clip = MODELS.build(dict(type='OpenClip', arch='tiny', weights=str(twins[1].parent), device='cpu'))
    assert clip.source.startswith('OpenClip tiny ours@')
    assert clip.encode_text(PROMPTS).shape == clip.encode_images(photos).shape and not network_off


@checks_content
@pytest.mark.parametrize('wrap', [lambda state: state, lambda state: dict(state_dict=state, epoch=3),
                                  lambda state: {f'module.{name}': weight for name, weight in state.items()}])
def test_what_open_clip_trained_is_loaded(wrap, twins, tmp_path):
    torch.save(wrap(load_weights(twins[1])), tmp_path / 'epoch_3.pt')
    features = OpenClip('tiny', tmp_path / 'epoch_3.pt', 'cpu').encode_text(PROMPTS)
    assert torch.equal(features, OpenClip('tiny', twins[1], 'cpu').encode_text(PROMPTS))


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


@checks_content
def test_weights_that_carry_code_are_refused_and_nothing_runs(twins, tmp_path):
    torch.save(dict(load_weights(twins[1]), more=Hostile(tmp_path / 'ran')), tmp_path / 'a.pt')
    (tmp_path / 'b.pt').write_bytes(pickle.dumps(Hostile(tmp_path / 'ran')))
    for name in ('a.pt', 'b.pt'):
        with pytest.raises(ValueError, match=f'{name} is (refused|damaged)'):
            OpenClip('tiny', tmp_path / name, 'cpu')
    assert not (tmp_path / 'ran').exists()


def test_pickles_are_refused_where_torch_cannot_check_them(twins, tmp_path, monkeypatch):
    torch.save(load_weights(twins[1]), tmp_path / 'a.pt')
    monkeypatch.setattr('mmhaze.clip.weights.CHECKS_CONTENT', False)
    with pytest.raises(ValueError, match=r'a.pt is a pickle, and torch before 2.6'):
        OpenClip('tiny', tmp_path / 'a.pt', 'cpu')
    OpenClip('tiny', twins[1], 'cpu')


def test_openais_own_archives_are_named_for_what_they_are(tmp_path):
    with zipfile.ZipFile(tmp_path / 'ViT-B-32.pt', 'w') as archive:
        archive.writestr('ViT-B-32/constants.pkl', b'')
    with pytest.raises(ValueError, match=r'ViT-B-32.pt is a TorchScript archive, as OpenAI published'):
        OpenClip('tiny', tmp_path / 'ViT-B-32.pt', 'cpu')


@checks_content
@pytest.mark.parametrize('content', [[], {}, torch.zeros(2)])
def test_a_file_without_weights_is_named(content, tmp_path):
    torch.save(content, tmp_path / 'a.pt')
    with pytest.raises(ValueError, match=r'a.pt is no checkpoint: it holds .* Give what open_clip published'):
        OpenClip('tiny', tmp_path / 'a.pt', 'cpu')


@pytest.mark.parametrize('share', [0, 0.001, 0.5, 0.99])
def test_weights_that_are_cut_short_are_said_to_be(share, twins, tmp_path):
    data = twins[1].read_bytes()
    (tmp_path / 'a.safetensors').write_bytes(data[:int(share * len(data))])
    with pytest.raises(ValueError, match=r'a.safetensors is damaged or no safetensors file .*Copy it again'):
        OpenClip('tiny', tmp_path / 'a.safetensors', 'cpu')


def test_weights_of_another_network_are_refused(twins, tmp_path):
    from safetensors.torch import save_file
    weights = load_weights(twins[1])
    del weights['visual.proj']
    save_file(weights, tmp_path / 'a.safetensors')
    with pytest.raises(ValueError, match=r'a.safetensors has no weights of tiny: Missing key.*visual.proj'):
        OpenClip('tiny', tmp_path / 'a.safetensors', 'cpu')


@pytest.mark.parametrize('arch, reason', [
    ('ViT-B-31', 'no architecture ViT-B-31'), ('hf-hub:someone/clip', 'no architecture hf-hub'),
    ('local-dir:/tmp', 'no architecture local-dir'), ('RN50', 'RN50 is none'), ('ViT-B-16-SigLIP', 'SigLIP is none'),
    ('coca_ViT-B-32', 'coca_ViT-B-32 is none'), ('EVA02-B-16', 'EVA02-B-16 is none'), ('roberta-ViT-B-32', 'is none')])
def test_architectures_of_other_kinds_are_refused(arch, reason, twins, network_off):
    with pytest.raises(ValueError, match=reason):
        OpenClip(arch, twins[1])
    assert not network_off


def beside(file: Path, folder: Path, **settings: object) -> Path:
    """A copy of the weights with these settings beside it."""
    (folder / 'open_clip_config.json').write_text(json.dumps(settings))
    return shutil.copy(file, folder)


@pytest.mark.parametrize('arch, quick, other', [('tiny', True, 'tiny-quickgelu'), ('tiny-quickgelu', False, 'tiny')])
def test_the_settings_beside_the_weights_tell_the_activation(arch, quick, other, twins, tmp_path):
    file = beside(twins[1], tmp_path, model_cfg=dict(quick_gelu=quick))
    with pytest.raises(ValueError, match=rf'open_clip_config.json are not of {arch}, .* Take {other}\.'):
        OpenClip(arch, file, 'cpu')
    OpenClip(other, file, 'cpu')


def test_the_settings_beside_the_weights_tell_how_photos_are_normalised(twins, tmp_path):
    file = beside(twins[1], tmp_path, preprocess_cfg=dict(mean=[0.5] * 3, std=[0.25] * 3, interpolation='bicubic',
                                                          resize_mode='shortest', size=SIZE))
    white = OpenClip('tiny', file, 'cpu').prepare(np.full((40, 40, 3), 255, np.uint8))
    np.testing.assert_allclose(white[:, 5, 5], [2, 2, 2], atol=1e-6)
    with pytest.raises(ValueError, match=r'open_clip_config.json asks for something else'):
        OpenClip('tiny', beside(twins[1], tmp_path, preprocess_cfg=dict(resize_mode='squash')), 'cpu')


def test_a_folder_without_its_weights_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'has no open_clip_model.safetensors'):
        OpenClip('tiny', tmp_path)


def test_a_prompt_that_is_too_long_is_named_not_cut(twins):
    clip = OpenClip('tiny', twins[1], 'cpu')
    assert clip.encode_text(['fog ' * 75]).shape == (1, WIDTH)
    with pytest.raises(ValueError, match='at most 77 tokens, this prompt has 78'):
        clip.encode_text(['fog ' * 76])
