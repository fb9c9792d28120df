"""Examines a data set: what it holds, and what is wrong with it.

    python tools/dataset_doctor.py data/demo --sheet demo.png
    python tools/dataset_doctor.py my_photos --classes clear light dense
    python tools/dataset_doctor.py configs/magnet/magnet-fe-s_resnet18_hazel-level.py

SET is a folder with manifest.csv, a folder with a folder a level, a .csv or .txt file with the levels of photos, or a
config file, whose training, validation and test sets are compared. Every photo is read. A table of the photos comes
first, then what is worth knowing, and at the end the problems, the worst first:

    - faults of the list
    - photos that are missing or cannot be read
    - a photo that is there at two levels
    - copies of a photo in two parts of a split
    - scenes in two parts of a split, by the columns scene or photo
    - photos in two parts of a split that show the same, whatever the haze, the size or the compression
    - levels without photos

Exit codes: 0 healthy, 1 problems were found, 2 wrong usage or nothing to examine, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

import argparse
import json
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import DictAction

if TYPE_CHECKING:
    from mmhaze.datasets.doctor import Diagnosis

SIZES_SHOWN, DETAILS_SHOWN = 5, 3
PICTURES = ('.png', '.jpg', '.pdf')


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('set', type=Path, metavar='SET', help='as above')
    parser.add_argument('--split', metavar='NAME', help='look at the split NAME alone, say scene (default: at all)')
    parser.add_argument('--classes', nargs='+', metavar='NAME',
                        help='of the levels, the least haze first; for folders that are not called level_0 and so on')
    parser.add_argument('--sheet', type=picture, metavar='FILE', help='picture to draw, a row of photos a level')
    parser.add_argument('--json', type=Path, metavar='FILE', help='report to write, with every photo concerned')
    parser.add_argument('--workers', type=positive, metavar='N', help='threads that read photos (default: all cores)')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
                        help='change entries of the config, say train_dataloader.dataset.split=scene')
    return parser.parse_args(argv)


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'wanted a whole number from 1, got {text!r}')
    return int(text)


def picture(text: str) -> Path:
    if Path(text).suffix not in PICTURES:
        raise argparse.ArgumentTypeError(f'wanted a file {", ".join(PICTURES)}, got {text!r}')
    return Path(text)


def run(args: argparse.Namespace) -> int:
    """Does what the command line says, and gives the exit code."""
    # only now: the hosts take seconds to import, and a wrong command line should not have to wait
    from mmhaze.datasets.contact_sheet import draw_contact_sheet
    from mmhaze.datasets.doctor import diagnose
    from mmhaze.datasets.sources import open_source
    from mmhaze.io.files import write_whole

    warnings.filterwarnings('ignore', module='PIL')  # about photos that can be read all the same
    source = open_source(args.set, args.classes, args.cfg_options)
    diagnosis = diagnose(source, args.split, args.workers)
    say(diagnosis)
    if args.json:
        report = {**asdict(diagnosis), 'healthy': not diagnosis.problems}
        write_whole(args.json, (json.dumps(report, indent=2) + '\n').encode())
    if args.sheet:
        draw_contact_sheet(source.photos, diagnosis.levels, args.sheet, title=source.name)
    return 1 if diagnosis.problems else 0


def say(diagnosis: Diagnosis) -> None:
    """Prints the table, what is worth knowing, and the problems."""
    sizes = [size if len(diagnosis.sizes) == 1 else f'{count} of {size}' for size, count in diagnosis.sizes.items()]
    more = [f'{len(sizes) - SIZES_SHOWN} other sizes'] if len(sizes) > SIZES_SHOWN else []
    print(f'{diagnosis.name}: {sum(diagnosis.counts["all"])} photos, {", ".join(sizes[:SIZES_SHOWN] + more)}\n')
    rows = [f'{level} ({name})' if name else str(level) for level, name in enumerate(diagnosis.levels)]
    margin = max(map(len, ['level', *rows]))
    widths = {column: max(len(column), len(str(sum(counts)))) + 2 for column, counts in diagnosis.counts.items()}
    print('level'.ljust(margin) + ''.join(column.rjust(width) for column, width in widths.items()))
    for level, row in enumerate([*rows, 'all']):
        cells = {column: counts[level] if row != 'all' else sum(counts) for column, counts in diagnosis.counts.items()}
        print(row.ljust(margin) + ''.join(str(count).rjust(widths[column]) for column, count in cells.items()))
    for title, findings in (('Worth knowing', diagnosis.notes), ('Problems, the worst first', diagnosis.problems)):
        if findings:
            print(f'\n{title}:')
        for finding in findings:
            print(f'- {finding.text}', *finding.details[:DETAILS_SHOWN], sep='\n    ')
            if len(finding.details) > DETAILS_SHOWN:
                print(f'    and {len(finding.details) - DETAILS_SHOWN} more')
    if not diagnosis.problems:
        print('\nNo problems.')
    sys.stdout.flush()


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    try:
        return run(args)
    except (ValueError, OSError) as error:
        print(f'dataset_doctor: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('dataset_doctor: stopped.', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
