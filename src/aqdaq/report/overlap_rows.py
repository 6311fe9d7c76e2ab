"""Rows of the tables that set the white spots of two definitions side by side."""

from __future__ import annotations

from typing import Any, Final

from aqdaq.report.content import ReportContent

_HA: Final = 10_000.0

Rows = list[dict[str, Any]]


def overlap(content: ReportContent) -> Rows:
    """Return one row a pair of definitions."""
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "both_ha": pair.both.area_m2 / _HA,
            "first_only_ha": pair.first_only.area_m2 / _HA,
            "second_only_ha": pair.second_only.area_m2 / _HA,
            "both_people": pair.both.people,
            "first_only_people": pair.first_only.people,
            "second_only_people": pair.second_only.people,
            "jaccard_percent": _percent(pair.jaccard),
            "jaccard_people_percent": _percent(pair.jaccard_people),
            "same_places": sum(link.same_place for link in pair.links),
        }
        for pair in content.overlaps
    ]


def links(content: ReportContent) -> Rows:
    """Return one row a pair of white spots of two definitions that share ground."""
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "first_id": link.first,
            "second_id": link.second,
            "shared_ha": link.shared_m2 / _HA,
            "of_first_percent": 100.0 * link.of_first,
            "of_second_percent": 100.0 * link.of_second,
            "jaccard_percent": 100.0 * link.jaccard,
            "same_place": link.same_place,
        }
        for pair in content.overlaps
        for link in pair.links
    ]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share
