"""Comparisons of measured and computed fields that between them say every word of their picture."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.pipeline.exposure_campaign import Comparison
from tests.unit.exposure_made import limit


def _row(measured_v_m: float, phase: str = "", *, bound: bool = False, **changes: Any) -> dict[str, Any]:
    computed = {"e_v_m": 2.0}
    measured = {
        "e_v_m": measured_v_m, "e_low_v_m": 0.8 * measured_v_m, "e_high_v_m": 1.2 * measured_v_m,
        "below_detection": bound,
    }  # fmt: skip
    known = {
        "id": "window", "time": "2026-05-04", "kind": "selective", "from_mhz": 1815.0, "to_mhz": 1815.0, "phase": phase,
        "measured": measured, "theoretical": computed, "actual": computed, "ratio": {"kz": {"measured": 0.1}},
    }  # fmt: skip
    return {**known, **changes}


def every_comparison() -> list[Comparison]:
    """Return one of a narrow and one of a wide span of values."""
    fields: list[Any] = [SimpleNamespace(limits=(one,)) for one in (limit("kz"), _over())]
    narrow = (_row(0.6, "before", kind="broadband"), _row(0.9, "after", from_mhz=1805.0, to_mhz=1825.0), _row(0.5))
    wide = (*narrow, _row(0.01, bound=True))
    return [Comparison((field,), rows, (), ()) for field, rows in zip(fields, (narrow, wide), strict=True)]


def _over() -> ExposureLimit:
    """Return the limit as if its time were over."""
    return replace(limit("kz"), expired=True)
