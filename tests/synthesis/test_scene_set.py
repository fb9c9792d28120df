from __future__ import annotations

import csv
import hashlib
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import mmhaze.synthesis as synthesis
from mmhaze.io import files
from mmhaze.synthesis.fog import render
from mmhaze.synthesis.plan import PlannedImage, plan_rows
from mmhaze.synthesis.scene_set import SceneSet
from mmhaze.synthesis.writer import Share, write_set

from .conftest import write_frida_scene


@dataclass(frozen=True)
class Wall:
    """A textured wall; ``fault`` stands for a scene that cannot be loaded."""

    id: str
    fault: bool = False

    def load(self) -> tuple[np.ndarray, np.ndarray]:
        if self.fault:
            raise ValueError(f'{self.id} cannot be loaded')
        rng = np.random.default_rng(sum(self.id.encode()))
        return rng.integers(0, 200, (24, 32, 3), dtype=np.uint8), rng.uniform(5, 300, (24, 32))


WALLS = [Wall(name) for name in 'abc']


def plan(suffix: str = '.png', **settings) -> list[PlannedImage]:
    return plan_rows([wall.id for wall in WALLS], betas=(0.01, 0.03), fogs=('uniform', 'cloudy'), suffix=suffix,
                     test_share=1 / 3, **settings)


def write(walls: list[Wall], rows: list[PlannedImage], out: Path, workers: int | None = None,
          share: Share = Share()) -> Path:
    return write_set(SceneSet(walls, rows, out), workers, share)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def made_at(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob('*.png')}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    write(WALLS, plan(), tmp_path / 'set', workers=1)
    return tmp_path / 'set'


def test_the_manifest_names_every_image_with_its_haze_and_checksum(made: Path):
    rows = list(csv.DictReader((made / 'manifest.csv').read_text().splitlines()))
    assert [row['file'] for row in rows] == [row.file for row in plan()]
    assert set(content(made)) == {row['file'] for row in rows} | {'manifest.csv'}
    for row, planned in zip(rows, plan()):
        assert row['sha256'] == hashlib.sha256((made / row['file']).read_bytes()).hexdigest()
        assert {name: row[name] for name in planned.as_text()} == planned.as_text()


def test_every_image_is_its_row_rendered(made: Path, tmp_path: Path):
    write(WALLS, plan('.jpg'), tmp_path / 'jpg', workers=1)
    for wall in WALLS:
        clear, depth = wall.load()
        for row in (row for row in plan() if row.scene == wall.id):
            expected = render(clear, depth, row.params)
            np.testing.assert_array_equal(cv2.imread(str(made / row.file)), expected)
            coded = cv2.imdecode(cv2.imencode('.jpg', expected, [cv2.IMWRITE_JPEG_QUALITY, 90])[1], cv2.IMREAD_COLOR)
            np.testing.assert_array_equal(cv2.imread(str((tmp_path / 'jpg' / row.file).with_suffix('.jpg'))), coded)


def test_a_finished_set_is_left_alone(made: Path):
    before = made_at(made)
    write([replace(wall, fault=True) for wall in WALLS], plan(), made, workers=1)
    assert made_at(made) == before


def test_damaged_and_missing_images_alone_are_made_again(made: Path):
    before, times = content(made), made_at(made)
    damaged, cut, missing = (plan()[index].file for index in (0, 5, 9))
    raw = bytearray((made / damaged).read_bytes())
    raw[-20] ^= 1
    (made / damaged).write_bytes(raw)
    (made / cut).write_bytes((made / cut).read_bytes()[:100])
    (made / missing).unlink()
    write(WALLS, plan(), made, workers=1)
    assert content(made) == before
    assert {file for file, when in made_at(made).items() if when != times[file]} == {damaged, cut, missing}


