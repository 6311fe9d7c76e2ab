"""The rules of plans that need a project: floors, shadow, restriction zones."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.floors import FloorBand
from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import AntennaPlace, Float, LostService, ProjectFacts, SiteFacts
from aqdaq.planning.plan_rules.findings import Finding
from aqdaq.planning.plan_rules.restriction import facade_points, power_density_w_m2
from tests.unit.plan_made import case, judge, obj, one, point, rule, square


def names(finding: Finding) -> list[str]:
    return [str(missing) for missing in finding.missing]


def flat(x_m: Float, _y_m: Float) -> Float:
    return np.zeros_like(x_m)


# --- floors


def band(first: int, layer: str, p: float | None, building: str = "H") -> FloorBand:
    probability: Mapping[str, float | None] = {"d": p}
    level = None if p is None else -100.0
    return FloorBand(building, first, first + 4, 3.0 * first, layer, level, 8.0, "c", probability, None)


def facts(*bands: FloorBand, phase: str = "after") -> ProjectFacts:
    return ProjectFacts((), flat, bounds={"d": 0.9}, bands={phase: bands})


HOUSE = obj("building", "H", square(0, 0, 20.0), height_m=30.0, floors=10)


def test_each_floor_band_is_judged_by_its_weakest_layer() -> None:
    known = facts(band(1, "A/LTE", 0.95), band(1, "B/LTE", 0.91), band(6, "A/LTE", 0.99), band(6, "B/LTE", 0.5))
    found = judge(rule("floors", phases=["after"]), case(HOUSE, project=known))
    assert [(f.verdict.value, f.figure.value, f.figure.about) for f in found] == [
        ("pass", 0.91, "after, floors 1-5, d"),
        ("fail", 0.5, "after, floors 6-10, d"),
    ]
    any_of_them = judge(rule("floors", phases=["after"], operators="any"), case(HOUSE, project=known))
    assert [f.verdict.value for f in any_of_them] == ["pass", "pass"]
    strict = judge(rule("floors", phases=["after"], probability=0.92), case(HOUSE, project=known))
    assert [f.verdict.value for f in strict] == ["fail", "fail"]


@pytest.mark.parametrize(
    ("operators", "levels", "verdict"),
    [
        ("each", (0.95, None), "unknown"),
        ("each", (0.1, None), "fail"),  # one that fails decides
        ("any", (0.95, None), "pass"),  # one that serves decides
        ("any", (0.1, None), "unknown"),
        ("each", (None, None), "unknown"),
    ],
)
def test_an_unknown_layer_decides_nothing(operators: str, levels: tuple[float | None, ...], verdict: str) -> None:
    known = facts(*(band(1, f"{n}/LTE", p) for n, p in enumerate(levels)))
    found = one(rule("floors", phases=["after"], operators=operators), case(HOUSE, project=known))
    assert (found.verdict, names(found)) == (verdict, ["input coverage"] if verdict == "unknown" else [])


def test_every_phase_is_judged_and_what_was_not_computed_is_unknown() -> None:
    found = judge(rule("floors"), case(HOUSE, project=facts(band(1, "A/LTE", 0.95))))
    assert [(f.figure.about.split(",")[0], f.verdict.value) for f in found] == [
        ("before", "unknown"), ("during", "unknown"), ("after", "pass")
    ]  # fmt: skip


def test_floors_name_what_is_missing() -> None:
    asked = rule("floors", phases=["after"])
    assert names(one(asked, case(HOUSE))) == ["input project"]
    assert names(one(asked, case(without=("building",)))) == ["layer building"]
    low = obj("building", "H", square(0, 0, 20.0))
    assert names(one(asked, case(low, project=facts()))) == ["field height_m of building H"]


# --- shadow


def lost(weight: list[float], unit: str = "people") -> SiteFacts:
    n = len(weight)
    one_layer = LostService("X", "A/LTE", "d", 100.0 * np.arange(n), np.zeros(n), np.array(weight), unit)
    return SiteFacts("X", 0.0, 500.0, (one_layer,) if n else (), unit)


def restores(site: PlanObject, of: LostService) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """A station serves what lies within 150 m of it."""
    return np.hypot(of.x_m - site.geometry.x, of.y_m - site.geometry.y) <= 150.0


def shadowed(place: SiteFacts) -> ProjectFacts:
    return ProjectFacts((), flat, shadow=(place,), restores=restores)


def test_people_who_lose_service_are_counted_until_a_reserved_site_restores_it() -> None:
    project = shadowed(lost([30.0, 40.0, 50.0]))
    alone = one(rule("shadow"), case(project=project))
    assert (alone.verdict, alone.figure.value, alone.kind, alone.object_id) == ("fail", 120.0, "site", "X")
    half = one(rule("shadow"), case(obj("reserved_site", "S", point(0, 0), height_m=20.0), project=project))
    assert (half.verdict, half.figure.value) == ("fail", 50.0)
    whole = one(rule("shadow"), case(obj("reserved_site", "S", point(100, 0), height_m=20.0), project=project))
    assert (whole.verdict, whole.figure.value) == ("pass", 0.0)


def test_a_reserved_site_out_of_reach_is_no_remedy() -> None:
    project = shadowed(lost([30.0]))
    site = obj("reserved_site", "S", point(140, 0), height_m=20.0)
    assert one(rule("shadow", reach_m=139.0), case(site, project=project)).verdict == "fail"
    assert one(rule("shadow", reach_m=141.0), case(site, project=project)).verdict == "pass"


def test_a_loss_may_be_allowed_by_people_or_by_ground() -> None:
    assert one(rule("shadow", most_people=120.0), case(project=shadowed(lost([120.0])))).verdict == "pass"
    ground = shadowed(lost([400.0], "m2"))
    found = one(rule("shadow", most_people=1e9, most_m2=399.0), case(project=ground))
    assert (found.verdict, found.figure.name, found.figure.unit) == ("fail", "ground_lost", "m2")


def test_a_reserved_site_without_height_may_be_a_remedy_only_where_it_is_near() -> None:
    project, asked = shadowed(lost([30.0, 30.0])), rule("shadow", reach_m=50.0)
    found = one(asked, case(obj("reserved_site", "S", point(-20, 400)), project=project))
    assert found.verdict == "fail"
    nowhere = ProjectFacts(
        (), flat, shadow=project.shadow, restores=lambda _, of: np.zeros(len(of.x_m), dtype=np.bool_)
    )
    found = one(asked, case(obj("reserved_site", "S", point(20, 0)), project=nowhere))
    assert (found.verdict, names(found)) == ("unknown", ["field height_m of reserved_site S"])


def test_nothing_is_lost_is_unknown_while_a_planned_building_has_no_height() -> None:
    low = obj("building", "H", square(0, 0, 20.0))
    found = one(rule("shadow"), case(low, project=shadowed(lost([]))))
    assert (found.verdict, names(found)) == ("unknown", ["field height_m of building H"])
    assert one(rule("shadow"), case(low, project=shadowed(lost([30.0])))).verdict == "fail"  # lost all the same


def test_shadow_is_unknown_without_project_or_without_the_layer_that_holds_remedies() -> None:
    assert names(one(rule("shadow"), case())) == ["input project"]
    assert names(one(rule("shadow"), case(without=("building",)))) == ["layer building", "input project"]
    found = one(rule("shadow"), case(project=shadowed(lost([5.0])), without=("reserved_site",)))
    assert (found.verdict, names(found)) == ("unknown", ["layer reserved_site"])
    nothing = one(rule("shadow"), case(project=shadowed(lost([])), without=("reserved_site",)))
    assert nothing.verdict == "pass"


# --- restriction zones


def antenna(x: float, height: float, eirp_dbm: float = 60.0, azimuth: float = 90.0, tilt: float = 0.0) -> AntennaPlace:
    return AntennaPlace("c", "X", x, 0.0, height, azimuth, tilt, eirp_dbm, ParametricAntenna())


def test_power_density_on_the_axis_is_that_of_a_point_source() -> None:
    at = np.array([[50.0, 0.0, 30.0]])
    s = power_density_w_m2([antenna(0.0, 30.0)], np.zeros(1), at, ports=1)
    assert s[0] == pytest.approx(1000.0 / (4.0 * math.pi * 50.0**2))  # 60 dBm are 1 kW
    two = power_density_w_m2([antenna(0.0, 30.0), antenna(0.0, 30.0)], np.zeros(2), at, ports=4)
    assert two[0] == pytest.approx(8.0 * s[0])


def test_power_density_falls_with_the_pattern_in_three_dimensions() -> None:
    ahead = np.array([[50.0, 0.0, 30.0], [-50.0, 0.0, 30.0], [50.0, 0.0, 2.0]])
    s = power_density_w_m2([antenna(0.0, 30.0)], np.zeros(1), ahead, ports=1)
    assert 10.0 * math.log10(s[0] / s[1]) == pytest.approx(30.0)  # behind: the front-to-back ratio
    below = math.degrees(math.atan2(28.0, 50.0))
    loss_db = 12.0 * (below / 65.0) ** 2 + 10.0 * math.log10((50.0**2 + 28.0**2) / 50.0**2)
    assert 10.0 * math.log10(s[0] / s[2]) == pytest.approx(loss_db)


def test_ground_heights_count() -> None:
    at = np.array([[50.0, 0.0, 130.0]])
    low = power_density_w_m2([antenna(0.0, 30.0)], np.zeros(1), at, ports=1)
    level = power_density_w_m2([antenna(0.0, 30.0)], np.array([100.0]), at, ports=1)
    assert level[0] > 3.0 * low[0]


def test_points_lie_on_walls_from_the_lowest_height_and_on_the_roof() -> None:
    at = facade_points(obj("building", "H", square(0, 0, 10.0), height_m=7.0), 2.0)
    assert set(at[:, 2]) == {2.0, 5.0, 7.0}
    on_roof = at[(at[:, 2] == 7.0) & (at[:, 0] > 0) & (at[:, 0] < 10) & (at[:, 1] > 0) & (at[:, 1] < 10)]
    assert len(on_roof) > 0


def test_a_building_in_front_of_an_antenna_fails_and_one_behind_it_passes() -> None:
    # 1 kW on two ports: 0.1 W/m2 at sqrt(2000 / (4 pi 0.1)) = 39.9 m on the axis.
    project = ProjectFacts((antenna(0.0, 20.0),), flat)
    asked = rule("restriction", limit_w_m2=0.1)
    for west, verdict in ((38.0, "fail"), (42.0, "pass"), (-60.0, "pass")):
        house = obj("building", "H", square(west, -5.0, 10.0), height_m=30.0)
        found = one(asked, case(house, project=project))
        assert found.verdict == verdict
        assert found.assumed[0].startswith("screening")
    below = obj("building", "H", square(38.0, -5.0, 10.0), height_m=3.0)
    assert one(asked, case(below, project=project)).verdict == "pass"


def test_restriction_names_what_is_missing() -> None:
    project = ProjectFacts((antenna(0.0, 20.0),), flat)
    low, far = obj("building", "H", square(38.0, -5.0, 10.0)), obj("building", "F", square(5000.0, 0.0))
    asked = rule("restriction", limit_w_m2=0.1)
    assert names(one(asked, case(low, project=project))) == ["field height_m of building H"]
    assert one(asked, case(far, project=project)).verdict == "pass"  # no antenna is near, whatever its height
    assert names(one(rule("restriction"), case(low, project=project))) == ["figure limit_w_m2"]
    assert names(one(asked, case(low))) == ["input project"]
    blind = ProjectFacts((antenna(0.0, 20.0),), lambda x, _: np.full_like(x, np.nan))
    tall = obj("building", "H", square(38.0, -5.0, 10.0), height_m=30.0)
    assert names(one(asked, case(tall, project=blind))) == ["input terrain"]
