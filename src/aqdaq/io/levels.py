"""Levels as measuring devices write them, in dBm, and which other unit a table that cannot be true is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.reporting import REPORTED, from_report
from aqdaq.model.measurements import POSSIBLE_DBM

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AsuScale:
    """Arbitrary strength units of a phone: ``dBm = step * ASU + zero``, for ASU from 0 to ``most``.

    ASU 0 means ``zero`` or less, and ``most`` that level or more; larger figures (99, 255) mean not known.
    """

    step_db: float
    zero_dbm: float
    most: int


#: By quantity. GSM: 3GPP TS 27.007 +CSQ (0 is -113 dBm or less, 31 is -51 dBm or more). UMTS and LTE: the fields rscp
#: (0..96) and rsrp (0..97) of +CESQ in TS 27.007, as Android's CellSignalStrength classes turn them to dBm; TS 27.007
#: itself gives intervals of 1 dB whose upper ends these are. NR as Android writes it, which keeps the scale of LTE.
ASU: Final[dict[str, AsuScale]] = {
    "RxLev": AsuScale(2.0, -113.0, 31),
    "RSCP": AsuScale(1.0, -120.0, 96),
    "RSRP": AsuScale(1.0, -140.0, 97),
}

#: Technology whose reports hold a quantity, where nobody says the technology: RSRP is then that of LTE.
_REPORTING: Final = {"RSRP": "LTE", "RSCP": "UMTS", "RxLev": "GSM"}

#: Units that a table may turn out to be in, by the one stated. 99 and 255 are "not known" in ASU, so a positive figure
#: there is no level that lost its sign.
_OTHER_UNITS: Final = {
    "dBm": ("ASU", "dBm without its sign"),
    "dBW": (),
    "ASU": ("dBm",),
    "dBm or ASU": (),
    "reported": ("dBm",),
}

#: Share of levels beyond which a unit that cannot be true stops the file: it is not a slip but another unit.
MOST_IMPOSSIBLE: Final = 0.5


def level_scale_fault(quantity: str, unit: str, where: str, technology: str = "") -> list[Fault]:
    """Return a fault when no scale turns ``unit`` into dBm for ``quantity``."""
    if unit in ("dBm", "dBW") or (unit in ("ASU", "dBm or ASU") and quantity in ASU):
        return []
    if unit == "reported" and (technology or _REPORTING.get(quantity, ""), quantity) in REPORTED:
        return []
    known = ", ".join(sorted(ASU))
    return [Fault(where, f"no scale turns {unit} of {quantity} into dBm", f"dBm or dBW; ASU or reported for {known}")]


def to_dbm(values: Floats, quantity: str, unit: str, technology: str = "") -> Floats:
    """Return levels in dBm; a figure outside its scale becomes infinite, which no receiver can report.

    Args:
        values: levels in ``unit``.
        quantity: RSRP, RSCP, RxLev or RSSI.
        unit: dBm, dBW (30 dB more), ASU (see ``ASU``), "dBm or ASU" (negative is dBm) or reported (see ``REPORTED``).
        technology: whose reports they are; empty: LTE for RSRP.

    Raises:
        InputError: no scale is known for this quantity and unit.
    """
    faults = level_scale_fault(quantity, unit, "level", technology)
    if faults:
        raise InputError(faults)
    if unit == "dBm":
        return values
    if unit == "dBW":
        return values + 30.0
    if unit == "reported":
        return from_report(values, REPORTED[technology or _REPORTING[quantity], quantity])
    if unit == "dBm or ASU":
        return np.where(values < 0.0, values, _from_asu(values, ASU[quantity]))
    return _from_asu(values, ASU[quantity])


def _from_asu(values: Floats, scale: AsuScale) -> Floats:
    outside = (values < 0.0) | (values > scale.most)
    return np.where(outside, np.inf, scale.step_db * values + scale.zero_dbm)


def floor_dbm(receiver_floor_dbm: float | None, quantity: str, unit: str, technology: str = "") -> float:
    """Return the level (dBm) at and below which a receiver no longer tells levels apart; minus infinity: none."""
    open_end = -np.inf
    if unit in ("ASU", "dBm or ASU") and quantity in ASU:
        open_end = ASU[quantity].zero_dbm
    elif unit == "reported":
        scale = REPORTED.get((technology or _REPORTING.get(quantity, ""), quantity))
        open_end = scale.floor if scale is not None else -np.inf
    return max(open_end, receiver_floor_dbm if receiver_floor_dbm is not None else -np.inf)


def possible(level_dbm: Floats, quantity: str) -> Bools:
    """Return whether a receiver can report these levels; NaN cannot be."""
    low_dbm, high_dbm = POSSIBLE_DBM[quantity]
    return np.asarray((level_dbm >= low_dbm) & (level_dbm <= high_dbm))


@dataclass(frozen=True, slots=True)
class OtherUnit:
    """Levels that cannot be in the unit that was stated.

    Attributes:
        impossible: how many.
        readable: of how many numbers.
        fits: unit -> how many of the impossible ones are possible in it.
    """

    impossible: int
    readable: int
    fits: dict[str, int]

    @property
    def whole_file(self) -> bool:
        """Whether it is most of the table, and not some rows, and another unit explains most of that."""
        return self.impossible > MOST_IMPOSSIBLE * self.readable and max(self.fits.values()) > self.impossible / 2

    def words(self, unit: str) -> str:
        """Return the counts in words."""
        others = ", ".join(f"{count} can in {name}" for name, count in self.fits.items())
        return f"{self.impossible} of {self.readable} levels cannot be in {unit}, {others}"


def other_unit(values: Floats, quantity: str, unit: str, technology: str = "") -> OtherUnit | None:
    """Return what a column with impossible levels looks like, or None when another unit explains none of them.

    Args:
        values: (n,) numbers of the column, NaN where it holds none.
        quantity: RSRP, RSCP, RxLev or RSSI.
        unit: as stated.
        technology: of the rows, where it is known.
    """
    readable = np.isfinite(values)
    wrong = readable & ~possible(to_dbm(values, quantity, unit, technology), quantity)
    if not wrong.any():
        return None
    fits = {name: int(_fits(values[wrong], quantity, name).sum()) for name in _OTHER_UNITS[unit]}
    fits = {name: count for name, count in fits.items() if count}
    return OtherUnit(int(wrong.sum()), int(readable.sum()), fits) if fits else None


def other_unit_rows(values: Floats, quantity: NDArray[np.object_], unit: str) -> Bools:
    """Return whether each figure is possible in another unit than the one stated.

    Args:
        values: (n,) numbers of a column.
        quantity: (n,) of each.
        unit: as stated.
    """
    found = np.zeros(len(values), dtype=np.bool_)
    for name in POSSIBLE_DBM:
        here = np.flatnonzero(quantity == name)
        for other in _OTHER_UNITS[unit] if len(here) else ():
            found[here] |= _fits(values[here], name, other)
    return found


def _fits(values: Floats, quantity: str, unit: str) -> Bools:
    if unit == "dBm without its sign":
        return possible(-values, quantity) & (values > 0.0)
    if unit == "ASU":
        scale = ASU.get(quantity)
        none = np.zeros(len(values), dtype=np.bool_)
        return none if scale is None else np.asarray((values >= 0.0) & (values <= scale.most))
    return possible(values, quantity)
