"""The sections of the report that are words and tables: what was found, by which rule, from what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from aqdaq.model.definition import ServiceDefinition
from aqdaq.report import html_parts as h
from aqdaq.report.content import ReportContent
from aqdaq.report.districts import OUTSIDE
from aqdaq.report.html_parts import Html
from aqdaq.report.phrases import definition_sentences, definition_short, hectares
from aqdaq.report.tables import tables
from aqdaq.report.texts import Texts

#: Tables longer than this are folded.
_FOLD: Final = 25


@dataclass
class Writer:
    """What every section needs: the run, its language, and its tables (made once)."""

    content: ReportContent
    texts: Texts

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables of the run, without the column that marks synthetic ones: the page says so itself."""
        return {name: frame.drop(columns="synthetic", errors="ignore") for name, frame in tables(self.content).items()}

    def rows(self, name: str, **where: str) -> pd.DataFrame:
        """Return the rows of a table that match, without the columns that were matched or that hold nobody's people."""
        frame = self.frames[name]
        for column, value in where.items():
            frame = frame[frame[column] == value].drop(columns=column)
        if self.content.people is None:
            frame = frame.drop(columns=[column for column in frame.columns if column.endswith("people")])
        return frame.reset_index(drop=True)

    def say(self, key: str, **args: str | int) -> str:
        """Return a message."""
        return self.texts.say(key, **args)

    def folded(self, frame: pd.DataFrame, inside: Html) -> Html:
        """Return a table folded away when it is long."""
        return h.details(self.say("show-rows", count=len(frame)), inside) if len(frame) > _FOLD else inside


def head(w: Writer) -> Html:
    """Return title, banner and the facts of the run."""
    content, say = w.content, w.say
    project, grid = content.config.project, content.grid
    parts = [h.element("h1", h.text(say("title", project=project.name)))]
    if project.description:
        parts.append(h.paragraph(project.description, "lead"))
    if project.synthetic:
        word = h.element("strong", h.text(say("synthetic-word")))
        parts.append(h.element("p", word, h.text(say("synthetic-banner")), class_="banner", role="note"))
    area = grid.rows * grid.cols * grid.pixel_area_m2 / 1e6
    facts = [
        (say("fact-date"), content.date.isoformat()),
        (say("fact-run"), content.run_id),
        (say("fact-version"), f"aqdaq {content.version}"),
        (say("fact-area"), say("fact-area-value", area=w.texts.number(area, 2), pixel=f"{grid.resolution_m:g}")),
        (say("fact-layers"), say("list-separator").join(str(layer.layer) for layer in content.coverage)),
        (
            say("fact-network"),
            say("fact-network-value", sites=len(content.network.sites), cells=len(content.network.cells)),
        ),
        (say("fact-measurements"), say("fact-measurements-value", count=len(content.measurements))),
        (say("fact-people"), say(f"people-{content.config.people.source}")),
    ]
    return h.join([*parts, h.pairs(facts)])


def summary(w: Writer) -> Html:
    """Return what was found, in words and one card a definition."""
    say, content = w.say, w.content
    cards = [_card(w, d) if not d.cannot_predict else _silent_card(w, d) for d in content.definitions]
    unknown = [
        h.element("li", h.text(say("summary-unknown", layer=name, share=w.texts.number(100.0 * share, 1))))
        for name, share in content.unknown_share.items()
    ]
    rmse = content.unseen_rmse_db
    error = say("summary-no-error") if rmse is None else say("summary-error", rmse=w.texts.number(rmse, 1))
    ranked = "summary-ranked-people" if content.people is not None else "summary-ranked-area"
    return h.section(
        "summary",
        say("summary-title"),
        h.element("div", h.join(cards), class_="cards"),
        h.paragraph(say(ranked)),
        h.paragraph(say("summary-once")),
        h.paragraph(f"{error} {say('summary-assumed', count=len(content.assumptions))}"),
        h.paragraph(say("summary-unknown-lead")),
        h.element("ul", *unknown) if unknown else h.NOTHING,
    )


def _card(w: Writer, definition: ServiceDefinition) -> Html:
    say, number = w.say, w.texts.number
    spots = w.content.whitespots.get(definition.id, ())
    area = sum(spot.area_m2 for spot in spots)
    whole = w.content.grid.rows * w.content.grid.cols * w.content.grid.pixel_area_m2
    lines = [h.element("h3", h.text(definition.title)), h.paragraph(number(len(spots)), "figure")]
    lines.append(h.paragraph(say("card-spots", count=len(spots), total=sum(s.kind != "partial" for s in spots))))
    if spots:
        share = number(100.0 * area / whole, 1)
        lines.append(h.paragraph(say("card-area", area=hectares(area, w.texts), share=share)))
    if spots and w.content.people is not None:
        people = sum(spot.people or 0.0 for spot in spots)
        nobody = sum(spot.total_people or 0.0 for spot in spots)
        lines.append(h.paragraph(say("card-people", people=number(people), total=number(nobody))))
    if w.content.people is None:
        lines.append(h.paragraph(say("card-people-unknown")))
    lines.append(verified_chip(w, definition))
    return h.element("div", h.join(lines), class_="card")


def _silent_card(w: Writer, definition: ServiceDefinition) -> Html:
    """Return the card of a definition that judges no map: no number of white spots, which would read as none."""
    why = h.paragraph(w.say("definition-cannot-predict", reason=definition.cannot_predict))
    parts = [h.element("h3", h.text(definition.title)), why, verified_chip(w, definition)]
    return h.element("div", h.join(parts), class_="card")


