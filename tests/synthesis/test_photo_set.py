from __future__ import annotations

import csv
import errno
import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

import mmhaze.synthesis as synthesis
from mmhaze.io import files
from mmhaze.io.media import find_media
from mmhaze.io.search import OUTPUT_MARKER
from mmhaze.synthesis import photo_set, writer
from mmhaze.synthesis.photo_set import MadePhoto, PhotoSet, Written
from mmhaze.synthesis.wild_photos import PhotoFolder, PhotoTable, WildPhoto
from mmhaze.synthesis.wild_rows import RowStore
from mmhaze.synthesis.writer import Share, write_set

SETTINGS = dict(seed=0, shares=(80, 10, 10))
LEVELS = 3


def make(photo: WildPhoto) -> MadePhoto:
    """Stands for rendering: a file a level, of what is in the photo, and a depth map."""
    data = photo.path.read_bytes()
    if b'broken' in data:
        raise ValueError(f'{photo.name} is broken, "indeed"')
    made = {f'level_{level}/{photo.place}.bin': data * 100 + bytes([level]) for level in range(LEVELS)}
    depth = f'depth/{photo.place}.bin'
    rows = [dict(file=file, level=str(level), photo=photo.name, depth=depth,
                 depth_sha256=hashlib.sha256(data[:3]).hexdigest()) for level, file in enumerate(made)]
    return MadePhoto({depth: data[:3], **made}, rows)


def write(photos: Iterable[WildPhoto], make: Callable[[WildPhoto], MadePhoto], settings: dict, out: Path,
          workers: int | None = None, share: Share = Share()) -> Written:
    return write_set(PhotoSet(photos, make, settings, out), workers, share)


