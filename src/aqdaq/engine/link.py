"""Link budget: from basic transmission loss to received reference level, best server and SINR."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.antennas import pattern_gain_db


@njit(cache=True, parallel=True, error_model="numpy")
def received_level_dbm(
    loss_db: NDArray[np.float32],
    bearing_deg: NDArray[np.float32],
    elevation_deg: NDArray[np.float32],
    reference_eirp_dbm: float,
    azimuth_deg: float,
    downtilt_deg: float,
    pattern: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return (n,) the received reference level of one cell (dBm): EIRP + pattern gain - basic transmission loss.

    Args:
        loss_db: (n,) basic transmission loss (dB); NaN stays NaN.
        bearing_deg: (n,) of the receivers from the site, clockwise from grid north (deg).
        elevation_deg: (n,) of the receivers from the antenna (deg).
        reference_eirp_dbm: EIRP of the reference signal at the maximum of the pattern (dBm).
        azimuth_deg: of the boresight, clockwise from grid north (deg).
        downtilt_deg: by which the antenna is turned down (deg); for tables without their electrical tilt.
        pattern: (4,) or (720,) from ``antennas.pattern_parameters``.
    """
    out = np.empty(loss_db.shape[0], dtype=np.float32)
    for i in prange(loss_db.shape[0]):
        gain = pattern_gain_db(bearing_deg[i], elevation_deg[i], azimuth_deg, downtilt_deg, pattern)
        out[i] = reference_eirp_dbm + gain - loss_db[i]
    return out


@njit(cache=True, parallel=True, error_model="numpy")
def best_server(levels_dbm: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return (n,) the index of the strongest cell, the first where equal; -1 where no cell has a level.

    Args:
        levels_dbm: (cells, n) levels (dBm), NaN where unknown.
    """
    cells, n = levels_dbm.shape
    out = np.full(n, -1, dtype=np.int16)
    for i in prange(n):
        best = -math.inf
        for c in range(cells):
            if levels_dbm[c, i] > best:
                best = levels_dbm[c, i]
                out[i] = c
    return out


@njit(cache=True, parallel=True, error_model="numpy")
def sinr_db(
    levels_dbm: NDArray[np.float32],
    server: NDArray[np.int16],
    interference_share: NDArray[np.float64],
    noise_dbm: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return (n,) the SINR of the reference signal of the serving cell (dB); NaN where there is none.

    S / (sum_i share_si P_i + N), all over the bandwidth in which the reference level is measured.

    Args:
        levels_dbm: (cells, n) levels (dBm).
        server: (n,) index of the serving cell, -1 for none.
        interference_share: (cells, cells) share of the power of cell [., i] that falls on cell [s, .]: overlap of
            the carriers times load; zero on the diagonal.
        noise_dbm: (cells,) noise power of the receiver in the bandwidth of each cell's level (dBm).
    """
    cells, n = levels_dbm.shape
    out = np.full(n, np.nan, dtype=np.float32)
    for i in prange(n):
        s = server[i]
        if s >= 0:
            total = 10.0 ** (noise_dbm[s] / 10.0)
            for c in range(cells):
                if interference_share[s, c] > 0.0 and not math.isnan(levels_dbm[c, i]):
                    total += interference_share[s, c] * 10.0 ** (levels_dbm[c, i] / 10.0)
            out[i] = levels_dbm[s, i] - 10.0 * math.log10(total)
    return out
