"""Trains and tests two small networks on drawn streets.

    mmhaze demo

It draws streets in haze, trains a plain ResNet18 and MagNet on them, tests both on streets that they have not seen, and
shows what they say. The photos go to data/demo, about 10 MB, made again where one is damaged. Checkpoints, the table
and the picture go to demo_out. On two cores it takes two to five minutes.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folders, and how much to draw and to train."""
    parser.add_argument('--data', type=Path, default=Path('data/demo'), help='folder of the photos')
    parser.add_argument('--out', type=Path, default=Path('demo_out'), help='folder of all that comes out')
    parser.add_argument('--scenes', type=int, default=72, help='how many streets to draw; each gives ten photos')
    parser.add_argument('--epochs', type=int, help='instead of the number in the config files')


def run(args: argparse.Namespace) -> int:
    """Draws, trains, tests and shows."""
    import torch
    from mmengine.registry import init_default_scope

    from ..io.files import write_whole
    from ..reproduction.demo import CONFIGS, load_config, predict_some, train_and_test
    from ..synthesis.demo_set import make_demo_set
    from ..visualization import draw_sheet

    torch.set_num_threads(1)  # the networks are small, and a busy second core would hold up both
    print(f'Drawing {args.scenes} streets in haze into {args.data} ...')
    make_demo_set(args.data, args.scenes)
    init_default_scope('mmpretrain')
    runners, table = {}, {}
    for name in CONFIGS:
        runners[name], table[name] = train_and_test(name, load_config(name, args.data, args.out, args.epochs))

    print(f'\n{"on streets never seen":24}{"accuracy":>10}{"off by":>14}{"within one":>12}{"trained in":>12}')
    for name, row in table.items():
        print(f'{name:24}{row["accuracy"]:>8.1f} %{row["error_in_levels"]:>7.2f} levels'
              f'{row["within_one_level"]:>10.1f} %{row["seconds"]:>10.0f} s')
    write_whole(args.out / 'results.json', (json.dumps(table, indent=2) + '\n').encode())
    draw_sheet(predict_some(runners), args.out / 'demo.png',
               title='Hazy streets, the haze that UCM finds, and the level that each network gives, 0 (least) to 4')
    checkpoint = args.out / 'magnet' / f'epoch_{runners["MagNet"].epoch}.pth'
    print(f'\nThe picture is {args.out / "demo.png"}. To test the network again:\n'
          f'  mmhaze test {CONFIGS["MagNet"]} {checkpoint}')
    return 0
