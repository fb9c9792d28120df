"""UCM inside mmdet's own pipelines."""
from __future__ import annotations

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope

from .conftest import HEIGHT, OBJECTS, WIDTH

pytest.importorskip('mmdet', reason='mmdet is not installed here; make test has it beside its environment')
from mmdet.models import DetDataPreprocessor
from mmdet.structures import DetDataSample

LOAD = dict(type='LoadImageFromFile')
ANNOTATIONS = dict(type='LoadAnnotations', with_bbox=True, with_mask=True, with_seg=True)
COLOURS = dict(type='YOLOXHSVRandomAug')
GEOMETRY = [dict(type='RandomResize', scale=(200, 150), ratio_range=(0.7, 1.3), keep_ratio=True),
            dict(type='RandomCrop', crop_size=(96, 96)), dict(type='RandomFlip', prob=0.5)]
UCM = dict(type='mmhaze.UCM')
KEYS = ('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor', 'flip', 'flip_direction')


@pytest.fixture(autouse=True)
def toolbox_scope():
    with DefaultScope.overwrite_default_scope('mmdet'):
        yield


@pytest.fixture
def entry(street) -> dict:
    """The street as a data set of mmdet gives it to a pipeline."""
    return dict(img_id=1, img_path=str(street.photo), seg_map_path=str(street.label_map), height=HEIGHT, width=WIDTH,
                instances=[dict(bbox=list(box), bbox_label=2, mask=[outline], ignore_flag=ignored)
                           for box, outline, ignored in OBJECTS])


def pack(*more: str) -> dict:
    return dict(type='PackDetInputs', meta_keys=(*KEYS, *more))


def arrays(packed: dict) -> dict[str, np.ndarray]:
    """All that a sample holds, under the name of where it stands."""
    sample = packed['data_samples']
    found = dict(inputs=packed['inputs'].numpy(), seg_map=sample.gt_sem_seg.sem_seg.numpy())
    for name in ('gt_instances', 'ignored_instances'):
        objects = getattr(sample, name)
        found.update({f'{name}.bboxes': objects.bboxes.tensor.numpy(), f'{name}.labels': objects.labels.numpy(),
                      f'{name}.masks': objects.masks.masks})
    return found


@pytest.mark.parametrize('with_ucm', [
    [LOAD, UCM, ANNOTATIONS, COLOURS, *GEOMETRY], [LOAD, ANNOTATIONS, UCM, COLOURS, *GEOMETRY],
    [LOAD, ANNOTATIONS, COLOURS, *GEOMETRY, UCM]], ids=['photo loaded', 'annotations loaded', 'all done'])
def test_photo_boxes_masks_and_label_map_come_out_as_without_ucm(entry, run_seeded, with_ucm):
    plain = Compose([LOAD, ANNOTATIONS, COLOURS, *GEOMETRY, pack()])
    other, seen = Compose([*with_ucm, pack('haze_ratio')]), []
    for seed in range(8):
        wanted, got = (run_seeded(pipeline, dict(entry), seed) for pipeline in (plain, other))
        seen.append(arrays(wanted))
        for name, array in arrays(got).items():
            np.testing.assert_array_equal(array, seen[-1][name], err_msg=name)
            assert array.dtype == seen[-1][name].dtype
        metainfo = dict(got['data_samples'].metainfo)
        assert isinstance(metainfo.pop('haze_ratio'), float)
        assert metainfo == wanted['data_samples'].metainfo
    # the steps did draw, and there was something to compare
    assert len({sample['inputs'].tobytes() for sample in seen}) > 1
    assert all(any(sample[name].any() for sample in seen) for name in seen[0])


def test_what_ucm_adds_is_packed_where_it_is_named_and_nowhere_else(entry, street):
    steps = [LOAD, UCM, ANNOTATIONS, dict(type='Resize', scale=(200, 150)), dict(type='RandomFlip', prob=1.0)]
    regions = street.regions()
    sample = Compose([*steps, pack('haze_box', 'haze_ratio', 'haze_mask')])(dict(entry))['data_samples']
    assert isinstance(sample, DetDataSample)
    assert sample.haze_box == regions.box and sample.haze_ratio == regions.ratio
    np.testing.assert_array_equal(sample.haze_mask, regions.mask)
    assert set(sample.metainfo) == {*KEYS, 'haze_box', 'haze_ratio', 'haze_mask'}
    unnamed = Compose([*steps, pack()])(dict(entry))['data_samples']
    assert set(unnamed.metainfo) == set(KEYS) and not any('haze' in key for key in unnamed.all_keys())


def test_what_is_packed_reaches_the_network(entry, street):
    packed = Compose([LOAD, UCM, ANNOTATIONS, pack('haze_box', 'haze_ratio')])(dict(entry))
    batch = DetDataPreprocessor(pad_size_divisor=32, pad_mask=True)(pseudo_collate([packed]), training=True)
    sample, = batch['data_samples']
    assert sample.haze_ratio == street.regions().ratio and sample.haze_box == street.regions().box


def test_the_haze_channel_moves_with_the_boxes(entry):
    steps = [LOAD, UCM, COLOURS, dict(type='mmhaze.HazeChannel'), ANNOTATIONS,
             dict(type='RandomCrop', crop_size=(96, 96)), dict(type='RandomFlip', prob=1.0)]
    done = Compose(steps)(dict(entry))
    assert done['img'].shape == (96, 96, 4) and set(np.unique(done['img'][..., 3])) == {0, 255}
    # where the crop was taken is told by the translation that mmdet notes of it: back there, and the right way round
    left, top = (round(float(offset)) for offset in crop_corner(done))
    mask = done['haze_mask'][top:top + 96, left:left + 96]
    np.testing.assert_array_equal(done['img'][:, ::-1, 3], mask.astype(np.uint8) * 255)


def crop_corner(done: dict) -> tuple[float, float]:
    """(x, y) of the photo's pixel that became the crop's first, from the map of points that mmdet keeps."""
    flipped_back = np.array([[-1, 0, 96], [0, 1, 0], [0, 0, 1]]) @ done['homography_matrix']
    return -flipped_back[0, 2], -flipped_back[1, 2]


def test_the_preprocessor_takes_one_statistic_for_four_planes_and_keeps_their_order():
    planes = torch.arange(4 * 32 * 32, dtype=torch.int32).view(4, 32, 32).remainder(251).byte()
    batch = DetDataPreprocessor(mean=[114.0], std=[57.0], bgr_to_rgb=False)(dict(inputs=[planes], data_samples=None))
    torch.testing.assert_close(batch['inputs'][0], (planes.float() - 114) / 57)


def test_the_preprocessor_refuses_four_statistics_and_drops_the_mask_to_turn_bgr_to_rgb():
    """What HazeChannel warns of: should it be gone, the warning can go, too."""
    with pytest.raises(AssertionError, match='1 or 3 values'):
        DetDataPreprocessor(mean=[0] * 4, std=[1] * 4)
    batch = DetDataPreprocessor(bgr_to_rgb=True)(dict(inputs=[torch.zeros(4, 32, 32)], data_samples=None))
    assert batch['inputs'].shape == (1, 3, 32, 32)
