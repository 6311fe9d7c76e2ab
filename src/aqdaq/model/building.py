"""Buildings with the dates between which they stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from shapely.geometry import MultiPolygon, Polygon


@dataclass(frozen=True, slots=True)
class Building:
    """A building, standing, gone or planned.

    Attributes:
        id: unique in the project.
        footprint: outline in the CRS of the project's grid.
        height_m: height above ground (m).
        floors: number of floors, when known.
        material: of the outer walls, when known.
        use: residential, school, hospital ..., when known.
        residents: persons who live there; None when nobody said.
        built: first day on which it stands; None means always.
        demolished: first day on which it no longer stands; None means never.
        owners: id of the owners' association.
        assumed: names of the fields that were not given but filled in.
    """

    id: str
    footprint: Polygon | MultiPolygon
    height_m: float
    floors: int | None = None
    material: str | None = None
    use: str | None = None
    residents: float | None = None
    built: dt.date | None = None
    demolished: dt.date | None = None
    owners: str | None = None
    assumed: frozenset[str] = field(default_factory=frozenset)

    def stands(self, date: dt.date) -> bool:
        """Return whether the building stands on ``date``."""
        return (self.built is None or self.built <= date) and (self.demolished is None or date < self.demolished)
