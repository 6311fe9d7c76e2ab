"""Power density of one source at many receptors: far field several receptors at a time, near field one by one."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.engine.antennas import OMNI
from aqdaq.engine.exposure.elementary import power_kept
from aqdaq.engine.exposure.near_field import near_gain_m2
from aqdaq.engine.exposure.pattern import own_frame, parametric_loss_db, table_loss_db, total_limit_db
from aqdaq.engine.exposure.source import Column
from aqdaq.engine.threads import arrays_apart

Float = NDArray[np.float64]

#: A receptor this near to the axis of a panel lies inside the antenna (m).
INSIDE_M: Final = 0.3

_EIRP = int(Column.EIRP_W)
_SIN_A, _COS_A = int(Column.SIN_AZIMUTH), int(Column.COS_AZIMUTH)
_SIN_T, _COS_T = int(Column.SIN_TILT), int(Column.COS_TILT)
_ELEMENTS, _SPACING = int(Column.ELEMENTS), int(Column.SPACING_M)
_WAVE, _SIN_E = int(Column.WAVE_NUMBER), int(Column.SIN_ELECTRICAL)
_NEAR, _HALF = int(Column.NEAR_M), int(Column.HALF_LENGTH_M)


@arrays_apart
@njit(cache=True, nogil=True, error_model="numpy")
def parametric_power(
    x: Float, y: Float, z: Float, place: Float, source: Float, pattern: Float, limit_db: float, power: Float
) -> None:
    """Write the power density (W/m2) of a source with a parametric pattern into ``power``; no near field.

    Args:
        x: (n,) easting of the receptors (m).
        y: (n,) northing (m).
        z: (n,) height (m).
        place: (3,) of the source (m).
        source: (13,) from ``source_row``.
        pattern: (724,) of it.
        limit_db: its largest loss in any direction (dB).
        power: (n,) to fill.
    """
    px, py, pz = place[0], place[1], place[2]
    sin_a, cos_a, sin_t, cos_t = source[_SIN_A], source[_COS_A], source[_SIN_T], source[_COS_T]
    per_phi = math.degrees(math.sqrt(12.0)) / pattern[0]
    per_theta = math.degrees(math.sqrt(12.0)) / pattern[1]
    limits = (pattern[2], pattern[3], limit_db)
    strength = source[_EIRP] / (4.0 * math.pi)
    for i in range(len(x)):
        dx, dy, dz = x[i] - px, y[i] - py, z[i] - pz
        forward, right, upward = own_frame(dx, dy, dz, sin_a, cos_a, sin_t, cos_t)
        loss = parametric_loss_db(forward, right, upward, per_phi, per_theta, limits)
        power[i] = strength * power_kept(loss) / (dx * dx + dy * dy + dz * dz)


@njit(cache=True, nogil=True, error_model="numpy")
def table_power(x: Float, y: Float, z: Float, place: Float, source: Float, pattern: Float, power: Float) -> None:
    """Write the power density (W/m2) of a source with a pattern of tables into ``power``; as ``parametric_power``."""
    sin_a, cos_a, sin_t, cos_t = source[_SIN_A], source[_COS_A], source[_SIN_T], source[_COS_T]
    strength = source[_EIRP] / (4.0 * math.pi)
    for i in range(len(x)):
        dx, dy, dz = x[i] - place[0], y[i] - place[1], z[i] - place[2]
        forward, right, upward = own_frame(dx, dy, dz, sin_a, cos_a, sin_t, cos_t)
        power[i] = strength * power_kept(table_loss_db(forward, right, upward, pattern)) / (dx * dx + dy * dy + dz * dz)


@njit(cache=True, nogil=True, error_model="numpy")
def mend_near(x: Float, y: Float, z: Float, place: Float, source: Float, pattern: Float, power: Float) -> None:
    """Replace the power density (W/m2) near the panel by that of its sub-sources, and by NaN inside the antenna.

    Between half the far-field distance and the whole of it the one gives way to the other. Arguments as of
    ``parametric_power``.
    """
    near_m, strength = source[_NEAR], source[_EIRP] / (4.0 * math.pi)
    reach2 = max(near_m, source[_HALF] + 2.0 * INSIDE_M) ** 2
    for i in range(len(x)):
        dx, dy, dz = x[i] - place[0], y[i] - place[1], z[i] - place[2]
        r2 = dx * dx + dy * dy + dz * dz
        if r2 >= reach2:
            continue
        forward, right, upward = own_frame(dx, dy, dz, source[_SIN_A], source[_COS_A], source[_SIN_T], source[_COS_T])
        if forward * forward + right * right < INSIDE_M**2 and abs(upward) < source[_HALF] + INSIDE_M:
            power[i] = math.nan
        elif r2 < near_m * near_m:
            share = min(2.0 - 2.0 * math.sqrt(r2) / near_m, 1.0)
            near = near_gain_m2(
                forward, right, upward, int(source[_ELEMENTS]), source[_SPACING], source[_WAVE], source[_SIN_E], pattern
            )  # fmt: skip
            power[i] = (1.0 - share) * power[i] + share * strength * near


@njit(cache=True, nogil=True, error_model="numpy")
def source_power(x: Float, y: Float, z: Float, place: Float, source: Float, pattern: Float, power: Float) -> None:
    """Write the power density (W/m2) of a source into ``power``, near and far; arguments as of ``parametric_power``."""
    if pattern[0] > 0.0:
        parametric_power(x, y, z, place, source, pattern, total_limit_db(pattern, OMNI), power)
    else:
        table_power(x, y, z, place, source, pattern, power)
    mend_near(x, y, z, place, source, pattern, power)
