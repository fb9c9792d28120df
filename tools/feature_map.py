"""Lays the photos of a data set out in two dimensions by the features that a network makes of them.

    python tools/feature_map.py --model magnet-fe-s_resnet18_hazel-level --checkpoint epoch_20.pth --out features
    python tools/feature_map.py --model ... --checkpoint ... --feature magnifier --method pca --out features

The photos are those that the config tests on; DIR/features.csv gets a row for each (file, true and predicted level, x,
y), DIR/features.png the picture, coloured by the true level. Photos of one level that lie together are told apart from
others by this feature; where levels lie in order along a line, the network has found what haze is more or less of.

Exit codes: 0 fine, 1 something could not be written, 2 wrong usage or nothing to read, 130 stopped by Ctrl-C.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path, PurePath


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', required=True, metavar='CONFIG', help='a config file, or a name in configs/')
    parser.add_argument('--checkpoint', required=True, type=Path, metavar='FILE', help='what was trained with it')
    parser.add_argument('--feature', choices=('head', 'task', 'magnifier'), default='head',
                        help='what the classifier is given, or E_i or E_h of a network with two encoders')
    parser.add_argument('--method', choices=('tsne', 'pca'), default='tsne', help='(default: %(default)s)')
    parser.add_argument('--data', metavar='DIR', help='where the data set lies (default: as the config says)')
    parser.add_argument('--part', help='of the data set, such as train (default: as the config says)')
    parser.add_argument('--device', help='such as cuda:0 (default: the accelerator if there is one)')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder to write, made if need be')
    return parser.parse_args(argv)


def run(args: argparse.Namespace) -> int:
    """Does what the command line says, and gives the exit code."""
    # only now: the hosts take seconds to import, and a wrong command line should not have to wait
    from mmengine.registry import DefaultScope
    from mmpretrain.registry import DATASETS

    from mmhaze.io.progress import show_progress
    from mmhaze.models.trained import LevelModel
    from mmhaze.visualization.embedding import draw_embedding, embed, extract_features, write_embedding

    model = LevelModel(args.model, args.checkpoint, args.device)
    config = dict(model.config.test_dataloader.dataset)
    config |= {key: value for key, value in (('data_root', args.data), ('part', args.part)) if value}
    with DefaultScope.overwrite_default_scope('mmpretrain'):
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


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    try:
        return run(args)
    except (ValueError, FileNotFoundError, ImportError) as error:
        print(f'feature_map: {error}', file=sys.stderr)
        return 2
    except OSError as error:
        print(f'feature_map: {error.filename} cannot be written: {error.strerror}.', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('feature_map: stopped.', file=sys.stderr)
        return 130


if __name__ == '__main__':
    sys.exit(main())
