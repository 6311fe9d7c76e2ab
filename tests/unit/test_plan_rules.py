"""The rules of plans: pass, fail and unknown of every check, and what unknown names."""

from __future__ import annotations

import math

import pytest

from aqdaq.model.building import Building
from aqdaq.planning.plan_rules.case import ProjectFacts
from aqdaq.planning.plan_rules.findings import Figure, Finding, Missing, Verdict, worst
from tests.unit.plan_made import case, judge, line, obj, one, point, rule, said, square

HA4 = square(0, 0, 200.0)  # 4 hectares


def names(finding: Finding) -> list[str]:
    return [str(missing) for missing in finding.missing]


# --- places for sites


def test_sites_are_counted_for_hectares_and_people_and_the_larger_number_counts() -> None:
    area = obj("boundary", "B", HA4, residents=2100.0)
    sites = [obj("reserved_site", f"S{i}", point(10.0 + i, 10.0)) for i in range(2)]
    by_area = rule("reserved_sites", hectares_per_site=2.0)
    assert (one(by_area, case(area, *sites)).verdict, one(by_area, case(area, *sites[:1])).verdict) == ("pass", "fail")
    by_people = rule("reserved_sites", people_per_site=1000.0, hectares_per_site=2.0)
    found = one(by_people, case(area, *sites))
    assert (found.verdict, found.figure.value, found.figure.bound) == ("fail", 2.0, 3.0)  # 2100 people: three begun


def test_a_place_outside_counts_only_within_the_stated_distance() -> None:
    area, site = obj("boundary", "B", HA4), obj("reserved_site", "S", point(230.0, 100.0))
    assert one(rule("reserved_sites", hectares_per_site=4.0), case(area, site)).verdict == "fail"
    assert one(rule("reserved_sites", hectares_per_site=4.0, near_m=30.0), case(area, site)).verdict == "pass"


def test_residents_come_from_blocks_or_buildings_when_the_area_does_not_say() -> None:
    area = obj("zone", "Z", HA4)
    asked = rule("reserved_sites", people_per_site=100.0, area="zone")
    sites = [obj("reserved_site", f"S{i}", point(10.0 + i, 10.0)) for i in range(3)]
    houses = [obj("building", f"H{i}", square(20.0 * i, 50, 10.0), residents=150.0) for i in range(2)]
    assert one(asked, case(area, *sites, *houses)).figure.bound == 3.0
    found = one(asked, case(area, *sites, *houses, obj("building", "X", square(150, 150, 10.0))))
    assert (found.verdict, names(found)) == ("unknown", ["field residents of zone Z"])


def test_too_few_for_the_hectares_fail_though_nobody_knows_the_people() -> None:
    asked = rule("reserved_sites", people_per_site=1000.0, hectares_per_site=1.0)
    found = one(asked, case(obj("boundary", "B", HA4)))
    assert (found.verdict, found.figure.value, found.figure.bound) == ("fail", 0.0, 4.0)


def test_sites_name_the_layer_or_figure_that_is_missing() -> None:
    asked = rule("reserved_sites", hectares_per_site=1.0)
    area = obj("boundary", "B", HA4)
    assert names(one(asked, case(without=("boundary",)))) == ["layer boundary"]
    assert names(one(asked, case(area, without=("reserved_site",)))) == ["layer reserved_site"]
    silent = one(rule("reserved_sites"), case(area))
    assert names(silent) == ["figure people_per_site or hectares_per_site"]


def test_a_rule_for_some_uses_leaves_others_alone_and_does_not_guess() -> None:
    asked = rule("reserved_sites", uses=("Residential",), hectares_per_site=1.0, area="zone")
    homes, works = obj("zone", "Z1", HA4, use="residential"), obj("zone", "Z2", HA4, use="industrial")
    found = judge(asked, case(homes, works, obj("zone", "Z3", HA4)))
    assert {f.object_id: f.verdict.value for f in found} == {"Z1": "fail", "Z3": "unknown"}
    assert names(found[0]) == ["field use of zone Z3"]


# --- reach


def test_the_share_of_a_block_in_reach_is_that_of_the_disc() -> None:
    block = obj("block", "K", square(0, 0, 200.0))
    asked = rule("reach", reach_m=50.0, places=["reserved_site"])
    found = one(asked, case(block, obj("reserved_site", "S", point(100.0, 100.0))))
    assert found.verdict == "fail"
    assert found.figure.value == pytest.approx(math.pi * 50.0**2 / 200.0**2, rel=1e-3)
    wide = rule("reach", reach_m=142.0, places=["reserved_site"])  # the corners lie 141.4 m away
    assert one(wide, case(block, obj("reserved_site", "S", point(100.0, 100.0)))).verdict == "pass"


