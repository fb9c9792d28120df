"""What stands along the road: ``surfaces`` are there to be painted, ``shadows`` to block the sun."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

import numpy as np

from .geometry import Ball, Box, Colour, Material, Outline, Patch, Vector
from .textures import Facade, Foliage, Panel, Plain, Tiles, smooth_noise

Surface = Union[Patch, Ball]
Solid = Union[Box, Ball]

_RUBBER = Plain((0.07, 0.07, 0.08), 0.02)
_HUB = Plain((0.5, 0.5, 0.52), 0.02)
_GLOOM = Plain((0.06, 0.06, 0.065), 0.02)
_LAMP, _PLATE, _BUMPER = (0.75, 0.06, 0.05), (0.85, 0.84, 0.7), (0.13, 0.13, 0.14)
_HEADLIGHT = (0.95, 0.95, 0.9)


def trapezoid(left: float, right: float) -> Outline:
    """An outline that narrows upwards, by these shares of its width at the top; (0.5, 0.5) is a gable."""
    return lambda u, v: (u >= left * v) & (u <= 1 - right * v)


def disc(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The outline of a circle that touches all four sides."""
    return (u - 0.5)**2 + (v - 0.5)**2 <= 0.25


def sides(box: Box, front: Material, flank: Material) -> Iterator[Patch]:
    """The three upright faces of a box that a camera before it may see; ``front`` is the one at its least z."""
    (x0, y0, z0), (x1, y1, z1) = box.low, box.high
    yield Patch(box.low, (x1 - x0, 0, 0), (0, y1 - y0, 0), front)
    for x in (x0, x1):
        yield Patch((x, y0, z0), (0, 0, z1 - z0), (0, y1 - y0, 0), flank)


def lid(box: Box, material: Material) -> Patch:
    """The top of a box."""
    (x0, _, z0), (x1, y1, z1) = box.low, box.high
    return Patch((x0, y1, z0), (x1 - x0, 0, 0), (0, 0, z1 - z0), material)


@dataclass(frozen=True)
class Building:
    """A block with a flat roof."""

    box: Box
    facade: Facade

    def surfaces(self) -> Iterator[Surface]:
        yield from sides(self.box, self.facade, self.facade)
        (x0, _, z0), (x1, top, z1) = self.box.low, self.box.high
        cornice = Box((x0 - 0.25, top - 0.2, z0 - 0.25), (x1 + 0.25, top + 0.4, z1 + 0.25))
        trim = Plain(self.facade.trim, phase=self.facade.phase)
        yield from sides(cornice, trim, trim)

    def shadows(self) -> Iterator[Solid]:
        yield self.box


@dataclass(frozen=True)
class House:
    """Walls, a gabled roof of ``rise`` metres whose ridge runs along the road or across it, and a chimney."""

    box: Box
    rise: float
    ridge_along: bool
    facade: Facade
    roof: Tiles

    def surfaces(self) -> Iterator[Surface]:
        yield from sides(self.box, self.facade, self.facade)
        (x0, _, z0), (x1, eaves, z1) = self.box.low, self.box.high
        middle, half, out, gable = (x0 + x1) / 2, (x1 - x0) / 2, 1.12, Plain(self.facade.wall, phase=self.facade.phase)
        deep, drop = z1 - z0, 0.12 * self.rise
        if self.ridge_along:
            yield Patch((x0, eaves, z0), (x1 - x0, 0, 0), (0, self.rise, 0), gable, trapezoid(0.5, 0.5))
            for side in (-1, 1):
                yield Patch((middle + side * half * out, eaves - drop, z0 - 0.4), (0, 0, deep + 0.8),
                            (-side * half * out, self.rise + drop, 0), self.roof)
        else:
            yield Patch((x0 - 0.4, eaves - drop, z0 - 0.06 * deep), (x1 - x0 + 0.8, 0, 0),
                        (0, self.rise + drop, 0.56 * deep), self.roof)
            for x in (x0, x1):
                yield Patch((x, eaves, z0), (0, 0, deep), (0, self.rise, 0), gable, trapezoid(0.5, 0.5))
        x, z = middle + 0.4 * half, z0 + 0.6 * deep
        chimney = Box((x - 0.4, eaves, z - 0.4), (x + 0.4, eaves + self.rise + 0.7, z + 0.4))
        yield from sides(chimney, gable, gable)

    def shadows(self) -> Iterator[Solid]:
        (x0, _, z0), (x1, eaves, z1) = self.box.low, self.box.high
        inset = (x1 - x0) / 4 if self.ridge_along else 0.0
        yield self.box
        yield Box((x0 + inset, eaves, z0), (x1 - inset, eaves + 0.7 * self.rise, z1))


