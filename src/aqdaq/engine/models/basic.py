"""Free space, and free space with delta-Bullington diffraction."""

from __future__ import annotations

import math

import numpy as np

from aqdaq.engine.diffraction import (
    bullington_nu,
    delta_bullington_db,
    smooth_earth_heights,
    spherical_earth_db,
)
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.registry import PathInput, PathResult, check_profile, check_range, propagation_model
from aqdaq.model.body import Sphere

#: Antennas this close (m) or closer are taken as this far apart.
NEAREST_M = 1.0


def slant_m(path: PathInput) -> float:
    """Return the distance between the antennas in space (m)."""
    rise = path.ground_m[0] + path.tx_height_m - path.ground_m[-1] - path.rx_height_m
    return max(math.hypot(path.length_m, float(rise)), NEAREST_M)


@propagation_model(
    "free_space",
    title="Free space",
    source="ITU-R P.525-4",
    uses="tx_height_m rx_height_m ground_m",
    validity="any distance in the far field",
    units={"Lbfs": "db"},
)
def free_space(path: PathInput, sphere: Sphere) -> PathResult:  # noqa: ARG001 - every model takes the sphere
    """Return the loss between the antennas as if nothing were there."""
    check_profile(path)
    loss = free_space_db(slant_m(path), path.frequency_mhz * 1e-3)
    return PathResult(loss, {"Lbfs": loss})


@propagation_model(
    "delta_bullington",
    title="Free space with delta-Bullington diffraction",
    source="ITU-R P.525-4, ITU-R P.526-15 section 4.5",
    uses="tx_height_m rx_height_m ground_m clutter_m vertical",
    validity="30 MHz to 100 GHz",
    units={"Lbfs": "db", "Ld": "db", "Ldsph": "db", "hte": "m", "hre": "m"},
)
def delta_bullington(path: PathInput, sphere: Sphere) -> PathResult:
    """Return free space plus diffraction over the surface; the median in time, of one place."""
    check_profile(path)
    check_range("frequency_mhz", path.frequency_mhz, 30.0, 100e3, unit="MHz", source="as used here")
    free = free_space_db(slant_m(path), path.frequency_mhz * 1e-3)
    n, f_ghz, radius = len(path.distance_m), path.frequency_mhz * 1e-3, sphere.effective_radius_m
    if n < 3:
        return PathResult(free, {"Lbfs": free, "Ld": 0.0})
    surface = path.ground_m + path.clutter_m
    tx_m, rx_m = float(path.ground_m[0]) + path.tx_height_m, float(path.ground_m[-1]) + path.rx_height_m
    nu = bullington_nu(path.distance_m, surface, n, tx_m, rx_m, radius)
    hte, hre = smooth_earth_heights(path.distance_m, path.ground_m, n, tx_m, rx_m)
    nu_smooth = bullington_nu(path.distance_m, np.zeros(n), n, hte, hre, radius)
    electrical = (sphere.permittivity, sphere.conductivity_s_m)
    round_earth = spherical_earth_db(path.length_m, hte, hre, radius, f_ghz, electrical, path.vertical)
    diffraction = delta_bullington_db(nu, nu_smooth, round_earth, path.length_m, f_ghz)
    return PathResult(
        free + diffraction, {"Lbfs": free, "Ld": diffraction, "Ldsph": round_earth, "hte": hte, "hre": hre}
    )
