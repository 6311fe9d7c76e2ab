"""Check ``shadow``: planned mass takes no service of existing sites away, or a reserved site gives it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from shapely import Point

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PROJECT, LostService, PlanCase, ProjectFacts, SiteFacts
from aqdaq.planning.plan_rules.common import figures_as, nothing_to_judge, place_finding, plan_finding
from aqdaq.planning.plan_rules.findings import Figure, Finding
from aqdaq.planning.plan_rules.registry import Demand, plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

#: Name of the figure by what is counted.
NAMES: Final = {"people": "people_lost", "m2": "ground_lost"}


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
                serves = [_restores(figures, project, lost, one)[still] for one in candidates]
                shaped = np.array(serves, dtype=np.bool_).reshape(len(candidates), int(still.sum()))
                yield Demand(rule.id, place.id, shaped)


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
    for place in project.shadow:
        bound = figures.most(place.unit)
        figure = Figure(NAMES[place.unit], _left(figures, project, place, sites), bound, "at most", place.unit)
        # Where the plan draws no reserved sites nobody can tell whether there is a remedy.
        missing = () if figure.holds else case.lacking("reserved_site")
        yield place_finding(rule, "site", place.id, Point(place.x_m, place.y_m), figure, missing)


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
    at = site.geometry.representative_point()
    near = np.hypot(lost.x_m - at.x, lost.y_m - at.y) <= figures.reach_m
    return near & project.restores(site, lost) if near.any() else near
