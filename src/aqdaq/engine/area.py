"""Basic transmission loss from one site to many receivers: one exact profile each, shared by all its cells.

L_b = L_bfs + L_d: free space (ITU-R P.525-4) plus delta-Bullington diffraction (ITU-R P.526-15) over the surface:
buildings and clutter count between the ends, the antennas stand on the ground.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.diffraction import (
    bullington_nu,
    delta_bullington_db,
    smooth_earth_heights,
    spherical_earth_db,
)
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.profiles import (
    cut_profile,
    receiver_at_the_wall,
    sample_count,
    transmitter_at_the_wall,
)
from aqdaq.model.body import Sphere

#: Free-space loss is not taken below this distance (m): inside it the far field of no mobile antenna holds.
NEAREST_M: Final = 1.0
#: Receivers that share a profile buffer.
CHUNK: Final = 256
#: Polarization taken for the spherical earth; above 300 MHz over land it makes no difference that shows.
VERTICAL: Final = True


@dataclass(frozen=True, slots=True)
class Transmitter:
    """Where a site radiates from: one entry for each distinct pair of antenna height and frequency.

    Attributes:
        row: of the site in the surface arrays (pixels).
        col: of the site in the surface arrays (pixels).
        heights_m: (k,) antenna heights above ground (m).
        frequencies_mhz: (k,) carrier frequencies (MHz).
    """

    row: float
    col: float
    heights_m: NDArray[np.float64]
    frequencies_mhz: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Refuse frequencies outside the range in which the method is used here.

        Raises:
            ValidityError: a frequency outside 30 MHz to 100 GHz, or a height not above ground.
        """
        if np.any((self.frequencies_mhz < 30.0) | (self.frequencies_mhz > 100e3)):
            raise ValidityError(Fault("frequency_mhz", f"{self.frequencies_mhz}", "the model holds from 30 to 100000"))
        if np.any(self.heights_m <= 0.0):
            raise ValidityError(Fault("height_m", f"{self.heights_m}", "an antenna stands above the ground"))


@dataclass(frozen=True, slots=True)
class PathLoss:
    """Losses and directions from one site to n receivers.

    Attributes:
        loss_db: (k, n) float32 basic transmission loss for each height and frequency (dB); NaN where unknown.
        distance_m: (n,) float32 horizontal distance (m).
        bearing_deg: (n,) float32 from the site, clockwise from grid north (deg).
        elevation_deg: (k, n) float32 of the receiver as seen from the antenna (deg).
    """

    loss_db: NDArray[np.float32]
    distance_m: NDArray[np.float32]
    bearing_deg: NDArray[np.float32]
    elevation_deg: NDArray[np.float32]


