"""A receiver's own samples, near both ends of its path, and the largest of what each end sees among them.

All functionals of the model over these few samples are taken in one pass.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import all_known, fetch_rows
from aqdaq.engine.p1812.radial import NEAR, OWN_GROUND, OWN_SURFACE, OWN_X, TAIL
from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.vector import larger, smaller

Float = NDArray[np.float64]
#: Most samples of a path that has only its own.
MOST = NEAR + TAIL + 4


class Maxima(NamedTuple):
    """Largest over the own samples; -inf where there are none.

    Attributes:
        up: (surface - tx) / x - curve x.
        rare_up: the same for a_beta.
        ground_up: (ground - tx) / x - curve x.
        bare_up: (ground - tx) / x.
        back: (surface - rx) / (d - x) + curve x.
        rare_back: the same for a_beta.
        bare_back: (ground - rx) / (d - x).
        ground_back: (ground - rx) / (d - x) - curve (d - x).
        over: ground over the straight line between the antennas (m).
    """

    up: float
    rare_up: float
    ground_up: float
    bare_up: float
    back: float
    rare_back: float
    bare_back: float
    ground_back: float
    over: float


@njit(cache=True, error_model="numpy", forceinline=True)
def sample_own(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    offset: tuple[float, float],
    steps: Steps,
    w: Float,
) -> bool:
    """Fill the samples of a receiver at an offset (rows, columns) from the transmitter; return if all are known."""
    intervals = round(steps.length_m / steps.own_m)
    step = offset[0] / intervals, offset[1] / intervals
    fetch_rows(ground_m, above_m, shape, start, step, 1, steps.near, 0, w, OWN_GROUND, OWN_SURFACE)
    first = intervals - steps.tail
    fetch_rows(ground_m, above_m, shape, start, step, first, steps.tail, steps.near, w, OWN_GROUND, OWN_SURFACE)
    for j in range(steps.near):
        w[OWN_X, j] = (j + 1) * steps.own_m
    for j in range(steps.tail):
        w[OWN_X, steps.near + j] = steps.length_m - (steps.tail - j) * steps.own_m
    return all_known(w, OWN_GROUND, steps.near + steps.tail)


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def own_maxima(w: Float, n: int, d: float, tx_m: float, rx_m: float, curve: float, rare_curve: float) -> Maxima:
    """Return what both ends see of ``n`` own samples.

    The order in which a maximum is taken does not change it.

    Args:
        w: working array.
        n: how many.
        d: length of the path (m).
        tx_m: transmitting antenna above sea level (m).
        rx_m: receiving antenna (m).
        curve: 1 / (2 a_e) (1/m).
        rare_curve: 1 / (2 a_beta) (1/m).
    """
    slope = (rx_m - tx_m) / d
    up = rare_up = ground_up = bare_up = back = rare_back = bare_back = ground_back = over = -1e300
    for j in range(n):
        x = w[OWN_X, j]
        both = 1.0 / (x * (d - x))  # one division for both ends
        forth, rest = both * (d - x), both * x
        ground, surface = w[OWN_GROUND, j] - tx_m, w[OWN_SURFACE, j] - tx_m
        at_surface, at_ground = surface * forth, ground * forth
        from_rx, ground_from_rx = (w[OWN_SURFACE, j] - rx_m) * rest, (w[OWN_GROUND, j] - rx_m) * rest
        fall, rare_fall = curve * x, rare_curve * x
        up, rare_up = larger(up, at_surface - fall), larger(rare_up, at_surface - rare_fall)
        ground_up, bare_up = larger(ground_up, at_ground - fall), larger(bare_up, at_ground)
        back, rare_back = larger(back, from_rx + fall), larger(rare_back, from_rx + rare_fall)
        bare_back = larger(bare_back, ground_from_rx)
        ground_back = larger(ground_back, ground_from_rx - curve * (d - x))
        over = larger(over, ground - slope * x)
    return Maxima(up, rare_up, ground_up, bare_up, back, rare_back, bare_back, ground_back, over)


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def own_closeness(w: Float, heights: int, n: int, d: float, tx_m: float, curve: float, b: float) -> float:
    """Return the smallest q of ``sight`` over ``n`` own samples; ``heights`` is OWN_GROUND or OWN_SURFACE."""
    least = 1e300
    for j in range(n):
        x = w[OWN_X, j]
        above = w[heights, j] - tx_m + (b - curve * x) * x
        least = smaller(least, above * above / (x * (d - x)))
    return least


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def equal_steps(w: Float, first: int, n: int, before: float) -> tuple[float, float]:
    """Return the sums of (83) and (84) over ``n`` samples one step apart, after one of height ``before`` at 0.

    In units of the step; summed by samples: the inner one i counts 2 times in the first and 6 i times in the second.
    """
    plain = weighted = 0.0
    for j in range(n):
        plain += w[OWN_GROUND, first + j]
        weighted += (j + 1.0) * w[OWN_GROUND, first + j]
    last = w[OWN_GROUND, first + n - 1]
    return before + 2.0 * plain - last, before + 6.0 * weighted - (3.0 * n + 1.0) * last
