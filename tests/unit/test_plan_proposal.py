"""What would make a plan pass: candidates, greedy cover with its improvement, and the rules run again."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.model.building import Building
from aqdaq.planning.plan_rules.candidates import Choice, candidates_of
from aqdaq.planning.plan_rules.case import LostService, ProjectFacts, SiteFacts
from aqdaq.planning.plan_rules.cover import Cover, choose, improve
from aqdaq.planning.plan_rules.judge import judge_plan
from aqdaq.planning.plan_rules.proposal import propose
from aqdaq.planning.plan_rules.registry import Demand
from tests.unit.plan_made import case, line, obj, point, rule, square
from tests.unit.test_plan_rules_project import flat, restores


def demand(*rows: str, any_unit: bool = False) -> Demand:
    """Return a demand: a row of 1 and 0 for each candidate, one digit a unit."""
    return Demand("r", "o", np.array([[c == "1" for c in row] for row in rows]), any_unit=any_unit)


def test_greedy_takes_what_gives_most_and_the_first_among_equals() -> None:
    cover = Cover.of([demand("1100", "1110", "0001", "0001")], 4)
    assert choose(cover) == [1, 2]


def test_two_give_way_to_one_that_does_the_work_of_both() -> None:
    # The greedy choice takes 0 (four units) and then needs 1 and 2 as well; 1 and 2 alone would do.
    cover = Cover.of([demand("011110", "111000", "000111")], 3)
    assert choose(cover) == [0, 1, 2]
    assert improve(cover, [0, 1, 2]) == [1, 2]
    wide = Cover.of([demand("1111", "1100", "0011")], 3)
    assert improve(wide, [1, 2]) == [0]


def test_a_preferred_candidate_takes_the_place_of_another() -> None:
    assert improve(Cover.of([demand("11", "11")], 2), [1]) == [0]


def test_places_are_counted_one_by_one() -> None:
    cover = Cover.of([demand("11", "11", "11", "00", any_unit=True)], 4)
    assert choose(cover) == [0, 1]
    assert cover.satisfied([0]) == pytest.approx(0.5)
    assert cover.satisfied([0, 1, 2]) == pytest.approx(1.0)


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=6))
def test_the_choice_gives_all_that_can_be_given_and_needs_every_place(rows: list[list[bool]]) -> None:
    cover = Cover.of([Demand("r", "o", np.array(rows))], len(rows))
    chosen = improve(cover, choose(cover))
    best = cover.satisfied(range(len(rows)))
    assert cover.satisfied(chosen) == pytest.approx(best)
    for number in range(len(chosen)):
        assert cover.satisfied([*chosen[:number], *chosen[number + 1 :]]) < best - 1e-9
    every = range(len(rows))
    enough = (n for n in range(len(rows) + 1) if any(cover.satisfied(c) > best - 1e-9 for c in combinations(every, n)))
    fewest = next(enough)
    assert len(chosen) <= fewest + 1


# --- candidates

AREA = obj("boundary", "B", square(0, 0, 400.0))


def test_candidates_are_roofs_lamps_public_buildings_and_poles_in_order_of_preference() -> None:
    old = ProjectFacts((), flat, (Building("old", square(300, 300, 20.0), 30.0), Building("far", square(900, 0), 30.0)))
    drawn = (
        AREA,
        obj("building", "tall", square(20, 20, 20.0), height_m=27.0),
        obj("building", "low", square(60, 20, 20.0), height_m=6.0),
        obj("building", "who", square(90, 20, 20.0)),
        obj("building", "school", square(120, 20, 20.0), height_m=13.0, use="School"),
        obj("lamp", "L", point(200, 200), height_m=9.0, powered=True),
        obj("lamp", "short", point(210, 200), height_m=4.0),
        obj("road", "R", line((0, 350), (400, 350))),
    )
    found = candidates_of(case(*drawn, project=old), (), Choice(most_poles=4))
    assert [(one.kind, one.origin) for one in found[:4]] == [
        ("public_building", "school"), ("planned_roof", "tall"), ("existing_roof", "old"), ("lamp", "L")
    ]  # fmt: skip
    poles = found[4:]
    assert 0 < len(poles) <= 4
    assert all(abs(one.site.geometry.y - 350.0) <= 20.0 and one.kind == "pole" for one in poles)


def test_what_breaks_a_rule_on_access_is_no_candidate() -> None:
    drawn = (AREA, obj("duct", "D", line((0, 40), (400, 40))),
             obj("building", "near", square(20, 20, 20.0), height_m=27.0),
             obj("building", "far", square(20, 300, 20.0), height_m=27.0))  # fmt: skip
    asked = (rule("access", duct_m=60.0),)
    found = candidates_of(case(*drawn), asked)
    assert {one.origin for one in found if one.kind == "planned_roof"} == {"near"}
    assert all(one.site.geometry.y <= 100.0 for one in found)


# --- proposals


def test_the_proposal_makes_counts_and_reach_pass_and_the_rules_agree() -> None:
    blocks = [obj("block", f"K{i}", square(200.0 * i, 0, 150.0)) for i in range(2)]
    made = case(AREA, *blocks, without=("reserved_site", "building", "lamp"))
    rules = [rule("reserved_sites", hectares_per_site=8.0),
             rule("reach", reach_m=150.0, places=["reserved_site"]), rule("lamps", least_height_m=9.0)]  # fmt: skip
    before = judge_plan(rules, made)
    assert {before.verdict_of(one) for one in rules} == {"unknown"}
    found = propose(rules, made)
    assert found.changed(before) == ("r-reserved_sites", "r-reach")
    assert {found.after.verdict_of(one).value for one in rules} == {"pass", "unknown"}
    assert [one.candidate.site.id for one in found.sites] == [f"proposed-{i + 1}" for i in range(len(found.sites))]
    assert 2 <= len(found.sites) <= 3
    cured = {cure for one in found.sites for cure in one.cures}
    assert cured == {("r-reserved_sites", "B"), ("r-reach", "K0"), ("r-reach", "K1")}
    assert sum(("r-reserved_sites", "B") in one.cures for one in found.sites) == 2  # as many as are asked for


def test_a_plan_that_passes_asks_for_nothing() -> None:
    site = obj("reserved_site", "S", point(100, 100))
    rules = [rule("reserved_sites", hectares_per_site=20.0)]
    found = propose(rules, case(AREA, site))
    assert found.sites == ()
    assert found.candidates > 0


def test_without_a_place_to_reserve_unknown_stays_unknown() -> None:
    rules = [rule("access", duct_m=50.0)]
    made = case(AREA, without=("reserved_site", "duct"))
    before = judge_plan(rules, made)
    found = propose(rules, made)
    assert before.verdict_of(rules[0]) == "unknown"
    assert found.sites == ()
    assert found.after.verdict_of(rules[0]) == "unknown"
    assert found.changed(before) == ()


def test_a_remedy_is_chosen_that_restores_what_is_lost() -> None:
    away = LostService("X", "A/LTE", "d", np.array([200.0, 260.0]), np.array([200.0, 200.0]), np.ones(2), "people")
    project = ProjectFacts((), flat, shadow=(SiteFacts("X", 0.0, 0.0, (away,), "people"),), restores=restores)
    rules = [rule("shadow")]
    found = propose(rules, case(AREA, project=project))
    assert len(found.sites) == 1
    assert found.after.verdict == "pass"
    assert found.sites[0].cures == (("r-shadow", "X"),)


def test_what_no_place_can_cure_still_fails() -> None:
    rules = [rule("lamps", least_height_m=9.0), rule("reserved_sites", hectares_per_site=16.0)]
    low = obj("lamp", "L", point(10, 10), height_m=4.0)
    made = case(AREA, low)
    found = propose(rules, made)
    assert found.changed(judge_plan(rules, made)) == ("r-reserved_sites",)
    assert found.after.verdict == "fail"


def test_the_same_plan_gives_the_same_proposal() -> None:
    blocks = [obj("block", f"K{i}", square(130.0 * i, 50.0 * i, 120.0)) for i in range(3)]
    rules = [rule("reach", reach_m=90.0, places=["reserved_site"]), rule("reserved_sites", hectares_per_site=4.0)]
    once, again = (propose(rules, case(AREA, *blocks)) for _ in range(2))
    assert once.sites == again.sites
    assert len(once.sites) >= 4
