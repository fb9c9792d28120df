"""Looks for bytes that upset the readers of mmhaze's own formats, led by what code they reach (Atheris, libFuzzer).

    pip install atheris
    python -m benchmarks.robustness.fuzz --seconds 600 --work work_dirs/fuzz --out docs/results/fuzz.json
    python -m benchmarks.robustness.fuzz --target domains --file FINDING      # one file again, with its traceback

Each reader begins with a good file, of which the fuzzer makes others. It must read them, or refuse them by a ValueError
or OSError that names the file; all else is a finding, kept in WORK/TARGET-*. An ``.npz`` is fuzzed by what its members
hold, since random bytes would not get past the checksums of a zip archive. WORK keeps what was learnt for the next run.
"""
from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=['mmhaze']) if '--fuzz' in sys.argv else nullcontext():
    import numpy as np

    from benchmarks.common.environment import describe_environment
    from benchmarks.robustness import bad_input
    from mmhaze.baselines import FeatureSVM, RowTrees, ThresholdClassifier
    from mmhaze.clip import Domains, read_domains, write_domains
    from mmhaze.datasets.level_table import read_table
    from mmhaze.io.files import write_whole
    from mmhaze.reproduction.cells import read_curve, read_failure, read_result, write_result
    from mmhaze.synthesis.depth.own import read_record
    from mmhaze.synthesis.fdd import read_fdd
    from mmhaze.synthesis.photo_set import MadePhoto, PhotoSet
    from mmhaze.synthesis.wild_photos import WildPhoto
    from mmhaze.synthesis.wild_rows import RowStore

BETWEEN = b'\xffmember\xff'  # two members of an archive
LONGEST = 8192               # bytes of an input
PATIENCE = 20                # seconds for one
MEMORY = 2048                # megabytes


@dataclass(frozen=True)
class Target:
    """A reader of a format.

    Attributes:
        name: of the file.
        read: the readers, each of which may refuse it.
        sample: writes a good one.
    """

    name: str
    read: tuple[Callable[[Path], Any], ...]
    sample: Callable[[Path], Any]


def _write(text: str) -> Callable[[Path], int]:
    return lambda path: path.write_bytes(text.encode())


def _write_domains(path: Path) -> None:
    vectors = np.eye(2, 4, dtype=np.float32)
    write_domains(path, Domains(('indoor', 'outdoor'), ('an indoor', 'an outdoor'), vectors, ('a.png', 'b/c.jpg'),
                          np.full((2, 2), 0.5, np.float32), 'a test'))


def _fitted(kind: Callable[[], Any]) -> Callable[[Path], None]:
    rng = np.random.default_rng(0)
    photos = [rng.integers(level * 60, level * 60 + 60, (24, 24, 3)).astype(np.uint8) for level in range(4)] * 3
    return lambda path: kind().fit(photos, [0, 1, 2, 3] * 3).save(path)


def open_set(folder: Path) -> None:
    """Has the settings in a set's folder compared with others."""
    PhotoSet([WildPhoto('a', folder)], lambda photo: MadePhoto({}, []), dict(seed=1, levels=10), folder).open()


TABLES = (*bad_input.TABLES, lambda path: read_table(path, path.parent, split='random', levels=3))
TARGETS = {
    'manifest': Target('set.csv', TABLES, _write('file,level,split_random\na.png,0,train\nb.png,1,test\n')),
    'pairs': Target('pairs.csv', TABLES, _write('hazy,clear,split\na.png,b.png,train\n')),
    'photos': Target('photos.csv', TABLES, _write('photo,depth,kind,scale\na.png,b.npy,metres,0.01\n')),
    'list': Target('list.txt', TABLES, _write('a.png 0\nb/c d.jpg 3\n')),
    'fdd': Target('depth.fdd', (read_fdd,), _write('% depth\n1000.5 2000\n3e3\t500000\n')),
    'domains': Target('domains.npz', (read_domains,), _write_domains),
    'svm': Target('svm.npz', (FeatureSVM.load,), _fitted(lambda: FeatureSVM(num_levels=4))),
    'trees': Target('trees.npz', (RowTrees.load,), _fitted(lambda: RowTrees(num_levels=4, trees=2))),
    'threshold': Target('cuts.json', (ThresholdClassifier.load,),
                        _fitted(lambda: ThresholdClassifier('haze_factor', 4))),
    'result': Target('result.json', (lambda path: read_result(path.parent, dict(seed=1)),),
                     lambda path: write_result(path.parent, dict(recipe=dict(seed=1), predictions=[], seconds=1.5))),
    'failure': Target('failure.json', (lambda path: read_failure(path.parent),),
                      _write('{"state": "failed", "reason": "x"}')),
    'curve': Target('curve.json', (lambda path: read_curve(path.parent),), _write('[{"epoch": 1, "seconds": 2.5}]')),
    'wild': Target('manifest.csv', (lambda path: list(RowStore(path.parent).read_manifest()),),
                   _write('file,level,photo,sha256\na.jpg,0,a,ff\nb.jpg,1,a,fe\n')),
    'record': Target('depth.json', (lambda path: read_record(path.parent),), _write('{"source": "a", "scale": 0.01}')),
    'settings': Target('settings.json', (lambda path: open_set(path.parent),), _write('{"seed": 1, "levels": 10}'))}


