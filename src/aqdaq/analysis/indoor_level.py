"""The level indoors: what is left of the level outdoors behind the wall, with its spread and its 90 % interval."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from aqdaq.analysis.loss_table import LossTable, loss_table
from aqdaq.analysis.service import by_frequency, shares_of
from aqdaq.base.errors import UsageError
from aqdaq.model.definition import ServiceDefinition

Array = NDArray[np.float64]

#: Probabilities that the level indoors reaches its lower end, its median and its upper end.
_REACHED: Final = (0.95, 0.5, 0.05)
#: Spread (dB) of the level outdoors at which the table is at half of its length; steps of it and of the share.
_HALF_DB: Final = 10.0
_SPREAD_STEPS: Final = 40
_SHARE_STEPS: Final = 50
#: Margin over its standard deviation at which the distribution is computed before it is read backwards.
_U: Final = np.linspace(-6.0, 6.0, 481)


@dataclass(frozen=True, slots=True)
class IndoorLevel:
    """Levels behind the wall, in the shape of the levels outdoors; NaN where unknown.

    Attributes:
        mean_dbm: expected level (dBm).
        sd_db: its standard deviation (dB).
        median_dbm: reached in half of the cases (dBm).
        low_dbm: lower end of the central 90 % interval (dBm).
        high_dbm: its upper end (dBm).
    """

    mean_dbm: Array
    sd_db: Array
    median_dbm: Array
    low_dbm: Array
    high_dbm: Array


def indoor_level(
    definition: ServiceDefinition,
    mean_dbm: NDArray[np.floating],
    sd_db: NDArray[np.floating],
    *,
    frequency_mhz: ArrayLike | None = None,
    elevation_deg: float = 0.0,
    efficient_share: ArrayLike | None = None,
) -> IndoorLevel:
    """Return the level less the entry loss of a definition, for a normal level outdoors.

    The loss of P.2109 is skewed and that of a mixture may have two peaks, so the interval is not mean plus and minus
    so many standard deviations. It is read from a table, off by less than 0.2 dB.

    Args:
        definition: indoor or outdoor.
        mean_dbm: expected outdoor level (dBm), any shape.
        sd_db: its standard deviation (dB), the same shape.
        frequency_mhz: of the best server (MHz), one figure or that shape; P.2109 needs it.
        elevation_deg: of the path at the facade (deg).
        efficient_share: as in ``service.probability_of_service``; NaN where nobody is indoors gives NaN.

    Raises:
        UsageError: P.2109 without a frequency.
        ValidityError: outside the range of P.2109.
    """
    mean, sd = np.asarray(mean_dbm, dtype=np.float64), np.asarray(sd_db, dtype=np.float64)
    shape = mean.shape
    level, spread = mean.ravel(), np.broadcast_to(sd, shape).ravel()
    share = np.full(level.shape, 0.0)
    if efficient_share is not None and definition.environment == "indoor":
        share = np.broadcast_to(np.asarray(efficient_share, dtype=np.float64), shape).ravel()
    out = np.full((5, level.size), np.nan)
    if definition.entry_model == "constant":
        total = np.hypot(spread, definition.entry_loss_sd_db)
        out[:2] = level - definition.entry_loss_db, total
        out[2:] = out[0] - ndtri(_REACHED)[[1, 0, 2], None] * total
    else:
        if frequency_mhz is None:
            raise UsageError(f"the entry loss of {definition.id} is that of ITU-R P.2109: give frequency_mhz")
        frequency = np.broadcast_to(np.asarray(frequency_mhz, dtype=np.float64), shape).ravel()
        weight = np.broadcast_to(shares_of(definition, None if efficient_share is None else share), level.shape)
        for value, here in by_frequency(frequency, level.size):
            out[:, here] = _Behind.at_frequency(value, elevation_deg).of(level[here], spread[here], weight[here])
    out[:, np.isnan(level) | np.isnan(share)] = np.nan
    return IndoorLevel(*(row.reshape(shape) for row in out))


@dataclass(frozen=True, slots=True)
class _Behind:
    """What one frequency loses into buildings of both classes.

    Attributes:
        classes: traditional and thermally efficient.
        margin: (3, spreads, shares) level outdoors less level indoors at ``_REACHED``, less the mean loss, in standard
            deviations of the level indoors.
    """

    classes: tuple[LossTable, LossTable]
    margin: Array

    @staticmethod
    @lru_cache(maxsize=16)
    def at_frequency(frequency_mhz: float, elevation_deg: float) -> _Behind:
        both = (
            loss_table(frequency_mhz, efficient=False, elevation_deg=elevation_deg),
            loss_table(frequency_mhz, efficient=True, elevation_deg=elevation_deg),
        )
        margin = np.empty((3, _SPREAD_STEPS + 1, _SHARE_STEPS + 1))
        margin[:, -1, :] = ndtri(_REACHED)[:, None]  # a level whose spread drowns the loss
        for i in range(_SPREAD_STEPS):
            spread = _HALF_DB * i / (_SPREAD_STEPS - i)
            for j in range(_SHARE_STEPS + 1):
                share = np.asarray(j / _SHARE_STEPS)
                mean, sd = _moments(both, share)
                m, s = mean + _U * np.hypot(spread, sd), np.full(_U.shape, spread)
                reached = (1.0 - share) * both[0].at(m, s) + share * both[1].at(m, s)
                margin[:, i, j] = np.interp(_REACHED, reached, _U)
        return _Behind(both, margin)

    def of(self, level_dbm: Array, spread_db: Array, share: Array) -> Array:
        """Return (5, n) mean, spread, median, lower and upper end."""
        loss, loss_sd = _moments(self.classes, share)
        total = np.hypot(spread_db, loss_sd)
        known = np.isfinite(total)
        row = np.where(known, spread_db / (spread_db + _HALF_DB), 0.0) * _SPREAD_STEPS
        column = np.where(known, share, 0.0) * _SHARE_STEPS
        i = np.minimum(row.astype(np.int64), _SPREAD_STEPS - 1)
        j = np.minimum(column.astype(np.int64), _SHARE_STEPS - 1)
        down, right = row - i, column - j
        found = (1.0 - down) * ((1.0 - right) * self.margin[:, i, j] + right * self.margin[:, i, j + 1])
        found += down * ((1.0 - right) * self.margin[:, i + 1, j] + right * self.margin[:, i + 1, j + 1])
        low, median, high = level_dbm - loss - found * total
        return np.stack([level_dbm - loss, total, median, low, high])


def _moments(classes: tuple[LossTable, LossTable], share: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation (dB) of the loss of mixtures of both classes."""
    one, other = classes
    mean = (1.0 - share) * one.mean_db + share * other.mean_db
    square = (1.0 - share) * (one.sd_db**2 + one.mean_db**2) + share * (other.sd_db**2 + other.mean_db**2)
    return mean, np.sqrt(square - mean**2)
