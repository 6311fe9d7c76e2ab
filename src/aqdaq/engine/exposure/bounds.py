"""The most that sources can make at receptors: without patterns, and without what stands in between."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def most_of_places(
    at_m: Float, places_m: Float, reach_m: Float, ratio_m2: Float, strongest_w: Float, ratio: Float, strongest: Float
) -> None:
    """Write what places make at most at receptors: no pattern has more gain than at its maximum.

    Within its near field a place may make anything: both figures are infinite there.

    Args:
        at_m: (n, 3) x, y and height of the receptors (m).
        places_m: (p, 3) of the sources (m).
        reach_m: (p,) beyond which the far field of every source of a place holds (m).
        ratio_m2: (p,) sum of the EIRP over the power density allowed (m2).
        strongest_w: (p,) largest EIRP of a source (W).
        ratio: (n,) to fill with the sum of the exposure ratios.
        strongest: (n,) to fill with the power density of the strongest source (W/m2).
    """
    for i in range(len(at_m)):
        total, most = 0.0, 0.0
        for p in range(len(places_m)):
            dx, dy, dz = at_m[i, 0] - places_m[p, 0], at_m[i, 1] - places_m[p, 1], at_m[i, 2] - places_m[p, 2]
            away2 = dx * dx + dy * dy + dz * dz
            spread = 1.0 / (4.0 * math.pi * away2) if away2 > reach_m[p] * reach_m[p] else math.inf
            total += ratio_m2[p] * spread
            most = max(most, strongest_w[p] * spread)
        ratio[i], strongest[i] = total, most
