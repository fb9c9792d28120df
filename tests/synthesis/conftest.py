"""A folder laid out as FRIDA and FRIDA2 are, of 48x64 pictures made here."""
from __future__ import annotations

import gzip
from pathlib import Path

import cv2
import numpy as np
import pytest


def write_frida_scene(src: Path, name: str, number: int, gzipped: bool = False) -> None:
    rng = np.random.default_rng(number)
    folder = src / name
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f'LIma-{number:06d}.png'), rng.integers(0, 256, (48, 64, 3), dtype=np.uint8))
    depth = rng.uniform(3000, 500000, (48, 64))
    text = '\n'.join(' '.join(f'{value:.3f}' for value in row) for row in depth)
    if name == 'frida':
        text = '% Time:921021728 ImageHeight: 0\n' + text
    stem = {'frida': 'Dmap', 'frida2': 'LDep'}[name]
    if gzipped:
        (folder / f'{stem}-{number:06d}.fdd.gz').write_bytes(gzip.compress(text.encode()))
    else:
        (folder / f'{stem}-{number:06d}.fdd').write_text(text)


@pytest.fixture
def frida_folder(tmp_path: Path) -> Path:
    """Two scenes of FRIDA and three of FRIDA2, some gzipped."""
    src = tmp_path / 'src'
    for name, number in (('frida', 1), ('frida', 2), ('frida2', 1), ('frida2', 2), ('frida2', 3)):
        write_frida_scene(src, name, number, gzipped=number == 2)
    return src
