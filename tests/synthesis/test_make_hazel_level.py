from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.cli.make_set import hazel_level_command
from mmhaze.datasets.level_table import read_table
from mmhaze.synthesis.depth.depth_files import read_depth
from mmhaze.synthesis.fog import render
from mmhaze.synthesis.make_hazel_level import FridaScene, find_scenes, make_hazel_level
from mmhaze.synthesis.plan import plan_rows

from ..cli.calling import command
from .conftest import write_frida_scene

make_set = command('make-set hazel-level')


def test_scenes_of_both_sets_are_found_with_their_depth_plain_or_gzipped(frida_folder: Path):
    scenes = find_scenes(frida_folder, allow_partial=True)
    assert [scene.id for scene in scenes] == ['frida-000001', 'frida-000002', 'frida2-000001', 'frida2-000002',
                                              'frida2-000003']
    assert [scene.depth.name for scene in scenes[:4]] == ['Dmap-000001.fdd', 'Dmap-000002.fdd.gz', 'LDep-000001.fdd',
                                                         'LDep-000002.fdd.gz']


def test_foggy_pictures_and_other_files_are_no_scenes(frida_folder: Path):
    for name in ('U080-000001.png', 'LIma-1.png', 'LIma-000001.jpg'):
        (frida_folder / 'frida' / name).write_bytes(b'')
    assert len(find_scenes(frida_folder, allow_partial=True)) == 5


def test_84_scenes_are_taken_without_a_word(tmp_path: Path):
    for name, count in (('frida', 18), ('frida2', 66)):
        for number in range(1, count + 1):
            write_frida_scene(tmp_path, name, number)
    assert len(find_scenes(tmp_path)) == 84


def test_fewer_scenes_are_refused_unless_allowed(frida_folder: Path):
    with pytest.raises(ValueError, match=r'18 scenes in .*66 in .*found 2 and 3.*--allow-partial'):
        find_scenes(frida_folder)


def test_an_empty_folder_is_refused_even_then(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match='holds no scene'):
        find_scenes(tmp_path, allow_partial=True)


def test_a_missing_depth_map_is_told_with_its_picture(frida_folder: Path):
    (frida_folder / 'frida2' / 'LDep-000003.fdd').unlink()
    with pytest.raises(FileNotFoundError, match=r'LIma-000003\.png has no depth map: .*LDep-000003\.fdd'):
        find_scenes(frida_folder, allow_partial=True)


def test_a_depth_map_of_another_size_is_told_with_its_picture(frida_folder: Path):
    (frida_folder / 'frida' / 'Dmap-000001.fdd').write_text('1000 2000\n3000 4000\n')
    with pytest.raises(ValueError, match=r'Dmap-000001\.fdd is 2x2 and its picture .*LIma-000001\.png is 64x48'):
        find_scenes(frida_folder, allow_partial=True)[0].load()


@pytest.mark.parametrize('raw', [b'', b'no picture'])
def test_an_unreadable_picture_is_told_by_name(frida_folder: Path, raw: bytes):
    (frida_folder / 'frida2' / 'LIma-000001.png').write_bytes(raw)
    with pytest.raises(ValueError, match=r'frida2.LIma-000001\.png cannot be read as a photo'):
        find_scenes(frida_folder, allow_partial=True)[2].load()


def test_a_grey_picture_is_loaded_as_colour(frida_folder: Path):
    path = frida_folder / 'frida' / 'LIma-000001.png'
    cv2.imwrite(str(path), np.full((48, 64), 9, np.uint8))
    assert FridaScene('frida-000001', path, frida_folder / 'frida' / 'Dmap-000001.fdd').load()[0].shape == (48, 64, 3)


def test_every_scene_is_rendered_36_times_from_its_own_picture_and_depth(frida_folder: Path, tmp_path: Path):
    manifest = make_hazel_level(frida_folder, tmp_path / 'out', workers=1, allow_partial=True)
    rows = list(csv.DictReader(manifest.read_text().splitlines()))
    assert len(rows) == 5 * 36 == len({row['file'] for row in rows})
    scenes = {scene.id: scene.load() for scene in find_scenes(frida_folder, allow_partial=True)}
    planned = plan_rows(list(scenes), betas=[(10 + 5 * level) / 1000 for level in range(9)],
                        fogs=('uniform', 'heterogeneous', 'cloudy', 'cloudy-heterogeneous'), suffix='.png',
                        test_share=0.2)
    for row in planned[::7]:
        image = cv2.imread(str(manifest.parent / row.file))
        np.testing.assert_array_equal(image, render(*scenes[row.scene], row.params))


def test_the_tool_makes_the_set_and_says_where(frida_folder: Path, tmp_path: Path, capsys):
    assert make_set([str(frida_folder), '--out', str(tmp_path / 'out'), '--workers', '1', '--noise', 'hazel', '--seed',
                     '3', '--allow-partial']) == 0
    assert str(tmp_path / 'out' / 'manifest.csv') in capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / 'out' / 'manifest.csv').read_text().splitlines()))
    assert {row['noise'] for row in rows} == {'hazel'}
    expected = plan_rows(['frida-000001'], betas=[0.01], fogs=['uniform'], suffix='.png', test_share=0, seed=3)
    assert rows[0]['seed'] == str(expected[0].params.seed)


def test_clear_scenes_are_kept_with_depth_and_the_part_of_their_images(frida_folder: Path, tmp_path: Path):
    make_set([str(frida_folder), '--out', str(tmp_path), '--workers', '1', '--allow-partial', '--keep-clear'])
    images = list(csv.DictReader((tmp_path / 'manifest.csv').read_text().splitlines()))
    part_of = {row['scene']: row['split_scene'] for row in images}
    photos = read_table(tmp_path / 'clear.csv', tmp_path, split='scene')
    scenes = find_scenes(frida_folder, allow_partial=True)
    assert [photo.known['scene'] for photo in photos] == [scene.id for scene in scenes]
    for photo, scene in zip(photos, scenes):
        clear, depth = scene.load()
        assert photo.level == 0 and photo.parts == dict(scene=part_of[scene.id])
        np.testing.assert_array_equal(cv2.imread(str(photo.path)), clear)
        kept = read_depth(photo.known['depth_path'], scale=0.02)
        np.testing.assert_allclose(kept, depth.clip(0.02), atol=0.0101)


def test_the_command_ends_with_one_line_on_a_fault(frida_folder: Path, tmp_path: Path, capsys):
    assert make_set([str(frida_folder), '--out', str(tmp_path / 'out')]) == 2
    message = capsys.readouterr().err
    assert message.startswith('mmhaze make-set hazel-level: Hazel-level needs 18 scenes') and message.count('\n') == 1
    assert not (tmp_path / 'out').exists()


def test_the_help_of_the_command_is_its_docstring(capsys):
    with pytest.raises(SystemExit) as stop:
        make_set(['--help'])
    assert stop.value.code == 0
    assert hazel_level_command.__doc__.strip().splitlines()[0] in capsys.readouterr().out
