"""Measurements belong to the day they were taken: they are compared with the city that stood then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from aqdaq.io.buildings import rasterize_buildings
from aqdaq.model.building import Building
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
        changed = surface.above_ground_m != now.above_ground_m
        far = ndimage.distance_transform_edt(~changed) * now.grid.resolution_m > within_m
        rows = np.flatnonzero((table["date"] == day).to_numpy())
        row, col, _ = now.grid.index(table["x_m"].to_numpy()[rows], table["y_m"].to_numpy()[rows])
        valid[rows] = far[row, col]
    return valid
