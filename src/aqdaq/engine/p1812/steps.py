"""Where the samples of a path lie, and the smooth-earth part of the Bullington construction without a scan.

Over a smooth surface every functional has one maximum along the path, so it is found in closed form or by Newton's
method and then taken at the samples on both sides of it: exactly what a scan of all samples finds.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit


class Steps(NamedTuple):
    """Distances of the samples between the ends: some on both ends' own spacing, the others on the radial's.

    j * own for j = 1..near, then i * radial for i = near + 1..last, then length - j * own for j = tail..1.

    Attributes:
        length_m: of the path (m).
        own_m: spacing near the ends (m).
        near: samples on it from the transmitter on.
        radial_m: spacing in between (m).
        last: index of the last sample in between; near if there is none.
        tail: samples before the receiver.
    """

    length_m: float
    own_m: float
    near: int
    radial_m: float
    last: int
    tail: int


@njit(cache=True, error_model="numpy", forceinline=True)
def sample_below(x: float, steps: Steps) -> float:
    """Return the distance (m) of the last sample not beyond ``x`` (m), or the first if there is none."""
    if steps.tail > 0 and x >= steps.length_m - steps.tail * steps.own_m:
        return steps.length_m - min(max(math.ceil((steps.length_m - x) / steps.own_m), 1), steps.tail) * steps.own_m
    if steps.last > steps.near and x >= (steps.near + 1) * steps.radial_m:
        return min(math.floor(x / steps.radial_m), steps.last) * steps.radial_m
    return min(max(math.floor(x / steps.own_m), 1), steps.near) * steps.own_m


@njit(cache=True, error_model="numpy", forceinline=True)
def sample_above(x: float, steps: Steps) -> float:
    """Return the distance (m) of the first sample beyond ``x`` (m), or the last if there is none."""
    if x < steps.near * steps.own_m:
        return max(math.floor(x / steps.own_m) + 1, 1) * steps.own_m
    if steps.last > steps.near and x < steps.last * steps.radial_m:
        return max(math.floor(x / steps.radial_m) + 1, steps.near + 1) * steps.radial_m
    if steps.tail == 0:
        return steps.near * steps.own_m
    back = min(max(math.ceil((steps.length_m - x) / steps.own_m) - 1, 1), steps.tail)
    return steps.length_m - back * steps.own_m


@njit(cache=True, error_model="numpy", forceinline=True)
def _steepest(height_m: float, curve: float, steps: Steps) -> float:
    """Return the steepest slope from an antenna at the start to samples of the smooth surface; eqs. (14), (18)."""
    x = math.sqrt(max(height_m, 0.0) / curve)
    low, high = sample_below(x, steps), sample_above(x, steps)
    d = steps.length_m
    return max((d - low) * curve - height_m / low, (d - high) * curve - height_m / high)


@njit(cache=True, error_model="numpy", forceinline=True)
def _steepest_back(height_m: float, curve: float, steps: Steps) -> float:
    """Return the same from the end of the path."""
    x = steps.length_m - math.sqrt(max(height_m, 0.0) / curve)
    low, high = sample_below(x, steps), sample_above(x, steps)
    d = steps.length_m
    return max(low * curve - height_m / (d - low), high * curve - height_m / (d - high))


@njit(cache=True, error_model="numpy", forceinline=True)
def _clearest(tx_m: float, rx_m: float, curve: float, d: float) -> float:
    """Return about the distance (m) at which the largest nu of a smooth line-of-sight path lies.

    With t = sqrt(x / (d - x)), nu is proportional to d curve t / (1 + t^2) - tx / (d t) - rx t / d. From the lower
    antenna on, t runs between its value over flat ground and 1, where the function is concave.
    """
    turned = tx_m > rx_m
    low, high = (rx_m, tx_m) if turned else (tx_m, rx_m)
    a, b, bulge = low / d, high / d, d * curve
    t = least = math.sqrt(max(low, 0.0) / high)
    for _ in range(2):
        q = 1.0 / (1.0 + t * t)
        slope = bulge * (1.0 - t * t) * q * q + a / (t * t) - b
        bend = bulge * 2.0 * t * (t * t - 3.0) * q * q * q - 2.0 * a / (t * t * t)
        t = min(max(t - slope / bend, least), 1.0)
    x = d * t * t / (1.0 + t * t)
    return d - x if turned else x


@njit(cache=True, error_model="numpy", forceinline=True)
def smooth_nu(tx_m: float, rx_m: float, curve: float, steps: Steps) -> float:
    """Return the Bullington parameter of the smooth surface times the square root of the wavelength.

    What ``diffraction.bullington_nu`` finds over zero heights at the same samples.

    Args:
        tx_m: effective height of the transmitting antenna, above 0 (m).
        rx_m: of the receiving antenna, above 0 (m).
        curve: 1 / (2 effective radius) (1/m).
        steps: where the samples lie.
    """
    d = steps.length_m
    from_tx = _steepest(tx_m, curve, steps)
    if from_tx < (rx_m - tx_m) / d:
        return _largest_nu(_clearest(tx_m, rx_m, curve, d), tx_m, rx_m, curve, steps)
    from_rx = _steepest_back(rx_m, curve, steps)
    if from_tx + from_rx <= 0.0:
        return 0.0
    db = (rx_m - tx_m + from_rx * d) / (from_tx + from_rx)
    above = tx_m + from_tx * db - (tx_m * (d - db) + rx_m * db) / d
    return above * math.sqrt(2.0 * d / (db * (d - db)))


@njit(cache=True, error_model="numpy", forceinline=True)
def _largest_nu(x: float, tx_m: float, rx_m: float, curve: float, steps: Steps) -> float:
    """Return the largest nu of all samples, climbing from the two around a distance near it (m)."""
    d = steps.length_m
    low, high = sample_below(x, steps), sample_above(x, steps)
    at_low, at_high = _nu_at(low, tx_m, rx_m, curve, d), _nu_at(high, tx_m, rx_m, curve, d)
    while at_low > at_high:
        low = sample_below(low - 1e-3 * steps.own_m, steps)
        best = _nu_at(low, tx_m, rx_m, curve, d)
        if best <= at_low:
            return at_low
        at_low, at_high = best, at_low
    while True:
        high = sample_above(high + 1e-3 * steps.own_m, steps)
        best = _nu_at(high, tx_m, rx_m, curve, d)
        if best <= at_high:
            return at_high
        at_high = best


@njit(cache=True, error_model="numpy", forceinline=True)
def _nu_at(x: float, tx_m: float, rx_m: float, curve: float, d: float) -> float:
    """Return nu times the square root of the wavelength at a distance (m); eq. (16) with zero height."""
    rest = d - x
    return (curve * x * rest - (tx_m * rest + rx_m * x) / d) * math.sqrt(2.0 * d / (x * rest))
