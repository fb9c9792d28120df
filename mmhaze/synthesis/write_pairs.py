"""Which clear image each hazy one of a made set belongs to: what dehazers train and are tested on."""
from __future__ import annotations

from pathlib import Path

from ..io.tables import read_table, write_table
from .make_hazel_level import CLEAR
from .writer import MANIFEST

PAIRS = 'pairs.csv'


def write_pairs(root: str | Path) -> Path:
    """Writes ``pairs.csv`` into a set made by mmhaze, for :class:`mmhaze.datasets.PairedHazeDataset`.

    Its columns are ``hazy`` and ``clear``, files of the set, ``scene``, ``level``, and those of the splits. In
    Haze-wild the clear image of a photo is the one whose beta is 0; in Hazel-level it is among what ``hazel_level.py
    --keep-clear`` writes. Mind that Hazel-level's split ``random`` has every scene on both sides.

    Args:
        root: the folder of the set, with its ``manifest.csv``.

    Returns:
        The path of the file.

    Raises:
        FileNotFoundError: there is no manifest.
        ValueError: there are no clear images, or not of every scene.
    """
    root = Path(root)
    rows = _read(root / MANIFEST, 'file', 'level', 'beta')
    scene = 'scene' if 'scene' in rows[0] else 'photo'
    kept = (root / CLEAR).is_file()
    clear = {row[scene]: row['file'] for row in (_read(root / CLEAR, 'file', 'scene') if kept else rows)
             if kept or float(row['beta']) == 0}
    hazy = [row for row in rows if float(row['beta']) > 0]
    lonely = sorted({row[scene] for row in hazy} - clear.keys())
    if lonely:
        raise ValueError(f'{root} has no clear image of {len(lonely)} scenes, such as {lonely[0]}. For Hazel-level '
                         'make them by mmhaze make-set hazel-level --keep-clear.')
    write_table(root / PAIRS, [
        dict(hazy=row['file'], clear=clear[row[scene]], scene=row[scene], level=row['level'],
             **{name: value for name, value in row.items() if name == 'split' or name.startswith('split_')})
        for row in hazy])
    return root / PAIRS


def _read(path: Path, *wanted: str) -> list[dict[str, str]]:
    if not path.is_file():
        raise FileNotFoundError(f'There is no {path}. Give the folder of a set that mmhaze made.')
    rows = read_table(path, wanted)
    if not rows:
        raise ValueError(f'{path} lists nothing.')
    return rows
