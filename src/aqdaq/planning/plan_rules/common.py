"""What all checks share: which objects a rule is about, and how a figure becomes a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel
from shapely.geometry.base import BaseGeometry

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.findings import Figure, Finding, Missing, Verdict, unique
from aqdaq.planning.plan_rules.rules import PlanRule

F = TypeVar("F", bound=BaseModel)


def figures_as(rule: PlanRule, kind: type[F]) -> F:
    """Return the figures of a rule as the type of its check."""
    assert isinstance(rule.figures, kind)
    return rule.figures


def finding(
    rule: PlanRule,
    o: PlanObject,
    figure: Figure,
    missing: Iterable[Missing] = (),
    assumed: Iterable[str] = (),
) -> Finding:
    """Return what a figure says of an object: what it cannot decide is unknown, with what is missing."""
    return _finding(rule, (o.kind, o.id, o.geometry, o.where), figure, unique(missing), tuple(assumed))


def plan_finding(rule: PlanRule, case: PlanCase, figure: Figure, missing: Iterable[Missing] = ()) -> Finding:
    """Return what a figure says of the plan as a whole."""
    return _finding(rule, ("plan", case.plan.source, None, case.plan.source), figure, unique(missing), ())


def place_finding(
    rule: PlanRule, kind: str, name: str, place: BaseGeometry, figure: Figure, missing: Iterable[Missing] = ()
) -> Finding:
    """Return what a figure says of something that is no object of the plan, such as an existing site."""
    return _finding(rule, (kind, name, place, ""), figure, unique(missing), ())


def _finding(
    rule: PlanRule,
    of: tuple[str, str, BaseGeometry | None, str],
    figure: Figure,
    missing: tuple[Missing, ...],
    assumed: tuple[str, ...],
) -> Finding:
    kind, name, geometry, where = of
    holds = figure.holds
    verdict = Verdict.UNKNOWN if missing else Verdict.PASS if holds else Verdict.FAIL
    if holds is None and not missing:
        raise ValueError(f"{rule.id}, {kind} {name}: undecided, and nothing is named as missing")
    return Finding(rule.id, kind, name, geometry, verdict, figure, missing, assumed, where)


def nothing_to_judge(rule: PlanRule, case: PlanCase) -> Finding:
    """Return a pass that says that the plan has such a layer and nothing in it that the rule is about."""
    return plan_finding(rule, case, Figure("objects", 0.0, 0.0))


def sort_out(rule: PlanRule, objects: Iterable[PlanObject], figure: Figure) -> tuple[list[PlanObject], list[Finding]]:
    """Return the objects that a rule is about, and an unknown for each of which nobody can tell."""
    about, unknown = [], []
    for o in objects:
        answer = rule.applies_to(o)
        if isinstance(answer, Missing):
            unknown.append(finding(rule, o, figure, [answer]))
        elif answer:
            about.append(o)
    return about, unknown


def figure_missing(*names: str) -> Missing:
    """Return that the rulebook gives none of these figures."""
    return Missing("figure", " or ".join(names))
