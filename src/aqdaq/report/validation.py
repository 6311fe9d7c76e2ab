"""The section that says how good a run's figures are on measurements it did not see: errors, intervals, reliability."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from aqdaq.model.validation import ALL, DefinitionScore, SplitScore
from aqdaq.report import html_parts as h
from aqdaq.report.html_parts import Html
from aqdaq.report.reliability import Said, draw_reliability
from aqdaq.report.sections import Writer
from aqdaq.report.texts import Texts

#: Columns of the table of levels that the page shows; the CSV has all.
_LEVELS: Final = [
    "name", "samples", "unheard", "rmse_db", "bias_db", "mae_db", "crps_db",
    "uncalibrated_rmse_db", "interval_90_percent", "interval_90_width_db",
]  # fmt: skip


def validation(w: Writer) -> Html:
    """Return the section; where nothing was measured it says so."""
    card = w.content.card
    if card is None:
        return h.section("validation", w.say("validation-title"), h.paragraph(w.say("validation-none")))
    parts = [h.paragraph(w.say("validation-why"))]
    if w.content.config.project.synthetic:
        parts.append(h.paragraph(w.say("validation-synthetic"), "warning"))
    for split in card.splits:
        parts += _split(w, split)
    if card.splits:
        parts += _reliability(w, card.splits[0])
    return h.section("validation", w.say("validation-title"), *parts)


def _split(w: Writer, split: SplitScore) -> list[Html]:
    """Return the words and tables of one split."""
    say = w.say
    parts = [h.element("h3", h.text(say(f"split-{split.split}"))), h.paragraph(split_words(split, w.texts))]
    if split.overall is not None:
        parts.append(h.paragraph(_overall(w, split)))
    if split.unscored:
        parts.append(h.paragraph(f"{say('validation-unscored', count=split.unscored)} {say(f'note-{split.note}')}"))
    frame = w.rows("validation_levels", split=split.split)
    parts += [
        _levels(w, frame[frame["of"].isin(["cell", ALL])], say("validation-table"), fold=True),
        _levels(w, frame[frame["of"] == "group"], say("validation-groups")),
        _levels(w, frame[frame["of"] == "best"], say("validation-best")),
    ]
    judged = w.rows("validation_definitions", split=split.split)
    if len(judged):
        render = {"layer": lambda v: h.text(say("row-all-layers") if v == ALL else v)}
        parts.append(h.table(judged, say("validation-definitions"), w.texts, render))
        parts.append(h.paragraph(say("validation-definitions-note"), "note"))
    places = w.rows("validation_pit", split=split.split)
    if len(places):
        inside = h.table(places, say("validation-pit"), w.texts)
        parts.append(h.details(say("validation-pit-show"), h.paragraph(say("validation-pit-note"), "note"), inside))
    return [part for part in parts if part]


def split_words(split: SplitScore, texts: Texts) -> str:
    """Return in words what a split kept from the fit."""
    settings = {figure.name: f"{figure.value:g}" for figure in split.settings if not isinstance(figure.value, str)}
    words = {"tile": settings.get("tile_m", ""), "buffer": settings.get("buffer_m", "")}
    return texts.say(f"split-{split.split}-lead", folds=split.fits, **words)


def _overall(w: Writer, split: SplitScore) -> str:
    score, number = split.overall, w.texts.number
    assert score is not None
    return w.say(
        "validation-overall",
        count=score.samples,
        rmse=number(score.rmse_db, 1),
        bias=number(score.bias_db, 1),
        raw=number(score.uncalibrated_rmse_db, 1),
        inside=number(None if score.interval_90_coverage is None else 100.0 * score.interval_90_coverage, 0),
    )


def _levels(w: Writer, frame: pd.DataFrame, caption: str, *, fold: bool = False) -> Html:
    if frame.empty:
        return h.NOTHING
    shown = frame[_LEVELS].reset_index(drop=True)
    if shown["uncalibrated_rmse_db"].isna().all():
        shown = shown.drop(columns="uncalibrated_rmse_db")
    if not shown["unheard"].any():
        shown = shown.drop(columns="unheard")
    total = [position for position, name in enumerate(shown["name"]) if name == ALL]
    label: Callable[[object], Html] = lambda v: h.text(group_label(str(v), w.texts))  # noqa: E731 - one column's rule
    inside = h.table(shown, caption, w.texts, {"name": label}, total)
    return w.folded(shown, inside) if fold else inside


def group_label(name: str, texts: Texts) -> str:
    """Return the name of a row of scores in words: ``all``, a group, or the id of a cell or layer as it is."""
    if name == ALL:
        return texts.say("row-all-cells")
    if name.startswith("data:"):
        _, low, high = name.split(":")
        key = "group-data" if high else "group-data-beyond"
        return texts.say(key, low=low, high=high)
    known = {"sight", "no-sight", "near-mast", "indoor"}
    return texts.say(f"group-{name}") if name in known else name


def whole_scores(split: SplitScore) -> list[DefinitionScore]:
    """Return one score a definition: over all layers, or of its only one."""
    found: dict[str, DefinitionScore] = {}
    for score in split.definitions:
        if score.layer == ALL or score.definition not in found:
            found[score.definition] = score
    return list(found.values())


def _reliability(w: Writer, split: SplitScore) -> list[Html]:
    """Return the diagram and the table of each definition."""
    say, judged = w.say, [score for score in whole_scores(split) if score.places]
    if not judged:
        return [h.element("h3", h.text(say("reliability-heading"))), h.paragraph(say("reliability-none"))]
    parts = [h.element("h3", h.text(say("reliability-heading"))), h.paragraph(say("reliability-lead"))]
    return parts + [_diagram(w, split, score) for score in judged]


def _diagram(w: Writer, split: SplitScore, score: DefinitionScore) -> Html:
    say, content = w.say, w.content
    definition = next((d for d in content.definitions if d.id == score.definition), None)
    title = definition.title if definition is not None else score.definition
    said = Said(
        definition=title,
        layer=say("row-all-layers") if score.layer == ALL else score.layer,
        split=say(f"split-{split.split}"),
        bound=definition.probability if definition is not None else None,
        stamp=say("synthetic-word") if content.config.project.synthetic else "",
    )
    alt = say(
        "reliability-alt",
        definition=title,
        places=w.texts.number(score.places),
        apart=w.texts.number(apart_percent(score), 0),
        synthetic=say("map-alt-synthetic") if content.config.project.synthetic else "",
    ).strip()
    frame = w.rows("reliability", split=split.split, definition=score.definition, layer=score.layer)
    caption = say("reliability-caption", count=score.places, undecided=w.texts.number(score.undecided))
    twin = h.table(frame, say("reliability-table", definition=title), w.texts)
    return h.element("div", h.figure(draw_reliability(score, said, w.texts), alt, caption), twin, class_="pair")


def apart_percent(score: DefinitionScore) -> float:
    """Return how far said and happened lie apart on average, weighed by the places of the bins (percentage points)."""
    apart = sum(b.count * abs((b.forecast or 0.0) - (b.observed or 0.0)) for b in score.reliability)
    return 100.0 * apart / score.places if score.places else 0.0
