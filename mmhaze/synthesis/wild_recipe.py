"""What is made of one clear photo: its depth, its haze at every level, the files and their rows in the manifest."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..io.photo import read_photo
from ..io.resizing import fit_within
from ..physics import beta_to_visibility
from ..version import __version__
from .depth import DepthSource, FileDepth
from .depth.depth_files import read_depth_of
from .depth.own import CENTIMETRE, encode_depth
from .depth.sky import set_sky_far
from .fog import WILD_FOGS, render
from .levels import SCHEDULES
from .photo_set import MadePhoto
from .splits import PARTS, draw_part
from .wild import WildScene, draw_params, draw_seed, photo_identity, prepare_scene
from .wild_photos import WildPhoto

FORMATS = ('jpg', 'png')
# depth that a set keeps: 16-bit PNG in centimetres
KEPT = 'depth'


@dataclass(frozen=True)
class WildRecipe:
    """Makes a :class:`~.photo_set.MadePhoto` of a photo; can be sent to another process.

    Attributes:
        depth: of photos whose list names none; None where the list names all.
        schedule: one of :data:`mmhaze.synthesis.levels.SCHEDULES`.
        levels: how many, with the clear photo.
        fog: 'uniform' or 'heterogeneous', see :mod:`mmhaze.synthesis.fog`.
        format: 'jpg' or 'png'; level 0 is written in it, too, so that a level is not known by its compression.
        quality: of JPEG, 1 to 100.
        size: the longer side of an image at most, pixels; None leaves photos as large as they are.
        seed: of the noise.
        split: shares of train, val and test, whole numbers.
        find_sky: take what looks like sky for infinitely far, whatever the depth says, see
            :func:`mmhaze.synthesis.depth.set_sky_far`.
        keep_depth: write the depth, too, as all levels have it, below ``depth/``.

    Raises:
        ValueError: a setting is none of these.
    """

    depth: DepthSource | None = None
    schedule: str = 'beta_linear'
    levels: int = 10
    fog: str = 'uniform'
    format: str = 'jpg'
    quality: int = 90
    size: int | None = None
    seed: int = 0
    split: tuple[int, int, int] = (80, 10, 10)
    find_sky: bool = True
    keep_depth: bool = False

    def __post_init__(self) -> None:
        for name, known in dict(schedule=sorted(SCHEDULES), fog=WILD_FOGS, format=FORMATS).items():
            if getattr(self, name) not in known:
                raise ValueError(f'{name} must be one of {known}, got {getattr(self, name)!r}.')
        if not 1 <= self.quality <= 100:
            raise ValueError(f'quality is that of JPEG, 1 to 100, got {self.quality}.')
        if self.size is not None and self.size < 1:
            raise ValueError(f'size is in pixels, at least 1, got {self.size}; None keeps the size of photos.')
        if len(self.split) != len(PARTS) or min(self.split) < 0 or not sum(self.split):
            raise ValueError(f'split wants a share of at least 0 for each of {PARTS}, not all 0, got {self.split}.')
        if self.seed < 0:
            raise ValueError(f'seed must be at least 0, got {self.seed}.')
        _ = self.betas  # refuses too few levels

    @property
    def betas(self) -> tuple[float, ...]:
        """The scattering coefficient of each level, 1/metre."""
        return SCHEDULES[self.schedule](self.levels)

    @property
    def settings(self) -> dict[str, Any]:
        """What the images depend on besides the photos, and the versions of what makes them."""
        return dict(vars(self), depth=self.depth.name if self.depth else None, mmhaze=__version__,
                    opencv=cv2.__version__)

    def __call__(self, photo: WildPhoto) -> MadePhoto:
        """Renders the photo at every level.

        Raises:
            OSError, ValueError: the photo or its depth cannot be used.
        """
        _check_name(photo.name)
        identity = photo_identity(photo.path.read_bytes())
        clear = fit_within(read_photo(photo.path), self.size)
        depth, source, checksum = self.find_depth(photo, clear)
        scene = prepare_scene(clear, set_sky_far(depth, clear) if self.find_sky else depth)
        files: dict[str, bytes] = {}
        kept = ''
        if self.keep_depth:
            kept = f'{KEPT}/{photo.place}.png'
            data = encode_depth(scene.depth)
            scene = WildScene(clear, decode_depth(data))  # so that the levels have just what is kept
            files[kept], checksum = data, hashlib.sha256(data).hexdigest()
        rows = []
        for level, params in enumerate(draw_params(clear, draw_seed(self.seed, identity), self.betas, self.fog)):
            file = f'level_{level}/{photo.place}.{self.format}'
            files[file] = self.encode(render(scene.clear, scene.depth, params))
            haze = params.as_text(colour=True)
            rows.append(dict(
                file=file, level=str(level), split=draw_part(identity, self.split), photo=photo.name,
                photo_sha256=identity, **haze, visibility=str(beta_to_visibility(params.beta)), schedule=self.schedule,
                depth=kept, depth_sha256=checksum, depth_source=source, width=str(clear.shape[1]),
                height=str(clear.shape[0]), quality=str(self.quality) if self.format == 'jpg' else '',
                mmhaze=__version__))
        return MadePhoto(files, rows)

    def find_depth(self, photo: WildPhoto, clear: np.ndarray) -> tuple[np.ndarray, str, str]:
        """The depth, what it comes from, and the checksum of its file, empty where there is none."""
        if photo.depth is not None:
            options = [f' {name}={value}' for name, value in (('kind', photo.kind), ('scale', photo.scale)) if value]
            depth = read_depth_of(photo.path, clear, photo.depth, photo.kind, photo.scale)
            return depth, 'list' + ''.join(options), _checksum(photo.depth)
        if self.depth is None:
            raise ValueError(f'{photo.name} has no depth: name it in the list, or say where depth comes from.')
        checksum = _checksum(self.depth.find(photo.path)) if isinstance(self.depth, FileDepth) else ''
        return self.depth.depth_of(photo.path, clear), self.depth.name, checksum

    def encode(self, img: np.ndarray) -> bytes:
        """The file of an image, (H, W, 3) uint8 BGR."""
        settings = [cv2.IMWRITE_JPEG_QUALITY, self.quality] if self.format == 'jpg' else []
        return cv2.imencode(f'.{self.format}', img, settings)[1].tobytes()


def decode_depth(data: bytes) -> np.ndarray:
    """The depth in a file of :func:`.depth.own.encode_depth`, metres, (H, W) float32."""
    values = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED))
    return values.astype(np.float32) * np.float32(CENTIMETRE)


def _check_name(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError('The name of the photo is no UTF-8. Give it another.') from None


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
