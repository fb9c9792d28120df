"""Tells how hazy photos are, or the frames of a video or a camera.

    python tools/predict.py photos --out haze
    python tools/predict.py photos --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth --out haze

INPUT is a photo, a folder with photos at any depth, a pattern in quotes such as 'photos/*.jpg', a video, or the number
of a camera such as 0. With a model there is a level for each; its levels are those of the data set that it was trained
on. Without one there is an estimate at once: the share that UCM calls haze, the haze factor (0 to 1.28), the dark
channel (both: more is hazier) and the saturation (less is hazier). Into DIR go:

    haze.csv    a row a photo: level, its name, the mean level by the probabilities, visibility in metres where the data
                set defines it, the measures, and the seconds that it took
    haze.jsonl  the same as a JSON object a line, with the probability of each level
    overlays/   with --overlays: each photo with its haze tinted and its level written over it
    compare/    with --dehazer: each photo beside the same without its haze, and how hazy each of them is

What an earlier run left in DIR is replaced. Ctrl-C stops, and what was made until then is whole.

Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C
(for a camera, that is 0).
"""
from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmhaze.jobs import PredictTally, Summary


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('input', nargs='+', metavar='INPUT', help='as above; several photos and folders may be given')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder to write, made if need be')
    parser.add_argument('--model', metavar='CONFIG', help="a config file, or the name of one in configs/")
    parser.add_argument('--checkpoint', type=Path, metavar='FILE', help='what was trained with it')
    parser.add_argument('--device', help='such as cuda:0 (default: the accelerator if there is one)')
    parser.add_argument('--overlays', action='store_true', help='draw the haze and the level over each photo')
    parser.add_argument('--dehazer', metavar='CONFIG', help='what takes the haze away; dcp needs no checkpoint')
    parser.add_argument('--dehazer-checkpoint', type=Path, metavar='FILE', help='what was trained with it')
    parser.add_argument('--batch-size', type=positive, default=32, metavar='N',
                        help='photos that go through the network together (default: %(default)s)')
    parser.add_argument('--frames', type=positive, metavar='N', help='end after N frames of the video or camera')
    parser.add_argument('--workers', type=positive, metavar='N', help='threads (default: as many as cores)')
    args = parser.parse_args(argv)
    if (args.model is None) != (args.checkpoint is None):
        parser.error('--model and --checkpoint go together; leave out both for an estimate without training')
    if args.dehazer_checkpoint is not None and args.dehazer is None:
        parser.error('--dehazer-checkpoint wants --dehazer, the config that it was trained with')
    return args


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'wanted a whole number from 1, got {text!r}')
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Does what the command line says, and gives the exit code."""
    # only now: the hosts take seconds to import, and a wrong command line should not have to wait
    from mmhaze.apis import DehazeInferencer, HazeInferencer
    from mmhaze.io.media import Video, find_media, stop_on_interrupt
    from mmhaze.jobs import PredictJob, run_job

    warnings.filterwarnings('ignore', module='PIL')  # about photos that can be read all the same
    media = find_media(args.input)
    if args.frames and not isinstance(media, Video):
        raise ValueError('--frames is for a video or a camera.')
    inferencer = HazeInferencer(args.model, args.device, checkpoint=args.checkpoint, workers=args.workers)
    dehazer = DehazeInferencer(args.dehazer, args.device, checkpoint=args.dehazer_checkpoint) if args.dehazer else None
    kinds = [*['overlays'] * args.overlays, *['compare'] * bool(args.dehazer)]
    job = PredictJob(args.out, inferencer, kinds, args.batch_size, dehazer)
    if isinstance(media, Video):
        print(f'Reading {media.name}. Ctrl-C stops.', flush=True)
    with stop_on_interrupt() as stopped:
        summary = run_job(job, media, limit=args.frames, stopped=stopped)
    say(summary, 'frame' if isinstance(media, Video) else 'photo', kinds, args)
    camera = isinstance(media, Video) and isinstance(media.source, int)
    return 1 if summary.problems else 130 if summary.stopped and not camera else 0


def say(summary: Summary[PredictTally], unit: str, kinds: list[str], args: argparse.Namespace) -> None:
    """Prints what came of it; on standard error, what went wrong."""
    if summary.stopped:
        print('Stopped. What was made until then is whole.')
    if summary.pictures:
        print(f'{summary.pictures} {unit}{"s" if summary.pictures != 1 else ""}, '
              f'{summary.pictures / summary.wall:.1f} a second with reading and writing.')
        if args.model:
            for name, count in summary.tally.levels.most_common():
                print(f'{count:6} of {name}')
        else:
            print('An estimate without training: there is no level. --model and --checkpoint give one.')
        made = ['haze.csv', 'haze.jsonl', *kinds]
        print(f'{", ".join(made[:-1])} and {made[-1]} are in {args.out}')
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
        print(f'predict: {error}', file=sys.stderr)
        return 2
    except OSError as error:
        reason = f'{error.filename} cannot be written: {error.strerror}.' if error.filename else error
        print(f'predict: {reason} What was made until then is whole.', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('predict: stopped.', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
