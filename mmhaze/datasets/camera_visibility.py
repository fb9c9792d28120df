from __future__ import annotations

from pathlib import Path

from ..io.files import locate
from ..io.tables import has_columns, open_table, read_number
from ..registry import DATASETS
from .folds import name_parts, read_folds
from .listing import Listed
from .published_set import PublishedSet

LABELS = 'labels.csv'
BOUNDS = (10_000.0, 1000.0, 200.0)  # metres: what each level but the last is above
LIMIT = 20_000.0                    # metres: the most that the instrument tells


@DATASETS.register_module()
class CameraVisibility(PublishedSet):
    """One road camera over the mornings of a month, each frame with the visibility by an instrument [wang2025]_.

    ``visibility`` of a sample is in metres, from 112 to 20,000, where the instrument ends: 20,000 means at least that,
    and ``censored`` is True. Levels are above 10 km, 1 to 10 km, 200 m to 1 km, and below 200 m; ``scene`` is the day.

    The splits ``'fold1'`` to ``'fold5'`` each test a fifth of the days and train on the others; neighbouring days are
    in different folds. They are fixed in ``mmhaze/datasets/folds/camera_visibility.csv``.

    .. [wang2025] Y. Wang, L. Zhou, Z. Xu, "Traffic Road Visibility Retrieval in the Internet of Video Things through
       Physical Feature Based Learning Network", IEEE Transactions on Intelligent Transportation Systems 2025;
       https://github.com/Z-H-XU/Benchmark-Visibility. For nonprofit purposes only.

    Args:
        data_root: a folder with ``labels.csv``, which has the columns ``file``, ``day`` (``20200201``) and
            ``visibility_m``. The authors publish the metres as MATLAB files, which are not read.
        kwargs: those of :class:`~mmhaze.datasets.HazeLevelDataset`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a day is none of the published ones, or a visibility is no number above 0.
    """

    METAINFO = dict(classes=('above 10 km', '1 to 10 km', '200 m to 1 km', 'below 200 m'))
    ONE_VIEW = True  # the camera stands still

    def __init__(self, data_root: str, ann_file: str | None = LABELS, **kwargs) -> None:
        super().__init__(data_root, ann_file, **kwargs)

    @staticmethod
    def lies_in(root: Path) -> bool:
        """Whether a folder seems to hold this set."""
        return has_columns(root / LABELS, 'day', 'visibility_m')

    @staticmethod
    def list_photos(root: Path) -> list[Listed]:
        """All frames with their parts in each fold; errors as those of the class."""
        days, photos = read_folds('camera_visibility'), []
        if not (root / LABELS).is_file():
            raise FileNotFoundError(f'There is no {root / LABELS}. Wanted a table with the columns file, day and '
                                    'visibility_m for the frames of github.com/Z-H-XU/Benchmark-Visibility.')
        with open_table(root / LABELS, ['file', 'day', 'visibility_m']) as rows:
            for row in rows:
                where, day = f'{root / LABELS}, line {rows.line}', row['day'].strip()
                if day not in days:
                    raise ValueError(f'{where} is of the day {day!r}, wanted one of 20200201 to 20200229.')
                try:
                    visibility = read_number(row['visibility_m'])
                except ValueError as error:
                    raise ValueError(f'{where} has the visibility {row["visibility_m"]!r}: {error}.') from None
                if not visibility > 0:
                    raise ValueError(f'{where} has the visibility {visibility:g}, wanted metres above 0.')
                level = sum(visibility <= bound for bound in BOUNDS)
                photos.append(Listed(locate(root, row['file'], where), level, name_parts(days[day]),
                                     dict(scene=day, visibility=visibility, censored=visibility >= LIMIT), where))
        return photos