def test_an_image_that_comes_out_otherwise_than_the_manifest_says_is_told(made: Path):
    (made / plan()[0].file).unlink()
    other = plan()[0].file

    @dataclass(frozen=True)
    class Repainted(Wall):
        def load(self) -> tuple[np.ndarray, np.ndarray]:
            clear, depth = super().load()
            return 255 - clear, depth

    with pytest.warns(UserWarning, match=f'1 images in .*such as {other}, were made again and are not what'):
        write([Repainted('a'), *WALLS[1:]], plan(), made, workers=1)
    write(WALLS, plan(), made, workers=1)  # the manifest has its new checksum: nothing to do, nothing to say


def test_at_no_moment_has_a_file_the_name_of_an_image_and_not_all_of_it(made: Path, tmp_path: Path,
                                                                        monkeypatch: pytest.MonkeyPatch):
    seen, inodes = [], set()
    whole = content(made)

    def look(_: int) -> None:
        images = {name: raw for name, raw in content(tmp_path / 'other').items()
                  if name != 'plan.csv' and not name.endswith('.part')}
        assert images.items() <= whole.items()
        seen.append(len(images))
        inodes.update(path.stat().st_ino for path in (tmp_path / 'other').rglob('*.part'))

    monkeypatch.setattr(files.os, 'fsync', look)
    write(WALLS, plan(), tmp_path / 'other', workers=1)
    assert seen == [0, *range(12), 12]  # the plan, 12 images, the manifest
    assert {path.stat().st_ino for path in (tmp_path / 'other').rglob('*.png')} <= inodes  # renamed, not copied


def test_a_set_made_with_other_settings_is_refused_and_left_alone(made: Path):
    before = content(made)
    with pytest.raises(ValueError, match=r'made with other settings: by manifest\.csv, seed of .*another folder'):
        write(WALLS, plan(seed=1), made, workers=1)
    with pytest.raises(ValueError, match='has 12 images and this run 4'):
        write(WALLS, plan()[:4], made, workers=1)
    assert content(made) == before


def test_an_unfinished_set_goes_on_with_what_is_there(made: Path, tmp_path: Path):
    out = tmp_path / 'stopped'
    with pytest.raises(ValueError, match='b cannot be loaded'):
        write([WALLS[0], replace(WALLS[1], fault=True), WALLS[2]], plan(), out, workers=1)
    assert not (out / 'manifest.csv').exists()
    before = made_at(out)
    assert len(before) == 4
    with pytest.raises(ValueError, match=r'made with other settings: by plan\.csv, seed of'):
        write(WALLS, plan(seed=1), out, workers=1)
    write(WALLS, plan(), out, workers=1)
    assert content(out) == content(made)
    assert {file: made_at(out)[file] for file in before} == before


def test_images_of_unknown_origin_are_refused(made: Path):
    (made / 'manifest.csv').unlink()
    with pytest.raises(ValueError, match=r'neither plan.csv nor manifest.csv'):
        write(WALLS, plan(), made, workers=1)


def test_leftovers_of_a_killed_run_go(made: Path):
    before = content(made)
    (made / 'level_0' / '.a_uniform.png.4711.part').write_bytes(b'half')
    write(WALLS, plan(), made, workers=1)
    assert content(made) == before


def test_a_full_disk_leaves_whole_images_and_the_next_run_goes_on(made: Path, tmp_path: Path):
    resource = pytest.importorskip('resource', reason='no limits on the size of a file here')
    out = tmp_path / 'full'
    sizes = [(made / row.file).stat().st_size for row in plan()]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) - 1, limits[1]))
    try:
        with pytest.raises(OSError, match=r'_(uniform|cloudy)\.png'):
            write(WALLS, plan(), out, workers=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    images = content(out)
    del images['plan.csv']
    assert images.items() < content(made).items()
    write(WALLS, plan(), out, workers=1)
    assert content(out) == content(made)


@pytest.mark.parametrize('fault', [dict(file='level_0/a_uniform.webp'), dict(scene='z'),
                                   dict(file='level_1/a_uniform.png')])
def test_a_plan_that_cannot_be_written_is_refused_before_anything_is(tmp_path: Path, fault: dict):
    rows = plan()
    rows[0] = replace(rows[0], **fault)
    with pytest.raises(ValueError, match=f'{rows[0].file}.*file of its own, a scene among the 3'):
        write(WALLS, rows, tmp_path / 'set', workers=1)
    assert not (tmp_path / 'set').exists()


def test_an_empty_plan_and_no_workers_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match='no rows'):
        write(WALLS, [], tmp_path)
    with pytest.raises(ValueError, match='at least 1, got 0'):
        write(WALLS, plan(), tmp_path, workers=0)


