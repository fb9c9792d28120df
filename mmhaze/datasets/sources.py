"""What the doctor of data sets looks at: a folder, a table or a config file, as one list of photos."""
from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..io.search import OUTPUT_MARKER, UNNAMED, PassedOver, classify
from ..io.tables import TABLE_SUFFIXES
from ..runtime.configs import read_config
from ..synthesis.writer import MANIFEST
from .camera_visibility import CameraVisibility
from .ceit_foggy import CeitFoggy
from .haze_wild import name_by_visibility
from .level_count import build_list, find_misfits
from .level_table import read_table
from .listing import PARTS, Listed, read_folders
from .pairs import Pair, find_pairs, holds_pairs, is_pair_table, read_pairs
from .published_set import PublishedSet

WANTED = (f'a folder with {MANIFEST}, with a folder a level or with pairs, or one of a published set, a .csv or .txt '
          'file, or a config file')
PAIR_LEVELS = ('clear', 'hazy')
MOST_LEVELS = 1000  # a level beyond is a slip of the pen, and a table of as many rows would help nobody


@dataclass(frozen=True)
class Source:
    """A data set, or the parts of one that a config names.

    Attributes:
        name: what the user calls it.
        photos: what is listed; a photo that is listed twice, or in two parts, is there twice.
        levels: their names, where somebody gives them.
        problems: what is wrong with the list itself.
        folder: where all photos should lie and no others, if there is such a folder.
        one_view: all photos show the same, and that is no leak: a camera that stands still.
        passed: what lies among the photos and is none of the set.
    """

    name: str
    photos: tuple[Listed, ...]
    levels: tuple[str, ...]
    problems: tuple[str, ...] = ()
    folder: Path | None = None
    one_view: bool = False
    passed: PassedOver = field(default_factory=PassedOver)


def open_source(path: Path, names: Sequence[str] | None = None, options: dict | None = None) -> Source:
    """Lists the photos of a data set.

    Args:
        path: a folder with ``manifest.csv`` or with a folder a level, a ``.csv`` or ``.txt`` file as
            :class:`~mmhaze.datasets.HazeLevelDataset` has them, a config file; or pairs as
            :class:`~mmhaze.datasets.PairedHazeDataset` has them, whose clear photos are level 0 and whose hazy ones 1.
        names: of the levels.
        options: entries of the config to change, by their dotted names.

    Raises:
        FileNotFoundError: there is no such file or folder.
        ValueError: it is none of these, or nothing is listed.
    """
    problems: list[Exception] = []
    passed = PassedOver()
    if (names if path.suffix == '.py' else options) is not None:
        raise ValueError('Names of levels are for a folder or a table, and options for a config file, '
                         f'which has them itself; got {path}.')
    if not path.exists():
        raise FileNotFoundError(f'There is nothing at {path}. Wanted {WANTED}.')
    if path.suffix == '.py':
        source = _open_config(path, options or {})
    elif names is None and (pairs := _list_pairs(path, passed)):
        source = Source(str(path), _list_both(pairs), PAIR_LEVELS, passed=passed)
    elif names is None and (kind := find_published(path)):
        source = Source(str(path), tuple(kind.list_photos(path)), kind.METAINFO['classes'], one_view=kind.ONE_VIEW)
    elif path.is_dir() and not (path / MANIFEST).is_file():
        photos, levels = read_folders(path, names=names, report=problems.append, pass_over=passed.add)
        source = Source(str(path), tuple(photos), levels, folder=path, passed=passed)
    elif path.is_dir() or path.suffix.lower() in (*TABLE_SUFFIXES, '.txt'):
        table, folder = (path / MANIFEST, path) if path.is_dir() else (path, path.parent)
        photos = read_table(table, folder, levels=len(names or range(MOST_LEVELS)), names=names,
                            report=problems.append)
        source = Source(str(path), tuple(photos), tuple(names or _guess_names(photos)), folder=folder,
                        passed=_find_beside(photos, folder))
    else:
        raise ValueError(f'{path} is no data set. Wanted {WANTED}.')
    source = replace(source, problems=(*source.problems, *map(str, problems)))
    if not source.photos:
        raise ValueError(' '.join((f'{path} lists no photo.', *source.problems)))
    return source


def find_published(path: Path) -> type[PublishedSet] | None:
    """The class that reads the published set in a folder; None for all else."""
    kinds: tuple[type[PublishedSet], ...] = (CeitFoggy, CameraVisibility) if path.is_dir() else ()
    return next((kind for kind in kinds if kind.lies_in(path)), None)


