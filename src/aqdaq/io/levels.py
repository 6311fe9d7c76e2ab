"""Levels as measuring devices write them, in dBm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError

Floats = NDArray[np.float64]


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


def level_scale_fault(quantity: str, unit: str, where: str) -> list[Fault]:
    """Return a fault when no scale turns ``unit`` into dBm for ``quantity``."""
    if unit in ("dBm", "dBW") or (unit == "ASU" and quantity in ASU):
        return []
    known = ", ".join(sorted(ASU))
    return [Fault(where, f"no scale turns {unit} of {quantity} into dBm", f"dBm or dBW; ASU for {known}")]


def to_dbm(values: Floats, quantity: str, unit: str) -> Floats:
    """Return levels in dBm; an ASU outside its scale becomes infinite, which no receiver can report.

    Args:
        values: levels in ``unit``.
        quantity: RSRP, RSCP, RxLev or RSSI.
        unit: dBm, dBW (30 dB more) or ASU (see ``ASU``).

    Raises:
        InputError: no scale is known for this quantity and unit.
    """
    faults = level_scale_fault(quantity, unit, "level")
    if faults:
        raise InputError(faults)
    if unit == "dBm":
        return values
    if unit == "dBW":
        return values + 30.0
    scale = ASU[quantity]
    outside = (values < 0.0) | (values > scale.most)
    return np.where(outside, np.inf, scale.step_db * values + scale.zero_dbm)


def floor_dbm(receiver_floor_dbm: float | None, quantity: str, unit: str) -> float:
    """Return the level (dBm) at and below which a receiver no longer tells levels apart; minus infinity: none."""
    open_end = ASU[quantity].zero_dbm if unit == "ASU" and quantity in ASU else -np.inf
    return max(open_end, receiver_floor_dbm if receiver_floor_dbm is not None else -np.inf)
