"""Figures that say how good a forecast is: of a level, of an interval, of a probability.

Every function takes plain arrays and counts each row once. Where a figure has no meaning (no rows, no row of a class)
it is NaN: nothing is said instead of something that looks like a score.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Half width of a central 90 % interval in standard deviations.
Z90: Final = NormalDist().inv_cdf(0.95)
#: The same of a central 95 % interval.
Z95: Final = NormalDist().inv_cdf(0.975)
#: Share of the weak places that a list of suspects must hold before its precision is read.
RECALL: Final = 0.9
#: Edges of the bins of a probability; the bounds of the definitions lie at 0.9 and 0.95.
PROBABILITY_EDGES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
#: Bins of a histogram of the place of the measurements in their forecast distributions.
PIT_BINS: Final = 10


def rmse(error: Array) -> float:
    """Return the root of the mean square of (n,) errors, in their unit."""
    return float(np.sqrt(np.mean(error**2))) if len(error) else math.nan


def bias(error: Array) -> float:
    """Return the mean of (n,) errors, measured minus predicted: above zero the forecast is too low."""
    return float(np.mean(error)) if len(error) else math.nan


def mae(error: Array) -> float:
    """Return the mean size of (n,) errors, in their unit."""
    return float(np.mean(np.abs(error))) if len(error) else math.nan


def crps_normal(measured_dbm: Array, mean_dbm: Array, sd_db: Array) -> Array:
    """Return (n,) the continuous ranked probability score of normal forecasts (dB).

    With ``z = (y - m) / s`` it is ``s (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))``: the integral over x of
    ``(F(x) - [y <= x])^2``. For a forecast that is certain it is the size of the error.

    Args:
        measured_dbm: (n,) levels (dBm).
        mean_dbm: (n,) expected levels (dBm).
        sd_db: (n,) standard deviations (dB), above zero.
    """
    z = (measured_dbm - mean_dbm) / sd_db
    return np.asarray(sd_db * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * _density(z) - 1.0 / math.sqrt(math.pi)))


def crps_normal_below(bound_dbm: Array, mean_dbm: Array, sd_db: Array) -> Array:
    """Return (n,) the part of the score above a bound, where the level is only known to lie below it (dB).

    The integral of ``(F(x) - 1)^2`` from the bound up. With ``b = (bound - m) / s`` and ``Q = 1 - Phi`` it is
    ``s (-b Q(b)^2 + 2 phi(b) Q(b) - Q(sqrt(2) b) / sqrt(pi))``. What the forecast says below the bound is not judged:
    nobody knows what is true there.

    Args:
        bound_dbm: (n,) levels below which the true ones lie (dBm).
        mean_dbm: (n,) expected levels (dBm).
        sd_db: (n,) standard deviations (dB), above zero.
    """
    b = (bound_dbm - mean_dbm) / sd_db
    above = ndtr(-b)
    tail = ndtr(-math.sqrt(2.0) * b) / math.sqrt(math.pi)
    return np.asarray(np.maximum(sd_db * (-b * above**2 + 2.0 * _density(b) * above - tail), 0.0))


def _density(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi))


def coverage(measured_dbm: Array, low_dbm: Array, high_dbm: Array) -> float:
    """Return the share of (n,) levels inside their intervals (dBm), ends included, 0..1."""
    inside = (measured_dbm >= low_dbm) & (measured_dbm <= high_dbm)
    return float(np.mean(inside)) if len(inside) else math.nan


def mean_width(low_dbm: Array, high_dbm: Array) -> float:
    """Return the mean width of (n,) intervals (dB)."""
    return float(np.mean(high_dbm - low_dbm)) if len(low_dbm) else math.nan


def brier(probability: Array, event: Mask) -> float:
    """Return the mean square of probability minus event (0 or 1); 0 is perfect, 0.25 is always saying one half."""
    return float(np.mean((probability - event) ** 2)) if len(event) else math.nan


def brier_skill(probability: Array, event: Mask) -> float:
    """Return by how much the Brier score beats that of always saying the share of events: 1 perfect, 0 no better.

    NaN where the event always or never happens: no forecast can then beat its share.
    """
    share = float(np.mean(event)) if len(event) else math.nan
    base = share * (1.0 - share)
    return 1.0 - brier(probability, event) / base if base > 0.0 else math.nan


def precision_at_recall(probability: Array, event: Mask, recall: float = RECALL) -> float:
    """Return the share of true events in the shortest list, likeliest first, that holds ``recall`` of all events.

    Rows of equal probability enter the list together: no order among them is made up.

    Args:
        probability: (n,) of the event.
        event: (n,) whether it happened.
        recall: share of the events that the list must hold, above 0, at most 1.
    """
    if not event.any():
        return math.nan
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    found = np.cumsum(event[order])[ends]
    need = math.ceil(recall * int(event.sum()) - 1e-9)
    first = int(np.argmax(found >= need))
    return float(found[first] / (ends[first] + 1))


def auc(probability: Array, event: Mask) -> float:
    """Return the chance that a row with the event has a higher probability than one without; ties count half."""
    events = int(event.sum())
    others = len(event) - events
    if events == 0 or others == 0:
        return math.nan
    ranks = float(rankdata(probability)[event].sum())
    return (ranks - events * (events + 1) / 2.0) / (events * others)


def wilson_interval(events: int, count: int, z: float = Z95) -> tuple[float, float]:
    """Return the interval of Wilson for a share of ``events`` in ``count`` independent rows; (0, 1) without rows.

    Args:
        events: how often it happened.
        count: rows.
        z: half width in standard deviations.
    """
    if count == 0:
        return 0.0, 1.0
    share, weight = events / count, z * z / count
    middle = (share + weight / 2.0) / (1.0 + weight)
    half = z * math.sqrt(share * (1.0 - share) / count + weight / (4.0 * count)) / (1.0 + weight)
    # At the ends of the scale rounding would leave a crumb on the wrong side.
    low = 0.0 if events == 0 else max(middle - half, 0.0)
    high = 1.0 if events == count else min(middle + half, 1.0)
    return low, high


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability table: what was said, and what happened then. All arrays have shape (bins,).

    Attributes:
        low: lower edge of the bin.
        high: upper edge; the bin holds ``low <= p < high``, the last one its upper edge too.
        count: rows in it.
        forecast: mean probability that was said; NaN in an empty bin.
        observed: share of them in which the event happened; NaN in an empty bin.
        observed_low: lower end of the 95 % interval of Wilson of that share.
        observed_high: its upper end.
    """

    low: Array
    high: Array
    count: NDArray[np.int64]
    forecast: Array
    observed: Array
    observed_low: Array
    observed_high: Array


