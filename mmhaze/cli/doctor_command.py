"""Examines a data set, and lists what is wrong with it.

    mmhaze doctor data/demo --sheet demo.png
    mmhaze doctor my_photos --classes clear light dense
    mmhaze doctor configs/magnet/magnet-fe-s_resnet18_hazel-level.py

SET is a folder with manifest.csv, a folder with a folder a level, a .csv or .txt file with the levels of photos, pairs
of hazy and clear photos in folders or in a .csv file, or a config file, whose training, validation and test sets are
compared. Every photo is read. A table of the photos comes first, then which level has the least haze and which the
most, with a photo of each, then what is worth knowing. The last line counts what was passed over, and why. Before it
stand the problems, the worst first:

    - faults of the list, and of a config whose network has other levels than the photos
    - photos that are missing or cannot be read
    - a photo that is there at two levels
    - copies of a photo in two parts of a split
    - scenes in two parts of a split, by the columns scene or photo
    - photos in two parts of a split that show the same, whatever the haze, the size or the compression
    - levels without photos
    - levels that are upside down, by the haze that the network in the box sees in up to 200 photos

Exit codes: 0 healthy, 1 problems were found, 2 wrong usage or nothing to examine, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_config_options, positive, read_options
from .ending import Ending

if TYPE_CHECKING:
    from ..datasets.doctor import Diagnosis

SIZES_SHOWN, DETAILS_SHOWN = 5, 3
PICTURES = ('.png', '.jpg', '.pdf')
ENDING = Ending(unwritable=2)  # 1 is a set with problems


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The data set, and what is to be written of it."""
    parser.add_argument('set', type=Path, metavar='SET', help='as above')
    parser.add_argument('--split', metavar='NAME', help='look at the split NAME alone, say scene (default: at all)')
    parser.add_argument('--classes', nargs='+', metavar='NAME',
                        help='of the levels, the least haze first; for folders that are not called level_0 and so on')
    parser.add_argument('--sheet', type=picture, metavar='FILE', help='picture to draw, a row of photos a level')
    parser.add_argument('--json', type=Path, metavar='FILE', help='report to write, with every photo concerned')
    parser.add_argument('--workers', type=positive, metavar='N', help='threads that read photos (default: all cores)')
    add_config_options(parser, 'train_dataloader.dataset.split=scene')


def picture(text: str) -> Path:
    if Path(text).suffix not in PICTURES:
        raise argparse.ArgumentTypeError(f'wanted a file {", ".join(PICTURES)}, got {text!r}')
    return Path(text)


def run(args: argparse.Namespace) -> int:
    """Examines the set, and says what was found."""
    from ..datasets.contact_sheet import draw_contact_sheet
    from ..datasets.doctor import diagnose
    from ..datasets.sources import open_source
    from ..io.files import write_whole

    source = open_source(args.set, args.classes, read_options(args.cfg_options) or None)
    diagnosis = diagnose(source, args.split, args.workers)
    say(diagnosis)
    if args.json:
        report = {**dataclasses.asdict(diagnosis), 'healthy': not diagnosis.problems}
        write_whole(args.json, (json.dumps(report, indent=2) + '\n').encode())
    if args.sheet:
        draw_contact_sheet(source.photos, diagnosis.levels, args.sheet, title=source.name)
    return 1 if diagnosis.problems else 0


def say(diagnosis: Diagnosis) -> None:
    """Prints the table, what is worth knowing, the problems, and what was passed over."""
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
    if len(rows) > 1:
        print()
        for end, seen in zip(('least', 'most'), (diagnosis.order[0], diagnosis.order[-1])):
            shown = ', such as '.join(filter(None, (repr(seen.name) if seen.name else '', seen.photo)))
            print(f'level {seen.level}, the {end} haze: {shown or "no photo"}')
    passed = [finding for finding in diagnosis.notes if finding.kind == 'passed over']
    notes = [finding for finding in diagnosis.notes if finding not in passed]
    for title, findings in (('Worth knowing', notes), ('Problems, the worst first', diagnosis.problems)):
        if findings:
            print(f'\n{title}:')
        for finding in findings:
            print(f'- {finding.text}', *finding.details[:DETAILS_SHOWN], sep='\n    ')
            if len(finding.details) > DETAILS_SHOWN:
                print(f'    and {len(finding.details) - DETAILS_SHOWN} more')
    if not diagnosis.problems:
        print('\nNo problems.')
    for finding in passed:
        print(f'\n{finding.text}')


