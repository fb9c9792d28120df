from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.cli.make_set import haze_wild_command
from mmhaze.datasets import HazeWild
from mmhaze.io import devices
from mmhaze.synthesis.depth import GroundPlane, NetworkDepth
from mmhaze.synthesis.depth.own import encode_depth
from mmhaze.synthesis.make_haze_wild import make_haze_wild
from mmhaze.synthesis.photo_set import Written
from mmhaze.synthesis.scenes import render_scene
from mmhaze.synthesis.wild_photos import find_photos
from mmhaze.synthesis.wild_recipe import WildRecipe
from tests.conftest import ROOT
from tests.synthesis.test_photo_set import content

from ..calling import command

NAMES = ('a.png', 'b.png', 'trip/a.png', 'trip/b.jpg', 'trip/c.png')


@pytest.fixture(scope='module')
def drawn() -> list[tuple[np.ndarray, np.ndarray]]:
    """A street for each name: (clear (120, 160, 3) uint8 BGR, depth (120, 160), metres)."""
    scenes = (render_scene(seed) for seed in range(len(NAMES)))
    return [(clear[::2, ::2], depth[::2, ::2]) for clear, depth in scenes]


@pytest.fixture
def album(tmp_path: Path, drawn: list[tuple[np.ndarray, np.ndarray]]) -> Path:
    """The streets, and their depth in another folder."""
    for name, (clear, depth) in zip(NAMES, drawn):
        file, of_depth = tmp_path / 'album' / name, tmp_path / 'depths' / f'{name}.png'
        for folder in (file.parent, of_depth.parent):
            folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), clear)
        of_depth.write_bytes(encode_depth(depth))
    return tmp_path / 'album'


def convert(*arguments: object) -> int:
    return command('make-set haze-wild')([str(argument) for argument in arguments])


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / 'manifest.csv').open(newline='') as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_photos_become_a_data_set_that_the_classes_of_the_package_read(album: Path, tmp_path: Path, capsys):
    out = tmp_path / 'set'
    assert convert(album, '--depth', tmp_path / 'depths', '--depth-scale', '0.01', '--out', out, '--workers', '1') == 0
    assert f'5 photos at 10 levels are in {out}, listed in manifest.csv' in capsys.readouterr().out
    whole = HazeWild(data_root=str(out), part=None, prepare=[dict(type='LoadPhoto')])
    assert len(whole) == 50 and whole.metainfo['classes'][:3] == ('clear', '300 m', '200 m')
    np.testing.assert_array_equal(whole[10 * NAMES.index('trip/c.png')]['img'].shape, (120, 160, 3))
    assert {sample['scene'] for sample in map(whole.get_data_info, range(50))} == set(NAMES)


def test_the_last_line_counts_what_was_passed_over(album: Path, tmp_path: Path, capsys):
    for name in ('c.CR3', 'trip/notes.txt'):
        (album / name).touch()
    os.symlink(tmp_path / 'depths', album / 'more')  # a folder elsewhere, whose photos are taken
    os.symlink(album, album / 'trip' / 'round')
    assert convert(album, '--depth', 'ground', '--levels', 2, '--out', tmp_path / 'set', '--workers', 1) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith('10 photos at 2 levels') and said[-1] == (
        'Passed over: 1 raw photo (.cr3: convert them to TIFF or JPEG), 1 linked folder that is gone through under '
        f'another name ({album}/trip/round), 1 file that is no photo (.txt).')