@pytest.mark.parametrize(("height", "verdict"), [(15.0, "pass"), (14.9, "fail"), (None, "unknown")])
def test_roofs_and_lamps_count_from_their_height_on(height: float | None, verdict: str) -> None:
    block = obj("block", "K", square(0, 0))
    roof = obj("building", "H", square(40, 40, 20.0), height_m=height)
    asked = rule("reach", reach_m=200.0, places=["roof"], least_roof_m=15.0)
    found = one(asked, case(block, roof))
    assert found.verdict == verdict
    assert names(found) == (["field height_m of building H"] if height is None else [])
    lamp = obj("lamp", "L", point(50, 50), height_m=height)
    posts = rule("reach", reach_m=200.0, places=["lamp"], least_lamp_m=15.0)
    assert one(posts, case(block, lamp)).verdict == verdict


def test_reach_is_unknown_where_a_layer_that_may_hold_a_place_is_missing() -> None:
    block = obj("block", "K", square(0, 0))
    asked = rule("reach", reach_m=200.0, places=["reserved_site", "lamp"], least_lamp_m=8.0)
    found = one(asked, case(block, without=("lamp",)))
    assert (found.verdict, names(found)) == ("unknown", ["layer lamp"])
    near = obj("reserved_site", "S", point(50, 50))
    assert one(asked, case(block, near, without=("lamp",))).verdict == "pass"  # what is there is enough
    silent = one(rule("reach", places=["roof"]), case(block))
    assert names(silent) == ["figure reach_m", "figure least_roof_m"]


def test_roofs_of_the_city_around_count_with_a_project() -> None:
    block = obj("block", "K", square(0, 0))
    old = ProjectFacts((), lambda x, _: x * 0.0, (Building("old", square(110, 0, 20.0), 30.0),))
    asked = rule("reach", reach_m=200.0, places=["roof"], least_roof_m=15.0)
    assert one(asked, case(block)).verdict == "fail"
    assert one(asked, case(block, project=old)).verdict == "pass"


# --- access


def test_distances_to_duct_power_and_road_are_those_of_the_plan() -> None:
    site = obj("reserved_site", "S", point(0, 0))
    drawn = [obj("duct", "D", line((-10, 30), (10, 30))), obj("power", "P", point(60, 80)),
             obj("road", "R", line((5, -50), (5, 50)))]  # fmt: skip
    found = judge(rule("access", duct_m=30.0, power_m=99.0, road_m=5.0), case(site, *drawn))
    assert said(found) == [("pass", "duct_distance", 30.0), ("fail", "power_distance", 100.0),
                           ("pass", "road_distance", 5.0)]  # fmt: skip


def test_a_site_with_power_all_day_needs_no_line() -> None:
    site = obj("reserved_site", "S", point(0, 0), powered=True)
    assert one(rule("access", power_m=10.0), case(site, without=("power",))).verdict == "pass"


def test_an_empty_layer_is_no_access_and_a_missing_layer_is_unknown() -> None:
    site, asked = obj("reserved_site", "S", point(0, 0)), rule("access", duct_m=50.0)
    none = one(asked, case(site))
    assert (none.verdict, none.as_dict()["value"]) == ("fail", None)
    found = one(asked, case(site, without=("duct",)))
    assert (found.verdict, names(found)) == ("unknown", ["layer duct"])
    assert names(one(asked, case(without=("reserved_site",)))) == ["layer reserved_site"]
    assert names(one(rule("access"), case(site))) == ["figure duct_m or power_m or road_m"]


def test_a_layer_without_objects_passes_and_says_so() -> None:
    found = one(rule("access", duct_m=50.0), case())
    assert (found.verdict, found.kind, found.figure.name, found.figure.value) == ("pass", "plan", "objects", 0.0)


# --- lamps


