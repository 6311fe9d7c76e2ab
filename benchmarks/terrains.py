"""Synthetic terrains for the benchmarks, each by a stated recipe and seed: the same name and size, the same bytes.

``hills``      fractal ground of 150 m relief, waves up to 6 km; forests and villages on it
``mountains``  fractal ground of 1,500 m relief, waves up to 15 km; forests and villages on it
``worst``      a plain that falls from the transmitter as a cone, by 0.5 m a kilometre, under an even cover of 1 m. With
               the curvature of the earth such a profile is concave: nearly every sample lies on its convex hull, the
               rays graze it, and methods that walk along a hull walk farthest
``isolated``   the ground of ``hills`` with single high pixels instead of forests: what lies between two radials
``city``       the sample city (``aqdaq sample``, seed 1) as it stands on 1 March 2026

All but the city have pixels of 30 m. A map smaller than 1,000 x 1,000 pixels is the middle of that map.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

PIXEL_M: Final = 30.0
FULL_SIZE: Final = 1000
SEED: Final = 2026
NAMES: Final = ("hills", "mountains", "worst", "isolated", "city")

#: Relief (m), longest wave (m) and roughness exponent of the fractal grounds.
FRACTALS: Final = {"hills": (150.0, 6_000.0, 0.9), "mountains": (1_500.0, 15_000.0, 0.9)}
LOWEST_M: Final = 200.0

FOREST_SHARE: Final = 0.25
FOREST_M: Final = (8.0, 20.0)
FOREST_WAVE_M: Final = 1_500.0
VILLAGES: Final = 120
VILLAGE_RADIUS_M: Final = (200.0, 500.0)
VILLAGE_M: Final = (5.0, 9.0)
VILLAGE_DENSITY: Final = 0.5
ISOLATED_SHARE: Final = 0.005
ISOLATED_M: Final = (5.0, 20.0)

CONE_FALL: Final = 5e-4
APEX_M: Final = 20.0
EVEN_COVER_M: Final = 1.0

CITY_DATE: Final = dt.date(2026, 3, 1)
CITY_SEED: Final = 1

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Place:
    """A terrain and the transmitter on it.

    Attributes:
        ground_m: (rows, cols) ground (m).
        above_m: (rows, cols) clutter and buildings above the ground (m).
        resolution_m: side of a pixel (m).
        row: of the transmitter (pixels).
        col: of the transmitter (pixels).
        height_m: of its antenna above the ground (m).
    """

    ground_m: Float32
    above_m: Float32
    resolution_m: float
    row: float
    col: float
    height_m: float


def place(name: str, size: int = FULL_SIZE, *, resolution_m: float = 5.0) -> Place:
    """Return a terrain by name.

    Args:
        name: one of ``NAMES``.
        size: rows and columns; the city has no more than its own 4 km.
        resolution_m: side of a pixel of the city (m); the other terrains have 30 m.

    Raises:
        ValueError: the name is not one of ``NAMES``.
    """
    if name == "city":
        return _city(size, resolution_m)
    if name not in NAMES:
        raise ValueError(f"terrain {name!r}: give one of {', '.join(NAMES)}")
    full = max(size, FULL_SIZE)
    if name == "worst":
        ground, above = _cone(full)
    else:
        ground = fractal_m(full, *FRACTALS["mountains" if name == "mountains" else "hills"], _rng(name, "ground"))
        above = _isolated(full) if name == "isolated" else _clutter(full, name)
    # A low antenna: over a plain a high one would see it all, and no ray would graze.
    height_m = 10.0 if name == "worst" else 30.0
    return _middle(Place(ground, above, PIXEL_M, full / 2, full / 2, height_m), size)


def fractal_m(size: int, relief_m: float, longest_m: float, exponent: float, rng: np.random.Generator) -> Float32:
    """Return (size, size) fractal heights from ``LOWEST_M`` up to ``relief_m`` above it (m), rounded to a centimetre.

    Args:
        size: rows and columns of 30 m.
        relief_m: highest minus lowest (m).
        longest_m: waves longer than this are as strong as this one (m).
        exponent: of Hurst: the larger, the smoother.
        rng: source of chance.
    """
    noise = _waves(size, longest_m, exponent, rng)
    share = (noise - noise.min()) / (noise.max() - noise.min())
    return np.asarray(np.round(LOWEST_M + relief_m * share, 2), dtype=np.float32)


def _waves(size: int, longest_m: float, exponent: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return (size, size) noise whose amplitude falls with the wave number to the power ``exponent`` + 1."""
    k = np.hypot(np.fft.fftfreq(size, PIXEL_M)[:, None], np.fft.rfftfreq(size, PIXEL_M)[None, :])
    amplitude = np.maximum(k, 1.0 / longest_m) ** -(exponent + 1.0)
    amplitude[0, 0] = 0.0
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) * amplitude
    return np.asarray(np.fft.irfft2(spectrum, s=(size, size)))


