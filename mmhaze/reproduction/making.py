"""A whole table: planning its cells, running what is missing of them, and writing the page."""
from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from ..io.files import write_whole
from .cells import RUNS, Cell, pack_runs, plan_cells, read_runs
from .data_sets import DATA_SETS, Listing, check_photos, read_listing
from .page import draw_section, number, render
from .paper_tables import choose_rows
from .report import make_problem, make_section
from .running import FINISHED, Outcome, find_outcome, run_cells


class PaperTable:
    """A table of the paper on data sets in splits.

    Args:
        name: ``'table1'`` or ``'table3'``.
        data, splits: names in :data:`~mmhaze.reproduction.data_sets.DATA_SETS`, and of splits; each goes with each.
        seeds: how many, from 1.
        out: folder of the results and the page.
        configs: folder of the config files.
        names: of the rows, to have these alone.
        data_root: folder of the data set, where it is not ``data/NAME``.
        options: entries of all configs to change.
        command: that makes it, for the page.

    Attributes:
        places: the data set, split and listing that cells are planned for; the last is why there are none, instead,
            where that is so.
        cells: of all places, in order.

    Raises:
        ValueError: there is no such row, an option does not fit, or the file of packed runs is damaged.
    """

    def __init__(self, name: str, data: Sequence[str], splits: Sequence[str], seeds: int, *, out: Path, configs: Path,
                 names: list[str] | None = None, data_root: Path | None = None,
                 options: Mapping[str, Any] | None = None, command: str = '') -> None:
        self.name, self.out, self.command = name, out, command
        self.stem = '_'.join([name, '-'.join(data), '-'.join(splits)])
        self.rows = choose_rows(name, names)
        read_runs(out / RUNS)  # a damaged file ends it here, before hours are spent on what it holds
        self.places: list[tuple[str, str, Listing | str]] = []
        self.cells: list[Cell] = []
        for each in data:
            for split in splits:
                root = data_root or Path(DATA_SETS[each].root)
                self.places.append((each, split, self._plan(each, split, seeds, root, configs, options)))

    def _plan(self, data: str, split: str, seeds: int, root: Path, configs: Path,
              options: Mapping[str, Any] | None) -> Listing | str:
        try:
            listing = read_listing(DATA_SETS[data], root, split)
        except (ValueError, OSError) as error:
            return str(error)
        cells: list[Cell] = []
        for row in (each for each in self.rows if each.fits(data)):
            try:
                cells += plan_cells(row, DATA_SETS[data], split, range(1, seeds + 1), root=root, listing=listing,
                                    configs=configs, options=options)
            except (KeyError, TypeError, AttributeError) as error:
                raise ValueError(f'--cfg-options do not fit the config of {row.name}: {error}') from error
        if any(find_outcome(cell, self.out).state not in FINISHED for cell in cells):
            try:
                if not DATA_SETS[data].kind:  # else the listing has read them all
                    check_photos(root)
            except (ValueError, OSError) as error:
                return str(error)
        self.cells += cells
        return listing

    def say_states(self) -> int:
        """Prints where each cell stands; 0 where all have a result, else 1."""
        outcomes = [find_outcome(cell, self.out) for cell in self.cells]
        for outcome in outcomes:
            print(describe_outcome(outcome))
        self._say_problems()
        return self._code(outcomes)

    def pack(self) -> int:
        """Packs the finished cells of the folder into one file, see :func:`~mmhaze.reproduction.cells.pack_runs`."""
        path = pack_runs(self.out)
        print(f'{len(read_runs(path))} finished runs are in {path}, {path.stat().st_size / 1e6:.2f} MB')
        return 0

    def write_kept(self) -> int:
        """Writes the page of what there is; 0 where all cells have a result, else 1."""
        self._say_problems()
        outcomes = [find_outcome(cell, self.out) for cell in self.cells]
        print(f'The page is {self.write_page(outcomes)}')
        return self._code(outcomes)

    def make(self, keep_checkpoints: bool = False, amp: bool = False) -> int:
        """Makes what is missing, then the page; 0 where all cells have a result, else 1.

        Raises:
            KeyboardInterrupt: by Ctrl-C, or a consumer of signals; the page has what there is.
        """
        self._say_problems()
        outcomes: list[Outcome] = []
        try:
            for outcome, left in run_cells(self.cells, self.out, keep_checkpoints, amp):
                outcomes.append(outcome)
                more = '' if len(outcomes) == len(self.cells) else f'; {_time(left)}'
                print(f'[{len(outcomes)}/{len(self.cells)}] {describe_outcome(outcome)}{more}', flush=True)
        finally:
            outcomes += [find_outcome(cell, self.out) for cell in self.cells[len(outcomes):]]
            print(f'The page is {self.write_page(outcomes)}', flush=True)
        return self._code(outcomes)

    def write_page(self, outcomes: Sequence[Outcome]) -> Path:
        """Writes the page, its figures and its JSON, and gives the path of the page."""
        sections = []
        for data, split, listing in self.places:
            if isinstance(listing, str):
                sections.append(make_problem(data, split, listing))
                continue
            section = make_section(DATA_SETS[data], split, listing, self.rows, [
                each for each in outcomes if (each.cell.data.name, each.cell.split) == (data, split)])
            section['figures'] = draw_section(section, self.out, self.name)
            sections.append(section)
        numbers = self.out / f'{self.stem}.json'
        report = dict(table=self.name, command=self.command, json=numbers.name, sections=sections,
                      machines=_machines(sections))
        write_whole(numbers, (json.dumps(report, indent=1) + '\n').encode())
        page = self.out / f'{self.stem}.md'
        write_whole(page, render(report).encode())
        return page

    def _say_problems(self) -> None:
        for data, split, listing in self.places:
            if isinstance(listing, str):
                print(f'{data}, split {split}: {listing}', flush=True)

    def _code(self, outcomes: Sequence[Outcome]) -> int:
        whole = all(outcome.result is not None for outcome in outcomes)
        return 0 if whole and not any(isinstance(listing, str) for *_, listing in self.places) else 1


def describe_outcome(outcome: Outcome) -> str:
    """``'ResNet18, hazel-level, split random, seed 1: kept, .9706'``."""
    text = f'{outcome.cell.name}: {outcome.state}'
    if outcome.result is not None:
        predictions = outcome.result['predictions']
        right = sum(row['level'] == row['predicted'] for row in predictions) / len(predictions)
        text += f', {number(right)}, in {_duration(outcome.result["seconds"])}'
    return f'{text} ({outcome.reason})' if outcome.reason else text


def _time(seconds: float) -> str:
    return 'time left not known yet' if math.isnan(seconds) else f'about {_duration(seconds)} left'


def _duration(seconds: float) -> str:
    return f'{seconds:.0f} s' if seconds < 120 else str(timedelta(seconds=round(seconds)))


def _machines(sections: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The machines of all runs, and how many each made."""
    machines = [run['machine'] for section in sections for row in section['rows'] for run in row['runs']]
    different = [machine for index, machine in enumerate(machines) if machine not in machines[:index]]
    return [dict(machine=machine, runs=machines.count(machine)) for machine in different]
