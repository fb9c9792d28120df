"""The table of docs/versions.md: beside which versions the tests were run, and how they ended.

    python -m docs.scripts.versions --add oldest tests.xml     # what noxfile.py does after a run
    python -m docs.scripts.versions                            # writes the table anew

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

from packaging.version import Version

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import markdown_table, put_table
from mmhaze.io.files import write_whole

DOCS = Path(__file__).resolve().parents[2] / 'docs'
KEPT = Path('results', 'versions.json')
COLUMNS = {'python': 'Python', 'torch': 'torch', 'torchvision': 'torchvision', 'numpy': 'NumPy',
           'opencv-python': 'OpenCV', 'mmengine': 'mmengine', 'mmcv': 'mmcv', 'transformers': 'transformers'}

Row = dict[str, str]


def read(docs: Path) -> dict[str, Row]:
    """The rows that there are, by name."""
    return json.loads((docs / KEPT).read_text()) if (docs / KEPT).exists() else {}


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
    """A line a run, in Markdown, by its Python."""
    def cell(row: Row, name: str) -> str:
        return f'lite {row["mmcv-lite"]}' if name == 'mmcv' and 'mmcv-lite' in row else row.get(name, '-')

    return markdown_table(
        ['nox -s', *COLUMNS.values(), '#passed', '#failed', '#skipped'],
        ([name, *(cell(row, column) for column in COLUMNS), row['passed'], row['failed'], row['skipped']]
         for name, row in sorted(rows.items(), key=lambda each: Version(each[1]['python']))))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--add', nargs=2, metavar=('NAME', 'XML'), help='a run of this environment: its JUnit report')
    parser.add_argument('--docs', type=Path, default=DOCS)
    args = parser.parse_args(argv)
    rows = read(args.docs)
    if args.add:
        name, report = args.add
        rows[name] = describe(Path(report))
        write_whole(args.docs / KEPT, (json.dumps(rows, indent=1) + '\n').encode())
    put_table(args.docs / 'versions.md', 'versions', tabulate(rows))
    return 0


if __name__ == '__main__':
    sys.exit(main())