def test_processes_that_share_a_folder_make_the_same_set_each_its_part(made: Path, tmp_path: Path):
    out, barrier = tmp_path / 'shared', threading.Barrier(2)
    loaded: list[list[str]] = [[], []]

    @dataclass(frozen=True)
    class Noting(Wall):
        rank: int = 0

        def load(self) -> tuple[np.ndarray, np.ndarray]:
            loaded[self.rank].append(self.id)
            return super().load()

    def run(rank: int) -> None:
        write([Noting(wall.id, rank=rank) for wall in WALLS], plan(), out, workers=1,
              share=Share(rank, 2, barrier.wait))

    for _ in range(2):
        threads = [threading.Thread(target=run, args=(rank,)) for rank in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert content(out) == content(made)
        (out / plan()[0].file).write_bytes(b'damaged')  # of the first process
        (out / plan()[5].file).write_bytes(b'damaged')  # of the other
    assert loaded == [['a', 'c', 'a'], ['b', 'b']]


# The package without its host, which takes seconds to import: the workers import this script too.
SCRIPT = f'''
import sys, types
package = types.ModuleType('mmhaze')
package.__path__ = [{str(Path(synthesis.__file__).parents[1])!r}]
sys.modules['mmhaze'] = package
if __name__ == '__main__':
    from mmhaze.synthesis.make_hazel_level import make_hazel_level
    src, out, workers = sys.argv[1:]
    make_hazel_level(src, out, workers=int(workers), allow_partial=True)
'''


@pytest.fixture
def converter(tmp_path: Path):
    """Starts the converter in a process of its own, on 8 scenes: 288 images."""
    src, script = tmp_path / 'src', tmp_path / 'script.py'
    script.write_text(SCRIPT)
    for number in range(1, 9):
        write_frida_scene(src, 'frida', number)

    def start(out: Path, workers: int) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, str(script), str(src), str(out), str(workers)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return start


@pytest.mark.slow
def test_a_set_made_after_kills_at_any_moment_is_the_same_to_the_byte(converter, tmp_path: Path):
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    undisturbed = converter(whole, workers=1)
    for workers, images in ((2, 5), (1, 100), (3, 200)):
        run = converter(killed, workers)
        while len(list(killed.glob('level_*/*.png'))) < images and run.poll() is None:
            time.sleep(0.001)
        run.send_signal(signal.SIGKILL)
        # workers share the pipe: it ends when the last of them has, and they must not outlive their parent
        output, _ = run.communicate(timeout=20)
        assert run.returncode == -signal.SIGKILL and not (killed / 'manifest.csv').exists(), output
    last = converter(killed, workers=2)
    assert (undisturbed.wait(60), last.wait(60)) == (0, 0), (undisturbed.stdout.read(), last.stdout.read())
    assert len(content(whole)) == 8 * 36 + 1
    assert content(killed) == content(whole)
    for run in (undisturbed, last):
        run.stdout.close()


@pytest.mark.slow
def test_a_fault_in_a_worker_is_told_as_it_would_be_without(converter, tmp_path: Path):
    depth = tmp_path / 'src' / 'frida' / 'Dmap-000003.fdd'
    depth.write_text(depth.read_text().replace('\n', '\nnan ', 2))
    output, _ = converter(tmp_path / 'out', workers=2).communicate(timeout=60)
    assert 'ValueError: ' in output.splitlines()[-1] and 'Dmap-000003.fdd' in output.splitlines()[-1]
