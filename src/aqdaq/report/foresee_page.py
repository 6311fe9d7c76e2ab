"""The page of a forecast: what happens on which date, to whom, and by which building."""

from __future__ import annotations

from html import escape
from importlib import resources
from typing import Final

import pandas as pd

from aqdaq.analysis.construction.changes import STEADY
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.foresight import SpotChange
from aqdaq.report import foresee_rows as rows
from aqdaq.report import html_parts as h
from aqdaq.report.foresee_content import ForeseeContent
from aqdaq.report.foresee_pictures import draw_maps, draw_timeline
from aqdaq.report.html_parts import Html, Render
from aqdaq.report.phrases import definition_short
from aqdaq.report.texts import Texts

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
#: Rows of a table on the page; the files hold all of them.
MOST_ROWS: Final = 40
#: Change below which a white spot stays as it is (per cent).
_STEADY_PERCENT: Final = round(100.0 * STEADY)
#: Colours of the chips of changes: those that make ground white, and those that free it.
_WORSE: Final = ("appeared", "grown", "deepened", "merged")


def foresee_html(content: ForeseeContent, texts: Texts) -> str:
    """Return the whole page; the same forecast gives the same bytes.

    Args:
        content: the forecast.
        texts: the language.
    """
    page = _Page(content, texts)
    parts = [page.head(), page.reading()]
    parts += [page.definition(n, d) for n, d in enumerate(content.definitions, start=1)]
    parts += [page.floors(), page.mass(), page.notes()]
    parts.append(h.element("footer", h.paragraph(texts.say("foresee-footer", version=content.version))))
    style = (resources.files("aqdaq.data") / "templates" / "report.css").read_text(encoding="utf-8")
    word = f"{texts.say('synthetic-word')}: " if content.synthetic else ""
    title = h.text(word + texts.say("foresee-title", project=content.project))
    return (
        f'<!DOCTYPE html>\n<html lang="{texts.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{h.join(parts)}\n</main>\n</body>\n"
        "</html>\n"
    )


