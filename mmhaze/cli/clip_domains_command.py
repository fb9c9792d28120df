"""Asks CLIP what each photo shows, indoors or outdoors.

    mmhaze clip-domains data/RESIDE-6K/train/hazy --clip models/clip-vit-base-patch32
    mmhaze clip-domains data/roads/hazy --clip models/clip-vit-base-patch32 \\
        --domains 'clear road' 'hazy road' --template 'a photo of a {domain}'
    mmhaze clip-domains photos --clip open_clip_model.safetensors --backend open_clip --arch ViT-B-32

DIR is a folder with photos at any depth. CLIP tells which of the domains, by default indoor and outdoor, each photo
belongs to. FILE, by default DIR/clip_domains.npz, gets the domains, their text features,
and the probability of each domain for each photo, by its path from DIR. What it was before is replaced.

NAME is a folder with the weights, for open_clip also a file, or a name on the Hugging Face hub, which must have been
downloaded before or be allowed by --download. Nothing else ever asks the network.

Ctrl-C stops, and then nothing is written: a second run starts anew.

Exit codes: 0 fine, 1 something could not be read or written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_device, positive
from .ending import Ending, say_passed, say_problems

if TYPE_CHECKING:
    from ..clip import Domains

UNSURE = 0.6
ENDING = Ending(stopped='stopped, nothing was written.')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The photos, the CLIP and the domains."""
    parser.add_argument('dir', type=Path, metavar='DIR', help='folder of the photos, in a data set the hazy ones')
    parser.add_argument('--clip', required=True, metavar='NAME', help='weights, as above')
    parser.add_argument('--backend', choices=('transformers', 'open_clip'), default='transformers',
                        help='which library the weights are for (default: %(default)s)')
    parser.add_argument('--arch', metavar='NAME', help='for open_clip: the network, such as ViT-B-32')
    parser.add_argument('--domains', nargs='+', default=['indoor', 'outdoor'], metavar='WORD',
                        help='what to tell apart (default: indoor outdoor)')
    # that of mmhaze.clip, which takes seconds to import
    parser.add_argument('--template', default='a photo of a {domain}', metavar='TEXT',
                        help='the prompt, {domain} in it stands for a word (default: %(default)s)')
    parser.add_argument('--out', type=Path, metavar='FILE', help='where it goes (default: DIR/clip_domains.npz)')
    parser.add_argument('--batch-size', type=positive, default=32, metavar='N',
                        help='photos that go through the network together (default: %(default)s)')
    parser.add_argument('--download', action='store_true', help='allow weights to be downloaded')
    add_device(parser)
    parser.add_argument('--workers', type=positive, metavar='N', help='threads that read (default: as many as cores)')


def run(args: argparse.Namespace) -> int:
    """Asks CLIP of each photo, and writes the file."""
    if (args.backend == 'open_clip') != (args.arch is not None):
        raise argparse.ArgumentError(None, '--arch and --backend open_clip go together')
    from ..clip import OpenClip, TransformersClip, label_photos, write_domains
    from ..io.media import Photos, find_media
    from ..io.progress import show_progress

    if not args.dir.is_dir():
        raise FileNotFoundError(f'There is no folder {args.dir}. Wanted one with photos.')
    out = args.out or args.dir / 'clip_domains.npz'
    if out.is_dir():
        raise ValueError(f'{out} is a folder, wanted the name of a file such as {out / "clip_domains.npz"}.')
    photos = find_media([str(args.dir)])
    assert isinstance(photos, Photos)  # for a folder, always
    clip = OpenClip(args.arch, args.clip, args.device, args.download) if args.backend == 'open_clip' else \
        TransformersClip(args.clip, args.device, args.download)
    with show_progress(len(photos.names), label='CLIP') as advance:
        domains, problems = label_photos(clip, photos, args.domains, args.template, args.batch_size, args.workers,
                                         advance)
    if domains.files:
        write_domains(out, domains)
        say(domains, out)
    say_problems('Could not be read', problems)
    say_passed(photos.passed)
    return 1 if problems else 0


def say(domains: Domains, out: Path) -> None:
    """Prints what came of it, and how sure it was."""
    best, sure = domains.probabilities.argmax(1), domains.probabilities.max(1)
    for place, name in enumerate(domains.domains):
        its = sure[best == place]
        print(f'{len(its):6} of {name}' + (f', mean probability {its.mean():.3f}' if len(its) else ''))
    print(f'mean probability of the first choice: {sure.mean():.3f}; below {UNSURE}: {(sure < UNSURE).mean():.1%}')
    print(f'by {domains.source}; prompts: {", ".join(domains.prompts)}')
    print(f'{len(domains.files)} photos are in {out}')


