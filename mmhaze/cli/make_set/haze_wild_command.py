"""Makes a set like Haze-wild from clear photos and depth.

    mmhaze make-set haze-wild photos --depth ground --out data/haze-wild
    mmhaze make-set haze-wild photos --depth model --device cuda --out data/haze-wild
    mmhaze make-set haze-wild photos --depth depths --depth-scale 0.01 --out data/haze-wild

Each photo is rendered at ten levels of haze, of which level 0 is the photo itself. PHOTOS is a folder with photos at
any depth, or a CSV file with a column photo and perhaps depth, kind and scale: so photos with several kinds of depth
make one set. Its paths are relative to the file. SPEC says where depth comes from, where a row does not:

    ground                 a flat plain, whatever the photo shows: to try things out
    FOLDER                 depth maps, laid out as the photos are: .npy, .npz, 16-bit .png, .fdd
    model, model:NAME      a network of the transformers library, by name or folder; its depth maps are kept in
                           DIR/network_depth

Into DIR go level_0/ to level_9/, where level_3/trip/a.jpg.jpg shows trip/a.jpg at level 3, and manifest.csv with a row
an image: all that made it, and its part of the split, 'train', 'val' or 'test', drawn by the content of the photo.
Where that gives a few photos parts far from their shares, it is said first, with the --split that would not.
Stop it whenever you like: the same command goes on where it was. On a finished set it adds what photos came since, and
makes damaged or missing images again. A photo that cannot be used is skipped, and listed in skipped.csv.

On several machines that share a folder, each makes its part:

    torchrun --nnodes 4 --nproc-per-node 1 --rdzv-backend c10d --rdzv-endpoint HOST \\
        -m mmhaze make-set haze-wild photos --depth model --device cuda --out /shared/haze-wild

Exit codes: 0 fine, 1 photos were skipped or a file could not be written, 2 wrong usage, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

import argparse
import csv
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..arguments import positive
from ..ending import Ending, say_passed

if TYPE_CHECKING:
    from ...synthesis.photo_set import Written

ENDING = Ending(kept='What was made until then is whole.', stopped='stopped; the same command goes on from here.')
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The photos, their depth, and what the set is like."""
    parser.add_argument('photos', type=Path, metavar='PHOTOS', help='a folder or a CSV file, as above')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder of the set')
    parser.add_argument('--depth', metavar='SPEC', help='as above; not needed where a list names all depth maps')
    parser.add_argument('--depth-kind', choices=('gaps', 'cityscapes'),
                        help='of a FOLDER: 0 is not measured, rather than sky; or disparity as Cityscapes has it')
    parser.add_argument('--depth-scale', type=float, metavar='METRES',
                        help='of a FOLDER: metres for a value of 1, such as 0.01 for centimetres; needed for .png')
    parser.add_argument('--device', default='cpu', help='of a network, such as cuda (default: %(default)s)')
    parser.add_argument('--batch-size', type=positive, default=8, metavar='N',
                        help='photos that go through a network at once (default: %(default)s)')
    parser.add_argument('--trust-sky', action='store_true',
                        help='take the sky from the depth; else what looks like sky is far, whatever the depth says')
    parser.add_argument('--keep-depth', action='store_true',
                        help='also write depth/, the depth as all levels have it, to train with fresh haze (AddHaze)')
    parser.add_argument('--schedule', choices=('beta_linear', 'visibility_log'), default='beta_linear',
                        help='levels of 300 m to 60 m visibility in even steps of density, or of 1000 m to 60 m in '
                             'even ratios (default: %(default)s)')
    parser.add_argument('--levels', type=positive, default=10, metavar='N', help='default: %(default)s')
    parser.add_argument('--fog', choices=('uniform', 'heterogeneous'), default='uniform', help='default: %(default)s')
    parser.add_argument('--format', choices=('jpg', 'png'), default='jpg', help='default: %(default)s')
    parser.add_argument('--quality', type=positive, default=90, metavar='N', help='of JPEG (default: %(default)s)')
    parser.add_argument('--size', type=positive, metavar='N',
                        help='the longer side of the images at most; larger photos are shrunk first')
    parser.add_argument('--split', type=shares, default=(80, 10, 10), metavar='A/B/C',
                        help='shares of train, val and test (default: 80/10/10)')
    parser.add_argument('--seed', type=int, default=0, help='of uneven fog (default: %(default)s)')
    parser.add_argument('--workers', type=positive, metavar='N', help='processes on this machine (default: all cores)')


