from __future__ import annotations

import pytest
import torch
from torch import nn

from mmhaze.apis.tiles import in_tiles


@pytest.mark.parametrize('size', [(1, 1), (7, 40), (32, 32), (33, 32), (50, 71), (100, 61)])
def test_a_network_with_a_narrow_view_gives_what_it_gives_of_the_whole_photo(size):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 4, 5, padding=2), nn.ReLU(), nn.Conv2d(4, 3, 3, padding=1))  # 3 pixels around
    photo = torch.rand(1, 3, *size)
    with torch.no_grad():
        torch.testing.assert_close(in_tiles(network, photo, 32, 12), network(photo), atol=1e-5, rtol=0)


def test_a_view_wider_than_a_quarter_of_the_overlap_does_make_a_difference():
    torch.manual_seed(0)
    network = nn.Conv2d(3, 3, 15, padding=7)
    photo = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert (in_tiles(network, photo, 32, 12) - network(photo)).abs().max() > 1e-3


def test_no_tile_is_larger_and_all_of_the_photo_is_seen():
    seen = torch.zeros(1, 3, 70, 45)
    places = torch.arange(70 * 45.).reshape(1, 1, 70, 45).repeat(1, 3, 1, 1)

    def note(part):
        assert part.shape[2] <= 32 and part.shape[3] <= 32
        seen.view(1, 3, -1)[..., part[0, 0].long().flatten()] += 1
        return part

    torch.testing.assert_close(in_tiles(note, places, 32, 8), places)
    assert seen.min() >= 1


def test_where_two_tiles_differ_one_fades_into_the_other():
    counts = iter((0., 1.))
    row = in_tiles(lambda part: torch.full_like(part, next(counts)), torch.zeros(1, 3, 16, 48), 32, 16)[0, 0, 0]
    assert (row[:20] == 0).all() and (row[28:] == 1).all()  # a quarter of the overlap, 16 to 32, counts on either side
    steps = row[20:28].diff()
    assert (steps > 0).all() and steps.max() - steps.min() < 1e-6


@pytest.mark.parametrize('tile, overlap', [(32, 3), (32, 17), (6, 4)])
def test_overlaps_that_leave_nothing_are_refused(tile, overlap):
    with pytest.raises(ValueError, match='overlap by 4 to'):
        in_tiles(nn.Identity(), torch.rand(1, 3, 64, 64), tile, overlap)
