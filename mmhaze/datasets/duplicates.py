"""Photos that show the same: copies exact to the pixel, and one scene in other haze, size or compression.

Haze lowers the contrast of what is far, but it hardly changes which of two neighbours is the brighter. So a scene is
known by the fine detail of a thumbnail, all parts of it brought to equal contrast. The mean of each row is taken off
before that: haze, sky and road go with the row, in much the same way in all photos.

The similarity of two photos is the correlation of that, 1 for copies. On Hazel-level, 84 drawn roads before one camera
in four fogs at nine levels, no two photos of different places reach 0.5, and 93 % of the pairs of one scene, 99.9 % of
those in one fog, reach ``SAME_SCENE``. It does not know again what is cropped by more than 2 % a side, or turned; and
to it, all photos of a camera that never moves are one scene.
"""
from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

SAME_SCENE = 0.6
SIDE = 32  # of the thumbnail
EDGE = 2  # cut off around it once blurred: there a lens's falling off, or a frame, would pass for detail
SENSIBLE = 0.5  # grey levels, of a thumbnail; contrast well below is noise and is not brought up
FLATTEST = 0.25  # least contrast of detail after that; below there is only noise
_QUERIES, _OTHERS = 1024, 8192  # a block of 32 MB of similarities


@dataclass(frozen=True)
class Fingerprint:
    """What is kept of a photo to compare it with others.

    Attributes:
        size: width and height in pixels.
        digest: SHA-256 of the size and the pixels.
        detail: see :func:`detail`.
    """

    size: tuple[int, int]
    digest: bytes
    detail: np.ndarray


def fingerprint(photo: np.ndarray) -> Fingerprint:
    """Works out what is kept of a photo, (H, W, 3) uint8 BGR."""
    height, width = photo.shape[:2]
    digest = hashlib.sha256(f'{width}x{height} '.encode())
    digest.update(np.ascontiguousarray(photo).data)
    return Fingerprint((width, height), digest.digest(), detail(photo))


def detail(photo: np.ndarray) -> np.ndarray:
    """Fine detail of equal contrast all over the photo, (1024,) int8; zeros where there is too little to compare.

    Args:
        photo: (H, W, 3) uint8 BGR.
    """
    # as float before it is shrunk: in dense haze what is left of a scene is finer than a grey level
    grey = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY).astype(np.float32)
    small = cv2.resize(grey, (SIDE + 2 * EDGE,) * 2, interpolation=cv2.INTER_AREA)
    fine = (small - cv2.GaussianBlur(small, (0, 0), 1))[EDGE:-EDGE, EDGE:-EDGE]
    fine -= fine.mean(axis=1, keepdims=True)
    fine /= np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), 6)) + SENSIBLE
    if np.sqrt((fine * fine).mean()) < FLATTEST:
        return np.zeros(SIDE * SIDE, np.int8)
    return (fine * (127 / np.abs(fine).max())).round().astype(np.int8).ravel()


def mirror(details: np.ndarray) -> np.ndarray:
    """The details (N, 1024) of the photos seen in a mirror."""
    return details.reshape(-1, SIDE, SIDE)[:, :, ::-1].reshape(details.shape)


def find_closest(queries: np.ndarray, others: np.ndarray, query_groups: np.ndarray | None = None,
                 other_groups: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """For each query the most similar of the others, by products of blocks of matrices.

    Args:
        queries, others: details of photos, (M, 1024) and (N, 1024) int8.
        query_groups, other_groups: (M,) and (N,) integers; photos of one group are not compared, but negative is none.

    Returns:
        The indices into ``others``, (M,) int64, and the similarities, (M,) float32, -1 where there is none to compare.
    """
    best = np.full(len(queries), -1, np.float32)
    index = np.zeros(len(queries), np.int64)
    for there in range(0, len(others), _OTHERS):
        block = _normalise(others[there:there + _OTHERS])
        for here in range(0, len(queries), _QUERIES):
            rows = slice(here, here + _QUERIES)
            similarity = _normalise(queries[rows]) @ block.T
            if query_groups is not None and other_groups is not None:
                mine, theirs = query_groups[rows, None], other_groups[None, there:there + _OTHERS]
                similarity[(mine == theirs) & (mine >= 0)] = -1
            nearest = similarity.argmax(axis=1)
            value = np.take_along_axis(similarity, nearest[:, None], axis=1)[:, 0]
            better = value > best[rows]
            best[rows][better] = value[better]
            index[rows][better] = nearest[better] + there
    return index, best


def find_copies(digests: Sequence[bytes]) -> list[list[int]]:
    """Groups of indices with one digest, of those that occur more than once."""
    groups: dict[bytes, list[int]] = {}
    for index, digest in enumerate(digests):
        groups.setdefault(digest, []).append(index)
    return [group for group in groups.values() if len(group) > 1]


def _normalise(details: np.ndarray) -> np.ndarray:
    rows = details.astype(np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
