"""What an ONNX file says of itself."""
from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from ..models.trained import LevelModel
from ..synthesis.level_names import visibility_of
from ..version import __version__
from .modules import magnifier_of, ucm_settings

MEANINGS = dict(
    photo='(N, H, W, 3) uint8 BGR, photos of one size as they are, upright',
    task='(N, 3, h, w) uint8 BGR, the photo as `prepare` has it',
    magnifier='(N, 3, h, w) uint8 BGR, the map of its haze as `prepare` has it',
    probabilities='(N, levels) float32, how likely each level is',
    haze_mask='(N, H, W) bool, True is haze')


def describe(model: LevelModel, inputs: Iterable[str], outputs: Iterable[str]) -> dict[str, str]:
    """The metadata of the file, see docs/export.md: plain text for the first three, JSON for the others."""
    metres = [visibility_of(name) for name in model.classes]
    ucm = ucm_settings(model.steps)
    normalise = model.network.data_preprocessor
    values = dict(
        levels=model.classes,
        visibility=[None if far is None or math.isinf(far) else far for far in metres],
        inputs={name: MEANINGS[name] for name in inputs},
        outputs={name: MEANINGS[name] for name in outputs},
        magnifier=magnifier_of(model.steps),
        ucm=asdict(ucm) if ucm else None,
        prepare=model.steps,
        # of RGB, in grey levels; the graph does it itself
        mean=normalise.mean.flatten().tolist(),
        std=normalise.std.flatten().tolist())
    texts = {name: json.dumps(value, default=str) for name, value in values.items()}
    return dict(mmhaze=__version__, config=Path(model.config.filename).stem, channel_order='BGR', **texts)
