"""Haze-wild, made anew: any clear photos and their depth become a set of hazy photos at known levels.

The set of the paper, 10,000 photos at ten levels, was never released, nor were its airlight, its betas and its split.
"""
from __future__ import annotations

import contextlib
import os
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ..io.tables import open_table
from .depth import FileDepth, NetworkDepth
from .photo_set import PhotoSet, Written
from .splits import advise_on_split
from .wild import photo_identity
from .wild_photos import PhotoFolder, PhotoTable
from .wild_recipe import WildRecipe
from .writer import MANIFEST, Share, open_folder, write_set

# what a network says of whole photos, before it is fitted to them
NETWORK_DEPTH = 'network_depth'
FEW = 100  # photos: of more, the parts are near their shares


def make_haze_wild(photos: PhotoFolder | PhotoTable, out: str | Path, recipe: WildRecipe = WildRecipe(), *,
                   workers: int | None = None, share: Share = Share()) -> Written:
    """Writes the set to ``out``, or what is missing of it there.

    Args:
        photos: see :func:`~.wild_photos.find_photos`.
        out: the set's folder.
        recipe: how. Depth from a network is first written below ``network_depth/``, and rendered from there.
        workers, share: see :func:`~.writer.write_set`.

    Raises:
        ValueError, OSError: see :func:`~.writer.write_set` and :class:`~.photo_set.PhotoSet`.
        ImportError: depth is to come from a network, and transformers is not installed.
    """
    plan = PhotoSet(photos, recipe, recipe.settings, out)
    if isinstance(recipe.depth, NetworkDepth):
        open_folder(plan, share)
        plan.make = replace(recipe, depth=_write_network_depths(photos, plan.out / NETWORK_DEPTH, recipe.depth, share))
    return write_set(plan, workers, share)


def foresee_parts(photos: PhotoFolder | PhotoTable, recipe: WildRecipe) -> str:
    """What to know of the parts of a few photos before a set is made of them; empty where there is nothing."""
    few = list(islice(photos, FEW + 1))
    identities = []
    for photo in few if len(few) <= FEW else ():
        with contextlib.suppress(OSError):
            identities.append(photo_identity(photo.path.read_bytes()))
    return advise_on_split(identities, recipe.split) if identities else ''


def count_parts(out: str | Path) -> Counter[str]:
    """How many photos of a finished set are in each part."""
    with open_table(Path(out, MANIFEST), ['level', 'split']) as rows:
        return Counter(row['split'] for row in rows if row['level'] == '0')


def _write_network_depths(photos: PhotoFolder | PhotoTable, folder: Path, network: NetworkDepth,
                          share: Share) -> FileDepth:
    """Writes the depth of this process's photos, as far as no list gives it; unreadable photos are left out."""
    root = photos.root
    for photo in photos:
        root = Path(os.path.commonpath([root, photo.path]))  # a list may name photos from anywhere
    if share.rank == 0:
        network.write_depths([], root, folder)  # makes the folder ready, which several at once could not
    share.barrier()
    total = sum(1 for photo in share.of(photos) if photo.depth is None)
    with share.show_progress(total, 0, f'depth of {folder.parent.name}', 'photos') as advance:
        network.write_depths((photo.path for photo in share.of(photos) if photo.depth is None), root, folder, advance)
    share.barrier()
    return FileDepth(folder, root=root)
