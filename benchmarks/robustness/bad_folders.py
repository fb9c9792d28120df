"""A folder of odd and damaged photos, at each door that takes folders: what it leaves out is what cannot be read.

A photo that takes more memory to dehaze than there is may be left out as well, if that is said.
"""
from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable, Set
from pathlib import Path

from mmengine.registry import DefaultScope

import mmhaze
from benchmarks.common.random_weights import save_weights
from mmhaze.cli.main import main
from mmhaze.datasets import HazeLevelDataset

NETWORK = 'magnet-fe-s_lenet5_hazel-level'
TOO_LARGE = 'too many for the memory'


class Doors:
    """The tools, the inferencers with a network of random weights, and a data set.

    Args:
        work: a folder for what they write.
    """

    def __init__(self, work: Path) -> None:
        self.work = work
        checkpoint = save_weights(NETWORK, work / 'random.pth')
        self.levels = mmhaze.HazeInferencer(NETWORK, 'cpu', checkpoint=checkpoint, workers=1)
        self.dehaze = mmhaze.DehazeInferencer(device='cpu', workers=1)

    def look(self, folder: Path, refused: Set[str]) -> list[str]:
        """What is wrong, in words: who reads what the reader of photos refused, or refuses what it read, or ends."""
        ways: dict[str, Callable[[Path], set[str]]] = {
            'tools/ucm.py': lambda where: self.by_command('ucm', 'ucm.csv', where),
            'tools/predict.py': lambda where: self.by_command('haze', 'haze.csv', where),
            'tools/dehaze.py': lambda where: self.by_command('dehaze', 'dehaze.csv', where, '--no-compare'),
            'DehazeInferencer': lambda where: {Path(each.file).name
                                               for each in self.dehaze.stream(where, keep_going=True)
                                               if each.problem and TOO_LARGE not in each.problem},
            'HazeLevelDataset': self.by_dataset}
        wrong = []
        for name, way in ways.items():
            try:
                left_out = way(folder)
            except BaseException as error:  # a finding, whatever it is
                wrong.append(f'{name}: {type(error).__name__}: {str(error)[:200]}')
                continue
            wrong += [f'{name} {"leaves out" if each in left_out else "takes"} {each}' for each in left_out ^ refused]
        return wrong + self.look_by_network(folder, refused)

    def look_by_network(self, folder: Path, refused: Set[str]) -> list[str]:
        """The same for every fifth photo: made 64 high as its config wants, one of 30,000x1 is 120 million pixels."""
        some = sorted(folder.iterdir())[::5]
        return [f'HazeInferencer says {each.problem!r} of {path.name}'
                for path, each in zip(some, self.levels.stream(some, keep_going=True))
                if bool(each.problem) != (path.name in refused)]

    def by_command(self, name: str, table: str, folder: Path, *words: str) -> set[str]:
        """The photos that a command makes no row of; it must say so, and name them."""
        out, said = self.work / name, io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            code = main([name, str(folder), '--out', str(out), '--workers', '1', *words])
        with (out / table).open(newline='', encoding='utf-8') as lines:
            left_out = {path.name for path in folder.iterdir()} - {row['file'] for row in csv.DictReader(lines)}
        if code != bool(left_out) or not all(each in said.getvalue() for each in left_out):
            raise AssertionError(f'it ends with {code} and says {said.getvalue()[-200:]!r}')
        too_large = '\n'.join(line for line in said.getvalue().splitlines() if TOO_LARGE in line)
        return {each for each in left_out if each not in too_large}

    def by_dataset(self, folder: Path) -> set[str]:
        """The photos that a data set with UCM refuses by an error that names them."""
        names = sorted(path.name for path in folder.iterdir())
        listing = folder.parent / 'levels.csv'
        listing.write_text('file,level\n' + ''.join(f'{folder.name}/{name},0\n' for name in names))
        with DefaultScope.overwrite_default_scope('mmpretrain'):
            data = HazeLevelDataset(str(folder.parent), listing.name, pipeline=[
                dict(type='LoadPhoto'), dict(type='UCM', maps=['haze_segment']), dict(type='PackDualChannel')])
        left_out = set()
        for number, name in enumerate(names):
            try:
                data[number]
            except (ValueError, OSError) as error:
                if name not in str(error):
                    raise AssertionError(f'an error does not name {name}: {error!r}') from error
                left_out.add(name)
        return left_out
