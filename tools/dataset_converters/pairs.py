"""Lists the pairs of a hazy and a clear image in a set that mmhaze made, for dehazers: writes DIR/pairs.csv.

    python tools/dataset_converters/pairs.py data/haze-wild
    python tools/dataset_converters/hazel_level.py SRC --out data/hazel-level --keep-clear
    python tools/dataset_converters/pairs.py data/hazel-level
"""
from __future__ import annotations

import argparse
import sys


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('root', metavar='DIR', help='folder of the set')
    args = parser.parse_args(argv)
    # only now: the hosts take seconds to import
    from mmhaze.synthesis.write_pairs import write_pairs

    try:
        print(f'The pairs are in {write_pairs(args.root)}')
    except (ValueError, OSError) as error:
        sys.exit(f'pairs: {error}')


if __name__ == '__main__':
    main()
