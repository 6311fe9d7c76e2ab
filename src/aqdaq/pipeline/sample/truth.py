"""What the phones of the sample really receive. A model of its own, so that the engine does not validate itself.

It shares nothing with the engine but the antenna pattern of 3GPP TR 38.901: two slopes of distance with and without
line of sight over the houses, an excess for how much stands in the way, and what no table knows: shadowing that is
alike at neighbouring places and for the cells of one site, a bias per cell, and antennas that point elsewhere than the
table says.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.pipeline.sample.city import City, heights_raster_m
from aqdaq.pipeline.sample.frame import SIDE_M, Rng, grid_convergence_deg
from aqdaq.pipeline.sample.network import SampleCell, SampleSite
from aqdaq.pipeline.sample.terrain import Terrain

SHADOWING_SD_DB: Final = 5.0
SHADOWING_LENGTH_M: Final = 60.0
SHARED_BY_SITE: Final = 0.5
BIAS_SD_DB: Final = 3.0
FADING_SD_DB: Final = 2.0
WRONG_CELLS: Final = 6

#: Loss by trees and the car's roof everywhere (dB).
TREES_DB: Final = 2.0

#: Beyond this distance nothing is received (m); the phone is held at this height (m).
REACH_M: Final = 2000.0
PHONE_M: Final = 1.5

#: Surface and path sampling (m); what stands this close to either end is not in the way (m).
PIXEL_M: Final = 10.0
STEP_M: Final = 15.0
CLEAR_M: Final = 14.0

#: Pixel of the shadowing fields (m): 256 of them span the city, so that the fast transform needs no padding.
FIELD_PIXEL_M: Final = 16.0
FIELD_PIXELS: Final = 256

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the network and stands in no table.

    Attributes:
        azimuth_deg: true azimuth of the cells whose table is wrong, by cell id.
        downtilt_deg: true downtilt of the cells whose table is wrong, by cell id.
        bias_db: of every cell.
    """

    azimuth_deg: dict[str, float]
    downtilt_deg: dict[str, float]
    bias_db: dict[str, float]