def test_options_reach_the_recipe(album: Path, tmp_path: Path):
    out = tmp_path / 'set'
    assert convert(album, '--out', out, '--depth', 'ground', '--schedule', 'visibility_log', '--levels', 3, '--fog',
                   'heterogeneous', '--format', 'png', '--size', 40, '--seed', 7, '--split', '0/0/5', '--trust-sky',
                   '--keep-depth', '--workers', 1) == 0
    recipe = WildRecipe(GroundPlane(), schedule='visibility_log', levels=3, fog='heterogeneous', format='png', size=40,
                        seed=7, split=(0, 0, 5), find_sky=False, keep_depth=True)
    make_haze_wild(find_photos(album), tmp_path / 'other', recipe, workers=1)
    assert content(out) == content(tmp_path / 'other')
    assert convert(album, '--out', tmp_path / 'jpg', '--depth', 'ground', '--quality', 30, '--workers', 1) == 0
    make_haze_wild(find_photos(album), tmp_path / 'jpg2', WildRecipe(GroundPlane(), quality=30), workers=1)
    assert content(tmp_path / 'jpg') == content(tmp_path / 'jpg2')


def test_a_handful_of_photos_is_told_its_parts_at_once_with_the_split_that_fills_them(tmp_path: Path, capsys):
    for number in range(3):
        noise = np.random.default_rng(number).integers(0, 256, (30, 40, 3), np.uint8)
        (tmp_path / 'few').mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / f'few/{number}.png'), noise)
    asked = (tmp_path / 'few', '--depth', 'ground', '--levels', 3, '--workers', 1)
    assert convert(*asked, '--out', tmp_path / 'set') == 0
    said = capsys.readouterr()
    parts = Counter(row['split'] for row in rows_of(tmp_path / 'set')[::3])
    listed = ', '.join(f'{part} {parts[part]}' for part in ('train', 'val', 'test'))
    assert f'listed in manifest.csv: {listed}\n' in said.out and min(map(parts.get, parts)) > 0 and len(parts) < 3
    assert said.err.startswith(f'The parts of these 3 photos would be {listed}, where --split 80/10/10 asks for')
    empty = next(part for part in ('train', 'val', 'test') if part not in parts)
    with pytest.raises(ValueError, match=f"no photo with '{empty}' in its column split.* with another --split"):
        HazeWild(str(tmp_path / 'set'), part=empty)
    offered = re.search(r'For these photos --split (\S+) and a new folder give train 1, val 1, test 1', said.err)[1]
    assert convert(*asked, '--out', tmp_path / 'new', '--split', offered) == 0
    said = capsys.readouterr()
    assert 'listed in manifest.csv: train 1, val 1, test 1\n' in said.out and 'parts' not in said.err
    assert HazeWild(str(tmp_path / 'new'), part='val').get_data_info(0)['gt_label'] == 0


def test_a_list_mixes_kinds_of_depth_and_may_stand_without_another(album: Path, tmp_path: Path):
    lines = ['photo,depth,scale', 'album/a.png,depths/a.png.png,0.01', 'album/b.png,depths/b.png.png,0.02']
    (tmp_path / 'list.csv').write_text('\n'.join(lines) + '\n')
    assert convert(tmp_path / 'list.csv', '--out', tmp_path / 'set', '--workers', 1) == 0
    (tmp_path / 'more.csv').write_text('\n'.join([*lines, 'album/trip/a.png,,']) + '\n')
    assert convert(tmp_path / 'more.csv', '--out', tmp_path / 'more', '--depth', 'ground', '--workers', 1) == 0
    assert [row['depth_source'].split()[0] for row in rows_of(tmp_path / 'more')[::10]] == ['list', 'list', 'ground']
    assert convert(tmp_path / 'more.csv', '--out', tmp_path / 'third', '--workers', 1) == 1


def test_depth_maps_among_the_photos_are_no_photos(album: Path, tmp_path: Path):
    (tmp_path / 'depths').rename(album / 'depths')
    assert [photo.name for photo in find_photos(album, without=album / 'depths')] == list(NAMES)
    assert convert(album, '--out', tmp_path / 'two', '--depth', album / 'depths', '--depth-scale', 0.01,
                   '--workers', 1) == 0


