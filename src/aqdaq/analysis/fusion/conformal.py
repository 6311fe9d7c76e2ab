"""Conformal widening: intervals that held nine times in ten on blocks the fit had not seen, group by group.

Errors on unseen blocks are divided by the stated standard deviation; their 5 % and 95 % points are the ends of the
interval, and their root mean square the factor of the standard deviation. Groups that differ in how errors come about
(how far the nearest measurement of the cell is, near the mast, in sight or not) have figures of their own, drawn to
those of all rows by how few they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Bounds (m) of the classes of distance to the nearest measurement of the cell.
DATA_BOUNDS_M: Final = (50.0, 150.0, 500.0, 1500.0)
#: Bounds (dB) of the classes of the forecast's height over the floor: levels are squeezed near it, and spread above.
OVER_FLOOR_DB: Final = (3.0, 6.0, 10.0, 15.0, 22.0, 30.0)
#: Height over the floor (dB) at which the level itself, which knows no floor, is taken to lie at least.
FREE_OF_FLOOR_DB: Final = 12.0
#: Nearer than this (m) is near the mast.
MAST_M: Final = 150.0
#: A group's figures weigh as its rows against this many of all groups together.
BORROWED_ROWS: Final = 150.0
#: Normal quantile of 95 %.
Z95: Final = 1.6448536269514722
#: The factor of the best server is at most this: what is beyond is a bias, which no spread mends.
MOST_BEST: Final = 1.4
#: Figures of all rows are drawn to 1 by this many rows.
FIRM_ROWS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Conformal:
    """What unseen blocks ask of the stated standard deviations.

    Attributes:
        factor: (groups,) of the standard deviation.
        low: (groups,) lower end of the 90 % interval, in stated standard deviations.
        high: (groups,) its upper end.
        steep: (classes,) of the standard deviation, by the height over the floor.
        best: (1,) of the cells' standard deviations where the strongest of them is asked: it is where errors gather.
    """

    factor: Array
    low: Array
    high: Array
    steep: Array
    best: Array

    def spread(self, sd_db: Array, over_floor_db: Array) -> Array:
        """Return (n,) the standard deviation (dB) of levels that lie so far over the floor, before their group."""
        return sd_db * self.steep[np.searchsorted(np.array(OVER_FLOOR_DB), over_floor_db)]

    def apply(self, mean_dbm: Array, sd_db: Array, group: Ints) -> tuple[Array, Array, Array]:
        """Return (n,) standard deviation (dB), lower and upper end (dBm) of the 90 % interval; sd as of ``spread``."""
        return (
            sd_db * self.factor[group],
            mean_dbm + sd_db * self.low[group],
            mean_dbm + sd_db * self.high[group],
        )


def groups_count() -> int:
    """Return how many groups there are."""
    return (len(DATA_BOUNDS_M) + 2) * 3


def group_of(to_data_m: Array, to_mast_m: Array, sight: Array) -> Ints:
    """Return (n,) the group of links.

    Args:
        to_data_m: (n,) distance to the nearest measurement of the cell (m), infinite where there is none.
        to_mast_m: (n,) distance to the site (m).
        sight: (n,) 1 in line of sight, 0 not, NaN unknown.
    """
    data = np.searchsorted(np.array(DATA_BOUNDS_M), to_data_m)
    place = np.where(to_mast_m < MAST_M, len(DATA_BOUNDS_M) + 1, data)
    seen = np.where(np.isnan(sight), 0, np.where(sight > 0.5, 1, 2))
    return np.asarray(place * 3 + seen, dtype=np.int64)


def plain() -> Conformal:
    """Return the figures of a normal distribution as stated, for a fit that nothing can check."""
    n = groups_count()
    return Conformal(np.ones(n), np.full(n, -Z95), np.full(n, Z95), np.ones(len(OVER_FLOOR_DB) + 1), np.ones(1))


def learn(errors_in_sd: Array, group: Ints, over_floor_db: Array | None = None) -> Conformal:
    """Return the figures that errors on unseen blocks ask for.

    Args:
        errors_in_sd: (n,) measured minus forecast, in stated standard deviations.
        group: (n,) of each row.
        over_floor_db: (n,) forecast minus floor (dB); None: the spread is the same at all heights.
    """
    if len(errors_in_sd) == 0:
        return plain()
    steep = np.ones(len(OVER_FLOOR_DB) + 1)
    if over_floor_db is not None:
        steep = _steep(errors_in_sd, over_floor_db)
        errors_in_sd = errors_in_sd / steep[np.searchsorted(np.array(OVER_FLOOR_DB), over_floor_db)]
    firm = len(errors_in_sd) / (len(errors_in_sd) + FIRM_ROWS)
    whole = _figures(errors_in_sd) * firm + np.array([1.0, -Z95, Z95]) * (1.0 - firm)
    out = np.repeat(whole[None], groups_count(), axis=0)
    for g in np.unique(group):
        own = errors_in_sd[group == g]
        share = len(own) / (len(own) + BORROWED_ROWS)
        out[g] = share * _figures(own) + (1.0 - share) * whole
    return Conformal(out[:, 0], out[:, 1], out[:, 2], steep, np.ones(1))


def best_factor(errors_in_sd: Array) -> Array:
    """Return (1,) the factor that errors of best servers on unseen blocks ask for, drawn to 1 and never below it.

    Args:
        errors_in_sd: (n,) measured minus forecast best server, in stated standard deviations.
    """
    n = len(errors_in_sd)
    square = (float((errors_in_sd**2).sum()) + BORROWED_ROWS) / (n + BORROWED_ROWS)
    return np.array([min(max(np.sqrt(square), 1.0), MOST_BEST)])


def _steep(errors: Array, over_floor_db: Array) -> Array:
    """Return by how much errors of each class of height over the floor exceed those of all rows."""
    kind = np.searchsorted(np.array(OVER_FLOOR_DB), over_floor_db)
    whole = float(np.mean(errors**2))
    count = np.bincount(kind, minlength=len(OVER_FLOOR_DB) + 1)
    total = np.bincount(kind, errors**2, minlength=len(OVER_FLOOR_DB) + 1)
    return np.sqrt((total + BORROWED_ROWS * whole) / ((count + BORROWED_ROWS) * whole))


def _figures(errors: Array) -> Array:
    """Return root mean square and the 5 % and 95 % points, a little outside as finite samples ask for."""
    n = len(errors)
    tail = max(0.05 * (1.0 - 1.0 / n), 0.0)
    low, high = np.quantile(errors, tail), np.quantile(errors, 1.0 - tail)
    half = 0.5 * float(np.quantile(np.abs(errors), min(0.9 * (1.0 + 1.0 / n), 1.0)))
    # Halfway to the symmetric interval: single ends of a small sample are unsteady.
    return np.array([np.sqrt(np.mean(errors**2)), 0.5 * low - half, 0.5 * high + half])
