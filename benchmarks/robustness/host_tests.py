"""Runs mmpretrain's own tests without mmhaze and with it imported, and says which of them end otherwise.

    git clone --branch v1.2.0 https://github.com/open-mmlab/mmpretrain
    python -m benchmarks.robustness.host_tests mmpretrain --docs docs

The tests are those of the parts that mmhaze builds on, as they are. Some fail on today's torch and NumPy with or
without it; what counts is that none fails because of mmhaze. Needs "pip install parameterized".
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import markdown_table, put_table
from mmhaze.io.files import write_whole

PARTS = ('test_models/test_classifiers.py', 'test_models/test_heads.py', 'test_models/test_losses.py',
         'test_models/test_necks.py', 'test_models/test_utils', 'test_models/test_tta.py', 'test_datasets',
         'test_evaluation', 'test_engine', 'test_structures', 'test_visualization', 'test_apis')

RUNS = dict(alone='', together=', with mmhaze')
STATES = ('passed', 'failed', 'skipped')
MISSING = ('missing', '')

Results = dict[str, tuple[str, str]]  # how a test ended, and why, by its name


def run(checkout: Path, parts: list[str], with_mmhaze: bool) -> Results:
    """How each test ended, ``'passed'``, ``'failed'`` or ``'skipped'``, and the last line of what it said."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, 'report.xml')
        command = [sys.executable, '-m', 'pytest', '-q', '--rootdir', '.', '-p', 'no:cacheprovider', '-o', 'addopts=',
                   '-o', 'junit_family=xunit1', f'--junit-xml={report}',
                   *(['-p', 'mmhaze.register'] if with_mmhaze else []), *(f'tests/{part}' for part in parts)]
        ended = subprocess.run(command, cwd=checkout, capture_output=True, text=True,
                               env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path[1:])))
        if not report.is_file():
            raise RuntimeError(f'pytest made no report: {ended.stdout[-1000:]} {ended.stderr[-1000:]}')
        cases = list(ElementTree.parse(report).iter('testcase'))
    found = {}
    for case in cases:
        name = f'{case.get("file")}::{case.get("classname", "").split(".")[-1]}::{case.get("name")}'
        problem = next((each for each in case if each.tag in ('failure', 'error')), None)
        skipped = any(each.tag == 'skipped' for each in case)
        reason = (problem.get('message') or '').splitlines()[:1] if problem is not None else []
        found[name] = ('failed' if problem is not None else 'skipped' if skipped else 'passed', ''.join(reason)[:200])
    return found


def compare(plain: Results, ours: Results) -> dict:
    """How the tests of each part ended without mmhaze and with it, and those that ended otherwise."""
    both = {name: (plain.get(name, MISSING), ours.get(name, MISSING)) for name in {**plain, **ours}}
    parts = {part: {said: Counter(state for name, (state, _) in results.items() if _part(name) == part)
                    for said, results in zip(RUNS, (plain, ours))} for part in sorted({_part(name) for name in both})}
    return dict(parts=parts, otherwise={name: pair for name, pair in both.items() if pair[0][0] != pair[1][0]},
                failed_alone={name: reason for name, (state, reason) in plain.items() if state == 'failed'})


def _part(name: str) -> str:
    return name.split('::')[0].removeprefix('tests/')


def tabulate(found: Mapping[str, Any]) -> str:
    """A line a file of tests, in Markdown."""
    rows = [(f'`{part}`', *(runs[run].get(state, 0) for run in RUNS for state in STATES))
            for part, runs in found['parts'].items()]
    total = ('all', *(sum(row[column] for row in rows) for column in range(1, 1 + len(RUNS) * len(STATES))))
    return markdown_table(['tests', *(f'#{state}{said}' for said in RUNS.values() for state in STATES)], [*rows, total])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkout', type=Path, help='of mmpretrain, at the version that is installed')
    parser.add_argument('--parts', nargs='+', default=list(PARTS), help='files and folders below its tests')
    parser.add_argument('--docs', type=Path, help='keep what came of it here, in results/host_tests.json and .md')
    args = parser.parse_args(argv)
    found = compare(*(run(args.checkout, args.parts, with_mmhaze) for with_mmhaze in (False, True)))
    print(tabulate(found))
    for name, (before, after) in found['otherwise'].items():
        print(f'{name}: {before[0]} alone, {after[0]} with mmhaze. {before[1] or after[1]}')
    if args.docs:
        kept = args.docs / 'results' / 'host_tests.json'
        write_whole(kept, (json.dumps(dict(found, environment=describe_environment()), indent=1) + '\n').encode())
        put_table(kept.with_suffix('.md'), 'host tests', tabulate(found))
    return int(any(before[0] == 'passed' for before, _ in found['otherwise'].values()))


if __name__ == '__main__':
    sys.exit(main())
