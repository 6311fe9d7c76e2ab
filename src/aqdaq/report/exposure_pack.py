"""The evidence pack for residents: a document of words, tables and pictures."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from aqdaq.report.exposure_content import Flat, Pack, State, findings, flats_of, summaries
from aqdaq.report.exposure_document import Document, PackSection, PackTable, Picture
from aqdaq.report.exposure_facade import facade_pictures
from aqdaq.report.exposure_phone import handset_section
from aqdaq.report.exposure_plan import plan_picture
from aqdaq.report.exposure_texts import ExposureTexts
from aqdaq.report.exposure_words import (
    alarm_words,
    assumed_words,
    building_words,
    caution_words,
    fact_words,
    flat_words,
    footer_words,
    place_words,
    source_words,
    sources_table,
    verdict_words,
)

#: Rows of the summary on the first page, and limits side by side in the table of flats.
MOST_BUILDINGS: Final = 8
MOST_LIMITS: Final = 2

_UNITS: Final = {
    "en": ("mW/m²", "µW/cm²", "V/m"),
    "ru": ("мВт/м²", "мкВт/см²", "В/м"),
    "kk": ("мВт/м²", "мкВт/см²", "В/м"),
}
_IMPEDANCE_OHM: Final = 120.0 * math.pi


def pack_document(pack: Pack, language: str) -> Document:
    """Return the pack as a document.

    Args:
        pack: what it says.
        language: ``kk``, ``ru`` or ``en``.
    """
    texts = ExposureTexts(language)
    say = texts.say
    buildings = tuple(section for name in pack.chosen for section in _building(pack, name, texts))
    return Document(
        language=language,
        title=say("pack-title", candidate=pack.candidate),
        banner=say("synthetic") if pack.synthetic else "",
        caution=caution_words(pack, texts),
        alarms=alarm_words(pack, texts),
        verdict_title=say("verdict-title"),
        verdicts=verdict_words(pack, texts),
        verdict_note=say("verdict-note"),
        facts=fact_words(pack, texts),
        sections=(
            PackSection("", tables=(_states(pack, texts), limits_table(pack, texts), _buildings(pack, texts))),
            _meaning(pack, texts),
            _plan(pack, texts),
            *buildings,
            _measured(pack, texts),
            handset_section(pack, texts),
            PackSection(say("section-sources"), items=source_words(pack, texts), tables=(sources_table(pack, texts),)),
            PackSection(say("section-assumed"), items=assumed_words(pack, texts)),
            PackSection(say("section-request"), (say("request"),)),
        ),
        footer=footer_words(pack, texts),
        date=pack.date.isoformat(),
    )


def limits_table(pack: Pack, texts: ExposureTexts) -> PackTable:
    """Return the highest share of each limit, existing and proposed, and where it is."""
    say = texts.say
    rows = tuple(
        (
            texts.limit(limit), texts.percent(f.existing), texts.percent(f.proposed), texts.percent(f.actual),
            place_words(pack, f.worst, texts),
        )
        for f, limit in zip(findings(pack), pack.limits, strict=True)
    )  # fmt: skip
    groups = (("", 1), (say("head-highest"), 2), ("", 2))
    head = (say("head-limit"), say("head-existing"), say("head-proposed"), say("head-actual"), say("head-where"))
    return PackTable(say("table-limits"), head, rows, groups, numbers=(1, 2, 3), widths=(2.0, 2.0, 2.0, 2.4, 3.6))


def _states(pack: Pack, texts: ExposureTexts) -> PackTable:
    """Return the highest figure of the candidate alone, of what is there already, and of both together."""
    say = texts.say
    states = (("state-own", pack.own), ("head-existing", pack.existing), ("head-proposed", pack.proposed))
    rows = tuple((say(key), *_highest(pack, state, texts)) for key, state in states if state is not None)
    head = tuple(say(f"head-{key}") for key in ("state", "share", "where", "largest", "distance"))
    limit = texts.limit(pack.limits[pack.strictest])
    return PackTable(say("table-states", limit=limit), head, rows, numbers=(1, 4), widths=(2.6, 1.7, 4.2, 2.6, 1.9))


def _highest(pack: Pack, state: State, texts: ExposureTexts) -> tuple[str, ...]:
    """Return the highest share of the limit of the pictures, its place, the strongest source and how far that is."""
    ratio = state.ratio[0, pack.strictest]
    if not np.isfinite(ratio).any():
        return ("–",) * 4
    i = int(np.nanargmax(ratio))
    source = next((a for a in pack.antennas if a.cell == state.largest[i]), None)
    away = None if source is None else math.dist((source.x_m, source.y_m, source.z_m), pack.receptors.at_m[i])
    return (
        texts.percent(float(ratio[i])), place_words(pack, i, texts), largest_words(state, i, texts),
        texts.number(away),
    )  # fmt: skip


def _buildings(pack: Pack, texts: ExposureTexts) -> PackTable:
    say, n = texts.say, pack.strictest
    found = summaries(pack)
    shown = found[:MOST_BUILDINGS]
    rows = tuple(
        (
            building_words(pack, s.building, texts), texts.number(s.receptors), texts.number(s.unknown),
            texts.percent(s.existing[n]), texts.percent(s.proposed[n]), texts.percent(s.actual[n]),
            flat_words(_single(pack, s.worst), texts) if s.worst >= 0 else say("not-known"),
        )
        for s in shown
    )  # fmt: skip
    head = tuple(say(f"head-{k}") for k in ("building", "places", "unknown", "existing", "proposed", "actual", "where"))
    rest = len(found) - len(shown)
    return PackTable(
        say("table-buildings", limit=texts.limit(pack.limits[n])), head, rows, numbers=(1, 2, 3, 4, 5),
        note=say("table-buildings-note", count=str(rest)) if rest else "",
        widths=(2.0, 1.6, 1.9, 2.4, 2.6, 2.6, 2.4),
    )  # fmt: skip


def _single(pack: Pack, i: int) -> Flat:
    r = pack.receptors
    return Flat(r.building[i], r.flat[i], int(r.floor[i]), float(r.facade_deg[i]), r.kind[i], i, 1, 0)


def _meaning(pack: Pack, texts: ExposureTexts) -> PackSection:
    equal = np.allclose(pack.proposed.s_w_m2[0], pack.proposed.s_w_m2[1], rtol=1e-9, equal_nan=True)
    keys = ["power", "field", "percent", "maxima", *(["equal"] if equal else []), "outside"]
    return PackSection(texts.say("section-meaning"), items=tuple(texts.say(f"meaning-{key}") for key in keys))


def _plan(pack: Pack, texts: ExposureTexts) -> PackSection:
    say, limit = texts.say, texts.limit(pack.limits[pack.strictest])
    picture = Picture(
        plan_picture(pack, texts),
        say("picture-plan-alt", metres=texts.number(pack.within_m), candidate=pack.candidate),
        say("picture-plan-caption", limit=limit),
        0.72,
    )
    return PackSection(say("section-plan"), pictures=(picture,))


def _building(pack: Pack, building: str, texts: ExposureTexts) -> tuple[PackSection, ...]:
    say, flats = texts.say, flats_of(pack, building)
    name = building_words(pack, building, texts)
    title = say("section-building", building=name)
    if not flats:
        return (PackSection(title, (say("no-places", building=name),)),)
    said = () if any(f.flat for f in flats) else (say("no-flats"),)
    chunks = [tuple(range(n, min(n + MOST_LIMITS, len(pack.limits)))) for n in range(0, len(pack.limits), MOST_LIMITS)]
    tables = tuple(_flats(pack, building, flats, chunk, texts) for chunk in chunks)
    return (
        PackSection(title, pictures=_facade(pack, building, texts)),
        PackSection("", said, tables=tables, wide=True),
    )


def _facade(pack: Pack, building: str, texts: ExposureTexts) -> tuple[Picture, ...]:
    """Return the pictures of the sides of a building; none where it has no wall."""
    say = texts.say
    drawn = facade_pictures(pack, building, texts)
    limit = texts.limit(pack.limits[pack.strictest])
    members = [i for i, owner in enumerate(pack.receptors.building) if owner == building]
    highest = [float(np.nanmax(state.ratio[0, pack.strictest, members], initial=0.0)) for state in pack.states]
    alt = say(
        "picture-facade-alt", building=building_words(pack, building, texts), limit=limit,
        existing=texts.percent(highest[0]), proposed=texts.percent(highest[1]),
    )  # fmt: skip
    caption = say("picture-facade-caption", limit=limit)
    if drawn.shown < drawn.sides:
        caption += " " + say("picture-facade-note", shown=str(drawn.shown), all=str(drawn.sides))
    return tuple(Picture(png, alt, caption) for png in drawn.pngs)


def _flats(
    pack: Pack, building: str, flats: tuple[Flat, ...], limits: tuple[int, ...], texts: ExposureTexts
) -> PackTable:
    """Return the table of flats with some of the limits; the first one holds power density and field as well."""
    say, first = texts.say, 0 in limits
    units = _UNITS[texts.language] if first else ()
    columns = (*units, *(say("head-percent", limit=texts.limit(pack.limits[n])) for n in limits))
    head = (say("head-flat"), say("head-maximum"), *columns, *columns, say("head-largest"))
    rows = []
    for flat in flats:
        for most, word in enumerate(("theoretical", "actual")):
            figures = [_figures(state, flat, most, limits, texts, first=first) for state in pack.states]
            where = flat_words(flat, texts) if most == 0 else ""
            source = largest_words(pack.proposed, flat.index, texts) if most == 0 else ""
            rows.append((where, say(word), *figures[0], *figures[1], source))
    width = len(columns)
    groups = (("", 2), (say("head-existing"), width), (say("head-proposed"), width), ("", 1))
    key = "table-flats" if first else "table-flats-more"
    return PackTable(
        say(key, building=building_words(pack, building, texts)), head, tuple(rows), groups,
        note=say("table-flats-note"), numbers=tuple(range(2, 2 + 2 * width)), pairs=True,
        widths=(3.4, 1.9, *[1.4] * len(units), *[2.2] * len(limits), *[1.4] * len(units), *[2.2] * len(limits), 3.0),
    )  # fmt: skip


def _figures(
    state: State, flat: Flat, most: int, limits: tuple[int, ...], texts: ExposureTexts, *, first: bool
) -> list[str]:
    s = flat.highest(state.s_w_m2[most])
    found = (
        [texts.figure(1e3 * s), texts.figure(100.0 * s), texts.figure(math.sqrt(_IMPEDANCE_OHM * s))] if first else []
    )
    for n in limits:
        ratio = flat.highest(state.ratio[most, n])
        known = math.isfinite(ratio)
        found.append(f"{texts.percent(ratio)} ({texts.figure(100.0 * math.sqrt(ratio))})" if known else "–")
    return found


def largest_words(state: State, i: int, texts: ExposureTexts) -> str:
    """Return the cell that adds most at a receptor, and its share."""
    if not state.largest[i] or not math.isfinite(state.largest_share[i]):
        return "–"
    return texts.say("largest", cell=state.largest[i], share=texts.number(100.0 * float(state.largest_share[i])))


def _measured(pack: Pack, texts: ExposureTexts) -> PackSection:
    say = texts.say
    if not pack.measured:
        return PackSection(say("section-measured"), (say("measured-none"),))
    rows = []
    for m in pack.measured:
        value = texts.figure(m.e_v_m)
        rows.append(
            (
                m.id, m.day, say(f"phase-{m.phase}") if m.phase else "–",
                say("measured-below", value=value) if m.below else value,
                f"{texts.figure(m.low_v_m)} – {texts.figure(m.high_v_m)}",
                texts.figure(m.computed_v_m), texts.figure(m.actual_v_m),
            )
        )  # fmt: skip
    keys = ("place", "day", "phase", "measured", "interval", "theoretical", "actual-field")
    table = PackTable(
        say("table-measured"), tuple(say(f"head-{key}") for key in keys), tuple(rows), numbers=(3, 4, 5, 6)
    )
    return PackSection(say("section-measured"), (say("measured-note"),), tables=(table,))
