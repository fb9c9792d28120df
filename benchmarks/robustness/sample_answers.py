"""Samples of what each tool answers, on inputs drawn here; run by same_answers.py, once in each of two trees.

    python benchmarks/robustness/sample_answers.py NAME --tree FOLDER

NAME is a sample below, or ``inputs``. Every path is relative to the folder in which this is run, so that files that
name a path are comparable. Only public names of mmhaze are used: this one file serves both trees.
"""
from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

INPUTS = Path('..', 'inputs')
# checkpoints and saved models of the old tree serve both: what was trained before must still load
OLD = '../before'
TRAINED = f'--model resnet18_demo --checkpoint {OLD}/train/epoch_1.pth'
MAGNET = f'--model magnet-fe-s_resnet18_demo --checkpoint {OLD}/demo/out/magnet/epoch_1.pth'
SMALL = 'train_dataloader.batch_size=2 train_dataloader.num_workers=0 train_dataloader.persistent_workers=False ' \
        'val_dataloader.num_workers=0 val_dataloader.persistent_workers=False ' \
        'test_dataloader.num_workers=0 test_dataloader.persistent_workers=False'
DEMO_DATA = ' '.join(f'{part}_dataloader.dataset.data_root={OLD}/demo/data' for part in ('train', 'val', 'test'))
WILD_DATA = ' '.join(f'{part}_dataloader.dataset.data_root={OLD}/wild/png' for part in ('train', 'val', 'test'))
# where a tool was called otherwise on purpose: its old path, and its new words, tried where the old path is not there
RENAMED: dict[str, str] = {}

# each is one process: command lines of tools, one after the other; those below need what those above made
SAMPLES: dict[str, tuple[str, ...]] = {
    'ucm': ('tools/ucm.py ../inputs/photos --out ucm/paper',
            'tools/ucm.py ../inputs/photos --out ucm/released --variant released --overlay-format png',
            'tools/ucm.py ../inputs/photos/street.png --out ucm/gray --gray 120 --min-box 10 --no-overlays',
            'tools/ucm.py ../inputs/street.avi --out ucm/video --frames 6',
            *(f'tools/ucm.py ../inputs/photos/street.png --out ucm/sweep-{kind} --sweep {kind}'
              for kind in ('gray', 'channel', 'mask'))),
    'demo': ('tools/demo.py --data demo/data --out demo/out --scenes 8 --epochs 1',),
    'train': (f'tools/train.py {{tree}}/configs/baselines/resnet18_demo.py --work-dir train --cfg-options '
              f'train_cfg.max_epochs=1 {DEMO_DATA}',),
    'test': (f'tools/test.py {{tree}}/configs/baselines/resnet18_demo.py {OLD}/train/epoch_1.pth --work-dir test '
             f'--out test/predictions.pkl --cfg-options {DEMO_DATA}',),
    'predict': ('tools/predict.py ../inputs/photos --out predict/estimate --overlays --device cpu',
                f'tools/predict.py ../inputs/photos --out predict/trained {TRAINED} --overlays --device cpu '
                '--dehazer dcp',
                f'tools/predict.py ../inputs/street.avi --out predict/video {MAGNET} --overlays --device cpu '
                '--frames 4'),
    'hazel-level': ('tools/dataset_converters/hazel_level.py ../inputs/frida --out hazel/set --allow-partial '
                    '--keep-clear --workers 1',
                    'tools/dataset_converters/hazel_level.py ../inputs/frida --out hazel/other --allow-partial '
                    '--noise hazel --seed 3 --workers 1',
                    'tools/dataset_converters/pairs.py hazel/set'),
    'haze-wild': ('tools/dataset_converters/haze_wild.py ../inputs/photos --out wild/jpg --depth ground --workers 1',
                  'tools/dataset_converters/haze_wild.py ../inputs/whole --out wild/png --depth ground --format png '
                  '--fog heterogeneous --keep-depth --seed 2 --levels 4 --split 34/33/33 --workers 1',
                  'tools/dataset_converters/haze_wild.py ../inputs/whole --out wild/depth --depth ../inputs/depth '
                  '--size 90 --schedule visibility_log --trust-sky --levels 3 --workers 1',
                  'tools/dataset_converters/pairs.py wild/png'),
    'train-dehazer': (f'tools/train.py {{tree}}/configs/dehazing/gunet/gunet-t_haze-wild.py --work-dir train-dehazer '
                      '--cfg-options train_cfg.max_iters=2 train_cfg.val_interval=2 '
                      f'default_hooks.checkpoint.interval=2 {SMALL} {WILD_DATA}',),
    'dehaze': ('tools/dehaze.py ../inputs/photos --out dehaze/prior --device cpu',
               f'tools/dehaze.py ../inputs/photos --out dehaze/network --model gunet-t_haze-wild --checkpoint '
               f'{OLD}/train-dehazer/iter_2.pth --judge resnet18_demo --judge-checkpoint {OLD}/train/epoch_1.pth '
               '--passes level --format jpg --device cpu',
               'tools/dehaze.py ../inputs/street.avi --out dehaze/video --frames 3 --device cpu'),
    'dataset-doctor': ('tools/dataset_doctor.py ../before/demo/data --json doctor/demo.json --sheet doctor/demo.png',
                       'tools/dataset_doctor.py ../inputs/levels --json doctor/levels.json',
                       'tools/dataset_doctor.py ../inputs/photos --json doctor/photos.json'),
    'clip-domains': ('tools/clip_domains.py ../inputs/whole --clip ../inputs/clip --out clip/domains.npz '
                     '--device cpu',),
    'export-onnx': (f'tools/export_onnx.py resnet18_demo {OLD}/train/epoch_1.pth --out export/plain.onnx',
                    f'tools/export_onnx.py magnet-fe-s_resnet18_demo {OLD}/demo/out/magnet/epoch_1.pth '
                    '--out export/ucm.onnx --with-ucm'),
    'cam': (f'tools/cam.py ../inputs/whole {MAGNET} --base resnet18_demo --base-checkpoint {OLD}/train/epoch_1.pth '
            '--truth 2 --layer layer2 --out cam --device cpu',),
    'feature-map': (f'tools/feature_map.py {MAGNET} --feature magnifier --method pca --data {OLD}/demo/data '
                    '--out features --device cpu',),
    'reproduce': (f'tools/reproduce.py table1 --data demo --split scene --data-root {OLD}/demo/data --out table1 '
                  '--cfg-options train_cfg.max_epochs=3 --rows S&RCD FBFD HBFD SVM ResNet18',),
    'python': ('call_python',),
    'baselines': ('fit_baselines',),
    'load-baselines': ('load_baselines',),
}
# what is read by functions, as the command lines say of themselves
READS = dict(call_python=f'{OLD}/train/', load_baselines=f'{OLD}/baselines/')


