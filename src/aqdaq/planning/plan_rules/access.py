"""Check ``access``: duct, power and road at each reserved site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.common import (
    figure_missing,
    figures_as,
    finding,
    nothing_to_judge,
    plan_finding,
    sort_out,
)
from aqdaq.planning.plan_rules.distances import nearest_m
from aqdaq.planning.plan_rules.findings import Figure, Finding
from aqdaq.planning.plan_rules.registry import plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

#: Kind of the layer -> figure that bounds the distance to it.
BOUNDS: Final = {"duct": "duct_m", "power": "power_m", "road": "road_m"}


class Access(Part):
    """Figures of the check; what is left out is not asked for.

    Attributes:
        duct_m: farthest duct (m).
        power_m: farthest power line or connection point (m); a site with power all day needs none.
        road_m: farthest road (m).
    """

    duct_m: float | None = Field(default=None, ge=0.0)
    power_m: float | None = Field(default=None, ge=0.0)
    road_m: float | None = Field(default=None, ge=0.0)


@plan_check("access", Access)
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield the distance from each reserved site to the nearest duct, power and road."""
    figures = figures_as(rule, Access)
    asked = {kind: getattr(figures, name) for kind, name in BOUNDS.items() if getattr(figures, name) is not None}
    blank = Figure("access", None, None)
    lacking = [*case.lacking("reserved_site"), *(() if asked else [figure_missing(*BOUNDS.values())])]
    if lacking:
        yield plan_finding(rule, case, blank, lacking)
        return
    sites, unknown = sort_out(rule, case.of("reserved_site"), blank)
    yield from unknown
    if not sites and not unknown:
        yield nothing_to_judge(rule, case)
    for site in sites:
        for kind, bound_m in asked.items():
            yield _distance(rule, case, site, kind, bound_m)


def _distance(rule: PlanRule, case: PlanCase, site: PlanObject, kind: str, bound_m: float) -> Finding:
    name = f"{kind}_distance"
    if kind == "power" and site.powered:
        return finding(rule, site, Figure(name, 0.0, bound_m, "at most", "m"))
    figure = Figure(name, nearest_m(site.geometry, [o.geometry for o in case.of(kind)]), bound_m, "at most", "m")
    if figure.value is None and case.has(kind):  # a layer without any: there is none at any distance
        return finding(rule, site, Figure(name, float("inf"), bound_m, "at most", "m"))
    return finding(rule, site, figure, case.lacking(kind))
