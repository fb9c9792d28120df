"""Where a network looks: Grad-CAM for each of its channels, as Figure 7 of the UCM paper shows it."""
from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from mmengine.dataset import default_collate
from torch import Tensor, nn

from ..models import DualChannel, InputAugmentation, NetworkConstraintHead
from .seen import fit_heat, seen_pictures

if TYPE_CHECKING:
    from ..models.trained import LevelModel

COLOURS = cv2.COLORMAP_TURBO
OPACITY = 0.6


@dataclass(frozen=True)
class LevelCam:
    """Where one channel of a network sees what speaks for a level.

    Attributes:
        channel: ``'task'`` or ``'magnifier'``.
        picture: what the channel sees, (h, w, 3) uint8 BGR, at the photo's own resolution: that part of the photo, the
            haze segment or the haze filter that is left after resizing and cutting.
        heat: (h, w) float32 in [0, 1], over ``picture``; 0 everywhere where nothing speaks for the level.
        box: where the picture lies in the photo, (x0, y0, x1, y1) half open; None where that cannot be told.
    """

    channel: str
    picture: np.ndarray
    heat: np.ndarray
    box: tuple[int, int, int, int] | None = None


def level_cams(model: LevelModel, img: np.ndarray, *, level: int | None = None,
               layer: str | None = None) -> list[LevelCam]:
    r"""Grad-CAM [selvaraju2017]_ of a photo: :math:`ReLU(\sum_c w_c A_c)`, from 0 at its least to 1 at its most.

    A is the last map of features (C, h, w) that the encoder of a channel makes, and :math:`w_c` the mean over its
    places of the gradient of the level's score, before the softmax. How fine it is depends on that layer: ResNet at
    64x64 ends with 2x2 places, its ``layer='layer2'`` has 8x8.

    Networks with two encoders give a map for each; Input Augmentation, which looks at both channels as one input, gives
    one over the photo, and Network Constraint, which does not look at the magnifier in testing, one of the photo.
    ``model`` is left as it is, and may be at work in another thread.

    Args:
        model: a trained network whose encoders make maps.
        img: the photo, (H, W, 3) uint8 BGR.
        level: whose score is looked into; by default the level that the network gives the photo.
        layer: the name of a layer inside each encoder, such as ``'layer2'``.

    Raises:
        ImportError: grad-cam is not installed.
        ValueError: there is no such level or layer, or the encoder makes no map.

    .. [selvaraju2017] R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
       Localization", ICCV 2017.
    """
    prepared = model.prepare(img, 'the photo')
    if level is None:
        level = int(model.predict([prepared])[0].argmax())
    if not 0 <= level < len(model.classes):
        raise ValueError(f'level is one of 0 to {len(model.classes) - 1}, got {level}.')
    pictures = seen_pictures(model, img, prepared['inputs'])
    found = []
    with torch.inference_mode(False), torch.enable_grad():
        # a copy, as hooks and gradients are left behind in what is looked into
        network = copy.deepcopy(model.network).requires_grad_(False)
        inputs = network.data_preprocessor(default_collate([prepared]))['inputs']
        for channel, encoder in _encoders(network, inputs).items():
            heat = _grad_cam(network, inputs, channel, encoder, level, layer)
            seen = pictures[channel]
            found.append(LevelCam(channel, seen.picture, fit_heat(heat, seen.picture), seen.box))
    return found