def draw_photo(rng: np.random.Generator, height: int, width: int, haze: float) -> np.ndarray:
    """A bright sky over blocks of colour that fade with the distance, (height, width, 3) uint8 BGR."""
    blocks = rng.random((height // 8 + 1, width // 8 + 1, 3))
    clear = cv2.resize(blocks, (width, height), interpolation=cv2.INTER_NEAREST) * 0.7
    clear += rng.normal(0, 0.02, clear.shape)
    rows = np.arange(height)[:, None, None] / height
    depth = np.where(rows < 0.3, 1000, 20 / np.maximum(rows - 0.25, 0.01))
    t = np.exp(-haze * depth)
    return (np.clip(clear * t + np.array([0.86, 0.85, 0.83]) * (1 - t), 0, 1) * 255).round().astype(np.uint8)


def draw_inputs() -> None:
    """Photos of several sizes and kinds, one of them damaged, a video, scenes as FRIDA has them, and a small CLIP."""
    rng = np.random.default_rng(0)
    for folder in ('photos/trip', 'whole', 'depth', 'levels/level_0', 'levels/level_1', 'frida/frida', 'frida/frida2'):
        (INPUTS / folder).mkdir(parents=True)
    street = draw_photo(rng, 144, 192, 0.01)
    for name, img in (('photos/street.png', street), ('photos/trip/wide.jpg', draw_photo(rng, 97, 233, 0.02)),
                      ('photos/trip/tall one.jpg', draw_photo(rng, 201, 80, 0.004)),
                      ('photos/grey.png', draw_photo(rng, 64, 64, 0.03)[..., 0]),
                      ('photos/black.png', np.zeros((40, 50, 3), np.uint8)),
                      ('photos/copy.png', street)):
        cv2.imwrite(str(INPUTS / name), img)
    (INPUTS / 'photos' / 'damaged.jpg').write_bytes(b'no photo')
    for number in range(5):
        img = draw_photo(rng, 100 + 4 * number, 132, 0.002 * number)
        cv2.imwrite(str(INPUTS / 'whole' / f'{number}.png'), img)
        np.save(INPUTS / 'depth' / f'{number}.npy', rng.uniform(2, 300, img.shape[:2]).astype(np.float32))
        cv2.imwrite(str(INPUTS / f'levels/level_{number % 2}' / f'{number}.jpg'), img)
        write_frida_scene(rng, *(('frida', 'Dmap') if number < 2 else ('frida2', 'LDep')), number + 1)
    cv2.imwrite(str(INPUTS / 'levels/level_1' / 'copy.png'), read(INPUTS / 'levels/level_0' / '0.jpg'))
    video = cv2.VideoWriter(str(INPUTS / 'street.avi'), cv2.VideoWriter.fourcc(*'MJPG'), 10, (192, 144))
    for number in range(8):
        video.write(np.roll(street, 4 * number, axis=1))
    video.release()
    draw_clip(INPUTS / 'clip')


def write_frida_scene(rng: np.random.Generator, folder: str, stem: str, number: int) -> None:
    where = INPUTS / 'frida' / folder
    cv2.imwrite(str(where / f'LIma-{number:06d}.png'), draw_photo(rng, 48, 64, 0))
    np.savetxt(where / f'{stem}-{number:06d}.fdd', rng.uniform(3000, 500000, (48, 64)), fmt='%.3f')


def draw_clip(folder: Path) -> None:
    """A CLIP of a few kilobytes with drawn weights; every letter is a word."""
    import torch
    sys.path += [str(next(Path(__file__).resolve().parents[1].rglob('small_clip.py')).parent)]
    from small_clip import build_clip
    torch.manual_seed(0)
    build_clip(folder, side=32, width=32, layers=2, heads=2, projection=16).save_pretrained(folder)


def read(path: Path) -> np.ndarray:
    img = cv2.imread(str(path))
    assert img is not None, path
    return img


def read_photos() -> list[np.ndarray]:
    return [read(path) for path in sorted(INPUTS.glob('whole/*.png'))]


def call_python() -> None:
    """UCM with all settings, the physics and the inferencers, as a user calls them."""
    import torch

    import mmhaze
    from mmhaze import physics
    from mmhaze.ucm import haze_filter, haze_segment, segment_haze, segment_haze_batch
    out, photos = Path('python'), read_photos()
    settings: list[dict] = [{}, *({name: value} for name, value in dict(
        channel_ratio=1 / 20, denoise_ratio=1 / 15, mask_ratio=1 / 30, gray_threshold=110, gray_fallback=None,
        min_box=20).items()), dict(gray_threshold=90.5, gray_fallback=60.0)]
    for number, img in enumerate(photos):
        for place, setting in enumerate(settings):
            for variant in ('paper', 'released'):
                regions = segment_haze(img, variant=variant, **setting)
                numbers = (*regions.box, regions.found, regions.ratio, regions.contrast_threshold,
                           regions.gray_threshold)
                write(out / f'ucm-{variant}-{number}-{place}', regions.mask, haze_filter(img, regions),
                      haze_segment(img, regions), np.array(numbers, np.float64))
            batch = torch.from_numpy(np.ascontiguousarray(img[None, ..., ::-1].transpose(0, 3, 1, 2)))
            write(out / f'batch-{number}-{place}', segment_haze_batch(batch, **setting).numpy())
    rng = np.random.default_rng(1)
    for dtype in (np.float32, np.float64):
        clear, depth = rng.random((40, 50, 3)).astype(dtype), rng.uniform(0, 400, (40, 50)).astype(dtype)
        depth[:4] = np.inf
        airlights = (0.9, np.array([0.7, 0.8, 0.9]), rng.random((40, 50)), rng.random((40, 50, 3)))
        for beta in (0.0, 0.01, rng.uniform(0, 0.05, (40, 50))):
            write(out / f'physics-{dtype.__name__}-{np.mean(beta):.4f}', physics.transmission(depth, beta),
                  *(physics.add_haze(clear, depth, beta, airlight) for airlight in airlights))
    write(out / 'visibility', np.array([physics.visibility_to_beta(each) for each in (1.0, 60.0, 1e4, np.inf)]
                                       + [physics.beta_to_visibility(each) for each in (0.0, 0.01, 3.0)]))
    inputs: list = [*photos, INPUTS / 'photos' / 'trip']
    checkpoint = f'{OLD}/train/epoch_1.pth'
    answers = [mmhaze.HazeInferencer(workers=1), mmhaze.HazeInferencer('resnet18_demo', 'cpu', checkpoint=checkpoint)]
    text = ''.join(f'{key}: {value!r}\n' for inferencer in answers for answer in inferencer(inputs, progress=False)
                   for key, value in answer.to_dict().items() if key != 'seconds')
    (out / 'inferencer.txt').write_text(text, encoding='utf-8')
    for number, result in enumerate(mmhaze.DehazeInferencer(passes=2)(photos, progress=False)):
        write(out / f'dehazed-{number}', result.dehazed)


def classifiers() -> dict[str, Callable]:
    from mmhaze import baselines
    return {**{score: (lambda score=score: baselines.ThresholdClassifier(score, 5)) for score in baselines.SCORES},
            'mid': lambda: baselines.ThresholdClassifier(next(iter(baselines.SCORES)), 5, 'mid'),
            **{mode: (lambda mode=mode: baselines.FeatureSVM(5, mode)) for mode in ('cascade', 'ovo')},
            'rows': lambda: baselines.RowTrees(5, trees=8), 'road': lambda: baselines.RoadTrees(5, trees=4)}


def fit_baselines() -> None:
    """Each classifier without a network fitted and saved, and each of their measures."""
    from mmhaze import baselines
    rng = np.random.default_rng(2)
    photos = [draw_photo(rng, 60, 80, 0.01 * (number % 5)) for number in range(30)]
    levels, groups = np.arange(30) % 5, np.arange(30) // 5
    for name, make in classifiers().items():
        fitted = make().fit(photos, levels, groups)
        fitted.save(Path('baselines', f'{name}.npz'))
        write(Path('baselines', f'{name}-answers'), fitted.predict(photos))
    for name in ('dark_channel_ratio', 'fog_block_share', 'haze_factor', 'haze_features', 'mean_saturation',
                 'mean_transmission', 'rms_contrast', 'road_features', 'row_features', 'spectrum_slope'):
        write(Path('baselines', f'measure-{name}'), *(np.asarray(getattr(baselines, name)(img)) for img in photos))


def load_baselines() -> None:
    """What the old tree saved, loaded: it must go on answering as it did."""
    rng = np.random.default_rng(3)
    photos = [draw_photo(rng, 60, 80, 0.01 * (number % 5)) for number in range(10)]
    for name, make in classifiers().items():
        loaded = type(make()).load(Path(OLD, 'baselines', f'{name}.npz'))
        write(Path('baselines', f'{name}-loaded'), loaded.predict(photos))


def write(path: Path, *arrays: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(f'{path}.npz', *arrays)


def run_tool(line: str, tree: Path) -> int | str | None:
    """Runs a command line of a tool in this process; its exit code, which is text where it ended with a message."""
    words = [word.replace('{tree}', str(tree)) for word in line.split(' ')]
    script = words[0] if (tree / words[0]).is_file() else RENAMED.get(words[0], words[0])
    sys.argv = [script, *words[1:]]
    try:
        runpy.run_path(str(tree / script), run_name='__main__')
    except SystemExit as ended:
        return ended.code
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('name', choices=['inputs', *SAMPLES])
    parser.add_argument('--tree', type=Path, required=True)
    args = parser.parse_args()
    if args.name == 'inputs':
        draw_inputs()
        return 0
    import mmhaze
    if Path(mmhaze.__file__).resolve().parents[1] != args.tree.resolve():
        raise RuntimeError(f'mmhaze is that of {mmhaze.__file__}, wanted that of {args.tree}.')
    for number, line in enumerate(SAMPLES[args.name]):
        code = run_tool(line, args.tree) if line.startswith('tools/') else globals()[line]()
        print(f'command {number} ended with {code or 0}', flush=True)
        with Path(f'{args.name}.codes').open('a') as codes:
            codes.write(f'{number} {code or 0}\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
