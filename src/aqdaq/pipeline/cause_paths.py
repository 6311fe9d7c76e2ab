"""The paths of one layer to a white spot, as the loop over coalitions takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.causes.coalitions import SURFACES, Paths
from aqdaq.analysis.causes.several import softness_db
from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.layer import FAINT_DB, LevelSource
from aqdaq.engine.antennas import pattern_gains_db, pattern_parameters
from aqdaq.engine.directions import Directions
from aqdaq.pipeline.cause_cells import Radiator, about_levels, links_of_cells, predicted_at
from aqdaq.pipeline.cause_surfaces import Antenna, Pixels, Spot, Surfaces

Array = NDArray[np.float64]

#: Of antennas that would be much the same, the one is turned that has the shorter way: so much a degree counts (dB).
_DB_A_DEG = 0.01


@dataclass(frozen=True, slots=True)
class Judged:
    """What the map and the definition say of the n pixels.

    Attributes:
        mean_dbm: (n,) level of the map (dBm).
        needed_dbm: (2, n) level that suffices, with the entry loss and without (dBm).
        lacking: (2, n, m) see ``Paths``.
    """

    mean_dbm: Array
    needed_dbm: Array
    lacking: Array


@dataclass(frozen=True, slots=True)
class Ideal:
    """What the switches of distance and power set.

    Attributes:
        near_db: (n,) what free space costs on the way from the nearest site beyond the usual distance (dB).
        full_dbm: reference EIRP at full power (dBm).
        bound: probability with which the level must be reached.
    """

    near_db: Array
    full_dbm: float
    bound: float


@dataclass(frozen=True, slots=True)
class Turn:
    """Where an antenna would have to look.

    Attributes:
        grid_azimuth_deg: clockwise from grid north (deg).
        downtilt_deg: main lobe below the horizon (deg).
    """

    grid_azimuth_deg: float
    downtilt_deg: float


@dataclass(frozen=True)
class Scene:
    """The cells that could serve a white spot and their paths to it.

    Attributes:
        spot: the pixels.
        radiators: the cells.
        paths: of them.
        turns: where each cell would have to look.
        sd_db: (r,) standard deviation of the level of each cell (dB).
        pairs: site and antenna of each loss.
        base_db: (k, n) loss as it is (dB).
    """

    spot: Spot
    radiators: tuple[Radiator, ...]
    paths: Paths
    turns: tuple[Turn, ...]
    sd_db: Array
    pairs: tuple[tuple[str, Antenna], ...]
    base_db: Array


@dataclass(frozen=True, slots=True)
class _Losses:
    """Losses and directions of all pairs of site and antenna.

    Attributes:
        pairs: site and antenna.
        base_db: (k, n) loss as it is (dB), NaN where unknown.
        gain_db: (8, k, n) by how much less it is on each surface (dB).
        bearing_deg: (k, n) from the site, clockwise from grid north (deg).
        elevation_deg: (k, n) of the pixel as seen from the antenna (deg).
    """

    pairs: tuple[tuple[str, Antenna], ...]
    base_db: Array
    gain_db: Array
    bearing_deg: Array
    elevation_deg: Array


def make_scene(
    radiators: list[Radiator],
    spot: Spot,
    pixels: Pixels,
    judged: Judged,
    surfaces: Surfaces,
    levels: LevelSource,
    fitted: CellLevels,
    ideal: Ideal,
) -> Scene | None:
    """Return the paths of the cells to a white spot; None where no cell on air is known there.

    Args:
        radiators: the cells; those on air come first.
        spot: the white spot.
        pixels: (n,) rows and columns of its pixels on the grid.
        judged: what the map says of them.
        surfaces: the eight.
        levels: of the cells on air by the engine, on the grid.
        fitted: what measurements make of them.
        ideal: what the switches of distance and power set.
    """
    losses = _losses(radiators, spot, surfaces)
    pair = np.array([losses.pairs.index((r.site.id, _antenna(r))) for r in radiators], dtype=np.int64)
    gain, turned, turns = _pointing(radiators, pair, losses, spot)
    eirp = np.array([r.cell.reference_eirp_dbm for r in radiators])
    engine = eirp[:, None] + gain - losses.base_db[pair]
    level, sd = _levels(radiators, engine, spot, pixels, levels, fitted)
    needs = np.array([r.needs for r in radiators], dtype=np.int64)
    known = np.isfinite(level[needs == 0].max(axis=0, initial=-np.inf)) & np.isfinite(judged.mean_dbm)
    if not known.any():
        return None
    weight = spot.weight[known] / spot.weight[known].sum() if spot.weight[known].sum() > 0.0 else None
    if weight is None:
        return None
    kept = Spot(spot.x_m[known], spot.y_m[known], spot.rows[known], spot.cols[known], weight)
    paths = Paths(
        np.ascontiguousarray(level[:, known]),
        needs,
        pair,
        np.ascontiguousarray(losses.gain_db[..., known]),
        ideal.near_db[known],
        np.ascontiguousarray(turned[:, known]),
        np.maximum(ideal.full_dbm - eirp, 0.0),
        judged.mean_dbm[known],
        np.ascontiguousarray(judged.needed_dbm[:, known]),
        np.ascontiguousarray(judged.lacking[:, known]),
        weight,
        softness_db(float(np.mean(sd[needs == 0])) * fitted.best_factor, fitted.together, ideal.bound),
    )
    return Scene(kept, tuple(radiators), paths, turns, sd, losses.pairs, losses.base_db[:, known])


def _antenna(radiator: Radiator) -> Antenna:
    return Antenna(radiator.cell.height_m, radiator.cell.frequency_mhz)


def _losses(radiators: list[Radiator], spot: Spot, surfaces: Surfaces) -> _Losses:
    """Return the losses of all sites, each surface only where it differs on the way."""
    pairs: list[tuple[str, Antenna]] = []
    parts: list[tuple[Array, Array, Directions]] = []
    sites = {r.site.id: r.site for r in radiators}
    for key, site in sites.items():
        antennas = sorted(
            {_antenna(r) for r in radiators if r.site.id == key}, key=lambda a: (a.height_m, a.frequency_mhz)
        )
        base = surfaces.loss_db(site, antennas, spot, 0)
        gain = np.zeros((SURFACES, *base.shape))
        computed = surfaces.matters(site, spot)
        for number in computed:
            less = base - surfaces.loss_db(site, antennas, spot, number)
            gain[number] = np.where(np.isfinite(less), less, 0.0)
        _fill(gain, computed)
        seen = surfaces.directions(site, antennas, spot)
        pairs += [(key, antenna) for antenna in antennas]
        parts.append((base, gain, seen))
    return _Losses(
        tuple(pairs),
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts], axis=1),
        np.concatenate([np.broadcast_to(p[2].bearing_deg, p[0].shape) for p in parts]).astype(np.float64),
        np.concatenate([p[2].elevation_deg for p in parts]).astype(np.float64),
    )


def _fill(gain: Array, computed: list[int]) -> None:
    """Give each surface that was not computed the gain of the part of it that was: the rest changes nothing here."""
    bits = 0
    for number in computed:
        bits |= number
    for number in range(1, SURFACES):
        if number not in computed:
            gain[number] = gain[number & bits]


def _pointing(
    radiators: list[Radiator], pair: NDArray[np.int64], losses: _Losses, spot: Spot
) -> tuple[Array, Array, tuple[Turn, ...]]:
    """Return (r, n) gains of the patterns (dB), what turning adds to them (dB), and where each antenna would look.

    Of the cells of a site one is turned: the one that would be the strongest, of those alike the one nearest to it.
    """
    gain, turned = np.empty((len(radiators), spot.weight.size)), np.zeros((len(radiators), spot.weight.size))
    turns, score = [], np.empty(len(radiators))
    for i, r in enumerate(radiators):
        gain[i], more, turn = _turned(r, losses.bearing_deg[pair[i]], losses.elevation_deg[pair[i]], spot)
        if float(spot.weight @ more) > 0.0:
            turned[i] = more
        turns.append(turn)
        away = abs((turn.grid_azimuth_deg - r.grid_azimuth_deg + 180.0) % 360.0 - 180.0)
        best = float(spot.weight @ np.nan_to_num(gain[i] + more, nan=0.0))
        score[i] = r.cell.reference_eirp_dbm + best - _DB_A_DEG * away
    for site in {r.site.id for r in radiators}:
        own = [i for i, r in enumerate(radiators) if r.site.id == site]
        turned[[i for i in own if i != max(own, key=lambda i: (score[i], -i))]] = 0.0
    return gain, turned, tuple(turns)


def _turned(r: Radiator, bearing: Array, elevation: Array, spot: Spot) -> tuple[Array, Array, Turn]:
    """Return (n,) gain of a pattern as it hangs (dB), what turning it to the middle adds (dB), and where it looks."""
    x, y = spot.middle_m
    azimuth = float(np.degrees(np.arctan2(x - r.site.x_m, y - r.site.y_m)) % 360.0)
    known = np.isfinite(elevation)
    heavy = float(spot.weight[known].sum()) > 0.0
    down = -float(np.average(elevation[known], weights=spot.weight[known])) if heavy else r.cell.downtilt_deg
    pattern = pattern_parameters(r.cell.antenna)
    gain = pattern_gains_db(bearing, elevation, r.grid_azimuth_deg, r.cell.mechanical_tilt_deg, pattern)
    best = pattern_gains_db(bearing, elevation, azimuth, down - r.cell.antenna.electrical_tilt_deg, pattern)
    return gain, np.where(np.isfinite(best - gain), best - gain, 0.0), Turn(azimuth, down)


def _levels(
    radiators: list[Radiator],
    engine: Array,
    spot: Spot,
    pixels: Pixels,
    levels: LevelSource,
    fitted: CellLevels,
) -> tuple[Array, Array]:
    """Return (r, n) levels as measurements left them (dBm), -inf where unknown, and (r,) their spread (dB).

    A cell without measurements of its own, lost or never there, is corrected as the others are here on average.
    """
    on_air = [r for r in radiators if not r.needs]
    mean, spread = _fitted(on_air, np.array([predicted_at(levels, r.cell.id, pixels) for r in on_air]), spot, fitted)
    shifts = mean - engine[: len(on_air)]
    shift = float(np.median(shifts[np.isfinite(shifts)])) if np.isfinite(shifts).any() else 0.0
    level = np.concatenate([mean, engine[len(on_air) :] + shift])
    sd = np.full(len(radiators), fitted.sd_db if np.isnan(spread).all() else np.nanmax(spread))
    for i, row in enumerate(spread):
        if np.isfinite(row).any():
            sd[i] = np.nanmean(row)
    return np.where(np.isfinite(level), level, -np.inf), sd


def _fitted(on_air: list[Radiator], predicted: Array, spot: Spot, fitted: CellLevels) -> tuple[Array, Array]:
    """Return (r, n) levels of cells on air (dBm) and their spread (dB), NaN where unknown; all are asked at once.

    As on the map, cells that are faint beside the strongest are not told from measurements, and have no spread.
    """
    if fitted.model is None:
        return predicted, np.where(np.isfinite(predicted), fitted.sd_db, np.nan)
    mean, spread = about_levels(on_air, predicted, spot, fitted), np.full(predicted.shape, np.nan)
    best = np.max(np.where(np.isfinite(mean), mean, -np.inf), axis=0, initial=-np.inf)
    which, place = np.nonzero(mean >= best - FAINT_DB)
    if which.size:
        links = links_of_cells(on_air, which, place, spot, predicted)
        mean[which, place], spread[which, place] = fitted.model.map_levels(links, group_m=fitted.group_m)
    return mean, spread