class _Page:
    """The sections of the page."""

    def __init__(self, content: ForeseeContent, texts: Texts) -> None:
        self.content, self.texts, self.found = content, texts, content.foresight
        self.say = texts.say
        self._last = self.found.dates[-1].isoformat()

    def head(self) -> Html:
        """Title, banner and facts."""
        say, found = self.say, self.found
        parts = [h.element("h1", h.text(say("foresee-title", project=self.content.project)))]
        if found.name:
            parts.append(h.paragraph(say("foresee-scenario", name=found.name), "lead"))
        if self.content.synthetic:
            word = h.element("strong", h.text(say("synthetic-word")))
            parts.append(h.element("p", word, h.text(say("synthetic-banner")), class_="banner", role="note"))
        comma = say("list-separator")
        residents = sum(d.residents or 0.0 for d in self.content.developments)
        facts = [
            (say("foresee-fact-dates"), comma.join(day.isoformat() for day in found.dates)),
            (say("foresee-fact-developments"), str(len(self.content.developments))),
            (say("foresee-fact-residents"), self.texts.number(residents, 0)),
            (say("fact-layers"), comma.join(found.layers)),
            (say("fact-version"), f"aqdaq {self.content.version}"),
        ]
        return h.join([*parts, h.pairs(facts)])

    def reading(self) -> Html:
        """How to read it."""
        keys = ("mass", "fit", "people", "floors")
        items = [h.element("li", h.text(self.say(f"foresee-reading-{key}"))) for key in keys]
        return h.section("reading", self.say("foresee-reading-title"), h.element("ul", h.join(items)))

    def definition(self, number: int, definition: ServiceDefinition) -> Html:
        """Row of dates, maps and changes under one definition."""
        say = self.say
        chart, maps = (
            draw_timeline(self.content, definition, self.texts),
            draw_maps(self.content, definition, self.texts),
        )
        inside = [
            h.paragraph(definition_short(definition, self.texts), "note"),
            h.element("div", h.figure(maps.png, maps.alt, maps.caption)),
            h.element("div", h.figure(chart.png, chart.alt, chart.caption)),
            self._timeline(definition),
            h.element("h3", h.text(say("foresee-changes-title"))),
            self._changes(definition),
        ]
        return h.section(f"definition-{number}", definition.title, *inside)

    def _timeline(self, definition: ServiceDefinition) -> Html:
        frame = rows.timeline(self.found)
        frame = frame[frame["definition"] == definition.id].reset_index(drop=True)
        shown = pd.DataFrame(
            {
                "date": frame["date"],
                "developments_state": [
                    self.say("foresee-states", planned=int(p), works=int(w), finished=int(f))
                    for p, w, f in zip(frame["planned"], frame["in_works"], frame["finished"], strict=True)
                ],
                "whitespots": frame["white_spots"],
                "area_ha": frame["area_m2"] / 1e4,
                "people": frame["people"],
                "total_people": frame["total_people"],
                "newcomers_people": frame["newcomers"],
                "newcomers_white_people": frame["newcomers_white"],
                "floors_affected_people": frame["floors_affected"],
                "floors_unknown_people": frame["floors_unknown"],
            }
        )
        return self._table(shown, self.say("foresee-timeline-table", definition=definition.title))

    def _changes(self, definition: ServiceDefinition) -> Html:
        found = [c for c in self.found.changes if c.definition == definition.id and c.kind != "unchanged"]
        steady = sum(c.definition == definition.id for c in self.found.changes) - len(found)
        found.sort(
            key=lambda c: (c.date, -c.worse_m2 if c.people_after is None else -c.people_after, c.after, c.before)
        )
        if not found:
            return h.paragraph(self.say("foresee-changes-none", count=steady, steady=_STEADY_PERCENT))
        shown = pd.DataFrame(
            {
                "date": [c.date.isoformat() for c in found],
                "change": [c.kind for c in found],
                "white_spot": ["; ".join(c.after or c.before) for c in found],
                "area_before_ha": [c.area_before_m2 / 1e4 for c in found],
                "area_after_ha": [c.area_after_m2 / 1e4 for c in found],
                "people_before_people": [c.people_before for c in found],
                "people_after_people": [c.people_after for c in found],
                "failing_layers": [rows.failing_layers(c) for c in found],
                "caused_by": [self._cause(c) for c in found],
            }
        )
        render: dict[str, Render] = {
            "change": lambda v: h.chip(self.say(f"foresee-change-{v}"), "total" if str(v) in _WORSE else "partial"),
            "failing_layers": _one_a_line,
            "white_spot": lambda v: _one_a_line(v, _unbroken),
        }
        table = self._table(shown, self.say("foresee-changes-table", definition=definition.title), render)
        note = self.say("foresee-changes-note", count=steady, steady=_STEADY_PERCENT)
        return h.join([table, h.paragraph(note, "note")])

    def _cause(self, change: SpotChange) -> str:
        if change.causes is None:
            return "" if change.worse is None else self.say("foresee-cause-not-asked")
        cause = rows.main_cause(change)
        if cause is None:
            return self.say("foresee-cause-none")
        return self.say(
            f"foresee-cause-{cause.kind}",
            id=rows.shortened(cause.id),
            share=self.texts.number(100.0 * cause.share, 0),
            distance=self.texts.number(cause.distance_m, 0),
        )

    def floors(self) -> Html:
        """Future residents by floor band on the last day."""
        say, frame = self.say, rows.floors(self.found)
        frame = frame[frame["date"] == self._last].reset_index(drop=True)
        if frame.empty:
            return h.NOTHING
        tables = [self._floors(frame, d) for d in self.content.definitions]
        return h.section("floors", say("foresee-floors-title"), h.paragraph(say("foresee-floors-lead")), *tables)

    def _floors(self, frame: pd.DataFrame, definition: ServiceDefinition) -> Html:
        """Return the floors under one definition, those that it serves least first; unknown ones before all."""
        judged = frame["layer"].map(lambda layer: str(layer).split("/")[1] in definition.threshold_dbm)
        own = frame[judged.to_numpy(dtype=bool)].reset_index(drop=True)
        shown = pd.DataFrame(
            {
                "development": own["development"],
                "floors": [
                    str(a) if a == b else f"{a}-{b}" for a, b in zip(own["first_floor"], own["last_floor"], strict=True)
                ],
                "receiver_height_m": own["height_m"],
                "residents_people": own["residents"].astype(float),
                "layer": own["layer"],
                "mean_dbm": own["level_dbm"].astype(float),
                "cell": own["cell"].fillna(""),
                "probability": own[f"p_{definition.id}"].astype(float),
            }
        ).sort_values("probability", kind="stable", na_position="first", ignore_index=True)
        return self._table(shown, self.say("foresee-floors-table", date=self._last, definition=definition.title))

    def mass(self) -> Html:
        """Shadows, exposure and roofs."""
        say = self.say
        parts = [h.element("h3", h.text(say("foresee-shadows-title"))), self._shadows()]
        parts += [h.element("h3", h.text(say("foresee-exposure-title"))), self._exposure()]
        parts += [h.element("h3", h.text(say("foresee-roofs-title"))), self._roofs()]
        return h.section("mass", say("foresee-mass-title"), *parts)

    def _shadows(self) -> Html:
        found = self.found.shadows
        if not found:
            return h.paragraph(self.say("foresee-shadows-none"))
        shown = pd.DataFrame(
            {
                "date": [s.date.isoformat() for s in found],
                "development": [s.development or self.say("foresee-several") for s in found],
                "cell": [s.cell for s in found],
                "layer": [s.layer for s in found],
                "area_ha": [s.area_m2 / 1e4 for s in found],
                "people": [s.people for s in found],
                "mean_loss_db": [s.mean_db for s in found],
                "most_loss_db": [s.most_db for s in found],
            }
        )
        return self._table(shown, self.say("foresee-shadows-table"))

    def _exposure(self) -> Html:
        found = self.found.exposure
        if not found:
            return h.join(
                [h.paragraph(self.say("foresee-exposure-none")), h.paragraph(self.say("foresee-exposure-note"), "note")]
            )
        shown = pd.DataFrame(
            {
                "date": [e.date.isoformat() for e in found],
                "development": [e.development for e in found],
                "site": [e.site for e in found],
                "distance_m": [e.distance_m for e in found],
                "height_m": [e.height_m for e in found],
                "density_percent": [100.0 * e.density_w_m2 / e.limit_w_m2 for e in found],
                "reach_m": [e.reach_m for e in found],
            }
        )
        table = self._table(shown, self.say("foresee-exposure-table"))
        return h.join([table, h.paragraph(self.say("foresee-exposure-note"), "warning")])

    def _roofs(self) -> Html:
        found = self.found.roofs
        if not found:
            return h.paragraph(self.say("foresee-roofs-none"))
        say, number = self.say, self.texts.number
        near = [
            "; ".join(f"{r.spot} ({number(r.distance_m, 0)} m)" for r in roof.reach[:4])
            + (f"; +{len(roof.reach) - 4}" if len(roof.reach) > 4 else "")
            for roof in found
        ]
        shown = pd.DataFrame(
            {
                "since": [r.since.isoformat() for r in found],
                "development": [r.development for r in found],
                "height_m": [r.height_m for r in found],
                "area_roof_m2": [r.area_m2 for r in found],
                "white_spots_near": [n or "–" for n in near],
            }
        )
        return self._table(shown, say("foresee-roofs-table"), {"white_spots_near": _one_a_line})

    def notes(self) -> Html:
        """What else is to be known."""
        if not self.found.notes:
            return h.NOTHING
        items = [h.element("li", h.text(note)) for note in self.found.notes]
        return h.section("notes", self.say("foresee-notes-title"), h.element("ul", h.join(items)))

    def _table(self, frame: pd.DataFrame, caption: str, render: dict[str, Render] | None = None) -> Html:
        """Return a table without columns of people that nobody knows; a long one says how much is left out."""
        known = [c for c in frame.columns if not (c.endswith("people") and frame[c].isna().all())]
        shown = frame[known].infer_objects()
        whole = dict.fromkeys((c for c in ("date", "since") if c in shown), _unbroken)
        table = h.table(shown.head(MOST_ROWS), caption, self.texts, {**whole, **(render or {})})
        if len(shown) <= MOST_ROWS:
            return table
        return h.join([table, h.paragraph(self.say("foresee-more", count=len(shown) - MOST_ROWS), "note")])


def _unbroken(value: object) -> Html:
    return h.element("span", h.text(value), class_="class")


def _one_a_line(value: object, each: Render = h.text) -> Html:
    return Html("<br>".join(each(part) for part in str(value).split("; ")))
