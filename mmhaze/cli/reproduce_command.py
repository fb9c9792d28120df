"""Makes Table 1 or Table 3 of the UCM paper again.

    mmhaze reproduce table1 --data hazel-level --split random --seeds 3
    mmhaze reproduce table3 --data hazel-level --split random scene --rows 'Base+FE+S, ResNet18' --list

Besides the table there is a page that says where it agrees with the paper and where not. A cell of the table is one
method on one split with one seed. Its result is kept in OUT/cells under the checksum of what makes it: its config or
settings, the data set's manifest, the split, the seed and the version of mmhaze. A result that is there and whole, in a
folder or packed in OUT/runs.json.xz, is not made again. After an interruption, the same command goes on. What cannot be
made, as the data set is not there, a loss is no number or a result is damaged, is said, and the rest goes on. A network
trains on an accelerator where there is one.

The page is OUT/TABLE_DATA_SPLIT.md, with figures beside it and all numbers as JSON. Exit codes: 0 all cells have a
result, 1 some have none, 2 wrong usage, 130 stopped.
"""
from __future__ import annotations

import argparse
import shlex
import signal
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from ..reproduction.data_sets import DATA_SETS
from .arguments import add_config_options, positive, read_options
from .ending import Ending

ENDING = Ending(unwritable=2, stopped='stopped. The same command goes on from here.')  # 1 is a cell without result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The cells of the table, and what to do with them."""
    parser.add_argument('table', choices=('table1', 'table3'))
    parser.add_argument('--data', choices=DATA_SETS, nargs='+', required=True)
    splits = sorted({split for data in DATA_SETS.values() for split in data.splits})
    parser.add_argument('--split', choices=splits, nargs='+',
                        help='haze-wild has scene alone, by its photos; ceit-foggy has video, in five folds (default: '
                             'all that the first data set has)')
    parser.add_argument('--seeds', type=positive, default=1, metavar='N', help='1 to N (default: %(default)s)')
    parser.add_argument('--rows', nargs='+', metavar='NAME', help='make these rows alone; --list says their names')
    parser.add_argument('--out', type=Path, default=Path('work_dirs/reproduce'), metavar='DIR',
                        help='default: %(default)s')
    parser.add_argument('--data-root', type=Path, metavar='DIR', help='of the data set (default: data/DATA)')
    parser.add_argument('--list', action='store_true', help='say where each cell stands, and make nothing')
    parser.add_argument('--page', action='store_true', help='write the page of what there is, and make nothing more')
    parser.add_argument('--pack', action='store_true',
                        help='pack the finished cells of OUT into OUT/runs.json.xz, and make nothing')
    parser.add_argument('--keep-checkpoints', action='store_true', help='keep the last one of each network')
    parser.add_argument('--amp', action='store_true',
                        help='train what is missing in mixed precision; the page says which rows were')
    add_config_options(parser, 'train_cfg.max_epochs=5', 'every config')


def run(args: argparse.Namespace) -> int:
    """Makes the table, or says how far it is."""
    if args.data_root and len(args.data) > 1:
        raise argparse.ArgumentError(None, '--data-root is the folder of one data set, and --data names several')
    from ..reproduction.making import PaperTable
    from ..runtime.shipped import CONFIGS

    before = signal.signal(signal.SIGTERM, stop)
    try:
        splits = args.split or list(DATA_SETS[args.data[0]].splits)
        table = PaperTable(args.table, args.data, splits, args.seeds, out=args.out, configs=CONFIGS,
                           names=args.rows, data_root=args.data_root, options=read_options(args.cfg_options),
                           command=_as_typed(args.its_parser.prog, args.words))
        if args.list:
            return table.say_states()
        if args.pack:
            return table.pack()
        if args.page:
            return table.write_kept()
        return table.make(args.keep_checkpoints, args.amp)
    finally:
        signal.signal(signal.SIGTERM, before)


def _as_typed(prog: str, words: Sequence[str]) -> str:
    """How the page says that it was made: by ``mmhaze``, whose words begin with the command, or a script of tools/."""
    program, *command = prog.split()
    return shlex.join([program, *words] if command else ['python', f'tools/{program}', *words])


def stop(signum: int, frame: FrameType | None) -> None:
    """As Ctrl-C does."""
    raise KeyboardInterrupt
