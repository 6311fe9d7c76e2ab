"""The technical annex of an evidence pack, for a sanitary authority: inputs, totals, zones, what is not known."""

from __future__ import annotations

import math

import numpy as np

from aqdaq.report.exposure_antennas import antenna_tables
from aqdaq.report.exposure_content import Pack, ZoneFigures, findings, summaries
from aqdaq.report.exposure_document import Document, PackSection, PackTable, Picture
from aqdaq.report.exposure_pack import limits_table
from aqdaq.report.exposure_sections import levels_picture, sections_picture
from aqdaq.report.exposure_texts import ExposureTexts
from aqdaq.report.exposure_words import (
    alarm_words,
    assumed_words,
    building_words,
    caution_words,
    fact_words,
    footer_words,
    source_words,
    sources_table,
    verdict_words,
)


def annex_document(pack: Pack, language: str) -> Document:
    """Return the annex as a document.

    Args:
        pack: what it says.
        language: ``kk``, ``ru`` or ``en``.
    """
    texts = ExposureTexts(language)
    say = texts.say
    return Document(
        language=language,
        title=say("annex-title", candidate=pack.candidate),
        banner=say("synthetic") if pack.synthetic else "",
        caution=caution_words(pack, texts),
        alarms=alarm_words(pack, texts),
        verdict_title=say("verdict-title"),
        verdicts=verdict_words(pack, texts),
        verdict_note=say("verdict-note"),
        facts=fact_words(pack, texts),
        sections=(
            PackSection("", tables=(limits_table(pack, texts),)),
            PackSection(say("section-sources"), items=source_words(pack, texts), tables=(sources_table(pack, texts),)),
            PackSection(say("section-assumed"), items=assumed_words(pack, texts)),
            PackSection(say("section-unknown"), items=_unknown(pack, texts)),
            _zones(pack, texts),
            *_sections(pack, texts),
            PackSection(say("section-antennas"), (_total(pack, texts),), tables=antenna_tables(pack, texts), wide=True),
            PackSection(say("section-receptors"), tables=(_receptors(pack, texts),), wide=True),
        ),
        footer=footer_words(pack, texts),
        date=pack.date.isoformat(),
    )


def _total(pack: Pack, texts: ExposureTexts) -> str:
    own = [a for a in pack.antennas if a.candidate]
    return texts.say(
        "antennas-total", count=str(len(pack.antennas)), sites=str(len({a.site for a in pack.antennas})),
        eirp=texts.number(sum(a.eirp_w for a in pack.antennas)), own=str(len(own)),
        own_eirp=texts.number(sum(a.eirp_w for a in own)),
    )  # fmt: skip


def _zones(pack: Pack, texts: ExposureTexts) -> PackSection:
    say = texts.say
    names = {limit.id: texts.limit(limit) for limit in pack.limits}
    rows = tuple((names[z.limit], *_zone(pack, z, texts)) for z in pack.zones)
    keys = ("limit", "sanitary", "restriction", "reach", "entered")
    table = PackTable(
        say("table-zones"), tuple(say(f"head-{key}") for key in keys), rows, numbers=(1, 3), widths=(2, 2, 2.4, 1.6, 4)
    )
    return PackSection(say("section-zones"), (say("zones-note", step=texts.number(pack.zone_step_m)),), tables=(table,))


def _zone(pack: Pack, z: ZoneFigures, texts: ExposureTexts) -> tuple[str, ...]:
    say = texts.say
    if z.sanitary_m2 is None:
        return (say("not-known"),) * 4
    heights = say("nowhere")
    if z.from_m is not None:
        heights = _heights(z.from_m, z.to_m, texts)
    entered = [_entered(pack, z.limit, name, low, high, texts) for name, low, high, _ in z.entered]
    return (
        texts.number(z.sanitary_m2), heights, texts.number(z.reach_m),
        texts.listed(entered) if entered else say("nowhere"),
    )  # fmt: skip


def _heights(low_m: float, high_m: float | None, texts: ExposureTexts) -> str:
    """Return from where to where, or the one height where both read alike; some lie below the ground of the site."""
    low, high = texts.number(low_m), texts.number(high_m)
    return low if low == high else texts.say("zone-heights", **{"from": low, "to": high})


def _entered(pack: Pack, limit: str, name: str, low: float, high: float, texts: ExposureTexts) -> str:
    """Return a building inside the zone, with a note where every computed place of it keeps the limit."""
    words = {"building": building_words(pack, name, texts), "heights": _heights(low, high, texts)}
    number = next(n for n, one in enumerate(pack.limits) if one.id == limit)
    ratio = next((float(s.proposed[number]) for s in summaries(pack) if s.building == name), math.nan)
    if ratio <= 1.0:  # False where it is unknown
        return texts.say("entered-below", percent=texts.percent(ratio), **words)
    return texts.say("entered", **words)


def _sections(pack: Pack, texts: ExposureTexts) -> tuple[PackSection, ...]:
    if not pack.sections:
        return ()
    limit = texts.limit(pack.limits[pack.strictest])
    picture = Picture(
        sections_picture(pack, texts),
        texts.say("picture-sections-alt", limit=limit),
        texts.say("picture-sections-caption", limit=limit),
    )
    pictures = [picture]
    if any(section.kind == "level" for section in pack.sections):
        alt, caption = (texts.say(f"picture-levels-{key}", limit=limit) for key in ("alt", "caption"))
        pictures.append(Picture(levels_picture(pack, texts), alt, caption))
    return (PackSection(texts.say("section-sections"), pictures=tuple(pictures)),)


def _receptors(pack: Pack, texts: ExposureTexts) -> PackTable:
    """Return the highest figures of every building of the neighbourhood, worst first."""
    say = texts.say
    rows = []
    for s in summaries(pack):
        pairs = [f"{texts.percent(b)} | {texts.percent(a)}" for b, a in zip(s.existing, s.proposed, strict=True)]
        rows.append(
            (building_words(pack, s.building, texts), texts.number(s.receptors), texts.number(s.unknown), *pairs)
        )
    head = (say("head-building"), say("head-places"), say("head-unknown"), *(texts.limit(one) for one in pack.limits))
    return PackTable(
        say("table-receptors"), head, tuple(rows), numbers=tuple(range(1, len(head))),
        widths=(3.0, 1.2, 1.4, *[2.0] * len(pack.limits)),
    )  # fmt: skip


def _unknown(pack: Pack, texts: ExposureTexts) -> tuple[str, ...]:
    """Return what was not known, a sentence each."""
    said = list(alarm_words(pack, texts)[1:])
    lost = int(np.isnan(pack.proposed.s_w_m2[0]).sum())
    if lost:
        said.append(texts.say("unknown-receptors", count=texts.number(lost)))
    for found, limit, ratio in zip(findings(pack), pack.limits, pack.proposed.ratio[0], strict=True):
        if "unknown" in found.reasons and np.isnan(ratio).sum() > lost:
            said.append(texts.say("unknown-limit", limit=texts.limit(limit)))
    if not pack.measured:
        said.append(texts.say("unknown-measured"))
    return tuple(said) or (texts.say("unknown-none"),)