def path_loss(
    ground_m: NDArray[np.float32],
    above_m: NDArray[np.float32],
    resolution_m: float,
    transmitter: Transmitter,
    receivers: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    rx_height_m: float,
    radius_m: float,
    step_m: float,
    sphere: Sphere,
) -> PathLoss:
    """Predict the loss from one site to many receivers.

    Args:
        ground_m: (rows, cols) ground (m), NaN where unknown.
        above_m: (rows, cols) height above ground of buildings and clutter (m).
        resolution_m: side of a pixel (m).
        transmitter: the site.
        receivers: (n,) rows and (n,) columns of the receivers (pixels; need not be whole numbers).
        rx_height_m: of the receivers above ground (m).
        radius_m: beyond it the loss is unknown (m).
        step_m: largest distance between samples of a profile (m).
        sphere: of the body.

    Raises:
        ValidityError: receiver height, radius or step not positive.
    """
    if not (rx_height_m > 0.0 and radius_m > 0.0 and step_m > 0.0):
        raise ValidityError(Fault("prediction", f"height {rx_height_m}, radius {radius_m}, step {step_m}", "give > 0"))
    rows, cols = (np.ascontiguousarray(r, dtype=np.float64) for r in receivers)
    k, n = len(transmitter.heights_m), len(rows)
    loss = np.full((k, n), np.nan, dtype=np.float32)
    elevation = np.full((k, n), np.nan, dtype=np.float32)
    distance, bearing = np.zeros(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    heights, f_ghz = (
        np.ascontiguousarray(v, dtype=np.float64) for v in (transmitter.heights_m, transmitter.frequencies_mhz / 1e3)
    )
    _predict(
        _Terrain(ground_m, above_m, float(resolution_m)),
        _Antennas(float(transmitter.row), float(transmitter.col), heights, f_ghz),
        rows,
        cols,
        _Setting(
            float(rx_height_m),
            float(radius_m),
            float(step_m),
            sphere.effective_radius_m,
            sphere.permittivity,
            sphere.conductivity_s_m,
        ),
        _Out(loss, elevation, distance, bearing),
    )
    return PathLoss(loss, distance, bearing, elevation)


class _Terrain(NamedTuple):
    ground_m: NDArray[np.float32]
    above_m: NDArray[np.float32]
    resolution_m: float


class _Antennas(NamedTuple):
    row: float
    col: float
    heights_m: NDArray[np.float64]
    f_ghz: NDArray[np.float64]


class _Setting(NamedTuple):
    rx_height_m: float
    radius_m: float
    step_m: float
    effective_radius_m: float
    permittivity: float
    conductivity_s_m: float


class _Out(NamedTuple):
    loss_db: NDArray[np.float32]
    elevation_deg: NDArray[np.float32]
    distance_m: NDArray[np.float32]
    bearing_deg: NDArray[np.float32]


@njit(cache=True, parallel=True, error_model="numpy")
def _predict(
    terrain: _Terrain,
    tx: _Antennas,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: _Setting,
    out: _Out,
) -> None:
    """Run all receivers; each chunk owns a profile buffer, so the result does not depend on the threads."""
    n = rows.shape[0]
    longest = sample_count(setting.radius_m, setting.step_m) + 1
    distances_m, bearings_deg = out.distance_m, out.bearing_deg  # a tuple's member written in a prange is lost
    for block in prange((n + CHUNK - 1) // CHUNK):
        profile = np.empty((4, longest))
        flat = np.zeros(longest)
        for i in range(block * CHUNK, min((block + 1) * CHUNK, n)):
            north = (tx.row - rows[i]) * terrain.resolution_m
            east = (cols[i] - tx.col) * terrain.resolution_m
            distance = math.sqrt(north * north + east * east)
            distances_m[i] = distance
            bearings_deg[i] = math.degrees(math.atan2(east, north)) % 360.0
            if distance <= setting.radius_m:
                n_samples = sample_count(distance, setting.step_m)
                if cut_profile(
                    terrain.ground_m,
                    terrain.above_m,
                    (tx.row, tx.col),
                    (rows[i], cols[i]),
                    distance,
                    n_samples,
                    profile,
                ):
                    _one_receiver(tx, profile, n_samples, flat, setting, out, i)


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
    """Fill losses and elevations of receiver ``i`` from its profile."""
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
        out.elevation_deg[j, i] = math.degrees(math.atan2(rx_m - tx_m - distance * distance / (2.0 * radius), distance))
        loss = free_space_db(length, tx.f_ghz[j])
        if n > 2:
            if j == 0 or tx.heights_m[j] != tx.heights_m[j - 1]:  # the geometry does not know the frequency
                surface = profile[3] if roof_m > tx.heights_m[j] else profile[2]
                nu = bullington_nu(profile[0], surface, n, tx_m, rx_m, radius)
                hte, hre = smooth_earth_heights(profile[0], profile[1], n, tx_m, rx_m)
                nu_smooth = bullington_nu(profile[0], flat, n, hte, hre, radius)
            sphere_db = spherical_earth_db(distance, hte, hre, radius, tx.f_ghz[j], electrical, VERTICAL)
            loss += delta_bullington_db(nu, nu_smooth, sphere_db, distance, tx.f_ghz[j])
        out.loss_db[j, i] = loss
