from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS

import mmhaze
from mmhaze.apis import dehaze_inferencer
from mmhaze.apis.dehaze_inferencer import DehazeInferencer
from mmhaze.models.dehazers import DarkChannelPrior, HazeMapDehazer
from mmhaze.runtime.shipped import find_config
from mmhaze.synthesis.scenes import render_scene
from tests.apis.test_inferencer import BASE, save_checkpoint

AOD, GUNET = 'aodnet_haze-wild', 'gunet-t_haze-wild'


@pytest.fixture(scope='module')
def photo() -> np.ndarray:
    img = render_scene(3, (70, 101))[0]
    return (img * 0.5 + 110).astype(np.uint8)


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory) -> Path:
    return save_checkpoint(AOD, tmp_path_factory.mktemp('weights') / 'aod.pth')


@pytest.fixture(scope='module')
def judge(tmp_path_factory) -> mmhaze.HazeInferencer:
    path = save_checkpoint(BASE, tmp_path_factory.mktemp('weights') / 'judge.pth')
    return mmhaze.HazeInferencer(BASE, 'cpu', checkpoint=path)


class Judge:
    """Stands for a trained judge whose mean levels are told beforehand."""

    model = 'a trained one'

    def __init__(self, *levels):
        self.levels = iter(levels)

    def stream_sources(self, photos, batch_size):
        for photo in photos:
            level = next(self.levels)
            yield mmhaze.apis.HazePrediction(photo.name, True, level=round(level), expected_level=level)


def test_denormal_weights_are_zero_where_a_network_runs_and_the_answer_is_the_same(photo, checkpoint, tmp_path):
    """Those of AOD-Net as its authors published it: 801 of 1761, which took 30 times as long."""
    state = torch.load(checkpoint, weights_only=True)
    weight = state['state_dict']['convs.3.weight']
    weight[:, 2] = torch.linspace(1e-41, 1e-38, weight[:, 2].numel()).view_as(weight[:, 2])
    torch.save(state, tmp_path / 'denormal.pth')
    dehaze = DehazeInferencer(AOD, 'cpu', checkpoint=tmp_path / 'denormal.pth')
    assert not dehaze.network.convs[3].weight[:, 2].any() and dehaze.network.convs[3].weight[:, 1].all()
    np.testing.assert_array_equal(dehaze.dehaze(photo).dehazed, of_network(AOD, tmp_path / 'denormal.pth', photo))


def of_network(name: str, checkpoint: Path, photo: np.ndarray) -> np.ndarray:
    """The host's way: the model of the config, and its weights as they are."""
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(Config.fromfile(find_config(name)).model)
    network.load_state_dict(torch.load(checkpoint, weights_only=True)['state_dict'])
    batch = network.data_preprocessor(dict(inputs=[torch.from_numpy(photo.transpose(2, 0, 1).copy())]))
    with torch.no_grad():
        found = network.eval().predict(batch['inputs'])[0].dehazed
    return (found.numpy() * 255).round().astype(np.uint8).transpose(1, 2, 0)[..., ::-1]


@pytest.mark.parametrize('given', [None, 'a.png', np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_dehaze_says_what_it_got_instead_of_a_photo(given):
    with pytest.raises(ValueError, match=r'the photo: wanted a photo of \(H, W, 3\) uint8 in the order BGR, got '
                                         r'(None|a str|an array of )'):
        mmhaze.DehazeInferencer().dehaze(given)


@pytest.mark.slow
@pytest.mark.parametrize('name', [AOD, GUNET, 'progressive_gunet-t_haze-wild'])
def test_it_gives_what_the_network_of_the_config_gives(name, photo, tmp_path):
    checkpoint = save_checkpoint(name, tmp_path / 'some.pth')
    result = DehazeInferencer(name, 'cpu', checkpoint=checkpoint)(photo)[0]
    expected = of_network(name, checkpoint, photo)
    assert result.dehazed.shape == photo.shape and result.dehazed.dtype == np.uint8
    assert np.abs(result.dehazed.astype(int) - expected).max() <= 1
    assert np.array_equal(result.hazy, photo) and result.passes == 1 and result.seconds > 0
    assert result.before is None and result.after is None


@pytest.mark.parametrize('model, network', [(None, HazeMapDehazer), ('dcp', DarkChannelPrior)])
def test_without_a_model_it_is_the_haze_map_and_the_prior_wants_no_checkpoint(photo, model, network):
    found = DehazeInferencer(model, device='cpu').dehaze(photo).dehazed
    rgb = torch.from_numpy(photo[..., ::-1].transpose(2, 0, 1) / np.float32(255))[None]
    expected = network().dehaze(rgb).clamp(0, 1)[0].numpy().transpose(1, 2, 0)[..., ::-1]
    assert np.abs(found - 255 * expected).max() < 0.51


def test_folders_and_arrays_come_back_in_their_order(photo, tmp_path, checkpoint):
    for name, light in (('b.png', 0.9), ('a.png', 0.6)):
        cv2.imwrite(str(tmp_path / name), (photo * light).astype(np.uint8))
    inferencer = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint)
    results = inferencer([tmp_path, photo], progress=False)
    assert [Path(result.file).name for result in results] == ['a.png', 'b.png', 'image 1']
    for result in results:
        assert np.array_equal(result.dehazed, inferencer.dehaze(result.hazy).dehazed)


def test_what_cannot_be_read_has_its_problem_and_the_rest_goes_on(photo, tmp_path):
    (tmp_path / 'a.png').write_bytes(b'no photo')
    cv2.imwrite(str(tmp_path / 'b.png'), photo)
    broken, good = DehazeInferencer(device='cpu')(tmp_path, keep_going=True, progress=False)
    assert 'cannot be read as a photo' in broken.problem and not broken.dehazed.size
    assert good.problem is None and good.dehazed.shape == photo.shape
    with pytest.raises(ValueError, match='cannot be read as a photo'):
        list(DehazeInferencer(device='cpu').stream(tmp_path))


def test_the_judge_says_how_hazy_it_was_and_is(photo, judge):
    result = DehazeInferencer(device='cpu', judge=judge).dehaze(photo)
    for seen, img in ((result.before, result.hazy), (result.after, result.dehazed)):
        assert seen.probabilities == pytest.approx(judge(img)[0].probabilities, abs=1e-6)
    assert result.before.probabilities != result.after.probabilities


def test_passes_go_through_the_network_again(photo, checkpoint):
    once = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint).dehaze(photo).dehazed
    again = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint).dehaze(once).dehazed
    twice = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint, passes=2).dehaze(photo)
    assert twice.passes == 2 and np.abs(twice.dehazed.astype(int) - again).max() <= 1
    assert not np.array_equal(once, again)


