from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

pytest.importorskip('transformers')

from benchmarks.studies import small_clip
from mmhaze.clip import CalipClassifier, TransformersClip

SKY, WALL = (200, 120, 40), (40, 80, 160)


def write_photo(path, colour, grain, haze=0.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    photo = (1 - haze) * (np.array(colour) + grain) + haze * 250
    assert cv2.imwrite(str(path), photo.clip(0, 255).astype(np.uint8))


@pytest.fixture
def mixture(rng, tmp_path):
    """The three data sets, whose streets are blue, rooms brown, and haze white."""
    for name, column in (('hazel-level', 'split_scene'), ('haze-wild', 'split')):
        rows = []
        for number in range(6):
            grain = rng.integers(-30, 30, (40, 60, 1))
            write_photo(tmp_path / name / f'clear/{number}.png', SKY, grain)
            for level, haze in ((1, 0.3), (8, 0.8)):
                write_photo(tmp_path / name / f'level_{level}/{number}.png', SKY, grain, haze)
                rows.append({'hazy': f'level_{level}/{number}.png', 'clear': f'clear/{number}.png', 'level': level,
                             column: 'train' if number < 4 else 'test'})
        with (tmp_path / name / 'pairs.csv').open('w', newline='') as lines:
            table = csv.DictWriter(lines, rows[0])
            table.writeheader()
            table.writerows(rows)
    for number in range(20):
        for folder in ('hazy', 'gt'):
            write_photo(tmp_path / f'sots-indoor/{folder}/{number:02}.png', WALL, rng.integers(-30, 30, (40, 60, 1)))
    return tmp_path


def test_photos_have_the_captions_that_are_known(mixture):
    train, test = (small_clip.list_photos(mixture, part, 1) for part in ('train', 'test'))
    assert not {path for path, *_ in train} & {path for path, *_ in test}
    known = {str(path.relative_to(mixture)): which for path, *which in train + test}
    assert known['hazel-level/clear/0.png'] == [0, 0]
    assert known['haze-wild/level_1/5.png'] == [0, 1]
    assert known['haze-wild/level_8/5.png'] == [0, 2]
    assert known['sots-indoor/hazy/00.png'] == known['sots-indoor/gt/19.png'] == [1, small_clip.UNKNOWN]
    assert len(small_clip.list_photos(mixture, 'train', 3)) < len(train)


@pytest.mark.slow
def test_a_small_clip_learns_its_words(mixture, tmp_path, capsys):
    assert small_clip.main(['--data', str(mixture), '--out', str(tmp_path / 'clip'), '--steps', '40', '--every', '1',
                            '--width', '32', '--batch', '16']) == 0
    clip = TransformersClip(tmp_path / 'clip', 'cpu')
    for captions, photos in ((small_clip.CAPTIONS[:2], (SKY, WALL)), (small_clip.CAPTIONS[2:], (SKY, (245, 224, 208)))):
        told = CalipClassifier(clip, captions).predict(np.full((64, 64, 3), colour, np.uint8) for colour in photos)
        assert told.tolist() == [0, len(captions) - 1]
    lines = [line for line in capsys.readouterr().out.splitlines() if 'are right' in line]
    assert len(lines) == 2 * len(small_clip.CAPTIONS)
    assert lines[0] == 'CLIP, a photo of a outdoor: 1.000 of 12 are right'