def write_photos(folder: Path, names: str = 'b a c/a c/b d', broken: str = '') -> PhotoFolder:
    for name in [*names.split(), *broken.split()]:
        path = folder / f'{name}.jpg'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((name + (' broken' if name in broken.split() else '')).encode())
    return PhotoFolder(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def made_at(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in folder.rglob('*.bin')}


def rows_of(folder: Path, table: str = 'manifest.csv') -> list[dict[str, str]]:
    return list(csv.DictReader((folder / table).read_text().splitlines()))


def forbidden(photo: WildPhoto) -> MadePhoto:
    raise AssertionError(f'{photo.name} was made once more')


@pytest.fixture
def photos(tmp_path: Path) -> PhotoFolder:
    return write_photos(tmp_path / 'photos')


@pytest.fixture
def out(photos: PhotoFolder, tmp_path: Path) -> Path:
    assert write(photos, make, SETTINGS, tmp_path / 'set', workers=1) == Written(5, 0)
    return tmp_path / 'set'


def test_the_manifest_lists_every_image_in_the_order_of_the_photos_with_its_checksum(out: Path):
    rows = rows_of(out)
    assert [row['photo'] for row in rows[::LEVELS]] == ['a.jpg', 'b.jpg', 'c/a.jpg', 'c/b.jpg', 'd.jpg']
    assert [row['level'] for row in rows] == [*'012'] * 5
    for row in rows:
        assert row['sha256'] == hashlib.sha256((out / row['file']).read_bytes()).hexdigest()


def test_the_folder_holds_the_set_and_nothing_else(out: Path):
    named = {row[column] for row in rows_of(out) for column in ('file', 'depth')}
    assert set(content(out)) == named | {'manifest.csv', 'settings.json', OUTPUT_MARKER}
    assert not (out / '.rows').exists()
    assert json.loads((out / 'settings.json').read_text()) == dict(seed=0, shares=[80, 10, 10])


def test_a_set_inside_the_folder_of_photos_is_not_taken_for_photos(photos: PhotoFolder, out: Path):
    inside = photos.root / 'set'
    write(photos, make, SETTINGS, inside, workers=1)
    (inside / 'level_0' / 'x.jpg').touch()
    write(photos, make, SETTINGS, inside, workers=1)
    assert len(rows_of(inside)) == 5 * LEVELS and len(find_media([str(photos.root)]).names) == 5


def test_a_finished_set_is_left_alone(photos: PhotoFolder, out: Path):
    before, times = content(out), made_at(out)
    assert write(photos, forbidden, SETTINGS, out, workers=1) == Written(5, 0)
    assert (content(out), made_at(out)) == (before, times)


@pytest.mark.parametrize('damaged', ['level_1/c/a.jpg.bin', 'depth/c/a.jpg.bin'])
@pytest.mark.parametrize('harm', ['cut', 'changed', 'missing'])
def test_a_photo_whose_files_are_damaged_is_made_anew_and_it_alone(photos: PhotoFolder, out: Path, damaged: str,
                                                                   harm: str):
    before, times = content(out), made_at(out)
    data = (out / damaged).read_bytes()
    if harm == 'missing':
        (out / damaged).unlink()
    else:
        (out / damaged).write_bytes(data[:-1] if harm == 'cut' else data[:-1] + b'?')
    write(photos, make, SETTINGS, out, workers=1)
    assert content(out) == before
    assert {file for file, when in made_at(out).items() if when != times[file]} == {
        'depth/c/a.jpg.bin', *(f'level_{level}/c/a.jpg.bin' for level in range(LEVELS))}


@pytest.mark.parametrize('name', ['/etc/hostname', '../key.png'])
def test_a_manifest_that_names_a_file_outside_of_the_set_is_refused(photos: PhotoFolder, out: Path, name: str):
    (out / 'manifest.csv').write_text((out / 'manifest.csv').read_text().replace('level_1/c/a.jpg.bin', name))
    with pytest.raises(ValueError, match=r'manifest\.csv, photo .*a.jpg, names .* outside of'):
        write(photos, make, SETTINGS, out, workers=1)


@pytest.mark.parametrize('text', ['', '{"seed": 0', '[' * 100_000, '[1]'])
def test_settings_that_are_damaged_are_refused_by_name(photos: PhotoFolder, out: Path, text: str):
    (out / 'settings.json').write_text(text)
    with pytest.raises(ValueError, match=r'settings\.json (is damaged|holds a list)'):
        write(photos, make, SETTINGS, out, workers=1)


def test_a_run_killed_while_it_tidied_up_does_not_hide_damage(photos: PhotoFolder, out: Path):
    before = content(out)
    for row in rows_of(out)[::LEVELS]:
        RowStore(out).save(WildPhoto(row['photo'], Path()).key, [row])
    (out / 'level_1' / 'b.jpg.bin').write_bytes(b'?')
    write(photos, make, SETTINGS, out, workers=1)
    assert content(out) == before


def test_more_photos_go_into_a_finished_set_as_if_they_had_been_there_from_the_start(photos: PhotoFolder, out: Path,
                                                                                    tmp_path: Path):
    times = made_at(out)
    write_photos(photos.root, 'A c/aa z')
    assert write(photos, make, SETTINGS, out, workers=1) == Written(8, 0)
    write(photos, make, SETTINGS, tmp_path / 'anew', workers=1)
    assert content(out) == content(tmp_path / 'anew')
    assert times.items() <= made_at(out).items()


def test_images_of_photos_that_are_gone_are_told_and_nothing_is_lost(photos: PhotoFolder, out: Path):
    before = content(out)
    (photos.root / 'c' / 'a.jpg').rename(photos.root / 'c' / 'a.txt')
    with pytest.raises(ValueError, match='holds images of 1 photos that are no longer among those given'):
        write(photos, make, SETTINGS, out, workers=1)
    assert before.items() <= content(out).items()
    (photos.root / 'c' / 'a.txt').rename(photos.root / 'c' / 'a.jpg')
    write(photos, forbidden, SETTINGS, out, workers=1)
    assert content(out) == before


def test_a_photo_that_nobody_finished_is_told(photos: PhotoFolder, tmp_path: Path):
    with pytest.raises(RuntimeError, match=r'^a\.jpg was neither finished nor skipped'):
        RowStore(tmp_path).merge(photos)
    assert not content(tmp_path).keys() & {'manifest.csv', 'skipped.csv'}


def test_other_settings_are_refused_by_name_and_change_nothing(photos: PhotoFolder, out: Path):
    before = content(out)
    for settings in (dict(SETTINGS, seed=1), dict(seed=0), dict(SETTINGS, size=9)):
        name = next(name for name in ('seed', 'shares', 'size') if settings.get(name) != SETTINGS.get(name))
        with pytest.raises(ValueError, match=rf'other settings: by settings\.json, {name} is .*another folder'):
            write(photos, make, settings, out, workers=1)
    assert content(out) == before


def test_a_folder_of_unknown_origin_is_refused(photos: PhotoFolder, tmp_path: Path):
    (tmp_path / 'mine').mkdir()
    (tmp_path / 'mine' / 'diary.txt').write_text('dear diary')
    with pytest.raises(ValueError, match=r'mine holds files, and no settings\.json says how'):
        write(photos, make, SETTINGS, tmp_path / 'mine', workers=1)
    assert list(content(tmp_path / 'mine')) == ['diary.txt']


def test_no_photos_and_no_workers_are_refused_before_anything_is_written(photos: PhotoFolder, tmp_path: Path):
    (tmp_path / 'none').mkdir()
    with pytest.raises(ValueError, match='no photo'):
        write(PhotoFolder(tmp_path / 'none'), make, SETTINGS, tmp_path / 'set')
    with pytest.raises(ValueError, match='at least 1, got 0'):
        write(photos, make, SETTINGS, tmp_path / 'set', workers=0)
    assert not (tmp_path / 'set').exists()


def test_photos_that_cannot_be_used_are_listed_and_tried_again_by_the_next_run(tmp_path: Path):
    photos, out = write_photos(tmp_path / 'photos', 'a d', broken='b c/b'), tmp_path / 'set'
    (tmp_path / 'photos' / 'gone.jpg').symlink_to(tmp_path / 'nowhere')
    assert write(photos, make, SETTINGS, out, workers=1) == Written(2, 3)
    assert [row['photo'] for row in rows_of(out)[::LEVELS]] == ['a.jpg', 'd.jpg']
    skipped = rows_of(out, 'skipped.csv')
    assert [row['photo'] for row in skipped] == ['b.jpg', 'c/b.jpg', 'gone.jpg']
    assert skipped[0]['reason'] == 'b.jpg is broken, "indeed"' and 'No such file' in skipped[2]['reason']
    write_photos(tmp_path / 'photos', 'b c/b')
    (tmp_path / 'photos' / 'gone.jpg').unlink()
    assert write(photos, make, SETTINGS, out, workers=1) == Written(4, 0)
    write(photos, make, SETTINGS, tmp_path / 'anew', workers=1)
    assert content(out) == content(tmp_path / 'anew')


def test_where_no_photo_can_be_used_there_is_no_manifest(tmp_path: Path):
    photos, out = write_photos(tmp_path / 'photos', '', broken='a'), tmp_path / 'set'
    assert write(photos, make, SETTINGS, out, workers=1) == Written(0, 1)
    assert set(content(out)) == {'settings.json', 'skipped.csv', OUTPUT_MARKER}


def test_a_name_too_long_for_the_disk_is_skipped_with_its_reason(photos: PhotoFolder, tmp_path: Path):
    (photos.root / f'{"n" * 245}.jpg').write_bytes(b'n')
    assert write(photos, make, SETTINGS, tmp_path / 'set', workers=1) == Written(5, 1)
    assert 'shorter name' in rows_of(tmp_path / 'set', 'skipped.csv')[0]['reason']


def test_a_full_disk_ends_the_run_and_the_next_goes_on(photos: PhotoFolder, out: Path, tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch):
    written = []

    def write_nine(path: Path, data: bytes) -> None:
        if len(written) == 9:
            raise OSError(errno.ENOSPC, 'No space left on device', str(path))
        written.append(path)
        files.write_whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(photo_set, 'write_whole', write_nine)
        with pytest.raises(OSError, match='No space left'):
            write(photos, make, SETTINGS, tmp_path / 'full', workers=1)
    assert not (tmp_path / 'full' / 'manifest.csv').exists()
    write(photos, make, SETTINGS, tmp_path / 'full', workers=1)
    assert content(tmp_path / 'full') == content(out)


@pytest.mark.slow
def test_a_stop_at_any_file_leaves_whole_files_and_the_next_run_makes_the_rest(photos: PhotoFolder, out: Path,
                                                                             tmp_path: Path,
                                                                             monkeypatch: pytest.MonkeyPatch):
    """As a power cut would: before each renaming in turn, of images, rows, settings and tables alike."""
    whole, replace = content(out), Path.replace
    count = 0

    class Stop(BaseException):
        pass

    def stop_at(part: Path, target: Path) -> None:
        nonlocal count
        count -= 1
        if count == 0:
            raise Stop
        replace(part, target)

    for moment in range(1, 1000):
        folder = tmp_path / str(moment)
        with monkeypatch.context() as patch:
            patch.setattr(Path, 'replace', stop_at)
            count = moment
            try:
                write(photos, make, SETTINGS, folder, workers=1)
                break
            except Stop:
                pass
        images = {file: data for file, data in content(folder).items() if file.endswith('.bin')}
        assert images.items() <= whole.items()
        if folder.exists():
            (folder / '.left.1.part').write_bytes(b'by a kill')
        write(photos, make, SETTINGS, folder, workers=1)
        assert content(folder) == whole
    # 2 beside the files of each photo and its rows: settings, mark, skipped, manifest
    assert moment == 5 * (LEVELS + 2) + 4 + 1


def test_rows_that_do_not_fit_together_are_refused(photos: PhotoFolder, tmp_path: Path):
    def make_other(photo: WildPhoto) -> MadePhoto:
        made = make(photo)
        return made if photo.name == 'a.jpg' else made._replace(rows=[dict(row, more='x') for row in made.rows])

    with pytest.raises(ValueError, match=r'rows of b\.jpg have other columns'):
        write(photos, make_other, SETTINGS, tmp_path / 'set', workers=1)
    assert not (tmp_path / 'set' / 'manifest.csv').exists()


@pytest.mark.parametrize('world', [2, 3, 7])
def test_processes_that_share_a_folder_make_the_same_set_each_its_part(photos: PhotoFolder, out: Path, tmp_path: Path,
                                                                      world: int, monkeypatch: pytest.MonkeyPatch):
    shared, barrier = tmp_path / 'shared', threading.Barrier(world)
    made: list[list[str]] = [[] for _ in range(world)]
    ends: list[Written | None] = [None] * world

    @dataclass
    class Noting:
        rank: int

        def __call__(self, photo: WildPhoto) -> MadePhoto:
            made[self.rank].append(photo.name)
            return make(photo)

    def run(rank: int) -> None:
        ends[rank] = write(photos, Noting(rank), SETTINGS, shared, workers=1,
                          share=Share(rank, world, barrier.wait))

    bars: list[tuple[int, int]] = []
    monkeypatch.setattr(writer, 'show_progress', lambda total, done, label, unit: (
        bars.append((total, done)) or nullcontext(lambda count: None)))
    for _ in range(2):  # the second time each checks its part
        threads = [threading.Thread(target=run, args=(rank,)) for rank in range(world)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert content(shared) == content(out)
    assert ends == [Written(5, 0)] + [Written(0, 0)] * (world - 1)
    names = [photo.name for photo in photos]
    assert made == [names[rank::world] for rank in range(world)]
    assert bars == [(len(names[::world]), 0)] * 2  # the first process alone shows its part, made and then checked


# The package without its host, which takes seconds to import: the workers import this script too.
SCRIPT = f'''
import sys, types
package = types.ModuleType('mmhaze')
package.__path__ = [{str(Path(synthesis.__file__).parents[1])!r}]
sys.modules['mmhaze'] = package
import hashlib
from pathlib import Path
from mmhaze.synthesis.wild_photos import PhotoFolder
from mmhaze.synthesis.wild_rows import RowStore
from mmhaze.synthesis.photo_set import MadePhoto, PhotoSet
from mmhaze.synthesis.writer import write_set
def make(photo):
    data = photo.path.read_bytes()
    if b'broken' in data:
        raise ValueError(f'{{photo.name}} is broken')
    made = {{f'level_{{level}}/{{photo.place}}.bin': data * 10000 + bytes([level]) for level in range(10)}}
    return MadePhoto(made, [dict(file=file, photo=photo.name) for file in made])
if __name__ == '__main__':
    src, out, workers = sys.argv[1:]
    print(*write_set(PhotoSet(PhotoFolder(Path(src)), make, dict(seed=0), out), workers=int(workers)))
'''


@pytest.fixture
def start(tmp_path: Path):
    """Starts the writer in a process of its own, on 98 photos and 2 that cannot be used: 980 images."""
    names = [f'{number % 7}/{number}' for number in range(100)]
    src = write_photos(tmp_path / 'many', ' '.join(names[2:]), broken=' '.join(names[:2])).root
    script = tmp_path / 'run.py'
    script.write_text(SCRIPT)

    def start_one(out: Path, workers: int) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, str(script), str(src), str(out), str(workers)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return start_one


@pytest.mark.slow
def test_a_set_made_after_kills_at_any_moment_is_the_same_to_the_byte(start, tmp_path: Path):
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    undisturbed = start(whole, workers=1)
    rng = random.Random()
    for workers in (2, 1, 3, 2):
        wanted = len(list(killed.glob('level_*/*/*.bin'))) + rng.randrange(1, 150)
        run = start(killed, workers)
        while len(list(killed.glob('level_*/*/*.bin'))) < wanted and run.poll() is None:
            time.sleep(rng.random() * 0.002)
        run.send_signal(signal.SIGKILL)
        # workers share the pipe: it ends when the last of them has, and they must not outlive their parent
        output, _ = run.communicate(timeout=20)
        assert run.returncode == -signal.SIGKILL and not (killed / 'manifest.csv').exists(), output
    last = start(killed, workers=2)
    assert (undisturbed.wait(60), last.wait(60)) == (0, 0), (undisturbed.stdout.read(), last.stdout.read())
    assert undisturbed.stdout.read().splitlines()[-1] == '98 2'
    assert len(content(whole)) == 98 * 10 + 4
    assert content(killed) == content(whole)
    for run in (undisturbed, last):
        run.stdout.close()


def test_a_list_may_hold_photos_from_anywhere(photos: PhotoFolder, out: Path, tmp_path: Path):
    lists = tmp_path / 'lists'
    lists.mkdir()
    shutil.copy(photos.root / 'a.jpg', lists)
    (lists / 'l.csv').write_text(f'photo\na.jpg\n../photos/a.jpg\n{photos.root}/a.jpg\n')
    assert write(PhotoTable(lists / 'l.csv'), make, SETTINGS, tmp_path / 'three', workers=1) == Written(3, 0)
    rows = rows_of(tmp_path / 'three')
    assert [row['photo'] for row in rows[::LEVELS]] == ['a.jpg', '../photos/a.jpg', f'{photos.root}/a.jpg']
    assert len({row['file'] for row in rows}) == 9
    assert {file for file in content(tmp_path / 'three') if file.endswith('bin')} == {
        row[column] for row in rows for column in ('file', 'depth')}
