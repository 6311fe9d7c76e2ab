"""Free space and two rays over an area: only the ground at both ends counts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.base.units import WAVELENGTH_M_GHZ
from aqdaq.engine.area_models.common import Ends, Ranges, find_ends, slant_m
from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.models.basic import NEAREST_M
from aqdaq.engine.models.two_ray import two_ray_gain_db


class _Mirror(NamedTuple):
    effective_radius_m: float
    permittivity: float
    conductivity_s_m: float
    vertical: bool


@area_model("free_space")
def free_space_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) as if nothing stood between the antennas; ITU-R P.525-4 eq. (4)."""
    ends = find_ends(terrain, transmitter, rows, cols)
    ranges = Ranges((len(transmitter.heights_m), len(rows)))
    ranges.note(~ends.known, Reason.NO_TERRAIN)
    return ranges.result(_rays(ends, transmitter, setting, reflected=False))


@area_model("two_ray")
def two_ray_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) of the direct ray and one reflection on smooth ground between the feet.

    A receiver nearer than 1 m to the foot of the antenna is taken at 1 m. Unknown where an antenna stands lower than
    half a wavelength, and at and beyond the horizon, where the grazing angle is too small.
    """
    ends = find_ends(terrain, transmitter, rows, cols)
    ranges = Ranges((len(transmitter.heights_m), len(rows)))
    ranges.note(~ends.known, Reason.NO_TERRAIN)
    least_m = 0.5 * WAVELENGTH_M_GHZ * 1e3 / transmitter.frequencies_mhz[:, None]
    ranges.note(transmitter.heights_m[:, None] < least_m, Reason.TX_HEIGHT)
    ranges.note(setting.rx_height_m < least_m, Reason.RX_HEIGHT)
    return ranges.result(_rays(ends, transmitter, setting, reflected=True), Reason.DISTANCE)


def _rays(ends: Ends, transmitter: Transmitter, setting: AreaSetting, *, reflected: bool) -> NDArray[np.float64]:
    """Return (k, n) losses (dB), with the reflected ray or without it."""
    out = np.empty((len(transmitter.heights_m), len(ends.distance_m)))
    sphere = setting.sphere
    _fill(
        ends.distance_m,
        ends.rx_ground_m - ends.tx_ground_m,
        np.ascontiguousarray(transmitter.heights_m, dtype=np.float64),
        np.ascontiguousarray(transmitter.frequencies_mhz * 1e-3, dtype=np.float64),
        float(setting.rx_height_m),
        _Mirror(sphere.effective_radius_m, sphere.permittivity, sphere.conductivity_s_m, bool(setting.vertical)),
        reflected,
        out,
    )
    return out


@njit(cache=True, parallel=True, error_model="numpy")
def _fill(
    distance_m: NDArray[np.float64],
    rise_m: NDArray[np.float64],
    heights_m: NDArray[np.float64],
    f_ghz: NDArray[np.float64],
    rx_height_m: float,
    mirror: _Mirror,
    reflected: bool,
    out: NDArray[np.float64],
) -> None:
    """Fill (k, n) losses; ``rise_m`` is (n,) the ground at the receiver over that at the site."""
    electrical = (mirror.permittivity, mirror.conductivity_s_m)
    for i in prange(distance_m.shape[0]):
        along = max(math.hypot(distance_m[i], rise_m[i]), NEAREST_M)
        for j in range(heights_m.shape[0]):
            up = rise_m[i] + rx_height_m - heights_m[j]
            loss = free_space_db(slant_m(distance_m[i], up, NEAREST_M), f_ghz[j])
            if reflected:
                ends = (heights_m[j], rx_height_m, mirror.effective_radius_m)
                loss -= two_ray_gain_db(along, *ends, f_ghz[j], electrical, mirror.vertical)
            out[j, i] = loss
