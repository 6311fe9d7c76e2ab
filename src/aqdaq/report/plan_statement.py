"""The statement on a plan document, as words and tables that HTML and PDF are made of alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from aqdaq.planning.plan_rules.findings import Verdict
from aqdaq.planning.plan_rules.outcome import PlanCheck
from aqdaq.report.plan_sections import counts_of, sections_of
from aqdaq.report.plan_words import Section, kind_word
from aqdaq.report.texts import Texts


@dataclass(frozen=True, slots=True)
class Statement:
    """All that a statement says.

    Attributes:
        language: code.
        title: of the document.
        banner: over everything, for synthetic projects; empty for others.
        verdict: on the plan.
        verdict_text: in words.
        facts: terms and values.
        sections: in order.
        footer: below everything.
        date: of the document, YYYY-MM-DD.
        alt: of the map, in words.
        caption: of the map.
        words: verdict -> word in the language.
    """

    language: str
    title: str
    banner: str
    verdict: Verdict
    verdict_text: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str
    date: str
    alt: str
    caption: str
    words: dict[str, str] = field(default_factory=dict)


def make_statement(check: PlanCheck, texts: Texts, version: str) -> Statement:
    """Return the statement on a check.

    Args:
        check: the outcome.
        texts: the language.
        version: of the program.
    """
    say = texts.say
    judgement, counts = check.judgement, counts_of(check.judgement.findings)
    return Statement(
        language=texts.language,
        title=say("plan-title", plan=check.plan.source),
        banner=say("plan-synthetic") if check.synthetic else "",
        verdict=judgement.verdict,
        verdict_text=say(f"plan-verdict-{judgement.verdict.value}", **counts),
        facts=_facts(check, texts),
        sections=tuple(sections_of(check, texts)),
        footer=say("plan-footer", version=version, checksum=check.plan.checksum[:16]),
        date=check.date.isoformat(),
        alt=say("plan-map-alt", plan=check.plan.source, sites=len(check.proposal.sites), **counts),
        caption=say("plan-map-caption"),
        words={one.value: say(f"plan-{one.value}") for one in Verdict},
    )


def _facts(check: PlanCheck, texts: Texts) -> tuple[tuple[str, str], ...]:
    say, book = texts.say, check.book
    until = say("plan-until", date=book.valid_to.isoformat()) if book.valid_to else say("plan-further-notice")
    verified = say("plan-verified" if book.verified else "plan-unverified")
    kinds: dict[str, int] = {}
    for o in check.plan.objects:
        kinds[o.kind] = kinds.get(o.kind, 0) + 1
    drawn = texts.say("list-separator").join(f"{kind_word(k, texts)} {n}" for k, n in kinds.items())
    return (
        (say("plan-fact-plan"), check.plan.source),
        (say("plan-fact-checksum"), check.plan.checksum),
        (say("plan-fact-objects"), drawn or say("plan-none-there")),
        (say("plan-fact-rulebook"), f"{book.title} ({book.id})"),
        (say("plan-fact-force"), say("plan-from", date=book.valid_from.isoformat()) + until),
        (say("plan-fact-source"), f"{book.source}. {verified}"),
        (say("plan-fact-date"), check.date.isoformat()),
        (say("plan-fact-project"), check.project or say("plan-no-project")),
        (say("plan-fact-crs"), check.plan.crs if len(check.plan.crs) < 60 else check.plan.crs[:60] + "..."),
    )
