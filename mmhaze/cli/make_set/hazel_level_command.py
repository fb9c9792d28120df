"""Makes Hazel-level from the scenes of FRIDA and FRIDA2.

    mmhaze make-set hazel-level SRC --out data/hazel-level

The set has 84 scenes in 4 fogs at 9 levels: 3024 images and manifest.csv, 0.85 GB. SRC holds frida/ and frida2/ as they
are published: LIma-000001.png with Dmap-000001.fdd (frida) or LDep-000001.fdd (frida2), and so on; a depth map may be
gzipped. Stop it whenever you like: the same command goes on where it was, and on a finished set it makes damaged or
missing images again.
"""
from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from ..ending import Ending

ENDING = Ending(stopped='stopped; the same command goes on from here.')
NOISES = ('frida', 'hazel')  # those of mmhaze.synthesis.noise, which imports NumPy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The scenes, and what the set is like."""
    parser.add_argument('src', type=Path, metavar='SRC', help='folder with frida/ and frida2/')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder of the set')
    parser.add_argument('--workers', type=int, metavar='N', help='processes (default: all cores)')
    parser.add_argument('--noise', choices=NOISES, default='frida',
                        help="fog as in FRIDA, or as in Hazel-level's one known picture (default: %(default)s)")
    parser.add_argument('--seed', type=int, default=0, help='of all noise (default: %(default)s)')
    parser.add_argument('--keep-clear', action='store_true',
                        help='also write the clear scenes and their depth, to train with fresh haze (AddHaze)')
    parser.add_argument('--allow-partial', action='store_true', help='go on where some of the 84 scenes are missing')


def run(args: argparse.Namespace) -> int:
    """Makes the set, or the rest of it."""
    from ...io.tables import read_table
    from ...synthesis.make_hazel_level import make_hazel_level
    from ...synthesis.splits import TEST, TRAIN, describe_parts
    try:
        manifest = make_hazel_level(args.src, args.out, workers=args.workers, noise=args.noise, seed=args.seed,
                                    allow_partial=args.allow_partial, keep_clear=args.keep_clear)
    except RuntimeError as error:  # a process died
        raise OSError(error) from error
    print(f'Hazel-level is complete: {manifest}')
    for split in ('random', 'scene'):
        counts = Counter(row[f'split_{split}'] for row in read_table(manifest))
        empty = '; nothing to test on: give more scenes' if not counts[TEST] else ''
        print(f'images by the split {split}: {describe_parts(counts, (TRAIN, TEST))}{empty}')
    return 0
