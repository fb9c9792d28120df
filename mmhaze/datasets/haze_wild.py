from __future__ import annotations

from collections.abc import Sequence

from ..registry import DATASETS
from .haze_level import HazeLevelDataset
from .listing import Listed


@DATASETS.register_module()
class HazeWild(HazeLevelDataset):
    """Haze-wild: photos of the open air, each clear (level 0) and in haze that thickens from level to level.

    ``mmhaze make-set haze-wild`` makes the set from clear photos and their depth. All levels of a photo are
    in one part, ``'train'``, ``'val'`` or ``'test'``, and ``scene`` of a sample is the photo. The levels are called by
    their visibility, as the manifest says it: ``'clear'``, ``'300 m'`` and so on.

    Args:
        data_root, kwargs: those of :class:`~mmhaze.datasets.HazeLevelDataset`.

    Raises:
        ValueError: the manifest does not say the part of each photo, or a level has no visibility, more than one, or
            one that is not under that of the level before.
    """

    def _list_photos(self) -> tuple[list[Listed], tuple[str, ...]]:
        photos, names = super()._list_photos()
        if self.part and any(not photo.parts.get(self.split or '') for photo in photos):
            raise ValueError(f'{self.ann_file} does not say for all photos whether they are for train, val or test. '
                             'Make the set again, or say part=None.')
        return photos, names

    def _describe_lack(self, photos: Sequence[Listed]) -> str:
        return (f'{super()._describe_lack(photos)} A few photos may leave a part empty: make the set of more, or with '
                'another --split, as mmhaze make-set haze-wild says.')

    def _name_levels(self, photos: Sequence[Listed]) -> tuple[str, ...]:
        return name_by_visibility(photos, self.ann_file)


def name_by_visibility(photos: Sequence[Listed], where: str) -> tuple[str, ...]:
    """The levels by their visibility: ``'clear'`` where it is endless, else ``'300 m'``.

    Args:
        photos: all of the set.
        where: the list of them, as messages name it.

    Raises:
        ValueError: see :class:`HazeWild`.
    """
    seen: dict[int, float] = {}
    for photo in photos:
        visibility = photo.known.get('visibility')
        if visibility is None or visibility != seen.setdefault(photo.level, visibility):
            raise ValueError(f'{photo.where} has the visibility {visibility}, wanted '
                             f'{seen.get(photo.level, "a number of metres")} as all of level {photo.level}.')
    metres = [seen[level] for level in sorted(seen)]
    if sorted(seen) != list(range(len(seen))) or metres != sorted(set(metres), reverse=True):
        listed = ', '.join(f'{level}: {seen[level]:g} m' for level in sorted(seen))
        raise ValueError(f'{where} wants levels from 0 without a gap and of falling visibility, has {listed}.')
    return tuple(map(_name, metres))


def _name(metres: float) -> str:
    if metres == float('inf'):
        return 'clear'
    return f'{metres:.0f} m' if metres >= 10 else f'{metres:.2g} m'
