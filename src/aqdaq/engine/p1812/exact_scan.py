"""What both ends of one profile of equal steps see, in few passes over its samples.

Distances are counted in steps and slopes in metres a step, so that 1 / distance comes from one table for all paths:
sample i lies i steps from the transmitter and m - i from the receiver. The passes take maxima and sums only, in any
order, so that they run on several samples at a time; where a maximum lies is looked up afterwards.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.fetch import at_position
from aqdaq.engine.vector import larger, smaller

Float = NDArray[np.float64]

#: Slopes (m a step) closer than this to a maximum are compared again, as the kernel of single paths takes them.
NEARLY: Final = 1e-9


class Profile(NamedTuple):
    """Working arrays of one profile, reused for the next; index i is the sample i steps from the transmitter.

    Attributes:
        ground: heights of the ground (m).
        surface: ground and clutter (m).
        inverse: 1 / i; 0 at 0.
    """

    ground: Float
    surface: Float
    inverse: Float


class Path(NamedTuple):
    """One path between two antennas.

    Attributes:
        m: steps of the profile.
        d: length (m).
        tx_m: transmitting antenna above sea level (m).
        rx_m: receiving antenna (m).
    """

    m: int
    d: float
    tx_m: float
    rx_m: float


class Maxima(NamedTuple):
    """Largest over the samples between the ends, with c = curve step^2 in metres.

    Attributes:
        up: (surface - tx) / i - c i.
        rare_up: the same for a_beta.
        ground_up: (ground - tx) / i - c i.
        bare_up: (ground - tx) / i.
        back: (surface - rx) / (m - i) + c i.
        rare_back: the same for a_beta.
        ground_back: (ground - rx) / (m - i) + c i.
        bare_back: (ground - rx) / (m - i).
        over: ground over the straight line between the antennas (m).
    """

    up: float
    rare_up: float
    ground_up: float
    bare_up: float
    back: float
    rare_back: float
    ground_back: float
    bare_back: float
    over: float


@njit(cache=True, error_model="numpy", forceinline=True)
def make_profile(longest: int) -> Profile:
    """Return working arrays for profiles of fewer than ``longest`` samples."""
    inverse = np.zeros(longest)
    for i in range(1, longest):
        inverse[i] = 1.0 / i
    return Profile(np.zeros(longest), np.zeros(longest), inverse)


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nsz", "reassoc"})
def moments(ground: Float, m: int) -> tuple[float, float]:
    """Return the sums of h_i and of i h_i over the samples between the ends; NaN if any height is unknown."""
    total = first = 0.0
    for i in range(1, m):
        total += ground[i]
        first += ground[i] * i
    return total, first


@njit(cache=True, error_model="numpy", forceinline=True)
def fitted(ground: Float, m: int, sums: tuple[float, float]) -> tuple[float, float]:
    """Return the least-squares smooth surface at both ends (m); eqs. (83)-(86) for equal steps.

    Args:
        ground: (>= m + 1,) heights (m).
        m: steps.
        sums: ``moments``.
    """
    near, far = ground[0], ground[m]
    v1 = 2.0 * sums[0] + near + far
    v2 = 6.0 * sums[1] + far * (3.0 * m - 1.0) + near
    return (2.0 * v1 * m - v2) / (m * m), (v2 - v1 * m) / (m * m)


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def maxima(p: Profile, path: Path, c: float, rare_c: float) -> Maxima:
    """Return what both ends see.

    Args:
        p: the profile.
        path: its ends.
        c: curve step^2 for a_e (m).
        rare_c: for a_beta (m).
    """
    m, tx_m, rx_m = path.m, path.tx_m, path.rx_m
    slope = (rx_m - tx_m) / m
    up = rare_up = ground_up = bare_up = back = rare_back = ground_back = bare_back = over = -1e300
    for i in range(1, m):
        forth, rest, fall, rare_fall = p.inverse[i], p.inverse[np.uint64(m - i)], c * i, rare_c * i
        rise, ground_rise = (p.surface[i] - tx_m) * forth, (p.ground[i] - tx_m) * forth
        drop, ground_drop = (p.surface[i] - rx_m) * rest, (p.ground[i] - rx_m) * rest
        seen, seen_back = ground_rise - fall, ground_drop + fall
        up, rare_up = larger(up, rise - fall), larger(rare_up, rise - rare_fall)
        ground_up, bare_up = larger(ground_up, seen), larger(bare_up, ground_rise)
        back, rare_back = larger(back, drop + fall), larger(rare_back, drop + rare_fall)
        ground_back, bare_back = larger(ground_back, seen_back), larger(bare_back, ground_drop)
        over = larger(over, p.ground[i] - tx_m - slope * i)
    return Maxima(up, rare_up, ground_up, bare_up, back, rare_back, ground_back, bare_back, over)


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def closest(p: Profile, heights: Float, path: Path, c: float) -> float:
    """Return the least i (u + b)^2 / (m - i) over the samples: the square of the distance to the ray, see ``sight``.

    Args:
        p: the profile.
        heights: (>= m + 1,) the surface or the ground (m).
        path: its ends.
        c: curve step^2 (m).
    """
    m, tx_m = path.m, path.tx_m
    b = c * m - (path.rx_m - tx_m) / m
    least = 1e300
    for i in range(1, m):
        over = (heights[i] - tx_m) * p.inverse[i] - c * i + b
        least = smaller(least, over * over * (i * p.inverse[np.uint64(m - i)]))
    return least


@njit(cache=True, error_model="numpy", forceinline=True)
def surface_nu(p: Profile, path: Path, steepest: float, back: float, c: float) -> float:
    """Return the Bullington parameter of the surface times the square root of the wavelength; eqs. (14)-(20).

    Args:
        p: the profile.
        path: its ends.
        steepest: ``up`` for the radius.
        back: the same from the receiver.
        c: curve step^2 for the radius (m).
    """
    m, tx_m, rx_m, step = path.m, path.tx_m, path.rx_m, path.d / path.m
    forth = steepest + c * m
    if forth < (rx_m - tx_m) / m:
        return -math.sqrt(2.0 * m * closest(p, p.surface, path, c) / step)
    if forth + back <= 0.0:  # a sample exactly on the line: grazing
        return 0.0
    at = (rx_m - tx_m + back * m) / (forth + back)  # eq. (19)
    above = tx_m + forth * at - (tx_m * (m - at) + rx_m * at) / m  # eq. (20)
    return above * math.sqrt(2.0 * m / (at * (m - at) * step))


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def _seen_above(p: Profile, m: int, antenna_m: float, c: float, least: float) -> tuple[int, int]:
    """Return the first and the last sample that the transmitter sees under a slope not below ``least``."""
    first, last = m, 0
    for i in range(1, m):
        high = (p.ground[i] - antenna_m) * p.inverse[i] - c * i >= least
        first, last = min(first, i if high else m), max(last, i if high else 0)
    return first, last


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def _seen_back_above(p: Profile, m: int, antenna_m: float, c: float, least: float) -> tuple[int, int]:
    """Return the same for the receiver."""
    first, last = m, 0
    for i in range(1, m):
        high = (p.ground[i] - antenna_m) * p.inverse[np.uint64(m - i)] + c * i >= least
        first, last = min(first, i if high else m), max(last, i if high else 0)
    return first, last


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def _closer_than(p: Profile, path: Path, c: float, most: float) -> tuple[int, int]:
    """Return the first and the last ground sample whose measure in ``closest`` is not above ``most``."""
    m = path.m
    b = c * m - (path.rx_m - path.tx_m) / m
    first, last = m, 0
    for i in range(1, m):
        over = (p.ground[i] - path.tx_m) * p.inverse[i] - c * i + b
        close = over * over * (i * p.inverse[np.uint64(m - i)]) <= most
        first, last = min(first, i if close else m), max(last, i if close else 0)
    return first, last


@njit(cache=True, error_model="numpy", forceinline=True)
def first_horizon(p: Profile, path: Path, highest: float, c: float, curve: float) -> int:
    """Return the first sample that the transmitter sees highest; eq. (78).

    Args:
        p: the profile.
        path: its ends.
        highest: ``ground_up``.
        c: curve step^2 for a_e (m).
        curve: 1 / (2 a_e) (1/m).
    """
    first, last = _seen_above(p, path.m, path.tx_m, c, highest - NEARLY)
    if first >= last:
        return first
    best, index = -math.inf, first
    for i in range(first, last + 1):
        x = path.d * (i / path.m)
        slope = (p.ground[i] - path.tx_m) / x - x * curve
        if slope > best:
            best, index = slope, i
    return index


@njit(cache=True, error_model="numpy", forceinline=True)
def last_horizon(p: Profile, path: Path, highest: float, c: float, curve: float) -> int:
    """Return the last sample that the receiver sees highest, ``ground_back``; eq. (81). Else as ``first_horizon``."""
    first, last = _seen_back_above(p, path.m, path.rx_m, c, highest - NEARLY)
    if first >= last:
        return last
    best, index = -math.inf, first
    for i in range(first, last + 1):
        rest = path.d - path.d * (i / path.m)
        slope = (p.ground[i] - path.rx_m) / rest - rest * curve
        if slope >= best:
            best, index = slope, i
    return index


@njit(cache=True, error_model="numpy", forceinline=True)
def nearest_to_the_ray(p: Profile, path: Path, c: float, curve: float) -> int:
    """Return the last ground sample with the largest nu on a line-of-sight path; eq. (79).

    Args:
        p: the profile.
        path: its ends.
        c: curve step^2 for a_e (m).
        curve: 1 / (2 a_e) (1/m).
    """
    d, tx_m, rx_m = path.d, path.tx_m, path.rx_m
    reach = math.sqrt(closest(p, p.ground, path, c)) + NEARLY
    first, last = _closer_than(p, path, c, reach * reach)
    if first >= last:
        return last
    best, index = -math.inf, first
    for i in range(first, last + 1):
        x = d * (i / path.m)
        rest = d - x
        above = p.ground[i] + curve * x * rest - (tx_m * rest + rx_m * x) / d
        nu = above / math.sqrt(x * rest)
        if nu >= best:
            best, index = nu, i
    return index


@njit(cache=True, error_model="numpy", forceinline=True, fastmath={"nnan", "nsz", "reassoc"})
def highest_over(ground: Float, first: int, last: int, start_m: float, slope: float) -> float:
    """Return how far the ground of the samples first..last rises over a line (m); -1e300 if there are none.

    Args:
        ground: heights (m).
        first: first sample.
        last: last sample.
        start_m: height of the line at the transmitter (m).
        slope: of the line (m a step).
    """
    highest = -1e300
    for i in range(first, last + 1):
        highest = larger(highest, ground[i] - slope * i)
    return highest - start_m


@njit(cache=True, error_model="numpy", forceinline=True)
def fetch_profile(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    shape: tuple[int, int],
    start: tuple[float, float],
    offset: tuple[float, float],
    m: int,
    p: Profile,
) -> None:
    """Fill a profile, both ends included, with what ``profiles.cut_profile`` finds at the same positions.

    The loop runs on several samples at a time where the compiler knows that the profile lies apart from the surface:
    in a parallel loop that is given the surface and makes the profile.

    Args:
        ground_m: (rows * cols,) ground (m), bilinear between pixel centres, NaN where unknown.
        above_m: (rows * cols,) height above ground (m), of the pixel that holds the sample.
        shape: rows and columns, at least 2 each.
        start: row and column of the transmitter, on the arrays (pixels).
        offset: rows and columns from there to the receiver, on the arrays (pixels).
        m: steps.
        p: takes ground and surface.
    """
    ground, surface = p.ground, p.surface
    for i in range(m + 1):
        share = i / m
        row, col = start[0] + offset[0] * share, start[1] + offset[1] * share
        ground[i], surface[i] = at_position(ground_m, above_m, shape, row, col)