def _clutter(size: int, name: str) -> Float32:
    """Return forests and, where no forest stands, villages; heights in decimetres (m)."""
    rng = _rng(name, "clutter")
    cover = _waves(size, FOREST_WAVE_M, 0.8, rng)
    tall = _waves(size, FOREST_WAVE_M, 0.4, rng)
    rank = np.argsort(np.argsort(tall, axis=None)).reshape(tall.shape) / tall.size
    forest = cover > np.quantile(cover, 1.0 - FOREST_SHARE)
    above = np.where(forest, FOREST_M[0] + (FOREST_M[1] - FOREST_M[0]) * rank, 0.0)
    for _ in range(VILLAGES):
        row, col = rng.uniform(0, size, 2)
        radius = rng.uniform(*VILLAGE_RADIUS_M) / PIXEL_M
        first_row, first_col = max(int(row - radius), 0), max(int(col - radius), 0)
        part = above[first_row : int(row + radius) + 2, first_col : int(col + radius) + 2]  # a view: it is written to
        rows, cols = np.ogrid[: part.shape[0], : part.shape[1]]
        free = (np.hypot(rows + first_row - row, cols + first_col - col) <= radius) & (part == 0.0)
        built = free & (rng.random(part.shape) < VILLAGE_DENSITY)
        part[built] = rng.uniform(*VILLAGE_M, int(built.sum()))
    return np.asarray(np.round(above, 1), dtype=np.float32)


def _isolated(size: int) -> Float32:
    rng = _rng("isolated", "clutter")
    high = rng.random((size, size)) < ISOLATED_SHARE
    above = np.where(high, rng.uniform(*ISOLATED_M, (size, size)), 0.0)
    return np.asarray(np.round(above, 1), dtype=np.float32)


def _cone(size: int) -> tuple[Float32, Float32]:
    """Return the cone, not rounded: a step of a centimetre would hide the curvature between two samples."""
    axis = (np.arange(size) - size / 2) * PIXEL_M
    ground = APEX_M - CONE_FALL * np.hypot(axis[:, None], axis[None, :])
    return ground.astype(np.float32), np.full((size, size), EVEN_COVER_M, dtype=np.float32)


def _city(size: int, resolution_m: float) -> Place:
    """Return the sample city around the rooftop site nearest to its middle."""
    from aqdaq.pipeline.sample.city import heights_raster_m, make_city
    from aqdaq.pipeline.sample.frame import SIDE_M, streams
    from aqdaq.pipeline.sample.network import make_sites
    from aqdaq.pipeline.sample.streets import make_streets
    from aqdaq.pipeline.sample.terrain import make_terrain

    rng = streams(CITY_SEED)
    terrain = make_terrain(rng["terrain"])
    plan = make_streets(rng["streets"], terrain)
    city = make_city(rng["buildings"], rng["planned"], plan)
    roofs = [site for site in make_sites(rng["sites"], plan, city) if site.structure == "rooftop"]
    site = min(roofs, key=lambda s: float(np.hypot(s.x_m - SIDE_M / 2, s.y_m - SIDE_M / 2)))
    standing = tuple(s for s in city.buildings if s.stands(CITY_DATE))
    whole = Place(
        terrain.raster_m(0.0, resolution_m),
        heights_raster_m(standing, resolution_m),
        resolution_m,
        (SIDE_M - site.y_m) / resolution_m - 0.5,
        site.x_m / resolution_m - 0.5,
        site.height_m,
    )
    return _middle(whole, size)


def _middle(whole: Place, size: int) -> Place:
    """Return ``size`` x ``size`` pixels with the transmitter as near to the middle as the map allows."""
    rows, cols = whole.ground_m.shape
    top = min(max(round(whole.row - size / 2), 0), max(rows - size, 0))
    left = min(max(round(whole.col - size / 2), 0), max(cols - size, 0))
    part = (slice(top, top + size), slice(left, left + size))
    return Place(
        np.ascontiguousarray(whole.ground_m[part]),
        np.ascontiguousarray(whole.above_m[part]),
        whole.resolution_m,
        whole.row - top,
        whole.col - left,
        whole.height_m,
    )


def _rng(name: str, part: str) -> np.random.Generator:
    """Return a stream of its own for each part of each terrain; hills and isolated share their ground."""
    ground = "hills" if part == "ground" and name == "isolated" else name
    key = (NAMES.index(ground), ("ground", "clutter").index(part))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=key)))
