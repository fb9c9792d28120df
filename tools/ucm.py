"""Finds the haze in photos, in a video or before a camera, and shows where it is.

    python tools/ucm.py photos --out haze
    python tools/ucm.py photo.jpg --out haze --sweep gray

INPUT is a photo, a folder with photos at any depth, a pattern in quotes such as 'photos/*.jpg', a video, or the number
of a camera such as 0. Into DIR go:

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
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmhaze.jobs import Summary

# those of mmhaze.jobs.segment, which takes seconds to import
KINDS = ('overlays', 'masks', 'segments')


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('input', nargs='+', metavar='INPUT', help='as above; several photos and folders may be given')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder to write, made if need be')
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
    parser.add_argument('--frames', type=positive, metavar='N', help='end after N frames of the video or camera')
    parser.add_argument('--workers', type=positive, metavar='N', help='threads (default: as many as cores)')
    return parser.parse_args(argv)


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'wanted a whole number from 1, got {text!r}')
    return int(text)


def gray_threshold(text: str) -> float | str:
    try:
        return text if text == 'auto' else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'wanted a number from 0 to 255, got {text!r}') from None


def run(args: argparse.Namespace) -> int:
    """Does what the command line says, and gives the exit code."""
    # only now: the hosts take seconds to import, and a wrong command line should not have to wait
    import cv2

    from mmhaze.io.media import Video, find_media, stop_on_interrupt
    from mmhaze.jobs import Job, SegmentJob, SweepJob, run_job

    warnings.filterwarnings('ignore', module='PIL')  # about photos that can be read all the same
    media = find_media(args.input)
    if args.sweep and isinstance(media, Video):
        raise ValueError('--sweep is for photos. Take a frame out of the video.')
    if args.sweep == 'gray' and args.gray != 'auto':
        raise ValueError('--sweep gray tries several gray thresholds. Leave out --gray.')
    if args.frames and not isinstance(media, Video):
        raise ValueError('--frames is for a video or a camera.')
    kinds = [kind for kind in KINDS if not getattr(args, f'no_{kind}')]
    settings = dict(gray_threshold=args.gray, min_box=args.min_box, variant=args.variant)
    segment = SegmentJob(args.out, settings, kinds, args.workers or cv2.getNumberOfCPUs(), f'.{args.overlay_format}')
    job: Job[Any, Any] = SweepJob(args.out, args.sweep, settings) if args.sweep else segment
    unit = 'frame' if isinstance(media, Video) else 'sheet' if args.sweep else 'photo'
    if isinstance(media, Video):
        print(f'Reading {media.name}. Ctrl-C stops.', flush=True)
    with stop_on_interrupt() as stopped:
        summary = run_job(job, media, limit=args.frames, stopped=stopped)
    say(summary, unit, args.out, kinds if unit == 'photo' else [kind for kind in kinds if kind != 'segments'])
    camera = isinstance(media, Video) and isinstance(media.source, int)
    return 1 if summary.problems else 130 if summary.stopped and not camera else 0


def say(summary: Summary[Any], unit: str, out: Path, kinds: list[str]) -> None:
    """Prints what came of it; on standard error, what went wrong."""
    count = f'{summary.pictures} {unit}{"s" if summary.pictures != 1 else ""}'
    if summary.stopped:
        print('Stopped. What was made until then is whole.')
    if unit == 'sheet':
        print(f'{count} in {out / "sweeps"}')
    elif summary.pictures:
        share = summary.tally.share / summary.pictures
        print(f'{count}, haze in {summary.tally.found}; on average {share:.0%} of a {unit} is haze.')
        print(f'UCM takes {1000 * statistics.median(summary.tally.seconds):.1f} ms a {unit} (median), '
              f'{1 / statistics.mean(summary.tally.seconds):.0f} {unit}s a second; with reading and writing '
              f'{summary.pictures / summary.wall:.1f} {unit}s a second.')
        print(f'{", ".join([*kinds, "ucm.csv"])} are in {out}')
    for note in summary.notes:
        print(note)
    sys.stdout.flush()
    if summary.problems:
        print(f'\nCould not be read ({len(summary.problems)}):', *summary.problems, sep='\n  ', file=sys.stderr)


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    try:
        return run(args)
    except (ValueError, FileNotFoundError) as error:
        print(f'ucm: {error}', file=sys.stderr)
        return 2
    except OSError as error:
        reason = f'{error.filename} cannot be written: {error.strerror}.' if error.filename else error
        print(f'ucm: {reason} What was made until then is whole.', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('ucm: stopped.', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