def verified_chip(w: Writer, definition: ServiceDefinition) -> Html:
    """Return the label that says whether the text of the rule was read."""
    kind = "verified" if definition.verified else "unverified"
    return h.chip(w.say(f"definition-{kind}"), kind)


def reading(w: Writer) -> Html:
    """Return how to read the report: three kinds of number and the unknown, with how much of each there is."""
    say = w.say
    kinds = [
        h.element("li", h.chip(say(f"evidence-{kind}"), kind), h.text(" " + say(f"kind-{kind}")))
        for kind in ("measured", "predicted", "assumed", "unknown")
    ]
    frame = w.rows("evidence")
    return h.section(
        "reading",
        say("reading-title"),
        h.element("ul", h.join(kinds), class_="kinds"),
        h.table(frame, say("evidence-table"), w.texts, {"evidence": lambda v: h.chip(say(f"evidence-{v}"), str(v))}),
    )


def definitions(w: Writer) -> Html:
    """Return the service definitions in words, with source and whether it was read."""
    say = w.say
    parts = []
    for definition in w.content.definitions:
        source = h.element(
            "p", h.text(say("definition-source", source=definition.source)), Html(" "), verified_chip(w, definition)
        )
        parts += [
            h.element("h3", h.text(f"{definition.title} ({definition.id})")),
            h.paragraph(definition_short(definition, w.texts)),
            *(h.paragraph(sentence) for sentence in definition_sentences(definition, w.texts)),
            source,
        ]
        if not definition.verified:
            parts.append(h.paragraph(say("definition-unverified-note"), "warning"))
    return h.section("definitions", say("definitions-title"), *parts)


def districts(w: Writer) -> Html:
    """Return people and area affected per district and definition, with the total."""
    say = w.say
    if w.content.districts is None:
        return h.section("districts", say("districts-title"), h.paragraph(say("districts-none")))
    parts = [h.paragraph(say("districts-lead"), "note")]
    for definition in w.content.predicted:
        frame = _with_total(w.rows("districts", definition=definition.id), say("row-total"))
        caption = say("districts-table", definition=definition.title)
        render = {"district": lambda v: h.text(say("row-outside") if v == OUTSIDE else v)}
        parts.append(h.table(frame, caption, w.texts, render, emphasised=[len(frame) - 1]))
    return h.section("districts", say("districts-title"), *parts)


def _with_total(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the frame with a row of sums; a white spot in two districts counts in both, so those are not summed."""
    total: dict[str, Any] = {
        name: frame[name].sum() if name not in {"district", "whitespots"} else None for name in frame.columns
    }
    total["district"] = label
    sums = pd.DataFrame([total], columns=list(frame.columns)).astype({"whitespots": "float64"})
    return pd.concat([frame.astype({"whitespots": "float64"}), sums], ignore_index=True)


def models(w: Writer) -> Html:
    """Return which model made which pixels, and why the others are unknown."""
    say = w.say
    made, unknown = w.rows("models"), w.rows("unknown")
    parts = [h.paragraph(say("models-lead"))]
    if len(made):
        render = {"mode": lambda v: h.text(say(f"mode-{v}"))}
        parts.append(h.table(made, say("models-table"), w.texts, render))
    if len(unknown):
        words = {"reason": lambda v: h.text(say(f"reason-{str(v).replace('_', '-')}"))}
        parts.append(h.table(unknown, say("unknown-table"), w.texts, words))
    else:
        parts.append(h.paragraph(say("unknown-none")))
    return h.section("models", say("models-title"), *parts)


def calibration(w: Writer) -> Html:
    """Return how measurements corrected each cell."""
    say, frame = w.say, w.rows("calibration")
    if frame.empty:
        return h.section("calibration", say("calibration-title"), h.paragraph(say("calibration-none")))
    inside = h.table(frame, say("calibration-table"), w.texts, {"pooled": lambda v: h.text(say("yes" if v else "no"))})
    lead = h.paragraph(say("calibration-lead", pooled=int(frame["pooled"].sum()), count=len(frame)))
    return h.section("calibration", say("calibration-title"), lead, w.folded(frame, inside))


def set_aside(w: Writer) -> Html:
    """Return the rows that were not used, by reason, and whether the counts add up."""
    say, content = w.say, w.content
    read, used, aside = content.rows_read, len(content.measurements), len(content.set_aside)
    if read == used + aside + content.without_service:
        count = h.paragraph(say("aside-count", read=read, used=used, aside=aside))
    else:
        count = h.paragraph(say("aside-mismatch", read=read, used=used, aside=aside), "warning")
    kinds = (
        ("aside-silent", content.without_service),
        ("aside-bounds", used - len(content.measurements.levels)),
    )
    more = [h.paragraph(say(key, count=rows)) for key, rows in kinds if rows]
    frame = w.rows("set_aside_by_reason")
    body = h.table(frame, say("aside-table"), w.texts) if len(frame) else h.paragraph(say("aside-none"))
    return h.section("set-aside", say("aside-title"), count, *more, body)


def assumptions(w: Writer) -> Html:
    """Return the figures that nobody gave."""
    say, frame = w.say, w.rows("assumptions")
    if frame.empty:
        return h.section("assumptions", say("assumptions-title"), h.paragraph(say("assumptions-none")))
    lead = h.element(
        "p", h.chip(say("evidence-assumed"), "assumed"), h.text(" " + say("assumptions-lead", count=len(frame)))
    )
    body = h.table(frame, say("assumptions-table"), w.texts)
    return h.section("assumptions", say("assumptions-title"), lead, w.folded(frame, body))
