"""The geometry of one profile of the city model: all that does not know the frequency.

The wave comes over the roofs to the row beside the receiver and down into its street, or along the streets. The row
beside the receiver is the last run of building samples before it. Diffraction is computed to a point at roof level on
that row's edge towards the transmitter; the row itself lies behind that point, so it is counted once, in L_rts.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.diffraction import bullington_nu, smooth_earth_heights
from aqdaq.engine.profiles import WALL_REACH_M, receiver_at_the_wall, transmitter_at_the_wall
from aqdaq.engine.urban.canyon import feeding_share
from aqdaq.engine.urban.streets import BUILDING_M

#: A row farther up the path than this is no longer beside the receiver (m): from ``ROW_NEAR_M`` on it counts less.
ROW_NEAR_M: Final = 200.0
ROW_FAR_M: Final = 300.0
#: Free-space loss is not taken below this distance (m).
NEAREST_M: Final = 1.0
#: The diffraction parameter of a path that nothing comes near.
CLEAR: Final = -math.inf


class Ends(NamedTuple):
    """The two antennas and the street of the receiver.

    Attributes:
        tx_height_m: above the ground (m).
        rx_height_m: above the ground (m).
        tx_roof_m: height of the roofs around the transmitter above its ground (m), 0 where there are none.
        width_m: of the street of the receiver (m); NaN where it is in none.
        roof_m: height of the roofs above that street (m).
        angle_deg: between the street and the path (deg), 0 to 90; NaN where it has no direction.
    """

    tx_height_m: float
    rx_height_m: float
    tx_roof_m: float
    width_m: float
    roof_m: float
    angle_deg: float


class Geometry(NamedTuple):
    """What a profile gives before the frequency is known; nu are times the square root of the wavelength.

    Attributes:
        distance_m: along the ground (m).
        slant_m: between the antennas (m).
        nu: Bullington parameter of the surface; below 0 the antennas see each other.
        smooth_nu: Bullington parameter of the smooth earth; NaN where it is known to add nothing.
        tx_m: effective height of the transmitter (m).
        rx_m: effective height of the receiver (m).
        row_share: how far the row beside the receiver counts, 0 to 1.
        row_m: distance of its edge (m).
        row_nu: Bullington parameter of the surface before that edge.
        row_smooth_nu: Bullington parameter of the smooth earth up to there; NaN as above.
        row_tx_m: effective height of the transmitter over the ground up to the edge (m).
        row_rx_m: effective height of the roof level at the edge (m).
        drop_m: from the wave over the roof down to the receiver (m).
        feeding: how far the transmitter is one among the streets, 0 to 1.
    """

    distance_m: float
    slant_m: float
    nu: float
    smooth_nu: float
    tx_m: float
    rx_m: float
    row_share: float
    row_m: float
    row_nu: float
    row_smooth_nu: float
    row_tx_m: float
    row_rx_m: float
    drop_m: float
    feeding: float


@njit(cache=True, error_model="numpy")
def wall_index(profile: NDArray[np.float64], n: int, rx_height_m: float) -> int:
    """Return the sample at which a receiver is judged: its own, or the first before the wall of its building.

    To be asked before ``receiver_at_the_wall`` takes the building off the profile.

    Args:
        profile: (>= 3, >= n) distance, ground and surface (m).
        n: number of samples.
        rx_height_m: of the receiver above the ground (m).
    """
    i = n - 1
    if profile[2, i] - profile[1, i] > rx_height_m:
        while i > 0 and profile[2, i] > profile[1, i] and profile[0, n - 1] - profile[0, i] <= WALL_REACH_M:
            i -= 1
    return i


@njit(cache=True, error_model="numpy")
def clear_the_ends(profile: NDArray[np.float64], n: int, rx_height_m: float, least_tx_m: float) -> bool:
    """Judge both ends at the walls of their buildings; return whether row 3 holds another surface for the transmitter.

    Args:
        profile: (4, >= n) distance, ground and surface (m); row 2 is changed, row 3 may be filled.
        n: number of samples.
        rx_height_m: of the receiver above the ground (m).
        least_tx_m: the lowest antenna of the site above the ground (m).
    """
    inside = profile[2, 0] - profile[1, 0] > least_tx_m
    receiver_at_the_wall(profile, n, rx_height_m)
    if inside:
        transmitter_at_the_wall(profile, n)
    return inside


@njit(cache=True, error_model="numpy")
def last_row(
    distance_m: NDArray[np.float64], ground_m: NDArray[np.float64], surface_m: NDArray[np.float64], judged: int
) -> tuple[int, int, float]:
    """Return the first and last sample of the row beside the receiver and its top (m); -1, -1, -inf without one."""
    last = judged
    while last >= 0 and not surface_m[last] - ground_m[last] >= BUILDING_M:
        last -= 1
        if last >= 0 and distance_m[judged] - distance_m[last] >= ROW_FAR_M:
            return -1, -1, -math.inf
    if last < 0:
        return -1, -1, -math.inf
    first, top = last, surface_m[last]
    while first > 0 and surface_m[first - 1] - ground_m[first - 1] >= BUILDING_M:
        first -= 1
        top = max(top, surface_m[first])
    return first, last, top


@njit(cache=True, error_model="numpy")
def _row_is_seen(
    distance_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    n: int,
    last: int,
    top_m: float,
    rx_m: float,
    effective_radius_m: float,
) -> bool:
    """Return whether the receiver sees the top of its row: no hill between them."""
    d, half = distance_m[n - 1], 0.5 / effective_radius_m
    rest = d - distance_m[last]
    slope = (top_m - rx_m) / rest + half * distance_m[last]
    for i in range(last + 1, n - 1):
        if (surface_m[i] - rx_m) / (d - distance_m[i]) + half * distance_m[i] > slope:
            return False
    return True


@njit(cache=True, error_model="numpy")
def _smooth_earth(
    distance_m: NDArray[np.float64],
    ground_m: NDArray[np.float64],
    flat_m: NDArray[np.float64],
    n: int,
    tx_m: float,
    rx_m: float,
    effective_radius_m: float,
    clear_m: float,
) -> tuple[float, float, float]:
    """Return the Bullington parameter of the smooth earth and both effective heights (m); NaN and 0 where clear."""
    if distance_m[n - 1] <= clear_m:
        return math.nan, 0.0, 0.0
    at_tx, at_rx = smooth_earth_heights(distance_m, ground_m, n, tx_m, rx_m)
    return bullington_nu(distance_m, flat_m, n, at_tx, at_rx, effective_radius_m), at_tx, at_rx


@njit(cache=True, error_model="numpy")
def urban_geometry(
    distance_m: NDArray[np.float64],
    ground_m: NDArray[np.float64],
    surface_m: NDArray[np.float64],
    flat_m: NDArray[np.float64],
    n: int,
    judged: int,
    ends: Ends,
    effective_radius_m: float,
    clear_m: float = 0.0,
) -> Geometry:
    """Return what a profile gives before the frequency is known.

    Args:
        distance_m: (>= n,) from the transmitter (m).
        ground_m: (>= n,) height of the ground (m).
        surface_m: (>= n,) with what stands on it, the ends judged at their walls (m).
        flat_m: (>= n,) zeros.
        n: number of samples, 2 or more.
        judged: sample of the wall that the receiver is judged at, from ``wall_index``.
        ends: the antennas and the street.
        effective_radius_m: of the body (m).
        clear_m: up to this distance the smooth earth is known to add nothing (m); see ``sphere``.
    """
    d, radius = distance_m[n - 1], effective_radius_m
    tx_m, rx_m = ground_m[0] + ends.tx_height_m, ground_m[n - 1] + ends.rx_height_m
    slant = max(math.sqrt(d * d + (tx_m - rx_m) ** 2), NEAREST_M)
    roof_m = ground_m[judged] + ends.roof_m  # NaN out of a street: every comparison with it is false
    in_street = ends.width_m > 0.0 and roof_m > rx_m
    feeding = feeding_share(ends.tx_height_m, ends.tx_roof_m) if in_street and ends.tx_roof_m > 0.0 else 0.0
    if n < 3:
        return Geometry(d, slant, CLEAR, CLEAR, 0.0, 0.0, 0.0, 0.0, CLEAR, CLEAR, 0.0, 0.0, 0.0, feeding)
    nu = bullington_nu(distance_m, surface_m, n, tx_m, rx_m, radius)
    smooth, hte, hre = _smooth_earth(distance_m, ground_m, flat_m, n, tx_m, rx_m, radius, clear_m)
    first, share = -1, 0.0
    if nu >= 0.0 and in_street:
        first, last, top_m = last_row(distance_m, ground_m, surface_m, min(judged, n - 2))
        roof_m = max(roof_m, top_m)
        if first >= 0 and _row_is_seen(distance_m, surface_m, n, last, roof_m, rx_m, radius):
            away = distance_m[judged] - distance_m[last]
            share = min(max((ROW_FAR_M - away) / (ROW_FAR_M - ROW_NEAR_M), 0.0), 1.0)
    if share == 0.0:
        return Geometry(d, slant, nu, smooth, hte, hre, 0.0, 0.0, CLEAR, CLEAR, 0.0, 0.0, 0.0, feeding)
    edge, drop = distance_m[first], roof_m - rx_m
    row_nu, row_smooth, row_tx, row_rx = CLEAR, CLEAR, 0.0, 0.0
    if first > 0:  # a transmitter below the roofs sends a rising wave over them: it has to come down farther
        drop += max((roof_m - tx_m) / edge, 0.0) * 0.5 * ends.width_m
    if first > 1:
        row_nu = bullington_nu(distance_m, surface_m, first + 1, tx_m, roof_m, radius)
        row_smooth, row_tx, row_rx = _smooth_earth(
            distance_m, ground_m, flat_m, first + 1, tx_m, roof_m, radius, clear_m
        )
    return Geometry(d, slant, nu, smooth, hte, hre, share, edge, row_nu, row_smooth, row_tx, row_rx, drop, feeding)
