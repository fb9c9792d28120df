from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from mmhaze.apis import HazePrediction
from mmhaze.haze_map import LEVEL_NAMES
from mmhaze.ucm import segment_haze
from mmhaze.web import markup
from tests.ucm.photos import wall

LEVEL = HazePrediction('a.jpg', True, mask_share=0.375, level=1, level_name='200 m', probabilities=(0.25, 0.75),
                       expected_level=0.75, visibility=200.0, seconds=0.0123)
BOX = HazePrediction('a.jpg', False, mask_share=0.375, haze=0.31, spread=0.04, level=2, level_name='moderate',
                     probabilities=(0.0, 0.1, 0.7, 0.2, 0.0), expected_level=2.1, haze_factor=0.64, dark_channel=0.5,
                     saturation=0.125)


def plain(html: str) -> str:
    return re.sub(r'\s+', ' ', re.sub('<[^>]+>', ' ', html)).strip()


def test_a_level_is_said_with_all_that_is_known_of_it():
    said = markup.answer(LEVEL, 'my photo.jpg', ('300 m', '200 m'))
    assert plain(said) == ('Level 1 of 0 to 1 75% sure Visibility 200 m Expected level 0.8 Share of the photo '
                           'that is haze 38% 0 · 300 m 25% 1 · 200 m 75% my photo.jpg · 12 ms')
    assert re.findall(r'width:([\d.]+)%', said) == ['25.0', '75.0']
    assert 'estimate' not in said


@pytest.mark.parametrize(('visibility', 'text'), [(math.inf, 'Visibility clear'), (None, 'sure Expected level')])
def test_visibility_is_said_where_it_is_known(visibility, text):
    assert text in plain(markup.answer(replace(LEVEL, visibility=visibility), 'a.jpg', ('clear', 'level 1')))


def test_the_network_in_the_box_says_its_level_first_and_the_measures_last():
    said = markup.answer(BOX, 'a.jpg', LEVEL_NAMES)
    assert plain(said).startswith('Level 2 of 0 to 4: moderate 70% sure Expected level 2.1 Share of the light that is '
                                  'haze 31% ± 4% 0 · clear 0%')
    assert re.findall(r'width:([\d.]+)%', said) == ['0.0', '10.0', '70.0', '20.0', '0.0', '50.0', '50.0', '12.5']
    assert 'less is hazier' in said and 'Visibility' not in said
    assert 'unknown' in markup.answer(replace(BOX, haze_factor=math.nan), 'a.jpg', LEVEL_NAMES)


@pytest.mark.parametrize('said', [
    markup.answer(LEVEL, '<script>', ('<script>', 'b')), markup.answer(BOX, '<script>', LEVEL_NAMES),
    markup.problem('<script>'),
    markup.cleared_line(replace(LEVEL, level_name='<script>'), LEVEL, 1.0),
    markup.album([replace(LEVEL, file='<script>')], 1, {}), markup.figures([('<script>', '')], '<script>'),
    markup.album([HazePrediction('<script>', True, problem='<script>')], 1, {})])
def test_names_of_files_are_no_html(said):
    assert '<script>' not in said and '&lt;script&gt;' in said


def test_what_is_said_of_the_mask():
    photo = wall(0.1)
    regions = segment_haze(photo)
    x0, y0, x1, y1 = regions.box
    assert plain(markup.mask_line(regions, None)).startswith(
        f'{regions.ratio:.0%} of the photo is haze, within {x1 - x0} by {y1 - y0} pixels.')
    dim = photo // 2
    assert 'gray threshold 100, as 200 leaves next to nothing' in markup.mask_line(
        segment_haze(dim, gray_threshold=200), 200.0)
    assert 'leaves' not in markup.mask_line(segment_haze(photo, gray_threshold=120), 120.0)
    assert 'No haze' in markup.mask_line(segment_haze(np.zeros((9, 9, 3), np.uint8)), None)


def test_how_hazy_a_photo_was_and_is():
    said = markup.cleared_line(replace(LEVEL, level=5, level_name='86 m'), replace(LEVEL, expected_level=0.25), 1.25)
    assert plain(said).startswith('The network says level 5 (86 m) before, level 1 (200 m) after.')
    assert 'data-before="0.75" data-after="0.25"' in said and 'in 1.2 s.' in said and 'estimate' not in said


def test_a_table_shows_the_last_rows_while_it_grows_and_all_of_them_then():
    rows = [replace(LEVEL, file=f'{index}.jpg') for index in range(20)]
    growing, done = markup.album(rows, 40, {}), markup.album(rows, 20, {'haze.csv': b'a,b'})
    assert '20 of 40 photos' in growing and '11.jpg' not in growing and '12.jpg' in growing and 'href' not in growing
    assert '>20 photos<' in done and '0.jpg' in done and '19.jpg' in done
    assert 'download="haze.csv" href="data:application/octet-stream;base64,YSxi"' in done


def test_a_table_has_visibility_where_one_is_known():
    both = markup.album([LEVEL, replace(LEVEL, visibility=math.inf)], 2, {})
    assert plain(both).endswith('Photo Level Sure Visibility Haze a.jpg 1 75% 200 m 38% a.jpg 1 75% clear 38%')
    neither = markup.album([replace(LEVEL, visibility=None)], 1, {})
    assert plain(neither).endswith('Photo Level Sure Haze a.jpg 1 75% 38%')


def test_a_table_says_what_could_not_be_read():
    said = markup.album([BOX, HazePrediction('b.jpg', False, problem='b.jpg is broken.')], 2, {})
    assert '1 photo, 1 could not be read' in said
    assert plain(said).endswith('Photo Level Sure Haze a.jpg 2 70% 31% b.jpg b.jpg is broken.')
