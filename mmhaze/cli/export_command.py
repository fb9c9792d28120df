"""Writes a trained classifier as ONNX.

    mmhaze export magnet-fe-s_resnet18_hazel-level epoch_20.pth --out haze.onnx
    mmhaze export magnet-fe-s_resnet18_hazel-level epoch_20.pth --out haze.onnx --with-ucm

The file runs without PyTorch. It takes what the config prepares, `task` and for most of MagNet `magnifier`, (N, 3, h,
w) uint8 BGR, and gives `probabilities`, (N, levels); it normalises by itself. With --with-ucm it takes `photo`, (N, H,
W, 3) uint8 BGR, photos of any one size as they are, and gives `haze_mask`, (N, H, W) bool, as well. What else one has
to know stands in the file: docs/export.md tells how to read and run it.

Drawn photos go through the file, in onnxruntime, and through PyTorch, in batches of 1, 2 and 5. Where a probability
differs by more than 0.0001 no file is written. Exit codes: 0 fine, 1 it cannot be written, 2 wrong usage or no
agreement.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from .arguments import add_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, and the file to write."""
    add_config(parser, 'config', help='a config file, or the name of one in configs/')
    parser.add_argument('checkpoint', type=Path, metavar='CHECKPOINT', help='what was trained with it')
    parser.add_argument('--out', type=Path, metavar='FILE', help='default: the checkpoint with the suffix .onnx')
    parser.add_argument('--with-ucm', action='store_true', help='put the preparing of photos into it, UCM included')


def run(args: argparse.Namespace) -> int:
    """Writes the file, and says how near it comes to PyTorch."""
    from ..export import export_onnx
    from ..models.trained import LevelModel

    out = args.out or args.checkpoint.with_suffix('.onnx')
    model = LevelModel(args.config, args.checkpoint, 'cpu')
    difference = export_onnx(model, out, with_ucm=args.with_ucm)
    print(f'{out}: {len(model.classes)} levels, {out.stat().st_size / 1e6:.1f} MB. Its probabilities are those of '
          f'PyTorch, but for {difference:.1g}.')
    return 0
