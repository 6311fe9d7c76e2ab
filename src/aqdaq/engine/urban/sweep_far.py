"""The smooth earth in the city sweep, for receivers so far off that it may count: their profile is written out."""

from __future__ import annotations

from typing import NamedTuple

from numba import njit

from aqdaq.engine.diffraction import bullington_nu, smooth_earth_heights
from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.urban.geometry import CLEAR
from aqdaq.engine.urban.sweep_radial import ALL_GROUND, ALL_X, GROUND, OWN_GROUND, OWN_X, Float


class Smooth(NamedTuple):
    """The smooth earth under a path.

    Attributes:
        counts: whether it may add to the loss.
        nu: its Bullington parameter, times the square root of the wavelength.
        tx_m: effective height of the transmitter (m).
        rx_m: of the receiver (m).
    """

    counts: bool
    nu: float
    tx_m: float
    rx_m: float


@njit(cache=True, error_model="numpy", forceinline=True)
def no_smooth() -> Smooth:
    """Return the smooth earth of a path on which it adds nothing."""
    return Smooth(False, CLEAR, 0.0, 0.0)


@njit(cache=True, error_model="numpy", forceinline=True)
def write_out(w: Float, n: int, steps: Steps, grounds_m: tuple[float, float]) -> int:
    """Write distances and ground of a whole profile and return the number of its samples.

    Args:
        w: the radial and ``n`` own samples; takes the profile.
        n: own samples.
        steps: of the samples.
        grounds_m: at both ends (m).
    """
    near, shared = steps.near, steps.last - steps.near
    w[ALL_X, 0], w[ALL_GROUND, 0] = 0.0, grounds_m[0]
    for j in range(near):
        w[ALL_X, 1 + j], w[ALL_GROUND, 1 + j] = w[OWN_X, j], w[OWN_GROUND, j]
    for i in range(near + 1, steps.last + 1):
        w[ALL_X, i], w[ALL_GROUND, i] = i * steps.radial_m, w[GROUND, i]
    for j in range(near, n):
        w[ALL_X, 1 + j + shared], w[ALL_GROUND, 1 + j + shared] = w[OWN_X, j], w[OWN_GROUND, j]
    end = n + shared + 1
    w[ALL_X, end], w[ALL_GROUND, end] = steps.length_m, grounds_m[1]
    return end + 1


@njit(cache=True, error_model="numpy")
def smooth_earth(w: Float, flat_m: Float, n: int, tx_m: float, rx_m: float, radius_m: float) -> Smooth:
    """Return the smooth earth under the first ``n`` samples of the profile that is written out.

    Args:
        w: holds it.
        flat_m: (>= n,) zeros (m).
        n: samples, both ends included.
        tx_m: antenna at its beginning above sea level (m).
        rx_m: at its end (m).
        radius_m: effective radius (m).
    """
    x = w[ALL_X]
    at_tx, at_rx = smooth_earth_heights(x, w[ALL_GROUND], n, tx_m, rx_m)
    return Smooth(True, bullington_nu(x, flat_m, n, at_tx, at_rx, radius_m), at_tx, at_rx)
