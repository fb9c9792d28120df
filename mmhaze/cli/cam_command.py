"""Shows where networks look, by Grad-CAM.

    mmhaze cam photos --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth --out cams
    mmhaze cam data/demo/level_3 --levels --model ... --checkpoint ... --base resnet18_demo \\
        --base-checkpoint demo_out/resnet18/epoch_20.pth --out cams

As in Figure 7 of the UCM paper: for each PHOTO, or each photo in a folder, DIR gets a picture: the photo, Grad-CAM of
the base network, of the task channel and of the magnifier channel, red where most speaks for the level that the network
gives, and below them the probabilities of the levels around the true one. A frame in the photo is around what a channel
is shown.

The map is as coarse as the layer it is made at. The last one, the default, has 2x2 places in ResNet18 at 64x64; --layer
layer2 has 8x8.

Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

import argparse
import re
from pathlib import Path, PurePath

from .arguments import add_classifier, add_config, add_device
from .ending import say_passed, say_problems

LEVEL_FOLDER = re.compile(r'level_(\d+)')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The photos and the networks."""
    parser.add_argument('photos', nargs='+', metavar='PHOTO', help="a photo, a folder, or a pattern such as 'a/*.jpg'")
    add_classifier(parser, required=True)
    add_config(parser, '--base', help='the base network to compare with')
    parser.add_argument('--base-checkpoint', type=Path, metavar='FILE', help='what was trained with it')
    truth = parser.add_mutually_exclusive_group()
    truth.add_argument('--truth', type=int, metavar='LEVEL', help='the true level of the photos')
    truth.add_argument('--levels', action='store_true', help='the true level is that of the folder level_N of a photo')
    parser.add_argument('--layer', help='of the encoders, such as layer2 (default: the last)')
    add_device(parser)
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder to write, made if need be')


def level_of(path: Path) -> int:
    """The level that the folder of a photo says."""
    for part in reversed(path.parts[:-1]):
        if found := LEVEL_FOLDER.fullmatch(part):
            return int(found[1])
    raise ValueError(f'{path} lies in no folder level_N. Leave out --levels, or give its level with --truth.')


def run(args: argparse.Namespace) -> int:
    """Draws a picture a photo."""
    if (args.base is None) != (args.base_checkpoint is None):
        raise argparse.ArgumentError(None, '--base and --base-checkpoint go together')
    from ..io.media import Video, find_media
    from ..io.photo import read_photo
    from ..io.progress import show_progress
    from ..io.search import mark_output
    from ..models.trained import LevelModel
    from ..visualization.cam_sheet import draw_cams, look

    photos = find_media(args.photos)
    if isinstance(photos, Video):
        raise ValueError(f'{photos.name} is a video or a camera, wanted photos.')
    models = [(PurePath(name).stem, LevelModel(name, checkpoint, args.device))
              for name, checkpoint in ((args.base, args.base_checkpoint), (args.model, args.checkpoint)) if name]
    mark_output(args.out)
    problems, notes = list(photos.unlisted), dict[str, None]()
    with show_progress(len(photos.names), label='Grad-CAM', unit='photos') as advance:
        for name in photos.names:
            path = photos.root / name
            try:
                img = read_photo(path, notes.setdefault)
                truth = level_of(path) if args.levels else args.truth
                lookers = [look(stem, model, img, args.layer) for stem, model in models]
                draw_cams(img, lookers, args.out / f'{name}.png', truth=truth, title=name)
            except (ValueError, FileNotFoundError) as error:
                problems.append(str(error))
            advance(1)
    made = len(photos.names) + len(photos.unlisted) - len(problems)
    print(f'{made} picture{"s" if made != 1 else ""} in {args.out}')
    print(*notes, sep='\n', end='\n' * bool(notes))
    say_problems('Could not be done', problems)
    say_passed(photos.passed)
    return 1 if problems else 0


