"""Clutter loss of one end of a path: ITU-R P.2108-1, sections 3.1 (height gain) and 3.2 (terrestrial, statistical).

Neither is a model of a path: the loss is added to that of a path which ends above the clutter. It is never added to
a model that has the clutter in it already (``check_clutter_rule``).
"""

from __future__ import annotations

import math
from typing import Final

from numba import njit
from scipy.special import ndtri

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.diffraction import knife_edge_db
from aqdaq.engine.models.common import require_atmosphere
from aqdaq.engine.registry import check_range
from aqdaq.model.body import Sphere

SOURCE: Final = "ITU-R P.2108-1"

#: Representative clutter height (m) by environment; Table 3, for use where nothing local is known.
REPRESENTATIVE_HEIGHT_M: Final = {
    "water": 10.0,
    "open": 10.0,
    "suburban": 10.0,
    "urban": 15.0,
    "forest": 15.0,
    "dense_urban": 20.0,
}
#: Environments of eq. (2b); the others take eq. (2a).
OPEN_ENVIRONMENTS: Final = frozenset({"water", "open"})
#: Street width (m) where nothing local is known; section 3.1.
STREET_WIDTH_M: Final = 27.0

#: Models fitted to measurements in the street, that hold the clutter already: 3GPP TR 38.901 and the Hata models.
MODELS_WITH_CLUTTER: Final = {
    "uma": "3GPP TR 38.901",
    "umi": "3GPP TR 38.901",
    "rma": "3GPP TR 38.901",
    "okumura_hata": "Hata 1980",
    "cost231_hata": "COST 231",
}


def check_clutter_rule(model_name: str, with_p2108: bool) -> None:
    """Refuse P.2108 on top of a model that holds the clutter already: it would be counted twice.

    Args:
        model_name: name of a registered propagation model.
        with_p2108: whether a loss of P.2108 is to be added to it.

    Raises:
        ValidityError: the two may not be added.
    """
    if with_p2108 and model_name in MODELS_WITH_CLUTTER:
        raise ValidityError(
            Fault(
                model_name,
                f"{MODELS_WITH_CLUTTER[model_name]} holds the loss of clutter; {SOURCE} on top would count it twice",
                "leave P.2108 out, or use a model of the path above the clutter",
            )
        )


@njit(cache=True, error_model="numpy")
def height_gain_db(f_ghz: float, height_m: float, clutter_m: float, street_m: float, open_ground: bool) -> float:
    """Return A_h, the loss of an antenna among the clutter (dB); eqs. (1), (2a)-(2g). 0 at or above its top.

    Args:
        f_ghz: frequency (GHz), 0.03 to 3.
        height_m: of the antenna above ground (m).
        clutter_m: representative height of the clutter, R (m).
        street_m: width of the street (m).
        open_ground: water or open country, eq. (2b); else eq. (2a).
    """
    if height_m >= clutter_m:
        return 0.0
    if open_ground:
        return -(21.8 + 6.2 * math.log10(f_ghz)) * math.log10(height_m / clutter_m)
    below = clutter_m - height_m
    angle_deg = math.degrees(math.atan(below / street_m))
    return knife_edge_db(0.342 * math.sqrt(f_ghz) * math.sqrt(below * angle_deg)) - 6.03


@njit(cache=True, error_model="numpy")
def _statistical_db(f_ghz: float, d_km: float, normal_quantile: float) -> float:
    """Return the loss at a distance without the upper bound (dB); eqs. (3a)-(5b)."""
    log_f = math.log10(f_ghz)
    near = -2.0 * math.log10(10.0 ** (-5.0 * log_f - 12.5) + 10.0**-16.5)  # L_l, (4a)
    far = 32.98 + 23.9 * math.log10(d_km) + 3.0 * log_f  # L_s, (5a)
    p, q = 10.0 ** (-0.2 * near), 10.0 ** (-0.2 * far)
    spread = math.sqrt((16.0 * p + 36.0 * q) / (p + q))  # sigma_l = 4 dB and sigma_s = 6 dB, (3b)
    return -5.0 * math.log10(p + q) + spread * normal_quantile