def reliability(probability: Array, event: Mask, edges: tuple[float, ...] = PROBABILITY_EDGES) -> Reliability:
    """Return the reliability table of (n,) probabilities and (n,) events.

    Args:
        probability: of the event, 0..1.
        event: whether it happened.
        edges: of the bins, rising from 0 to 1.

    Raises:
        ValueError: a probability lies outside the edges.
    """
    if len(probability) and not (edges[0] <= float(probability.min()) <= float(probability.max()) <= edges[-1]):
        raise ValueError(f"a probability lies outside {edges[0]:g} to {edges[-1]:g}")
    bins = len(edges) - 1
    number = np.minimum(np.searchsorted(edges, probability, side="right") - 1, bins - 1)
    count = np.bincount(number, minlength=bins)
    happened = np.bincount(number[event], minlength=bins)
    said = np.bincount(number, probability, minlength=bins)
    with np.errstate(invalid="ignore"):
        forecast, observed = said / count, happened / count
    ends = np.array([wilson_interval(int(k), int(n)) for k, n in zip(happened, count, strict=True)])
    return Reliability(
        np.array(edges[:-1]), np.array(edges[1:]), count, forecast, observed, ends[:, 0].copy(), ends[:, 1].copy()
    )


def pit_histogram(cdf: Array, heard: Mask, bins: int = PIT_BINS) -> Array:
    """Return (bins,) the shares of rows by the place of the measured level in its forecast distribution.

    An honest forecast gives equal shares. A hill means too wide, a valley too narrow, a slope a bias. A row that is
    only known to lie below a bound is spread evenly over the places from 0 up to that of the bound.

    Args:
        cdf: (n,) forecast probability of lying below the measured level, or below the bound.
        heard: (n,) False where it is a bound.
        bins: of equal width.
    """
    if len(cdf) == 0:
        return np.full(bins, np.nan)
    number = np.minimum((np.clip(cdf[heard], 0.0, 1.0) * bins).astype(np.int64), bins - 1)
    mass = np.bincount(number, minlength=bins).astype(np.float64)
    edges = np.arange(bins + 1) / bins
    bound = np.maximum(cdf[~heard], 1e-12)
    mass += np.diff(np.minimum(edges[None, :] / bound[:, None], 1.0), axis=1).sum(axis=0)
    return np.asarray(mass / len(cdf))
