"""What the commands that go through photos, videos or a camera have in common: their input, and how they end."""
from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import positive
from .ending import Ending, say_passed, say_problems

if TYPE_CHECKING:
    from ..io.media import Photos, Video
    from ..jobs import Answer, Job, Summary

JOB_ENDING = Ending(kept='What was made until then is whole.')


def add_input(parser: argparse.ArgumentParser, out: str = '') -> None:
    """The photos, and the folder to write, which may be left out where ``out`` says what happens then."""
    parser.add_argument('input', nargs='+', metavar='INPUT', help='as above; several photos and folders may be given')
    parser.add_argument('--out', type=Path, required=not out, metavar='DIR',
                        help=f'folder to write, made if need be{out and f" (default: {out})"}')


def add_speed(parser: argparse.ArgumentParser) -> None:
    """How far to go in a video, and on how many threads."""
    parser.add_argument('--frames', type=positive, metavar='N', help='end after N frames of the video or camera')
    parser.add_argument('--workers', type=positive, metavar='N', help='threads (default: as many as cores)')


def find_input(args: argparse.Namespace, videos: bool = True) -> Photos | Video:
    """What the words mean; raises a ValueError where ``--frames`` is for photos."""
    from ..io.media import Photos, find_media
    media = find_media(args.input, videos=videos)
    if args.frames and isinstance(media, Photos) and not media.videos:
        raise ValueError('--frames is for a video or a camera.')
    return media


def do_job(job: Job[Any, Any], media: Photos | Video, limit: int | None,
           say: Callable[[Summary[Any], str], Iterable[str]], line: Callable[[str, Any], str] = '{}: {}'.format,
           head: str = '', failed: str = 'Could not be read') -> int:
    """Runs a job until its end or Ctrl-C, and prints what came of it; the exit code.

    Args:
        job: what to do; without a folder each answer is printed as it comes.
        media: the input.
        limit: frames of a video to take at most.
        say: the lines about a summary with a picture at least, given what a picture is, ``'photo'``, ``'frame'`` or
            ``'picture'`` where there are both.
        line: what is printed of a photo, by its name and what was found.
        head: what stands over these lines.
        failed: what stands over the problems.
    """
    from ..io.media import Video, stop_on_interrupt
    from ..jobs import run_job

    videos = (media,) if isinstance(media, Video) else media.videos
    if videos:
        named = videos[0].name if len(videos) == 1 else count_of(len(videos), 'video')
        print(f'Reading {named}. Ctrl-C stops.', flush=True)

    if head and job.out is None:
        print(head, flush=True)

    def tell(answer: Answer[Any]) -> None:
        if answer.found is not None:
            print(line(answer.file, answer.found), flush=True)

    with stop_on_interrupt() as stopped:
        summary = run_job(job, media, limit=limit, stopped=stopped, tell=tell if job.out is None else None)
    if summary.stopped:
        print('Stopped. What was made until then is whole.' if job.out else 'Stopped.')
    if summary.pictures and job.out:
        unit = 'photo' if not summary.frames else 'frame' if summary.frames == summary.pictures else 'picture'
        print(*say(summary, unit), sep='\n')
    for note in summary.notes:
        print(note)
    say_problems(failed, summary.problems)
    say_passed(summary.passed)
    camera = isinstance(media, Video) and isinstance(media.source, int)
    return 1 if summary.problems else 130 if summary.stopped and not camera else 0


def count_of(count: int, thing: str) -> str:
    """Such as ``'1 photo'`` or ``'2 photos'``."""
    return f'{count} {thing}{"s" if count != 1 else ""}'


def count_pictures(summary: Summary[Any]) -> str:
    """Such as ``'2 photos'``, ``'9 frames'`` of one video, or ``'2 photos and 9 frames of 3 videos'``."""
    photos = count_of(summary.pictures - summary.frames, 'photo')
    frames = count_of(summary.frames, 'frame')
    if not summary.frames:
        return photos
    if summary.frames == summary.pictures:
        return frames if summary.videos == 1 else f'{frames} of {count_of(summary.videos, "video")}'
    return f'{photos} and {frames} of {count_of(summary.videos, "video")}'


def kept_kinds(args: argparse.Namespace, kinds: Sequence[str]) -> list[str]:
    """The kinds of pictures that no option ``--no-KIND`` leaves out."""
    return [kind for kind in kinds if not getattr(args, f'no_{kind}')]
