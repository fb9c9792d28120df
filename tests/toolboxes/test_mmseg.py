"""UCM inside mmseg's own pipelines."""
from __future__ import annotations

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope

pytest.importorskip('mmseg', reason='mmseg is not installed here; make test has it beside its environment')
from mmseg.models import SegDataPreProcessor
from mmseg.structures import SegDataSample

LOAD = dict(type='LoadImageFromFile')
ANNOTATIONS = dict(type='LoadAnnotations')
COLOURS = dict(type='PhotoMetricDistortion')
GEOMETRY = [dict(type='RandomResize', scale=(200, 150), ratio_range=(0.7, 1.3), keep_ratio=True),
            dict(type='RandomCrop', crop_size=(96, 96), cat_max_ratio=0.75), dict(type='RandomFlip', prob=0.5)]
UCM = dict(type='mmhaze.UCM')
KEYS = ('img_path', 'seg_map_path', 'ori_shape', 'img_shape', 'scale_factor', 'flip', 'flip_direction',
        'reduce_zero_label')


@pytest.fixture(autouse=True)
def toolbox_scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture
def entry(street) -> dict:
    """The street as a data set of mmseg gives it to a pipeline."""
    return dict(img_path=str(street.photo), seg_map_path=str(street.label_map), label_map=None,
                reduce_zero_label=False, seg_fields=[])


def given(entry: dict) -> dict:
    return dict(entry, seg_fields=[])  # mmseg adds to the list


def pack(*more: str) -> dict:
    return dict(type='PackSegInputs', meta_keys=(*KEYS, *more))


@pytest.mark.parametrize('with_ucm', [
    [LOAD, UCM, ANNOTATIONS, *GEOMETRY, COLOURS], [LOAD, ANNOTATIONS, UCM, *GEOMETRY, COLOURS],
    [LOAD, ANNOTATIONS, *GEOMETRY, COLOURS, UCM]], ids=['photo loaded', 'annotations loaded', 'all done'])
def test_photo_and_label_map_come_out_as_without_ucm(entry, run_seeded, with_ucm):
    plain, other = Compose([LOAD, ANNOTATIONS, *GEOMETRY, COLOURS, pack()]), Compose([*with_ucm, pack('haze_ratio')])
    photos, labels = set(), set()
    for seed in range(8):
        wanted, got = (run_seeded(pipeline, given(entry), seed) for pipeline in (plain, other))
        torch.testing.assert_close(got['inputs'], wanted['inputs'], rtol=0, atol=0)
        maps = [packed['data_samples'].gt_sem_seg.data for packed in (wanted, got)]
        torch.testing.assert_close(*maps, rtol=0, atol=0)
        metainfo = dict(got['data_samples'].metainfo)
        assert isinstance(metainfo.pop('haze_ratio'), float)
        assert metainfo == wanted['data_samples'].metainfo
        photos.add(wanted['inputs'].numpy().tobytes())
        labels |= set(maps[0].unique().tolist())
    assert len(photos) > 1 and labels == {0, 2, 10}  # the steps did draw, and there was something to compare


def test_what_ucm_adds_is_packed_where_it_is_named_and_nowhere_else(entry, street):
    steps = [LOAD, UCM, ANNOTATIONS, dict(type='Resize', scale=(200, 150)), dict(type='RandomFlip', prob=1.0)]
    regions = street.regions()
    sample = Compose([*steps, pack('haze_box', 'haze_ratio', 'haze_mask')])(given(entry))['data_samples']
    assert isinstance(sample, SegDataSample)
    assert sample.haze_box == regions.box and sample.haze_ratio == regions.ratio
    np.testing.assert_array_equal(sample.haze_mask, regions.mask)
    assert set(sample.metainfo) == {*KEYS, 'haze_box', 'haze_ratio', 'haze_mask'}
    unnamed = Compose([*steps, pack()])(given(entry))['data_samples']
    assert set(unnamed.metainfo) == set(KEYS) and not any('haze' in key for key in unnamed.all_keys())


def test_what_is_packed_reaches_the_network(entry, street):
    packed = Compose([LOAD, UCM, ANNOTATIONS, pack('haze_box', 'haze_ratio')])(given(entry))
    batch = SegDataPreProcessor(size=(128, 192))(pseudo_collate([packed]), training=True)
    sample, = batch['data_samples']
    assert sample.haze_ratio == street.regions().ratio and sample.haze_box == street.regions().box


def test_the_haze_channel_moves_with_the_label_map(entry, run_seeded):
    """The mask is written into the label map, so that mmseg itself says where each pixel of it belongs."""
    pipeline = Compose([*GEOMETRY[1:], pack()])
    loaded = Compose([LOAD, UCM, COLOURS, dict(type='mmhaze.HazeChannel'), ANNOTATIONS])(given(entry))
    loaded['gt_seg_map'] = loaded['haze_mask'].astype(np.uint8)
    flips = set()
    for seed in range(8):
        packed = run_seeded(pipeline, dict(loaded), seed)
        assert packed['inputs'].shape == (4, 96, 96)
        torch.testing.assert_close(packed['inputs'][3].long(), packed['data_samples'].gt_sem_seg.data[0] * 255)
        flips.add(packed['data_samples'].flip)
    assert flips == {False, True}


@pytest.mark.parametrize('bgr_to_rgb', [False, True])
def test_the_preprocessor_takes_four_statistics_in_the_order_of_the_planes(bgr_to_rgb):
    planes = torch.arange(4 * 32 * 32, dtype=torch.int32).view(4, 32, 32).remainder(251).byte()
    mean, std = [103.53, 116.28, 123.675, 127.5], [57.375, 57.12, 58.395, 127.5]
    preprocess = SegDataPreProcessor(mean=mean, std=std, bgr_to_rgb=bgr_to_rgb)
    wanted = torch.stack([(plane.float() - m) / s for plane, m, s in zip(planes, mean, std)])
    torch.testing.assert_close(preprocess(dict(inputs=[planes]))['inputs'][0], wanted)


def test_changing_colours_behind_the_haze_channel_loses_the_mask(entry, run_seeded):
    """What HazeChannel warns of: should it be gone, the warning can go, too."""
    pipeline = Compose([LOAD, UCM, dict(type='mmhaze.HazeChannel'), COLOURS])
    assert 3 in {run_seeded(pipeline, given(entry), seed)['img'].shape[2] for seed in range(8)}
