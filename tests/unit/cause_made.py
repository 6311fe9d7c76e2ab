"""Causes made by hand: every factor as the main one, every culprit, every remedy."""

from __future__ import annotations

from typing import Any

from aqdaq.model.cause import (
    FACTORS,
    REMEDIES,
    AzimuthCulprit,
    BuildingCulprit,
    Factor,
    FactorShare,
    LostCulprit,
    MissingCulprit,
    Relief,
    SpotCauses,
)


def shares(deficit_db: float = 8.0, **given: float) -> tuple[FactorShare, ...]:
    """Return shares of the given factors; the others have none."""
    return tuple(
        FactorShare(factor, given.get(factor, 0.0) * deficit_db, given.get(factor, 0.0), 0.05, given.get(factor, 0.0))
        for factor in FACTORS
    )


def causes(**changes: Any) -> SpotCauses:
    """Return the causes of a white spot in the shadow of a new building, with changes."""
    given: dict[str, Any] = {
        "definition": "kz-4g-outdoor",
        "rank": 1,
        "spot": "WS-0001",
        "layer": "A/LTE",
        "people": 1251.0,
        "weighted_by": "people",
        "pixels": 900,
        "pixels_used": 300,
        "deficit_db": 8.0,
        "deficit_probability": 0.31,
        "left_db": 0.0,
        "new_since": "2024-06-01",
        "near_m": 200.0,
        "shares": shares(new_buildings=0.62, distance=0.21, antenna=0.13, power=0.04),
        "building": BuildingCulprit("tower-7", 57.4, 120.4, new=True, built="2025-03-01", relief=Relief(4.1, 0.4)),
        "lost": LostCulprit("S9", ("S9-1",), "2025-11-01", 640.0, Relief(3.0, 0.2)),
        "azimuth": AzimuthCulprit("S1-2", "S1", 120.0, 4.0, 235.4, 2.6, 480.0, Relief(2.5, 0.6)),
        "missing": MissingCulprit("S4", 310.0, Relief(6.0, 0.7)),
        "power": Relief(2.0, 0.1),
        "remedies": (("antenna", 0.6), ("missing_layer", 0.7)),
    }
    return SpotCauses(**{**given, **changes})


def every_cause() -> tuple[SpotCauses, ...]:
    """Return causes that together meet every branch of the sentences and of the section."""
    found: list[SpotCauses] = []
    for number, factor in enumerate(FACTORS):
        given: dict[Factor, float] = {factor: 0.7, "distance" if factor != "distance" else "power": 0.3}
        found.append(causes(shares=shares(**given), rank=number + 1, spot=f"WS-{number}"))  # type: ignore[arg-type]
    found += [
        causes(remedies=((remedy, 0.75),), weighted_by=by, people=people)
        for remedy in REMEDIES
        for by, people in (("people", 21.0), ("area", None))
    ]
    inside = BuildingCulprit("house-2", 12.0, 0.0, new=False, built="", relief=Relief(1.0, 0.0))
    found.append(causes(building=inside, shares=shares(old_buildings=1.0)))
    unsure = tuple(FactorShare(s.factor, s.part_db, s.share, 0.9, s.probability_share) for s in causes().shares)
    found.append(causes(shares=unsure, layer="B/LTE"))
    found.append(causes(shares=shares(terrain=0.51, distance=0.49)))  # nearly equal
    none = tuple(FactorShare(factor, 0.0, 0.0, 0.0, 0.0) for factor in FACTORS)
    found.append(causes(deficit_db=0.0, shares=none, building=None, lost=None, azimuth=None, missing=None))
    return tuple(found)
