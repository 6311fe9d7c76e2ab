"""The sections of a statement on a plan: rules, failures, what is unknown, the proposal, what it is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aqdaq.planning.plan_rules.findings import Finding, Verdict
from aqdaq.planning.plan_rules.outcome import PlanCheck
from aqdaq.planning.plan_rules.rules import PlanRule
from aqdaq.report.plan_words import Section, Table, figure_words, kind_word, missing_words
from aqdaq.report.texts import Texts

#: Rows of a table that are shown; the rest is counted, and stands in result.json.
MOST_ROWS: Final = 40
MOST_FINDINGS: Final = 200
#: Objects of a row that are named.
_NAMED: Final = 3


def sections_of(check: PlanCheck, texts: Texts) -> Iterator[Section]:
    """Yield the sections of a statement in order."""
    say = texts.say
    yield Section("map", say("plan-map-title"), picture=True)
    yield Section("rules", say("plan-rules-title"), (say("plan-rules-lead"),), (_rules(check, texts),))
    failing = [t for rule in check.judgement.rules if (t := _failing(check, rule, texts)) is not None]
    lead = say("plan-failing-lead") if failing else say("plan-failing-none")
    yield Section("failing", say("plan-failing-title"), (lead,), tuple(failing))
    unknown = _unknown(check, texts)
    lead = say("plan-unknown-lead") if unknown.rows else say("plan-unknown-none")
    yield Section("unknown", say("plan-unknown-title"), (lead,), (unknown,) if unknown.rows else ())
    yield _proposal(check, texts)
    yield _limits(check, texts)
    yield Section("findings", say("plan-findings-title"), (), (_findings(check, texts),))


def _rules(check: PlanCheck, texts: Texts) -> Table:
    say = texts.say
    rows = []
    for rule in check.judgement.rules:
        found = check.judgement.of(rule)
        counts = counts_of(found)
        source = f"{rule.clause}; {rule.source}. {say('plan-verified' if rule.verified else 'plan-unverified')}"
        numbers = (texts.number(counts[key]) for key in ("passed", "failed", "unknown"))
        rows.append((f"{rule.title} ({rule.id})", source, *numbers, check.judgement.verdict_of(rule).value))
    head = ("rule", "clause", "pass", "fail", "unknown", "verdict")
    return Table(say("plan-rules-caption"), _head(head, texts), tuple(rows), verdict_columns=(5,))


def _failing(check: PlanCheck, rule: PlanRule, texts: Texts) -> Table | None:
    """Return what fails a rule: the worst figure of each object, objects with the same figure in one row."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in check.judgement.of(rule):
        if finding.verdict is Verdict.FAIL:
            groups.setdefault((finding.kind, finding.object_id), []).append(finding)
    if not groups:
        return None
    alike: dict[str, list[str]] = {}
    for (kind, name), found in groups.items():
        more = texts.say("plan-more", count=len(found) - 1) if len(found) > 1 else ""
        words = figure_words(max(found, key=_badness).figure, texts) + more
        alike.setdefault(words, []).append(_object(kind, name, texts))
    rows = [(_some(names, texts), texts.number(len(names)), words) for words, names in alike.items()]
    head = _head(("object", "objects", "figure"), texts)
    return Table(f"{rule.title} ({rule.clause})", head, tuple(rows[:MOST_ROWS]), _left_out(rows, texts))


def _findings(check: PlanCheck, texts: Texts) -> Table:
    """Return every finding with its figure, in the order of the rules and of the plan."""
    found = check.judgement.findings
    rows = [
        (f.rule, _object(f.kind, f.object_id, texts), figure_words(f.figure, texts), f.verdict.value) for f in found
    ]
    head = _head(("rule", "object", "figure", "verdict"), texts)
    note = _left_out(rows, texts, MOST_FINDINGS)
    return Table(texts.say("plan-findings-caption"), head, tuple(rows[:MOST_FINDINGS]), note, verdict_columns=(3,))


def _badness(finding: Finding) -> float:
    """Return how far a figure is on the wrong side of its bound."""
    figure = finding.figure
    if figure.value is None or figure.bound is None:
        return 0.0
    return abs(figure.value - figure.bound)


