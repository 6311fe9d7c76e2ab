"""The rule of challenges by hexagons: failed tests in enough small hexagons of a large one, spread over the day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import h3
import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.judged_units import Units
from aqdaq.model.definition_parts import ChallengeRule

_DAY_H = 24.0


@dataclass(frozen=True, slots=True)
class RuleFound:
    """What the rule says of one large hexagon.

    Attributes:
        met: whether it is challenged.
        children: small hexagons that qualify.
        why_not: the parts of the rule that are not met, in words; empty when it is met.
    """

    met: bool
    children: int
    why_not: tuple[str, ...]


def challenged(
    rule: ChallengeRule,
    parents: Units,
    children: Units,
    failed: NDArray[np.bool_],
    time_s: NDArray[np.float64],
) -> list[RuleFound]:
    """Return what the rule says of each large hexagon.

    Args:
        rule: of the definition.
        parents: large hexagon of each of (n,) tests, as ``parents_of`` returns them.
        children: small hexagon of each of these tests.
        failed: (n,) whether each test failed.
        time_s: (n,) seconds since 1970 UTC, NaN where nobody said.
    """
    resolution = rule.child_resolution - 1
    parent_of = [h3.cell_to_parent(child, resolution) for child in children.ids]
    tests = np.bincount(children.number, minlength=len(children.ids))
    failures = np.bincount(children.number, weights=failed.astype(np.float64), minlength=len(children.ids))
    enough = (tests >= rule.tests_per_child) & (failures >= rule.failures_per_child)
    qualifying = Counter(parent for parent, good in zip(parent_of, enough, strict=True) if good)
    found = []
    for index, parent in enumerate(parents.ids):
        bad = failed & (parents.number == index)
        why = _why_not(rule, qualifying[parent], int(bad.sum()), time_s[bad])
        found.append(RuleFound(not why, qualifying[parent], why))
    return found


def _why_not(rule: ChallengeRule, children: int, failures: int, time_s: NDArray[np.float64]) -> tuple[str, ...]:
    why = []
    if children < rule.children:
        why.append(
            f"{children} of {rule.children} hexagons of resolution {rule.child_resolution} with enough failed tests"
        )
    if rule.minimum_failures is not None and failures < rule.minimum_failures:
        why.append(f"{failures} of {rule.minimum_failures} failed tests")
    if rule.hours_apart is not None:
        known = time_s[np.isfinite(time_s)]
        apart = widest_apart_h(known)
        if len(known) < 2:
            why.append("the time of day of the failed tests is not known")
        elif apart < rule.hours_apart:
            why.append(f"failed tests at most {apart:.1f} h of the day apart, {rule.hours_apart:g} h are asked for")
    return tuple(why)


def widest_apart_h(time_s: NDArray[np.float64]) -> float:
    """Return by how much (h, 0..12) the hours of the day of (n,) times (s) differ at most; midnight is no border."""
    hours = np.unique(np.floor(time_s / 60.0) / 60.0 % _DAY_H)
    if len(hours) < 2:
        return 0.0
    apart = np.abs(hours[:, None] - hours[None, :])
    return float(np.minimum(apart, _DAY_H - apart).max())
