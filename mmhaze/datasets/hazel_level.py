from __future__ import annotations

from ..physics import beta_to_visibility
from ..registry import DATASETS
from ..synthesis.levels import HAZEL_LEVEL_BETAS
from .haze_level import HazeLevelDataset


@DATASETS.register_module()
class HazelLevel(HazeLevelDataset):
    """Hazel-level: 84 road scenes of FRIDA and FRIDA2 in four fogs and nine levels, 3024 images of 640x480.

    Level l has beta = 0.010 + 0.005 l 1/metre, a visibility of 3 / beta metres, from 300 m down to 60 m.
    ``mmhaze make-set hazel-level`` makes the set from the clear scenes and their depth; the splits are
    ``'random'``, 90 % of the images of each level to train, and ``'scene'``, where a scene, with its near-duplicates,
    is either in training or in test.

    Args:
        data_root, kwargs: those of :class:`~mmhaze.datasets.HazeLevelDataset`.
    """

    METAINFO = dict(classes=tuple(f'{beta_to_visibility(beta):.0f} m' for beta in HAZEL_LEVEL_BETAS))
