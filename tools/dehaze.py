"""Takes the haze away from photos, a video or the pictures of a camera, and says how hazy they were and are.

    python tools/dehaze.py photos --out dehazed
    python tools/dehaze.py photos --model mixdehazenet-t_haze-wild --checkpoint iter_10000.pth --out dehazed

INPUT is a photo, a folder with photos at any depth, a pattern in quotes such as 'photos/*.jpg', a video, or the number
of a camera such as 0. Without a model the dark channel prior does it, which needs no training. Into DIR go:

    dehazed/    each photo without its haze
    compare/    each photo before and after, side by side, with how hazy it is
    dehaze.csv  a row a photo: passes, the judge's answers before and after, and the seconds that the network took

A picture has its photo's path and one more suffix: dehazed/trip/a.jpg.png is trip/a.jpg. What an earlier run left in
DIR is replaced. Of a video there are videos; each frame is dehazed by itself, so brightness may flicker. Ctrl-C stops,
and what was made until then is whole.

The judge is a classifier, --judge and --judge-checkpoint; without one there are the measures that need no training.
With it, --passes level goes through the network as often as the level still falls, four times at most, and leaves a
clear photo alone. A large photo goes as a whole where the network looks at all of it, as most do: memory is the limit.

Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C
(for a camera, that is 0).
"""
from __future__ import annotations

import argparse
import statistics
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmhaze.jobs import DehazeTally, Summary

# those of mmhaze.jobs.dehaze, which takes seconds to import
KINDS = ('dehazed', 'compare')
MEASURES = dict(expected_level='level', haze_factor='haze factor', mask_share='share of haze')


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('input', nargs='+', metavar='INPUT', help='as above; several photos and folders may be given')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder to write, made if need be')
    parser.add_argument('--model', metavar='CONFIG', help='a config file, or the name of one in configs/dehazing')
    parser.add_argument('--checkpoint', type=Path, metavar='FILE',
                        help='what was trained with it, or what the authors of the network published')
    parser.add_argument('--device', help='such as cuda:0 (default: the accelerator if there is one)')
    parser.add_argument('--judge', metavar='CONFIG', help='of a classifier, in the same way')
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
    parser.add_argument('--frames', type=positive, metavar='N', help='end after N frames of the video or camera')
    parser.add_argument('--workers', type=positive, metavar='N', help='threads (default: as many as cores)')
    args = parser.parse_args(argv)
    if (args.judge is None) != (args.judge_checkpoint is None):
        parser.error('--judge and --judge-checkpoint go together')
    return args


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'wanted a whole number from 1, got {text!r}')
    return int(text)


def passes(text: str) -> int | str:
    return text if text == 'level' else positive(text)


def run(args: argparse.Namespace) -> int:
    """Does what the command line says, and gives the exit code."""
    # only now: the hosts take seconds to import, and a wrong command line should not have to wait
    from mmhaze.apis import DehazeInferencer, HazeInferencer
    from mmhaze.io.media import Video, find_media, stop_on_interrupt
    from mmhaze.jobs import DehazeJob, run_job

    warnings.filterwarnings('ignore', module='PIL')  # about photos that can be read all the same
    media = find_media(args.input)
    if args.frames and not isinstance(media, Video):
        raise ValueError('--frames is for a video or a camera.')
    judge = HazeInferencer(args.judge, args.device, checkpoint=args.judge_checkpoint)
    inferencer = DehazeInferencer(args.model, args.device, checkpoint=args.checkpoint, judge=judge, passes=args.passes,
                                  tile=args.tile, overlap=args.overlap, unsafe_tiles=args.unsafe_tiles,
                                  domain=args.domain, half=args.half, workers=args.workers)
    kinds = [kind for kind in KINDS if not getattr(args, f'no_{kind}')]
    job = DehazeJob(args.out, inferencer, kinds, f'.{args.format}')
    if isinstance(media, Video):
        print(f'Reading {media.name}. Ctrl-C stops.', flush=True)
    with stop_on_interrupt() as stopped:
        summary = run_job(job, media, limit=args.frames, stopped=stopped)
    say(summary, 'frame' if isinstance(media, Video) else 'photo', args.out, kinds)
    camera = isinstance(media, Video) and isinstance(media.source, int)
    return 1 if summary.problems else 130 if summary.stopped and not camera else 0


def say(summary: Summary[DehazeTally], unit: str, out: Path, kinds: list[str]) -> None:
    """Prints what came of it; on standard error, what went wrong."""
    if summary.stopped:
        print('Stopped. What was made until then is whole.')
    if summary.pictures:
        print(f'{summary.pictures} {unit}{"s" if summary.pictures != 1 else ""}, '
              f'{summary.tally.seconds / summary.pictures:.2f} seconds each in the network; '
              f'{summary.pictures / summary.wall:.1f} a second with reading and writing.')
        for name, label in MEASURES.items():
            pairs = [(getattr(before, name), getattr(after, name))
                     for before, after in zip(summary.tally.before, summary.tally.after)]
            known = [pair for pair in pairs if None not in pair]
            if known:
                before, after = (statistics.mean(column) for column in zip(*known))
                print(f'{label:>14}: {before:.2f} before, {after:.2f} after (mean)')
        print(f'{", ".join([*kinds, "dehaze.csv"])} are in {out}')
    for note in summary.notes:
        print(note)
    sys.stdout.flush()
    if summary.problems:
        print(f'\nCould not be done ({len(summary.problems)}):', *summary.problems, sep='\n  ', file=sys.stderr)


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    try:
        return run(args)
    except (ValueError, FileNotFoundError) as error:
        print(f'dehaze: {error}', file=sys.stderr)
        return 2
    except OSError as error:
        reason = f'{error.filename} cannot be written: {error.strerror}.' if error.filename else error
        print(f'dehaze: {reason} What was made until then is whole.', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('dehaze: stopped.', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
