"""One receiver of the city sweep: the radial joined with the samples on the pixel's own line.

What ``geometry.urban_geometry`` finds on the same profile. Order of the samples: ``steps.near`` own ones from the
transmitter on, those of the radial, ``steps.tail`` own ones before the receiver.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from numba import njit

from aqdaq.engine.p1812.steps import Steps
from aqdaq.engine.urban.geometry import CLEAR, ROW_FAR_M, ROW_NEAR_M
from aqdaq.engine.urban.streets import BUILDING_M
from aqdaq.engine.urban.sweep_own import own_closest, own_steepest, own_steepest_back
from aqdaq.engine.urban.sweep_radial import (
    GROUND,
    OWN_GROUND,
    OWN_SURFACE,
    OWN_X,
    ROW_FIRST,
    ROW_LAST,
    ROW_TOP,
    SURFACE,
    U_MAX,
    Float,
    Links,
    closest,
    steepest_back,
)

#: An edge below this parameter causes no loss; P.526-15 eq. (31).
NO_LOSS_NU: Final = -0.78


class Path(NamedTuple):
    """The ends of a path; heights above sea level.

    Attributes:
        d: length (m).
        tx_m: transmitting antenna (m).
        rx_m: receiving antenna (m).
        curve: 1 / (2 effective radius) (1/m).
        least: nu^2 / 2 below which no frequency at work loses anything, times the wavelength (m).
    """

    d: float
    tx_m: float
    rx_m: float
    curve: float
    least: float


class Row(NamedTuple):
    """The row of buildings beside the receiver, by numbers of samples of the path; that of the transmitter is 0.

    Attributes:
        first: its first sample; -1 where there is no row.
        last: its last sample.
        top_m: its highest surface (m).
    """

    first: int
    last: int
    top_m: float


@njit(cache=True, error_model="numpy", forceinline=True)
def surface_nu(w: Float, v: Links, count: int, steps: Steps, last: int, path: Path) -> float:
    """Return the Bullington parameter times the square root of the wavelength; -inf where it causes no loss.

    Args:
        w: the radial and the receiver's own samples.
        v: links of the radial.
        count: how many of them lie on the path.
        steps: of the samples.
        last: last sample of the radial on the path; ``steps.near`` or less if there is none.
        path: its ends.
    """
    d, slope = path.d, (path.rx_m - path.tx_m) / path.d
    steepest = own_steepest(w, count)
    if last > steps.near:
        steepest = max(steepest, w[U_MAX, last])
    b = d * path.curve - slope
    if steepest + b < 0.0:  # line of sight
        none = path.least / d
        best = min(none, own_closest(w, count, d, b))
        if last > steps.near:
            best = closest(w, steps.near + 1, last, d, b, best, steps.radial_m)
        return CLEAR if best == none else -math.sqrt(2.0 * d * best)
    back = own_steepest_back(w, 0, count, d, path.rx_m, path.curve)
    if last > steps.near:
        back = max(back, steepest_back(w, v, last, d, path.rx_m, path.curve, steps.radial_m))
    forth = steepest + d * path.curve
    if forth + back <= 0.0:  # a sample exactly on the line: grazing
        return 0.0
    db = (path.rx_m - path.tx_m + back * d) / (forth + back)
    above = path.tx_m + forth * db - (path.tx_m * (d - db) + path.rx_m * db) / d
    return above * math.sqrt(2.0 * d / (db * (d - db)))


@njit(cache=True, error_model="numpy", forceinline=True)
def distance_of(w: Float, steps: Steps, k: int) -> float:
    """Return the distance (m) of sample ``k`` of the path: own ones, the radial, own ones again."""
    if k > steps.last:
        return w[OWN_X, k - steps.last + steps.near - 1]
    if k > steps.near:
        return k * steps.radial_m
    return w[OWN_X, k - 1] if k > 0 else 0.0


@njit(cache=True, error_model="numpy", forceinline=True)
def ground_of(w: Float, steps: Steps, k: int) -> float:
    """Return the ground (m) of sample ``k`` of the path, 1 or more."""
    if k > steps.last:
        return w[OWN_GROUND, k - steps.last + steps.near - 1]
    return w[GROUND, k] if k > steps.near else w[OWN_GROUND, k - 1]


@njit(cache=True, error_model="numpy", forceinline=True)
def _is_building(w: Float, j: int) -> bool:
    return w[OWN_SURFACE, j] - w[OWN_GROUND, j] >= BUILDING_M


@njit(cache=True, error_model="numpy", forceinline=True)
def _last_building(w: Float, v: Links, steps: Steps, judged: int) -> int:
    """Return the last sample up to ``judged`` on which a building stands; 0 if none but the transmitter's is left."""
    near, border = steps.near, steps.last
    shift, k = near - border - 1, judged
    while k > border and not _is_building(w, k + shift):
        k -= 1
    if near < k <= border:
        k = max(v[ROW_LAST, border], near)
    if k <= near:
        while k > 0 and not _is_building(w, k - 1):
            k -= 1
    return k