def _unknown(check: PlanCheck, texts: Texts) -> Table:
    """Return what is missing, with the number of objects that are unknown for it."""
    groups: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for rule in check.judgement.rules:
        for finding in check.judgement.of(rule):
            for missing in finding.missing:
                key = (rule.title, missing_words(missing, texts))
                of = missing.of or _object(finding.kind, finding.object_id, texts)
                groups.setdefault(key, {})[of, finding.kind] = None
    rows = []
    for (title, words), objects in groups.items():
        names = [of for of, _ in objects]
        rows.append((title, words, texts.number(len(names)), _some(names, texts)))
    head = _head(("rule", "missing", "objects", "some"), texts)
    return Table(texts.say("plan-unknown-caption"), head, tuple(rows[:MOST_ROWS]), _left_out(rows, texts))


def _proposal(check: PlanCheck, texts: Texts) -> Section:
    say, proposal = texts.say, check.proposal
    titles = {rule.id: rule.title for rule in check.judgement.rules}
    rows = []
    for one in proposal.sites:
        place = one.candidate.site.geometry.representative_point()
        cures = dict.fromkeys(titles[rule] for rule, _ in one.cures)
        kind = say(f"plan-candidate-{one.candidate.kind.replace('_', '-')}")
        rows.append(
            (
                one.candidate.site.id,
                f"{kind} {one.candidate.origin}".strip(),
                texts.number(one.candidate.site.height_m, 1),
                f"{place.x:.1f}, {place.y:.1f}",
                "; ".join(cures),
            )
        )
    sites = Table(
        say("plan-proposal-caption"),
        _head(("name", "place", "height", "coordinates", "cures"), texts),
        tuple(rows[:MOST_ROWS]),
        _left_out(rows, texts),
    )
    lead = (
        say("plan-proposal-lead", count=len(rows), candidates=proposal.candidates)
        if rows
        else _no_proposal(check, texts)
    )
    tables = (sites, _after(check, texts)) if rows else ()
    return Section(
        "proposal", say("plan-proposal-title"), (lead, *([say("plan-proposal-worth")] if rows else [])), tables
    )


def _no_proposal(check: PlanCheck, texts: Texts) -> str:
    return texts.say("plan-proposal-none" if check.proposal.candidates else "plan-proposal-no-candidates")


def _after(check: PlanCheck, texts: Texts) -> Table:
    after = check.proposal.after
    rows = tuple(
        (
            rule.title,
            check.judgement.verdict_of(rule).value,
            after.verdict_of(rule).value,
            texts.number(counts_of(after.of(rule))["failed"]),
            texts.number(counts_of(after.of(rule))["unknown"]),
        )
        for rule in check.judgement.rules
    )
    whole = (texts.say("plan-whole"), check.judgement.verdict.value, after.verdict.value,
             *(texts.number(counts_of(after.findings)[key]) for key in ("failed", "unknown")))  # fmt: skip
    head = _head(("rule", "before", "after", "fail", "unknown"), texts)
    return Table(texts.say("plan-after-caption"), head, (*rows, whole), verdict_columns=(1, 2))


def _limits(check: PlanCheck, texts: Texts) -> Section:
    """Return what was assumed and set aside, and what the figures are worth."""
    say = texts.say
    aside: dict[str, int] = {}
    for one in check.plan.set_aside:
        aside[one.reason] = aside.get(one.reason, 0) + 1
    judged = {text for f in check.judgement.findings for text in f.assumed}
    items = [
        *(say("plan-assumed", what=text) for text in (*check.assumed, *sorted(judged))),
        *(say("plan-set-aside", reason=reason, count=count) for reason, count in aside.items()),
        *(say("plan-note", what=text) for text in check.notes[:MOST_ROWS]),
    ]
    lead = [say("plan-limits-lead")]
    if any(not rule.verified for rule in check.judgement.rules):
        lead.append(say("plan-limits-unverified"))
    return Section("limits", say("plan-limits-title"), tuple(lead), items=tuple(items))


def _some(names: Sequence[str], texts: Texts) -> str:
    return texts.say("list-separator").join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else "")


def _object(kind: str, name: str, texts: Texts) -> str:
    return f"{kind_word(kind, texts)} {name}"


def _head(names: Sequence[str], texts: Texts) -> tuple[str, ...]:
    return tuple(texts.say(f"plan-col-{name}") for name in names)


def _left_out(rows: Sequence[object], texts: Texts, most: int = MOST_ROWS) -> str:
    return texts.say("plan-left-out", count=len(rows) - most) if len(rows) > most else ""


def counts_of(findings: Sequence[Finding]) -> dict[str, int]:
    """Return how many findings pass, fail and are unknown."""
    return {
        "passed": sum(f.verdict is Verdict.PASS for f in findings),
        "failed": sum(f.verdict is Verdict.FAIL for f in findings),
        "unknown": sum(f.verdict is Verdict.UNKNOWN for f in findings),
    }
