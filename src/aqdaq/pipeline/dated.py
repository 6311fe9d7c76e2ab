"""Measurements belong to the day they were taken: they are compared with the city that stood then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from aqdaq.io.buildings import rasterize_buildings
from aqdaq.model.building import Building
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements
from aqdaq.model.surface import Surface


def surfaces_then(now: Surface, buildings: Sequence[Building], days: Iterable[str]) -> dict[str, Surface]:
    """Return the surface of each day (YYYY-MM-DD) on which other buildings stood than on that of ``now``.

    A measurement without a day is taken as one of today.
    """
    standing = frozenset(b.id for b in buildings if b.stands(now.date))
    made: dict[frozenset[str], Surface] = {}
    found: dict[str, Surface] = {}
    for day in sorted({day for day in days if day}):
        date = dt.date.fromisoformat(day)
        then = tuple(b for b in buildings if b.stands(date))
        key = frozenset(b.id for b in then)
        if key == standing:
            continue
        if key not in made:
            above = rasterize_buildings(then, now.grid)
            made[key] = Surface(now.grid, date, now.ground_m, above, now.ground_assumed)
        found[day] = made[key]
    return found


def still_valid(
    measurements: Measurements, now: Surface, then: dict[str, Surface], *, within_m: float
) -> NDArray[np.bool_]:
    """Return (n,) whether nothing was built or pulled down within ``within_m`` of a measurement since it was taken.

    Farther changes can shade a place too; they count in the prediction, not in the evidence.
    """
    table = measurements.table
    valid = np.ones(len(table), dtype=np.bool_)
    for day, surface in then.items():
        rows = np.flatnonzero((table["date"] == day).to_numpy())
        row, col, _ = now.grid.index(table["x_m"].to_numpy()[rows], table["y_m"].to_numpy()[rows])
        valid[rows] = ~_near_a_change(surface.above_ground_m, now.above_ground_m, row, col, now.grid, within_m)
    return valid


def _near_a_change(
    then_m: NDArray[np.float32],
    now_m: NDArray[np.float32],
    row: NDArray[np.int64],
    col: NDArray[np.int64],
    grid: Grid,
    within_m: float,
) -> NDArray[np.bool_]:
    """Return (n,) whether a pixel within ``within_m`` of a pixel changed; only rows so near are looked at.

    Args:
        then_m: (rows, cols) height above ground then (m).
        now_m: (rows, cols) height above ground now (m).
        row: (n,) of the pixels.
        col: (n,) of the pixels.
        grid: of both surfaces.
        within_m: from centre to centre (m).
    """
    near = np.zeros(len(row), dtype=np.bool_)
    reach = int(within_m / grid.resolution_m + 1.0)
    across = np.arange(reach + 1)
    for line in np.unique(row):
        here = np.flatnonzero(row == line)
        for other in range(max(line - reach, 0), min(line + reach + 1, grid.rows)):
            half = int((np.sqrt(across**2 + (other - line) ** 2) * grid.resolution_m <= within_m).sum()) - 1
            if half < 0:
                continue
            changed = np.concatenate([[0], np.cumsum(then_m[other] != now_m[other])])
            begin, end = np.maximum(col[here] - half, 0), np.minimum(col[here] + half + 1, grid.cols)
            near[here] |= changed[end] > changed[begin]
    return near
