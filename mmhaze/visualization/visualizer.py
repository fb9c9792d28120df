from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.dist import master_only
from mmpretrain.structures import DataSample
from mmpretrain.visualization import UniversalVisualizer

from ..io.files import write_whole
from ..registry import VISUALIZERS
from ..ucm import segment_haze
from .answer import draw_answer
from .overlay import overlay_haze


@VISUALIZERS.register_module()
class HazeVisualizer(UniversalVisualizer):
    """The host's visualizer, whose pictures of predictions show the haze of the photo and the order of the levels.

    What it draws goes to the backends of its config, ``LocalVisBackend``, ``TensorboardVisBackend`` and so on. The
    arguments are the host's.
    """

    @master_only
    def visualize_cls(self, image: np.ndarray, data_sample: DataSample, classes: Sequence[str] | None = None, *,
                      show: bool = False, wait_time: float = 0, out_file: str | Path | None = None, name: str = '',
                      step: int = 0) -> np.ndarray:
        """Draws a photo with its haze tinted, the level that is predicted, the true one, and all probabilities.

        The haze is the one that UCM finds with its default settings.

        Args:
            image: the photo, (H, W, 3) uint8 RGB.
            data_sample: with ``pred_score``, and ``gt_label`` where the true level is known.
            classes: the names of the levels; by default those of the data set.
            show: whether to show it in a window, for ``wait_time`` seconds, or until a key is hit where that is 0.
            out_file: where to write it instead of handing it to the backends.
            name: of the picture in the backends.
            step: of the training, for the backends.

        Returns:
            The picture, (h, w, 3) uint8 RGB.
        """
        photo = np.ascontiguousarray(image[..., ::-1])
        names = classes or (self.dataset_meta or {}).get('classes', ())
        true = int(data_sample.gt_label) if 'gt_label' in data_sample else None
        drawn = draw_answer(overlay_haze(photo, segment_haze(photo)), data_sample.pred_score.tolist(), true=true,
                            names=names)
        picture = np.ascontiguousarray(drawn[..., ::-1])
        if show:
            self.show(picture, win_name=name, wait_time=wait_time)
        if out_file is not None:
            write_rgb(Path(out_file), picture)
        else:
            self.add_image(name, picture, step=step)
        return picture


def write_rgb(path: Path, picture: np.ndarray) -> None:
    """Writes a picture, (H, W, 3) uint8 RGB, in the format of its suffix."""
    write_whole(path, cv2.imencode(path.suffix, picture[..., ::-1])[1].tobytes())
