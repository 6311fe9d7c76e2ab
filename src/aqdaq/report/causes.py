"""The section on causes: for each white spot and layer a sentence and a bar, and all shares in a table."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from aqdaq.model.cause import FACTORS, REMEDIES, Factor, SpotCauses
from aqdaq.report import html_parts as h
from aqdaq.report.cause_texts import CauseTexts, cause_texts
from aqdaq.report.html_parts import Html, Render
from aqdaq.report.sections import Writer

#: White spots of a definition that are told on the page; the tables hold all.
MAX_SPOTS: Final = 10

#: Columns of the table of main causes on the page; the file has more.
_MAIN: Final = (
    "definition", "rank", "id", "layer", "deficit_db", "factor", "share_percent", "share_sd_percent", "determined",
    "remedies", "closed_percent",
)  # fmt: skip

#: Colour of each factor in the bars (Okabe and Ito's, which colour-blind readers tell apart, and two greys).
COLOURS: Final[dict[Factor, str]] = {
    "terrain": "#a6761d",
    "old_buildings": "#d55e00",
    "new_buildings": "#e69f00",
    "distance": "#56b4e9",
    "antenna": "#009e73",
    "power": "#f0e442",
    "indoor": "#cc79a7",
    "lost_site": "#0072b2",
    "missing_layer": "#8c8c8c",
}


def causes(w: Writer) -> Html:
    """Return why the white spots are there; nothing where nobody asked."""
    found, say = w.content.causes, w.say
    if found is None:
        return h.NOTHING
    if not found:
        return h.section("causes", say("causes-title"), h.paragraph(say("causes-none")))
    texts = cause_texts(w.texts.language)
    parts = [h.paragraph(say("causes-lead", since=found[0].new_since))]
    parts += [_legend(texts), _overview(w, found)]
    for definition in w.content.predicted:
        own = [one for one in found if one.definition == definition.id]
        if own:
            parts += [h.element("h3", h.text(definition.title)), *_told(w, own, texts)]
    parts += _tables(w, texts)
    return h.section("causes", say("causes-title"), *parts, h.paragraph(say("causes-note"), "note"))


def _tables(w: Writer, texts: CauseTexts) -> list[Html]:
    """Return the main causes, and all shares that are not nothing."""
    say = w.say
    render: dict[str, Render] = {
        "factor": lambda v: h.text(texts.factor(str(v)) if v else "–"),  # type: ignore[arg-type]
        "determined": lambda v: h.text(say("yes" if v else "no")),
        "remedies": lambda v: h.join([h.element("div", h.text(_remedy(w, name))) for name in str(v).split("; ")]),
    }
    main = w.rows("causes")[list(_MAIN)]
    shares = w.rows("cause_shares")
    shares = shares[shares["share_percent"] > 0.0].reset_index(drop=True)
    return [
        w.folded(frame, h.table(frame, say(caption), w.texts, render))
        for frame, caption in ((main, "causes-table"), (shares, "cause-shares-table"))
    ]


def _remedy(w: Writer, name: str) -> str:
    return w.say(f"causes-remedy-{name.replace('_', '-')}")


def _legend(texts: CauseTexts) -> Html:
    items = [
        h.element("span", h.swatch(COLOURS[factor]), h.text(f" {texts.factor(factor)} "), class_="key")
        for factor in FACTORS
    ]
    return h.element("p", h.join(items), class_="legend")


def _overview(w: Writer, found: tuple[SpotCauses, ...]) -> Html:
    """Return how many white spots and layers each remedy would close."""
    counts = {name: sum(name in dict(one.remedies) for one in found) for name in REMEDIES}
    items = [
        h.element("li", h.text(w.say(f"causes-by-{name.replace('_', '-')}", count=count)))
        for name, count in counts.items()
        if count
    ]
    return h.join([h.paragraph(w.say("causes-overview", count=len(found))), h.element("ul", h.join(items))])


def _told(w: Writer, own: list[SpotCauses], texts: CauseTexts) -> list[Html]:
    parts, spots = [], 0
    for (rank, spot), layers in groupby(own, key=lambda one: (one.rank, one.spot)):
        spots += 1
        if spots > MAX_SPOTS:
            continue
        told = [h.element("h4", h.text(w.say("causes-spot", rank=rank, spot=spot)))]
        for one in layers:
            label = h.element("p", h.element("strong", h.text(one.layer)), style="margin:0.8em 0 0.2em")
            told += [label, _bar(one, texts), h.paragraph(texts.sentences(one))]
        parts.append(h.join(told))
    if spots > MAX_SPOTS:
        parts.append(h.paragraph(w.say("causes-more", count=spots - MAX_SPOTS), "note"))
    return parts


def _bar(one: SpotCauses, texts: CauseTexts) -> Html:
    """Return a bar of the shares; what it shows stands in words beside it for those who cannot see it."""
    words = ", ".join(f"{texts.factor(s.factor)} {texts.number(100.0 * s.share)} %" for s in one.ordered)
    pieces = [
        h.element(
            "span",
            style=f"display:inline-block;height:100%;width:{100.0 * s.share:.2f}%;background:{COLOURS[s.factor]}",
            title=f"{texts.factor(s.factor)} {texts.number(100.0 * s.share)} %",
        )
        for s in one.ordered
    ]
    style = "height:0.9em;margin-bottom:0.4em;max-width:40em;white-space:nowrap;line-height:0;overflow:hidden"
    return h.element("div", *pieces, style=style, role="img", aria_label=f"{one.layer}: {words}")
