"""Draws photos as points, by the features of a network.

    mmhaze feature-map --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth --out features
    mmhaze feature-map --model ... --checkpoint ... --feature magnifier --method pca --out features

A network makes features of each photo, and these are laid out in two dimensions. The photos are those that the config
tests on; DIR/features.csv gets a row for each (file, true and predicted level, x, y), DIR/features.png the picture,
coloured by the true level. Photos of one level that lie together are told apart from others by this feature; where
levels lie in order along a line, the network has found what haze is more or less of.

Exit codes: 0 fine, 1 something could not be written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

import argparse
from pathlib import Path, PurePath

from .arguments import add_classifier, add_device


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the data set and the layout."""
    add_classifier(parser, required=True)
    parser.add_argument('--feature', choices=('head', 'task', 'magnifier'), default='head',
                        help='what the classifier is given, or E_i or E_h of a network with two encoders')
    parser.add_argument('--method', choices=('tsne', 'pca'), default='tsne', help='(default: %(default)s)')
    parser.add_argument('--data', metavar='DIR', help='where the data set lies (default: as the config says)')
    parser.add_argument('--part', help='of the data set, such as train (default: as the config says)')
    add_device(parser)
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder to write, made if need be')


def run(args: argparse.Namespace) -> int:
    """Writes the table and the picture."""
    from mmengine.registry import DefaultScope
    from mmpretrain.registry import DATASETS

    from ..io.progress import show_progress
    from ..models.trained import LevelModel
    from ..runtime.slips import as_slips
    from ..visualization.embedding import draw_embedding, embed, extract_features, write_embedding

    model = LevelModel(args.model, args.checkpoint, args.device)
    config = dict(model.config.test_dataloader.dataset)
    config |= {key: value for key, value in (('data_root', args.data), ('part', args.part)) if value}
    with DefaultScope.overwrite_default_scope('mmpretrain'), as_slips(args.model):
        dataset = DATASETS.build(config)
    with show_progress(len(dataset), label='Features', unit='photos') as advance:
        features = extract_features(model, dataset, args.feature, advance=advance)
    points = embed(features.vectors, args.method)
    right = (features.levels == features.predicted).mean()
    title = f'{PurePath(args.model).stem}: {args.feature}, {args.method}, {len(points)} photos, {right:.0%} told right'
    write_embedding(points, features, args.out / 'features.csv')
    draw_embedding(points, features, args.out / 'features.png', classes=model.classes, title=title)
    print(f'{len(points)} photos by {features.vectors.shape[1]} numbers each; features.csv and features.png are in '
          f'{args.out}')
    return 0


