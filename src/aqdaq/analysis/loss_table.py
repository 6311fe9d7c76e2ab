"""Probability that a normal level less the entry loss of P.2109 reaches a threshold, tabulated for millions of pixels.

``G(m, s) = P(m + s Y - L >= 0)`` with ``Y`` standard normal and ``L`` the loss of one class. It is a smooth function of
two figures that stay finite: ``u``, the margin in standard deviations of ``m + s Y - L``, and ``v = s / (s + 10 dB)``,
from a level without spread to one whose spread drowns the loss. Between the points of a table over both it is linear,
so that it stays between 0 and 1 and rises with the margin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from aqdaq.analysis.entry_loss import EntryLoss, class_curve, moments

Array = NDArray[np.float64]

#: Margin over its standard deviation that the table reaches to either side, and its spacing.
_U_END: Final = 6.5
_U_STEP: Final = 0.02
#: Steps of ``v`` from 0 to 1.
_V_STEPS: Final = 64
#: Spread (dB) at which ``v`` is one half.
_V_SPREAD_DB: Final = 10.0
#: Below this spread (dB) the table is integrated over the level, because the loss is smoother; else over the loss.
_NARROW_DB: Final = 4.0
#: Normal quantiles of that integration.
_NODES: Final = np.linspace(-5.5, 5.5, 89)
#: Pixels looked up at once: their figures stay in the cache of the processor.
_BAND: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class LossTable:
    """``G`` of one class of buildings.

    Attributes:
        mean_db: mean of the loss (dB).
        sd_db: its standard deviation (dB).
        values: (v, u) probabilities.
    """

    mean_db: float
    sd_db: float
    values: Array

    def at(self, margin_db: Array, sd_db: Array) -> Array:
        """Return ``G``.

        Args:
            margin_db: (n,) expected level less threshold (dB); NaN gives NaN.
            sd_db: (n,) standard deviation of the level (dB), not negative.
        """
        out = np.empty(margin_db.shape)
        for band in _bands(margin_db.size):
            out[band] = self._look_up(margin_db[band], sd_db[band])
        return out

    def _look_up(self, margin_db: Array, sd_db: Array) -> Array:
        last = self.values.shape[1] - 1
        u = (margin_db - self.mean_db) / np.hypot(sd_db, self.sd_db)
        known = np.isfinite(u)
        column = np.clip(np.where(known, u + _U_END, 0.0) / _U_STEP, 0.0, last)
        row = np.where(known, sd_db / (sd_db + _V_SPREAD_DB), 0.0) * _V_STEPS
        i, j = np.minimum(row.astype(np.int64), _V_STEPS - 1), np.minimum(column.astype(np.int64), last - 1)
        row -= i
        column -= j
        flat, first = self.values.ravel(), i * (last + 1) + j
        upper = flat[first] * (1.0 - column) + flat[first + 1] * column
        first += last + 1
        lower = flat[first] * (1.0 - column) + flat[first + 1] * column
        return np.asarray(np.where(known, upper * (1.0 - row) + lower * row, np.nan))


@lru_cache(maxsize=64)
def loss_table(frequency_mhz: float, *, efficient: bool, elevation_deg: float) -> LossTable:
    """Return the table of one class of buildings; about a third of a megabyte, kept for the next one who asks.

    Args:
        frequency_mhz: 80 to 100000 (MHz).
        efficient: thermally efficient buildings, else traditional ones.
        elevation_deg: of the path at the facade (deg).

    Raises:
        ValidityError: outside the range of P.2109.
    """
    loss = EntryLoss(frequency_mhz, float(efficient), elevation_deg)
    mean, sd = moments(loss.nodes())
    u = np.linspace(-_U_END, _U_END, round(2.0 * _U_END / _U_STEP) + 1)
    values = np.empty((_V_STEPS + 1, u.size))
    values[-1] = ndtr(u)  # a level whose spread drowns the loss
    weight = np.exp(-0.5 * _NODES * _NODES)
    weight /= weight.sum()
    z, of_class = class_curve(frequency_mhz, efficient=efficient, elevation_deg=elevation_deg)
    node_db = np.interp(_NODES, z, of_class)
    for row in range(_V_STEPS):
        spread = _V_SPREAD_DB * row / (_V_STEPS - row)
        margin = mean + u * np.hypot(spread, sd)
        if spread < _NARROW_DB:
            reached = loss.not_exceeded(margin[:, None] + spread * _NODES)
        else:
            reached = ndtr((margin[:, None] - node_db) / spread)
        values[row] = reached @ weight
    np.maximum.accumulate(values, axis=1, out=values)  # what the arithmetic left of a fall
    values.setflags(write=False)
    return LossTable(mean, sd, values)


def _bands(size: int) -> Iterator[slice]:
    for start in range(0, size, _BAND):
        yield slice(start, min(start + _BAND, size))
