"""The two tables of an antenna file: rows of degree and loss become 360 losses, one a degree."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault
from aqdaq.io.hints import listed, shown
from aqdaq.model.antenna import CUT_DEGREES

#: Losses down to here are a maker's rounding and count as zero (dB); below, the sign is wrong.
ROUNDING_DB: Final = -0.5

#: No direction of an antenna loses more than this (dB).
LARGEST_LOSS_DB: Final = 200.0

#: Steps of a table are whole tenths of a degree; coarser than 30 degrees is no pattern.
_TENTHS: Final = 3600
_FEWEST: Final = 12

_SIGN_MEND: Final = "losses are positive, in dB down from the maximum: write gain minus the gain of each direction"


@dataclass(slots=True)
class Cut:
    """One table as it stands in the file.

    Attributes:
        file: name of the file.
        word: HORIZONTAL or VERTICAL.
        line: of its heading.
        stated: the number of rows as the heading gives it.
        rows: line and text of each row.
    """

    file: str
    word: str
    line: int
    stated: str
    rows: list[tuple[int, str]] = field(default_factory=list)

    def fault(self, line: int, what: str, mend: str) -> Fault:
        """Return a fault of this table at a line."""
        return Fault(f"{self.file}:{line}", f"{self.word}: {what}", mend)


def number(text: str) -> float:
    """Return the number of a text, NaN where it is none."""
    try:
        value = float(text.replace("_", "?"))  # Python would read 1_000
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def cut_losses(cut: Cut, faults: list[Fault]) -> NDArray[np.float64] | None:
    """Return (360,) the losses of a table (dB, >= 0); None when it is at fault.

    Args:
        cut: as it stands in the file.
        faults: added to.
    """
    before = len(faults)
    count = _count(cut, faults)
    pairs = _pairs(cut, faults)
    if len(faults) > before:
        return None
    losses = _by_degree(cut, count, pairs, faults)
    _check_losses(cut, pairs, faults)
    if len(faults) > before:
        return None
    degrees = np.arange(count) * (CUT_DEGREES / count)
    return np.maximum(np.interp(np.arange(CUT_DEGREES), degrees, losses, period=CUT_DEGREES), 0.0)


def _count(cut: Cut, faults: list[Fault]) -> int:
    """Return the number of rows that the heading promises."""
    stated = cut.stated.strip()
    count = int(stated) if stated.isascii() and stated.isdigit() else 0
    mend = f"write {cut.word} 360 and 360 rows, degrees 0 to 359"
    if count == 0:
        faults.append(cut.fault(cut.line, f"the number of rows is {shown(stated)}", mend))
    elif count < _FEWEST or _TENTHS % count:
        faults.append(cut.fault(cut.line, f"{count} rows do not divide the full circle", mend))
    return count


def _pairs(cut: Cut, faults: list[Fault]) -> list[tuple[int, float, float]]:
    """Return line, degree and loss of each row."""
    pairs = []
    for line, text in cut.rows:
        values = [number(part) for part in text.split()]
        if len(values) != 2 or any(map(math.isnan, values)):
            mend = "each row holds a degree and a loss in dB, with a decimal point"
            faults.append(cut.fault(line, f"{shown(text)} is not two numbers", mend))
        else:
            pairs.append((line, values[0], values[1]))
    return pairs


def _by_degree(cut: Cut, count: int, pairs: list[tuple[int, float, float]], faults: list[Fault]) -> NDArray[np.float64]:
    """Return (count,) the losses in the order of their degrees; a fault for each degree that is not there once."""
    step = CUT_DEGREES / count
    losses = np.full(count, np.nan)
    first: dict[int, int] = {}
    for line, degree, loss in pairs:
        place = round(degree / step)
        if not 0 <= place < count or abs(degree - place * step) > 1e-3 * step:
            mend = f"degrees run from 0 to {CUT_DEGREES - step:g} in steps of {step:g}"
            faults.append(cut.fault(line, f"{degree:g} is none of its degrees", mend))
        elif place in first:
            what = f"degree {degree:g} occurs twice, first in line {first[place]}"
            faults.append(cut.fault(line, what, "remove one of the two rows"))
        else:
            first[place] = line
            losses[place] = loss
    missing = [f"{place * step:g}" for place in range(count) if place not in first]
    if missing:
        what = f"{len(pairs)} rows where the heading says {count}; missing degrees: {listed(missing)}"
        faults.append(cut.fault(cut.line, what, "give every degree once; a loss that is not known is not zero"))
    return losses


def _check_losses(cut: Cut, pairs: list[tuple[int, float, float]], faults: list[Fault]) -> None:
    """Add a fault for losses of the wrong sign, and for those that cannot be."""
    wrong = [pair for pair in pairs if pair[2] < ROUNDING_DB]
    if wrong:
        line, degree, loss = wrong[0]
        what = f"{len(wrong)} losses are negative, the first {loss:g} dB at {degree:g} deg: gains instead of losses?"
        faults.append(cut.fault(line, what, _SIGN_MEND))
    for line, degree, loss in pairs:
        if loss > LARGEST_LOSS_DB:
            what = f"a loss of {loss:g} dB at {degree:g} deg cannot be"
            faults.append(cut.fault(line, what, f"losses in dB, 0 to {LARGEST_LOSS_DB:g}"))


def check_relative(horizontal: NDArray[np.float64], vertical: NDArray[np.float64], file: str) -> list[Fault]:
    """Return faults of cuts that cannot be losses down from the maximum, though each of them could be.

    Args:
        horizontal: (360,) losses (dB).
        vertical: (360,) losses (dB).
        file: name of the file.
    """
    faults = []
    least = min(float(horizontal.min()), float(vertical.min()))
    if least > 1.0:
        what = f"no direction loses less than {least:g} dB: absolute gains instead of losses?"
        faults.append(Fault(file, what, _SIGN_MEND))
    ahead, behind = float(horizontal[0]), float(horizontal[180])
    if ahead > behind + 3.0:
        what = f"HORIZONTAL: weaker ahead ({ahead:g} dB at 0 deg) than behind ({behind:g} dB at 180 deg)"
        faults.append(Fault(file, what, "give losses, not gains; 0 degrees is the boresight"))
    return faults


def main_lobe_deg(vertical: NDArray[np.float64]) -> float:
    """Return the direction of the maximum of a vertical cut (deg, positive below the horizon), -90 to 90.

    The middle of the degrees around the least loss that lie within 0.05 dB of it: tables are rounded.
    """
    ahead = np.concatenate([vertical[-90:], vertical[:91]])
    low = high = int(np.argmin(ahead))
    while low > 0 and ahead[low - 1] <= ahead.min() + 0.05:
        low -= 1
    while high < len(ahead) - 1 and ahead[high + 1] <= ahead.min() + 0.05:
        high += 1
    return (low + high) / 2.0 - 90.0
