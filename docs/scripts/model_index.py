"""Writes the index of models: a metafile for each algorithm folder, and the tables of results in the READMEs.

    python -m docs.scripts.model_index            # writes what has changed
    python -m docs.scripts.model_index --check    # says what would change, and fails if anything would
    python -m docs.scripts.model_index configs/dehazing/aodnet    # that folder, and the list of folders

A folder of config files is an algorithm. Its metafile.yml lists the config files as models: their parameters and
multiplications are counted here, and their results come from docs/results, where the project measured them. The README
has them where it says ``<!-- table of results -->``. For a new folder, a README, a page of the documentation and a
collection in the metafile are begun with the docstring of its model; from then on they are written by hand.
"""
from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS
from torch.utils.flop_counter import FlopCounterMode

import mmhaze.register  # noqa: F401
from benchmarks.common.page_tables import END, markdown_table, with_table
from benchmarks.studies.dehazing_runs import by_variant
from mmhaze.io.files import write_whole
from mmhaze.models.dehazers import BaseDehazer

ROOT = Path(__file__).resolve().parents[2]
CONFIGS, RESULTS = ROOT / 'configs', ROOT / 'docs' / 'results'
METAFILE, INDEX = 'metafile.yml', 'model-index.yml'
NO_ALGORITHM = {'_base_', 'other_toolboxes'}
SIDES = dict(classifier=64, dehazer=256)  # pixels of the photo whose multiplications are counted
# by what is in the name of a config
TRAINED_ON = {'hazel-level': 'Hazel-level', 'haze-wild': 'Haze-wild', 'ceit-foggy': 'CEIT-Foggy',
              'demo': 'drawn streets', 'drawn': 'drawn scenes', 'roads': 'FRIDA, roads',
              'mixture': 'FRIDA, roads, rooms', 'reside-6k': 'RESIDE-6K', 'dcp': 'nothing',
              'haze-map': 'drawn scenes, photos', 'camera-visibility': 'Camera-visibility'}
# without blanks and commas, for "mim search --condition"
SETS = {'hazel-level': 'Hazel-level', 'haze-wild': 'Haze-wild-small', 'ceit-foggy': 'CEIT-Foggy',
        'scenes': 'FRIDA-held-out', 'photos': 'roads-held-out', 'sots': 'SOTS-indoor-20'}
METRICS = {'Top 1 Accuracy': ('accuracy', 100, 2), 'Error in Levels': ('mae', 1, 3),
           'PSNR': ('psnr', 1, 2), 'SSIM': ('ssim_dehazeformer', 1, 3)}

Results = dict[str, list[dict[str, Any]]]  # of a config by its name


def count(config: Config) -> tuple[int, int]:
    """Parameters that are trained, and multiplications of convolutions and matrix products for a photo."""
    if 'text' in config.model:
        config.model.text = dict(type='RandomText')  # of the shape of CLIP's, without a file
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        network = MODELS.build(config.model).eval()
    parameters = sum(weight.numel() for weight in network.parameters() if weight.requires_grad)
    if isinstance(network, BaseDehazer) and not parameters:
        return 0, 0  # an algorithm, no network
    photo = torch.zeros(1, 3, *[SIDES['dehazer' if isinstance(network, BaseDehazer) else 'classifier']] * 2)
    inputs: Any = photo
    if config.model.get('backbone', {}).get('type') in ('DualChannel', 'InputAugmentation'):
        inputs = dict(task=photo, magnifier=photo)
        if config.model.head.type == 'NetworkConstraintHead' and 'neck' not in config.model.head:
            inputs.pop('magnifier')  # needed in training alone
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(inputs)
    return parameters, counter.get_total_flops() // 2  # an addition goes with each multiplication


def measured() -> Results:
    """What was measured, of the configs as they are shipped."""
    results: Results = {}
    for path in sorted((RESULTS / 'reproduce').glob('table*.json')):
        for section in json.loads(path.read_text())['sections']:
            for row in section['rows']:
                if row['config'] and row['runs']:
                    scores = {name: row[key]['mean'] * scale for name, (key, scale, _) in METRICS.items() if key in row}
                    results.setdefault(Path(row['config']).stem, []).append(_result(
                        'Image Classification', f'{SETS[section["data"]]}-{section["split"]}', scores,
                        row['accuracy']['n']))
    for (network, variant), runs in by_variant(json.loads((RESULTS / 'dehazing.json').read_text())['runs']).items():
        stems = {'plain': f'{network}_roads', 'all': f'progressive_{network}_roads'}
        stem = {'DCP': 'dcp', 'none': ''}.get(network, stems.get(variant, ''))
        for data in runs[0]['sets'] if stem else ():
            scores = {name: sum(run['sets'][data][key] for run in runs) / len(runs)
                      for name, (key, *_) in METRICS.items() if key in runs[0]['sets'][data]}
            results.setdefault(stem, []).append(_result('Image Dehazing', SETS[data], scores, len(runs)))
    return results


def _result(task: str, data: str, scores: Mapping[str, float], runs: int) -> dict[str, Any]:
    return dict(Task=task, Dataset=data, Metrics={name: round(score, METRICS[name][2])
                                                  for name, score in scores.items()} | {'Runs': runs})


