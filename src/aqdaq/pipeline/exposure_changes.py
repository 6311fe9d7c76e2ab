"""What a change of the network did to the measured field, place by place, beside what was computed of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def changes_of(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return what changed at the places that were measured before and after, alike, in the order of the rows.

    Of several rows of a phase the highest counts. The interval of the change adds the two uncertainties as squares, in
    decibels; it is unknown where one of them is, or where a value lay below detection.

    Args:
        rows: from ``compare``.
    """
    highest: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in rows:
        key = (row["id"], row["kind"], row["from_mhz"], row["to_mhz"])
        of = highest.setdefault(key, {})
        before = of.get(row["phase"])
        if before is None or row["measured"]["s_w_m2"] > before["measured"]["s_w_m2"]:
            of[row["phase"]] = row
    return tuple(
        _change(key, of["before"], of["after"]) for key, of in highest.items() if "before" in of and "after" in of
    )


def _change(key: tuple[Any, ...], before: Row, after: Row) -> Row:
    one, two = before["measured"], after["measured"]
    change = _ratio_db(two["s_w_m2"], one["s_w_m2"])
    bound = one["below_detection"] or two["below_detection"]
    up, down = _side(two, "s_high_w_m2", one, "s_low_w_m2"), _side(two, "s_low_w_m2", one, "s_high_w_m2")
    return {
        "id": key[0],
        "kind": key[1],
        "from_mhz": key[2],
        "to_mhz": key[3],
        "before_row": before["row"],
        "after_row": after["row"],
        "below_detection": bound,
        "before_e_v_m": one["e_v_m"],
        "after_e_v_m": two["e_v_m"],
        "change_db": _rounded(None if bound else change),
        "change_low_db": _rounded(None if bound or change is None or down is None else change - down),
        "change_high_db": _rounded(None if bound or change is None or up is None else change + up),
        "theoretical_change_db": _rounded(_ratio_db(after["theoretical"]["s_w_m2"], before["theoretical"]["s_w_m2"])),
        "actual_change_db": _rounded(_ratio_db(after["actual"]["s_w_m2"], before["actual"]["s_w_m2"])),
    }


def _side(after: Row, end: str, before: Row, other: str) -> float | None:
    """Return how far the change may lie to one side (dB): the ends of both intervals, added as squares."""
    parts = _ratio_db(after[end], after["s_w_m2"]), _ratio_db(before[other], before["s_w_m2"])
    return None if None in parts else math.hypot(*(part for part in parts if part is not None))


def _ratio_db(one: float | None, two: float | None) -> float | None:
    return 10.0 * math.log10(one / two) if one and two else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
