"""Draws a scene: the camera, the light, the road and what stands along it, all as values, nothing painted yet."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Union

import numpy as np

from .geometry import Box, Camera, Colour, Light
from .objects import Building, Hedge, House, Pole, Ridge, Tree, Vehicle
from .textures import Facade, Foliage, Plain, Sky, Terrain, Tiles

Thing = Union[Building, Hedge, House, Pole, Ridge, Tree, Vehicle]


@dataclass(frozen=True)
class SceneLayout:
    """All that a picture depends on besides its size."""

    camera: Camera
    light: Light
    sky: Sky
    terrain: Terrain
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Place:
    """What a kind of place is made of.

    ``blocks``, ``houses`` and ``woods`` are shares of the plots, the rest is open land; ``lamps`` is how likely a row
    of them is; ``traffic`` is the range of the number of vehicles, ``setback`` that of metres from pavement to plot.
    """

    blocks: float
    houses: float
    woods: float
    pavement: bool
    lanes: tuple[int, ...]
    lamps: float
    traffic: tuple[int, int]
    setback: tuple[float, float]


PLACES = dict(
    city=Place(0.8, 0.0, 0.12, True, (2, 2, 3, 4), 0.8, (3, 7), (3, 7)),
    town=Place(0.3, 0.4, 0.2, True, (2, 2, 3), 0.6, (2, 5), (4, 9)),
    suburb=Place(0.0, 0.6, 0.25, True, (2,), 0.4, (1, 4), (5, 12)),
    village=Place(0.0, 0.3, 0.4, False, (2,), 0.2, (0, 3), (4, 14)),
    country=Place(0.0, 0.06, 0.35, False, (2,), 0.0, (0, 3), (5, 20)),
    wood=Place(0.0, 0.0, 0.95, False, (2,), 0.0, (0, 3), (3, 7)),
    highway=Place(0.06, 0.02, 0.4, False, (3, 4), 0.5, (3, 8), (9, 25)),
)
WALLS = ((0.72, 0.66, 0.55), (0.62, 0.34, 0.26), (0.82, 0.78, 0.7), (0.55, 0.55, 0.56), (0.78, 0.6, 0.42),
         (0.66, 0.72, 0.74), (0.75, 0.5, 0.45), (0.45, 0.38, 0.34), (0.85, 0.75, 0.5))
ROOFS = ((0.55, 0.24, 0.17), (0.36, 0.3, 0.29), (0.62, 0.34, 0.22), (0.3, 0.33, 0.38))
LEAVES = ((0.22, 0.36, 0.13), (0.3, 0.42, 0.14), (0.16, 0.29, 0.14), (0.38, 0.42, 0.16), (0.55, 0.4, 0.13),
          (0.58, 0.26, 0.12))
PAINTS = ((0.72, 0.1, 0.1), (0.85, 0.86, 0.87), (0.12, 0.13, 0.15), (0.15, 0.27, 0.55), (0.55, 0.57, 0.6),
          (0.15, 0.36, 0.25), (0.8, 0.62, 0.15), (0.42, 0.2, 0.16), (0.35, 0.55, 0.7))
LANDS = ((0.3, 0.4, 0.17), (0.38, 0.43, 0.2), (0.5, 0.45, 0.26), (0.26, 0.36, 0.2), (0.62, 0.55, 0.32),
         (0.44, 0.35, 0.25))
# width, height, length in metres, and the cabin as Vehicle has it
MODELS = ((1.75, 1.45, 4.2, (0.04, 0.72, 0.14)), (1.7, 1.5, 3.7, (0.0, 0.72, 0.1)),
          (1.8, 1.42, 4.6, (0.16, 0.76, 0.13)), (1.85, 1.7, 4.5, (0.0, 0.76, 0.08)),
          (2.0, 2.3, 5.0, None), (2.4, 3.3, 7.5, None))
SIGNS = (((0.95, 0.95, 0.95), (0.75, 0.08, 0.1)), ((0.1, 0.25, 0.65), (0.9, 0.92, 0.95)),
         ((0.78, 0.08, 0.1), (0.92, 0.92, 0.92)))


def draw_scene(seed: int) -> SceneLayout:
    """The scene of ``seed``: a pure function of it, for any size of picture."""
    rng = np.random.default_rng(seed)
    place = PLACES[str(rng.choice(list(PLACES)))]
    camera = Camera(height=rng.uniform(1.2, 2.5), focal=rng.uniform(0.75, 1.25), horizon=rng.uniform(0.36, 0.56))
    light, sky = _draw_weather(rng)
    terrain = _draw_terrain(rng, place)
    things: list[Thing] = _draw_backdrop(rng)
    for side in (-1, 1):
        things += _draw_roadside(rng, place, terrain, side)
    things += _draw_traffic(rng, place, terrain)
    return SceneLayout(camera, light, sky, terrain, tuple(things))


def _tint(
    rng: np.random.Generator, palette: tuple[Colour, ...], brightness: tuple[float, float] = (0.8, 1.15)
) -> Colour:
    """A colour of the palette, somewhat off its hue and brightness."""
    base = np.array(palette[rng.integers(len(palette))])
    red, green, blue = np.clip(base * rng.uniform(*brightness) + rng.normal(0, 0.025, 3), 0.03, 0.95)
    return float(red), float(green), float(blue)


def _scaled(colour: Colour, factor: float) -> Colour:
    return colour[0] * factor, colour[1] * factor, colour[2] * factor


def _draw_weather(rng: np.random.Generator) -> tuple[Light, Sky]:
    overcast = rng.random() < 0.3
    elevation = np.radians(rng.uniform(18, 65))
    # behind or beside the camera as a rule: against the sun all that one sees is in the shade
    azimuth = rng.uniform(-2.4, 2.4) + np.pi
    towards = (np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth))
    low_sun = 1 - min(1.0, elevation / 0.7)
    warmth = np.array([1.0, 0.96 - 0.12 * low_sun, 0.88 - 0.3 * low_sun])
    if overcast:
        sun, ambient = warmth * rng.uniform(0.0, 0.12), np.array([0.96, 0.98, 1.0]) * rng.uniform(0.7, 1.0)
        grey = rng.uniform(0.62, 0.9)
        low, high = np.full(3, 1.02) * grey, np.array([0.8, 0.84, 0.9]) * grey
        cloud, cover = np.full(3, grey), 0.75
    else:
        sun, ambient = warmth * rng.uniform(0.55, 0.85), np.array([0.86, 0.95, 1.08]) * rng.uniform(0.52, 0.7)
        low = np.array([0.8, 0.88, 0.95]) * (1 - low_sun) + np.array([0.97, 0.86, 0.7]) * low_sun
        high = np.array([rng.uniform(0.2, 0.42), rng.uniform(0.42, 0.6), rng.uniform(0.72, 0.9)])
        cloud, cover = np.array([0.98, 0.97, 0.96]) * (1 - 0.1 * low_sun), rng.uniform(-0.75, 0.45)
    light = Light(_colour(sun), _colour(ambient), (float(towards[0]), float(towards[1]), float(towards[2])))
    return light, Sky(_colour(low), _colour(high), _colour(cloud), cover, rng.uniform(0, 99))


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = values.tolist()
    return red, green, blue


def _draw_terrain(rng: np.random.Generator, place: Place) -> Terrain:
    lanes, lane = int(rng.choice(place.lanes)), rng.uniform(2.9, 3.6)
    own = rng.integers(lanes) + 0.5 - lanes / 2  # the lane that the camera drives in
    return Terrain(
        corner=-2000, centre=-own * lane + rng.uniform(-0.4, 0.4),
        bend=float(rng.choice([0, rng.uniform(-1, 1) / 900])) if place.pavement else rng.uniform(-1, 1) / 450,
        lane=lane, lanes=lanes, shoulder=rng.uniform(0.2, 0.6) + 1.2 * (lanes > 2),
        pavement=rng.uniform(1.5, 3.5) if place.pavement else 0.0,
        asphalt=_scaled((0.98, 1.0, 1.03), rng.uniform(0.24, 0.5)),
        paint=_scaled((1, 1, 0.97), rng.uniform(0.75, 0.95)),
        paving=_tint(rng, ((0.6, 0.58, 0.54), (0.52, 0.5, 0.5), (0.62, 0.5, 0.44))),
        land=_tint(rng, LANDS[:4]), field=_tint(rng, LANDS),
        dash=(rng.uniform(6, 13), rng.uniform(2.5, 4.5)), edged=bool(rng.random() < 0.75), phase=rng.uniform(0, 99))


def _draw_backdrop(rng: np.random.Generator) -> list[Thing]:
    """Hills, and a belt of trees before them, which hide where the ground would run into the sky."""
    far, near = rng.uniform(480, 850), rng.uniform(180, 420)
    haze = rng.uniform(0.3, 0.6)  # distant hills are bluish in the clearest of air
    green = np.array(_tint(rng, LEAVES[:4]))
    hill = Plain(_colour(green * (1 - haze) + haze * np.array([0.45, 0.55, 0.68])), 0.07, rng.uniform(0, 99))
    wood = Foliage(_tint(rng, LEAVES[:4], (0.7, 1.0)), rng.uniform(0, 99), 1.0)
    return [Ridge(far, 8, far * rng.uniform(0.03, 0.16), far * rng.uniform(0.15, 0.5), hill, rng.uniform(0, 99)),
            Ridge(near, 4.5, rng.uniform(8, 16), rng.uniform(15, 60), wood, rng.uniform(0, 99))]


def _draw_roadside(rng: np.random.Generator, place: Place, terrain: Terrain, side: int) -> list[Thing]:
    """Plot after plot away from the camera, on the left (side -1) or on the right (1)."""
    things: list[Thing] = []
    setback = rng.uniform(*place.setback)
    leaves, z = _tint(rng, LEAVES), rng.uniform(5, 14)
    lamp_step, lamp = rng.uniform(22, 38), bool(rng.random() < place.lamps)
    avenue = rng.random() < 0.25
    while z < 320:
        kerb = terrain.middle(z) + side * (terrain.kerb + terrain.pavement)
        edge = float(kerb + side * setback * rng.uniform(0.8, 1.3))
        kind = rng.random()
        if kind < place.blocks:
            length = rng.uniform(10, 26)
            things.append(Building(_footprint(edge, side, rng.uniform(10, 20), rng.uniform(7, 26), z, length),
                                   _draw_facade(rng, bay=(2.2, 4.2), base=4.0)))
            z += length + rng.choice([0.6, rng.uniform(2, 12)])
        elif kind < place.blocks + place.houses:
            length = rng.uniform(8, 13)
            box = _footprint(edge, side, rng.uniform(7, 11), rng.uniform(3.2, 6.2), z, length)
            facade, roof = _draw_facade(rng, bay=(2.4, 3.6), base=0.5), Tiles(_tint(rng, ROOFS), rng.uniform(0, 99))
            things.append(House(box, rng.uniform(2, 3.6), bool(rng.random() < 0.5), facade, roof))
            if rng.random() < 0.5:
                things.append(_draw_tree(rng, edge + side * rng.uniform(-3, -1), z + length + 2, leaves, 0.7))
            if rng.random() < 0.6:
                hedge = _footprint(float(kerb + side * 0.4), side, 0.7, rng.uniform(0.7, 1.5), z - 2, length + 3)
                stone = bool(rng.random() < 0.3)
                things.append(Hedge(hedge, Plain(_tint(rng, WALLS), 0.12, z) if stone else Foliage(leaves, z)))
            z += length + rng.uniform(4, 12)
        elif kind < place.blocks + place.houses + place.woods:
            for _ in range(rng.integers(1, 4)):
                things.append(_draw_tree(rng, edge + side * rng.uniform(1, 14), z + rng.uniform(0, 9),
                                         leaves if rng.random() < 0.7 else _tint(rng, LEAVES)))
            z += rng.uniform(6, 11) + 0.08 * z
        else:
            z += rng.uniform(8, 22)
    if avenue and not place.blocks:
        for z in np.arange(rng.uniform(7, 16), 160, rng.uniform(9, 16)):
            x = float(terrain.middle(z) + side * (terrain.kerb + terrain.pavement + 1.5))
            things.append(_draw_tree(rng, x, float(z), leaves, 0.9))
    for z in np.arange(rng.uniform(9, 25), 170, lamp_step) if lamp else ():
        x = float(terrain.middle(z) + side * (terrain.kerb + 0.5))
        things.append(Pole((x, 0.0, float(z)), _stout(z), 7.5, -side * 1.8, (0.42, 0.43, 0.44), None))
    for _ in range(rng.integers(0, 3)):
        z = rng.uniform(9, 60)
        x = float(terrain.middle(z) + side * (terrain.kerb + rng.uniform(0.5, 1.2)))
        face, rim = SIGNS[rng.integers(len(SIGNS))]
        sign = (rng.uniform(0.32, 0.45), face, rim)
        things.append(Pole((x, 0.0, z), _stout(z), rng.uniform(2.4, 3.2), 0.0, (0.5, 0.5, 0.5), sign))
    return things


def _stout(z: float) -> float:
    """The width of a pole ``z`` metres away, metres: far ones are stouter than life, not to fall between pixels."""
    return max(0.14, 0.004 * float(z))


def _footprint(edge: float, side: int, deep: float, tall: float, z: float, length: float) -> Box:
    """A box that turns its wall at x = ``edge`` to the road and reaches ``deep`` metres away from it."""
    low, high = sorted((edge, edge + side * deep))
    return Box((low, 0.0, z), (high, tall, z + length))


def _draw_facade(rng: np.random.Generator, bay: tuple[float, float], base: float) -> Facade:
    wall = _tint(rng, WALLS)
    return Facade(
        wall=wall, trim=_scaled((0.95, 0.94, 0.9), rng.uniform(0.6, 1.0)),
        glass=_tint(rng, ((0.2, 0.25, 0.3), (0.28, 0.33, 0.38))), plinth=_scaled(wall, rng.uniform(0.55, 0.85)),
        bay=rng.uniform(*bay), storey=rng.uniform(2.7, 3.4), glazed=(rng.uniform(0.35, 0.75), rng.uniform(0.4, 0.65)),
        base=base, phase=rng.uniform(0, 99))


def _draw_tree(rng: np.random.Generator, x: float, z: float, leaves: Colour, scale: float = 1.0) -> Tree:
    conifer = rng.random() < 0.25
    tall = scale * rng.uniform(6, 13)
    wide = tall * (rng.uniform(0.16, 0.24) if conifer else rng.uniform(0.25, 0.4))
    low = tall * (0.1 if conifer else rng.uniform(0.15, 0.3))
    if conifer:
        levels = np.linspace(-0.8, 0.75, int(np.clip(200 / z, 5, 8)))
        clumps = tuple((0.0, float(y), 0.0, 0.95 - 0.42 * (float(y) + 0.8)) for y in levels)
    else:
        # far trees need fewer clumps
        count = int(np.clip(150 / z, 1, 11))
        spots = rng.normal(size=(count, 3))
        spots *= 0.62 * rng.uniform(0.6, 1, (count, 1)) / np.linalg.norm(spots, axis=1, keepdims=True)
        clumps = ((0.0, 0.0, 0.0, 0.65), *((float(a), float(b), float(c), rng.uniform(0.32, 0.5)) for a, b, c in spots))
    colour = _tint(rng, ((0.15, 0.27, 0.15),) if conifer else (leaves,))
    half = (tall - low) / 2
    return Tree((x, 0.0, z), 0.035 * tall, (x, low + half, z), (wide, half, wide), clumps,
                Plain((0.3, 0.24, 0.18), 0.15, x), Foliage(colour, rng.uniform(0, 99), 0.1 + 0.004 * z))


def _draw_traffic(rng: np.random.Generator, place: Place, terrain: Terrain) -> list[Thing]:
    things: list[Thing] = []
    ahead = np.full(terrain.lanes, 7.0)  # metres; where the next vehicle of each lane may stand
    for _ in range(rng.integers(place.traffic[0], place.traffic[1] + 1)):
        lane = rng.integers(terrain.lanes)
        z = float(ahead[lane] + rng.exponential(18))
        wide, tall, length, cabin = MODELS[rng.choice(len(MODELS), p=[0.25, 0.2, 0.2, 0.15, 0.12, 0.08])]
        s = (lane + 0.5 - terrain.lanes / 2) * terrain.lane + rng.uniform(-0.25, 0.25)
        things.append(Vehicle((float(terrain.middle(z + 2) + s), 0.0, z), (wide, tall, length), _tint(rng, PAINTS),
                              (0.1, 0.13, 0.16), cabin, oncoming=bool(s < 0 and terrain.centre < 0)))
        ahead[lane] = z + length + 5
    if place.pavement and rng.random() < 0.6:
        side = rng.choice([-1, 1])
        for z in np.arange(rng.uniform(6, 18), 90, rng.uniform(6.5, 12)):
            if rng.random() < 0.6:
                x = float(terrain.middle(z) + side * (terrain.kerb + 0.9 - terrain.shoulder))
                things.append(Vehicle((x, 0.0, float(z)), (1.75, 1.45, 4.2), _tint(rng, PAINTS), (0.1, 0.13, 0.16),
                                      (0.04, 0.72, 0.14), oncoming=False))
    return things