def test_without_a_judge_the_network_in_the_box_sets_the_passes(photo, checkpoint):
    result = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint, passes='level').dehaze(photo)
    expected, = mmhaze.HazeInferencer()(photo)
    assert result.before.expected_level == expected.expected_level
    assert result.passes == 0 or result.after.expected_level < result.before.expected_level


@pytest.mark.parametrize('levels, passes', [
    ((0.4,), 0),                         # clear: nothing to take away
    ((5., 3., 1., 0.2), 3),              # until it is clear
    ((5., 3., 2.95), 1),                 # the second gained too little
    ((5., 6.), 0),                       # the first made it worse
    ((8., 7., 6., 5., 4.), 4)])          # no more than four
def test_the_level_sets_how_many_passes_are_run(photo, checkpoint, levels, passes):
    inferencer = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint, judge=Judge(*levels), passes='level')
    result = inferencer.dehaze(photo)
    assert result.passes == passes
    assert (result.before.expected_level, result.after.expected_level) == (levels[0], levels[passes])
    fixed = photo
    if passes:
        fixed = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint, passes=passes).dehaze(photo).dehazed
    assert np.abs(result.dehazed.astype(int) - fixed).max() <= 1


def test_tiles_make_no_difference_to_a_narrow_view_and_are_refused_to_a_wide_one(photo, checkpoint, tmp_path):
    whole = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint).dehaze(photo).dehazed
    tiles = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint, tile=64, overlap=32).dehaze(photo).dehazed
    assert np.abs(whole.astype(int) - tiles).max() <= 1
    with pytest.raises(ValueError, match='HazeMapDehazer looks at the whole photo'):
        DehazeInferencer(tile=64, overlap=16)
    unsafe = DehazeInferencer(device='cpu', tile=64, overlap=16, unsafe_tiles=True).dehaze(photo).dehazed
    assert not np.array_equal(unsafe, DehazeInferencer(device='cpu').dehaze(photo).dehazed)


def test_a_large_photo_goes_by_tiles_where_that_makes_no_difference(photo, checkpoint, monkeypatch):
    sizes = []
    inferencer = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint)
    restore = inferencer.network.restore
    monkeypatch.setattr(inferencer.network, 'restore', lambda hazy: sizes.append(hazy.shape[2:]) or restore(hazy))
    whole = inferencer.dehaze(photo).dehazed
    assert sizes == [(70, 101)]
    monkeypatch.setattr(dehaze_inferencer, 'LARGE', 5000)
    monkeypatch.setattr(dehaze_inferencer, 'TILE', 64)
    monkeypatch.setattr(inferencer, 'overlap', 32)
    assert np.abs(inferencer.dehaze(photo).dehazed.astype(int) - whole).max() <= 1
    assert len(sizes) > 2 and max(map(max, sizes[1:])) <= 64


