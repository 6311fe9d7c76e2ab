"""A plan of measurements in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aqdaq.pipeline.measure_plan import MeasurePlan

_STOPS: Final = {
    "length": "no more: whatever else would gain something makes it too long",
    "points": "no more: these are as many as were asked for",
    "nothing": "no more: nothing else that can be reached gains anything",
}


def words(plan: MeasurePlan) -> Iterator[str]:
    """Yield what a plan says, line by line."""
    if plan.synthetic:
        yield "SYNTHETIC: not a real place, network or measurement."
    counted = "people" if plan.unit == "people" else "m2 (nobody knows the people)"
    if plan.kind == "route":
        yield f"Drive of {plan.length_m / 1e3:.1f} km in {len(plan.legs)} pieces of street, under {plan.definition}."
    else:
        yield f"{len(plan.points)} points, under {plan.definition}."
    share = plan.gain / plan.before if plan.before > 0.0 else 0.0
    yield (
        f"Misclassified, to be expected: {plan.before:,.0f} {counted} now, {plan.before - plan.gain:,.0f} afterwards: "
        f"{plan.gain:,.0f} fewer ({share:.1%}). Everybody counts once for each layer."
    )
    for layer in plan.layers:
        yield f"  {layer.layer:<20} {layer.before:>10,.0f} -> {layer.after:>10,.0f}"
    yield f"Why it ends: {stop_words(plan)}."
    for note in plan.notes:
        yield f"note: {note}"


def stop_words(plan: MeasurePlan) -> str:
    """Return why a plan ends."""
    if plan.stop == "gain" and plan.next_gain is not None:
        one = "kilometre" if plan.kind == "route" else "point"
        return f"the next {one} would gain {plan.next_gain:,.1f} {plan.unit}, less than was asked for"
    return _STOPS[plan.stop]
