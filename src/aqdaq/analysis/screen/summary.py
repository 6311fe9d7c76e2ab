"""What screening and thinning made of the measurements, as a run keeps and reports it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aqdaq.analysis.screen.devices import DeviceOffset
from aqdaq.analysis.screen.findings import Finding


@dataclass(frozen=True, slots=True)
class ScreeningSummary:
    """Rows in are the rows used and those set aside; thinning then merges the rows used.

    Attributes:
        rows_in: rows that came in.
        set_aside: of these, rows set aside here.
        downweighted: of the rows used, those that count less than before.
        rows_out: rows after thinning; equal to the rows used when nothing was merged.
        findings: what was wrong.
        offsets: how much devices read high or low.
    """

    rows_in: int
    set_aside: int
    downweighted: int
    rows_out: int
    findings: tuple[Finding, ...]
    offsets: tuple[DeviceOffset, ...]

    @property
    def used(self) -> int:
        """Rows that were not set aside, before thinning."""
        return self.rows_in - self.set_aside

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as a JSON-ready mapping."""
        return {
            "rows_in": self.rows_in,
            "set_aside": self.set_aside,
            "downweighted": self.downweighted,
            "rows_out": self.rows_out,
            "findings": [finding.as_dict() for finding in self.findings],
            "offsets": [asdict(offset) for offset in self.offsets],
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> ScreeningSummary:
        """Return the summary that ``as_dict`` wrote."""
        findings: Sequence[dict[str, Any]] = kept["findings"]
        offsets: Sequence[dict[str, Any]] = kept["offsets"]
        return cls(
            kept["rows_in"],
            kept["set_aside"],
            kept["downweighted"],
            kept["rows_out"],
            tuple(Finding(**one) for one in findings),
            tuple(DeviceOffset(**one) for one in offsets),
        )
