"""How well each way to tell haze agrees with real fog: areas under the ROC curve and rank correlations, with intervals.

    python -m benchmarks.studies.real_haze DATA --out docs/results/real_haze.json --page docs/results/real_haze.md

DATA holds ``ceit_foggy/``, ``benchmark_visibility/``, ``weather/``, ``real_hazy/``, ``frida/`` and ``frida2/``, see
``real_tests.py``; what is not there is left out. Nothing is fitted. With ``--methods haze_map`` that one is measured
anew, and the others stay in the file.

FADE needs ``pip install "mmhaze[benchmarks]"``. The photos that the network misjudges most, as sheets to look at:

    python -m benchmarks.studies.real_haze DATA --worst 24 --out FOLDER
"""
from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from benchmarks.common.merged import merge_columns
from benchmarks.common.page_tables import markdown_table, number, put_table, with_interval
from benchmarks.studies.haze_scores import METHODS, Method, Scores, those_there, trained, versions
from benchmarks.studies.real_tests import RealTest, all_photos, find_tests, read
from benchmarks.studies.worst_photos import write_sheets
from mmhaze.io.progress import show_progress

PLACES = {'area': 'areas', 'rank correlation': 'rank correlations'}  # by statistic, where its table is in the page


def score(tests: Sequence[RealTest], methods: Sequence[Method[Scores]]) -> dict[str, dict]:
    """What each column of the methods says of each photo: by column, by photo."""
    photos = all_photos(tests)
    found: dict[str, dict] = {column: {} for method in methods for column in method.columns}
    with show_progress(len(photos), label='Haze', unit='photos') as advance:
        for photo in photos:
            img = read(photo)
            for method in methods:
                for column, value in zip(method.columns, method.look(img)):
                    found[column][photo] = float(np.nan_to_num(value))
            advance(1)
    return found


def judge(tests: Iterable[RealTest], scores: dict) -> dict[str, dict[str, float]]:
    """By the name of a test its statistic and the interval, from scores by photo."""
    found = {}
    for test in tests:
        judged = test.judge(np.array([scores[photo] for photo in test.photos]))
        found[test.name] = dict(zip(('value', 'low', 'high'), (round(each, 3) for each in judged)))
    return found


def describe_tests(tests: Iterable[RealTest]) -> dict[str, dict]:
    """By name the statistic, the goal, and how many photos and groups there are."""
    return {test.name: dict(statistic=test.statistic, goal=test.goal, photos=len(test.photos), sample=test.sample,
                            groups=len(set(test.groups.tolist()))) for test in tests}


def make_tables(summary: dict) -> dict[str, str]:
    """The tables of the page in Markdown, by their places in it."""
    tests = summary['tests']
    known = [column for method in METHODS.values() for column in method.columns]
    order = [*(name for name in known if name in summary['columns']),
             *(name for name in summary['columns'] if name not in known)]
    columns = {name: summary['columns'][name] for name in order}
    tables = {'tests': markdown_table(
        ['test', 'statistic', '#photos', '#sample'],
        [[name, test['statistic'], f'{test["photos"]:,}', f'{test["groups"]} {test["sample"]}']
         for name, test in tests.items()])}
    for statistic, place in PLACES.items():
        own = {name: test for name, test in tests.items() if test['statistic'] == statistic}
        best = {name: max((column[name]['value'] for column in columns.values()), key=test['goal'].__mul__)
                for name, test in own.items()}
        rows = [['goal', *(number(test['goal']) for test in own.values())]]
        rows += [[title, *(with_interval(column[name], bold=column[name]['value'] == best[name]) for name in own)]
                 for title, column in columns.items()]
        tables[place] = markdown_table(['', *(f'#{name}' for name in own)], rows)
    return tables


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', type=Path)
    parser.add_argument('--methods', nargs='*', choices=list(METHODS), default=list(METHODS))
    parser.add_argument('--checkpoint', nargs=2, action='append', default=[], metavar=('CONFIG', 'FILE'),
                        help='also a network, or RoadTrees or RowTrees and what they saved')
    parser.add_argument('--worst', type=int, metavar='N', help='instead write sheets of so many photos for each test')
    parser.add_argument('--out', type=Path, help='JSON file, whose other columns stay; of --worst a folder')
    parser.add_argument('--page', type=Path, help='a page with places for the tables')
    args = parser.parse_args(argv)
    if args.out is None and (args.page or args.worst):
        parser.error('--page and --worst want --out.')
    return args


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    tests = find_tests(args.data)
    if args.worst:
        column, scores = next(iter(score(tests, [METHODS['haze_map']]).items()))
        write_sheets(tests, scores, args.worst, args.out)
        print(f'Sheets by "{column}" are in {args.out}')
        return
    methods = those_there(args.methods, METHODS) + [trained(*each) for each in args.checkpoint]
    columns = {name: judge(tests, scores) for name, scores in score(tests, methods).items()}
    for name, found in columns.items():
        print(name, *(f'{each["value"]:.3f} [{each["low"]:.3f}, {each["high"]:.3f}]' for each in found.values()),
              sep=' | ', flush=True)
    if args.out:
        summary = merge_columns(args.out, dict(tests=describe_tests(tests)), columns, versions(methods))
        for place, table in make_tables(summary).items() if args.page else ():
            put_table(args.page, place, table)


if __name__ == '__main__':
    main()
