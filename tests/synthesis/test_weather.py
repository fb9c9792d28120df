from __future__ import annotations

import pytest
import torch

from mmhaze.synthesis.scenes import render_scene
from mmhaze.synthesis.weather import draw_weather
from mmhaze.synthesis.weather.air import BEFORE_SKY, add_air, way_through
from mmhaze.synthesis.weather.camera import photograph, put_in_front
from mmhaze.synthesis.weather.clear import change_colours, flatten_light, paint_sky, take_section
from mmhaze.synthesis.weather.draws import Draws

SIZE = (48, 64)


@pytest.fixture(scope='module')
def scenes() -> tuple[torch.Tensor, torch.Tensor]:
    """Clear (16, 3, 48, 64) RGB in [0, 1], and depth, metres, (16, 1, 48, 64)."""
    drawn = [render_scene(seed, SIZE) for seed in range(16)]
    return (torch.stack([torch.from_numpy(clear[..., ::-1].copy()) for clear, _ in drawn]).permute(0, 3, 1, 2) / 255,
            torch.stack([torch.from_numpy(depth)[None] for _, depth in drawn]).float())


def draws(count: int = 16, seed: int = 0) -> Draws:
    return Draws(count, torch.Generator().manual_seed(seed))


def test_the_same_seed_is_the_same_weather_and_another_is_not(scenes):
    first, same, other = (draw_weather(*scenes, SIZE, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(*each) for each in zip(first, same))
    assert not torch.equal(first.img, other.img)


def test_pictures_have_eight_bits_and_what_is_true_of_them_its_range(scenes):
    drawn = draw_weather(*scenes, (40, 56), torch.Generator().manual_seed(3))
    assert drawn.img.shape == (16, 3, 40, 56) and drawn.transmission.shape == drawn.sky.shape == (16, 1, 40, 56)
    assert drawn.airlight.shape == (16, 3)
    torch.testing.assert_close((drawn.img * 255).round() / 255, drawn.img, atol=1e-6, rtol=0)
    for field in (drawn.img, drawn.transmission, drawn.airlight):
        assert field.min() >= 0 and field.max() <= 1
    assert 0.05 < drawn.sky.float().mean() < 0.6


def test_haze_is_the_scattering_model_and_grows_with_depth():
    clear, nearness = torch.zeros(64, 3, 8, 32), 1 / torch.linspace(5, 400, 32).expand(64, 1, 8, 32)
    hazy, transmission, airlight = add_air(draws(64), clear, nearness, torch.zeros(64, 1, 8, 32, dtype=torch.bool))
    # over black there is nothing but airlight, A (1 - t), uneven by some tenths, in an eighth of the pictures by more
    ratio = (hazy / (airlight * (1 - transmission)).clamp(min=1e-6))[(transmission < 0.9).expand_as(hazy)]
    assert 0.9 < ratio.median() < 1.1 and ratio.quantile(0.02) > 0.6 and ratio.min() > 0.3
    even = (transmission.log() * nearness)[:, 0, 4]  # -beta where the density is even, in the middle row
    spread = (even.std(1) / even.mean(1).abs())
    assert (spread < 0.05).sum() > 20  # of 64; four in ten are uneven, a fifth is on the ground
    clear_air = (transmission[..., -1] > 0.5).float().mean()
    assert 0.3 < clear_air < 0.6


@pytest.mark.parametrize('layer', [5.0, 300.0])
@pytest.mark.parametrize('slope', [-0.02, 0.0, 0.3])
def test_the_way_through_haze_is_the_integral_of_its_density(slope, layer):
    depth = torch.tensor([1.0, 40.0, 400.0]).view(1, 1, 1, 3)
    along = (torch.arange(4000) + 0.5) / 4000
    density = (-slope * along * depth[..., None] / layer).clamp(max=3.0).exp()
    ways = way_through(depth, torch.full_like(depth, slope), torch.full_like(depth, layer),
                       torch.zeros_like(depth, dtype=torch.bool))
    torch.testing.assert_close(ways, density.mean(-1) * depth, rtol=2e-3, atol=0)


def test_before_the_sky_the_way_ends_with_the_haze():
    sky = torch.ones(1, 1, 1, 1, dtype=torch.bool)
    ways = [way_through(1e6 * sky, slope * sky, 50.0 * sky, sky).item() for slope in (0.5, 0.1, 0.0)]
    assert ways == pytest.approx([100, 500, BEFORE_SKY])


def test_a_camera_exposes_by_the_mean():
    dark, bright = torch.rand(64, 3, 16, 16) * 0.2, 0.8 + torch.rand(64, 3, 16, 16) * 0.2
    for hazy in (dark, bright):
        img, airlight = photograph(draws(64), hazy, torch.full((64, 3, 1, 1), float(hazy.mean())))
        assert 0.35 < img.mean((1, 2, 3)).median() < 0.65
        # what was as bright as the picture still is, up to the curves of gamma and contrast
        assert (img.mean((1, 2, 3)) - airlight.mean((1, 2, 3))).abs().median() < 0.05


def test_the_sky_of_clear_air_may_have_any_brightness_and_haze_none():
    sky = torch.ones(256, 1, 8, 12, dtype=torch.bool)
    painted = paint_sky(draws(256), torch.zeros(256, 3, 8, 12), sky, share=1).mean((1, 2, 3))
    assert painted.min() < 0.45 and painted.max() > 0.9
    left = paint_sky(draws(256), torch.zeros(256, 3, 8, 12), ~sky, share=1)
    assert not left.any()  # nothing but sky is painted


def test_what_stands_in_front_has_no_haze_and_is_no_sky():
    hazy, thick = torch.full((200, 3, 32, 40), 0.9), torch.full((200, 1, 32, 40), 0.1)
    _, transmission, sky = put_in_front(draws(200), hazy, thick, torch.ones_like(thick, dtype=torch.bool))
    front = transmission == 1
    assert 0.1 < front[:, :, -1].any(2).float().mean() < 0.4  # a bonnet in a quarter of the pictures
    assert not front[:, :, :16].any() and torch.equal(sky, ~front)


def test_a_section_takes_colour_and_depth_from_the_same_place():
    place = torch.rand(16, 1, 30, 40).repeat_interleave(8, 2).repeat_interleave(8, 3)
    colour, nearness = take_section(draws(), place.expand(-1, 3, -1, -1), place, (120, 160))
    assert ((colour[:, :1] - nearness).abs() < 1e-4).float().mean() > 0.6  # away from the borders of the patches
    flat = flatten_light(draws(), colour, torch.ones_like(nearness, dtype=torch.bool))
    assert torch.equal(flat, colour)  # the sky stays
    assert change_colours(draws(), colour).std() > 0


@pytest.mark.parametrize('change, complaint', [
    (dict(clear=torch.zeros(2, 1, 8, 8)), r'clear as \(N, 3, h, w\)'),
    (dict(depth=torch.ones(2, 1, 8, 9)), r'depth as \(N, 1, h, w\), got .*\(2, 1, 8, 9\)'),
    (dict(depth=torch.zeros(2, 1, 8, 8)), r'metres, above 0, got 0\.0')])
def test_what_is_no_scene_is_refused(change, complaint):
    good = dict(clear=torch.zeros(2, 3, 8, 8), depth=torch.ones(2, 1, 8, 8))
    with pytest.raises(ValueError, match=complaint):
        draw_weather(**{**good, **change}, size=(8, 8), generator=torch.Generator())