@njit(cache=True, error_model="numpy")
def terrestrial_clutter_db(f_ghz: float, d_km: float, normal_quantile: float) -> float:
    """Return L_ctt, the loss of clutter at one end of a path (dB); eqs. (3a)-(6), at most that at 2 km.

    Args:
        f_ghz: frequency (GHz), 0.5 to 67.
        d_km: length of the path (km), 0.25 or more (1 or more to count it at both ends).
        normal_quantile: of the share of locations: 0 for half of them.
    """
    return min(_statistical_db(f_ghz, d_km, normal_quantile), _statistical_db(f_ghz, 2.0, normal_quantile))


def height_gain_loss_db(
    frequency_mhz: float,
    height_m: float,
    environment: str,
    sphere: Sphere,
    *,
    clutter_m: float | None = None,
    street_m: float = STREET_WIDTH_M,
) -> float:
    """Return the median loss of an antenna among the clutter (dB); P.2108-1 section 3.1.

    Args:
        frequency_mhz: 30 to 3000 (MHz).
        height_m: of the antenna above ground (m).
        environment: a key of ``REPRESENTATIVE_HEIGHT_M``.
        sphere: the body; it must have an atmosphere.
        clutter_m: height of the clutter (m); by default that of the environment, which is assumed.
        street_m: width of the street (m); the default is assumed.

    Raises:
        ValidityError: outside the range of the Recommendation, or an environment it does not have.
    """
    require_atmosphere(sphere, SOURCE)
    if environment not in REPRESENTATIVE_HEIGHT_M:
        known = ", ".join(REPRESENTATIVE_HEIGHT_M)
        raise ValidityError(Fault("environment", f"{environment!r} is not in {SOURCE} Table 3", f"use one of: {known}"))
    source = f"{SOURCE} section 3.1"
    top = REPRESENTATIVE_HEIGHT_M[environment] if clutter_m is None else clutter_m
    check_range("frequency_mhz", frequency_mhz, 30.0, 3000.0, unit="MHz", source=source)
    for name, value in (("height_m", height_m), ("clutter_m", top), ("street_m", street_m)):
        check_range(name, value, math.nextafter(0.0, 1.0), math.inf, unit="m", source=source)
    return height_gain_db(frequency_mhz * 1e-3, height_m, top, street_m, environment in OPEN_ENVIRONMENTS)


def terrestrial_loss_db(
    frequency_mhz: float, distance_m: float, location_percent: float, sphere: Sphere, *, ends: int = 1
) -> float:
    """Return the loss of clutter at one end, or at both (dB); P.2108-1 section 3.2.

    Args:
        frequency_mhz: 500 to 67000 (MHz).
        distance_m: length of the path (m), 250 or more; 1000 or more for both ends.
        location_percent: of locations where the loss is not exceeded (%), above 0 and below 100.
        sphere: the body; it must have an atmosphere.
        ends: 1, or 2 where both antennas are among the clutter.

    Raises:
        ValidityError: outside the range of the Recommendation.
    """
    require_atmosphere(sphere, SOURCE)
    source = f"{SOURCE} section 3.2"
    if ends not in {1, 2}:
        raise ValidityError(Fault("ends", f"{ends} ends of a path", "use 1 or 2"))
    check_range("frequency_mhz", frequency_mhz, 500.0, 67e3, unit="MHz", source=source)
    least = 250.0 if ends == 1 else 1000.0
    check_range("distance_m", distance_m, least, math.inf, unit="m", source=f"{source}, {ends} end(s)")
    check_range("location_percent", location_percent, 1e-9, 100.0 - 1e-9, unit="%", source=source)
    quantile = float(ndtri(location_percent / 100.0))
    return ends * terrestrial_clutter_db(frequency_mhz * 1e-3, distance_m * 1e-3, quantile)
