"""Outcomes of checks made by hand, that together meet every sentence of a statement."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np

from aqdaq.base.rulebook import Rulebook
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.building import Building
from aqdaq.model.floors import FloorBand
from aqdaq.model.measurements import SetAside
from aqdaq.planning.plan_rules.case import AntennaPlace, LostService, PlanCase, ProjectFacts, SiteFacts
from aqdaq.planning.plan_rules.judge import judge_plan
from aqdaq.planning.plan_rules.outcome import PlanCheck
from aqdaq.planning.plan_rules.proposal import propose
from aqdaq.planning.plan_rules.rules import PlanRule
from tests.unit.plan_made import case, line, obj, point, rule, square
from tests.unit.test_plan_rules import CLASSES
from tests.unit.test_plan_rules_project import flat, restores

DAY = dt.date(2026, 6, 1)
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"

RULES = (
    rule("reserved_sites", hectares_per_site=4.0, people_per_site=500.0),
    rule("reach", reach_m=150.0, places=["reserved_site"]),
    rule("access", duct_m=30.0, power_m=30.0, road_m=30.0),
    rule("floors", phases=["after"]),
    rule("shadow"),
    rule("restriction", limit_w_m2=0.1),
    rule("indoor_system", classes=[{"uses": ["tower"], "floors": 25}, *CLASSES]),
    rule("lamps", least_height_m=9.0, most_spacing_m=40.0, powered=True),
)


def book(**fields: Any) -> Rulebook:
    plain: dict[str, Any] = {
        "id": "made", "kind": "plan-rules", "title": f"Ережелер {KAZAKH}", "valid_from": dt.date(2020, 1, 1),
        "source": "by hand", "verified": False, "figures": {"rules": []},
    }  # fmt: skip
    return Rulebook(**{**plain, **fields})


def outcome(made: PlanCase, rules: tuple[PlanRule, ...] = RULES, **fields: Any) -> PlanCheck:
    plain: dict[str, Any] = {"book": book(), "project": None, "synthetic": False, "assumed": (), "notes": ()}
    judged, proposed = judge_plan(rules, made), propose(rules, made)
    return PlanCheck(date=DAY, plan=made.plan, case=made, judgement=judged, proposal=proposed, **{**plain, **fields})


def crowded() -> PlanCase:
    """A plan that fails, passes and leaves unknown by every check, in a city."""
    lost = LostService("X", "A/LTE", "d", np.array([100.0]), np.array([100.0]), np.array([40.0]), "people")
    ground = LostService("Y", "A/LTE", "d", np.array([120.0]), np.array([100.0]), np.array([400.0]), "m2")
    antenna = AntennaPlace("c", "X", -20.0, 30.0, 20.0, 90.0, 0.0, 60.0, ParametricAntenna(), frozenset({"height_m"}))
    bands = tuple(FloorBand("school", n, n, 3.0, "A/LTE", -100.0, 8.0, "c", {"d": 0.5}, None) for n in (1, 2))
    project = ProjectFacts(
        (antenna,), flat, (Building("old", square(350, 200, 20.0), 30.0),), {"d": 0.9}, {"after": bands},
        (SiteFacts("X", 0.0, 0.0, (lost,), "people"), SiteFacts("Y", 0.0, 300.0, (ground,), "m2")), restores,
    )  # fmt: skip
    sizes: tuple[dict[str, Any], ...] = (
        {"use": "venue", "seats": 10.0}, {"use": "tower", "floors": 20}, {"use": "office", "floor_area_m2": 12_000.0}
    )  # fmt: skip
    return case(
        obj("boundary", f"B {KAZAKH}", square(0, 0, 400.0), residents=3500.0),
        obj("zone", "Z", square(10, 10, 380.0), use="residential"),
        obj("block", "K1", square(20, 20, 150.0)),
        obj("block", "K2", square(220, 220, 150.0)),
        obj("building", "school", square(20, 20, 30.0), height_m=15.0, use="school", floor_area_m2=25_000.0),
        obj("building", "low", square(60, 20, 20.0)),
        obj("building", "roof", square(100, 20, 20.0), height_m=30.0, use="residential", floor_area_m2=10.0),
        *(obj("building", f"b{n}", square(20.0 + 40.0 * n, 120, 20.0), height_m=9.0, **s) for n, s in enumerate(sizes)),
        obj("reserved_site", "S", point(390, 390), height_m=20.0),
        obj("reserved_site", "T", point(390, 100), height_m=20.0, structure="mast"),
        obj("lamp", "L1", point(200, 10), height_m=9.0, powered=True),
        obj("lamp", "L2", point(200, 300), height_m=8.0, powered=False),
        obj("road", "R", line((0, 5), (400, 5))),
        obj("duct", "D", line((0, 15), (400, 15))),
        obj("power", "P", square(300, 10, 10.0)),
        project=project,
    )


def every_check() -> list[PlanCheck]:
    """Return outcomes that together need every sentence."""
    full = crowded()
    aside = (SetAside("made", 3, "geometry is empty", ""),)
    noted = replace(full, plan=replace(full.plan, set_aside=aside, crs="EPSG:32643"))
    many = [obj("lamp", f"L{n}", point(9.0 * n, 0.0), height_m=4.0) for n in range(80)]
    closed = book(valid_to=dt.date(2030, 1, 1), verified=True)
    pole = case(obj("boundary", "B", square(0, 0, 400.0)))
    sites = (rule("reserved_sites", hectares_per_site=4.0),)
    few = rule("reserved_sites")
    return [
        outcome(noted, project="City", synthetic=True, assumed=("days of 3",), notes=("a note",), book=closed),
        outcome(case(*many), RULES[-1:]),
        outcome(case(), RULES[-1:]),
        outcome(case(without=("boundary",)), (few, RULES[0], RULES[2])),
        outcome(pole, sites),
        outcome(case(obj("boundary", "B", square(0, 0, 100.0)), obj("lamp", "L", point(9, 9), height_m=9.0),
                     obj("building", "P", square(9, 9, 9.0), height_m=20.0)), sites),
        outcome(case(obj("boundary", "B", square(0, 0, 100.0)), obj("lamp", "L", point(9, 9), height_m=9.0)), sites),
        outcome(case(obj("reserved_site", "S", point(0, 0)), without=("road",)), (rule("access", road_m=9.0),)),
        outcome(case(obj("lamp", "X", point(0, 0))), (few, rule("access"), rule("lamps"))),
        outcome(case(obj("boundary", "B", square(0, 0, 100.0))), (rule("reach", reach_m=9.0, places=[]),)),
        outcome(case(obj("boundary", "B", square(0, 0, 100.0)), obj("building", "s", square(9, 9, 9.0), height_m=20.0,
                     use="school")), sites),
        outcome(replace(case(), project=full.project), (RULES[4],)),
        outcome(case(obj("boundary", "B", square(0, 0, 400.0)), project=full.project), sites),
    ]  # fmt: skip