def shares(text: str) -> tuple[int, ...]:
    numbers = text.split('/')
    if len(numbers) != 3 or not all(number.isdecimal() for number in numbers):
        raise argparse.ArgumentTypeError(f'wanted three whole numbers such as 80/10/10, got {text!r}')
    return tuple(map(int, numbers))


def find_depth(args: argparse.Namespace, root: Path) -> Any:
    """What --depth and its options mean."""
    from ...synthesis.depth import GROUND, MODEL, find_depth_source
    options = dict(kind=args.depth_kind, scale=args.depth_scale)
    options = {name: value for name, value in options.items() if value is not None}
    if args.depth is None:
        if options:
            raise ValueError('--depth-kind and --depth-scale are those of --depth FOLDER; a list has columns for them.')
        return None
    if args.depth.partition(':')[0] == MODEL:
        # torchrun numbers the processes of a machine, and each takes a GPU of its own
        own = args.device == 'cuda' and 'LOCAL_RANK' in os.environ
        options.update(device=f'cuda:{os.environ["LOCAL_RANK"]}' if own else args.device, batch_size=args.batch_size)
    elif args.depth != GROUND:
        options.update(root=root)
    return find_depth_source(args.depth, **options)


def run(args: argparse.Namespace) -> int:
    """Makes the set, or the rest of it."""
    from ...io.devices import check_device
    from ...runtime.joining import join_machines
    from ...synthesis.make_haze_wild import foresee_parts, make_haze_wild
    from ...synthesis.processes import count_cores
    from ...synthesis.wild_photos import find_photos
    from ...synthesis.wild_recipe import WildRecipe

    check_device(args.device)
    photos = find_photos(args.photos, without=args.depth)
    recipe = WildRecipe(depth=find_depth(args, photos.root), schedule=args.schedule, levels=args.levels, fog=args.fog,
                        format=args.format, quality=args.quality, size=args.size, seed=args.seed, split=args.split,
                        find_sky=not args.trust_sky, keep_depth=args.keep_depth)
    share = join_machines()
    if share.rank == 0 and (advice := foresee_parts(photos, recipe)):
        print(advice, file=sys.stderr, flush=True)
    workers = args.workers or max(1, count_cores() // int(os.environ.get('LOCAL_WORLD_SIZE', 1)))
    try:
        written = make_haze_wild(photos, args.out, recipe, workers=workers, share=share)
    except RuntimeError as error:  # a process died
        raise OSError(error) from error
    if share.rank == 0:
        say(written, args)
        say_passed(photos.find_passed())
    return 1 if written.skipped else 0


def say(written: Written, args: argparse.Namespace) -> None:
    """Prints what came of it; on standard error, which photos were skipped, and why."""
    from ...synthesis.make_haze_wild import count_parts
    from ...synthesis.splits import describe_parts
    if written.photos:
        print(f'{written.photos} photos at {args.levels} levels are in {args.out}, listed in manifest.csv: '
              f'{describe_parts(count_parts(args.out))}')
    if not written.skipped:
        return
    print(f'\n{written.skipped} photos could not be used:', file=sys.stderr)
    with (args.out / 'skipped.csv').open(newline='', encoding='utf-8', errors='replace') as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            if number == SHOWN:
                print(f'  and {written.skipped - SHOWN} more, see {args.out / "skipped.csv"}', file=sys.stderr)
                break
            print(f'  {row["photo"]}: {row["reason"]}', file=sys.stderr)
    print('Mend them and run again: the same command tries them once more.', file=sys.stderr)
