"""A planned building: mass that stands from the start of the works, people who come when they end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from shapely.geometry import MultiPolygon, Polygon

from aqdaq.model.building import Building


@dataclass(frozen=True, slots=True)
class Development:
    """A planned building.

    Attributes:
        id: unique among all buildings of the project.
        footprint: outline in the CRS of the grid.
        height_m: above ground (m).
        start: first day of the works; from then on its whole mass is counted, which is the worst case.
        end: first day on which people live and work in it.
        floors: number of floors, when known.
        use: residential, school, hospital ..., when known.
        residents: persons who will live there; None when nobody said.
        phase: of the development, as its plan calls it.
        name: as its plan calls it.
        replaces: ids of buildings that give way to it on ``start``.
        where: file and feature, for messages.
        assumed: names of the fields that were not given but filled in.
    """

    id: str
    footprint: Polygon | MultiPolygon
    height_m: float
    start: dt.date
    end: dt.date
    floors: int | None = None
    use: str | None = None
    residents: float | None = None
    phase: str | None = None
    name: str | None = None
    replaces: tuple[str, ...] = ()
    where: str = ""
    assumed: frozenset[str] = field(default_factory=frozenset)

    def building_at(self, date: dt.date) -> Building:
        """Return it as a building: before ``end`` nobody lives in it."""
        return Building(
            id=self.id,
            footprint=self.footprint,
            height_m=self.height_m,
            floors=self.floors,
            use=self.use,
            residents=self.residents if date >= self.end else None,
            built=self.start,
            assumed=self.assumed,
        )
