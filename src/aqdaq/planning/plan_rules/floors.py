"""Check ``floors``: service on every floor of the planned buildings, before, during and after the works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from pydantic import Field

from aqdaq.model.floors import FloorBand
from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PHASES, PROJECT, PlanCase, field_missing
from aqdaq.planning.plan_rules.common import figures_as, finding, nothing_to_judge, plan_finding, sort_out
from aqdaq.planning.plan_rules.findings import Figure, Finding, Missing
from aqdaq.planning.plan_rules.registry import plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

NAME: Final = "probability"

#: Said where no level was computed at a floor: outside the project's area, or no cell within reach.
NO_FLOORS: Final = Missing("input", "coverage")

Phase = Literal["before", "during", "after"]


class Floors(Part):
    """Figures of the check.

    Attributes:
        probability: that service must have; None: as each service definition of the project asks.
        phases: that are judged.
        operators: ``each``: of every layer that the definition judges; ``any``: of the best one.
    """

    probability: float | None = Field(default=None, gt=0.0, lt=1.0)
    phases: tuple[Phase, ...] = PHASES
    operators: Literal["each", "any"] = "each"


@plan_check("floors", Floors, needs=("project", "floors"))
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield the lowest probability of service of each floor band, per phase and definition."""
    figures = figures_as(rule, Floors)
    blank = Figure(NAME, None, figures.probability)
    if not case.has("building"):
        yield plan_finding(rule, case, blank, case.lacking("building"))
        return
    buildings, unknown = sort_out(rule, case.of("building"), blank)
    yield from unknown
    if not buildings and not unknown:
        yield nothing_to_judge(rule, case)
    for building in buildings:
        if case.project is None:
            yield finding(rule, building, blank, [PROJECT])
        else:
            yield from _building(rule, figures, building, case.project.bands or {}, case.project.bounds or {})


def _building(
    rule: PlanRule,
    figures: Floors,
    building: PlanObject,
    bands: Mapping[str, tuple[FloorBand, ...]],
    bounds: Mapping[str, float],
) -> Iterator[Finding]:
    for phase in figures.phases:
        own = [band for band in bands.get(phase, ()) if band.building == building.id]
        if not own or not bounds:
            why = field_missing(building, "height_m") if building.height_m is None else NO_FLOORS
            yield finding(rule, building, Figure(NAME, None, figures.probability, about=phase), [why])
            continue
        for first, last in sorted({(band.first_floor, band.last_floor) for band in own}):
            here = [band for band in own if band.first_floor == first]
            for definition in sorted(bounds):
                yield from _band(rule, figures, building, (phase, first, last, definition), here, bounds)


def _band(
    rule: PlanRule,
    figures: Floors,
    building: PlanObject,
    where: tuple[str, int, int, str],
    here: list[FloorBand],
    bounds: Mapping[str, float],
) -> Iterator[Finding]:
    phase, first, last, definition = where
    judged = [band for band in here if definition in band.probability]
    if not judged:
        return
    known = [p for band in judged if (p := band.probability[definition]) is not None]
    bound = figures.probability if figures.probability is not None else bounds[definition]
    choose = min if figures.operators == "each" else max
    value = choose(known) if known else None
    about = f"{phase}, floors {first}-{last}, {definition}"
    figure = Figure(NAME, value, bound, about=about)
    # One operator that fails decides "each", one that serves decides "any"; else all must be known.
    decided = figure.holds is (figures.operators == "any")
    missing = [NO_FLOORS] if len(known) < len(judged) and not decided else []
    assumed = ("floors",) if any(band.assumed for band in judged) else ()
    yield finding(rule, building, figure, missing, assumed)
