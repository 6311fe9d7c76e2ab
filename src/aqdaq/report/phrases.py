"""Sentences that stand in more than one place: definitions in words, totals."""

from __future__ import annotations

from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.definition_parts import ServiceClass, Unit
from aqdaq.model.network import level_quantity
from aqdaq.report.texts import Texts


def definition_short(definition: ServiceDefinition, texts: Texts) -> str:
    """Return the definition as one sentence: level, place, height, probability, least area; or why it judges none."""
    if definition.cannot_predict:
        return texts.say("definition-cannot-predict", reason=definition.cannot_predict)
    least = hectares(definition.minimum_area_m2, texts)
    area = (
        texts.say("definition-area", area=least) if definition.minimum_area_m2 > 0 else texts.say("definition-any-area")
    )
    return texts.say(
        "definition-short",
        levels=_levels(definition, texts),
        place=texts.say(f"environment-{definition.environment}"),
        height=_plain(definition.receiver_height_m, texts),
        probability=_plain(100.0 * definition.bound, texts),
        area=area,
    )


def definition_sentences(definition: ServiceDefinition, texts: Texts) -> list[str]:
    """Return what else the definition says: entry loss, classes, data rate, unit, evidence rule, validity."""
    found = [*_indoors(definition, texts), *_levels_of_service(definition, texts)]
    if definition.probability_of == "cell-edge":
        found.append(texts.say("definition-cell-edge"))
    if definition.unit.kind != "pixel":
        found.append(texts.say("definition-unit", unit=unit_word(definition.unit)))
    if definition.not_stated:
        found.append(texts.say("definition-not-stated", names=", ".join(definition.not_stated)))
    found.append(
        texts.say(
            "definition-evidence",
            count=definition.minimum_samples,
            distance=_plain(definition.measured_within_m, texts),
        )
    )
    ends = definition.valid_to.isoformat() if definition.valid_to else texts.say("definition-open-end")
    found.append(texts.say("definition-validity", begin=definition.valid_from.isoformat(), end=ends))
    return found


def unit_word(unit: Unit) -> str:
    """Return the unit of judgement in short: ``pixel``, ``square of 100 m``, ``H3 hexagon of resolution 8``."""
    if unit.kind == "square":
        return f"square of {unit.side_m:g} m"
    return "pixel" if unit.kind == "pixel" else f"H3 hexagon of resolution {unit.resolution}"


def _indoors(definition: ServiceDefinition, texts: Texts) -> list[str]:
    if definition.environment != "indoor":
        return []
    if definition.entry_model == "p2109":
        share = definition.efficient_share
        mixed = "" if share is None else texts.say("definition-p2109-share", share=_plain(100.0 * share, texts))
        return [texts.say("definition-p2109", buildings=str(definition.building_class), mixed=mixed)]
    loss, sd = (_plain(value, texts) for value in (definition.entry_loss_db, definition.entry_loss_sd_db))
    return [texts.say("definition-entry-loss", loss=loss, sd=sd)]


def _levels_of_service(definition: ServiceDefinition, texts: Texts) -> list[str]:
    found = []
    if definition.classes and definition.served_class is not None:
        names = [_class(one, texts) for one in definition.classes]
        words = texts.say("list-separator").join(names)
        found.append(texts.say("definition-classes", classes=words, served=definition.served_class))
    rates = definition.throughput
    if rates is not None:
        parts = [("down", rates.download_mbps), ("up", rates.upload_mbps)]
        asked = [texts.say(f"definition-{way}", rate=_plain(rate, texts)) for way, rate in parts if rate is not None]
        source = rates.map_source or texts.say("definition-no-map")
        found.append(texts.say("definition-rates", rates=texts.say("list-separator").join(asked), source=source))
    return found


def _class(one: ServiceClass, texts: Texts) -> str:
    bounds = texts.say("list-separator").join(
        f"{key} {_plain(level, texts)} dBm" for key, level in one.least_dbm.items()
    )
    return texts.say("definition-class", name=one.name, bounds=bounds) if bounds else one.name


def hectares(area_m2: float, texts: Texts) -> str:
    """Return an area (m2) in hectares, with decimals where it is small."""
    area = area_m2 / 1e4
    return _plain(area, texts) if area < 1.0 or area.is_integer() else texts.number(area, 1)


def _levels(definition: ServiceDefinition, texts: Texts) -> str:
    parts = [
        texts.say(
            "definition-level", quantity=level_quantity(technology), level=_plain(level, texts), technology=technology
        )
        for technology, level in definition.threshold_dbm.items()
    ]
    return texts.say("list-separator").join(parts)


def _plain(value: float, texts: Texts) -> str:
    """Return a figure of a rule with as many decimals as it has, at most four."""
    digits = next((n for n in range(4) if abs(round(value, n) - value) < 1e-9), 4)
    return texts.number(value, digits)
