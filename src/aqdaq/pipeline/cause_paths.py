"""The paths of one layer to a white spot, as the loop over coalitions takes them."""

from __future__ import annotations

from dataclasses import dataclass
import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.causes.coalitions import SURFACES, Paths
from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.engine.antennas import pattern_gains_db, pattern_parameters
from aqdaq.engine.directions import Directions
from aqdaq.pipeline.cause_cells import Radiator, predicted_at
from aqdaq.pipeline.cause_surfaces import Antenna, Pixels, Spot, Surfaces
from aqdaq.pipeline.predict_grid import GridLevels

Array = NDArray[np.float64]


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
        near_m: distance (m) at which a site is imagined where distance is taken away.
        full_dbm: reference EIRP at full power (dBm).
    """

    near_m: float
    full_dbm: float


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
        near_db: (k, n) what free space costs beyond the near distance (dB).
        bearing_deg: (k, n) from the site, clockwise from grid north (deg).
        elevation_deg: (k, n) of the pixel as seen from the antenna (deg).
    """

    pairs: tuple[tuple[str, Antenna], ...]
    base_db: Array
    gain_db: Array
    near_db: Array
    bearing_deg: Array
    elevation_deg: Array


def make_scene(
    radiators: list[Radiator],
    spot: Spot,
    pixels: Pixels,
    judged: Judged,
    surfaces: Surfaces,
    levels: GridLevels,
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
    losses = _losses(radiators, spot, surfaces, ideal.near_m)
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
        np.ascontiguousarray(losses.near_db[:, known]),
        np.ascontiguousarray(turned[:, known]),
        np.maximum(ideal.full_dbm - eirp, 0.0),
        judged.mean_dbm[known],
        np.ascontiguousarray(judged.needed_dbm[:, known]),
        np.ascontiguousarray(judged.lacking[:, known]),
        weight,
    )
    return Scene(kept, tuple(radiators), paths, turns, sd, losses.pairs, losses.base_db[:, known])


def _antenna(radiator: Radiator) -> Antenna:
    return Antenna(radiator.cell.height_m, radiator.cell.frequency_mhz)


def _losses(radiators: list[Radiator], spot: Spot, surfaces: Surfaces, near_m: float) -> _Losses:
    """Return the losses of all sites, each surface only where it differs on the way."""
    pairs: list[tuple[str, Antenna]] = []
    parts: list[tuple[Array, Array, Array, Directions]] = []
    sites = {r.site.id: r.site for r in radiators}
    for key, site in sites.items():
        antennas = sorted(
            {_antenna(r) for r in radiators if r.site.id == key}, key=lambda a: (a.height_m, a.frequency_mhz)
        )
        base = surfaces.loss_db(site, antennas, spot, 0)
        gain = np.zeros((SURFACES, *base.shape))
        for number in surfaces.matters(site, spot):
            less = base - surfaces.loss_db(site, antennas, spot, number)
            gain[number] = np.where(np.isfinite(less), less, 0.0)
        _fill(gain, surfaces.matters(site, spot))
        seen = surfaces.directions(site, antennas, spot)
        pairs += [(key, antenna) for antenna in antennas]
        parts.append((base, gain, _near_db(seen, len(antennas), near_m), seen))
    return _Losses(
        tuple(pairs),
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts], axis=1),
        np.concatenate([p[2] for p in parts]),
        np.concatenate([np.broadcast_to(p[3].bearing_deg, p[0].shape) for p in parts]).astype(np.float64),
        np.concatenate([p[3].elevation_deg for p in parts]).astype(np.float64),
    )


def _fill(gain: Array, computed: list[int]) -> None:
    """Give each surface that was not computed the gain of the part of it that was: the rest changes nothing here."""
    bits = 0
    for number in computed:
        bits |= number
    for number in range(1, SURFACES):
        if number not in computed:
            gain[number] = gain[number & bits]


def _near_db(seen: Directions, antennas: int, near_m: float) -> Array:
    away = np.maximum(seen.distance_m.astype(np.float64), 1.0)
    beyond = np.maximum(20.0 * np.log10(away / near_m), 0.0)
    return np.broadcast_to(beyond, (antennas, away.size)).copy()


def _pointing(
    radiators: list[Radiator], pair: NDArray[np.int64], losses: _Losses, spot: Spot
) -> tuple[Array, Array, tuple[Turn, ...]]:
    """Return (r, n) gains of the patterns (dB), what turning adds to them (dB), and where each antenna would look."""
    gain, turned = np.empty((len(radiators), spot.weight.size)), np.empty((len(radiators), spot.weight.size))
    turns = []
    for i, r in enumerate(radiators):
        bearing, elevation = losses.bearing_deg[pair[i]], losses.elevation_deg[pair[i]]
        x, y = spot.middle_m
        azimuth = float(np.degrees(np.arctan2(x - r.site.x_m, y - r.site.y_m)) % 360.0)
        known = np.isfinite(elevation)
        down = -float(np.average(elevation[known], weights=spot.weight[known])) if spot.weight[known].sum() > 0 else 0.0
        pattern = pattern_parameters(r.cell.antenna)
        mechanical = down - r.cell.antenna.electrical_tilt_deg
        gain[i] = pattern_gains_db(bearing, elevation, r.grid_azimuth_deg, r.cell.mechanical_tilt_deg, pattern)
        at_best = pattern_gains_db(bearing, elevation, azimuth, mechanical, pattern)
        more = np.where(np.isfinite(at_best - gain[i]), at_best - gain[i], 0.0)
        better = float(spot.weight @ more) > 0.0
        turned[i] = more if better else 0.0
        turns.append(Turn(azimuth, down) if better else Turn(r.grid_azimuth_deg, r.cell.downtilt_deg))
    return gain, turned, tuple(turns)


def _levels(
    radiators: list[Radiator],
    engine: Array,
    spot: Spot,
    pixels: Pixels,
    levels: GridLevels,
    fitted: CellLevels,
) -> tuple[Array, Array]:
    """Return (r, n) levels as measurements left them (dBm), -inf where unknown, and (r,) their spread (dB).

    A cell without measurements of its own, lost or never there, is corrected as the others are here on average.
    """
    level, sd = np.full(engine.shape, -np.inf), np.full(len(radiators), np.nan)
    shifts = []
    for i, r in enumerate(radiators):
        if r.needs:
            continue
        predicted = predicted_at(levels, r.cell.id, pixels)
        known = np.isfinite(predicted)
        if not known.any():
            continue
        mean, spread = fitted.levels(r.index, spot.x_m[known], spot.y_m[known], predicted[known])
        level[i, known] = np.where(np.isfinite(mean), mean, -np.inf)
        sd[i] = float(np.nanmean(spread))
        shifts.append(mean - engine[i, known])
    shift = float(np.nanmedian(np.concatenate(shifts))) if shifts else 0.0
    for i, r in enumerate(radiators):
        if r.needs:
            level[i] = np.where(np.isfinite(engine[i]), engine[i] + shift, -np.inf)
    sd[~np.isfinite(sd)] = np.nanmax(sd) if np.isfinite(sd).any() else fitted.sd_db
    return level, sd
