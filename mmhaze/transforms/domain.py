from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform

from ..registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadDomain(BaseTransform):
    """Adds ``domain_scores``, (K,) float32: how much the photo belongs to each domain, such as indoor and outdoor.

    Args:
        file: what ``mmhaze clip-domains`` wrote.
        root: the folder that its photos lie in; by default its own.
        domain: instead of a file, which of how many domains all photos belong to, such as ``(1, 2)``.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged, or has nothing of a photo.
    """

    def __init__(self, file: str | None = None, root: str | None = None, domain: tuple[int, int] | None = None) -> None:
        if (file is None) == (domain is None):
            raise ValueError(f'Wanted a file or a domain, got {file!r} and {domain!r}.')
        if domain is not None and not 0 <= domain[0] < domain[1]:
            raise ValueError(f'domain is (which, of how many), counted from 0, got {domain!r}.')
        self.file, self.root, self.domain = file, root, domain
        if file is not None:
            from ..clip.domains import read_domains  # where it is asked for
            self.known = read_domains(file)

    def transform(self, results: dict) -> dict:
        if self.file is None:
            which, count = self.domain or (0, 1)
            results['domain_scores'] = np.eye(count, dtype=np.float32)[which]
            return results
        top = Path(self.root if self.root is not None else Path(self.file).parent)
        results['domain_scores'] = self.known.of(
            Path(os.path.relpath(results['img_path'], top)).as_posix(), self.file)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(file={self.file!r}, root={self.root!r}, domain={self.domain!r})'
