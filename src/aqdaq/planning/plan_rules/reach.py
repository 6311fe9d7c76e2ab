"""Check ``reach``: a roof, a pole or a reserved place within reach of each block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PlanCase, field_missing
from aqdaq.planning.plan_rules.common import (
    figure_missing,
    figures_as,
    finding,
    nothing_to_judge,
    plan_finding,
    sort_out,
)
from aqdaq.planning.plan_rules.distances import lattice, left_over, outline, share_within, within
from aqdaq.planning.plan_rules.findings import Figure, Finding, Missing
from aqdaq.planning.plan_rules.registry import Demand, plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

NAME: Final = "share_in_reach"
#: Between the points of open ground that candidates are tried at, inside it and along its outline (m).
_STEP_M: Final = 20.0
_OUTLINE_M: Final = 5.0

Kind = Literal["reserved_site", "roof", "lamp"]


class Reach(Part):
    """Figures of the check.

    Attributes:
        reach_m: from a place to the ground that it is for (m).
        share: of a block that must lie within reach, 0..1.
        places: what counts as a place.
        least_roof_m: lowest building whose roof counts (m).
        least_lamp_m: lowest lamp post that counts (m).
    """

    reach_m: float | None = Field(default=None, gt=0.0)
    share: float = Field(default=1.0, gt=0.0, le=1.0)
    places: tuple[Kind, ...] = ("reserved_site", "roof", "lamp")
    least_roof_m: float | None = Field(default=None, ge=0.0)
    least_lamp_m: float | None = Field(default=None, ge=0.0)


@dataclass(frozen=True, slots=True)
class _Places:
    """Places that count, and those of which nobody can tell."""

    sure: list[BaseGeometry] = field(default_factory=list)
    perhaps: list[tuple[BaseGeometry, Missing]] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


def demands(rule: PlanRule, case: PlanCase, candidates: Sequence[PlanObject]) -> Iterator[Demand]:
    """Yield the ground of each block that no place reaches yet, as points, and which candidates reach it."""
    figures = figures_as(rule, Reach)
    if figures.reach_m is None or "reserved_site" not in figures.places:
        return
    sure = _places(figures, case).sure
    for block in sort_out(rule, case.of("block"), Figure(NAME, None, None))[0]:
        open_ground = left_over(block.geometry, sure, figures.reach_m)
        if 1.0 - open_ground.area / block.geometry.area >= figures.share:
            continue
        points = np.concatenate([lattice(open_ground, _STEP_M), outline(open_ground, _OUTLINE_M)])
        # So much nearer that what lies between two points of the outline is reached too.
        serves = within([c.geometry for c in candidates], points, figures.reach_m - 0.5 * _OUTLINE_M)
        yield Demand(rule.id, block.id, serves)


@plan_check("reach", Reach, demands=demands)
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield the share of each block that lies within reach of a place for an antenna."""
    figures = figures_as(rule, Reach)
    blank = Figure(NAME, None, figures.share)
    absent = [figure_missing(name) for name in _silent(figures)]
    lacking = [*absent, *case.lacking("block")]
    if lacking:
        yield plan_finding(rule, case, blank, lacking)
        return
    blocks, unknown = sort_out(rule, case.of("block"), blank)
    yield from unknown
    if not blocks and not unknown:
        yield nothing_to_judge(rule, case)
    places = _places(figures, case)
    for block in blocks:
        yield _block(rule, block, figures, places)


def _block(rule: PlanRule, block: PlanObject, figures: Reach, places: _Places) -> Finding:
    assert figures.reach_m is not None
    reach_m = figures.reach_m
    share = share_within(block.geometry, places.sure, reach_m)
    figure = Figure(NAME, share, figures.share)
    if share >= figures.share - 1e-9:
        return finding(rule, block, Figure(NAME, max(share, figures.share), figures.share))
    near = [(place, why) for place, why in places.perhaps if place.dwithin(block.geometry, reach_m)]
    missing = list(places.missing)
    if share_within(block.geometry, [*places.sure, *(p for p, _ in near)], reach_m) >= figures.share - 1e-9:
        missing += [why for _, why in near]
    return finding(rule, block, figure, missing)


def _silent(figures: Reach) -> list[str]:
    """Return the figures that the check cannot do without and the rulebook does not give."""
    wanted = {"reach_m": True, "least_roof_m": "roof" in figures.places, "least_lamp_m": "lamp" in figures.places}
    return [name for name, needed in wanted.items() if needed and getattr(figures, name) is None]


def _places(figures: Reach, case: PlanCase) -> _Places:
    """Return all places; a layer that the plan does not have may hold more."""
    out = _Places()
    if "reserved_site" in figures.places:
        out.sure.extend(o.geometry for o in case.of("reserved_site"))
        out.missing.extend(case.lacking("reserved_site"))
    if "roof" in figures.places:
        _add(out, case, "building", figures.least_roof_m)
        standing = case.project.standing if case.project is not None else ()
        out.sure.extend(b.footprint for b in standing if b.height_m >= (figures.least_roof_m or 0.0))
    if "lamp" in figures.places:
        _add(out, case, "lamp", figures.least_lamp_m)
    return out


def _add(out: _Places, case: PlanCase, kind: str, least_m: float | None) -> None:
    out.missing.extend(case.lacking(kind))
    for o in case.of(kind):
        if o.height_m is None:
            out.perhaps.append((o.geometry, field_missing(o, "height_m")))
        elif o.height_m >= (least_m or 0.0):
            out.sure.append(o.geometry)
