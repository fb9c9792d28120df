from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from ..io.resizing import fit_within
from ..physics import beta_to_visibility, transmission
from ..physics.airlight import estimate_airlight, soften_airlight
from ..registry import TRANSFORMS
from ..synthesis.depth.depth_files import resize_depth
from ..synthesis.depth.sky import set_sky_far
from ..synthesis.fog import DENSITIES, FOGS, WILD_FOGS, frida_params, haze_fields, render
from ..synthesis.levels import SCHEDULES
from ..synthesis.wild import prepare_scene
from .results import name_of, photo_in

ESTIMATE, FRIDA = 'estimate', 'frida'


@TRANSFORMS.register_module()
class PrepareHaze(BaseTransform):
    """Works out of a clear photo what :class:`AddHaze` needs and no level changes; nothing is drawn.

    It is slow beside the rest, so its place is in ``prepare`` of the data set, which keeps what it makes.

    **Required keys**: ``img``, (H, W, 3) uint8 BGR, clear; ``depth``, metres, (H, W) float, above 0.

    **Changed and added keys**: ``depth``, (H, W) float32, at most 500 m where it is refined, far where the photo shows
    the sky and along the photo's edges; ``airlight``, (3,) float64 BGR in [0, 1], the colour that haze over this photo
    would have; with ``size`` also ``img`` and ``img_shape``.

    Args:
        find_sky: see :func:`mmhaze.synthesis.depth.sky.set_sky_far`.
        refine: see :func:`mmhaze.synthesis.wild.prepare_scene`. Depth that ``mmhaze make-set haze-wild``
            keeps has both already: say False twice.
        size: the longer side at most, pixels; larger photos are shrunk first, and their depth with them. Drawing haze
            then costs less, in proportion to the pixels; what a network sees should stay well smaller.
    """

    def __init__(self, find_sky: bool = True, refine: bool = True, size: int | None = None) -> None:
        if size is not None and size < 1:
            raise ValueError(f'size is in pixels, at least 1, got {size}; None keeps the size of photos.')
        self.find_sky, self.refine, self.size = find_sky, refine, size

    def transform(self, results: dict) -> dict:
        img, depth = _take(results, 'PrepareHaze')
        if not depth.min() > 0:
            raise ValueError(f'{name_of(results)}: PrepareHaze wants depth in metres, above 0 and infinite for the '
                             'sky, got 0.')
        if self.size is not None:
            img = fit_within(img, self.size)
            depth = resize_depth(depth, img.shape[:2])
            results.update(img=img, img_shape=img.shape[:2])
        if self.find_sky:
            depth = set_sky_far(depth, img)
        if self.refine:
            depth = prepare_scene(img, depth).depth
        results.update(depth=depth, airlight=soften_airlight(estimate_airlight(img)))
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(find_sky={self.find_sky}, refine={self.refine}, size={self.size})'


