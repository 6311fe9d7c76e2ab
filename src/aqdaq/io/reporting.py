"""Measurement reports of 3GPP: whole numbers that stand for intervals of a level or a ratio.

A phone does not report -93.4 dBm but the number of the interval that holds it. The lowest number means "below", the
highest "this or more". The level taken for a number is the lower end of its interval, so RSRP is ``n - 141`` in LTE
and ``n - 157`` in NR; where there is no lower end, the level is only known to lie below the upper one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReportScale:
    """Number ``n`` stands for ``step * n + zero`` or more, and less than a step above that.

    Attributes:
        step_db: width of an interval (dB).
        zero: lower end of the interval of number 0 (dBm or dB).
        least: lowest number: below ``step * (least + 1) + zero``.
        most: highest number: its lower end or more.
        source: table that says so.
    """

    step_db: float
    zero: float
    least: int
    most: int
    source: str

    def lower(self, numbers: Floats) -> Floats:
        """Return the lower end of the intervals; minus infinity for the lowest, NaN for what is no number of it."""
        ends = np.where(numbers <= self.least, -np.inf, self.step_db * numbers + self.zero)
        return np.where(self.holds(numbers), ends, np.nan)

    def upper(self, numbers: Floats) -> Floats:
        """Return the upper end of the intervals; infinity for the highest, NaN for what is no number of it."""
        ends = np.where(numbers >= self.most, np.inf, self.step_db * (numbers + 1.0) + self.zero)
        return np.where(self.holds(numbers), ends, np.nan)

    def holds(self, numbers: Floats) -> NDArray[np.bool_]:
        """Return whether these are numbers of the scale."""
        return np.asarray((numbers >= self.least) & (numbers <= self.most) & (numbers == np.round(numbers)))

    def number(self, values: Floats) -> NDArray[np.int64]:
        """Return the number that a phone reports for a level or ratio."""
        inside = np.floor((values - self.zero) / self.step_db + 1e-9)
        return np.asarray(np.clip(inside, self.least, self.most), dtype=np.int64)

    @property
    def floor(self) -> float:
        """Level at and below which the lowest number lies."""
        return self.step_db * (self.least + 1) + self.zero


#: By technology and quantity. Levels in dBm, ratios in dB.
REPORTED: Final[dict[tuple[str, str], ReportScale]] = {
    ("LTE", "RSRP"): ReportScale(1.0, -141.0, 0, 97, "3GPP TS 36.133 Table 9.1.4-1"),
    ("LTE", "RSRQ"): ReportScale(0.5, -20.0, 0, 34, "3GPP TS 36.133 Table 9.1.7-1"),
    ("LTE", "SINR"): ReportScale(0.5, -23.5, 0, 127, "3GPP TS 36.133 Table 9.1.17-1"),
    ("NR", "RSRP"): ReportScale(1.0, -157.0, 0, 126, "3GPP TS 38.133 Table 10.1.6.1-1"),
    ("NR", "RSRQ"): ReportScale(0.5, -43.5, 0, 127, "3GPP TS 38.133 Table 10.1.11.1-1"),
    ("NR", "SINR"): ReportScale(0.5, -23.5, 0, 127, "3GPP TS 38.133 Table 10.1.16.1-1"),
    ("UMTS", "RSCP"): ReportScale(1.0, -116.0, -5, 91, "3GPP TS 25.133 section 9.1.1.3"),
    ("UMTS", "RSRQ"): ReportScale(0.5, -24.5, 0, 49, "3GPP TS 25.133 section 9.1.2.3 (CPICH Ec/No)"),
    ("GSM", "RxLev"): ReportScale(1.0, -111.0, 0, 63, "3GPP TS 45.008 section 8.1.4"),
}


def from_report(numbers: Floats, scale: ReportScale) -> Floats:
    """Return levels (dBm) or ratios (dB) of reported numbers.

    The lowest number gives the upper end of its interval, at ``scale.floor``; what is no number of the scale becomes
    infinite, which no receiver can report; NaN stays NaN.
    """
    values = np.where(numbers <= scale.least, scale.floor, scale.lower(numbers))
    return np.where(np.isnan(numbers), np.nan, np.where(scale.holds(numbers), values, np.inf))
