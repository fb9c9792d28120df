"""What the network in the box costs: from the shell, for a photo, for a folder and for a video.

    python -m benchmarks.speed.haze_map_cost --out docs/results/haze_map_cost.json

Each photo is another street drawn here; the frames of the video are eight such streets, over and over. Each round
measures every way in turn; medians of the rounds are written:

    shell       milliseconds of `mmhaze haze photo.jpg` from start to end, a new process each
    file        milliseconds from a JPEG file of 640x480 to its level, one thread
    array       milliseconds from an array of 640x480 to its level and its transmission at full size, one thread
    folder      photos a second of `mmhaze.HazeInferencer` over JPEG files of 640x480, measures included, all cores
    levels      photos a second of `mmhaze.haze_map.HazeEstimator` over the same files, all cores, nothing else
    video       frames a second from a video of 1280x720 to its rows, all cores
"""
from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import cv2

import mmhaze
from benchmarks.common.environment import describe_environment
from mmhaze.haze_map import HazeEstimator
from mmhaze.io.files import write_whole
from mmhaze.io.media import find_media
from mmhaze.io.photo import read_photo
from mmhaze.jobs import PredictJob, run_job
from mmhaze.synthesis.drawn_photos import draw_photos

PHOTO, FRAME = (480, 640), (720, 1280)
BETAS = tuple(0.002 * 2**(step / 2) for step in range(8))  # 1/metre
STREETS, QUALITY, RATE = 8, 90, 25


def write_video(path: Path, count: int) -> None:
    streets = draw_photos(min(count, STREETS), *FRAME, BETAS)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'mp4v'), RATE, FRAME[::-1])
    for index in range(count):
        writer.write(streets[index % STREETS])
    writer.release()


class Ways:
    """The ways; each gives its figure."""

    def __init__(self, folder: Path, photos: int, frames: int) -> None:
        self.folder = folder / 'photos'
        self.folder.mkdir()
        for index, img in enumerate(draw_photos(photos, *PHOTO, BETAS)):
            cv2.imwrite(str(self.folder / f'{index:04}.jpg'), img, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        self.paths = sorted(self.folder.iterdir())
        self.video_path = folder / 'drive.mp4'
        write_video(self.video_path, frames)
        self.frames, self.out = frames, folder / 'out'
        self.img = read_photo(self.paths[0])
        self.estimator, self.inferencer = HazeEstimator(), mmhaze.HazeInferencer()

    def shell(self) -> float:
        return 1e3 * seconds(lambda: subprocess.run([sys.executable, '-m', 'mmhaze', 'haze', str(self.paths[0])],
                                                    check=True, capture_output=True))

    def file(self) -> float:
        return 1e3 * statistics.median(seconds(partial(self.estimator, path)) for path in self.paths)

    def array(self) -> float:
        return 1e3 * statistics.median(seconds(lambda: self.estimator(self.img).transmission) for _ in self.paths)

    def folder_of_photos(self) -> float:
        return len(self.paths) / seconds(lambda: self.inferencer(self.paths, progress=False))

    def levels(self) -> float:
        def all_of_them() -> None:
            with ThreadPoolExecutor(cv2.getNumberOfCPUs()) as pool:
                list(pool.map(lambda path: self.estimator(path).level, self.paths))

        return len(self.paths) / seconds(all_of_them)

    def video(self) -> float:
        media = find_media([str(self.video_path)], videos=True)
        return self.frames / seconds(lambda: run_job(PredictJob(self.out, self.inferencer), media))


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--photos', type=int, default=96)
    parser.add_argument('--frames', type=int, default=75)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--out', type=Path, help='a JSON file')
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        ways = Ways(Path(folder), args.photos, args.frames)
        measured: dict[str, list[float]] = {}
        for number in range(args.rounds + 1):
            for name, way in dict(shell=ways.shell, file=ways.file, array=ways.array, folder=ways.folder_of_photos,
                                  levels=ways.levels, video=ways.video).items():
                figure = way()
                if number:  # the first round warms up
                    measured.setdefault(name, []).append(round(figure, 2))
    medians = {name: statistics.median(figures) for name, figures in measured.items()}
    for name, figure in medians.items():
        print(f'{name:>8}: {figure:8.1f}   {measured[name]}')
    if args.out:
        summary = dict(environment=describe_environment(), medians=medians, rounds=measured)
        write_whole(args.out, (json.dumps(summary, indent=2) + '\n').encode())


if __name__ == '__main__':
    main()
