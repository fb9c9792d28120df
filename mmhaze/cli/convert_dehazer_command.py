"""Converts a published checkpoint of a dehazer.

    mmhaze convert-dehazer PUBLISHED.pth OURS.pth

The authors of MixDehazeNet, gUNet and AOD-Net published checkpoints. `mmhaze dehaze` takes them as they are;
this is for training on, as load_from of a config.
"""
from __future__ import annotations

import argparse
from pathlib import Path

from .ending import Ending

ENDING = Ending(unwritable=2)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two files."""
    parser.add_argument('published', type=Path, metavar='PUBLISHED', help='the checkpoint of the authors')
    parser.add_argument('out', type=Path, metavar='OURS', help='the file to write')


def run(args: argparse.Namespace) -> int:
    """Reads the one and writes the other."""
    import io

    import torch

    from ..io.files import write_whole
    from ..models.dehazers.published import convert_published
    from ..runtime.checkpoints import load_checkpoint, weights_of

    state = load_checkpoint(args.published)
    network, weights = convert_published(weights_of(state))
    content = io.BytesIO()
    torch.save(dict(state_dict=weights, meta=dict(published=args.published.name)), content)
    write_whole(args.out, content.getvalue())
    print(f'{args.out} holds {network}, {sum(weight.numel() for weight in weights.values()):,} numbers.')
    return 0
