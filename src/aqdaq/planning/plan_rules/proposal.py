"""What would make a plan pass: places to reserve, chosen among the candidates at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aqdaq.planning.plan_rules.candidates import Candidate, Choice, candidates_of
from aqdaq.planning.plan_rules.case import PlanCase
from aqdaq.planning.plan_rules.cover import Cover, choose, improve
from aqdaq.planning.plan_rules.findings import Verdict
from aqdaq.planning.plan_rules.judge import Judgement, judge_plan
from aqdaq.planning.plan_rules.registry import CHECKS, Demand
from aqdaq.planning.plan_rules.rules import PlanRule

#: Ground is looked at in points; what lies open between them is seen in the next round.
_ROUNDS: Final = 3


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
    candidates = candidates_of(case.with_sites(()), tuple(rules), choice)
    chosen: list[int] = []
    cures: dict[int, list[tuple[str, str]]] = {}
    for _ in range(_ROUNDS):
        demands = _demands(rules, case.with_sites(tuple(candidates[i].site for i in chosen)), candidates)
        cover = Cover.of(demands, len(candidates))
        more = improve(cover, choose(cover))
        if not more:
            break
        chosen += more
        for demand in demands:
            serving = [index for index in more if demand.serves[index].any()]
            for index in serving[: demand.units] if demand.any_unit else serving:
                cures.setdefault(index, []).append((demand.rule, demand.object_id))
    sites = _named(chosen, candidates, cures)
    # Without a place to reserve the plan stays as it is drawn: a layer that it lacks does not become an empty one.
    proposed = case.with_sites(tuple(one.candidate.site for one in sites)) if sites else case
    after = judge_plan(rules, proposed)
    return Proposal(sites, len(candidates), after)


def _demands(rules: Sequence[PlanRule], drawn: PlanCase, candidates: Sequence[Candidate]) -> list[Demand]:
    return [
        demand
        for rule in rules
        if (find := CHECKS[rule.check].demands) is not None
        for demand in find(rule, drawn, [one.site for one in candidates])
        if demand.units
    ]


def _named(
    chosen: Sequence[int], candidates: Sequence[Candidate], cures: Mapping[int, Sequence[tuple[str, str]]]
) -> tuple[ProposedSite, ...]:
    """Return the chosen places with names of their own, and what each cures."""
    out = []
    for number, index in enumerate(chosen, start=1):
        one = candidates[index]
        site = replace(one.site, id=f"proposed-{number}", name=one.site.id)
        out.append(ProposedSite(replace(one, site=site), tuple(dict.fromkeys(cures.get(index, ())))))
    return tuple(out)
