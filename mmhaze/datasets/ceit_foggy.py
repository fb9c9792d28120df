from __future__ import annotations

from pathlib import Path

from ..io.files import locate
from ..io.search import Search
from ..io.tables import has_columns, open_table
from ..registry import DATASETS
from .folds import name_parts, read_folds
from .listing import Listed, natural
from .published_set import PublishedSet

LABELS = 'labels.csv'
FOGS = {'light fog': 1, 'moderate fog': 2, 'heavy fog': 2}  # every other condition, such as rain, is none


@DATASETS.register_module()
class CeitFoggy(PublishedSet):
    """CEIT-Foggy: frames of a car's camera on real roads, each video with the weather that people saw [ceit2021]_.

    Levels are 0 no fog (sunny, cloudy, rain), 1 light fog, 2 moderate or heavy fog. ``scene`` of a sample is its video,
    ``fog`` the condition as the authors have it. The label is a video's, and the weather changes within some.

    The splits ``'fold1'`` to ``'fold5'`` each test a fifth of the videos and train on the others: ``split='fold1',
    part='test'``. Every fold of the whole set has videos of each level. They are fixed in
    ``mmhaze/datasets/folds/ceit_foggy.csv``: the videos of a level were dealt, the longest first, to the fold with the
    fewest of the level and then of frames.

    .. [ceit2021] "Sensors 2021, 21, 1254"; https://github.com/oipa/CITS-traffic-alerts, folder ``Ceit-Foggy``. No
       licence; for research.

    Args:
        data_root: the published folder with folders ``Video1`` to ``Video44``, or a part of it; or a folder with
            ``labels.csv``, which has the columns ``file``, ``video`` and ``condition``.
        kwargs: those of :class:`~mmhaze.datasets.HazeLevelDataset`.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: it has neither, or a video that is not one of the published ones or has another condition.
    """

    METAINFO = dict(classes=('no fog', 'light fog', 'moderate or heavy fog'))

    def __init__(self, data_root: str, ann_file: str | None = '', **kwargs) -> None:
        super().__init__(data_root, ann_file, **kwargs)

    @staticmethod
    def lies_in(root: Path) -> bool:
        """Whether a folder seems to hold this set."""
        return has_columns(root / LABELS, 'video', 'condition') or (root / '00_gt.txt').is_file()

    @staticmethod
    def list_photos(root: Path) -> list[Listed]:
        """All frames with their parts in each fold, video by video; errors as those of the class."""
        videos = read_folds('ceit_foggy')
        if not root.is_dir():
            raise FileNotFoundError(f'There is no folder {root}. Wanted the folder Ceit-Foggy of '
                                    'github.com/oipa/CITS-traffic-alerts, or one with labels.csv.')
        frames = _read_labels(root) if (root / LABELS).is_file() else _find_videos(root)
        photos = []
        for path, video, condition, where in frames:
            if video not in videos:
                raise ValueError(f'{where} is of the video {video!r}, which CEIT-Foggy does not have: wanted Video1 to '
                                 'Video44. Photos of your own are read by HazeLevelDataset.')
            known = videos[video]
            if condition not in (None, known['condition']):
                raise ValueError(f'{where} has the condition {condition!r}, and {video} of CEIT-Foggy was '
                                 f'{known["condition"]!r}. Correct it.')
            photos.append(Listed(path, FOGS.get(known['condition'].lower(), 0), name_parts(known),
                                 dict(scene=video, fog=known['condition']), where))
        return photos


def _read_labels(root: Path) -> list[tuple[Path, str, str | None, str]]:
    with open_table(root / LABELS, ['file', 'video', 'condition']) as rows:
        return [(locate(root, row['file'], where := f'{root / LABELS}, line {rows.line}'), row['video'].strip(),
                 row['condition'].strip(), where) for row in rows]


def _find_videos(root: Path) -> list[tuple[Path, str, str | None, str]]:
    folders = sorted((path.name for path in root.iterdir() if path.is_dir() and path.name.startswith('Video')),
                     key=natural)
    if not folders:
        raise ValueError(f'{root} has neither {LABELS} nor folders Video1, Video2 and so on, as CEIT-Foggy has them.')
    return [(root / video / name, video, None, str(root / video / name)) for video in folders
            for name in sorted(Search(root / video), key=natural)]
