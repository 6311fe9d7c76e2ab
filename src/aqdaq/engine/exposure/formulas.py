"""Power density, field strength and distance of one source in space, as closed forms on arrays.

S = EIRP / (4 pi r^2), E = sqrt(30 EIRP) / r, S = E^2 / (120 pi): the three agree exactly, because the impedance of free
space is taken as 120 pi ohms, as ITU-T K.52 and the tables of limits do.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float = NDArray[np.float64]

#: Impedance of free space (ohm) behind E = sqrt(30 EIRP) / r.
IMPEDANCE_OHM: Final = 120.0 * math.pi

#: What reflections add to the power density: none; a ground that reflects 60 % of the field; a perfect mirror.
REFLECTION_NONE: Final = 1.0
REFLECTION_REALISTIC: Final = 2.56
REFLECTION_WORST: Final = 4.0

#: Factor of the Swiss site sheet (V): E = 7 / d sqrt(ERP), rounded from sqrt(30 * 1.64).
SITE_SHEET_FACTOR: Final = 7.0


def power_density_w_m2(eirp_w: ArrayLike, distance_m: ArrayLike, reflection: ArrayLike = REFLECTION_NONE) -> Float:
    """Return S = R EIRP / (4 pi r^2) (W/m2).

    Args:
        eirp_w: in the direction of the receptor (W).
        distance_m: from the antenna (m).
        reflection: R, by which reflections raise the power density: 1, 2.56 or 4.
    """
    eirp, r = np.asarray(eirp_w, dtype=np.float64), np.asarray(distance_m, dtype=np.float64)
    return np.asarray(np.asarray(reflection) * eirp / (4.0 * math.pi * r**2))


def field_v_m(s_w_m2: ArrayLike) -> Float:
    """Return the field strength of a plane wave (V/m) from its power density (W/m2)."""
    return np.sqrt(IMPEDANCE_OHM * np.asarray(s_w_m2, dtype=np.float64))


def power_density_of_field_w_m2(e_v_m: ArrayLike) -> Float:
    """Return the power density of a plane wave (W/m2) from its field strength (V/m)."""
    return np.asarray(np.asarray(e_v_m, dtype=np.float64) ** 2 / IMPEDANCE_OHM)


def field_of_eirp_v_m(eirp_w: ArrayLike, distance_m: ArrayLike) -> Float:
    """Return E = sqrt(30 EIRP) / r (V/m) in free space; arguments as of ``power_density_w_m2``."""
    return np.asarray(np.sqrt(30.0 * np.asarray(eirp_w, dtype=np.float64)) / np.asarray(distance_m, dtype=np.float64))


def site_sheet_field_v_m(erp_w: ArrayLike, distance_m: ArrayLike, attenuation_db: ArrayLike = 0.0) -> Float:
    """Return E = 7 / d sqrt(ERP / attenuation) (V/m), the formula of the Swiss site sheet.

    Args:
        erp_w: power radiated relative to a half-wave dipole (W).
        distance_m: from the antenna (m).
        attenuation_db: of the pattern and the building together (dB).
    """
    loss = np.power(10.0, np.asarray(attenuation_db, dtype=np.float64) / 10.0)
    field = SITE_SHEET_FACTOR / np.asarray(distance_m, dtype=np.float64) * np.sqrt(np.asarray(erp_w) / loss)
    return np.asarray(field)


def distance_of_limit_m(eirp_w: ArrayLike, limit_w_m2: ArrayLike, reflection: ArrayLike = REFLECTION_NONE) -> Float:
    """Return how far from an antenna the power density falls to a limit in free space (m).

    Args:
        eirp_w: in that direction (W).
        limit_w_m2: power density of the limit (W/m2).
        reflection: as of ``power_density_w_m2``.
    """
    eirp, limit = np.asarray(eirp_w, dtype=np.float64), np.asarray(limit_w_m2, dtype=np.float64)
    return np.sqrt(np.asarray(reflection) * eirp / (4.0 * math.pi * limit))


def field_percent(ratio: ArrayLike) -> Float:
    """Return the field strength in per cent of its limit, 100 sqrt(ratio), from an exposure ratio of powers."""
    return 100.0 * np.sqrt(np.asarray(ratio, dtype=np.float64))


def cylindrical_w_m2(
    eirp_w: ArrayLike, distance_m: ArrayLike, length_m: float, width_deg: float, directivity_dbi: float
) -> Float:
    """Return the power density before a panel, averaged over its length (W/m2): the cylindrical model.

    Near the panel its power P spreads over a cylinder, P / (phi r L); far away over a sphere, P D / (4 pi r^2). One
    formula that meets both: S = EIRP / (4 pi r r1 sqrt(1 + (r / r1)^2)) with r1 = phi L D / (4 pi).

    Args:
        eirp_w: at the maximum of the pattern (W).
        distance_m: from the panel, on its boresight (m).
        length_m: of the panel (m).
        width_deg: half-power beamwidth in azimuth, phi (deg); 360 for one that radiates all round.
        directivity_dbi: of the panel, D (dBi).
    """
    r = np.asarray(distance_m, dtype=np.float64)
    r1 = math.radians(width_deg) * length_m * 10.0 ** (directivity_dbi / 10.0) / (4.0 * math.pi)
    return np.asarray(np.asarray(eirp_w) / (4.0 * math.pi * r * r1 * np.sqrt(1.0 + (r / r1) ** 2)))
