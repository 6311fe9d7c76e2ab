"""Constants and conversions. Names carry the unit; no object wraps a number.

Arrays and scalars both work; a power of zero is minus infinity dB, without a warning.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Wavelength (m) times frequency (GHz) as ITU-R P.526 and P.1812 write it.
WAVELENGTH_M_GHZ: Final = 0.2998

#: Thermal noise density at 290 K, dBm per hertz (Boltzmann constant times 290 K, times 1000 mW/W).
THERMAL_NOISE_DBM_HZ: Final = -173.975

#: Equal-power subcarriers in one resource block (3GPP TS 36.211 and TS 38.211).
SUBCARRIERS_PER_RB: Final = 12


def db_to_linear(value_db: ArrayLike) -> NDArray[np.float64]:
    """Return the power ratio of ``value_db`` (dB)."""
    return np.asarray(np.power(10.0, np.asarray(value_db, dtype=np.float64) / 10.0))


def linear_to_db(ratio: ArrayLike) -> NDArray[np.float64]:
    """Return a power ratio in dB; zero gives minus infinity."""
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.asarray(ratio, dtype=np.float64)))


def dbm_to_w(power_dbm: ArrayLike) -> NDArray[np.float64]:
    """Return a power given in dBm in watts."""
    return db_to_linear(power_dbm) * 1e-3


def w_to_dbm(power_w: ArrayLike) -> NDArray[np.float64]:
    """Return a power given in watts in dBm."""
    return linear_to_db(np.asarray(power_w, dtype=np.float64) * 1e3)


def sum_dbm(levels_dbm: ArrayLike, axis: int = 0) -> NDArray[np.float64]:
    """Return the power sum of levels in dBm along ``axis``, in dBm."""
    return linear_to_db(db_to_linear(levels_dbm).sum(axis=axis))


def wavelength_m(frequency_mhz: float) -> float:
    """Return the wavelength in metres, with the constant of ITU-R P.1812."""
    return WAVELENGTH_M_GHZ * 1e3 / frequency_mhz


def noise_dbm(bandwidth_hz: float, noise_figure_db: float) -> float:
    """Return the noise power (dBm) of a receiver at 290 K in ``bandwidth_hz`` with ``noise_figure_db``."""
    return float(THERMAL_NOISE_DBM_HZ + 10.0 * np.log10(bandwidth_hz) + noise_figure_db)
