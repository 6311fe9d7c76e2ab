"""Plans and rules made by hand: squares with corners at round metres, so that every figure is known beforehand."""

from __future__ import annotations

from typing import Any

from shapely import LineString, Point, box
from shapely.geometry.base import BaseGeometry

import aqdaq.planning.plan_rules  # noqa: F401 - registers the checks
from aqdaq.model.plan_document import KINDS, PlanDocument, PlanObject
from aqdaq.planning.plan_rules.case import PlanCase, ProjectFacts
from aqdaq.planning.plan_rules.findings import Finding
from aqdaq.planning.plan_rules.registry import CHECKS
from aqdaq.planning.plan_rules.rules import Applies, PlanRule

CRS = "EPSG:32643"


def obj(kind: str, name: str, shape: BaseGeometry, **fields: Any) -> PlanObject:
    return PlanObject(name, kind, shape, f"made:{kind}:{name}", **fields)


def square(west: float, south: float, side: float = 100.0) -> BaseGeometry:
    return box(west, south, west + side, south + side)


def point(x: float, y: float) -> BaseGeometry:
    return Point(x, y)


def line(*xy: tuple[float, float]) -> BaseGeometry:
    return LineString(xy)


def plan(*objects: PlanObject, without: tuple[str, ...] = ()) -> PlanDocument:
    """Return a document that has a layer of every kind but those of ``without``."""
    return PlanDocument("made", "0" * 64, CRS, objects, frozenset(KINDS) - set(without))


def case(*objects: PlanObject, without: tuple[str, ...] = (), project: ProjectFacts | None = None) -> PlanCase:
    return PlanCase(plan(*objects, without=without), project)


def rule(check: str, uses: tuple[str, ...] = (), **figures: Any) -> PlanRule:
    made = CHECKS[check].figures.model_validate(figures)
    return PlanRule(f"r-{check}", check, "title", "clause 1", "source", verified=False, applies=Applies(uses=uses),
                    figures=made)  # fmt: skip


def judge(of: PlanRule, made: PlanCase) -> list[Finding]:
    return list(CHECKS[of.check].judge(of, made))


def one(of: PlanRule, made: PlanCase) -> Finding:
    """Return the only thing that a rule says."""
    found = judge(of, made)
    assert len(found) == 1, found
    return found[0]


def said(found: list[Finding]) -> list[tuple[str, str, float | None]]:
    """Return verdict, figure and value of each finding."""
    return [(f.verdict.value, f.figure.name, f.figure.value) for f in found]