def pack(name: str, data: bytes, members: list[str]) -> bytes:
    """The bytes of a file, of those of the fuzzer."""
    if not name.endswith('.npz'):
        return data
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        for member, content in zip(members, data.split(BETWEEN)):
            archive.writestr(member, content)
    return stream.getvalue()


def unpack(path: Path) -> tuple[bytes, list[str]]:
    """The other way about, with the names of the members."""
    if path.suffix != '.npz':
        return path.read_bytes(), []
    with zipfile.ZipFile(path) as archive:
        return BETWEEN.join(archive.read(member) for member in archive.namelist()), archive.namelist()


def try_bytes(target: Target, folder: Path, members: list[str], data: bytes) -> None:
    """Has them read in all ways; raises where one of them neither reads nor refuses them."""
    path = folder / target.name
    path.write_bytes(pack(target.name, data, members))
    for read in target.read:
        bad_input.answers(partial(read, path), path)


def begin(target: Target, folder: Path) -> tuple[bytes, list[str]]:
    """The bytes of a good file, which the readers must like."""
    sample = folder / target.name
    target.sample(sample)
    data, members = unpack(sample)
    for read in target.read if target.read is not TABLES else ():
        read(sample)
    return data, members


def fuzz(name: str, options: list[str]) -> None:
    """In a process of its own, which ends with the fuzzer."""
    folder = Path(tempfile.mkdtemp())
    data, members = begin(TARGETS[name], folder)
    (Path(options[-1]) / 'good').write_bytes(data)
    atheris.Setup([sys.argv[0], *options], lambda data: try_bytes(TARGETS[name], folder, members, data))
    atheris.Fuzz()


def run(name: str, seconds: int, work: Path) -> dict[str, Any]:
    """Fuzzes a reader for a while; what came of it."""
    corpus = work / name
    corpus.mkdir(parents=True, exist_ok=True)
    options = [f'-max_total_time={seconds}', f'-max_len={LONGEST}', f'-timeout={PATIENCE}', f'-rss_limit_mb={MEMORY}',
               f'-artifact_prefix={work / name}-', '-print_final_stats=1', str(corpus)]
    command = [sys.executable, '-m', 'benchmarks.robustness.fuzz', '--fuzz', name, *options]
    ended = subprocess.run(command, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors='replace')
    tried = re.findall(r'stat::number_of_executed_units: (\d+)', ended.stdout)
    reached = re.findall(r'cov: (\d+)', ended.stdout)
    error = re.findall(r'^(?:\w+\.)*\w*(?:Error|Exception|Exit|ERROR).*', ended.stdout, re.MULTILINE)
    return dict(target=name, inputs=int(tried[-1]) if tried else 0, branches=int(reached[-1]) if reached else 0,
                corpus=len(list(corpus.iterdir())), code=ended.returncode,
                finding='' if ended.returncode == 0 else (error or [ended.stdout[-500:]])[-1])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seconds', type=int, default=600, help='for each reader (default: %(default)s)')
    parser.add_argument('--target', choices=TARGETS, action='append', help='this one alone; may be repeated')
    parser.add_argument('--file', type=Path, help='have the target read this finding again')
    parser.add_argument('--work', type=Path, default=Path('work_dirs/fuzz'))
    parser.add_argument('--out', type=Path, help='a JSON file')
    parser.add_argument('--fuzz', nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.fuzz:
        fuzz(args.fuzz[0], args.fuzz[1:])
    if args.file:
        target, folder = TARGETS[args.target[0]], Path(tempfile.mkdtemp())
        try_bytes(target, folder, begin(target, folder)[1], args.file.read_bytes())
        return 0
    found = []
    for name in args.target or TARGETS:
        row = run(name, args.seconds, args.work)
        found.append(row)
        print(f'{name}: {row["inputs"]} inputs, {row["branches"]} branches, {row["finding"] or "nothing"} found',
              flush=True)
    if args.out:
        write_whole(args.out, (json.dumps(dict(seconds=args.seconds, readers=found,
                                               environment=describe_environment()), indent=1) + '\n').encode())
    return int(any(row['finding'] for row in found))


if __name__ == '__main__':
    sys.exit(main())
