"""What networks gain, step by step, on streets kept apart, beside trees without a network.

    python -m benchmarks.studies.network_ablation data/hazel-level --out work_dirs/network_ablation \
        --json docs/results/network_ablation.json --page docs/results/hazel-level.md

Only training scenes of the split ``scene`` are read; a part of them is held out, near-duplicates together, so one may
choose by these figures. Each step changes one thing of another. Its result is kept in OUT as a cell of
``tools/reproduce.py`` is, and a run that was stopped goes on. ``clear.csv``, for fresh haze, is there with
``hazel_level.py --keep-clear``, and the weights of a pretrained encoder with ``imagenet_weights.py``.
"""
from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from benchmarks.common.environment import describe_environment
from benchmarks.common.page_tables import markdown_table, put_table
from benchmarks.studies.by_scene import gain_error, scene_accuracies
from benchmarks.studies.scene_ablation import deal
from mmhaze.io.files import write_whole
from mmhaze.io.tables import read_table, write_table
from mmhaze.reproduction.cells import RESULT, Cell, plan_cells
from mmhaze.reproduction.data_sets import DATA_SETS, Listing, read_listing
from mmhaze.reproduction.making import describe_outcome
from mmhaze.reproduction.paper_tables import TableRow
from mmhaze.reproduction.report import make_row
from mmhaze.reproduction.running import run_cells
from mmhaze.synthesis.fog import FOGS

CONFIGS = Path(__file__).parents[2] / 'configs'
DATA = DATA_SETS['hazel-level']
PARTS = ('train', 'val', 'test')
PRETRAINED = 'work_dirs/efficientnet-lite0.pth'  # of benchmarks/studies/imagenet_weights.py
FLIP = dict(type='RandomFlip', prob=0.5, direction='horizontal')
CROP = dict(type='RandomCrop', crop_size=64)  # of 85 columns that photos have whose height is 64
ZOOM = dict(type='RandomResizedCrop', scale=64, crop_ratio_range=(0.4, 1.0), interpolation='bicubic', backend='pillow')
JITTER = dict(type='ColorJitter', brightness=0.4, contrast=0.4, saturation=0.4, backend='cv2')
PACK = dict(type='PackInputs')
VIEWS = dict(type='TestTimeAug', transforms=[[dict(FLIP, prob=0.0), dict(FLIP, prob=1.0)], [PACK]])


