"""Two rays: the direct one and the one that the ground reflects, over a sphere.

The reflection point on the sphere is that of ITU-R P.1812-6 eqs. (25a)-(25e); the reflection coefficients are those
of Fresnel with the complex permittivity of the ground, and the divergence factor spreads what a round mirror reflects.
"""

from __future__ import annotations

import cmath
import math
from typing import Final

from numba import njit

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.base.units import WAVELENGTH_M_GHZ, wavelength_m
from aqdaq.engine.free_space import free_space_db
from aqdaq.engine.models.basic import slant_m
from aqdaq.engine.registry import PathInput, PathResult, check_profile, check_range, propagation_model
from aqdaq.model.body import Sphere

SOURCE: Final = "two rays by geometrical optics, as used here"


@njit(cache=True, error_model="numpy")
def reflection_point_m(distance_m: float, tx_m: float, rx_m: float, effective_radius_m: float) -> float:
    """Return the distance of the specular reflection from the transmitter (m); P.1812-6 eqs. (25a)-(25e).

    Args:
        distance_m: along the ground (m).
        tx_m: height of the transmitting antenna above the sphere (m).
        rx_m: height of the receiving antenna above the sphere (m).
        effective_radius_m: k times the radius of the body (m).
    """
    c = (tx_m - rx_m) / (tx_m + rx_m)
    m = distance_m * distance_m / (4.0 * effective_radius_m * (tx_m + rx_m))
    angle = math.acos(min(1.0, max(-1.0, 1.5 * c * math.sqrt(3.0 * m / (m + 1.0) ** 3))))
    # 2 sqrt((m + 1) / (3 m)) cos(pi / 3 + angle / 3) as a sine of a small angle: exact where the sphere is flat.
    b = 2.0 * math.sqrt((m + 1.0) / (3.0 * m)) * math.sin(math.pi / 6.0 - angle / 3.0)
    return 0.5 * distance_m * (1.0 + b)


@njit(cache=True, error_model="numpy")
def fresnel_reflection(sine: float, f_ghz: float, electrical: tuple[float, float], vertical: bool) -> complex:
    """Return the reflection coefficient of smooth ground.

    Args:
        sine: of the grazing angle.
        f_ghz: frequency (GHz).
        electrical: relative permittivity and conductivity (S/m) of the ground.
        vertical: vertical polarization.
    """
    permittivity = complex(electrical[0], -18.0 * electrical[1] / f_ghz)
    root = cmath.sqrt(permittivity - (1.0 - sine * sine))
    front = permittivity * sine if vertical else complex(sine, 0.0)
    return (front - root) / (front + root)


@njit(cache=True, error_model="numpy")
def two_ray_gain_db(
    distance_m: float,
    tx_m: float,
    rx_m: float,
    effective_radius_m: float,
    f_ghz: float,
    electrical: tuple[float, float],
    vertical: bool,
) -> float:
    """Return what the reflected ray adds to the direct one (dB).

    NaN where the grazing angle is below (lambda / (2 pi a))^(1/3) (Kerr 1951, section 2.13): there, and beyond the
    horizon, waves bend round the sphere and rays say nothing.

    Args:
        distance_m: along the ground (m).
        tx_m: height of the transmitting antenna above the ground (m).
        rx_m: height of the receiving antenna above the ground (m).
        effective_radius_m: k times the radius of the body (m).
        f_ghz: frequency (GHz).
        electrical: relative permittivity and conductivity (S/m) of the ground.
        vertical: vertical polarization.
    """
    d1 = reflection_point_m(distance_m, tx_m, rx_m, effective_radius_m)
    d2 = distance_m - d1
    # Heights above the plane that touches the sphere at the reflection.
    high, low = tx_m - 0.5 * d1 * d1 / effective_radius_m, rx_m - 0.5 * d2 * d2 / effective_radius_m
    if not (high > 0.0 and low > 0.0):
        return math.nan
    direct = math.hypot(distance_m, high - low)
    reflected = math.hypot(distance_m, high + low)
    if ((high + low) / distance_m) ** 3 < WAVELENGTH_M_GHZ / (f_ghz * 2.0 * math.pi * effective_radius_m):
        return math.nan
    longer = 4.0 * high * low / (direct + reflected)
    sine = (high + low) / reflected
    divergence = 1.0 / math.sqrt(1.0 + 2.0 * d1 * d2 / (effective_radius_m * distance_m * sine))
    mirror = fresnel_reflection(sine, f_ghz, electrical, vertical) * divergence * (direct / reflected)
    phase = 2.0 * math.pi * longer * f_ghz / WAVELENGTH_M_GHZ
    total = 1.0 + mirror * complex(math.cos(phase), -math.sin(phase))
    return 20.0 * math.log10(abs(total))


@propagation_model(
    "two_ray",
    title="Two rays over a sphere",
    source=f"{SOURCE}; ITU-R P.525-4 eq. (4), ITU-R P.1812-6 eqs. (25a)-(25e)",
    uses="tx_height_m rx_height_m ground_m vertical",
    validity="30 MHz to 100 GHz, both antennas half a wavelength or more above smooth ground, "
    "grazing angle at least (wavelength / (2 pi a))^(1/3), a the effective radius",
    units={"Lbfs": "db", "gain": "db", "d1": "m"},
)
def two_ray(path: PathInput, sphere: Sphere) -> PathResult:
    """Return free space with one reflection; the ground is smooth between the feet of the antennas.

    Raises:
        ValidityError: outside the frequencies, an antenna too near the ground, or a grazing angle too small.
    """
    check_profile(path)
    check_range("frequency_mhz", path.frequency_mhz, 30.0, 100e3, unit="MHz", source=SOURCE)
    least = 0.5 * wavelength_m(path.frequency_mhz)
    for name, height in (("tx_height_m", path.tx_height_m), ("rx_height_m", path.rx_height_m)):
        check_range(name, height, least, math.inf, unit="m", source=f"half a wavelength; {SOURCE}")
    free = free_space_db(slant_m(path), path.frequency_mhz * 1e-3)
    # Along the slope: the mirror is the ground between the two feet.
    length = math.hypot(path.length_m, float(path.ground_m[-1] - path.ground_m[0]))
    electrical = (sphere.permittivity, sphere.conductivity_s_m)
    ends = (path.tx_height_m, path.rx_height_m, sphere.effective_radius_m)
    gain = two_ray_gain_db(length, *ends, path.frequency_mhz * 1e-3, electrical, path.vertical)
    if math.isnan(gain):
        raise ValidityError(
            Fault(
                "distance_km",
                f"{path.length_m * 1e-3:g} km: at or near the horizon, the grazing angle is too small ({SOURCE})",
                "use delta_bullington",
            )
        )
    return PathResult(free - gain, {"Lbfs": free, "gain": gain, "d1": reflection_point_m(length, *ends)})
