"""A planning document: what a master plan or a detailed plan draws, whatever format it came in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from shapely.geometry.base import BaseGeometry

from aqdaq.model.measurements import SetAside

#: What an object of a plan can be.
KINDS: Final = (
    "boundary",  # of the area that the plan is about
    "zone",  # of one land use
    "block",  # between streets
    "building",  # planned or kept
    "reserved_site",  # place kept for a mast, a pole or a rooftop station
    "duct",  # for cables
    "power",  # line, substation or connection point
    "road",
    "lamp",  # a lamp post, or a row of them as a line
)


@dataclass(frozen=True, slots=True)
class PlanObject:
    """One object of a plan.

    Attributes:
        id: unique in the document within its kind.
        kind: one of ``KINDS``.
        geometry: in the CRS of the document as read (that of the project's grid).
        where: file, layer and number of the feature, for messages.
        name: as the plan calls it.
        use: of a zone, block or building: residential, school, hospital, public, venue, office ...
        height_m: above ground (m); of a building, lamp or reserved structure.
        floors: of a building.
        floor_area_m2: gross floor area (m2), as the plan states it.
        residents: persons, of a building, block or zone.
        seats: of a venue.
        start: first day of construction.
        end: first day of use.
        phase: of construction, as the plan calls it.
        structure: of a reserved site: mast, pole, rooftop.
        owner: operator or body that a reserved site is kept for; None: any.
        spacing_m: between the lamps of a row (m).
        powered: whether a lamp or a reserved site has power all day; None when the plan does not say.
        indoor_system: whether a system for coverage indoors is foreseen in a building; None when the plan does not say.
        assumed: names of the fields that were not given but filled in.
    """

    id: str
    kind: str
    geometry: BaseGeometry
    where: str
    name: str | None = None
    use: str | None = None
    height_m: float | None = None
    floors: int | None = None
    floor_area_m2: float | None = None
    residents: float | None = None
    seats: float | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    phase: str | None = None
    structure: str | None = None
    owner: str | None = None
    spacing_m: float | None = None
    powered: bool | None = None
    indoor_system: bool | None = None
    assumed: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A planning document.

    Attributes:
        source: name of the file.
        checksum: SHA-256 of its bytes, hexadecimal.
        crs: of all geometries.
        objects: in the order of the document.
        kinds: of which the document has a layer, be it empty; the others are unknown, not absent.
        set_aside: features that are no object of a plan, and what was mended, with reasons.
        notes: what the reader wants to be known, in words.
    """

    source: str
    checksum: str
    crs: str
    objects: tuple[PlanObject, ...]
    kinds: frozenset[str]
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[PlanObject, ...]:
        """Return the objects of one kind, in order."""
        return tuple(o for o in self.objects if o.kind == kind)