@dataclass(frozen=True)
class Tree:
    """A trunk and a crown of leafy ``clumps``, (x, y, z, radius) as shares of ``radii`` around ``crown``, metres."""

    foot: Vector
    girth: float
    crown: Vector
    radii: Vector
    clumps: tuple[tuple[float, float, float, float], ...]
    bark: Plain
    leaves: Foliage

    def surfaces(self) -> Iterator[Surface]:
        x, y, z = self.foot
        foot = (x - self.girth / 2, y, z)
        yield Patch(foot, (self.girth, 0, 0), (0, self.crown[1], 0), self.bark, trapezoid(0.2, 0.2))
        centre, radii = np.array(self.crown), np.array(self.radii)
        for *offset, radius in self.clumps:
            a, b, c = centre + radii * offset
            wide, tall, deep = radii * radius
            yield Ball((a, b, c), (wide, tall, deep), self.leaves, self.leaves.ragged)

    def shadows(self) -> Iterator[Solid]:
        yield Ball(self.crown, self.radii, self.leaves)
        x, _, z = self.foot
        half = self.girth / 2
        yield Box((x - half, 0, z - half), (x + half, self.crown[1], z + half))


@dataclass(frozen=True)
class Hedge:
    """A clipped hedge, or a wall where ``material`` is stone."""

    box: Box
    material: Material

    def surfaces(self) -> Iterator[Surface]:
        yield from sides(self.box, self.material, self.material)
        yield lid(self.box, self.material)

    def shadows(self) -> Iterator[Solid]:
        yield self.box


@dataclass(frozen=True)
class Vehicle:
    """A car, or a van or lorry where ``cabin`` is None; ``rear`` is the middle of its near end on the ground, metres.

    ``size`` is (width, height, length); ``cabin`` is its (near end, far end, slant of both), shares of the length.
    """

    rear: Vector
    size: Vector
    paint: Colour
    glass: Colour
    cabin: tuple[float, float, float] | None
    oncoming: bool

    def surfaces(self) -> Iterator[Surface]:
        x, _, z = self.rear
        wide, tall, length = self.size
        left, right = x - wide / 2, x + wide / 2
        belt = tall if self.cabin is None else 0.6 * tall
        hull = Box((left, 0.28, z), (right, belt, z + length))
        yield from sides(hull, self._end(belt - 0.28), self._flank(belt - 0.28))
        yield lid(hull, Plain(self.paint, 0.01))
        # no light comes in below a car, be the sky as bright as it may
        yield Patch((left - 0.05, 0.02, z - 0.1), (wide + 0.1, 0, 0), (0, 0, length + 0.2), _GLOOM)
        yield Patch((left + 0.1, 0.12, z + 0.3), (wide - 0.2, 0, 0), (0, 0.3, 0), _RUBBER)
        for end in (0.18, 0.8):
            for side in (left - 0.01, right + 0.01):
                yield Patch((side, 0, z + end * length - 0.33), (0, 0, 0.66), (0, 0.66, 0), _RUBBER, disc)
                hub = (side + np.sign(side - x) * 0.01, 0.18, z + end * length - 0.15)
                yield Patch(hub, (0, 0, 0.3), (0, 0.3, 0), _HUB, disc)
            for side in (left, right - 0.2):
                yield Patch((side, 0, z + end * length - 0.33), (0.2, 0, 0), (0, 0.5, 0), _RUBBER)
        if self.cabin is not None:
            yield from self._cabin(left, right, belt, self.cabin)

    def shadows(self) -> Iterator[Solid]:
        x, _, z = self.rear
        wide, tall, length = self.size
        yield Box((x - wide / 2, 0.0, z), (x + wide / 2, 0.6 * tall, z + length))
        yield Box((x - 0.4 * wide, 0.6 * tall, z + 0.25 * length), (x + 0.4 * wide, tall, z + 0.8 * length))

    def _end(self, tall: float) -> Panel:
        wide = self.size[0]
        lamp, low = (_HEADLIGHT, 0.4 * tall) if self.oncoming else (_LAMP, 0.55 * tall)
        lamps = tuple((a, a + 0.3, low, low + 0.24, lamp) for a in (0.06, wide - 0.36))
        plate = (wide / 2 - 0.26, wide / 2 + 0.26, 0.2, 0.32, _PLATE)
        grille = (wide * 0.3, wide * 0.7, low, low + 0.2, _BUMPER)
        marks = ((0.0, wide, 0.0, 0.16, _BUMPER), *lamps, plate)
        if self.cabin is None and (self.oncoming or tall < 2.2):
            marks += ((0.15, wide - 0.15, tall - 1.0, tall - 0.2, self.glass),)
        elif self.cabin is None:  # the doors of a lorry
            marks += ((wide / 2 - 0.02, wide / 2 + 0.02, 0.3, tall - 0.1, _BUMPER),)
        elif self.oncoming:
            marks += (grille,)
        return Panel(self.paint, marks)

    def _flank(self, tall: float) -> Panel:
        length = self.size[2]
        seams = tuple((k * length, k * length + 0.03, 0.15, tall, _BUMPER) for k in (0.32, 0.52, 0.68))
        marks = ((0.0, length, 0.0, 0.14, _BUMPER), *seams)
        if self.cabin is None and tall < 2.2:
            marks += ((0.08 * length, 0.3 * length, tall - 0.9, tall - 0.25, self.glass),)
        return Panel(self.paint, marks)

    def _cabin(self, left: float, right: float, belt: float, cabin: tuple[float, float, float]) -> Iterator[Patch]:
        z, length, rise = self.rear[2], self.size[2], self.size[1] - belt
        near, far, slant = (share * length for share in cabin)
        inset, wide, long = 0.13 * (right - left), right - left, far - near
        near, far = z + near, z + far
        pane = (0.12, wide - 0.12, 0.05, 10.0, self.glass)
        screen = Panel(self.paint, (pane,))
        narrowing = trapezoid(inset / wide, inset / wide)
        yield Patch((left, belt, near), (wide, 0, 0), (0, rise, slant), screen, narrowing)
        panes = tuple((0.5 * slant + start * long, 0.5 * slant + (start + 0.38) * long, 0.03, 0.8 * rise, self.glass)
                      for start in (0.0, 0.42))
        for side, lean in ((left, inset), (right, -inset)):
            yield Patch((side, belt, near), (0, 0, long), (lean, rise, 0), Panel(self.paint, panes),
                        trapezoid(slant / long, slant / long))
        yield Patch((left + inset, belt + rise, near + slant), (wide - 2 * inset, 0, 0), (0, 0, long - 2 * slant),
                    Plain(self.paint, 0.01))


