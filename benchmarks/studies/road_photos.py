"""Lists the clear photos that the small Haze-wild is made of, with where their depth lies.

    python -m benchmarks.studies.road_photos PHOTOS --out data/road-photos.csv
    python tools/dataset_converters/haze_wild.py data/road-photos.csv --size 640 --keep-depth --out data/haze-wild

PHOTOS holds kitti_road, road_clear and street_clear, each with image/NAME and its depth in centimetres as
depth_pred_cm/NAME.png, and cityscapes_demo with NAME_left_half.png beside NAME_disparity_half.png. The list names them
from its own folder, so that the set made of it is the same wherever both lie alike.
"""
from __future__ import annotations

import argparse
import os
from pathlib import Path

from mmhaze.io.tables import write_table

ROADS = ('kitti_road', 'road_clear', 'street_clear')
LEFT, DISPARITY = '_left_half', '_disparity_half'


def list_photos(folder: Path, beside: Path) -> list[dict[str, str]]:
    """The rows of the list, with paths from the folder ``beside``.

    Raises:
        FileNotFoundError: a photo has no depth.
    """
    found = [(photo, photo.parents[1] / 'depth_pred_cm' / f'{photo.stem}.png', '', '0.01')
             for road in ROADS for photo in sorted((folder / road / 'image').iterdir())]
    found += [(photo, photo.with_name(photo.name.replace(LEFT, DISPARITY)), 'cityscapes', '')
              for photo in sorted((folder / 'cityscapes_demo').glob(f'*{LEFT}.png'))]
    rows = []
    for photo, depth, kind, scale in found:
        if not depth.is_file():
            raise FileNotFoundError(f'{photo} has no depth: there is no {depth}.')
        rows.append(dict(photo=os.path.relpath(photo, beside), depth=os.path.relpath(depth, beside), kind=kind,
                         scale=scale))
    return rows


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path, metavar='PHOTOS')
    parser.add_argument('--out', type=Path, required=True, metavar='CSV')
    args = parser.parse_args(argv)
    rows = list_photos(args.folder, args.out.parent)
    write_table(args.out, rows)
    print(f'{len(rows)} photos are in {args.out}')


if __name__ == '__main__':
    main()
