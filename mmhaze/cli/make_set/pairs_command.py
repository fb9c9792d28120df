"""Lists the pairs of hazy and clear images in a set.

    mmhaze make-set pairs data/haze-wild
    mmhaze make-set hazel-level SRC --out data/hazel-level --keep-clear
    mmhaze make-set pairs data/hazel-level

The list, DIR/pairs.csv, is for training dehazers.
"""
from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder."""
    parser.add_argument('root', metavar='DIR', help='folder of the set')


def run(args: argparse.Namespace) -> int:
    """Writes the list."""
    from ...synthesis.write_pairs import write_pairs
    print(f'The pairs are in {write_pairs(args.root)}')
    return 0
