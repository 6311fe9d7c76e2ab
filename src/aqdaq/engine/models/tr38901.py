"""3GPP TR 38.901 (v17.0.0): the registered models ``uma``, ``umi`` and ``rma``, and the loss into buildings.

Option ``los`` says how line of sight is decided: ``yes``, ``no``, ``profile`` (by the surface of the path), or
``probability`` (both losses, weighed in dB by the probability of line of sight).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from numba import njit

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.models import tr38901_formulas as formulas
from aqdaq.engine.models.common import choice, number, require_atmosphere
from aqdaq.engine.registry import PathInput, PathResult, check_profile, check_range, propagation_model
from aqdaq.model.body import Sphere

SOURCE: Final = "3GPP TR 38.901 v17.0.0"
TABLE: Final = f"{SOURCE} Table 7.4.1-1"
LOS_WAYS: Final = ("yes", "no", "probability", "profile")
#: How line of sight is decided, and the streets and houses of RMa (m), where a path does not say; the TR's own.
DEFAULT_LOS: Final = "probability"
DEFAULT_BUILDING_M: Final = 5.0
DEFAULT_STREET_M: Final = 20.0

_UNITS: Final = {
    "PL_LOS": "db", "PL_NLOS": "db", "Pr_LOS": "", "share_LOS": "", "sigma_SF": "db", "d_BP": "m", "hBS_is_default": "",
}  # fmt: skip

#: Greatest depth (m) inside a building, and the spread (dB) of the low-loss and the high-loss model; section 7.4.3.1.
_DEPTH_M: Final = {"uma": 25.0, "umi": 25.0, "rma": 10.0}
_LOW_SPREAD_DB: Final = 4.4
_HIGH_SPREAD_DB: Final = 6.5


@dataclass(frozen=True, slots=True)
class Losses:
    """The two losses of a place, how likely the first is, and the spread of each (dB)."""

    los_db: float
    nlos_db: float
    probability: float
    los_spread_db: float
    nlos_spread_db: float


@njit(cache=True, error_model="numpy")
def mixed(los_db: float, nlos_db: float, p: float, los_spread_db: float, nlos_spread_db: float) -> tuple[float, float]:
    """Return the mean (dB) and the standard deviation (dB) of a loss that has line of sight with probability ``p``."""
    mean = p * los_db + (1.0 - p) * nlos_db
    variance = p * los_spread_db**2 + (1.0 - p) * nlos_spread_db**2 + p * (1.0 - p) * (nlos_db - los_db) ** 2
    return mean, math.sqrt(variance)


def _has_sight(path: PathInput, sphere: Sphere) -> bool:
    surface = path.ground_m + path.clutter_m
    tx_m, rx_m = float(path.ground_m[0]) + path.tx_height_m, float(path.ground_m[-1]) + path.rx_height_m
    return bool(
        formulas.sees(path.distance_m, surface, len(surface), tx_m, rx_m, sphere.effective_radius_m),
    )


def _share_in_sight(path: PathInput, sphere: Sphere, probability: float) -> float:
    """Return how likely line of sight is, by the option ``los``."""
    way = choice(path, "los", DEFAULT_LOS, LOS_WAYS)
    if way == "profile":
        return 1.0 if _has_sight(path, sphere) else 0.0
    return {"yes": 1.0, "no": 0.0, "probability": probability}[way]


def _idle(path: PathInput, sphere: Sphere) -> frozenset[str]:  # noqa: ARG001 - every such function takes the sphere
    """Return the profile, unless it decides on line of sight."""
    profile = path.options.get("los", DEFAULT_LOS) == "profile"
    return frozenset() if profile else frozenset({"ground_m", "clutter_m"})


def _check(path: PathInput, sphere: Sphere, *, highest_ghz: float, farthest_m: float) -> None:
    """Refuse what no scenario allows; frequencies and distances of the scenario."""
    require_atmosphere(sphere, SOURCE)
    check_profile(path)
    check_range("frequency_mhz", path.frequency_mhz, 500.0, highest_ghz * 1e3, unit="MHz", source=TABLE)
    check_range("distance_km", path.length_m * 1e-3, 0.01, farthest_m * 1e-3, unit="km", source=TABLE)


def _result(losses: Losses, share: float, break_m: float, *, base_is_default: bool) -> PathResult:
    mean, spread = mixed(losses.los_db, losses.nlos_db, share, losses.los_spread_db, losses.nlos_spread_db)
    parts = {
        "PL_LOS": losses.los_db,
        "PL_NLOS": losses.nlos_db,
        "Pr_LOS": losses.probability,
        "share_LOS": share,
        "sigma_SF": spread,
        "d_BP": break_m,
        "hBS_is_default": float(base_is_default),
    }
    return PathResult(mean, parts)


def _check_urban(path: PathInput, sphere: Sphere) -> tuple[float, float, float, float]:
    """Check a path of UMa or UMi; return distance (m), frequency (GHz) and the two heights (m)."""
    _check(path, sphere, highest_ghz=100.0, farthest_m=5000.0)
    check_range("rx_height_m", path.rx_height_m, 1.5, 22.5, unit="m", source=TABLE)
    check_range(
        "tx_height_m", path.tx_height_m, 1.5, math.inf, unit="m", source=f"above the environment of 1 m, {TABLE}"
    )
    return path.length_m, path.frequency_mhz * 1e-3, path.tx_height_m, path.rx_height_m


@propagation_model(
    "uma",
    title="Urban macro cell",
    source=TABLE,
    uses="tx_height_m rx_height_m ground_m clutter_m los",
    validity="0.5 to 100 GHz, 10 m to 5 km, terminal 1.5 to 22.5 m; the base antenna stands at 25 m by default",
    defaults={"los": DEFAULT_LOS},
    units=_UNITS,
    idle=_idle,
)
def uma(path: PathInput, sphere: Sphere) -> PathResult:
    """Return the loss of an urban macro cell; ``sigma_SF`` among the parts is the standard deviation.

    Raises:
        ValidityError: outside the range of the table, or on a body without an atmosphere.
    """
    d, f, bs, ut = _check_urban(path, sphere)
    losses = Losses(
        formulas.uma_los_db(d, f, bs, ut),
        formulas.uma_nlos_db(d, f, bs, ut),
        formulas.uma_los_probability(d, ut),
        4.0,
        6.0,
    )
    share = _share_in_sight(path, sphere, losses.probability)
    return _result(losses, share, formulas.breakpoint_m(f, bs, ut, 1.0), base_is_default=bs == 25.0)


@propagation_model(
    "umi",
    title="Urban micro cell, street canyon",
    source=TABLE,
    uses="tx_height_m rx_height_m ground_m clutter_m los",
    validity="0.5 to 100 GHz, 10 m to 5 km, terminal 1.5 to 22.5 m; the base antenna stands at 10 m by default",
    defaults={"los": DEFAULT_LOS},
    units=_UNITS,
    idle=_idle,
)
def umi(path: PathInput, sphere: Sphere) -> PathResult:
    """Return the loss of an urban micro cell; ``sigma_SF`` among the parts is the standard deviation.

    Raises:
        ValidityError: outside the range of the table, or on a body without an atmosphere.
    """
    d, f, bs, ut = _check_urban(path, sphere)
    losses = Losses(
        formulas.umi_los_db(d, f, bs, ut),
        formulas.umi_nlos_db(d, f, bs, ut),
        formulas.umi_los_probability(d),
        4.0,
        7.82,
    )
    share = _share_in_sight(path, sphere, losses.probability)
    return _result(losses, share, formulas.breakpoint_m(f, bs, ut, 1.0), base_is_default=bs == 10.0)


@propagation_model(
    "rma",
    title="Rural macro cell",
    source=TABLE,
    uses="tx_height_m rx_height_m ground_m clutter_m los building_height_m street_width_m",
    validity="0.5 to 30 GHz, 10 m to 10 km in line of sight and to 5 km without, base antenna 10 to 150 m, "
    "terminal 1 to 10 m, buildings 5 to 50 m, streets 5 to 50 m",
    defaults={
        "los": DEFAULT_LOS,
        "building_height_m": DEFAULT_BUILDING_M,
        "street_width_m": DEFAULT_STREET_M,
    },
    units=_UNITS,
    idle=_idle,
)
def rma(path: PathInput, sphere: Sphere) -> PathResult:
    """Return the loss of a rural macro cell; ``sigma_SF`` among the parts is the standard deviation.

    Raises:
        ValidityError: outside the range of the table, or on a body without an atmosphere.
    """
    _check(path, sphere, highest_ghz=30.0, farthest_m=10e3)
    roof, street = (
        number(path, name, default)
        for name, default in (("building_height_m", DEFAULT_BUILDING_M), ("street_width_m", DEFAULT_STREET_M))
    )
    d, f, bs, ut = path.length_m, path.frequency_mhz * 1e-3, path.tx_height_m, path.rx_height_m
    for name, value, low, high in (
        ("tx_height_m", bs, 10.0, 150.0),
        ("rx_height_m", ut, 1.0, 10.0),
        ("building_height_m", roof, 5.0, 50.0),
        ("street_width_m", street, 5.0, 50.0),
    ):
        check_range(name, value, low, high, unit="m", source=TABLE)
    share = _share_in_sight(path, sphere, formulas.rma_los_probability(d))
    if share < 1.0:
        check_range("distance_km", d * 1e-3, 0.01, 5.0, unit="km", source=f"{TABLE}, without line of sight")
    break_m = formulas.rma_breakpoint_m(f, bs, ut)
    losses = Losses(
        formulas.rma_los_db(d, f, bs, ut, roof),
        formulas.rma_nlos_db(d, f, bs, ut, roof, street),
        formulas.rma_los_probability(d),
        4.0 if d <= break_m else 6.0,
        8.0,
    )
    return _result(losses, share, break_m, base_is_default=bs == 35.0)


@njit(cache=True, error_model="numpy")
def o2i_wall_db(f_ghz: float, high_loss: bool) -> float:
    """Return PL_tw, the loss through the outer wall (dB); Tables 7.4.3-1 and 7.4.3-2.

    Args:
        f_ghz: frequency (GHz).
        high_loss: 70 % metallised glass and 30 % concrete; else 30 % plain glass and 70 % concrete.
    """
    concrete = 10.0 ** (-0.1 * (5.0 + 4.0 * f_ghz))
    if high_loss:
        return 5.0 - 10.0 * math.log10(0.7 * 10.0 ** (-0.1 * (23.0 + 0.3 * f_ghz)) + 0.3 * concrete)
    return 5.0 - 10.0 * math.log10(0.3 * 10.0 ** (-0.1 * (2.0 + 0.2 * f_ghz)) + 0.7 * concrete)


def _o2i(model: str, frequency_mhz: float, depth_m: float | None, *, high_loss: bool) -> tuple[float, float]:
    if model not in _DEPTH_M or (model == "rma" and high_loss):
        raise ValidityError(
            Fault("model", f"{model!r} has no such loss into buildings ({SOURCE} section 7.4.3.1)", "use uma or umi")
        )
    highest = 30e3 if model == "rma" else 100e3
    check_range("frequency_mhz", frequency_mhz, 500.0, highest, unit="MHz", source=SOURCE)
    wall, spread = o2i_wall_db(frequency_mhz * 1e-3, high_loss), _HIGH_SPREAD_DB if high_loss else _LOW_SPREAD_DB
    most = _DEPTH_M[model]
    if depth_m is None:
        # The depth is the lesser of two even draws from 0 to ``most``: mean a third, variance an eighteenth of its
        # square; half a decibel a metre.
        return wall + 0.5 * most / 3.0, math.sqrt(spread**2 + 0.25 * most**2 / 18.0)
    check_range("depth_m", depth_m, 0.0, most, unit="m", source=f"{SOURCE} section 7.4.3.1")
    return wall + 0.5 * depth_m, spread


def o2i_low_db(model: str, frequency_mhz: float, sphere: Sphere, depth_m: float | None = None) -> tuple[float, float]:
    """Return mean and standard deviation (dB) of the low-loss model of the loss into a building.

    Args:
        model: ``uma``, ``umi`` or ``rma``.
        frequency_mhz: 500 to 100000 (rma 30000) (MHz).
        sphere: the body; it must have an atmosphere.
        depth_m: depth inside the building (m), to 25 (rma 10); without it, that of the TR's draw.

    Raises:
        ValidityError: outside these ranges, or on a body without an atmosphere.
    """
    require_atmosphere(sphere, SOURCE)
    return _o2i(model, frequency_mhz, depth_m, high_loss=False)


def o2i_high_db(model: str, frequency_mhz: float, sphere: Sphere, depth_m: float | None = None) -> tuple[float, float]:
    """Return mean and standard deviation (dB) of the high-loss model; as ``o2i_low_db``, but not for ``rma``.

    Raises:
        ValidityError: outside these ranges, or on a body without an atmosphere.
    """
    require_atmosphere(sphere, SOURCE)
    return _o2i(model, frequency_mhz, depth_m, high_loss=True)