def test_photos_that_cannot_be_used_come_last_with_the_reason_and_the_rest_is_done(album: Path, tmp_path: Path, capsys):
    depth = tmp_path / 'depths' / 'a.png.png'
    (tmp_path / 'depths' / 'b.png.png').write_bytes(b'hello')
    (tmp_path / 'depths' / 'trip' / 'c.png.png').write_bytes(encode_depth(np.ones((9, 160))))
    (album / 'trip' / 'b.jpg').write_bytes((album / 'trip' / 'b.jpg').read_bytes()[:2000])
    depth.rename(tmp_path / 'kept')
    arguments = (album, '--out', tmp_path / 'set', '--depth', tmp_path / 'depths', '--depth-scale', 0.01,
                 '--workers', 1)
    assert convert(*arguments) == 1
    said = capsys.readouterr()
    assert '1 photos at 10 levels' in said.out and {row['photo'] for row in rows_of(tmp_path / 'set')} == {'trip/a.png'}
    lines = said.err.split('4 photos could not be used:\n')[1].splitlines()
    assert [line.split()[0] for line in lines[:4]] == ['a.png:', 'b.png:', 'trip/b.jpg:', 'trip/c.png:']
    for line, reason in zip(lines, ('has no depth map', 'cannot be read', 'cannot be read as a photo', '160x9')):
        assert reason in line
    (tmp_path / 'kept').rename(depth)
    assert convert(*arguments) == 1
    assert {row['photo'] for row in rows_of(tmp_path / 'set')} == {'a.png', 'trip/a.png'}


def test_only_the_first_of_many_skipped_photos_are_shown(tmp_path: Path, capsys):
    for number in range(30):
        (tmp_path / f'{number:02}.jpg').touch()
    assert convert(tmp_path, '--out', tmp_path / 'set', '--depth', 'ground', '--workers', 1) == 1
    said = capsys.readouterr()
    assert said.out == f'Passed over: 1 folder that mmhaze wrote ({tmp_path}/set).\n'
    assert said.err.count('cannot be read') == 20 and 'and 10 more, see' in said.err
    assert not (tmp_path / 'set' / 'manifest.csv').exists()


@pytest.mark.parametrize(('arguments', 'said'), [
    (['gone', '--depth', 'ground'], 'gone is neither a folder with photos'),
    (['album', '--depth', 'gone'], 'no folder gone with depth maps'),
    (['album', '--depth', 'ground', '--depth-scale', '2'], r"from 'ground' takes camera_height"),
    (['album', '--depth-scale', '2'], 'are those of --depth FOLDER'),
    (['album', '--depth', 'ground', '--quality', '101'], '1 to 100, got 101'),
    (['album', '--depth', 'ground', '--levels', '1'], 'at least 2'),
    (['album', '--depth', 'ground', '--size', '0'], 'whole number from 1'),
    (['album', '--depth', 'ground', '--split', '80/20'], 'three whole numbers'),
    (['none', '--depth', 'ground'], 'no photo')])
def test_wrong_usage_is_said_in_a_line_and_changes_nothing(arguments: list[str], said: str, album: Path, tmp_path: Path,
                                                           capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'none').mkdir()
    try:
        code = convert(*arguments, '--out', 'set')
    except SystemExit as usage:
        code = usage.code
    output = capsys.readouterr()
    assert code == 2 and re.search(said, output.err.splitlines()[-1]) and not output.out
    assert not (tmp_path / 'set').exists()


def test_other_settings_are_refused_in_a_line(album: Path, tmp_path: Path, capsys):
    assert convert(album, '--out', tmp_path / 'set', '--depth', 'ground', '--workers', 1) == 0
    assert convert(album, '--out', tmp_path / 'set', '--depth', 'ground', '--workers', 1, '--seed', 1) == 2
    assert 'seed is 0 there and 1 in this run' in capsys.readouterr().err


class Flat(NetworkDepth):
    """Stands for a network: everything is 40 m off, and what it was asked is noted."""

    asked: list[int] = []

    def depths_of(self, photos):
        self.asked.append(len(photos))
        return [np.full(photo.shape[:2], 40.0, np.float32) for photo in photos]


