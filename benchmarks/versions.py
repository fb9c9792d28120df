"""The table of docs/versions.md: beside which versions the tests were run, and how they ended.

    python benchmarks/versions.py --add oldest tests.xml     # what noxfile.py does after a run
    python benchmarks/versions.py                            # writes the table anew

Rows are kept in DOCS/results/versions.json, by name.
"""
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from xml.etree import ElementTree

from environment import describe_environment

from mmhaze.files import write_whole

DOCS = Path(__file__).resolve().parents[1] / 'docs'
BEGIN, END = '<!-- the table of benchmarks/versions.py -->', '<!-- its end -->'
COLUMNS = {'python': 'Python', 'torch': 'torch', 'torchvision': 'torchvision', 'numpy': 'NumPy',
           'opencv-python': 'OpenCV', 'mmengine': 'mmengine', 'mmcv': 'mmcv', 'transformers': 'transformers'}

Row = dict[str, str]


def describe(report: Path) -> Row:
    """The versions here, and how the tests ended that ``report`` tells of."""
    suite = next(ElementTree.parse(report).iter('testsuite'))
    counts = {name: int(suite.get(name, 0)) for name in ('tests', 'failures', 'errors', 'skipped')}
    broken = counts['failures'] + counts['errors']
    environment = describe_environment()
    row = dict(python=environment['python'], date=environment['date'][:10], system=environment['system'],
               passed=str(counts['tests'] - broken - counts['skipped']), failed=str(broken),
               skipped=str(counts['skipped']))
    for package in (*COLUMNS, 'mmcv-lite'):
        try:
            row[package] = version(package)
        except PackageNotFoundError:
            continue
    return row


def tabulate(rows: Mapping[str, Row]) -> str:
    """A line a run, in Markdown."""
    def cell(row: Row, name: str) -> str:
        return f'lite {row["mmcv-lite"]}' if name == 'mmcv' and 'mmcv-lite' in row else row.get(name, '-')

    head = ['nox -s', *COLUMNS.values(), 'passed', 'failed', 'skipped']
    lines = [head, ['---'] * len(head)]
    lines += [[name, *(cell(row, column) for column in COLUMNS), row['passed'], row['failed'], row['skipped']]
              for name, row in rows.items()]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def write_table(docs: Path, rows: Mapping[str, Row]) -> None:
    page = docs / 'versions.md'
    before, rest = page.read_text(encoding='utf-8').split(BEGIN)
    after = rest.split(END)[1]
    write_whole(page, f'{before}{BEGIN}\n{tabulate(rows)}\n{END}{after}'.encode())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--add', nargs=2, metavar=('NAME', 'XML'), help='a run of this environment: its JUnit report')
    parser.add_argument('--docs', type=Path, default=DOCS)
    args = parser.parse_args(argv)
    kept = args.docs / 'results' / 'versions.json'
    rows = json.loads(kept.read_text()) if kept.exists() else {}
    if args.add:
        name, report = args.add
        rows[name] = describe(Path(report))
        write_whole(kept, (json.dumps(rows, indent=1) + '\n').encode())
    write_table(args.docs, rows)
    return 0


if __name__ == '__main__':
    sys.exit(main())
