from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.dist import all_reduce, is_main_process
from mmengine.runner import Runner
from mmpretrain.engine.hooks import VisualizationHook
from mmpretrain.structures import DataSample

from ..io.photo import read_photo
from ..registry import HOOKS
from .visualizer import write_rgb


@HOOKS.register_module()
class HazeVisualizationHook(VisualizationHook):
    """Shows what a network says while it is validated or tested: some photos, the confusion matrix and the recall.

    In the place of the host's hook, which draws the input of the network, and fails where that is a dict of channels:
    here it is the photo that ``img_path`` of the data sample names. The visualizer is a ``HazeVisualizer``, or the
    host's. After each validation and each test ``confusion`` and ``recall`` go to the backends of the visualizer, or to
    ``out_dir``; on several GPUs a photo that fills up a batch counts twice in them.

    Args:
        enable: whether to do anything.
        interval: one photo of so many is drawn.
        show: whether to show each in a window.
        out_dir: a folder to write to, instead of the backends.
        **kwargs: those of the visualizer's ``visualize_cls``.
    """

    def __init__(self, enable: bool = False, interval: int = 100, show: bool = False, out_dir: str | None = None,
                 **kwargs: Any) -> None:
        if interval < 1:
            raise ValueError(f'interval is at least 1, got {interval}.')
        super().__init__(enable, interval, show, out_dir, **kwargs)
        self.counts: torch.Tensor | None = None
        self.batch_size = self.step = 0

    def _draw_samples(self, batch_idx: int, data_batch: dict, data_samples: Sequence[DataSample],
                      step: int = 0) -> None:
        """Counts all predictions, and draws those of every ``interval``-th photo."""
        if not self.enable:
            return
        if batch_idx == 0 or self.counts is None:
            levels = len(data_samples[0].pred_score)
            self.counts = torch.zeros(levels, levels, dtype=torch.int64)
            self.batch_size, self.step = len(data_samples), step
        for index, sample in enumerate(data_samples, start=batch_idx * self.batch_size):
            self.counts[int(sample.gt_label), int(sample.pred_label)] += 1
            if index % self.interval == 0 and is_main_process():
                self._draw_photo(sample)

    def _draw_photo(self, sample: DataSample) -> None:
        if 'img_path' not in sample:
            raise ValueError('HazeVisualizationHook draws the photo that img_path of a data sample names, and there is '
                             "none. Keep it among the meta_keys of the pipeline's last step.")
        path = Path(sample.img_path)
        name = f'{path.parent.name}_{path.stem}'  # a scene may have one name in the folders of all levels
        out = {} if self.out_dir is None else dict(out_file=str(Path(self.out_dir) / f'{name}_{self.step}.png'))
        image = np.ascontiguousarray(read_photo(path)[..., ::-1])
        self._visualizer.visualize_cls(image, sample, name=name, step=self.step, **self.draw_args, **out)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Draws the figures of a validation."""
        self._draw_figures()

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Draws the figures of a test."""
        self._draw_figures()

    def _draw_figures(self) -> None:
        if self.counts is None:
            return
        all_reduce(self.counts)
        counts, self.counts = self.counts.numpy(), None
        if not is_main_process():
            return
        from .level_figures import draw_confusions, draw_recalls, figure_to_rgb, recall_of  # they bring matplotlib
        figures = dict(confusion=draw_confusions([('accuracy', counts)]),
                       recall=draw_recalls([('recall of each level', recall_of(counts))]))
        for name, figure in figures.items():
            if self.out_dir is None:
                self._visualizer.add_image(name, figure_to_rgb(figure), self.step)
            else:
                write_rgb(Path(self.out_dir) / f'{name}_{self.step}.png', figure_to_rgb(figure))