def test_a_large_photo_goes_as_a_whole_where_the_network_looks_at_all_of_it(photo, monkeypatch):
    inferencer = DehazeInferencer(device='cpu')
    whole = inferencer.dehaze(photo).dehazed
    monkeypatch.setattr(dehaze_inferencer, 'LARGE', 5000)
    monkeypatch.setattr(dehaze_inferencer, 'TILE', 64)
    monkeypatch.setattr(inferencer, 'overlap', 32)
    assert np.array_equal(inferencer.dehaze(photo).dehazed, whole)


def test_a_progressive_dehazer_is_as_narrow_as_its_parts(checkpoint):
    def build(**parts):
        return MODELS.build(dict(type='ProgressiveDehazer', **parts))
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        assert not build(arm=dict(type='AODNet'), prm=dict(type='AODNet')).whole_photo
        assert not build(arm=dict(type='AODNet'), prm=None).whole_photo
        assert build(arm=dict(type='AODNet')).whole_photo  # ScatteringNet's airlight is that of the whole photo
        assert build(arm=dict(type='GUNet'), prm=None).whole_photo


def test_a_network_that_is_told_in_words_gets_its_domain(photo, tmp_path):
    config = tmp_path / 'told.py'
    config.write_text("model = dict(type='GuidedDehazer', dehazer=dict(type='GUNet', arch=(1, 1, 1), width=8),\n"
                      "             text=dict(type='RandomText', width=8), fusion=dict(type='ClassEmbedding'))\n")
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(Config.fromfile(config).model)
    torch.nn.init.normal_(network.fusion.vectors)
    torch.save(dict(state_dict=network.state_dict()), tmp_path / 'told.pth')
    found = [DehazeInferencer(config, 'cpu', checkpoint=tmp_path / 'told.pth', domain=domain).dehaze(photo).dehazed
             for domain in (None, 'indoor', 'outdoor')]
    assert len({img.tobytes() for img in found}) == 3
    with pytest.raises(ValueError, match='domain is one of indoor, outdoor'):
        DehazeInferencer(config, 'cpu', checkpoint=tmp_path / 'told.pth', domain='sea')
    with pytest.raises(ValueError, match='domain is for a GuidedDehazer'):
        DehazeInferencer(domain='indoor')


def test_half_precision_comes_near(photo, checkpoint):
    whole = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint).dehaze(photo).dehazed
    half = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint, half=True).dehaze(photo).dehazed
    difference = np.abs(whole.astype(int) - half).max()
    assert 0 < difference <= 6  # eight bits of a bfloat16 are one grey level or two of each of five layers


def test_a_photo_too_large_for_the_memory_is_named(photo, checkpoint, monkeypatch):
    inferencer = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint)

    def fail(hazy):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(inferencer.network, 'restore', fail)
    with pytest.raises(ValueError, match=r'image 0 has 101 x 70 pixels, too many for the memory.* give tile=1024'):
        inferencer(photo)
    assert 'too many' in inferencer(photo, keep_going=True)[0].problem


def test_of_a_network_that_looks_at_the_whole_photo_no_tiles_are_advised(photo, monkeypatch):
    def fail(img):
        raise MemoryError

    monkeypatch.setattr(dehaze_inferencer, 'to_unit_rgb', fail)  # before the network as well
    problem = DehazeInferencer(device='cpu')(photo, keep_going=True)[0].problem
    assert problem.endswith('too many for the memory. Shrink it, or say half=True.')


def test_published_weights_are_taken_as_they_are(photo, checkpoint, tmp_path):
    ours = torch.load(checkpoint, weights_only=True)['state_dict']
    torch.save({f'e_conv{int(name[6]) + 1}{name[7:]}': weight for name, weight in ours.items()},
               tmp_path / 'published.pth')
    found = DehazeInferencer(AOD, 'cpu', checkpoint=tmp_path / 'published.pth').dehaze(photo).dehazed
    assert np.array_equal(found, DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint).dehaze(photo).dehazed)


@pytest.mark.parametrize('settings, reason', [
    (dict(model=AOD), 'wants a checkpoint'),
    (dict(model=GUNET, checkpoint='aod'), 'was not trained with'),
    (dict(model=BASE, checkpoint='aod'), 'not the config of a dehazer'),
    (dict(passes=0), 'passes is at least 1'),
    (dict(passes='often'), 'passes is at least 1'),
    (dict(tile=6), 'tile is at least 8')])
def test_what_does_not_fit_is_refused(settings, reason, checkpoint):
    if 'checkpoint' in settings:
        settings = dict(settings, checkpoint=checkpoint)
    with pytest.raises(ValueError, match=reason):
        DehazeInferencer(**settings)


def test_an_error_that_is_not_of_the_memory_is_not_taken_for_one(photo, checkpoint, monkeypatch):
    inferencer = DehazeInferencer(AOD, 'cpu', checkpoint=checkpoint)
    monkeypatch.setattr(inferencer.network, 'restore', lambda hazy: torch.zeros(1, 2) @ torch.zeros(3, 1))
    with pytest.raises(RuntimeError, match='shapes'):
        inferencer(photo)