def overlay_heat(picture: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """A picture under its heat, from blue (0) to red (1).

    Args:
        picture: (h, w, 3) uint8 BGR; not modified.
        heat: (h, w) in [0, 1].

    Returns:
        (h, w, 3) uint8 BGR.
    """
    if heat.shape != picture.shape[:2]:
        raise ValueError(f'The heat is one of the picture: heat {heat.shape}, picture {picture.shape[:2]}.')
    colours = cv2.applyColorMap((heat * 255).round().astype(np.uint8), COLOURS)
    return cv2.addWeighted(picture, 1 - OPACITY, colours, OPACITY, 0)


class _OneChannel(nn.Module):
    """The scores of the levels, (1, levels), as a function of one channel, the others held."""

    def __init__(self, network: nn.Module, inputs: Any, channel: str) -> None:
        super().__init__()
        self.network, self.inputs, self.channel = network, inputs, channel

    def forward(self, planes: Tensor) -> Tensor:
        return self.network(dict(self.inputs, **{self.channel: planes}) if isinstance(self.inputs, dict) else planes)


def _encoders(network: nn.Module, inputs: Any) -> dict[str, nn.Module]:
    """The encoders that the scores depend on, by the channel that each looks at."""
    backbone = network.backbone
    if isinstance(backbone, InputAugmentation):
        return dict(task=backbone.encoder)
    if not isinstance(backbone, DualChannel):
        return dict(task=backbone)
    if 'magnifier' not in inputs:
        return dict(task=backbone.task)
    if backbone.share_weights:  # one each gives the same scores, and tells apart what passes through
        backbone.share_weights, backbone.magnifier = False, copy.deepcopy(backbone.task)
    both = dict(task=backbone.task, magnifier=backbone.magnifier)
    alone = isinstance(network.head, NetworkConstraintHead) and network.head.neck is None
    return dict(task=backbone.task) if alone else both


def _grad_cam(network: nn.Module, inputs: Any, channel: str, encoder: nn.Module, level: int,
              layer: str | None) -> np.ndarray:
    """The map over the input of a channel, (H, W) float32 in [0, 1]."""
    try:
        from pytorch_grad_cam import GradCAM
        from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    except ImportError as error:
        raise ImportError("Grad-CAM needs the package grad-cam: pip install 'mmhaze[pictures]'.") from error
    scores = _OneChannel(network, inputs, channel)
    planes = (inputs[channel] if isinstance(inputs, dict) else inputs).clone().requires_grad_()
    target = find_map_layer(encoder, lambda: scores(planes), layer)
    # not as a context manager: that one swallows an IndexError
    return GradCAM(scores, [target])(planes, [ClassifierOutputTarget(level)])[0]


def find_map_layer(encoder: nn.Module, run: Callable[[], object], name: str | None = None) -> nn.Module:
    """The layer of an encoder whose maps Grad-CAM looks at.

    Args:
        encoder: of one channel.
        run: passes a photo through it.
        name: of the layer; by default the last that makes a map of several places.

    Raises:
        ValueError: there is no such layer, or what it makes is no map.
    """
    shapes = defaultdict(list)  # in the order in which they end, so that a stage comes behind its own layers
    names = {module: path for path, module in encoder.named_modules() if path}

    def note(module: nn.Module, _: Any, output: Any) -> None:
        shapes[module].append(tuple(output.shape) if isinstance(output, Tensor) else ())

    handles = [module.register_forward_hook(note) for module in names]
    try:
        run()
    finally:
        for handle in handles:
            handle.remove()
    if name is not None and name not in names.values():
        raise ValueError(f'The encoder {type(encoder).__name__} has no layer {name!r}. Its stages are '
                         f'{", ".join(child for child, _ in encoder.named_children())}.')
    # what is used twice would leave two maps behind
    maps = [module for module, passed in shapes.items() if len(passed) == 1 and len(passed[0]) == 4]
    several = [module for module in maps if shapes[module][0][2] * shapes[module][0][3] > 1]
    tokens = [module for module, passed in shapes.items() if len(passed[0]) == 3]
    if name is not None:
        chosen = [module for module in maps if names[module] == name]
    else:
        chosen = [] if tokens else several or maps
    if not chosen:
        raise ValueError(f'Grad-CAM wants a layer that makes a map (N, C, h, w) once, and '
                         f'{"layer " + name if name else "the end"} of {type(encoder).__name__} does not. '
                         'Name one that does.')
    return chosen[-1]
