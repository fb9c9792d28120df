"""Tells how hazy photos are, at once or by your network.

    mmhaze haze photo.jpg
    mmhaze haze photos --out haze --overlays
    mmhaze haze photos --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth --out haze

INPUT is a photo, a video, a folder with them at any depth, a pattern in quotes such as 'photos/*.jpg', or the number
of a camera such as 0. The network that comes with mmhaze gives each a level from 0 to 4: clear, slight, moderate,
dense or very dense. With --model the levels are those of the data set that it was trained on. Without --out a line is
printed for each as it comes, in colour on a terminal unless NO_COLOR is set. With --out, into DIR go:

    haze.csv    a row a photo: level, its name, the mean level by the probabilities, visibility in metres where the data
                set of a model defines it, the share of haze and its expected error, UCM's share, simple measures, and
                the seconds that it took
    haze.jsonl  the same as a JSON object a line, with the probability of each level
    overlays/   with --overlays: each photo with its haze in colours and its level written over it
    compare/    with --dehazer: each photo beside the same without its haze, and how hazy each of them is

What an earlier run left in DIR is replaced. Ctrl-C stops, and what was made until then is whole.

Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C
(for a camera, that is 0).
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .arguments import add_classifier, add_dehazer, add_device, check_classifier, check_dehazer, positive
from .colours import has_colours, paint_level
from .photo_job import JOB_ENDING, add_input, add_speed, count_pictures, do_job, find_input

if TYPE_CHECKING:
    from ..apis import HazePrediction
    from ..jobs import PredictTally, Summary

ENDING = JOB_ENDING
HEAD = f'{"level":<14}{"sure":>5}   {"haze":<11}   photo'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The photos, the networks, and what to write."""
    add_input(parser, 'print a line for each')
    add_classifier(parser)
    add_device(parser)
    parser.add_argument('--overlays', action='store_true', help='draw the haze and the level over each photo')
    add_dehazer(parser)
    parser.add_argument('--batch-size', type=positive, default=32, metavar='N',
                        help='photos that go through the network together (default: %(default)s)')
    add_speed(parser)


def run(args: argparse.Namespace) -> int:
    """Tells how hazy each is."""
    check_classifier(args)
    check_dehazer(args)
    if args.out is None and (args.overlays or args.dehazer):
        raise argparse.ArgumentError(None, '--overlays and --dehazer write pictures and want --out DIR')
    from ..apis import HazeInferencer
    from ..jobs import PredictJob
    from ..jobs.pictures import describe

    media = find_input(args)
    inferencer = HazeInferencer(args.model, args.device, checkpoint=args.checkpoint, workers=args.workers,
                                measures=args.out is not None)  # a line shows none
    dehazer = None
    if args.dehazer:
        from ..apis import DehazeInferencer
        dehazer = DehazeInferencer(args.dehazer, args.device, checkpoint=args.dehazer_checkpoint)
    kinds = [*['overlays'] * args.overlays, *['compare'] * bool(args.dehazer)]
    # an answer that is printed at once waits for no others
    job = PredictJob(args.out, inferencer, kinds, args.batch_size if args.out else 1, dehazer)

    def say(summary: Summary[PredictTally], unit: str) -> Iterator[str]:
        yield (f'{count_pictures(summary)}, {summary.pictures / summary.wall:.1f} a second with reading and '
               'writing.')
        yield from (f'{count:6} of {name}' for name, count in summary.tally.levels.most_common())
        made = ['haze.csv', 'haze.jsonl', *kinds]
        yield f'{", ".join(made[:-1])} and {made[-1]} are in {args.out}'

    if args.model:
        return do_job(job, media, args.frames, say, lambda file, found: f'{file}: {describe(found)}')
    coloured = has_colours(sys.stdout)
    return do_job(job, media, args.frames, say, lambda file, found: row(found, coloured) + file, HEAD)


def row(found: HazePrediction, coloured: bool = False) -> str:
    """What the network in the box says of a photo, in the columns of ``HEAD`` before its name."""
    level = f'{f"{found.level} {found.level_name}":<14}'
    if coloured and found.level is not None:
        level = paint_level(level, found.level)
    sure = f'{found.probabilities[found.level]:.0%}' if found.probabilities and found.level is not None else ''
    return f'{level}{sure:>5}   {found.haze:.2f} ± {found.spread:.2f}   '
