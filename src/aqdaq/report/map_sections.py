"""The sections of the report that hold maps; beside each map stands the table that says the same in figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd

from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.report import html_parts as h
from aqdaq.report import palette
from aqdaq.report.classes import EVIDENCE_ORDER, class_label, level_edges_dbm
from aqdaq.report.html_parts import Html, Render
from aqdaq.report.maps import MAX_NUMBERED, MapMaker, Picture, level_colours, probability_colours, sinr_colours
from aqdaq.report.sections import Writer

#: Rows of the table of white spots on the page; the CSV holds all of them.
MAX_ROWS: Final = MAX_NUMBERED


def whitespots(w: Writer, maps: MapMaker, number: int, definition: ServiceDefinition) -> Html:
    """Return the map of the white spots of a definition and its table."""
    say = w.say
    frame = w.rows("whitespots", definition=definition.id)
    picture = maps.whitespots(definition)
    parts = [h.element("div", h.figure(picture.png, picture.alt, picture.caption), class_="wide")]
    if frame.empty:
        parts.append(h.paragraph(say("whitespots-none")))
    else:
        parts += _spot_tables(w, frame, definition)
    small = w.content.small_areas.get(definition.id)
    if small is not None and small.areas:
        people = "" if small.people is None else say("small-areas-people", people=w.texts.number(small.people, 0))
        words = say("small-areas", count=small.areas, area=w.texts.number(small.area_m2 / 1e4, 1), people=people)
        parts.append(h.paragraph(words, "note"))
    return h.section(f"whitespots-{number}", say("whitespots-title", definition=definition.title), *parts)


def _spot_tables(w: Writer, frame: pd.DataFrame, definition: ServiceDefinition) -> list[Html]:
    say = w.say
    shown = frame.head(MAX_ROWS).drop(columns="ranked_by")
    if w.content.districts is None:
        shown = shown.drop(columns="district")
    if not w.content.overlaps:
        shown = shown.drop(columns="same_place")
    render: dict[str, Render] = {
        "id": lambda v: h.element("span", h.text(v), class_="class"),
        "kind": lambda v: h.chip(say(f"spot-{v}"), str(v)),
        "failing_layers": _one_a_line,
        "same_place": _one_a_line,
    }
    parts = [h.table(shown, say("whitespots-table", definition=definition.title), w.texts, render)]
    if len(frame) > MAX_ROWS:
        parts.append(h.paragraph(say("whitespots-more", count=len(frame) - MAX_ROWS), "note"))
    parts.append(h.paragraph(say("whitespots-note"), "note"))
    layers = w.rows("whitespot_layers", definition=definition.id)
    layers = layers[layers["rank"] <= MAX_ROWS].reset_index(drop=True)
    inside = h.table(layers, say("whitespot-layers-table", definition=definition.title), w.texts)
    return [*parts, h.details(say("whitespot-layers-show", count=len(layers)), inside)]


def _one_a_line(value: object) -> Html:
    return Html("<br>".join(h.text(part) for part in str(value).split("; ")))


def layers(w: Writer, maps: MapMaker) -> Html:
    """Return, for each layer, the maps of level, probability, evidence and SINR, each with its table."""
    parts = [part for coverage in w.content.coverage for part in _layer(w, maps, coverage)]
    return h.section("layers", w.say("layers-title"), h.paragraph(w.say("layers-lead")), *parts)


def _layer(w: Writer, maps: MapMaker, coverage: Coverage) -> list[Html]:
    say, layer = w.say, str(coverage.layer)
    edges = level_edges_dbm(coverage, w.content.definitions)
    level = w.rows("levels", layer=layer).drop(columns="quantity")
    parts = [
        h.element("h3", h.text(layer)),
        _pair(
            maps.level(coverage), _class_table(w, level, say("levels-table", layer=layer), "dBm", level_colours(edges))
        ),
    ]
    for definition in w.content.definitions:
        if definition.id not in coverage.probability:
            continue
        frame = w.rows("probability", layer=layer, definition=definition.id)
        frame[["probability_from", "probability_to"]] = (frame[["probability_from", "probability_to"]] * 100.0).round(6)
        caption = say("probability-table", layer=layer, definition=definition.title)
        twin = _class_table(w, frame, caption, "%", probability_colours(definition))
        parts.append(_pair(maps.probability(coverage, definition), twin))
    sinr = _class_table(w, w.rows("sinr", layer=layer), say("sinr-table", layer=layer), "dB", sinr_colours())
    return [*parts, _pair(maps.evidence(coverage), _evidence_table(w, layer)), _pair(maps.sinr(coverage), sinr)]


def _pair(picture: Picture, twin: Html) -> Html:
    return h.element("div", h.figure(picture.png, picture.alt, picture.caption), twin, class_="pair")


def _class_table(w: Writer, frame: pd.DataFrame, caption: str, unit: str, colours: Sequence[str]) -> Html:
    """Return the table twin of a map of classes: its first two columns are the ends of each class."""
    low, high = frame.columns[:2]
    labels = [class_label(_end(a), _end(b), unit, w.texts) for a, b in zip(frame[low], frame[high], strict=True)]
    shown = frame.drop(columns=[low, high])
    shown["class"] = range(len(labels))

    def cell(value: object) -> Html:
        position = int(str(value))
        unknown = position >= len(colours)
        colour = palette.UNKNOWN if unknown else colours[position]
        return h.element("span", h.swatch(colour, unknown=unknown), h.text(labels[position]), class_="class")

    return h.table(shown, caption, w.texts, {"class": cell})


def _evidence_table(w: Writer, layer: str) -> Html:
    colours = {kind.word: palette.EVIDENCE_COLOURS[kind] for kind in EVIDENCE_ORDER}
    cell: Callable[[object], Html] = lambda value: h.element(  # noqa: E731 - one column's rule
        "span",
        h.swatch(colours[str(value)], unknown=value == "unknown"),
        h.text(w.say(f"evidence-{value}")),
        class_="class",
    )
    return h.table(
        w.rows("evidence", layer=layer), w.say("evidence-layer-table", layer=layer), w.texts, {"evidence": cell}
    )


def _end(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
