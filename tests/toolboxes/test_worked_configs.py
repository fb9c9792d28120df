"""The configs for other toolboxes, as they are shipped but for their data, their sizes and weights from elsewhere."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner

from tests.conftest import ROOT

from .conftest import HEIGHT, WIDTH

pytest.importorskip('mmdet', reason='mmdet is not installed here; make test has it beside its environment')
pytest.importorskip('mmseg', reason='mmseg is not installed here; make test has it beside its environment')

# the toolboxes' own, of which there are many on today's torch
pytestmark = pytest.mark.filterwarnings('ignore', r'error:::(mmhaze|tests)\b.*')

FILES = sorted((ROOT / 'configs' / 'other_toolboxes').glob('*.py'))
BASES = dict(mmdet='mmdet::solo/solo_r50_fpn_1x_coco.py',
             mmseg='mmseg::segformer/segformer_mit-b0_8xb1-160k_cityscapes-1024x1024.py')
PARTS = ('train', 'val', 'test')


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def config(request) -> Iterator[Config]:
    """Each shipped config in turn, in the scope of its toolbox."""
    config = Config.fromfile(request.param)
    with DefaultScope.overwrite_default_scope(config.default_scope):
        yield config


@pytest.fixture
def runner(config, street, tmp_path) -> Runner:
    """A run of one step on the street, of an eighth of the size."""
    for part in PARTS:
        loader = config[f'{part}_dataloader']
        loader.update(batch_size=1, num_workers=0, persistent_workers=False)
        loader.dataset = shrink(loader.dataset)
        loader.dataset.data_root = str(street.root)
        loader.dataset.data_prefix = dict.fromkeys(loader.dataset.data_prefix, '')
        if config.default_scope == 'mmdet':
            loader.dataset.ann_file = street.objects.name
            loader.dataset.metainfo = dict(classes=('person', 'car'))
    config.model = shrink(config.model)
    config.model.backbone.init_cfg = None  # that would be a download
    config.default_hooks.checkpoint = None
    if config.default_scope == 'mmdet':
        config.val_evaluator.ann_file = config.test_evaluator.ann_file = str(street.objects)
        config.train_cfg.max_epochs = 1
        config.model.mask_head.num_classes = 2
        config.model.test_cfg.update(score_thr=0, mask_thr=0, filter_thr=0)  # after one step it is sure of nothing
    else:
        config.train_cfg.update(max_iters=1, val_interval=1)
    config.merge_from_dict(dict(work_dir=str(tmp_path), randomness=dict(seed=0), log_level='ERROR'))
    return Runner.from_cfg(config)


def shrink(part: Any) -> Any:
    """Widths and heights in nested dicts and lists, divided by 8."""
    if isinstance(part, dict):
        return type(part)({name: tuple(side // 8 for side in value)
                           if name in ('scale', 'crop_size', 'size', 'stride') else shrink(value)
                           for name, value in part.items()})
    return type(part)(map(shrink, part)) if isinstance(part, (list, tuple)) else part


def pipelines(config: Config) -> dict[str, list]:
    return {part: config[f'{part}_dataloader'].dataset.pipeline for part in PARTS}


def test_there_is_one_for_either_toolbox_and_one_with_four_planes():
    assert {path.stem for path in FILES} >= {'mmdet_solo-r50_ucm', 'mmseg_segformer-b0_ucm',
                                             'mmseg_segformer-b0_haze-channel'}


def test_its_pipelines_are_the_toolboxs_own_but_for_the_steps_and_keys_of_mmhaze(config):
    def steps(pipeline: list) -> list:
        own = [{key: value for key, value in step.items() if key not in ('meta_keys', 'backend_args')}
               for step in pipeline if not step['type'].startswith('mmhaze.')]
        return sorted(own, key=lambda step: step['type'])

    def packed(pipeline: list) -> set:
        return set(Compose([pipeline[-1]]).transforms[0].meta_keys)

    base = pipelines(get_config(BASES[config.default_scope]))
    for part, pipeline in pipelines(config).items():
        assert 'mmhaze.UCM' in [step.type for step in pipeline]
        assert steps(pipeline) == steps(base[part])
        assert packed(pipeline) == packed(base[part]) | {'haze_box', 'haze_ratio'}


def test_it_trains_and_is_scored_and_each_prediction_says_how_hazy_its_photo_is(config, runner, street):
    first = next(weight for name, weight in runner.model.named_parameters()
                 if weight.ndim == 4 and weight.shape[1] == config.model.backbone.get('in_channels', 3))
    before = first.detach().clone()
    runner.train()
    assert runner.iter == 1 and np.isfinite(runner.message_hub.get_scalar('train/loss').current())
    score = dict(mmdet='coco/segm_mAP', mmseg='mIoU')[config.default_scope]
    assert np.isfinite(runner.message_hub.get_scalar(f'val/{score}').current())
    if config.default_scope == 'mmseg':  # SOLO's first layers are frozen
        assert all((first[:, plane] != before[:, plane]).any() for plane in range(first.shape[1]))
    loader = Runner.build_dataloader(config.test_dataloader)
    with torch.no_grad():
        prediction, = runner.model.eval().test_step(next(iter(loader)))
    assert prediction.haze_ratio == street.regions().ratio
    assert tuple(prediction.haze_box) == street.regions().box


def test_the_network_sees_the_mask_where_the_config_says_so(config, street):
    planes, preprocessor = config.model.backbone.get('in_channels', 3), config.model.data_preprocessor
    assert planes == (4 if config.filename.endswith('_haze-channel.py') else 3)
    if planes == 4:  # the base's statistics are red first
        base = get_config(BASES[config.default_scope]).model.data_preprocessor
        assert base.bgr_to_rgb and not preprocessor.bgr_to_rgb
        assert (preprocessor.mean, preprocessor.std) == (base.mean[::-1] + [127.5], base.std[::-1] + [127.5])
    entry = dict(img_path=str(street.photo), seg_map_path=str(street.label_map), reduce_zero_label=False, instances=[],
                 height=HEIGHT, width=WIDTH)
    for pipeline in [*pipelines(config).values(), *([config.tta_pipeline] if 'tta_pipeline' in config else [])]:
        inputs = Compose(shrink(list(pipeline)))(dict(entry, seg_fields=[]))['inputs']
        for photo in inputs if isinstance(inputs, list) else [inputs]:
            assert photo.shape[0] == len(preprocessor.mean) == planes
            assert planes == 3 or 0 < photo[3].float().mean() < 255
