from __future__ import annotations

from pathlib import Path

from .haze_level import HazeLevelDataset
from .listing import Listed


class PublishedSet(HazeLevelDataset):
    """A data set of levels that lies as its authors publish it: the class itself lists the photos.

    Attributes:
        ONE_VIEW: all photos show the same, as of a camera that stands still.
    """

    ONE_VIEW = False

    def _list_photos(self) -> tuple[list[Listed], tuple[str, ...]]:
        return self.list_photos(Path(self.data_root)), self.METAINFO['classes']

    @staticmethod
    def lies_in(root: Path) -> bool:
        """Whether a folder seems to hold this set."""
        raise NotImplementedError

    @staticmethod
    def list_photos(root: Path) -> list[Listed]:
        """All photos with their parts in each fold; errors as those of the class."""
        raise NotImplementedError
