"""Towns in which one cause of a white spot was planted.

A town has sites on an uneven lattice, low houses, gentle ground, and decoys: a few new houses, a site that was lost
elsewhere, antennas of unlike power. Then one thing is done to it: a quarter of slabs is built, a site is switched off,
an antenna is turned by 120 degrees, a ridge is raised, or a site is taken out of the tables, so that the next is far.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely.affinity import rotate
from shapely.geometry import Polygon, box

from aqdaq.model.cause import Factor

Array = NDArray[np.float64]

DATE: Final = dt.date(2026, 6, 1)
BUILT: Final = dt.date(2025, 9, 1)
LOST: Final = dt.date(2025, 11, 1)

#: What is planted, and the factor that must have the largest share.
KINDS: Final[dict[str, Factor]] = {
    "building": "new_buildings",
    "site off": "lost_site",
    "azimuth": "antenna",
    "ridge": "terrain",
    "distance": "distance",
}


@dataclass(frozen=True)
class House:
    """A building: outline in metres from the corner, height (m), first day."""

    outline: Polygon
    height_m: float
    built: dt.date | None = None


@dataclass(frozen=True)
class Mast:
    """A site with its sectors: place in metres from the corner, height (m), azimuths (deg), EIRP of each (dBm)."""

    name: str
    x_m: float
    y_m: float
    height_m: float
    azimuths_deg: tuple[float, ...]
    eirp_dbm: tuple[float, ...]
    off_air: dt.date | None = None


@dataclass(frozen=True)
class Ridge:
    """A straight ridge: a point on it and its direction, height and half width, and half length."""

    x_m: float
    y_m: float
    direction_deg: float
    height_m: float
    width_m: float
    length_m: float


@dataclass(frozen=True)
class Town:
    """A town.

    Attributes:
        width_m: from west to east (m).
        depth_m: from south to north (m).
        frequency_mhz: of all cells (MHz).
        masts: sites.
        houses: buildings.
        waves: (k, 5) of the ground: height (m), wave numbers in x and y (1/m), phase.
        ridge: planted, or None.
    """

    width_m: float
    depth_m: float
    frequency_mhz: float
    masts: tuple[Mast, ...]
    houses: tuple[House, ...]
    waves: Array
    ridge: Ridge | None = None

    def ground_m(self, x_m: Array, y_m: Array) -> Array:
        """Return heights of the ground at places in metres from the corner (m)."""
        out = np.full(np.broadcast(x_m, y_m).shape, 700.0)
        for height, kx, ky, phase in self.waves:
            out += height * np.sin(kx * x_m + ky * y_m + phase)
        if self.ridge is not None:
            r = self.ridge
            turn = math.radians(r.direction_deg)
            dx, dy = x_m - r.x_m, y_m - r.y_m
            along, across = dx * math.sin(turn) + dy * math.cos(turn), dx * math.cos(turn) - dy * math.sin(turn)
            out += r.height_m * np.exp(-((across / r.width_m) ** 2) - (along / r.length_m) ** 4)
        return out


def make_town(rng: np.random.Generator) -> Town:
    """Return a town without anything planted."""
    width, depth = float(rng.uniform(2400, 3000)), float(rng.uniform(1800, 2400))
    spacing = float(rng.uniform(700, 950))
    masts = _masts(rng, width, depth, spacing)
    waves = np.stack(
        [rng.uniform(1.0, 4.0, 3), *(rng.uniform(-1, 1, (2, 3)) * 2 * np.pi / 1500.0), rng.uniform(0, 7, 3)], 1
    )
    frequency = float(rng.choice([806.0, 1815.0, 2130.0, 2650.0]))
    return Town(width, depth, frequency, masts, _houses(rng, width, depth, masts), waves)


def _masts(rng: np.random.Generator, width: float, depth: float, spacing: float) -> tuple[Mast, ...]:
    places = []
    rows = np.arange(0.25 * spacing, depth, 0.87 * spacing)
    for j, y in enumerate(rows):
        for x in np.arange((0.25 + 0.5 * (j % 2)) * spacing, width, spacing):
            place = (x + rng.uniform(-80, 80), y + rng.uniform(-80, 80))
            if 60.0 < place[0] < width - 60.0 and 60.0 < place[1] < depth - 60.0:
                places.append(place)
    out = []
    for n, (x, y) in enumerate(places, start=1):
        base = float(rng.uniform(0, 120))
        azimuths = tuple((base + 120.0 * s + float(rng.uniform(-8, 8))) % 360.0 for s in range(3))
        eirp = tuple(float(60.8 - rng.uniform(0.0, 1.5)) for _ in range(3))
        out.append(Mast(f"S{n}", float(x), float(y), float(rng.uniform(24, 38)), azimuths, eirp))
    decoy = Mast(
        "S0", float(rng.uniform(100, width - 100)), float(rng.uniform(100, depth - 100)), 30.0, (40.0,), (58.0,), LOST
    )
    return (decoy, *out)


def _houses(rng: np.random.Generator, width: float, depth: float, masts: Sequence[Mast]) -> tuple[House, ...]:
    """Return low houses that keep off the masts; one in six is new."""
    out = []
    for _ in range(int(rng.integers(60, 160))):
        x, y = float(rng.uniform(40, width - 40)), float(rng.uniform(40, depth - 40))
        if min(math.hypot(x - m.x_m, y - m.y_m) for m in masts) < 60.0:
            continue
        shape = rotate(box(x - rng.uniform(10, 25), y - rng.uniform(8, 15), x + 12, y + 10), float(rng.uniform(0, 90)))
        new = rng.uniform() < 1 / 6
        out.append(House(shape, float(rng.uniform(4, 10)), BUILT if new else None))
    return tuple(out)


def plant(town: Town, kind: str, rng: np.random.Generator) -> tuple[Town, Town]:
    """Return a town without and with a cause of a kind."""
    if kind == "distance":
        far = _with_settlement(town, rng)
        return far, replace(far, masts=far.masts[:-1])
    if kind in ("building", "ridge"):
        place = _outskirts(town, rng)
        if kind == "ridge":
            return town, replace(town, ridge=_ridge(town, place, rng))
        return town, replace(town, houses=(*town.houses, *_slabs(town, place, rng)))
    chosen = _corner_mast(town, rng)
    mast = town.masts[chosen]
    if kind == "site off":
        return town, _with(town, chosen, replace(mast, off_air=LOST))
    return _turned(town, chosen, rng)


def _turned(town: Town, chosen: int, rng: np.random.Generator) -> tuple[Town, Town]:
    """Return a town with a mast of which one antenna looks out of it, and with that antenna turned by 120 degrees."""
    mast = town.masts[chosen]
    outward = _bearing_deg(town.width_m / 2, town.depth_m / 2, mast.x_m, mast.y_m)
    right = tuple((outward + float(rng.uniform(-10, 10)) + 120.0 * s) % 360.0 for s in range(3))
    wrong = ((right[0] + float(rng.choice([120.0, -120.0]))) % 360.0, *right[1:])
    return tuple(_with(town, chosen, replace(mast, azimuths_deg=a)) for a in (right, wrong))  # type: ignore[return-value]


def _with(town: Town, number: int, mast: Mast) -> Town:
    return replace(town, masts=tuple(mast if n == number else m for n, m in enumerate(town.masts)))


def _bearing_deg(x0: float, y0: float, x1: float, y1: float) -> float:
    return math.degrees(math.atan2(x1 - x0, y1 - y0)) % 360.0


def _live(town: Town) -> list[int]:
    return [n for n, m in enumerate(town.masts) if m.off_air is None]


def _corner_mast(town: Town, rng: np.random.Generator) -> int:
    """Return one of the three masts farthest from the middle."""
    x, y = town.width_m / 2, town.depth_m / 2
    order = sorted(_live(town), key=lambda n: -math.hypot(town.masts[n].x_m - x, town.masts[n].y_m - y))
    return order[int(rng.integers(0, min(3, len(order))))]


def _outskirts(town: Town, rng: np.random.Generator) -> tuple[float, float]:
    """Return a place near the edge of the town, the farthest from all masts of some drawn."""
    drawn = []
    for _ in range(12):
        x, y = float(rng.uniform(200, town.width_m - 200)), float(rng.uniform(200, town.depth_m - 200))
        side = int(rng.integers(0, 4))
        x = (200.0, town.width_m - 200.0, x, x)[side]
        y = (y, y, 200.0, town.depth_m - 200.0)[side]
        drawn.append((x, y))
    return max(
        drawn, key=lambda p: min(math.hypot(p[0] - town.masts[n].x_m, p[1] - town.masts[n].y_m) for n in _live(town))
    )


def _strongest(town: Town, place: tuple[float, float], count: int) -> list[float]:
    """Return the bearings of the nearest masts from a place (deg)."""
    masts = sorted((town.masts[n] for n in _live(town)), key=lambda m: math.hypot(place[0] - m.x_m, place[1] - m.y_m))
    return [_bearing_deg(*place, m.x_m, m.y_m) for m in masts[:count]]


def _slabs(town: Town, place: tuple[float, float], rng: np.random.Generator) -> tuple[House, ...]:
    """Return a new quarter of high slabs between a place and the masts that serve it."""
    height, out = float(rng.uniform(50, 100)), []
    for bearing in _strongest(town, place, 3):
        away, half = float(rng.uniform(70, 110)), float(rng.uniform(60, 100))
        x, y = place[0] + away * math.sin(math.radians(bearing)), place[1] + away * math.cos(math.radians(bearing))
        out.append(House(rotate(box(x - half, y - 12, x + half, y + 12), -bearing), height, BUILT))
    return tuple(out)


def _ridge(town: Town, place: tuple[float, float], rng: np.random.Generator) -> Ridge:
    """Return a ridge between a place and the mast that serves it."""
    bearing, away = _strongest(town, place, 1)[0], float(rng.uniform(220, 320))
    x, y = place[0] + away * math.sin(math.radians(bearing)), place[1] + away * math.cos(math.radians(bearing))
    return Ridge(
        x, y, bearing + 90.0, float(rng.uniform(50, 90)), float(rng.uniform(70, 110)), float(rng.uniform(600, 1200))
    )


def _with_settlement(town: Town, rng: np.random.Generator) -> Town:
    """Return a town with a settlement far in the east, which has a mast of its own: the last one."""
    away, width = float(rng.uniform(1500, 2200)), town.width_m
    east = max(town.masts[n].x_m for n in _live(town))
    mast = Mast(
        "S99", east + away, town.depth_m * float(rng.uniform(0.3, 0.7)), 30.0, (30.0, 150.0, 270.0), (60.5, 60.5, 60.5)
    )
    return replace(town, width_m=max(width, mast.x_m + 300.0), masts=(*town.masts, mast))
