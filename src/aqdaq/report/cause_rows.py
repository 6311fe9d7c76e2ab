"""Rows of the tables of causes."""

from __future__ import annotations

from typing import Any

from aqdaq.model.cause import SpotCauses
from aqdaq.report.cause_texts import cause_texts
from aqdaq.report.content import ReportContent


def causes(content: ReportContent) -> list[dict[str, Any]]:
    """Return one row a white spot and layer that was explained."""
    texts = cause_texts(content.config.project.language or "en")
    return [
        {**_spot(one), **_main(one), **_culprits(one), "sentence": texts.sentences(one)} for one in content.causes or ()
    ]


def cause_shares(content: ReportContent) -> list[dict[str, Any]]:
    """Return one row a white spot, layer and factor."""
    return [
        {
            **_spot(one),
            "factor": share.factor,
            "part_db": share.part_db,
            "share_percent": 100.0 * share.share,
            "share_sd_percent": 100.0 * share.share_sd,
            "determined": share.determined,
            "probability_share_percent": 100.0 * share.probability_share,
        }
        for one in content.causes or ()
        for share in one.shares
    ]


def _spot(one: SpotCauses) -> dict[str, Any]:
    return {"definition": one.definition, "rank": one.rank, "id": one.spot, "layer": one.layer}


def _main(one: SpotCauses) -> dict[str, Any]:
    main, nan = one.main, float("nan")
    return {
        "deficit_db": one.deficit_db,
        "deficit_probability": one.deficit_probability,
        "weighted_by": one.weighted_by,
        "pixels": one.pixels,
        "pixels_used": one.pixels_used,
        "factor": "" if main is None else main.factor,
        "share_percent": nan if main is None else 100.0 * main.share,
        "share_sd_percent": nan if main is None else 100.0 * main.share_sd,
        "determined": main is not None and main.determined,
        "remedies": "; ".join(name for name, _ in one.remedies),
        "closed_percent": max((100.0 * share for name, share in one.remedies if name != "new_site"), default=nan),
    }


def _culprits(one: SpotCauses) -> dict[str, Any]:
    nan = float("nan")
    building, lost, azimuth, missing = one.building, one.lost, one.azimuth, one.missing
    return {
        "building": "" if building is None else building.id,
        "building_height_m": nan if building is None else building.height_m,
        "building_distance_m": nan if building is None else building.distance_m,
        "building_relief_db": nan if building is None else building.relief.relief_db,
        "lost_site": "" if lost is None else lost.site,
        "lost_since": "" if lost is None else lost.off_air,
        "lost_relief_db": nan if lost is None else lost.relief.relief_db,
        "turned_cell": "" if azimuth is None else azimuth.cell,
        "azimuth_deg": nan if azimuth is None else azimuth.azimuth_deg,
        "wanted_azimuth_deg": nan if azimuth is None else azimuth.wanted_azimuth_deg,
        "wanted_downtilt_deg": nan if azimuth is None else azimuth.wanted_downtilt_deg,
        "turned_relief_db": nan if azimuth is None else azimuth.relief.relief_db,
        "missing_site": "" if missing is None else missing.site,
        "missing_relief_db": nan if missing is None else missing.relief.relief_db,
    }
