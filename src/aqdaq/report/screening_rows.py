"""Rows of the tables that say what was doubted in the measurements."""

from __future__ import annotations

from typing import Any

from aqdaq.report.content import ReportContent

Rows = list[dict[str, Any]]


def findings(content: ReportContent) -> Rows:
    """Return one row a finding, in the order of the checks."""
    if content.screening is None:
        return []
    return [
        {"kind": finding.kind, "what": finding.what, "rows": finding.rows, "action": finding.action}
        for finding in content.screening.findings
    ]


def offsets(content: ReportContent) -> Rows:
    """Return one row a device that could be compared, by name."""
    if content.screening is None:
        return []
    return [
        {
            "device": offset.device,
            "offset_db": offset.offset_db,
            "error_db": offset.error_db,
            "rows": offset.rows,
            "places": offset.places,
            "against": offset.against,
            "majority": offset.majority,
        }
        for offset in sorted(content.screening.offsets, key=lambda offset: offset.device)
    ]