@TRANSFORMS.register_module()
class AddHaze(BaseTransform):
    """Adds haze of a level drawn at random: fresh haze over the same clear photos in each epoch.

    Its place is in ``pipeline``, before UCM and before what resizes, crops or flips ``img`` without ``depth``. The
    draws are NumPy's global ones, as of all transforms of mmcv, and can be shared over several images by
    ``TransformBroadcaster``.

    **Required keys**: ``img``, (H, W, 3) uint8 BGR, clear; ``depth``, metres, (H, W) float, at least 0. ``airlight``
    of :class:`PrepareHaze` spares the estimate.

    **Changed and added keys**: ``img``, hazy; ``gt_label``, the level; ``beta``, 1/metre; ``visibility``, metres;
    ``airlight``, (3,) float64 BGR in [0, 1]; ``fog``; with ``transmission=True`` also ``transmission``, (H, W) float32;
    with ``keep_clear=True`` ``clear``, the photo as it was, for dehazers.

    A set of ``mmhaze make-set haze-wild --keep-depth`` is trained on so::

        dataset=dict(
            type='HazeWild', data_root='data/haze-wild', part='train', filter_cfg=dict(levels=[0]), cache_mb=8192,
            prepare=[dict(type='LoadPhoto'), dict(type='LoadDepth'),
                     dict(type='PrepareHaze', find_sky=False, refine=False)],
            pipeline=[dict(type='AddHaze'), dict(type='ResizeEdge', scale=64, edge='short'),
                      dict(type='CenterCrop', crop_size=64), dict(type='PackInputs')])

    Args:
        betas: of the levels, 1/metre, the least haze first, such as 0 for the clear photo; None for those of
            ``schedule``.
        schedule: one of :data:`mmhaze.synthesis.levels.SCHEDULES`.
        levels: how many the schedule has.
        fog: 'uniform' or 'heterogeneous', see :mod:`mmhaze.synthesis.wild`, or several, of which one is drawn.
        airlight: ``'estimate'``, from the photo; or (lowest, highest), from which a grey one is drawn, in [0, 1]; or
            ``'frida'``, with which ``fog`` may be any of :data:`mmhaze.synthesis.fog.FOGS`: white, and uneven where the
            fog is cloudy; ``airlight`` of the results is then its middle. So are the images of Hazel-level made.
        density: of heterogeneous fog, ``'frida2'`` or ``'frida'``, which is half as dense; see
            :func:`mmhaze.synthesis.fog.frida_params`.
        transmission: whether to add it.
        keep_clear: likewise the clear photo.

    Raises:
        ValueError: an argument is none of these.
    """

    def __init__(self,
                 betas: Sequence[float] | None = None,
                 schedule: str = 'beta_linear',
                 levels: int = 10,
                 fog: str | Sequence[str] = 'uniform',
                 airlight: str | tuple[float, float] = ESTIMATE,
                 density: str = 'frida2',
                 transmission: bool = False,
                 keep_clear: bool = False) -> None:
        if schedule not in SCHEDULES:
            raise ValueError(f'schedule is one of {sorted(SCHEDULES)}, got {schedule!r}.')
        self.fogs = (fog,) if isinstance(fog, str) else tuple(fog)
        known = FOGS if airlight == FRIDA else WILD_FOGS
        if not self.fogs or not set(self.fogs) <= set(known):
            raise ValueError(f'fog is one or more of {known} where airlight is {airlight!r}, got {fog!r}.')
        self.betas = SCHEDULES[schedule](levels) if betas is None else tuple(map(float, betas))
        if not self.betas or min(self.betas) < 0 or list(self.betas) != sorted(set(self.betas)):
            raise ValueError(f'betas are those of the levels, from 0, each above the one before, got {self.betas}.')
        if airlight not in (ESTIMATE, FRIDA) and not (len(airlight) == 2 and not isinstance(airlight, str)
                                                      and 0 <= airlight[0] <= airlight[1] <= 1):
            raise ValueError(f"airlight is 'estimate', 'frida' or (lowest, highest) in [0, 1], got {airlight!r}.")
        if density not in DENSITIES:
            raise ValueError(f'density is one of {sorted(DENSITIES)}, got {density!r}.')
        self.airlight, self.density = airlight, density
        self.transmission, self.keep_clear = transmission, keep_clear

    def transform(self, results: dict) -> dict:
        img, depth = _take(results, 'AddHaze')
        level, brightness, seed, fog = self._draw()
        beta = self.betas[level]
        haze = frida_params(fog, beta, seed, density=self.density)
        if self.airlight != FRIDA:
            blue, green, red = self._find_airlight(results, brightness).tolist()
            haze = replace(haze, airlight=(blue, green, red))
        hazy = render(img, depth, haze)
        if self.keep_clear:
            results['clear'] = img
        results.update(img=hazy, gt_label=level, beta=beta, fog=fog, visibility=beta_to_visibility(beta),
                       airlight=np.array(haze.airlight))
        if self.transmission:
            results['transmission'] = transmission(depth, haze_fields(depth.shape, haze)[0])
        return results

    def _find_airlight(self, results: dict, brightness: float) -> np.ndarray:
        if not isinstance(self.airlight, str):
            lowest, highest = self.airlight
            return np.full(3, lowest + (highest - lowest) * brightness)
        return results['airlight'] if 'airlight' in results else soften_airlight(estimate_airlight(results['img']))

    @cache_randomness
    def _draw(self) -> tuple[int, float, int, str]:
        """The level; where in its range the airlight is, in [0, 1); the seed of uneven fog; the fog."""
        seed = np.random.randint(2**31 - 1)  # noqa: NPY002  the host seeds this generator, in each worker
        rng = np.random.default_rng(seed)
        return int(rng.integers(len(self.betas))), rng.random(), seed, self.fogs[rng.integers(len(self.fogs))]

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(betas={self.betas}, fog={self.fogs}, airlight={self.airlight!r}, '
                f'density={self.density!r}, transmission={self.transmission}, keep_clear={self.keep_clear})')


def _take(results: dict, step: str) -> tuple[np.ndarray, np.ndarray]:
    """``img`` and ``depth``, checked."""
    path = name_of(results)
    if 'depth' not in results:
        raise ValueError(f"{path}: {step} wants 'depth', and the results hold {sorted(results)}. "
                         "Put dict(type='LoadDepth') before it.")
    img = photo_in(results, step, 'Put it before any step that makes floats or adds planes.')
    depth = results['depth']
    if depth.shape != img.shape[:2]:
        raise ValueError(f'{path}: {step} wants depth of the size of img, {img.shape[:2]}, got {depth.shape}. A step '
                         'before it resized, cropped or padded the photo: put that after AddHaze.')
    if not depth.min() >= 0:
        raise ValueError(f'{path}: {step} wants depth in metres, at least 0, got a minimum of {depth.min()}.')
    return img, depth
