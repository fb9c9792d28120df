"""Photos a second from a JPEG file to the level of its haze, against a plain loop, and where the time goes.

    python -m benchmarks.speed.inference --out docs/results/inference.json

The photos are scenes drawn here, 640x480, JPEG of quality 90; the weights are as chance has them, which takes as long
as trained ones. In each round every way goes over all photos, one way after the other:

    loop         what a user would write: one photo after the other through the transforms of the config and the network
    loop_opencv  the same with OpenCV alone, cv2.imread and cv2.resize; its answers are not quite those of the others
    pytorch      mmhaze.HazeInferencer
    onnxruntime  the same, with the exported network in onnxruntime
    photo        the export that has UCM in its graph, one photo after the other

Stages are processor time of one thread, each by itself; the rest is what the whole takes beyond them, threads that
wait for one another included. The picture beside the JSON file shows them.
"""
from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import matplotlib.pyplot as plt
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, default_collate
from mmengine.registry import DefaultScope
from mmpretrain.registry import MODELS, TRANSFORMS

import mmhaze
from benchmarks.common.environment import describe_environment
from benchmarks.common.random_weights import save_weights
from mmhaze.export import export_onnx
from mmhaze.io.files import write_whole
from mmhaze.io.onnx import load_onnxruntime
from mmhaze.io.photo import read_photo
from mmhaze.models.trained import LevelModel
from mmhaze.runtime.shipped import find_config
from mmhaze.synthesis.drawn_photos import draw_photos
from mmhaze.ucm import haze_segment, segment_haze

CONFIG = 'magnet-fe-s_resnet18_hazel-level'
WIDTH, HEIGHT, QUALITY = 640, 480, 90
WAYS = ('loop', 'loop_opencv', 'pytorch', 'onnxruntime', 'photo')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--photos', type=int, default=128)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--batch-size', type=int, default=32)
    parser.add_argument('--config', default=CONFIG, help='with a haze segment (default: %(default)s)')
    parser.add_argument('--out', type=Path, help='a JSON file; the picture has its name and .png')
    return parser.parse_args(argv)


class OnnxModel(LevelModel):
    """The same with onnxruntime in the place of PyTorch."""

    session: Any  # of one thread, as the inferencer has a batch on each core

    def predict(self, prepared: Sequence[dict[str, Any]]) -> np.ndarray:
        inputs = default_collate(list(prepared))['inputs']
        return self.session.run(['probabilities'], {name: channel.numpy() for name, channel in inputs.items()})[0]


def open_session(path: Path, threads: int) -> Any:
    """An exported file, ready to run."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])


def save_photos(folder: Path, count: int) -> list[Path]:
    """The photos, as files."""
    paths = []
    for index, photo in enumerate(draw_photos(count, HEIGHT, WIDTH)):
        paths.append(folder / f'{index:04}.jpg')
        cv2.imwrite(str(paths[-1]), photo, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return paths


class Ways:
    """The ways, each from files to the probabilities of each photo, (N, levels)."""

    def __init__(self, config: str, folder: Path, batch_size: int) -> None:
        checkpoint = save_weights(config, folder / 'chance.pth')
        data = Config.fromfile(find_config(config)).test_dataloader.dataset
        self.batch_size = batch_size
        self.model = LevelModel(config, checkpoint, 'cpu')
        self.onnx_model = OnnxModel(config, checkpoint, 'cpu')
        export_onnx(self.model, folder / 'channels.onnx')
        export_onnx(self.model, folder / 'photo.onnx', with_ucm=True)
        self.onnx_model.session = open_session(folder / 'channels.onnx', threads=1)
        self.photo_session = open_session(folder / 'photo.onnx', threads=torch.get_num_threads())
        self.inferencers = [mmhaze.HazeInferencer(config, 'cpu', checkpoint=checkpoint) for _ in range(2)]
        self.inferencers[1].model = self.onnx_model
        with DefaultScope.overwrite_default_scope('mmpretrain'):
            self.pipeline = Compose([TRANSFORMS.build(step) for step in [*data.prepare, *data.pipeline]])
            self.network = MODELS.build(self.model.config.model).eval()  # as it comes, without what LevelModel does
        self.network.load_state_dict(torch.load(checkpoint)['state_dict'])
        self.size = self.prepare([*draw_photos(1, HEIGHT, WIDTH)])[0]['inputs']['task'].shape[-1]

    def prepare(self, photos: Sequence[np.ndarray]) -> list[dict]:
        return [self.model.prepare(photo, 'a photo') for photo in photos]

    @torch.no_grad()
    def loop(self, paths: list[Path]) -> np.ndarray:
        found = []
        for path in paths:
            batch = default_collate([self.pipeline(dict(img_path=str(path)))])
            found.append(self.network.test_step(batch)[0].pred_score.numpy())
        return np.stack(found)

    @torch.no_grad()
    def loop_opencv(self, paths: list[Path]) -> np.ndarray:
        found = []
        for path in paths:
            img = np.asarray(cv2.imread(str(path)))
            segment = haze_segment(img, segment_haze(img, min_box=64))
            inputs = dict(task=shrink(img, self.size), magnifier=shrink(segment, self.size))
            inputs = self.network.data_preprocessor(dict(inputs=inputs))['inputs']
            found.append(self.network(inputs, mode='tensor').softmax(1)[0].numpy())
        return np.stack(found)

    def pytorch(self, paths: list[Path]) -> np.ndarray:
        return np.array([each.probabilities for each in self.inferencers[0](paths, self.batch_size, progress=False)])

    def onnxruntime(self, paths: list[Path]) -> np.ndarray:
        return np.array([each.probabilities for each in self.inferencers[1](paths, self.batch_size, progress=False)])

    def photo(self, paths: list[Path]) -> np.ndarray:
        found = [self.photo_session.run(['probabilities'], dict(photo=read_photo(path)[None]))[0] for path in paths]
        return np.concatenate(found)


def shrink(img: np.ndarray, size: int) -> torch.Tensor:
    """The centre square, (1, 3, size, size) uint8, as OpenCV makes it."""
    scale = size / min(img.shape[:2])
    wide, high = (max(size, round(scale * side)) for side in img.shape[1::-1])
    img = cv2.resize(img, (wide, high), interpolation=cv2.INTER_AREA)
    left, top = (wide - size) // 2, (high - size) // 2
    return torch.from_numpy(img[top:top + size, left:left + size].transpose(2, 0, 1).copy())[None]


def measure_stages(ways: Ways, paths: list[Path], rounds: int) -> dict[str, float]:
    """Processor time of one thread, milliseconds a photo, medians."""
    paths = paths[:ways.batch_size]
    photos = [read_photo(path) for path in paths]
    prepared = ways.prepare(photos)
    work: dict[str, Callable[[], object]] = dict(
        decode=lambda: [read_photo(path) for path in paths],
        ucm=lambda: [haze_segment(photo, segment_haze(photo, min_box=64)) for photo in photos],
        prepare=lambda: ways.prepare(photos),
        network=lambda: ways.model.predict(prepared),
        network_onnxruntime=lambda: ways.onnx_model.predict(prepared))
    threads, cv_threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    spent: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, stage in work.items():
            start = time.thread_time()
            stage()
            spent[name].append((time.thread_time() - start) / len(paths) * 1000)
    torch.set_num_threads(threads)
    cv2.setNumThreads(cv_threads)
    found = {name: statistics.median(values) for name, values in spent.items()}
    found['resize'] = found.pop('prepare') - found['ucm']
    return found


def measure_ways(ways: Ways, paths: list[Path], rounds: int) -> dict[str, list[dict[str, float]]]:
    """Photos a second and processor time of all threads, milliseconds a photo, of each way in each round."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in WAYS}
    answers = {name: getattr(ways, name)(paths[:ways.batch_size]) for name in WAYS}  # and the first is slower
    for name in ('loop', 'onnxruntime', 'photo'):
        np.testing.assert_allclose(answers[name], answers['pytorch'], atol=1e-4)
    for _ in range(rounds):
        for name in WAYS:
            start, spent = time.perf_counter(), time.process_time()
            getattr(ways, name)(paths)
            wall = time.perf_counter() - start
            found[name].append(dict(photos_per_second=len(paths) / wall,
                                    processor_ms=(time.process_time() - spent) / len(paths) * 1000))
    return found


