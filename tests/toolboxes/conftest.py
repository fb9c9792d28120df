"""A street that the tests draw, with the files that mmdet and mmseg read beside a photo."""
from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
import torch

from mmhaze.physics import add_haze
from mmhaze.synthesis.scenes import SKY_DEPTH, render_scene
from mmhaze.ucm import HazeRegions, segment_haze

HEIGHT, WIDTH = 120, 160
# (x0, y0, x1, y1) and the outline; the second is to be ignored
OBJECTS = [((20, 60, 60, 110), [20, 60, 60, 60, 60, 110, 30, 110], 0),
           ((90, 30, 150, 80), [90, 30, 150, 50, 120, 80], 1),
           ((70, 70, 100, 118), [70, 70, 100, 90, 80, 118], 0)]


class Street(NamedTuple):
    """A street in haze: the folder, and in it a photo, its label map and its objects as COCO has them."""

    root: Path
    photo: Path
    label_map: Path
    objects: Path

    def regions(self) -> HazeRegions:
        """What UCM finds in the photo as OpenCV reads it, told by the core alone."""
        return segment_haze(cv2.imread(str(self.photo)))


@pytest.fixture(scope='session')
def street(tmp_path_factory) -> Street:
    root = tmp_path_factory.mktemp('street')
    street = Street(root, root / 'a_leftImg8bit.png', root / 'a_gtFine_labelTrainIds.png', root / 'objects.json')
    clear, depth = render_scene(1, (HEIGHT, WIDTH))
    hazy = (add_haze(clear / 255, depth, beta=0.03, airlight=0.8) * 255).round().astype(np.uint8)
    labels = np.select([depth == SKY_DEPTH, depth > 30], [10, 2], 0).astype(np.uint8)
    cv2.imwrite(str(street.photo), hazy)
    cv2.imwrite(str(street.label_map), labels)
    street.objects.write_text(json.dumps(dict(
        images=[dict(id=1, file_name=street.photo.name, height=HEIGHT, width=WIDTH)],
        categories=[dict(id=1, name='person'), dict(id=3, name='car')],
        annotations=[dict(id=i, image_id=1, category_id=3, bbox=[x0, y0, x1 - x0, y1 - y0], iscrowd=0,
                          area=(x1 - x0) * (y1 - y0), segmentation=[outline])
                     for i, ((x0, y0, x1, y1), outline, _) in enumerate(OBJECTS, 1)])))
    assert 0.02 < street.regions().ratio < 0.98 and set(np.unique(labels)) == {0, 2, 10}
    return street


@pytest.fixture
def run_seeded() -> Callable:
    """``run_seeded(pipeline, results, seed)``: one sample, with every generator that a pipeline draws from seeded."""
    def run(pipeline: Callable, results: dict, seed: int) -> dict:
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002  that is what the toolboxes draw from
        torch.manual_seed(seed)
        return pipeline(results)
    return run
