"""White spots: connected areas where a service definition does not hold."""

from __future__ import annotations

from dataclasses import dataclass

from shapely.geometry import MultiPolygon, Polygon


@dataclass(frozen=True, slots=True)
class LayerDeficit:
    """How one layer fails inside a white spot.

    Attributes:
        layer: as text, ``A/LTE``.
        area_m2: part of the white spot where this layer fails (m2).
        people: persons there; None where nobody knows the people.
        mean_dbm: mean expected level there (dBm).
        deficit_db: mean of threshold minus level there, before the margin for probability (dB).
        probability: mean probability that the definition holds there.
    """

    layer: str
    area_m2: float
    people: float | None
    mean_dbm: float
    deficit_db: float
    probability: float


@dataclass(frozen=True, slots=True)
class SmallAreas:
    """Failing areas of one definition that are too small for a white spot, counted apart so that nothing is lost.

    Attributes:
        areas: how many.
        area_m2: together (m2).
        people: persons there; None where nobody knows the people.
    """

    areas: int
    area_m2: float
    people: float | None


@dataclass(frozen=True, slots=True)
class WhiteSpot:
    """One place under one service definition.

    Attributes:
        id: stable for the same place and definition.
        definition: id of the service definition.
        rank: 1 is the first to close.
        ranked_by: ``people``, or ``area`` where nobody knows the people.
        geometry: outline in the CRS of the grid.
        lon_deg: longitude of a point inside.
        lat_deg: latitude of a point inside.
        area_m2: whole area (m2).
        total_area_m2: part where no operator reaches the definition (m2).
        people: persons affected by at least one layer; None where unknown.
        total_people: persons whom no operator serves; None where unknown.
        kind: ``total`` when no operator serves in more than half of it; ``mixed`` when it holds such a part that is
            large enough for a white spot; else ``partial``.
        layers: the failing layers.
        measured_share: share of the area whose evidence class is measured, 0..1.
        district: name, when districts were given.
    """

    id: str
    definition: str
    rank: int
    ranked_by: str
    geometry: Polygon | MultiPolygon
    lon_deg: float
    lat_deg: float
    area_m2: float
    total_area_m2: float
    people: float | None
    total_people: float | None
    kind: str
    layers: tuple[LayerDeficit, ...]
    measured_share: float
    district: str | None = None
