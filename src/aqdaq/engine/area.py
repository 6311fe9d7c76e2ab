"""Free space with delta-Bullington diffraction over an area: one exact profile a receiver, shared by all its cells.

L_b = L_bfs + L_d: free space (ITU-R P.525-4) plus delta-Bullington diffraction (ITU-R P.526-15) over the surface:
buildings and clutter count between the ends, the antennas stand on the ground.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.engine.area_registry import area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter
from aqdaq.engine.diffraction import (
    bullington_nu,
    delta_bullington_db,
    smooth_earth_heights,
    spherical_earth_db,
)
from aqdaq.engine.directions import offset_m
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.profiles import (
    cut_profile,
    receiver_at_the_wall,
    sample_count,
    transmitter_at_the_wall,
)

#: Free-space loss is not taken below this distance (m): inside it the far field of no mobile antenna holds.
NEAREST_M: Final = 1.0
#: Receivers that share a profile buffer; few, so that a few hundred receivers are work for several threads.
CHUNK: Final = 64

_NO_TERRAIN: Final = int(Reason.NO_TERRAIN)


class _Antennas(NamedTuple):
    row: float
    col: float
    heights_m: NDArray[np.float64]
    f_ghz: NDArray[np.float64]


class _Setting(NamedTuple):
    rx_height_m: float
    step_m: float
    effective_radius_m: float
    permittivity: float
    conductivity_s_m: float
    vertical: bool


class _Out(NamedTuple):
    loss_db: NDArray[np.float32]
    reason: NDArray[np.uint8]


@area_model("delta_bullington", version=3)
def delta_bullington_area(
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return (k, n) losses (dB) of free space plus diffraction over the profile of each receiver.

    The loss is unknown where the ground is unknown anywhere along the profile.

    Args:
        terrain: the surface.
        transmitter: the site, with k pairs of height and frequency.
        rows: (n,) of the receivers (pixels; need not be whole numbers).
        cols: (n,) of the receivers (pixels).
        setting: of the area.
    """
    k, n = len(transmitter.heights_m), len(rows)
    loss, reason = np.full((k, n), np.nan, dtype=np.float32), np.zeros((k, n), dtype=np.uint8)
    if n:
        heights, f_ghz = (
            np.ascontiguousarray(v, dtype=np.float64)
            for v in (transmitter.heights_m, transmitter.frequencies_mhz / 1e3)
        )
        sphere = setting.sphere
        _predict(
            terrain.ground_m,
            terrain.above_m,
            float(terrain.resolution_m),
            _Antennas(float(transmitter.row), float(transmitter.col), heights, f_ghz),
            np.ascontiguousarray(rows, dtype=np.float64),
            np.ascontiguousarray(cols, dtype=np.float64),
            _Setting(
                float(setting.rx_height_m),
                float(setting.step_m),
                sphere.effective_radius_m,
                sphere.permittivity,
                sphere.conductivity_s_m,
                bool(setting.vertical),
            ),
            longest_profile(terrain, transmitter, rows, cols, setting.step_m),
            _Out(loss, reason),
        )
    return AreaLoss(loss, reason)


def longest_profile(
    terrain: Terrain, transmitter: Transmitter, rows: NDArray[np.float64], cols: NDArray[np.float64], step_m: float
) -> int:
    """Return how many samples the profile of the farthest of (n,) receivers has, with one to spare."""
    farthest = float(np.hypot(rows - transmitter.row, cols - transmitter.col).max()) * terrain.resolution_m
    return int(sample_count(farthest, float(step_m))) + 2


@njit(cache=True, parallel=True, error_model="numpy")
def _predict(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    resolution_m: float,
    tx: _Antennas,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: _Setting,
    longest: int,
    out: _Out,
) -> None:
    """Run all receivers; each chunk owns a profile buffer, so the result does not depend on the threads."""
    n = rows.shape[0]
    reasons = out.reason  # a tuple's member written in a prange is lost
    for block in prange((n + CHUNK - 1) // CHUNK):
        profile = np.empty((4, longest))
        flat = np.zeros(longest)
        for i in range(block * CHUNK, min((block + 1) * CHUNK, n)):
            distance = offset_m((tx.row, tx.col), rows[i], cols[i], resolution_m)[2]
            n_samples = sample_count(distance, setting.step_m)
            if cut_profile(ground_m, above_m, (tx.row, tx.col), (rows[i], cols[i]), distance, n_samples, profile):
                _one_receiver(tx, profile, n_samples, flat, setting, out, i)
            else:
                reasons[:, i] = _NO_TERRAIN


@njit(cache=True, error_model="numpy")
def _one_receiver(
    tx: _Antennas,
    profile: NDArray[np.float64],
    n: int,
    flat: NDArray[np.float64],
    setting: _Setting,
    out: _Out,
    i: int,
) -> None:
    """Fill the losses of receiver ``i`` from its profile."""
    distance, radius = profile[0, n - 1], setting.effective_radius_m
    electrical = (setting.permittivity, setting.conductivity_s_m)
    roof_m = profile[2, 0] - profile[1, 0]
    receiver_at_the_wall(profile, n, setting.rx_height_m)
    if roof_m > tx.heights_m.min():
        transmitter_at_the_wall(profile, n)
    rx_m = profile[1, n - 1] + setting.rx_height_m
    nu = nu_smooth = hte = hre = 0.0
    for j in range(tx.heights_m.shape[0]):
        tx_m = profile[1, 0] + tx.heights_m[j]
        length = max(math.sqrt(distance**2 + (tx_m - rx_m) ** 2), NEAREST_M)
        loss = free_space_db(length, tx.f_ghz[j])
        if n > 2:
            if j == 0 or tx.heights_m[j] != tx.heights_m[j - 1]:  # the geometry does not know the frequency
                surface = profile[3] if roof_m > tx.heights_m[j] else profile[2]
                nu = bullington_nu(profile[0], surface, n, tx_m, rx_m, radius)
                hte, hre = smooth_earth_heights(profile[0], profile[1], n, tx_m, rx_m)
                nu_smooth = bullington_nu(profile[0], flat, n, hte, hre, radius)
            sphere_db = spherical_earth_db(distance, hte, hre, radius, tx.f_ghz[j], electrical, setting.vertical)
            loss += delta_bullington_db(nu, nu_smooth, sphere_db, distance, tx.f_ghz[j])
        out.loss_db[j, i] = loss
