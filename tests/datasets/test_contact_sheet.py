from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.datasets import contact_sheet
from mmhaze.datasets.contact_sheet import draw_contact_sheet
from mmhaze.datasets.listing import Listed


def write(folder: Path, counts: tuple[int, ...]) -> list[Listed]:
    """Photos of one colour: blue is 20 a level, green 10 a photo, red 200."""
    photos = []
    for level, count in enumerate(counts):
        for number in range(count):
            path = folder / f'{level}_{number}.png'
            cv2.imwrite(str(path), np.full((60, 80, 3), (20 * level, 10 * number, 200), np.uint8))
            photos.append(Listed(path, level, {}, {}, ''))
    return photos


def shown(path: Path) -> dict[tuple[int, int], tuple[float, float]]:
    """The middle of what is shown of each photo by its level and number, x and y in pixels."""
    picture = cv2.imread(str(path)).astype(int)
    colours = picture[picture[..., 2] == 200]
    places = {}
    for blue, green in {(blue, green) for blue, green, _ in colours.tolist() if blue % 20 == green % 10 == 0}:
        y, x = np.nonzero((picture == (blue, green, 200)).all(2))
        if len(y) > 1000:
            places[blue // 20, green // 10] = (x.mean(), y.mean())
    return places


@pytest.mark.slow
def test_a_row_a_level_of_photos_at_even_steps(tmp_path):
    draw_contact_sheet(write(tmp_path, (15, 3, 15)), ['', '', ''], tmp_path / 'sheet.png', columns=8)
    places = shown(tmp_path / 'sheet.png')
    assert set(places) == {(level, number) for level in (0, 2) for number in range(0, 15, 2)} | {(1, 0), (1, 1), (1, 2)}
    for number in range(0, 15, 2):
        assert places[0, number][0] == pytest.approx(places[2, number][0], abs=2)  # one below the other
    for level in (0, 1, 2):
        heights = {round(y) for (one, _), (_, y) in places.items() if one == level}
        assert max(heights) - min(heights) <= 1
        order = [x for (one, _), (x, _) in sorted(places.items()) if one == level]
        assert order == sorted(order)
    assert places[0, 0][1] < places[1, 0][1] < places[2, 0][1]


def test_a_photo_that_cannot_be_read_leaves_its_place_empty(tmp_path):
    photos = write(tmp_path, (3,))
    photos[1].path.write_text('hello')
    draw_contact_sheet(photos, ['clear'], tmp_path / 'sheet.png', columns=3)
    places = shown(tmp_path / 'sheet.png')
    assert set(places) == {(0, 0), (0, 2)}
    assert places[0, 2][0] - places[0, 0][0] == pytest.approx(2 * 100 * contact_sheet.INCHES, abs=3)


def test_names_are_written_as_they_are(tmp_path):
    """Two dollar signs are no formula."""
    photos = write(tmp_path, (1,))
    odd = photos[0].path.rename(tmp_path / r'a $\frac$ b_{2}^ 霧.png')
    assert contact_sheet._plain(odd.name) == r'a \$\frac\$ b_{2}^ 霧.png'
    draw_contact_sheet([Listed(tmp_path / r'$\frac$.png', 0, {}, {}, '')], [r'$\frac$'], tmp_path / 'sheet.png',
                       title=r'$\frac$')
    assert (tmp_path / 'sheet.png').is_file()


def test_a_level_without_photos_and_a_set_without_any_have_their_rows(tmp_path):
    draw_contact_sheet(write(tmp_path, (1, 0, 1)), ['', 'x', ''], tmp_path / 'sheet.png')
    places = shown(tmp_path / 'sheet.png')
    row = 100 * (0.2 + contact_sheet.INCHES * 60 / 80)
    assert places[2, 0][1] - places[0, 0][1] == pytest.approx(2 * row, abs=2)
    draw_contact_sheet([], ['', ''], tmp_path / 'empty.jpg')
    assert (tmp_path / 'empty.jpg').is_file()


def test_a_long_name_keeps_its_beginning_and_end():
    assert contact_sheet._shorten('a' * 34) == 'a' * 34
    assert contact_sheet._shorten('beginning' + 'x' * 40 + 'end.jpg') == 'beginningxxxxxxx…' + 'x' * 10 + 'end.jpg'
