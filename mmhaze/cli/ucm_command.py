"""Finds the haze in photos, and shows where it is.

    mmhaze ucm photo.jpg
    mmhaze ucm photos --out haze
    mmhaze ucm photo.jpg --out haze --sweep gray

INPUT is a photo, a video, a folder with them at any depth, a pattern in quotes such as 'photos/*.jpg', or the number
of a camera such as 0. Without --out a line is printed for each as it comes: how much of it is haze, and within which
box, in pixels from (left, top) to (right, bottom). With it, into DIR go:

    overlays/   each photo with its haze tinted blue and a box around it
    masks/      white where there is haze, black elsewhere
    segments/   each photo cut to the box of its haze; the whole photo where there is none
    ucm.csv     a row a photo: whether haze was found, its share of the photo (0 to 1), its box in pixels (x1 and y1
                are the first outside), the two thresholds, the haze factor of the whole photo (0 to 1.28, more is
                hazier), and the seconds that UCM took

A picture has its photo's path and one more suffix: overlays/trip/a.jpg.jpg shows trip/a.jpg. What an earlier run left
in DIR is replaced. Of a video or a camera there are a video of overlays, one of masks (compressed, thus not exact) and
a row a frame, but no segments, as each would have another size. Ctrl-C stops, and what was made until then is whole.

Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C
(for a camera, that is 0).
"""
from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .photo_job import JOB_ENDING, add_input, add_speed, count_of, count_pictures, do_job, find_input, kept_kinds

if TYPE_CHECKING:
    from ..jobs import Summary, UcmRow

# those of mmhaze.jobs.segment_job, which takes seconds to import
KINDS = ('overlays', 'masks', 'segments')
ENDING = JOB_ENDING


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The photos, the settings of UCM, and what to write."""
    add_input(parser, 'print a line for each')
    parser.add_argument('--sweep', choices=('gray', 'channel', 'mask'),
                        help='only draw, into DIR/sweeps, how the haze of each photo depends on: how bright haze is at '
                             'least; the window in which contrast is measured; the window that must be all haze')
    parser.add_argument('--gray', type=gray_threshold, default='auto', metavar='N',
                        help='how bright haze is at least, 0 to 255 (default: worked out for each photo)')
    parser.add_argument('--min-box', type=int, default=0, metavar='N',
                        help='haze whose box has a side under N pixels does not count (default: %(default)s)')
    parser.add_argument('--variant', choices=('paper', 'released'), default='paper',
                        help="UCM as in the paper or as in its authors' code (default: %(default)s)")
    for kind in KINDS:
        parser.add_argument(f'--no-{kind}', action='store_true', help=f'write no {kind}')
    parser.add_argument('--overlay-format', choices=('jpg', 'png'), default='jpg',
                        help='of the overlays of photos (default: %(default)s); masks and segments are PNG')
    add_speed(parser)


def gray_threshold(text: str) -> float | str:
    try:
        return text if text == 'auto' else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'wanted a number from 0 to 255, got {text!r}') from None


def run(args: argparse.Namespace) -> int:
    """Finds the haze of each."""
    if args.out is None and args.sweep:
        raise argparse.ArgumentError(None, '--sweep draws into a folder and wants --out DIR')
    import cv2

    from ..io.media import Video
    from ..jobs import Job, SegmentJob, SweepJob
    from ..ucm import UcmSettings

    media = find_input(args, videos=not args.sweep)
    if args.sweep and isinstance(media, Video):
        raise ValueError('--sweep is for photos. Take a frame out of the video.')
    if args.sweep == 'gray' and args.gray != 'auto':
        raise ValueError('--sweep gray tries several gray thresholds. Leave out --gray.')
    kinds = kept_kinds(args, KINDS)
    settings = UcmSettings(gray_threshold=args.gray, min_box=args.min_box, variant=args.variant)
    segment = SegmentJob(args.out, settings, kinds, args.workers or cv2.getNumberOfCPUs(), f'.{args.overlay_format}')
    job: Job[Any, Any] = SweepJob(args.out, args.sweep, settings) if args.sweep else segment

    def say(summary: Summary[Any], unit: str) -> Iterator[str]:
        if args.sweep:
            yield f'{count_of(summary.pictures, "sheet")} in {args.out / "sweeps"}'
        else:
            yield from _say_ucm(summary, unit)
            made = [kind for kind in kinds if unit != 'frame' or kind != 'segments']
            yield f'{", ".join([*made, "ucm.csv"])} are in {args.out}'

    return do_job(job, media, args.frames, say, lambda file, found: f'{file}: {describe(found)}')


def describe(found: UcmRow) -> str:
    """What UCM found, in a line."""
    if not found.found:
        return 'no haze'
    return f'{found.share:.0%} is haze, from ({found.x0}, {found.y0}) to ({found.x1}, {found.y1})'


def _say_ucm(summary: Summary[Any], unit: str) -> Iterator[str]:
    count, tally = summary.pictures, summary.tally
    yield (f'{count_pictures(summary)}, haze in {tally.found}; on average {tally.share / count:.0%} of a {unit} is '
           'haze.')
    yield (f'UCM takes {1000 * statistics.median(tally.seconds):.1f} ms a {unit} (median), '
           f'{1 / statistics.mean(tally.seconds):.0f} {unit}s a second; with reading and writing '
           f'{count / summary.wall:.1f} {unit}s a second.')
