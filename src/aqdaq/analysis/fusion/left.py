"""What the trend leaves at the measurements, one row a cell and pixel: the data of the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Observed
from aqdaq.analysis.fusion.facts import Scene, Seen
from aqdaq.analysis.fusion.merge import distinct
from aqdaq.analysis.fusion.pooled import Figures
from aqdaq.engine.kriging import Known
from aqdaq.engine.trend import trend

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Measurements of a cell within a pixel of this side (m) are one to the field.
PIXEL_M: Final = 25.0
#: A merged measurement is never surer than this share of a row's variance: its device and its day stay the same.
LEAST_NOISE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Left:
    """Merged measurements; all arrays have the length n.

    Attributes:
        x_m: easting (m).
        y_m: northing (m).
        cell: number of the cell.
        noise: variance as a multiple of a row's.
        reported_db: measured minus the trend of what is reported (dB).
        reported_slopes: (n, 13) derivatives of that trend.
        level_db: measured minus the trend of the level itself (dB).
        level_slopes: (n, 13) derivatives of that trend.
    """

    x_m: Array
    y_m: Array
    cell: Ints
    noise: Array
    reported_db: Array
    reported_slopes: Array
    level_db: Array
    level_slopes: Array

    def known(self, scene: Scene, *, with_floor: bool) -> Known:
        """Return the measurements as the kernels take them."""
        left, slopes = (self.reported_db, self.reported_slopes) if with_floor else (self.level_db, self.level_slopes)
        return Known(self.x_m, self.y_m, self.cell, scene.site[self.cell], left, self.noise, slopes)


def what_is_left(scene: Scene, figures: Figures, view: Seen, observed: Observed) -> Left:
    """Return what the trend leaves; rows that were not heard say only what they refute.

    Args:
        scene: the cells.
        figures: of the trend.
        view: the links of ``observed`` as seen from their cells.
        observed: levels measured.
    """
    links = observed.links
    out: list[Array] = []
    for floored in (True, False):
        level, slopes = trend(
            links.cell, view.iso_dbm, view.dx_m, view.dy_m, view.below_deg, scene.table, figures.mean, floored=floored
        )
        left = observed.level_dbm - level
        out += [np.where(observed.heard, left, np.minimum(left, 0.0)), slopes]
    use = observed.heard | (out[0] < 0.0)
    x, y, cell, weight = links.x_m[use], links.y_m[use], links.cell[use], observed.weight[use]
    first, number = distinct(cell, np.floor(x / PIXEL_M), np.floor(y / PIXEL_M))
    total = np.bincount(number, weight, minlength=len(first))

    def merged(values: Array) -> Array:
        if values.ndim == 1:
            return np.asarray(np.bincount(number, weight * values, minlength=len(first)) / total)
        return np.stack([merged(column) for column in values.T], axis=1)

    noise = np.maximum(1.0 / total, LEAST_NOISE)
    return Left(merged(x), merged(y), cell[first], noise, *(merged(values[use]) for values in out))
