"""The planned district of the synthetic city: houses of a detailed plan, in two phases, on open ground."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Final

from shapely import Polygon

from aqdaq.pipeline.sample import forms
from aqdaq.pipeline.sample.city import FLOOR_M, City
from aqdaq.pipeline.sample.frame import SIDE_M, Rng
from aqdaq.pipeline.sample.streets import Block, StreetPlan

#: The phases: name, first day of the works, first day of use.
PHASES: Final = (
    ("1", dt.date(2027, 3, 1), dt.date(2028, 12, 1)),
    ("2", dt.date(2029, 4, 1), dt.date(2030, 10, 1)),
)
#: It lies in the middle of the city, between these shares of its side, where the map sees its shadows to the end.
MIDDLE: Final = (0.15, 0.85)
#: Floors of its houses.
FLOORS: Final = (9, 12, 12, 16)
#: Gross floor area (m2) of a resident.
AREA_PER_RESIDENT_M2: Final = 48.0


@dataclass(frozen=True, slots=True)
class Planned:
    """A house of the district.

    Attributes:
        id: unique.
        outline: local coordinates (m).
        floors: number of floors.
        use: residential or school.
        phase: of the works.
        start: first day of the works.
        end: first day of use.
        residents: persons who will live there.
    """

    id: str
    outline: Polygon
    floors: int
    use: str
    phase: str
    start: dt.date
    end: dt.date
    residents: int

    @property
    def height_m(self) -> float:
        """Height above ground (m)."""
        return self.floors * FLOOR_M


def make_district(rng: Rng, plan: StreetPlan, city: City) -> tuple[Planned, ...]:
    """Return the houses of the district on the largest open ground of the town, the western ones in the first phase."""
    taken = {s.block for s in (*city.buildings, *city.planned)}
    low, high = MIDDLE[0] * SIDE_M, MIDDLE[1] * SIDE_M
    town = [
        b
        for b in plan.blocks
        if b.area.centroid.y > plan.foothill_y_m and low < b.area.centroid.x < high and b.area.centroid.y < high
    ]
    ground = max([b for b in town if b.id not in taken] or town, key=lambda b: (b.area.area, b.id))
    drawn = forms.on_block(ground.angle_deg, ground.area, partial(forms.slabs, rng, floors=FLOORS))
    drawn.sort(key=lambda form: (form[0].centroid.x, form[0].centroid.y))
    return tuple(_planned(n, form, ground) for n, form in enumerate(drawn, start=1))


def _planned(number: int, form: forms.Form, ground: Block) -> Planned:
    outline, floors, use = form
    phase, start, end = PHASES[0 if outline.centroid.x < ground.area.centroid.x else 1]
    people = round(float(outline.area) * floors / AREA_PER_RESIDENT_M2) if use == "residential" else 0
    return Planned(f"DEV-{number:02d}", outline, floors, use, phase, start, end, people)
