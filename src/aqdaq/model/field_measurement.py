"""Measurements of the field of base stations, with the interval in which the true value lies: a columnar table."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

#: Unit -> factor to V/m or W/m2; what begins with ``e`` is a field strength.
UNITS: Final = {"e_v_m": 1.0, "s_w_m2": 1.0, "s_mw_m2": 1e-3, "s_uw_cm2": 0.01, "s_mw_cm2": 10.0}
KINDS: Final = ("broadband", "selective")
PHASES: Final = ("", "before", "after")
#: Impedance of free space by which field strengths become power densities (ohm).
_IMPEDANCE_OHM: Final = 120.0 * math.pi


@dataclass(frozen=True, slots=True)
class FieldMeasurements:
    """Measurements of the field in the order of their file; several of one place carry the same id.

    Attributes:
        source: name of the file.
        row: (n,) row of the file, the header being row 1; of a GeoPackage the number of the feature, from 1.
        id: (n,) of the place.
        time: (n,) as the file says, ISO 8601.
        day: (n,) day of it.
        place: (n, 2) x and y in the CRS of the grid (m), or longitude and latitude (deg).
        geographic: whether the places are degrees.
        height_m: (n,) of the probe.
        above_ground: whether the heights are above the ground, else above the datum of the terrain.
        instrument: (n,) what measured.
        selective: (n,) whether it looked at a range of frequencies alone; else it is broadband.
        from_mhz: (n,) lower end of the range (MHz); NaN where a broadband row is silent.
        to_mhz: (n,) its upper end (MHz).
        value: (n,) as the file says; of a row below detection the bound.
        unit: (n,) of ``UNITS``.
        uncertainty_db: (n,) expanded uncertainty, k = 2, as the file says (dB); NaN where it is in per cent or unknown.
        uncertainty_percent: (n,) the same in per cent of ``value``, which may be a field or a power.
        below_detection: (n,) whether all that is known is that there is less than ``value``.
        phase: (n,) ``before`` or ``after`` a change of the network; empty where the file is silent.
    """

    source: str
    row: NDArray[np.int64]
    id: tuple[str, ...]
    time: tuple[str, ...]
    day: tuple[dt.date, ...]
    place: Float
    geographic: bool
    height_m: Float
    above_ground: bool
    instrument: tuple[str, ...]
    selective: Bool
    from_mhz: Float
    to_mhz: Float
    value: Float
    unit: tuple[str, ...]
    uncertainty_db: Float
    uncertainty_percent: Float
    below_detection: Bool
    phase: tuple[str, ...]

    def __len__(self) -> int:
        """Number of measurements."""
        return len(self.row)

    @property
    def s_w_m2(self) -> Float:
        """(n,) power density (W/m2)."""
        return _power_density(self.value, self.unit)

    @property
    def interval_w_m2(self) -> tuple[Float, Float]:
        """(n,) lower and upper end of the interval of 95 per cent (W/m2); NaN where the uncertainty is unknown.

        Decibels are the same of a field and of its power density; per cent are of the quantity that the row gives, so
        10 % of a field are about 20 % of the power density. Below detection the lower end is 0.
        """
        with np.errstate(invalid="ignore"):
            decibels = np.power(10.0, self.uncertainty_db / _per_decade(self.unit))
            share = self.uncertainty_percent / 100.0
            down = np.where(np.isfinite(decibels), 1.0 / decibels, np.maximum(1.0 - share, 0.0))
            up = np.where(np.isfinite(decibels), decibels, 1.0 + share)
        low = np.where(self.below_detection, 0.0, _power_density(self.value * down, self.unit))
        unstated = np.isnan(up) & self.below_detection  # the bound itself is then all that is known
        high = _power_density(self.value * np.where(unstated, 1.0, up), self.unit)
        return low, high

    def phases(self, on_air: dt.date | None) -> tuple[str, ...]:
        """Return (n,) ``before`` or ``after``: as the file says, else by the day on which a candidate goes on air.

        Args:
            on_air: that day; None: a row on which the file is silent stays without a phase.
        """
        if on_air is None:
            return self.phase
        by_day = ("before" if day < on_air else "after" for day in self.day)
        return tuple(said or found for said, found in zip(self.phase, by_day, strict=True))


def _power_density(value: Float, unit: tuple[str, ...]) -> Float:
    scaled = value * np.array([UNITS.get(name, np.nan) for name in unit], dtype=np.float64)
    return np.where(_is_field(unit), scaled**2 / _IMPEDANCE_OHM, scaled)


def _is_field(unit: tuple[str, ...]) -> Bool:
    return np.array([name.startswith("e_") for name in unit], dtype=np.bool_)


def _per_decade(unit: tuple[str, ...]) -> Float:
    """Return the decibels of a factor of ten: 20 of a field, 10 of a power density."""
    return np.where(_is_field(unit), 20.0, 10.0)
