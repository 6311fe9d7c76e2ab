"""Check ``shadow``: planned mass takes no service of existing sites away, or a reserved site gives it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from shapely import Point

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PROJECT, LostService, PlanCase, ProjectFacts, SiteFacts, field_missing
from aqdaq.planning.plan_rules.common import figures_as, nothing_to_judge, place_finding, plan_finding
from aqdaq.planning.plan_rules.findings import Figure, Finding, Missing
from aqdaq.planning.plan_rules.registry import Demand, plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

#: Name of the figure by what is counted.
NAMES: Final = {"people": "people_lost", "m2": "ground_lost"}
#: At more places than this no candidate is tried; the rule itself judges all of them.
_MOST_PLACES: Final = 200


class Shadow(Part):
    """Figures of the check.

    Attributes:
        most_people: who may lose the service of one site (persons).
        most_m2: ground that may lose it (m2), where nobody knows the people.
        reach_m: a reserved site farther than this from the lost place is no remedy (m).
    """

    most_people: float = Field(default=0.0, ge=0.0)
    most_m2: float = Field(default=0.0, ge=0.0)
    reach_m: float = Field(default=1000.0, gt=0.0)

    def most(self, unit: str) -> float:
        """Return how much of a unit may be lost."""
        return self.most_people if unit == "people" else self.most_m2


def demands(rule: PlanRule, case: PlanCase, candidates: Sequence[PlanObject]) -> Iterator[Demand]:
    """Yield the places that nothing restores yet, and which candidates would."""
    figures, project = figures_as(rule, Shadow), case.project
    if project is None or project.shadow is None or project.restores is None:
        return
    sites = list(case.of("reserved_site"))
    for place in project.shadow:
        if _left(figures, project, place, sites) <= figures.most(place.unit):
            continue
        for lost in place.lost:
            still = ~_restored(figures, project, lost, sites)
            if still.any():
                some = _thinned(lost, np.flatnonzero(still))
                serves = [_restores(figures, project, some, one) for one in candidates]
                yield Demand(
                    rule.id, place.id, np.array(serves, dtype=np.bool_).reshape(len(candidates), len(some.x_m))
                )


@plan_check("shadow", Shadow, needs=("project", "shadow"), demands=demands)
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield, for each existing site, who loses its service to the planned mass and is not served again."""
    figures, project = figures_as(rule, Shadow), case.project
    lacking = [*case.lacking("building"), *([PROJECT] if project is None else [])]
    if lacking or project is None or project.shadow is None:
        yield plan_finding(rule, case, Figure("people_lost", None, figures.most_people, "at most", "people"), lacking)
        return
    if not project.shadow:
        yield nothing_to_judge(rule, case)
    sites = list(case.of("reserved_site"))
    massless = [field_missing(o, "height_m") for o in case.of("building") if o.height_m is None]
    for place in project.shadow:
        bound = figures.most(place.unit)
        figure = Figure(NAMES[place.unit], _left(figures, project, place, sites), bound, "at most", place.unit)
        missing = massless if figure.holds else _remedies_missing(figures, case, place, sites)
        yield place_finding(rule, "site", place.id, Point(place.x_m, place.y_m), figure, missing)


def _remedies_missing(
    figures: Shadow, case: PlanCase, place: SiteFacts, sites: Sequence[PlanObject]
) -> tuple[Missing, ...]:
    """Return why nobody can tell whether there is a remedy: no such layer, or a site near without a height."""
    near = [
        site
        for site in sites
        if site.height_m is None and any(_within(figures.reach_m, site, lost).any() for lost in place.lost)
    ]
    return (*case.lacking("reserved_site"), *(field_missing(site, "height_m") for site in near))


def _thinned(lost: LostService, rows: NDArray[np.int64]) -> LostService:
    """Return some of the places, evenly chosen: every candidate has to be computed at each of them."""
    some = rows[:: -(-len(rows) // _MOST_PLACES)]
    return replace(lost, x_m=lost.x_m[some], y_m=lost.y_m[some], weight=lost.weight[some])


def _left(figures: Shadow, project: ProjectFacts, place: SiteFacts, sites: Sequence[PlanObject]) -> float:
    """Return the largest loss of a layer and definition that no reserved site makes good."""
    left = [float(lost.weight[~_restored(figures, project, lost, sites)].sum()) for lost in place.lost]
    return max(left, default=0.0)


def _restored(
    figures: Shadow, project: ProjectFacts, lost: LostService, sites: Sequence[PlanObject]
) -> NDArray[np.bool_]:
    served = np.zeros(len(lost.x_m), dtype=np.bool_)
    for site in sites:
        served |= _restores(figures, project, lost, site)
    return served


def _restores(figures: Shadow, project: ProjectFacts, lost: LostService, site: PlanObject) -> NDArray[np.bool_]:
    """Return (n,) which lost places lie within reach of a reserved site and would be served from it."""
    if project.restores is None:
        return np.zeros(len(lost.x_m), dtype=np.bool_)
    near = _within(figures.reach_m, site, lost)
    return near & project.restores(site, lost) if near.any() else near


def _within(reach_m: float, site: PlanObject, lost: LostService) -> NDArray[np.bool_]:
    at = site.geometry.representative_point()
    near: NDArray[np.bool_] = np.hypot(lost.x_m - at.x, lost.y_m - at.y) <= reach_m
    return near
