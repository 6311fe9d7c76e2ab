"""Sentences that stand in more than one place: definitions in words, totals."""

from __future__ import annotations

from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.network import level_quantity
from aqdaq.report.texts import Texts


def definition_short(definition: ServiceDefinition, texts: Texts) -> str:
    """Return the definition as one sentence: level, place, height, probability and least area."""
    least = hectares(definition.minimum_area_m2, texts)
    area = (
        texts.say("definition-area", area=least) if definition.minimum_area_m2 > 0 else texts.say("definition-any-area")
    )
    return texts.say(
        "definition-short",
        levels=_levels(definition, texts),
        place=texts.say(f"environment-{definition.environment}"),
        height=_plain(definition.receiver_height_m, texts),
        probability=_plain(100.0 * definition.probability, texts),
        area=area,
    )


def definition_sentences(definition: ServiceDefinition, texts: Texts) -> list[str]:
    """Return what else the definition says: entry loss, evidence rule, validity."""
    found = []
    if definition.environment == "indoor":
        found.append(
            texts.say(
                "definition-entry-loss",
                loss=_plain(definition.entry_loss_db, texts),
                sd=_plain(definition.entry_loss_sd_db, texts),
            )
        )
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