def summarise(rounds: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Medians over the rounds, and of the ratios to the loop within a round."""
    return {name: dict(
        photos_per_second=statistics.median(each['photos_per_second'] for each in own),
        processor_ms=statistics.median(each['processor_ms'] for each in own),
        times_the_loop=statistics.median(each['photos_per_second'] / loop['photos_per_second']
                                         for each, loop in zip(own, rounds['loop'])))
        for name, own in rounds.items()}


def draw_stages(stages: dict[str, float], path: Path) -> None:
    """A bar for PyTorch and one for onnxruntime, a piece a stage."""
    both = ('network', 'rest')
    figure, axes = plt.subplots(figsize=(8, 2.2), layout='constrained')
    left = np.zeros(2)
    for name, label in (('decode', 'decode'), ('ucm', 'UCM'), ('resize', 'resize and pack'), ('network', 'network'),
                        ('rest', 'rest')):
        widths = np.array([stages[name], stages[f'{name}_onnxruntime' if name in both else name]])
        axes.barh(['PyTorch', 'onnxruntime'], widths, left=left, label=label)
        for place, (begin, width) in enumerate(zip(left, widths)):
            axes.text(begin + width / 2, place, f'{width:.1f}', ha='center', va='center', color='white')
        left += widths
    axes.invert_yaxis()
    axes.set_xlabel('processor time, milliseconds a photo')
    axes.spines[['top', 'right']].set_visible(False)
    axes.legend(ncols=5, loc='lower center', bbox_to_anchor=(0.5, 1), frameon=False)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        paths = save_photos(Path(folder), args.photos)
        ways = Ways(args.config, Path(folder), args.batch_size)
        rounds = measure_ways(ways, paths, args.rounds)
        stages = measure_stages(ways, paths, args.rounds)
    summary = summarise(rounds)
    before = sum(stages[name] for name in ('decode', 'ucm', 'resize'))
    stages['rest'] = summary['pytorch']['processor_ms'] - before - stages['network']
    stages['rest_onnxruntime'] = summary['onnxruntime']['processor_ms'] - before - stages['network_onnxruntime']
    print(f'{"way":14}{"photos/s":>10}{"x loop":>8}{"processor ms":>14}')
    for name, row in summary.items():
        print(f'{name:14}{row["photos_per_second"]:10.1f}{row["times_the_loop"]:8.2f}{row["processor_ms"]:14.1f}')
    print('stages, ms:', {name: round(value, 2) for name, value in stages.items()})
    if args.out:
        settings = {name: value for name, value in vars(args).items() if name != 'out'}
        report = dict(environment=describe_environment(), settings=settings, ways=summary, stages_ms=stages,
                      rounds=rounds)
        write_whole(args.out, (json.dumps(report, indent=2) + '\n').encode())
        draw_stages(stages, args.out.with_suffix('.png'))


if __name__ == '__main__':
    main()