def test_depth_of_a_network_is_written_first_and_only_once(album: Path, tmp_path: Path):
    recipe, out = WildRecipe(Flat('owner/flat', batch_size=2), find_sky=False), tmp_path / 'set'
    Flat.asked = []
    assert make_haze_wild(find_photos(album), out, recipe, workers=1) == Written(5, 0)
    assert sum(Flat.asked) == 5 and max(Flat.asked) == 2
    assert {path for path in content(out / 'network_depth') if path.endswith('.png')} == {
        f'{name}.png' for name in NAMES}
    assert {row['depth_source'] for row in rows_of(out)} == {'model owner/flat@main'}
    before = content(out)
    (out / 'level_4' / 'b.png.jpg').unlink()
    Flat.asked = []
    make_haze_wild(find_photos(album), out, recipe, workers=1)
    assert content(out) == before and sum(Flat.asked) == 0
    with pytest.raises(ValueError, match='depth is'):
        make_haze_wild(find_photos(album), out, replace(recipe, depth=Flat('owner/other')), workers=1)


def test_a_network_gives_the_depth_that_a_list_leaves_out_wherever_photos_lie(album: Path, tmp_path: Path):
    (tmp_path / 'lists').mkdir()
    table = tmp_path / 'lists' / 'l.csv'
    table.write_text(f'photo,depth\n../album/a.png,../depths/a.png.png\n{album}/trip/a.png,\n../album/b.png,\n')
    Flat.asked = []
    written = make_haze_wild(find_photos(table), tmp_path / 'set', WildRecipe(Flat('owner/flat')), workers=1)
    assert written == Written(2, 1)  # the first needs a scale
    assert sum(Flat.asked) == 2


def test_a_photo_that_a_network_cannot_read_is_skipped(album: Path, tmp_path: Path):
    (album / 'b.png').write_bytes(b'hello')
    recipe = WildRecipe(Flat('owner/flat'))
    assert make_haze_wild(find_photos(album), tmp_path / 'set', recipe, workers=1) == Written(4, 1)
    assert 'b.png cannot be read as a photo' in (tmp_path / 'set' / 'skipped.csv').read_text()


@pytest.mark.slow
def test_several_processes_under_torchrun_make_the_same_set(album: Path, tmp_path: Path):
    tool = ROOT / 'tools' / 'dataset_converters' / 'haze_wild.py'
    arguments = (album, '--depth', tmp_path / 'depths', '--depth-scale', '0.01', '--keep-depth')
    assert convert(*arguments, '--out', tmp_path / 'alone', '--workers', '1') == 0
    run = subprocess.run([sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2', tool,
                          *arguments, '--out', tmp_path / 'together', '--workers', '1'],
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count('5 photos at 10 levels') == 1
    assert content(tmp_path / 'together') == content(tmp_path / 'alone')


def test_the_device_of_each_process_is_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def device_of(*arguments: str) -> str:
        parser = argparse.ArgumentParser()
        haze_wild_command.add_arguments(parser)
        args = parser.parse_args(['photos', '--out', 'set', '--depth', 'model:owner/flat', *arguments])
        return haze_wild_command.find_depth(args, tmp_path).device

    monkeypatch.setattr(devices, 'count_devices', lambda kind: 4 if kind == 'cuda' else 0)
    assert (device_of(), device_of('--device', 'cuda')) == ('cpu', 'cuda')
    monkeypatch.setenv('LOCAL_RANK', '3')
    assert (device_of(), device_of('--device', 'cuda'), device_of('--device', 'cuda:1')) == ('cpu', 'cuda:3', 'cuda:1')


def test_the_help_is_the_docstring(capsys):
    with pytest.raises(SystemExit) as stop:
        convert('--help')
    assert stop.value.code == 0 and haze_wild_command.__doc__.strip().splitlines()[0] in capsys.readouterr().out
