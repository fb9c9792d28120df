"""Runs mmpretrain's own tests without mmhaze and with it imported, and says which of them end otherwise.

    git clone --branch v1.2.0 https://github.com/open-mmlab/mmpretrain
    python benchmarks/host_tests.py mmpretrain --out docs/results/host_tests.json

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
from pathlib import Path
from xml.etree import ElementTree

from environment import describe_environment

from mmhaze.files import write_whole

PARTS = ('test_models/test_classifiers.py', 'test_models/test_heads.py', 'test_models/test_losses.py',
         'test_models/test_necks.py', 'test_models/test_utils', 'test_models/test_tta.py', 'test_datasets',
         'test_evaluation', 'test_engine', 'test_structures', 'test_visualization', 'test_apis')


def run(checkout: Path, parts: list[str], with_mmhaze: bool) -> dict[str, tuple[str, str]]:
    """How each test ended, ``'passed'``, ``'failed'`` or ``'skipped'``, and the last line of what it said."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, 'report.xml')
        command = [sys.executable, '-m', 'pytest', '-q', '--rootdir', '.', '-p', 'no:cacheprovider', '-o', 'addopts=',
                   '-o', 'junit_family=xunit1', f'--junit-xml={report}', *(['-p', 'mmhaze'] if with_mmhaze else []),
                   *(f'tests/{part}' for part in parts)]
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


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkout', type=Path, help='of mmpretrain, at the version that is installed')
    parser.add_argument('--parts', nargs='+', default=list(PARTS), help='files and folders below its tests')
    parser.add_argument('--out', type=Path, help='a JSON file')
    args = parser.parse_args(argv)
    plain, ours = (run(args.checkout, args.parts, with_mmhaze) for with_mmhaze in (False, True))
    print('| | passed | failed | skipped |\n|---|---:|---:|---:|')
    for name, results in (('mmpretrain alone', plain), ('with mmhaze imported', ours)):
        counts = Counter(state for state, _ in results.values())
        print(f'| {name} | {counts["passed"]} | {counts["failed"]} | {counts["skipped"]} |')
    others = {name: (plain.get(name, ('missing', '')), ours.get(name, ('missing', ''))) for name in {**plain, **ours}
              if plain.get(name, ('missing',))[0] != ours.get(name, ('missing',))[0]}
    for name, (before, after) in others.items():
        print(f'{name}: {before[0]} alone, {after[0]} with mmhaze. {before[1] or after[1]}')
    if args.out:
        failed = {name: reason for name, (state, reason) in plain.items() if state == 'failed'}
        write_whole(args.out, (json.dumps(dict(
            alone=Counter(state for state, _ in plain.values()), together=Counter(state for state, _ in ours.values()),
            otherwise=others, failed_alone=failed, environment=describe_environment()), indent=1) + '\n').encode())
    return int(any(before[0] == 'passed' for before, _ in others.values()))


if __name__ == '__main__':
    sys.exit(main())
