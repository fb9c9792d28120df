"""The tables of docs/results/reliability.md, from what the four benchmarks of it have found.

    python -m docs.scripts.reliability

They are ``faults``, ``bad_input``, ``fuzz`` and ``long_runs`` of ``benchmarks/robustness``, each with its ``--out`` in
docs/results.
"""
from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.common.page_tables import markdown_table, put_table
from benchmarks.robustness import bad_input, faults, long_runs

RESULTS = Path(__file__).resolve().parents[2] / 'docs' / 'results'


def tables(results: Path) -> dict[str, str]:
    """Those of the page, by name."""
    def read(name: str) -> Any:
        return json.loads((results / f'{name}.json').read_text(encoding='utf-8'))

    return dict(
        faults=faults.tabulate(read('faults')['trials']), bad_input=bad_input.tabulate(read('bad_input')['table']),
        fuzz=markdown_table(['reader', '#inputs', '#branches reached', 'found'],
                            ([row['target'], row['inputs'], row['branches'], row['finding'] or 'nothing']
                             for row in read('fuzz')['readers'])),
        long_runs=long_runs.tabulate(read('long_runs')['table']))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--results', type=Path, default=RESULTS, help='the folder of the page and of what was found')
    args = parser.parse_args(argv)
    for name, table in tables(args.results).items():
        put_table(args.results / 'reliability.md', name, table)
    return 0


if __name__ == '__main__':
    sys.exit(main())