def metafile(folder: Path, results: Results) -> dict[str, Any]:
    """The index of one algorithm folder."""
    known = folder / METAFILE
    collections = yaml.safe_load(known.read_text())['Collections'] if known.is_file() else [begin_collection(folder)]
    models = []
    for path in sorted(folder.glob('*.py')):
        config = Config.fromfile(path)
        parameters, macs = count(config)
        matching = [each['Name'] for each in collections
                    if len(collections) == 1 or path.stem.startswith(each['Name'].lower())]
        models.append({
            'Name': path.stem, 'In Collection': matching[0],
            'Metadata': {'Parameters': parameters, 'FLOPs': macs,
                         'Training Data': next((name for key, name in TRAINED_ON.items() if key in path.stem),
                                               path.stem.rsplit('_', 1)[-1])},
            'Results': results.get(path.stem), 'Config': path.relative_to(ROOT).as_posix()})
    return dict(Collections=collections, Models=models)


def begin_collection(folder: Path) -> dict[str, Any]:
    """The collection of a folder that has none yet."""
    kind = first_model(folder)
    return dict(Name=kind.__name__, README=(folder / 'README.md').relative_to(ROOT).as_posix(),
                Code=kind.__module__.replace('.', '/') + '.py')


def begin_readme(folder: Path) -> str:
    """The README of a folder that has none yet: what its model is, and a place for results."""
    kind = first_model(folder)
    told = re.sub(r':[\w:]+:`~?(?:[\w.]+\.)?([^`]+)`', r'`\1`', inspect.cleandoc(kind.__doc__ or '').split('\n\n')[0])
    return (f'# {kind.__name__}\n\n{told}\n\n```\nmmhaze train {min(folder.glob("*.py")).stem}\n```\n\n'
            f'<!-- table of results -->\n{END}\n')


def first_model(folder: Path) -> type:
    """The class of the first config's model."""
    return MODELS.get(Config.fromfile(min(folder.glob('*.py'))).model.type)


def as_table(index: Mapping[str, Any]) -> str:
    """The models of a folder and what was measured of them, in Markdown."""
    columns = list(dict.fromkeys(
        (each['Dataset'], metric) for model in index['Models'] for each in model['Results'] or ()
        for metric in each['Metrics'] if metric not in ('Runs', 'Error in Levels')))
    side = SIDES['dehazer' if 'dehazing' in index['Models'][0]['Config'] else 'classifier']
    head = ['config', '#parameters', f'#multiplications at {side}x{side}',
            *(f'#{data}: {metric}' for data, metric in columns)]
    rows = []
    for model in index['Models']:
        found = {(each['Dataset'], metric): (value, each['Metrics']['Runs']) for each in model['Results'] or ()
                 for metric, value in each['Metrics'].items()}
        cells = [f'{found[column][0]:.{METRICS[column[1]][2]}f} ({found[column][1]})' if column in found else ''
                 for column in columns]
        rows.append([f'[`{model["Name"]}`]({Path(model["Config"]).name})', f'{model["Metadata"]["Parameters"]:,}',
                     f'{model["Metadata"]["FLOPs"] / 1e6:,.0f} M', *cells])
    return markdown_table(head, rows)


def against_the_paper() -> str:
    """Table 3 on Hazel-level with ResNet18: the paper's accuracy and ours."""
    section = json.loads((RESULTS / 'reproduce' / 'table3_hazel-level_random.json').read_text())['sections'][0]
    rows = []
    for row in section['rows']:
        if 'ResNet18' in row['name'] and row['runs']:
            accuracy = row['accuracy']
            spread = '' if accuracy['spread'] is None else f' ± {accuracy["spread"]:.4f}'
            paper = '-' if row['paper'] is None else f'{row["paper"]:.4f}'
            rows.append([row['name'], paper, f'{accuracy["mean"]:.4f}{spread}', accuracy['n']])
    return markdown_table(['Hazel-level, split `random`', '#paper', '#mmhaze', '#runs'], rows)


def files(chosen: Collection[Path] = ()) -> Iterator[tuple[Path, str]]:
    """What the index comes to, file by file; of the algorithms, all or the chosen folders."""
    results = measured()
    folders = sorted({path.parent for path in CONFIGS.rglob('*.py') if not NO_ALGORITHM & set(path.parts)})
    for folder in chosen or folders:
        index, readme = metafile(folder, results), folder / 'README.md'
        yield folder / METAFILE, yaml.safe_dump(index, sort_keys=False, width=120, allow_unicode=True)
        text = readme.read_text(encoding='utf-8') if readme.is_file() else begin_readme(folder)
        yield readme, with_table(text, 'results', as_table(index), str(readme))
        yield (ROOT / 'docs' / 'algorithms' / f'{folder.name}.md',
               f'```{{include}} ../../{readme.relative_to(ROOT).as_posix()}\n```\n')
    yield ROOT / INDEX, yaml.safe_dump(dict(Import=[(folder / METAFILE).relative_to(ROOT).as_posix()
                                                    for folder in folders]))
    front = ROOT / 'README.md'
    yield front, with_table(front.read_text(encoding='utf-8'), 'results', against_the_paper(), str(front))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folders', nargs='*', type=lambda text: Path(text).resolve(), metavar='FOLDER',
                        help='algorithms to look at (default: all)')
    parser.add_argument('--check', action='store_true', help='write nothing')
    args = parser.parse_args(argv)
    changed = [(path, text) for path, text in files(args.folders) if not path.is_file() or path.read_text() != text]
    for path, text in changed:
        print(f'{path.relative_to(ROOT)} {"would change" if args.check else "written"}')
        if not args.check:
            write_whole(path, text.encode())
    return int(args.check and bool(changed))


if __name__ == '__main__':
    sys.exit(main())
