"""Check ``reserved_sites``: places kept for sites, per people or per hectare."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import shapely
from pydantic import Field

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
from aqdaq.planning.plan_rules.findings import Figure, Finding, Missing
from aqdaq.planning.plan_rules.registry import Demand, plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

NAME = "sites"
_HECTARE_M2 = 10_000.0


class ReservedSites(Part):
    """Figures of the check; of the two, the one that asks for more counts.

    Attributes:
        people_per_site: one place for so many residents, begun ones included.
        hectares_per_site: one place for so many hectares, begun ones included.
        area: objects that are judged one by one.
        near_m: places this far outside count too (m).
    """

    people_per_site: float | None = Field(default=None, gt=0.0)
    hectares_per_site: float | None = Field(default=None, gt=0.0)
    area: Literal["boundary", "zone", "block"] = "boundary"
    near_m: float = Field(default=0.0, ge=0.0)


def demands(rule: PlanRule, case: PlanCase, candidates: Sequence[PlanObject]) -> Iterator[Demand]:
    """Yield how many more places each area asks for, and which candidates lie in it."""
    figures = figures_as(rule, ReservedSites)
    for area in sort_out(rule, case.of(figures.area), Figure(NAME, None, None))[0]:
        asked, _ = _asked(figures, area, case)
        lacking = int(asked or 0) - _there(area, case, figures.near_m)
        if lacking > 0 and candidates:
            places = np.array([c.geometry for c in candidates], dtype=object)
            inside = shapely.dwithin(area.geometry, places, figures.near_m)
            yield Demand(rule.id, area.id, np.repeat(inside[:, None], lacking, axis=1), any_unit=True)


@plan_check("reserved_sites", ReservedSites, demands=demands)
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield whether each area keeps as many places for sites as its people and hectares ask for."""
    figures = figures_as(rule, ReservedSites)
    blank = Figure(NAME, None, None)
    if figures.people_per_site is None and figures.hectares_per_site is None:
        yield plan_finding(rule, case, blank, [figure_missing("people_per_site", "hectares_per_site")])
        return
    lacking = case.lacking(figures.area)
    if lacking:
        yield plan_finding(rule, case, blank, lacking)
        return
    areas, unknown = sort_out(rule, case.of(figures.area), blank)
    yield from unknown
    if not areas and not unknown:
        yield nothing_to_judge(rule, case)
    for area in areas:
        asked, missing = _asked(figures, area, case)
        if not case.has("reserved_site"):
            yield finding(rule, area, Figure(NAME, None, asked), [*missing, *case.lacking("reserved_site")])
            continue
        figure = Figure(NAME, float(_there(area, case, figures.near_m)), asked)
        # Too few for the hectares alone are too few, whoever lives there.
        yield finding(rule, area, figure, () if figure.holds is False else missing)


def _asked(figures: ReservedSites, area: PlanObject, case: PlanCase) -> tuple[float | None, list[Missing]]:
    """Return how many places an area asks for, as far as is known, and what is missing to be sure."""
    asked: list[float] = []
    missing: list[Missing] = []
    if figures.hectares_per_site is not None:
        asked.append(math.ceil(area.geometry.area / _HECTARE_M2 / figures.hectares_per_site - 1e-9))
    if figures.people_per_site is not None:
        residents, missing = _residents(area, case)
        if residents is not None:
            asked.append(math.ceil(residents / figures.people_per_site - 1e-9))
    return (float(max(asked)) if asked else None), missing


def _residents(area: PlanObject, case: PlanCase) -> tuple[float | None, list[Missing]]:
    """Return the residents of an area: as stated, else those of its blocks, else those of its buildings."""
    if area.residents is not None:
        return area.residents, []
    for kind in ("block", "building"):
        inside = [o for o in case.of(kind) if kind != area.kind and _lies_in(o, area)]
        if inside and all(o.residents is not None for o in inside):
            return sum(o.residents or 0.0 for o in inside), []
    return None, [field_missing(area, "residents")]


def _lies_in(o: PlanObject, area: PlanObject) -> bool:
    return bool(area.geometry.covers(o.geometry.representative_point()))


def _there(area: PlanObject, case: PlanCase, near_m: float) -> int:
    return sum(o.geometry.dwithin(area.geometry, near_m) for o in case.of("reserved_site"))
