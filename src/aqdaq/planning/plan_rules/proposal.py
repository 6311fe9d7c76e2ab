"""What would make a plan pass: places to reserve, chosen among the candidates at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aqdaq.planning.plan_rules.candidates import Candidate, Choice, candidates_of
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.cover import Cover, choose, improve
from aqdaq.planning.plan_rules.findings import Verdict
from aqdaq.planning.plan_rules.judge import Judgement, judge_plan
from aqdaq.planning.plan_rules.registry import CHECKS, Demand
from aqdaq.planning.plan_rules.rules import PlanRule


@dataclass(frozen=True, slots=True)
class ProposedSite:
    """A place that the proposal reserves.

    Attributes:
        candidate: the place; its site carries the name of the proposal.
        cures: (rule, object) that it helps to pass.
    """

    candidate: Candidate
    cures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, and what the rules say of the plan with it.

    Attributes:
        sites: places to reserve.
        candidates: places that were at hand.
        after: judgement of the plan with these places added.
    """

    sites: tuple[ProposedSite, ...]
    candidates: int
    after: Judgement

    def changed(self, before: Judgement) -> tuple[str, ...]:
        """Return the ids of the rules that pass now and did not before."""
        return tuple(
            rule.id
            for rule in before.rules
            if before.verdict_of(rule) is not Verdict.PASS and self.after.verdict_of(rule) is Verdict.PASS
        )


def propose(rules: Sequence[PlanRule], case: PlanCase, choice: Choice | None = None) -> Proposal:
    """Return the places to reserve that cure most of what reserved places can cure.

    Args:
        rules: that the plan is judged by.
        case: the plan and what a project adds.
        choice: what candidates must be like.
    """
    drawn = case.with_sites(())
    candidates = candidates_of(drawn, tuple(rules), choice)
    demands = [
        demand
        for rule in rules
        if (find := CHECKS[rule.check].demands) is not None
        for demand in find(rule, drawn, [one.site for one in candidates])
        if demand.units
    ]
    cover = Cover.of(demands, len(candidates))
    chosen = improve(cover, choose(cover))
    sites = _named(chosen, candidates, demands)
    after = judge_plan(rules, case.with_sites(tuple(one.candidate.site for one in sites)))
    return Proposal(sites, len(candidates), after)


def _named(
    chosen: Sequence[int], candidates: Sequence[Candidate], demands: Sequence[Demand]
) -> tuple[ProposedSite, ...]:
    """Return the chosen places with names of their own, and what each cures."""
    out = []
    for number, index in enumerate(chosen, start=1):
        one = candidates[index]
        cures = {(d.rule, d.object_id): None for d in demands if d.serves[index].any()}
        site = replace(one.site, id=f"proposed-{number}", name=one.site.id)
        out.append(ProposedSite(replace(one, site=site), tuple(cures)))
    return tuple(out)