@dataclass(frozen=True)
class Pole:
    """A street lamp, its arm reaching to x + ``arm``, or a sign where ``sign`` is (radius, colour, rim colour)."""

    foot: Vector
    width: float
    height: float
    arm: float
    colour: Colour
    sign: tuple[float, Colour, Colour] | None

    def surfaces(self) -> Iterator[Surface]:
        x, _, z = self.foot
        metal, half = Plain(self.colour, 0.03), self.width / 2
        yield Patch((x - half, 0, z), (self.width, 0, 0), (0, self.height, 0), metal)
        if self.arm:
            yield Patch((x, self.height - self.width, z), (self.arm, 0.3, 0), (0, self.width, 0), metal)
            yield Patch((x + 0.75 * self.arm, self.height, z - 0.02), (0.3 * self.arm, 0.1, 0), (0, 0.2, 0), metal)
        if self.sign is not None:
            radius, face, rim = self.sign
            for size, colour, nearer in ((radius, rim, 0.03), (0.78 * radius, face, 0.05)):
                yield Patch((x - size, self.height - radius - size, z - nearer), (2 * size, 0, 0), (0, 2 * size, 0),
                            Plain(colour, 0.01), disc)
            bar = Plain(rim if sum(face) > 1.5 else (0.95, 0.95, 0.95), 0.01)
            start = (x - 0.5 * radius, self.height - 1.12 * radius, z - 0.07)
            yield Patch(start, (radius, 0, 0), (0, 0.24 * radius, 0), bar)

    def shadows(self) -> Iterator[Solid]:
        x, _, z = self.foot
        yield Box((x - 0.07, 0, z - 0.07), (x + 0.07, self.height, z + 0.07))


@dataclass(frozen=True)
class Ridge:
    """Hills or a far wood: a sheet across the view at ``z``, ``low`` to ``high`` tall, a bump each ``bump`` metres."""

    z: float
    low: float
    high: float
    bump: float
    material: Material
    phase: float

    def surfaces(self) -> Iterator[Surface]:
        width = 2.4 * self.z

        def profile(u: np.ndarray, v: np.ndarray) -> np.ndarray:
            x = u * width / self.bump + self.phase
            wave = sum(smooth_noise(x * 2**k, np.full_like(x, self.phase + k)) / 2**k for k in range(5)) / 2 + 0.5
            return v * self.high <= self.low + (self.high - self.low) * np.clip(wave, 0, 1)

        yield Patch((-width / 2, 0, self.z), (width, 0, 0), (0, self.high, 0), self.material, profile)

    def shadows(self) -> Iterator[Solid]:
        return iter(())
