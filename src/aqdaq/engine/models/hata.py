"""Okumura-Hata and COST-231-Hata: median loss of cities and their surroundings, fitted to measurements.

Sources: M. Hata, Empirical formula for propagation loss in land mobile radio services, IEEE Trans. Veh. Technol.,
vol. VT-29, no. 3, August 1980; COST Action 231 final report (1999), section 4.4.1, eqs. (4.4.1)-(4.4.3).
"""

from __future__ import annotations

import math
from typing import Final

from numba import njit

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.models.common import choice, number, require_atmosphere
from aqdaq.engine.registry import Default, PathInput, PathResult, check_profile, check_range, propagation_model
from aqdaq.model.body import Sphere

HATA: Final = "Hata 1980"
COST: Final = "COST 231 final report, section 4.4.1"

#: Kinds of area, by the number that the kernels take.
AREAS: Final = ("urban", "large_city", "suburban", "open")
COST_AREAS: Final = ("urban", "metropolitan")
#: The area where none is named.
DEFAULT_AREA: Final = "urban"


@njit(cache=True, error_model="numpy")
def mobile_height_db(f_mhz: float, rx_height_m: float, large_city: bool) -> float:
    """Return a(h_m), the correction for the height of the mobile (dB); COST 231 eq. (4.4.2), Hata for large cities."""
    if not large_city:
        log_f = math.log10(f_mhz)
        return (1.1 * log_f - 0.7) * rx_height_m - (1.56 * log_f - 0.8)
    if f_mhz <= 200.0:
        return 8.29 * math.log10(1.54 * rx_height_m) ** 2 - 1.1
    return 3.2 * math.log10(11.75 * rx_height_m) ** 2 - 4.97


@njit(cache=True, error_model="numpy")
def okumura_hata_db(d_km: float, f_mhz: float, tx_height_m: float, rx_height_m: float, area: int) -> float:
    """Return the median basic transmission loss (dB); Hata 1980.

    Args:
        d_km: horizontal distance (km), 1 to 20.
        f_mhz: frequency (MHz), 150 to 1500; for a large city not between 200 and 400.
        tx_height_m: effective height of the base antenna (m), 30 to 200.
        rx_height_m: height of the mobile antenna (m), 1 to 10.
        area: index into ``AREAS``.
    """
    log_f, log_h = math.log10(f_mhz), math.log10(tx_height_m)
    loss = 69.55 + 26.16 * log_f - 13.82 * log_h + (44.9 - 6.55 * log_h) * math.log10(d_km)
    loss -= mobile_height_db(f_mhz, rx_height_m, area == 1)
    if area == 2:
        loss -= 2.0 * math.log10(f_mhz / 28.0) ** 2 + 5.4
    elif area == 3:
        loss -= 4.78 * log_f**2 - 18.33 * log_f + 40.94
    return loss


@njit(cache=True, error_model="numpy")
def cost231_hata_db(d_km: float, f_mhz: float, tx_height_m: float, rx_height_m: float, metropolitan: bool) -> float:
    """Return the median basic transmission loss (dB); COST 231 eq. (4.4.3).

    Args:
        d_km: horizontal distance (km), 1 to 20.
        f_mhz: frequency (MHz), 1500 to 2000.
        tx_height_m: effective height of the base antenna (m), 30 to 200.
        rx_height_m: height of the mobile antenna (m), 1 to 10.
        metropolitan: a metropolitan centre (C_m = 3 dB), not a medium city or a suburban centre (0 dB).
    """
    log_h = math.log10(tx_height_m)
    loss = 46.3 + 33.9 * math.log10(f_mhz) - 13.82 * log_h + (44.9 - 6.55 * log_h) * math.log10(d_km)
    return loss - mobile_height_db(f_mhz, rx_height_m, False) + (3.0 if metropolitan else 0.0)


def _antenna_above_ground_m(path: PathInput) -> float:
    """Return the effective height of the base antenna (m) where none is given: true for level ground."""
    return path.tx_height_m


_DEFAULTS: Final[dict[str, Default]] = {"area": DEFAULT_AREA, "base_effective_height_m": _antenna_above_ground_m}


def _base_height_m(path: PathInput, source: str) -> float:
    """Return the effective height of the base antenna (m) after checking the ranges that both models share."""
    height = number(path, "base_effective_height_m", _antenna_above_ground_m(path))
    check_range("distance_km", path.length_m * 1e-3, 1.0, 20.0, unit="km", source=source)
    name = "base_effective_height_m" if "base_effective_height_m" in path.options else "tx_height_m"
    check_range(name, height, 30.0, 200.0, unit="m", source=source)
    check_range("rx_height_m", path.rx_height_m, 1.0, 10.0, unit="m", source=source)
    return height


@propagation_model(
    "okumura_hata",
    title="Okumura-Hata",
    source=HATA,
    uses="tx_height_m rx_height_m area base_effective_height_m",
    validity="150 to 1500 MHz, 1 to 20 km, base antenna 30 to 200 m, mobile 1 to 10 m",
    defaults=_DEFAULTS,
    units={"a_hm": "db", "hb": "m"},
)
def okumura_hata(path: PathInput, sphere: Sphere) -> PathResult:
    """Return the median loss of an area: option ``area`` is one of ``AREAS`` (urban is a small or medium city).

    Raises:
        ValidityError: outside the range of the formula, or on a body without an atmosphere.
    """
    require_atmosphere(sphere, HATA)
    check_profile(path)
    area = choice(path, "area", DEFAULT_AREA, AREAS)
    check_range("frequency_mhz", path.frequency_mhz, 150.0, 1500.0, unit="MHz", source=HATA)
    if area == "large_city" and 200.0 < path.frequency_mhz < 400.0:
        raise ValidityError(
            Fault(
                "frequency_mhz",
                f"{path.frequency_mhz:g} MHz: {HATA} has no large-city term between 200 and 400 MHz",
                "use area = urban",
            )
        )
    height = _base_height_m(path, HATA)
    loss = okumura_hata_db(path.length_m * 1e-3, path.frequency_mhz, height, path.rx_height_m, AREAS.index(area))
    a_hm = mobile_height_db(path.frequency_mhz, path.rx_height_m, area == "large_city")
    return PathResult(loss, {"a_hm": a_hm, "hb": height})


@propagation_model(
    "cost231_hata",
    title="COST-231-Hata",
    source=COST,
    uses="tx_height_m rx_height_m area base_effective_height_m",
    validity="1500 to 2000 MHz, 1 to 20 km, base antenna 30 to 200 m, mobile 1 to 10 m",
    defaults=_DEFAULTS,
    units={"a_hm": "db", "hb": "m", "Cm": "db"},
)
def cost231_hata(path: PathInput, sphere: Sphere) -> PathResult:
    """Return the median loss of a city: option ``area`` is one of ``COST_AREAS``.

    Raises:
        ValidityError: outside the range of the formula, or on a body without an atmosphere.
    """
    require_atmosphere(sphere, COST)
    check_profile(path)
    metropolitan = choice(path, "area", DEFAULT_AREA, COST_AREAS) == "metropolitan"
    check_range("frequency_mhz", path.frequency_mhz, 1500.0, 2000.0, unit="MHz", source=COST)
    height = _base_height_m(path, COST)
    loss = cost231_hata_db(path.length_m * 1e-3, path.frequency_mhz, height, path.rx_height_m, metropolitan)
    a_hm = mobile_height_db(path.frequency_mhz, path.rx_height_m, False)
    return PathResult(loss, {"a_hm": a_hm, "hb": height, "Cm": 3.0 if metropolitan else 0.0})
