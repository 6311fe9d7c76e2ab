"""The shipped rulebooks of plans are whole, and a wrong one says all that is wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import aqdaq.planning.plan_rules
from aqdaq.base.errors import RulebookError, UsageError
from aqdaq.base.rulebook import Rulebook, list_rulebooks
from aqdaq.model.plan_document import KINDS
from aqdaq.planning.plan_rules.findings import Verdict
from aqdaq.planning.plan_rules.judge import judge_plan, needs_of
from aqdaq.planning.plan_rules.registry import CHECKS, plan_check
from aqdaq.planning.plan_rules.rulebook import rules_of
from aqdaq.planning.plan_rules.rules import word
from tests.unit.plan_made import case

BOOKS = {book.id: book for book in list_rulebooks("plan-rules")}


def book(*rules: dict[str, Any]) -> Rulebook:
    return Rulebook(id="own", kind="plan-rules", title="t", valid_from=dt.date(2020, 1, 1), source="s", verified=False,
                    figures={"rules": list(rules)})  # fmt: skip


def written(**fields: Any) -> dict[str, Any]:
    plain = {"id": "r", "check": "access", "title": "t", "clause": "c", "source": "s", "verified": False}
    return {**plain, **fields}


def test_there_is_one_check_a_module() -> None:
    assert len(CHECKS) == len(aqdaq.planning.plan_rules.__all__) == 8


@pytest.mark.parametrize("name", BOOKS)
def test_shipped_rulebooks_are_whole_and_claim_nothing(name: str) -> None:
    rules = rules_of(BOOKS[name])
    assert not BOOKS[name].verified
    assert not any(rule.verified for rule in rules)
    assert all(rule.source and rule.clause for rule in rules)


@pytest.mark.parametrize("name", ["kz-draft", "international-practice", "custom-template"])
def test_the_general_rulebooks_hold_every_check(name: str) -> None:
    rules = rules_of(BOOKS[name])
    assert sorted(rule.check for rule in rules) == sorted(CHECKS)
    assert needs_of(rules) == {"project", "floors", "shadow"}


def test_a_rulebook_without_figures_says_unknown_and_names_them() -> None:
    found = judge_plan(rules_of(BOOKS["kz-draft"]), case())
    silent = {f.rule: [str(m) for m in f.missing] for f in found.findings if f.verdict is Verdict.UNKNOWN}
    assert silent["kz-reserved-sites"] == ["figure people_per_site or hectares_per_site"]
    assert silent["kz-reach"] == ["figure reach_m", "figure least_roof_m", "figure least_lamp_m"]
    assert silent["kz-indoor"] == ["figure classes"]
    assert found.verdict is Verdict.UNKNOWN


def test_every_rule_says_something_of_an_empty_plan() -> None:
    rules = rules_of(BOOKS["international-practice"])
    found = judge_plan(rules, case(without=KINDS))
    assert {f.rule for f in found.findings} == {rule.id for rule in rules}
    assert {f.verdict for f in found.findings} == {Verdict.UNKNOWN}


def test_all_faults_of_a_rulebook_at_once() -> None:
    wrong = book(
        written(id="a", check="magic"),
        written(id="b", figures={"duct_m": -1.0, "moat_m": 3.0}),
        written(id="c", clause=""),
        written(id="d"),
        written(id="d"),
    )
    with pytest.raises(RulebookError) as caught:
        rules_of(wrong)
    faults = [str(fault) for fault in caught.value.faults]
    assert len(faults) == 5
    assert "check 'magic' is not known" in faults[0]
    assert "access, floors" in faults[0]
    assert "rule b duct_m" in faults[1]
    assert "rule b moat_m" in faults[2]
    assert "rule c clause" in faults[3]
    assert "rule d: stands there twice" in faults[4]


def test_a_rulebook_without_rules_is_refused() -> None:
    with pytest.raises(RulebookError, match="holds no rules"):
        rules_of(book())


def test_a_class_of_buildings_has_one_size() -> None:
    both = {"classes": [{"floor_area_m2": 1.0, "seats": 2.0}]}
    with pytest.raises(RulebookError, match="exactly one of"):
        rules_of(book(written(check="indoor_system", figures=both)))


def test_a_name_is_registered_once() -> None:
    with pytest.raises(UsageError, match="'access' is registered already"):
        plan_check("access", CHECKS["access"].figures)(CHECKS["access"].judge)


def test_words_are_compared_without_case_and_spelling_of_spaces() -> None:
    assert word("  Public_Building ") == word("public building")