@dataclass(frozen=True)
class Step:
    """One thing that is changed.

    Attributes:
        name: of what.
        beside: the step that it is compared with.
        config: as a row of a table has it.
        options: entries of the config to change, as ``--cfg-options`` has them.
        baseline: instead of a config, a class of :mod:`mmhaze.baselines` and its arguments.
    """

    name: str
    beside: str = ''
    config: str = 'baselines/resnet18'
    options: Mapping[str, Any] = field(default_factory=dict)
    baseline: Mapping[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> TableRow:
        """What is run, as a row of a table."""
        return TableRow(self.name, '' if self.baseline else self.config, self.baseline)


def shrink(size: int) -> list[dict]:
    """A photo of ``size`` pixels, as the configs have it for 64."""
    edge, crop = Config.fromfile(CONFIGS / '_base_/datasets/hazel-level.py').shrink
    return [dict(edge, scale=size), dict(crop, crop_size=size)]


def larger(size: int) -> dict[str, Any]:
    """Options for photos of another size."""
    return {f'{part}_dataloader.dataset.prepare': [dict(type='LoadPhoto'), *shrink(size)] for part in PARTS}


def encoder(weights: str = '') -> dict[str, Any]:
    """Options for EfficientNet-Lite0 in the place of ResNet18, maybe with weights of ImageNet from a file."""
    start = dict(init_cfg=dict(type='Pretrained', checkpoint=weights)) if weights else {}
    return {'model.backbone': dict(type='TIMMBackbone', model_name='tf_efficientnet_lite0', _delete_=True, **start),
            'model.head.in_channels': 1280}


def with_crops(height: int, crop: dict) -> dict[str, Any]:
    """Options for another crop in each epoch, and flips, of photos ``height`` pixels high."""
    return {'train_dataloader.dataset.prepare': [dict(type='LoadPhoto'), shrink(height)[0]],
            'train_dataloader.dataset.pipeline': [crop, FLIP, PACK]}


def with_maps(*names: str) -> dict[str, Any]:
    """Options for a magnifier of several maps, a plane each."""
    steps = [dict(type='UCM', maps=[name for name in names if name != 'haze_transmission'], min_box=64)]
    if 'haze_transmission' in names:
        steps.append(dict(type='EstimateTransmission'))
    alike = dict(type='TransformBroadcaster', auto_remap=True, share_random_params=True, transforms=shrink(64),
                 mapping=dict(img=['img', *names], img_shape=['img_shape', *[...] * len(names)]))
    return {key: value for part in PARTS for key, value in (
        (f'{part}_dataloader.dataset.prepare', [dict(type='LoadPhoto'), *steps, alike]),
        (f'{part}_dataloader.dataset.pipeline', [dict(type='PackDualChannel', magnifier=list(names))]))}


def fresh_haze(crops: bool = False, jitter: bool = False) -> dict[str, Any]:
    """Options for haze drawn anew in each epoch, over as many images; the clear scenes may change their colours."""
    config = Config.fromfile(CONFIGS / 'baselines/resnet18_hazel-level-fresh.py')
    dataset = config.train_dataloader.dataset
    pipeline = [CROP if crops and step.type == 'CenterCrop' else step for step in dataset.pipeline]
    return {'train_dataloader.dataset.ann_file': dataset.ann_file, 'train_dataloader.dataset.prepare': dataset.prepare,
            'train_dataloader.dataset.pipeline': [JITTER, *pipeline] if jitter else pipeline,
            'train_cfg.max_epochs': config.train_cfg.max_epochs,
            'train_cfg.val_interval': config.train_cfg.max_epochs, 'default_hooks.checkpoint.interval': 36}


def find_steps() -> list[Step]:
    """All steps, in the order of the table."""
    flips = {'train_dataloader.dataset.pipeline': [FLIP, PACK]}
    crops = with_crops(64, CROP)
    mixed = {'model.data_preprocessor.num_classes': 9,
             'model.data_preprocessor.batch_augments': dict(augments=dict(type='CutMix', alpha=1.0))}
    mirrored = {'tta_model': dict(type='AverageClsScoreTTA'), 'test_dataloader.dataset.pipeline': [VIEWS],
                'test_dataloader.collate_fn': dict(type='pseudo_collate')}
    base, flipped, enhanced, small = 'ResNet18', '+ flips', 'FE+S', 'LeNet5'
    return [
        Step(base),
        Step('ordinal head', base, 'baselines/resnet18-ordinal'),
        Step(flipped, base, options=flips),
        Step('+ mean of the photo and its mirror image', flipped, options={**flips, **mirrored}),
        Step('+ flips and crops to the side', base, options=crops),
        Step('+ CutMix', '+ flips and crops to the side', options={**crops, **mixed}),
        Step('+ flips and crops of all sizes', '+ flips and crops to the side', options=with_crops(96, ZOOM)),
        Step('+ fresh haze and flips', flipped, options=fresh_haze()),
        Step('+ fresh haze, flips and crops', '+ fresh haze and flips', options=fresh_haze(crops=True)),
        Step('+ fresh haze over other colours, flips and crops', '+ fresh haze, flips and crops',
             options=fresh_haze(crops=True, jitter=True)),
        Step('128 pixels', base, options=larger(128)),
        Step('ResNet34', base, options={'model.backbone.depth': 34}),
        Step('EfficientNet-Lite0', base, options=encoder()),
        Step('EfficientNet-Lite0, pretrained', 'EfficientNet-Lite0', options=encoder(PRETRAINED)),
        Step(enhanced, base, 'magnet/magnet-fe-s_resnet18'),
        Step('NC+FE+S', enhanced, 'magnet/magnet-nc-fe-s_resnet18'),
        Step('FE, both maps', enhanced, 'magnet/magnet-fe-s_resnet18', with_maps('haze_filter', 'haze_segment')),
        Step('FE, both maps and transmission', 'FE, both maps', 'magnet/magnet-fe-s_resnet18',
             with_maps('haze_filter', 'haze_segment', 'haze_transmission')),
        Step(small, base, 'baselines/lenet5'),
        Step('LeNet5, flips and crops to the side', small, 'baselines/lenet5', crops),
        Step('CNN, softmax', base, 'baselines/cnn'),
        Step('CNN, softmax, flips and crops to the side', 'CNN, softmax', 'baselines/cnn', crops),
        Step('RowTrees', base, baseline=dict(type='RowTrees')),
        Step('RoadTrees', base, baseline=dict(type='RoadTrees')),
    ]


def hold_out(data: Path, folder: Path, folds: int, seed: int) -> Path:
    """Makes a data set of the training scenes of ``data``, of which one part of ``folds`` is for test; its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    held: dict[str, bool] = {}
    for name in ('manifest.csv', 'clear.csv'):
        rows = [row for row in read_table(data / name) if row['split_scene'] == 'train']
        if not held:
            scenes = np.unique([row['scene'] for row in rows])
            held = dict(zip(scenes, deal(scenes, folds, seed) == 0))
        write_table(folder / name, [dict(row, split_scene='test' if held[row['scene']] else 'train') for row in rows])
    for path in data.iterdir():
        if path.is_dir() and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path.resolve(), target_is_directory=True)
    return folder


def plan(step: Step, root: Path, listing: Listing, seeds: int) -> list[Cell]:
    """The cells of a step, one for each seed."""
    options = {f'{part}_dataloader.num_workers': 0 for part in PARTS}
    return plan_cells(step.row, DATA, 'scene', range(1, seeds + 1), root=root, listing=listing,
                      configs=CONFIGS, options={**options, **step.options})


def make_table(rows: list[dict]) -> str:
    """The steps as Markdown: of each a row of a report, its accuracy by scene, and what it is ``beside``.

    Behind a gain is its standard error, of the draw of scenes.
    """
    named = {row['name']: row for row in rows}
    lines = []
    for row in rows:
        mean, spread = row['accuracy']['mean'], row['accuracy']['spread']
        other, gain = named.get(row['beside']), '-'
        if other:
            error = gain_error(row['accuracy_by_scene'], other['accuracy_by_scene'])
            gain = f'{mean - other["accuracy"]["mean"]:+.3f} ± {error:.3f}'
        lines.append([row['name'], f'{mean:.3f}' + (f' ± {spread:.3f}' if spread is not None else ''), gain,
                      row['beside'] or '-', f'{row["within_1"]["mean"]:.3f}', f'{row["mae"]["mean"]:.2f}',
                      *(f'{row["accuracy_by_fog"][fog]:.3f}' for fog in FOGS)])
    return markdown_table(['', '#accuracy', '#gain', 'beside', '#within one level', '#error in levels',
                           *(f'#{fog}' for fog in FOGS)], lines)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', type=Path, help='folder of Hazel-level, with its clear scenes')
    parser.add_argument('--out', type=Path, required=True, help='folder of the results, step by step')
    parser.add_argument('--steps', nargs='+', metavar='NAME', help='run these alone; the table has all there are')
    parser.add_argument('--amp', action='store_true', help='train in mixed precision')
    parser.add_argument('--folds', type=int, default=4, help='one part of so many is held out (default: %(default)s)')
    parser.add_argument('--seeds', type=int, default=1)
    parser.add_argument('--seed', type=int, default=0, help='of the parts (default: %(default)s)')
    parser.add_argument('--json', type=Path)
    parser.add_argument('--page', type=Path, help='a page in Markdown with a place for "table of networks"')
    args = parser.parse_args(argv)

    steps = find_steps()
    unknown = set(args.steps or ()) - {step.name for step in steps}
    if unknown:
        parser.error(f'no step {sorted(unknown)[0]!r}, only: {"; ".join(step.name for step in steps)}')
    root, rows = hold_out(args.data, args.out / 'data', args.folds, args.seed), []
    listing = read_listing(DATA, root, 'scene')
    scene_of = {row['file']: row['scene'] for row in read_table(root / 'manifest.csv')}
    for step in steps:
        cells, outcomes = plan(step, root, listing, args.seeds), []
        if args.steps and step.name not in args.steps:
            cells = [cell for cell in cells if (cell.folder(args.out) / RESULT).is_file()]
        for outcome, _ in run_cells(cells, args.out, amp=args.amp):
            outcomes.append(outcome)
            print(describe_outcome(outcome), flush=True)
        row = make_row(step.row, DATA, outcomes)
        if row['runs']:
            predictions = [outcome.result['predictions'] for outcome in outcomes if outcome.result]
            rows.append(dict(beside=step.beside, **row, accuracy_by_scene=scene_accuracies(predictions, scene_of)))
    table = make_table(rows)
    print(table)
    if args.json:
        report = dict(environment=describe_environment(), folds=args.folds, seed=args.seed, steps=rows)
        write_whole(args.json, (json.dumps(report, indent=2) + '\n').encode())
    if args.page:
        put_table(args.page, 'networks', table)


if __name__ == '__main__':
    main()