@njit(cache=True, error_model="numpy", forceinline=True)
def find_row(w: Float, v: Links, steps: Steps, judged: int, site_m: tuple[float, float]) -> Row:
    """Return the last row of buildings before a receiver; ``geometry.last_row`` without its farthest distance.

    Args:
        w: the radial and the receiver's own samples.
        v: links of the radial.
        steps: of the samples.
        judged: number of the sample to begin at.
        site_m: ground and surface at the transmitter (m).
    """
    near, border = steps.near, steps.last
    on_site, shift = site_m[1] - site_m[0] >= BUILDING_M, near - border - 1
    last = _last_building(w, v, steps, judged)
    if last == 0:
        return Row(0, 0, site_m[1]) if on_site else Row(-1, -1, -math.inf)
    first, top = last + 1, -math.inf  # of what is known to be of the row
    while first - 1 > border and _is_building(w, first - 1 + shift):
        first -= 1
        top = max(top, w[OWN_SURFACE, first + shift])
    if near < first - 1 <= border and v[ROW_LAST, border] >= first - 1:
        first, top = v[ROW_FIRST, border], max(top, w[ROW_TOP, border])
    if first - 1 <= near:
        while first > 1 and _is_building(w, first - 2):
            first -= 1
            top = max(top, w[OWN_SURFACE, first - 1])
        if first == 1 and on_site:
            first, top = 0, max(top, site_m[1])
    return Row(first, last, top)


@njit(cache=True, error_model="numpy", forceinline=True)
def is_seen(w: Float, n: int, steps: Steps, row: Row, top_m: float, path: Path) -> bool:
    """Return whether the receiver sees the top of its row (m): no hill between them. ``n``: own samples."""
    d, rx_m, curve = path.d, path.rx_m, path.curve
    last_m = distance_of(w, steps, row.last)
    slope = (top_m - rx_m) / (d - last_m) + curve * last_m
    behind = row.last - steps.last + steps.near if row.last > steps.last else min(row.last, steps.near)
    if own_steepest_back(w, behind, n, d, rx_m, curve) > slope:
        return False
    for i in range(max(row.last, steps.near) + 1, steps.last + 1):
        x = i * steps.radial_m
        if (w[SURFACE, i] - rx_m) / (d - x) + curve * x > slope:
            return False
    return True


@njit(cache=True, error_model="numpy", forceinline=True)
def row_nu(w: Float, v: Links, steps: Steps, first: int, path: Path) -> float:
    """Return the Bullington parameter up to a row whose first sample is 2 or more; the path ends there."""
    on_tail = first > steps.last
    count = first - 1 - steps.last + steps.near if on_tail else min(first - 1, steps.near)
    return surface_nu(w, v, count, steps, steps.last if on_tail else first - 1, path)


@njit(cache=True, error_model="numpy", forceinline=True)
def row_share(judged_m: float, last_m: float) -> float:
    """Return how far a row counts for a receiver judged at a distance (m), by the distance of its last sample (m)."""
    return min(max((ROW_FAR_M - (judged_m - last_m)) / (ROW_FAR_M - ROW_NEAR_M), 0.0), 1.0)
