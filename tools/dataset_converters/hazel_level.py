"""Makes Hazel-level out of FRIDA and FRIDA2: 84 scenes in 4 fogs at 9 levels, 3024 images and manifest.csv, 0.85 GB.

SRC holds frida/ and frida2/ as they are published: LIma-000001.png with Dmap-000001.fdd (frida) or LDep-000001.fdd
(frida2), and so on; a depth map may be gzipped. Stop it whenever you like: the same command goes on where it was, and
on a finished set it makes damaged or missing images again.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mmhaze.synthesis.make_hazel_level import make_hazel_level
from mmhaze.synthesis.noise import NOISES


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('src', type=Path, metavar='SRC', help='folder with frida/ and frida2/')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder of the set')
    parser.add_argument('--workers', type=int, metavar='N', help='processes (default: all cores)')
    parser.add_argument('--noise', choices=sorted(NOISES), default='frida',
                        help="fog as in FRIDA, or as in Hazel-level's one known picture (default: %(default)s)")
    parser.add_argument('--seed', type=int, default=0, help='of all noise (default: %(default)s)')
    parser.add_argument('--keep-clear', action='store_true',
                        help='also write the clear scenes and their depth, to train with fresh haze (AddHaze)')
    parser.add_argument('--allow-partial', action='store_true', help='go on where some of the 84 scenes are missing')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    try:
        manifest = make_hazel_level(args.src, args.out, workers=args.workers, noise=args.noise, seed=args.seed,
                                    allow_partial=args.allow_partial, keep_clear=args.keep_clear)
    except (ValueError, OSError, RuntimeError) as error:
        sys.exit(f'hazel_level: {error}')
    except KeyboardInterrupt:
        sys.exit('hazel_level: stopped; the same command goes on from here.')
    print(f'Hazel-level is complete: {manifest}')


if __name__ == '__main__':
    main()
