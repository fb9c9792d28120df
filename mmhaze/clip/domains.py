"""The file of domains: what CLIP took each photo of a data set for, one file for the whole set."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from ..io.arrays import open_npz, write_npz

HOW_TO_MAKE = 'Make it with mmhaze clip-domains.'
# in the order of the fields of Domains
ARRAYS = ('domains', 'prompts', 'vectors', 'files', 'probabilities', 'source')


@dataclass(frozen=True, eq=False)
class Domains:
    """The domains of photos, such as indoor and outdoor, by CLIP.

    Attributes:
        domains: their K names.
        prompts: the text that stood for each, such as ``'a photo of a indoor'``.
        vectors: the text features, (K, C) float32 of unit length.
        files: the N photos, as paths from the folder of the data set, with ``/`` on every system.
        probabilities: of each photo and domain, (N, K) float32; rows add up to 1.
        source: which CLIP it was, and a digest of its weights.

    Raises:
        ValueError: these do not fit together; it says which.
    """

    domains: tuple[str, ...]
    prompts: tuple[str, ...]
    vectors: np.ndarray
    files: tuple[str, ...]
    probabilities: np.ndarray
    source: str

    def __post_init__(self) -> None:
        number = len(self.domains)
        if not number or len(set(self.domains)) < number or not all(self.domains):
            raise ValueError(f'domains are names, each once, got {self.domains}')
        if len(self.prompts) != number:
            raise ValueError(f'there are {number} domains and {len(self.prompts)} prompts')
        _check_floats('vectors', self.vectors)
        if self.vectors.shape[:1] != (number,) or not self.vectors.shape[1]:
            raise ValueError(f'vectors are ({number}, C), got {self.vectors.shape}')
        lengths = np.linalg.norm(self.vectors, axis=1)
        if (abs(lengths - 1) > 1e-3).any():
            raise ValueError(f'vectors are of length 1, got {lengths.tolist()}')
        _check_floats('probabilities', self.probabilities)
        if self.probabilities.shape != (len(self.files), number):
            raise ValueError(f'probabilities are ({len(self.files)}, {number}), got {self.probabilities.shape}')
        if (self.probabilities < 0).any() or (abs(self.probabilities.sum(1) - 1) > 1e-3).any():
            raise ValueError('the probabilities of a photo are not from 0, or do not add up to 1')
        if len(self._rows) < len(self.files):
            raise ValueError('a photo stands in it twice')
        for file in self.files:
            path = PurePosixPath(file)
            if not path.parts or path.is_absolute() or '..' in path.parts:
                raise ValueError(f'{file!r} is no path from the folder of the data set')

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {file: row for row, file in enumerate(self.files)}

    def of(self, file: str, where: str | Path = 'the domain file') -> np.ndarray:
        """The probabilities of a photo, (K,).

        Args:
            file: its path from the folder of the data set, with ``/``.
            where: what the error calls the file of domains.

        Raises:
            ValueError: it has no such photo.
        """
        if file not in self._rows:
            known = f'such as {self.files[0]}' if self.files else 'none'
            raise ValueError(f'{where} has no photo {file}; it has {len(self.files)}, {known}. Paths count from the '
                             'folder that mmhaze clip-domains was given; run it again after photos were added.')
        return self.probabilities[self._rows[file]]


def write_domains(path: str | Path, domains: Domains) -> None:
    """Writes one ``.npz`` file, whole or not at all."""
    state = {name: np.asarray(getattr(domains, name)) for name in ARRAYS}
    for name in ('domains', 'prompts', 'files', 'source'):
        state[name] = state[name].astype(np.str_)  # else an empty tuple becomes an array of numbers
    write_npz(path, state)


def read_domains(path: str | Path) -> Domains:
    """Reads what :func:`write_domains` wrote; nothing in it is ever run.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, or its parts do not fit together; it names ``path``.
    """
    try:
        with open_npz(path, ARRAYS, 'is no domain file', HOW_TO_MAKE) as state:
            return Domains(_names(state, 'domains'), _names(state, 'prompts'), state['vectors'],
                           _names(state, 'files'), state['probabilities'], _names(state, 'source', ndim=0)[0])
    except FileNotFoundError:
        raise FileNotFoundError(f'There is no domain file {path}. {HOW_TO_MAKE}') from None


def _names(state: dict[str, np.ndarray], name: str, ndim: int = 1) -> tuple[str, ...]:
    array = state[name]
    if array.dtype.kind != 'U' or array.ndim != ndim:
        raise ValueError(f'{name} is not text of {ndim} dimensions, but {array.shape} {array.dtype}')
    return tuple(str(each) for each in np.atleast_1d(array))


def _check_floats(name: str, array: np.ndarray) -> None:
    if array.dtype != np.float32 or array.ndim != 2 or not np.isfinite(array).all():
        raise ValueError(f'{name} are finite float32 of two dimensions, got {array.shape} {array.dtype}')
