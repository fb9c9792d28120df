"""Removes haze from photos, and says how much there was.

    mmhaze dehaze photos --out dehazed
    mmhaze dehaze photos --model mixdehazenet-t_haze-wild --checkpoint iter_10000.pth --out dehazed

INPUT is a photo, a video, a folder with them at any depth, a pattern in quotes such as 'photos/*.jpg', or the number
of a camera such as 0. Without a model the network in the box does it; dcp, the dark channel prior, needs no training
either. Into DIR go:

    dehazed/    each photo without its haze, 8 bits a channel, with its colour profile and its EXIF data (date, place,
                camera) but for the orientation, which is applied, and the thumbnail; --strip leaves out the EXIF data
    compare/    each photo before and after, side by side, with how hazy it is
    dehaze.csv  a row a photo: passes, the judge's answers before and after, and the seconds that the network took

A picture has its photo's path and one more suffix: dehazed/trip/a.jpg.png is trip/a.jpg. What an earlier run left in
DIR is replaced. Of a video there are videos; each frame is dehazed by itself, so brightness may flicker. Ctrl-C stops,
and what was made until then is whole.

The judge is a classifier, --judge and --judge-checkpoint; without one it is the network in the box. --passes level
goes through the network as often as the judge's level still falls, four times at most, and leaves a clear photo alone.
A large photo goes as a whole where the network looks at all of it, as most do: memory is the limit.

Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C
(for a camera, that is 0).
"""
from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_config, add_device, positive
from .photo_job import JOB_ENDING, add_input, add_speed, count_pictures, do_job, find_input, kept_kinds

if TYPE_CHECKING:
    from ..jobs import DehazeTally, Summary

ENDING = JOB_ENDING

# those of mmhaze.jobs.dehaze_job, which takes seconds to import
KINDS = ('dehazed', 'compare')
MEASURES = dict(expected_level='level', haze_factor='haze factor', mask_share='share of haze')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The photos, the networks, and what to write."""
    add_input(parser)
    add_config(parser, '--model', help='a config file, or the name of one in configs/dehazing')
    parser.add_argument('--checkpoint', type=Path, metavar='FILE',
                        help='what was trained with it, or what the authors of the network published')
    add_device(parser)
    add_config(parser, '--judge', help='of a classifier, in the same way')
    parser.add_argument('--judge-checkpoint', type=Path, metavar='FILE', help='what was trained with it')
    parser.add_argument('--passes', type=passes, default=1, metavar='N',
                        help='times through the network, or level (default: %(default)s)')
    parser.add_argument('--domain', metavar='NAME',
                        help='what is in the photos, such as outdoor, for a network that is told in words')
    parser.add_argument('--tile', type=positive, metavar='N',
                        help='go through the network in tiles of N pixels; refused where it looks at the whole photo')
    parser.add_argument('--overlap', type=positive, default=64, metavar='N', help='of tiles (default: %(default)s)')
    parser.add_argument('--unsafe-tiles', action='store_true',
                        help='tiles even then; their brightness differs')
    parser.add_argument('--half', action='store_true', help='half precision, for an accelerator')
    for kind in KINDS:
        parser.add_argument(f'--no-{kind}', action='store_true', help=f'write no {kind}')
    parser.add_argument('--format', choices=('png', 'jpg'), default='png', help='of dehazed/ (default: %(default)s)')
    parser.add_argument('--strip', action='store_true',
                        help='write no EXIF data into dehazed/: no date, place and camera; colour profiles stay')
    add_speed(parser)


def passes(text: str) -> int | str:
    return text if text == 'level' else positive(text)


def run(args: argparse.Namespace) -> int:
    """Removes the haze of each."""
    if (args.judge is None) != (args.judge_checkpoint is None):
        raise argparse.ArgumentError(None, '--judge and --judge-checkpoint go together')
    from ..apis import DehazeInferencer, HazeInferencer
    from ..jobs import DehazeJob

    media = find_input(args)
    judge = HazeInferencer(args.judge, args.device, checkpoint=args.judge_checkpoint)
    inferencer = DehazeInferencer(args.model, args.device, checkpoint=args.checkpoint, judge=judge, passes=args.passes,
                                  tile=args.tile, overlap=args.overlap, unsafe_tiles=args.unsafe_tiles,
                                  domain=args.domain, half=args.half, workers=args.workers)
    kinds = kept_kinds(args, KINDS)

    def say(summary: Summary[DehazeTally], unit: str) -> Iterator[str]:
        yield (f'{count_pictures(summary)}, {summary.tally.seconds / summary.pictures:.2f} seconds each in '
               f'the network; {summary.pictures / summary.wall:.1f} a second with reading and writing.')
        yield from _say_measures(summary.tally)
        yield f'{", ".join([*kinds, "dehaze.csv"])} are in {args.out}'

    return do_job(DehazeJob(args.out, inferencer, kinds, f'.{args.format}', args.strip), media, args.frames, say,
                  failed='Could not be done')


def _say_measures(tally: DehazeTally) -> Iterator[str]:
    for name, label in MEASURES.items():
        pairs = [(getattr(before, name), getattr(after, name)) for before, after in zip(tally.before, tally.after)]
        # None where the judge does not say it, NaN of a black photo
        known = [pair for pair in pairs if None not in pair and not any(map(math.isnan, pair))]
        if known:
            before, after = (statistics.mean(column) for column in zip(*known))
            yield f'{label:>14}: {before:.2f} before, {after:.2f} after (mean)'
