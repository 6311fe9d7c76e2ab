"""Building entry loss: ITU-R P.2109-2, section 3. Added to the loss of a path that ends at the outer wall."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.models.common import require_atmosphere
from aqdaq.model.body import Sphere

SOURCE: Final = "ITU-R P.2109-2"

#: r, s, t, u, v, w, x, y, z of Table 1.
_TRADITIONAL: Final = (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0)
_EFFICIENT: Final = (28.19, -3.0, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1)


@njit(cache=True, error_model="numpy")
def median_entry_loss_db(f_ghz: float, elevation_deg: float, efficient: bool) -> float:
    """Return mu_1, the median of the main contribution, L_h + L_e (dB); eqs. (5), (9), (10).

    It is not the median of the whole loss: that is ``entry_loss_db`` with the quantile 0.
    """
    r, s, t = (_EFFICIENT if efficient else _TRADITIONAL)[:3]
    log_f = math.log10(f_ghz)
    return r + s * log_f + t * log_f * log_f + 0.212 * abs(elevation_deg)


@njit(cache=True, error_model="numpy")
def entry_loss_db(f_ghz: float, normal_quantile: float, elevation_deg: float, efficient: bool) -> float:
    """Return the building entry loss not exceeded (dB); eqs. (1)-(10).

    Args:
        f_ghz: frequency (GHz), 0.08 to 100.
        normal_quantile: of the probability: 0 for half of the cases.
        elevation_deg: of the path at the facade (deg), -90 to 90.
        efficient: a thermally efficient building, else a traditional one.
    """
    _, _, _, u, v, w, x, y, z = _EFFICIENT if efficient else _TRADITIONAL
    log_f = math.log10(f_ghz)
    a = median_entry_loss_db(f_ghz, elevation_deg, efficient) + (u + v * log_f) * normal_quantile  # (2), (7)
    b = w + x * log_f + (y + z * log_f) * normal_quantile  # (3), (6), (8)
    return 10.0 * math.log10(10.0 ** (0.1 * a) + 10.0 ** (0.1 * b) + 10.0**-0.3)  # C = -3 dB, (4)


@njit(cache=True, error_model="numpy")
def _each(
    f_ghz: NDArray[np.float64],
    quantile: NDArray[np.float64],
    elevation_deg: NDArray[np.float64],
    efficient: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return ``entry_loss_db`` of each row of four arrays of shape (n,)."""
    out = np.empty(f_ghz.size)
    for i in range(f_ghz.size):
        out[i] = entry_loss_db(f_ghz[i], quantile[i], elevation_deg[i], efficient[i])
    return out


def building_entry_loss_db(
    frequency_mhz: ArrayLike,
    probability_percent: ArrayLike,
    sphere: Sphere,
    *,
    thermally_efficient: ArrayLike = False,
    elevation_deg: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Return the building entry loss not exceeded with a probability (dB), in the broadcast shape of the arguments.

    Args:
        frequency_mhz: 80 to 100000 (MHz).
        probability_percent: above 0 and below 100 (%); 50 gives the median.
        sphere: the body; it must have an atmosphere.
        thermally_efficient: metallised glass or foiled panels; else a traditional building. The default is assumed.
        elevation_deg: of the path at the facade (deg), -90 to 90; the default, a level path, is assumed.

    Raises:
        ValidityError: outside the range of the Recommendation, or on a body without an atmosphere.
    """
    require_atmosphere(sphere, SOURCE)
    f, p, e = (np.asarray(v, dtype=np.float64) for v in (frequency_mhz, probability_percent, elevation_deg))
    faults = [
        Fault(name, f"{bad[0]:g} {unit} is outside {span} ({SOURCE})", "use another figure")
        for name, unit, span, bad in (
            ("frequency_mhz", "MHz", "80 to 100000 MHz", f[~((f >= 80.0) & (f <= 100e3))]),
            ("probability_percent", "%", "above 0 and below 100 %", p[~((p > 0.0) & (p < 100.0))]),
            ("elevation_deg", "deg", "-90 to 90 deg", e[~(np.abs(e) <= 90.0)]),
        )
        if bad.size
    ]
    if faults:
        raise ValidityError(faults)
    efficient = np.asarray(thermally_efficient, dtype=np.bool_)
    rows = np.broadcast_arrays(f * 1e-3, ndtri(p / 100.0), e, efficient)
    flat = [np.ascontiguousarray(row).ravel() for row in rows]
    return np.asarray(_each(*flat)).reshape(rows[0].shape)
