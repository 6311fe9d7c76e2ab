"""Free-space basic transmission loss: ITU-R P.525-4, with the constant that P.1812 shares."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, error_model="numpy")
def free_space_db(slant_m: float, f_ghz: float) -> float:
    """Return the loss (dB) over a distance in space; P.525-4 eq. (4), P.1812-6 eq. (8).

    Args:
        slant_m: between the antennas (m).
        f_ghz: frequency (GHz).
    """
    return 92.4 + 20.0 * math.log10(f_ghz) + 20.0 * math.log10(slant_m * 1e-3)


def free_space_db_of(slant_m: NDArray[np.float64], f_ghz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n,) ``free_space_db`` of arrays (dB); NaN where an argument is."""
    return 92.4 + 20.0 * np.log10(f_ghz) + 20.0 * np.log10(slant_m * 1e-3)
