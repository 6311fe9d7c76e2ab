"""Places, verdicts, limits and assumptions of a pack in words: what the pack and its annex share."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Final

from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.results import Assumption
from aqdaq.report.exposure_content import Finding, Flat, Pack, findings, reach_m
from aqdaq.report.exposure_document import PackTable
from aqdaq.report.exposure_texts import ExposureTexts

#: Item and, where one item has several reasons, a word of the reason -> key of the sentence.
_ASSUMED: Final = (
    ("EIRP of all ports", "", "assumed-ports"),
    ("EIRP", "", "assumed-eirp"),
    ("unit of the antenna gain", "", "assumed-gain-unit"),
    ("antenna pattern", "", "assumed-pattern"),
    ("TDD duty", "", "assumed-duty"),
    ("factor of adaptive antennas", "NOT VERIFIED", "assumed-adaptive-unverified"),
    ("factor of adaptive antennas", "", "assumed-adaptive"),
    ("load", "", "assumed-load"),
    ("reflection factor", "", "assumed-reflection"),
    ("length of panels", "", "assumed-panel"),
    ("attenuation by buildings", "material", "assumed-material"),
    ("attenuation by buildings", "height", "assumed-height"),
    ("ground height", "", "assumed-ground"),
    ("floors", "would not be", "assumed-floors-odds"),
    ("floors", "", "assumed-floors"),
    ("height of a floor", "", "assumed-storey"),
    ("ground", "", "assumed-plot"),
)
_IMPEDANCE_OHM: Final = 120.0 * math.pi


def caution_words(pack: Pack, texts: ExposureTexts) -> str:
    """Return what stands on every page: limits that are not verified or over; empty where there is none."""
    said = []
    for limit in pack.limits:
        name = texts.limit(limit)
        if limit.expired and limit.valid_to is not None:
            key = "caution-expired" if limit.verified else "caution-both"
            said.append(texts.say(key, limit=name, day=texts.day(limit.valid_to)))
        elif not limit.verified:
            said.append(texts.say("caution-unverified", limit=name))
    return texts.say("caution", limits=texts.listed(said)) if said else ""


def alarm_words(pack: Pack, texts: ExposureTexts) -> tuple[str, ...]:
    """Return what makes the neighbourhood incomplete, a title first; empty where nothing does."""
    said = []
    ground = tuple(texts.say("yards") if name == "yards" else name for name in pack.without_ground)
    for key, names in (("height", pack.without_height), ("ground", ground), ("cells", pack.left_out)):
        if names:
            said.append(texts.say(f"incomplete-{key}", count=texts.number(len(names)), names=texts.listed(names)))
    return (texts.say("incomplete-title"), *said) if said else ()


def verdict_words(pack: Pack, texts: ExposureTexts) -> tuple[tuple[str, str], ...]:
    """Return kind and words of what can be said of each limit."""
    return tuple(
        (f.verdict, _verdict(pack, f, limit, texts)) for f, limit in zip(findings(pack), pack.limits, strict=True)
    )


def _verdict(pack: Pack, found: Finding, limit: ExposureLimit, texts: ExposureTexts) -> str:
    name, percent, reflection = texts.limit(limit), texts.percent(found.proposed), reflection_words(pack, texts)
    if found.verdict == "none":
        day = texts.day(limit.valid_to) if limit.valid_to else ""
        more = {
            "expired": {"day": day},
            "narrow": {"reach": texts.figure(reach_m(pack, limit)), "within": texts.figure(pack.within_m)},
        }
        reasons = [texts.say(f"reason-{word}", **more.get(word, {})) for word in found.reasons if word != "unverified"]
        return texts.say(
            "verdict-none", limit=name, percent=percent, reasons=texts.listed(reasons), reflection=reflection
        )
    if found.verdict == "exceeds":
        key = "verdict-exceeds" if limit.verified else "verdict-exceeds-unverified"
        figures = {"over": found.over, "before": found.over_before, "count": len(pack.receptors)}
        counts = {name: texts.number(value) for name, value in figures.items()}
        counts["kinds"] = texts.listed([_above(*group, texts) for group in found.by_kind])
        return texts.say(key, limit=name, percent=percent, reflection=reflection, **counts)
    return texts.say(f"verdict-{found.verdict.replace('_', '-')}", limit=name, percent=percent, reflection=reflection)


def _above(group: str, count: int, people: float | None, texts: ExposureTexts) -> str:
    """Return how many places of a kind are above a limit, and how many people live behind them."""
    said = texts.say(f"above-{group}", count=texts.number(count))
    if people is None:
        return said
    return texts.say("above-people", places=said, people=texts.number(people))


def reflection_words(pack: Pack, texts: ExposureTexts) -> str:
    """Return whether reflections are counted, and by which factor."""
    if pack.reflection <= 1.0:
        return texts.say("reflection-none")
    return texts.say("reflection", factor=texts.figure(pack.reflection))


def fact_words(pack: Pack, texts: ExposureTexts) -> tuple[tuple[str, str], ...]:
    """Return the facts of the first page."""
    own = [a for a in pack.antennas if a.candidate]
    heights = sorted({a.height_m for a in own})
    way = texts.say("way-sight" if pack.line_of_sight else "way-free")
    return (
        (texts.say("fact-candidate"), pack.candidate),
        (texts.say("fact-origin"), texts.say(f"origin-{pack.origin.replace('_', '-')}")),
        (
            texts.say("fact-place"),
            texts.say(
                "fact-place-value", x=texts.number(pack.place_m[0]), y=texts.number(pack.place_m[1]), crs=pack.crs,
                ground=texts.number(pack.foot_m, 1),
            ),
        ),
        (
            texts.say("fact-antennas"),
            texts.say(
                "fact-antennas-value", count=str(len(own)), heights=texts.listed([texts.number(h, 1) for h in heights]),
                eirp=texts.number(sum(a.eirp_w for a in own)),
            ),
        ),
        (texts.say("fact-day"), texts.say("fact-day-value", day=texts.day(pack.date))),
        (
            texts.say("fact-area"),
            texts.say(
                "fact-area-value", metres=texts.number(pack.within_m), buildings=texts.number(len(pack.blocks)),
                receptors=texts.number(len(pack.receptors)),
            ),
        ),
        (texts.say("fact-way"), texts.say("separator").join([way, reflection_words(pack, texts)])),
    )  # fmt: skip


def building_words(pack: Pack, building: str, texts: ExposureTexts) -> str:
    """Return the name of a building; planned ones say so."""
    if not building:
        return texts.say("open-ground")
    planned = any(b.planned for b in pack.blocks if b.id == building)
    return texts.say("planned-building", building=building) if planned else building


def flat_words(flat: Flat, texts: ExposureTexts) -> str:
    """Return where a flat is: its name, floor and side."""
    floor = texts.say("flat-floor", floor=str(flat.floor)) if flat.floor else texts.say(f"kind-{flat.kind}")
    if math.isfinite(flat.facade_deg):
        floor = texts.say("flat-facade", floor=floor, side=side_words(flat.facade_deg, texts))
    return texts.say("flat-given", flat=flat.flat, floor=floor) if flat.flat else floor


def place_words(pack: Pack, index: int, texts: ExposureTexts) -> str:
    """Return where a receptor is; a dash for none."""
    if index < 0:
        return "–"
    r = pack.receptors
    flat = Flat(
        r.building[index], r.flat[index], int(r.floor[index]), float(r.facade_deg[index]), r.kind[index], index, 1, 0
    )
    where = flat_words(flat, texts)
    if not flat.building:
        return where
    return texts.say("separator").join([building_words(pack, flat.building, texts), where])


def side_words(facade_deg: float, texts: ExposureTexts) -> str:
    """Return the side of a house in words, one of eight."""
    return texts.say(f"side-{round(facade_deg / 45.0) % 8}")


def assumed_words(pack: Pack, texts: ExposureTexts) -> tuple[str, ...]:
    """Return what is assumed, a sentence each; one that the language does not know stays as it was written."""
    return tuple(_assumed(a, texts) for a in pack.assumed) or (texts.say("assumed-none"),)


def _assumed(a: Assumption, texts: ExposureTexts) -> str:
    key = next((k for item, word, k in _ASSUMED if a.item == item and word in a.reason), "")
    if not key:
        return texts.say("assumed-other", item=a.item, value=a.value, applies=a.applies_to, reason=a.reason)
    count = re.match(r"\d+", a.applies_to)
    return texts.say(key, count=count[0] if count else "", value=_plain_value(a.value, texts))


def _plain_value(value: str, texts: ExposureTexts) -> str:
    """Return the numbers of a value in the language, without its English words."""
    if " from " in value:  # steps of adaptive antennas: factor from so many sub-arrays
        steps = [step.split(" from ") for step in value.split(", ")]
        return texts.listed([f"≥ {count}: {texts.figure(float(factor))}" for factor, count in steps])
    metres = re.search(r"([\d.]+) m\b", value)
    if metres:
        unit = "m" if texts.language == "en" else "м"
        return f"{texts.figure(float(metres[1]))} {unit}"
    return texts.figure(float(value)) if re.fullmatch(r"[\d.]+", value) else value


def sources_table(pack: Pack, texts: ExposureTexts) -> PackTable:
    """Return what the limits permit at the frequencies of the candidate, and where they stand."""
    frequencies = sorted({a.frequency_mhz for a in pack.antennas if a.candidate})
    rows = []
    for limit in pack.limits:
        allowed = [_allowed(limit, f, texts) for f in frequencies]
        if limit.figures.per == "installation":
            allowed.append(texts.say("per-installation"))
        if limit.valid_to is None:
            force = texts.say("further-notice", **{"from": texts.day(limit.valid_from)})
        else:
            force = texts.say("until", **{"from": texts.day(limit.valid_from), "to": texts.day(limit.valid_to)})
        read = [texts.say("read-yes" if limit.verified else "read-no")]
        read += [texts.say("read-expired")] if limit.expired else []
        name = f"{texts.limit(limit)} ({limit.id})"
        rows.append((name, "; ".join(allowed), _source(limit, texts), force, texts.listed(read)))
    head = tuple(texts.say(f"head-{name}") for name in ("limit", "figure", "source", "force", "read"))
    return PackTable(texts.say("table-sources"), head, tuple(rows), widths=(2.2, 3.0, 4.4, 2.0, 2.0))


@cache
def _english() -> ExposureTexts:
    return ExposureTexts("en")


def _source(limit: ExposureLimit, texts: ExposureTexts) -> str:
    """Return where a limit stands; a title that the language does not know stays as it is, and says that it does.

    A rulebook of a project may have the id of a shipped one: only the same source is translated.
    """
    key = f"source-{limit.id}"
    if _english().has(key) and _english().say(key) == limit.source:
        return texts.say(key)
    return texts.say("source-original", source=limit.source)


def _allowed(limit: ExposureLimit, frequency_mhz: float, texts: ExposureTexts) -> str:
    allowed = limit.power_density_w_m2(frequency_mhz)
    frequency = texts.number(frequency_mhz, 0)
    if allowed is None:
        return texts.say("allowed-none", frequency=frequency)
    field = math.sqrt(allowed * _IMPEDANCE_OHM)
    return texts.say("allowed", frequency=frequency, density=texts.figure(100.0 * allowed), field=texts.figure(field))


def source_words(pack: Pack, texts: ExposureTexts) -> tuple[str, ...]:
    """Return by which formulas the figures were made."""
    return (
        texts.say("sources-formula", factor=texts.figure(pack.reflection)),
        texts.say("sources-sum"),
        texts.say("sources-near" if pack.near_field else "sources-far"),
        texts.say("sources-sight" if pack.line_of_sight else "sources-free"),
        texts.say("sources-antennas", count=texts.number(len(pack.antennas))),
    )


def footer_words(pack: Pack, texts: ExposureTexts) -> str:
    """Return what stands at the foot of every page."""
    return texts.say(
        "footer", project=pack.project, candidate=pack.candidate, day=texts.day(pack.date), version=pack.version
    )
