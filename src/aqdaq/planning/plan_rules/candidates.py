"""Places where a site could be reserved: roofs, lamps, public buildings, and poles beside the roads of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from aqdaq.model.building import Building
from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.access import Access
from aqdaq.planning.plan_rules.access import judge as judge_access
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.distances import lattice
from aqdaq.planning.plan_rules.findings import Verdict
from aqdaq.planning.plan_rules.rules import PlanRule, word

#: Kinds of candidates, the one to be preferred first: a public owner decides alone, a new pole costs most.
KINDS: Final = ("public_building", "planned_roof", "existing_roof", "lamp", "pole")

_PUBLIC: Final = frozenset({"public", "school", "kindergarten", "hospital", "clinic", "administration", "university"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What candidates must be like.

    Attributes:
        least_roof_m: lowest building whose roof is offered (m).
        least_lamp_m: lowest lamp post that is offered (m).
        pole_m: height of a new pole (m).
        pole_step_m: of the lattice on which poles are tried (m).
        from_road_m: farthest pole from a road (m).
        most_poles: the lattice is made wider until there are no more.
    """

    least_roof_m: float = 12.0
    least_lamp_m: float = 8.0
    pole_m: float = 20.0
    pole_step_m: float = 40.0
    from_road_m: float = 20.0
    most_poles: int = 400


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a site could be reserved.

    Attributes:
        kind: one of ``KINDS``.
        origin: id of the building or lamp; empty for a pole.
        site: the place as a reserved site of the plan.
    """

    kind: str
    origin: str
    site: PlanObject

    def rank(self, centre: BaseGeometry) -> tuple[int, float, str]:
        """Return what candidates are ordered by, the better ones first: kind, then how central they lie, then name."""
        return KINDS.index(self.kind), round(float(self.site.geometry.distance(centre)), 3), self.site.id


def candidates_of(case: PlanCase, rules: tuple[PlanRule, ...], choice: Choice | None = None) -> tuple[Candidate, ...]:
    """Return the places that could be reserved without breaking a rule on access, in order of preference.

    Args:
        case: the plan and what a project adds.
        rules: that the plan is judged by; those on access hold for what is proposed too.
        choice: what candidates must be like.
    """
    choice = choice or Choice()
    area = _area(case)
    found = [
        *_planned(case, choice),
        *_existing(case, choice, area),
        *_lamps(case, choice),
        *_poles(case, choice, area),
    ]
    able = [one for one in found if _reachable(one, case, rules)]
    return tuple(sorted(able, key=lambda one: one.rank(area.centroid)))


def _reserve(kind: str, origin: str, place: BaseGeometry, height_m: float | None, *, powered: bool | None) -> Candidate:
    name = origin or f"{place.centroid.x:.0f}-{place.centroid.y:.0f}"
    structure = "rooftop" if kind in KINDS[:3] else "pole"
    site = PlanObject(f"{kind}:{name}", "reserved_site", place, "proposal", height_m=height_m, structure=structure,
                      powered=powered)  # fmt: skip
    return Candidate(kind, origin, site)


def _area(case: PlanCase) -> BaseGeometry:
    """Return the ground that the plan is about: its boundary, else its zones and blocks together."""
    for kinds in (("boundary",), ("zone", "block")):
        parts = [o.geometry for o in case.of(*kinds)]
        if parts:
            return shapely.union_all(np.array(parts, dtype=object))
    return shapely.Polygon()


def _planned(case: PlanCase, choice: Choice) -> Iterator[Candidate]:
    for o in case.of("building"):
        if o.height_m is not None and o.height_m >= choice.least_roof_m:
            kind = "public_building" if o.use is not None and word(o.use) in _PUBLIC else "planned_roof"
            yield _reserve(kind, o.id, o.geometry.representative_point(), o.height_m, powered=None)


def _existing(case: PlanCase, choice: Choice, area: BaseGeometry) -> Iterator[Candidate]:
    standing: tuple[Building, ...] = case.project.standing if case.project is not None else ()
    for b in standing:
        at = b.footprint.representative_point()
        if b.height_m >= choice.least_roof_m and area.covers(at):
            public = b.use is not None and word(b.use) in _PUBLIC
            yield _reserve("public_building" if public else "existing_roof", b.id, at, b.height_m, powered=None)


def _lamps(case: PlanCase, choice: Choice) -> Iterator[Candidate]:
    for o in case.of("lamp"):
        if o.height_m is not None and o.height_m >= choice.least_lamp_m:
            at = o.geometry if o.geometry.geom_type == "Point" else o.geometry.interpolate(0.5, normalized=True)
            yield _reserve("lamp", o.id, at, o.height_m, powered=o.powered)


def _poles(case: PlanCase, choice: Choice, area: BaseGeometry) -> Iterator[Candidate]:
    """Yield poles on a lattice beside the roads, clear of buildings; anywhere where the plan draws no roads."""
    roads = [o.geometry for o in case.of("road")]
    free = area
    if roads:
        free = free.intersection(shapely.union_all(shapely.buffer(np.array(roads, dtype=object), choice.from_road_m)))
    built = [o.geometry for o in case.of("building")]
    if built and not free.is_empty:
        free = free.difference(shapely.union_all(np.array(built, dtype=object)))
    step_m, places = choice.pole_step_m, lattice(free, choice.pole_step_m)
    while len(places) > choice.most_poles:
        step_m *= 1.5
        places = lattice(free, step_m)
    for x, y in places:
        yield _reserve("pole", "", shapely.Point(x, y), choice.pole_m, powered=None)


def _reachable(one: Candidate, case: PlanCase, rules: tuple[PlanRule, ...]) -> bool:
    """Return whether no rule on access fails at a candidate; what is unknown there is unknown everywhere."""
    plan = replace(case.plan, objects=(*(o for o in case.plan.objects if o.kind != "reserved_site"), one.site),
                   kinds=case.plan.kinds | {"reserved_site"})  # fmt: skip
    alone = replace(case, plan=plan)
    asked = [rule for rule in rules if isinstance(rule.figures, Access)]
    return all(f.verdict is not Verdict.FAIL for rule in asked for f in judge_access(rule, alone))