def test_lamps_are_judged_by_height_spacing_and_power() -> None:
    posts = [obj("lamp", f"L{i}", point(40.0 * i, 0.0), height_m=9.0, powered=True) for i in range(3)]
    asked = rule("lamps", least_height_m=9.0, most_spacing_m=40.0, powered=True)
    assert {f.verdict for f in judge(asked, case(*posts))} == {"pass"}
    far = obj("lamp", "F", point(200.0, 0.0), height_m=8.0, powered=False)
    assert said(judge(asked, case(*posts, far))[-3:]) == [
        ("fail", "height", 8.0), ("fail", "spacing", 120.0), ("fail", "power", 0.0)
    ]  # fmt: skip


def test_a_row_of_lamps_needs_its_fields() -> None:
    row = obj("lamp", "R", line((0, 0), (100, 0)))
    asked = rule("lamps", least_height_m=9.0, most_spacing_m=40.0, powered=True)
    found = judge(asked, case(row))
    assert [names(f) for f in found] == [
        ["field height_m of lamp R"], ["field spacing_m of lamp R"], ["field powered of lamp R"]
    ]  # fmt: skip
    assert {f.verdict for f in found} == {"unknown"}
    whole = obj("lamp", "R", line((0, 0), (100, 0)), height_m=9.0, spacing_m=35.0, powered=True)
    assert {f.verdict for f in judge(asked, case(whole))} == {"pass"}
    assert names(one(asked, case(without=("lamp",)))) == ["layer lamp"]
    assert names(one(rule("lamps"), case(row))) == ["figure least_height_m or most_spacing_m or powered"]


# --- indoor systems

CLASSES = [
    {"uses": ["public", "office"], "floor_area_m2": 10_000.0},
    {"uses": ["venue"], "seats": 3000.0},
    {"floor_area_m2": 20_000.0},
]


@pytest.mark.parametrize(
    ("fields", "verdict", "missing"),
    [
        ({"use": "public", "floor_area_m2": 9_999.0}, "pass", []),
        ({"use": "public", "floor_area_m2": 10_000.0}, "fail", []),
        ({"use": "public", "floor_area_m2": 10_000.0, "indoor_system": True}, "pass", []),
        ({"use": "public", "floor_area_m2": 10_000.0, "indoor_system": False}, "fail", []),
        ({"use": "residential", "floor_area_m2": 19_999.0}, "pass", []),
        ({"use": "residential", "floor_area_m2": 20_000.0}, "fail", []),
        ({"use": "venue", "seats": 2_999.0, "floor_area_m2": 90_000.0}, "pass", []),
        ({"use": "venue", "seats": 3_000.0}, "fail", []),
        ({"use": "venue"}, "unknown", ["field seats of building H"]),
        ({"use": "office"}, "unknown", ["field floor_area_m2 of building H"]),
        ({"use": "office", "indoor_system": True}, "pass", []),
        ({"floor_area_m2": 5_000.0, "seats": 10.0}, "pass", []),  # small, whatever it is for
        ({"floor_area_m2": 25_000.0, "seats": 5_000.0}, "fail", []),  # large, whatever it is for
        ({"floor_area_m2": 15_000.0, "seats": 10.0}, "unknown", ["field use of building H"]),
        ({}, "unknown", ["field use of building H", "field floor_area_m2 of building H", "field seats of building H"]),
    ],
)
def test_indoor_systems(fields: dict[str, object], verdict: str, missing: list[str]) -> None:
    found = one(rule("indoor_system", classes=CLASSES), case(obj("building", "H", square(0, 0), **fields)))
    assert (found.verdict, names(found)) == (verdict, missing)


def test_indoor_systems_need_classes_and_buildings() -> None:
    assert names(one(rule("indoor_system"), case())) == ["figure classes"]
    assert names(one(rule("indoor_system", classes=CLASSES), case(without=("building",)))) == ["layer building"]
    only = rule("indoor_system", classes=CLASSES[:1])
    assert one(only, case(obj("building", "H", square(0, 0), use="farm"))).verdict == "pass"


# --- verdicts


def test_unknown_is_no_pass_and_nothing_at_all_is_unknown() -> None:
    p, f, u = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN
    assert (worst([p, p]), worst([p, u]), worst([u, f, p]), worst([])) == (p, u, f, u)


def test_an_unknown_must_name_what_is_missing() -> None:
    with pytest.raises(ValueError, match="unknown with missing"):
        Finding("r", "plan", "made", None, Verdict.UNKNOWN, Figure("sites", None, None))
    with pytest.raises(ValueError, match="pass with missing"):
        Finding("r", "plan", "made", None, Verdict.PASS, Figure("sites", 1.0, 1.0), (Missing("layer", "duct"),))
