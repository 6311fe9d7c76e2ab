"""The rows of each table of a run, as mappings from the name of a column to its value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from aqdaq.analysis.overlap import same_places
from aqdaq.model.coverage import Coverage
from aqdaq.model.whitespot import WhiteSpot
from aqdaq.report.classes import (
    EVIDENCE_ORDER,
    SINR_EDGES_DB,
    ClassCount,
    count_classes,
    count_codes,
    level_edges_dbm,
    probability_edges,
)
from aqdaq.report.content import ReportContent
from aqdaq.report.districts import district_shares
from aqdaq.report.phrases import unit_word

_HA: Final = 10_000.0

#: How many rows stand as examples behind a reason.
_EXAMPLES: Final = 3

Rows = list[dict[str, Any]]


def whitespots(content: ReportContent) -> Rows:
    """Return one row a white spot."""
    same = same_places(content.overlaps)
    return [
        {
            "definition": spot.definition,
            "rank": spot.rank,
            "id": spot.id,
            "kind": spot.kind,
            "area_ha": spot.area_m2 / _HA,
            "total_area_ha": spot.total_area_m2 / _HA,
            "people": spot.people,
            "total_people": spot.total_people,
            "ranked_by": spot.ranked_by,
            "failing_layers": "; ".join(part.layer for part in spot.layers),
            "worst_deficit_db": max((part.deficit_db for part in spot.layers), default=None),
            "lowest_probability": min((part.probability for part in spot.layers), default=None),
            "measured_percent": spot.measured_share * 100.0,
            "district": spot.district,
            "lon_deg": spot.lon_deg,
            "lat_deg": spot.lat_deg,
            "same_place": "; ".join(same.get(spot.id, ())),
        }
        for spot in _spots(content)
    ]


def small_areas(content: ReportContent) -> Rows:
    """Return one row a definition: failing areas too small for a white spot."""
    return [
        {"definition": key, "areas": small.areas, "area_ha": small.area_m2 / _HA, "people": small.people}
        for key, small in content.small_areas.items()
    ]


def whitespot_layers(content: ReportContent) -> Rows:
    """Return one row a white spot and failing layer."""
    return [
        {
            "definition": spot.definition,
            "rank": spot.rank,
            "id": spot.id,
            "layer": part.layer,
            "area_ha": part.area_m2 / _HA,
            "people": part.people,
            "mean_dbm": part.mean_dbm,
            "deficit_db": part.deficit_db,
            "probability": part.probability,
        }
        for spot in _spots(content)
        for part in spot.layers
    ]


def _spots(content: ReportContent) -> Iterable[WhiteSpot]:
    return (spot for definition in content.definitions for spot in content.whitespots.get(definition.id, ()))


def _class_row(content: ReportContent, found: ClassCount, low: str, high: str) -> dict[str, Any]:
    return {
        low: found.low,
        high: found.high,
        "class": "known" if found.known else "unknown",
        "area_ha": found.pixels * content.grid.pixel_area_m2 / _HA,
        "area_percent": 100.0 * found.pixels / (content.grid.rows * content.grid.cols),
        "people": found.people,
    }


def levels(content: ReportContent) -> Rows:
    """Return area and people by level class per layer."""
    return [
        {"layer": str(layer.layer), "quantity": layer.quantity, **_class_row(content, found, "from_dbm", "to_dbm")}
        for layer in content.coverage
        for found in count_classes(layer.mean_dbm, level_edges_dbm(layer, content.definitions), content.people)
    ]


def sinr(content: ReportContent) -> Rows:
    """Return area and people by SINR class per layer."""
    return [
        {"layer": str(layer.layer), **_class_row(content, found, "from_db", "to_db")}
        for layer in content.coverage
        for found in count_classes(layer.sinr_db, SINR_EDGES_DB, content.people)
    ]


def probability(content: ReportContent) -> Rows:
    """Return area and people by probability class per definition and layer."""
    return [
        {
            "definition": definition.id,
            "layer": str(layer.layer),
            **_class_row(content, found, "probability_from", "probability_to"),
        }
        for definition in content.definitions
        for layer in content.coverage
        if definition.id in layer.probability
        for found in count_classes(layer.probability[definition.id], probability_edges(definition), content.people)
    ]


def evidence(content: ReportContent) -> Rows:
    """Return area and people by evidence per layer."""
    return [row for layer in content.coverage for row in _evidence_of(content, layer)]


def _evidence_of(content: ReportContent, layer: Coverage) -> Rows:
    pixels, people = count_codes(layer.evidence, len(EVIDENCE_ORDER), content.people)
    return [
        {
            "layer": str(layer.layer),
            "evidence": kind.word,
            "area_ha": pixels[kind] * content.grid.pixel_area_m2 / _HA,
            "area_percent": 100.0 * pixels[kind] / layer.evidence.size,
            "people": people[kind],
        }
        for kind in EVIDENCE_ORDER
    ]


def models(content: ReportContent) -> Rows:
    """Return one row a layer and link of the chain of models."""
    return [
        {
            "layer": share.layer,
            "model": share.model,
            "from_m": share.from_m,
            "to_m": share.to_m,
            "mode": share.mode,
            "pixels": share.pixels,
            "area_ha": share.pixels * content.grid.pixel_area_m2 / _HA,
            "area_percent": 100.0 * share.share,
        }
        for share in content.models
    ]


def unknown(content: ReportContent) -> Rows:
    """Return one row a layer and reason for which pixels are unknown."""
    return [
        {
            "layer": share.layer,
            "reason": share.reason,
            "model": share.model,
            "validity": share.validity,
            "pixels": share.pixels,
            "area_ha": share.pixels * content.grid.pixel_area_m2 / _HA,
            "area_percent": 100.0 * share.share,
        }
        for share in content.unknown
    ]


def districts(content: ReportContent) -> Rows:
    """Return area and people affected per definition and district."""
    return [
        {
            "definition": definition.id,
            "district": share.district,
            "whitespots": share.whitespots,
            "area_ha": share.area_m2 / _HA,
            "people": share.people,
            "district_area_ha": share.district_area_m2 / _HA,
            "district_people": share.district_people,
        }
        for definition in content.predicted
        for share in district_shares(content, definition.id)
    ]


def calibration(content: ReportContent) -> Rows:
    """Return the correction of each cell."""
    return [
        {
            "cell": fit.cell,
            "samples": fit.samples,
            "offset_db": fit.offset_db,
            "slope_db_decade": fit.slope_db_decade,
            "residual_sd_db": fit.residual_sd_db,
            "pooled": fit.pooled,
        }
        for fit in content.fits
    ]


def assumptions(content: ReportContent) -> Rows:
    """Return the figures that nobody gave."""
    return [
        {"item": a.item, "value": a.value, "applies_to": a.applies_to, "reason": a.reason} for a in content.assumptions
    ]


def set_aside(content: ReportContent) -> Rows:
    """Return every row that was not used."""
    return [{"source": r.source, "row": r.row, "reason": r.reason, "value": r.value} for r in content.set_aside]


def set_aside_by_reason(content: ReportContent) -> Rows:
    """Return how many rows were not used, by reason, the most frequent first."""
    groups: dict[str, list[str]] = {}
    for row in content.set_aside:
        place = f"{row.source}:{row.row}"
        groups.setdefault(row.reason, []).append(f"{place} ({row.value})" if row.value else place)
    return [
        {
            "reason": reason,
            "rows": len(found),
            "read_percent": 100.0 * len(found) / content.rows_read if content.rows_read else None,
            "first_examples": "; ".join(found[:_EXAMPLES]),
        }
        for reason, found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def definitions(content: ReportContent) -> Rows:
    """Return the service definitions."""
    return [
        {
            "definition": d.id,
            "title": d.title,
            "threshold_dbm_by_technology": "; ".join(f"{key} {value:g}" for key, value in d.threshold_dbm.items()),
            "probability": d.probability,
            "probability_of": d.probability_of if d.probability is not None else None,
            "environment": d.environment,
            "receiver_height_m": d.receiver_height_m,
            "entry_model": d.entry_model if d.environment == "indoor" else None,
            "building_class": d.building_class,
            "entry_loss_db": d.entry_loss_db,
            "entry_loss_sd_db": d.entry_loss_sd_db,
            "unit": unit_word(d.unit),
            "classes": "; ".join(one.name for one in d.classes),
            "served_class": d.served_class,
            "cannot_predict": d.cannot_predict,
            "not_stated": "; ".join(d.not_stated),
            "minimum_area_ha": d.minimum_area_m2 / _HA,
            "measured_within_m": d.measured_within_m,
            "minimum_samples": d.minimum_samples,
            "source": d.source,
            "verified": d.verified,
            "valid_from": d.valid_from.isoformat(),
            "valid_to": d.valid_to.isoformat() if d.valid_to else "",
        }
        for d in content.definitions
    ]