def make_truth(rng: Rng, cells: tuple[SampleCell, ...], date: dt.date) -> Truth:
    """Draw which cells on air on ``date`` are not what the table says."""
    on_air = [cell for cell in cells if cell.transmits(date)]
    wrong = rng.choice(len(on_air), 2 * WRONG_CELLS, replace=False)
    azimuth, tilt = {}, {}
    for number in sorted(wrong[:WRONG_CELLS].tolist()):
        turn = float(rng.choice((-1.0, 1.0)) * rng.integers(60, 181))
        azimuth[on_air[number].id] = (on_air[number].azimuth_deg + turn) % 360.0
    for number in sorted(wrong[WRONG_CELLS:].tolist()):
        tilt[on_air[number].id] = on_air[number].downtilt_deg + float(rng.integers(5, 9))
    bias = {cell.id: round(float(rng.normal(0.0, BIAS_SD_DB)), 1) for cell in cells}
    return Truth(azimuth, tilt, bias)


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths from one site to all places: arrays of shape (places,).

    Attributes:
        distance_m: in space.
        bearing_deg: clockwise from true north.
        below_deg: angle of the place below the horizon of the antenna.
        excess_db: beyond free space, at 1.8 GHz.
    """

    distance_m: Floats
    bearing_deg: Floats
    below_deg: Floats
    excess_db: Floats


def received_dbm(
    rng: Rng,
    sites: tuple[SampleSite, ...],
    cells: tuple[SampleCell, ...],
    truth: Truth,
    surface: tuple[Terrain, City, dt.date],
    places: Floats,
) -> Floats:
    """Return the level (dBm) of every cell at every place, shape (cells, places); NaN where nothing arrives.

    Args:
        rng: stream of the drive test.
        sites: of the cells.
        cells: those not on air receive NaN.
        truth: what the tables do not say.
        surface: terrain, city and the day.
        places: (places, 2) local coordinates (m).
    """
    terrain, city, date = surface
    ground = terrain.raster_m(0.0, PIXEL_M).astype(np.float64)
    above = heights_raster_m(tuple(s for s in city.buildings if s.stands(date)), PIXEL_M).astype(np.float64)
    spectrum = _shadowing_spectrum()
    levels = np.full((len(cells), len(places)), np.nan)
    for site in sites:
        paths = _paths(site, ground, above, places)
        shared = _shadowing_db(rng, spectrum, places)
        for number, cell in enumerate(cells):
            if cell.site != site.id:
                continue
            own = _shadowing_db(rng, spectrum, places)
            shadow = np.sqrt(SHARED_BY_SITE) * shared + np.sqrt(1.0 - SHARED_BY_SITE) * own
            if cell.transmits(date):
                fading = rng.normal(0.0, FADING_SD_DB, len(places))
                level = _median_dbm(cell, truth, paths) + shadow + fading + truth.bias_db[cell.id]
                levels[number] = np.where(paths.distance_m <= REACH_M, level, np.nan)
    return np.round(levels, 1)


def _paths(site: SampleSite, ground: Floats, above: Floats, places: Floats) -> Paths:
    """Follow the straight line from the antenna to every place over the houses."""
    dx, dy = places[:, 0] - site.x_m, places[:, 1] - site.y_m
    flat_m = np.maximum(np.hypot(dx, dy), 5.0)
    top = _sample(ground, np.asarray([site.x_m]), np.asarray([site.y_m]))[0] + site.height_m
    foot = _sample(ground, places[:, 0], places[:, 1]) + PHONE_M
    count = int(np.ceil(REACH_M / STEP_M))
    along = (np.arange(count) + 0.5) / count
    x, y = site.x_m + dx[:, None] * along, site.y_m + dy[:, None] * along
    ray = top + (foot - top)[:, None] * along
    inside = (along * flat_m[:, None] > CLEAR_M) & ((1.0 - along) * flat_m[:, None] > CLEAR_M)
    soil = _sample(ground, x, y) - ray
    cover = soil + _sample(above, x, y)
    obstruction = np.where(inside, cover, -1e3)
    hidden_m = np.mean(obstruction > 0.0, axis=1) * flat_m
    excess = _excess_db(np.max(obstruction, axis=1), hidden_m, np.max(np.where(inside, soil, -1e3), axis=1))
    return Paths(
        distance_m=np.hypot(flat_m, top - foot),
        bearing_deg=np.degrees(np.arctan2(dx, dy)) + grid_convergence_deg(),
        below_deg=np.degrees(np.arctan2(top - foot, flat_m)),
        excess_db=excess + 10.0 * np.log10(np.maximum(flat_m, 200.0) / 200.0),
    )


def _excess_db(highest_m: Floats, hidden_m: Floats, soil_m: Floats) -> Floats:
    """Return the loss (dB) by what stands in the way: its height above the ray, its length, and hills."""
    houses = np.where(highest_m > 0.0, 13.0 + 19.0 * np.sqrt(np.clip(highest_m / 30.0, 0.0, 1.0)), 0.0)
    mass = 13.0 * (1.0 - np.exp(-hidden_m / 150.0))
    hills = np.where(soil_m > 0.0, 5.0 + 12.0 * np.clip(soil_m / 25.0, 0.0, 1.0), 0.0)
    return np.asarray(houses + mass + hills)


def _sample(raster: Floats, x_m: Floats, y_m: Floats) -> Floats:
    rows = np.clip(((SIDE_M - y_m) / PIXEL_M).astype(np.int64), 0, raster.shape[0] - 1)
    cols = np.clip((x_m / PIXEL_M).astype(np.int64), 0, raster.shape[1] - 1)
    return np.asarray(raster[rows, cols])


def _median_dbm(cell: SampleCell, truth: Truth, paths: Paths) -> Floats:
    """Return the level (dBm) without shadowing and fading, with the antenna as it really hangs."""
    azimuth = truth.azimuth_deg.get(cell.id, cell.azimuth_deg)
    tilt = truth.downtilt_deg.get(cell.id, cell.downtilt_deg)
    turned = (paths.bearing_deg - azimuth + 180.0) % 360.0 - 180.0
    horizontal = np.minimum(12.0 * (turned / cell.horizontal_beamwidth_deg) ** 2, cell.front_to_back_db)
    vertical = np.minimum(12.0 * ((paths.below_deg - tilt) / cell.vertical_beamwidth_deg) ** 2, 30.0)
    pattern_db = np.minimum(horizontal + vertical, cell.front_to_back_db)
    ghz = cell.frequency_mhz / 1000.0
    free_db = 32.45 + 20.0 * np.log10(cell.frequency_mhz) + 20.0 * np.log10(paths.distance_m / 1000.0)
    excess_db = paths.excess_db * (1.0 + 0.12 * np.log2(ghz / 1.8)) + TREES_DB
    return np.asarray(cell.reference_eirp_dbm - pattern_db - free_db - excess_db)


def _shadowing_spectrum() -> Floats:
    """Return the amplitude spectrum of a field of unit variance with exponential correlation, on a torus."""
    steps = np.minimum(np.arange(FIELD_PIXELS), FIELD_PIXELS - np.arange(FIELD_PIXELS)) * FIELD_PIXEL_M
    correlation = np.exp(-np.hypot(steps[:, None], steps[None, :]) / SHADOWING_LENGTH_M)
    return np.sqrt(np.clip(np.fft.rfft2(correlation).real, 0.0, None))


def _shadowing_db(rng: Rng, spectrum: Floats, places: Floats) -> Floats:
    """Draw one field of shadowing and return it at the places (dB)."""
    noise = rng.standard_normal((FIELD_PIXELS, FIELD_PIXELS))
    field = np.fft.irfft2(np.fft.rfft2(noise) * spectrum, s=noise.shape) * SHADOWING_SD_DB
    cols, rows = np.clip((places.T / FIELD_PIXEL_M).astype(np.int64), 0, FIELD_PIXELS - 1)
    return np.asarray(field[rows, cols])