def _list_pairs(path: Path, passed: PassedOver) -> list[Pair]:
    """The pairs of a folder, or of its folders train, val and test, or of a table; none where it is something else."""
    if not path.is_dir():
        is_table = path.suffix.lower() in TABLE_SUFFIXES and is_pair_table(path)
        return list(read_pairs(path, path.parent)) if is_table else []
    tops = {part: path / part for part in PARTS if (path / part).is_dir()} or {'': path}
    if (path / MANIFEST).is_file() or not all(map(holds_pairs, tops.values())):
        return []
    return [replace(pair, parts={'': part} if part else {}) for part, top in tops.items()
            for pair in find_pairs(top, pass_over=passed.add)]


def _list_both(pairs: Sequence[Pair]) -> tuple[Listed, ...]:
    """The clear photos, each once in a part, and the hazy ones; a clear photo is the scene of both."""
    photos: dict[tuple, Listed] = {}
    for pair in pairs:
        for path, level in ((pair.clear, 0), (pair.hazy, 1)):
            photo = Listed(path, level, pair.parts, dict(scene=str(pair.clear)), pair.where)
            photos.setdefault((path, level, *pair.parts.items()), photo)
    return tuple(photos.values())


def _find_beside(photos: Sequence[Listed], root: Path) -> PassedOver:
    """What lies beside the photos of a table, in their own folders, and is not in the table."""
    passed = PassedOver()
    listed = {os.path.abspath(photo.path) for photo in photos}
    folders = {photo.path.parent for photo in photos if os.path.isdir(photo.path.parent)} - {root}
    for path in (path for folder in sorted(folders) for path in sorted(folder.iterdir())):
        if path.is_file() and path.name != OUTPUT_MARKER and os.path.abspath(path) not in listed:
            passed.add(path, classify(path.name) or UNNAMED)
    return passed


def _guess_names(photos: Sequence[Listed]) -> tuple[str, ...]:
    try:
        return name_by_visibility(photos, '')
    except ValueError:
        called = {photo.level: photo.level_name for photo in photos if photo.level_name}
        return tuple(called.get(level, '') for level in range(max(called, default=-1) + 1))


def _open_config(path: Path, options: dict) -> Source:
    """The parts of a config file; validation and test are one part where they have the same photos."""
    config = read_config(path, options)
    lists: dict[str, list[Listed]] = {}
    datasets: dict[str, Any] = {}
    problems: list[str] = []
    passed = PassedOver()
    levels: tuple[str, ...] = ()
    for part in PARTS:
        if config.get(f'{part}_dataloader'):
            try:
                dataset = build_list(config[f'{part}_dataloader'].dataset)
                lists[part] = _list_samples(dataset, f'{path}, {part}')
            except (ValueError, OSError, TypeError, KeyError) as error:
                problems.append(f'{part}: {error}')
            else:
                datasets[part] = dataset
                levels = max(levels, tuple(dataset.metainfo.get('classes') or ()), key=len)
                passed.found.update(getattr(dataset, 'passed', PassedOver()).found)
    problems = [*find_misfits(config, datasets), *problems]
    if not lists and not problems:
        raise ValueError(f'{path} has no train_dataloader, val_dataloader or test_dataloader.')
    if 'val' in lists and [photo.path for photo in lists['val']] == [photo.path for photo in lists.get('test', ())]:
        lists['val = test'] = lists.pop('val')
        del lists['test']
    photos = [replace(photo, parts={'': part}) for part, found in lists.items() for photo in found]
    return Source(str(path), tuple(photos), levels, tuple(problems), passed=passed)


def _list_samples(dataset: Any, where: str) -> list[Listed]:
    photos: dict[tuple, Listed] = {}  # each once: RepeatDataset and the like give a photo many times
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        if 'img_path' in info and 'clear_path' in info and 'gt_label' not in info:
            pair = Pair(Path(info['img_path']), Path(info['clear_path']), where=where)
            photos.update(((photo.path, photo.level), photo) for photo in _list_both([pair]))
            continue
        level = info.get('gt_label')
        if 'img_path' not in info or not isinstance(level, (int, np.integer)) or not 0 <= level < MOST_LEVELS:
            raise ValueError(f'the data set gives {sorted(info)} and gt_label={level}, wanted an img_path and a '
                             f'gt_label from 0 to {MOST_LEVELS - 1}.')
        known = {'scene': info['scene']} if info.get('scene') else {}
        photo = Listed(Path(info['img_path']), int(level), {}, known, where)
        photos.setdefault((photo.path, photo.level), photo)
    return list(photos.values())
