"""Rows of the table of site data that the measurements contradict."""

from __future__ import annotations

from typing import Any, Final

from aqdaq.model.suspect import SuspectKind
from aqdaq.report.content import ReportContent

UNITS: Final[dict[SuspectKind, str]] = {
    "azimuth": "deg",
    "swapped": "deg",
    "downtilt": "deg",
    "position": "m",
    "level": "dB",
}


def suspects(content: ReportContent) -> list[dict[str, Any]]:
    """Return one row of the table a suspect, those with the most evidence first."""
    return [
        {
            "kind": one.what,
            "cell": one.cell,
            "stated": one.stated,
            "fitted": one.fitted,
            "error": one.error,
            "unit": UNITS[one.what],
            "evidence": one.evidence,
            "samples": one.samples,
            "blocks": one.blocks,
            "other": one.other,
            "toward": float("nan") if one.toward_deg is None else one.toward_deg,
        }
        for one in content.suspects or ()
    ]
