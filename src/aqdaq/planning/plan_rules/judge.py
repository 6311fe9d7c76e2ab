"""All rules on one plan: what each says of each object, and the verdict on the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aqdaq.planning.plan_rules  # noqa: F401 - registers the checks
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.findings import Finding, Verdict, worst
from aqdaq.planning.plan_rules.registry import CHECKS, Need
from aqdaq.planning.plan_rules.rules import PlanRule


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a plan.

    Attributes:
        rules: in the order of the rulebook.
        findings: by rule, then in the order of the plan.
    """

    rules: tuple[PlanRule, ...]
    findings: tuple[Finding, ...]

    def of(self, rule: PlanRule) -> tuple[Finding, ...]:
        """Return what one rule says."""
        return tuple(f for f in self.findings if f.rule == rule.id)

    def verdict_of(self, rule: PlanRule) -> Verdict:
        """Return the verdict of one rule: pass only if all its objects pass."""
        return worst(f.verdict for f in self.of(rule))

    @property
    def verdict(self) -> Verdict:
        """The verdict on the plan: pass only if all rules pass."""
        return worst(self.verdict_of(rule) for rule in self.rules)


def judge_plan(rules: Sequence[PlanRule], case: PlanCase) -> Judgement:
    """Return what all rules say of a plan; each says something, be it that something is missing."""
    findings = [one for rule in rules for one in CHECKS[rule.check].judge(rule, case)]
    return Judgement(tuple(rules), tuple(findings))


def needs_of(rules: Sequence[PlanRule]) -> frozenset[Need]:
    """Return what the checks of some rules ask of a project."""
    return frozenset(need for rule in rules for need in CHECKS[rule.check].needs)
