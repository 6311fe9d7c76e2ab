"""The highest home of the sample with its flats and windows, and a site that is proposed on a roof beside it.

Nothing here is drawn by chance: the rest of the city stays what it is.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

from shapely import Point, Polygon
from shapely.geometry.polygon import orient

from aqdaq.pipeline.sample.city import City, Structure
from aqdaq.pipeline.sample.frame import to_lon_lat
from aqdaq.pipeline.sample.network import ABOVE_ROOF_M, OPERATORS, Operator

#: Flats of a floor, windows of a flat, and the first floor with flats: below lie the entrance and shops.
FLATS_EACH: Final = 5
WINDOWS_EACH: Final = 2
FIRST_FLOOR: Final = 2
#: A storey, a window above its floor, and a receptor before its wall (m).
STOREY_M: Final = 3.0
EYE_M: Final = 1.5
BEFORE_M: Final = 1.0

CANDIDATE: Final = "NEW-01"
#: The proposed site stands on a roof this far from the home (m).
_NEAR_M: Final = (20.0, 120.0)
_LEAST_FLOORS: Final = 5
_DOWNTILT_DEG: Final = 6.0

WINDOW_COLUMNS: Final = ("id", "building", "floor", "flat", "kind", "lon", "lat", "height_m")


@dataclass(frozen=True, slots=True)
class Home:
    """A home and what is proposed beside it.

    Attributes:
        building: the home.
        roof: that would carry the site.
        operator: of the site.
    """

    building: Structure
    roof: Structure
    operator: Operator


def make_home(city: City, day: dt.date) -> Home | None:
    """Return the highest home that stands on a day with a fitting roof beside it; None where there is none.

    Args:
        city: of the sample.
        day: on which the buildings stand.
    """
    there = [s for s in city.buildings if s.stands(day) and s.demolished is None]
    homes = [s for s in there if s.use == "residential" and s.floors > FIRST_FLOOR]
    for home in sorted(homes, key=lambda s: (-s.floors, s.id)):
        roofs = [s for s in there if s.id != home.id and s.floors >= _LEAST_FLOORS and s.floors < home.floors]
        near = [s for s in roofs if _NEAR_M[0] <= s.outline.distance(home.outline) <= _NEAR_M[1]]
        if near:
            roof = min(near, key=lambda s: (s.outline.distance(home.outline), s.id))
            return Home(home, roof, OPERATORS[0])
    return None


def window_rows(home: Home) -> list[tuple[object, ...]]:
    """Return the rows of the table of windows: two of every flat, its part of the walls in equal steps."""
    places = _places(home.building.outline)
    lon, lat = to_lon_lat([p[0] for p in places], [p[1] for p in places])
    rows: list[tuple[object, ...]] = []
    for floor in range(FIRST_FLOOR, home.building.floors + 1):
        for n in range(len(places)):
            flat = (floor - FIRST_FLOOR) * FLATS_EACH + n // WINDOWS_EACH + 1
            name = f"{home.building.id}-{flat}-{n % WINDOWS_EACH + 1}"
            height = (floor - 1) * STOREY_M + EYE_M
            rows.append((name, home.building.id, floor, str(flat), "window", f"{lon[n]:.7f}", f"{lat[n]:.7f}", height))
    return rows


def _places(outline: Polygon) -> list[tuple[float, float]]:
    """Return the places of a floor's windows, 1 m before the wall."""
    wall = orient(outline).exterior  # the outside to the right
    count = FLATS_EACH * WINDOWS_EACH
    found = []
    for n in range(count):
        along = wall.length * (n + 0.5) / count
        here, ahead = wall.interpolate(along), wall.interpolate(min(along + 0.01, wall.length))
        turn = math.atan2(ahead.y - here.y, ahead.x - here.x) - math.pi / 2.0
        found.append((here.x + BEFORE_M * math.cos(turn), here.y + BEFORE_M * math.sin(turn)))
    return found


CANDIDATE_COLUMNS: Final = (
    "id", "site", "lon", "lat", "structure", "owners", "operator", "technology", "band", "frequency_mhz",
    "bandwidth_mhz", "scs_khz", "azimuth_deg", "downtilt_deg", "height_m", "power_dbm", "ports", "losses_db",
    "gain_dbi", "tdd_duty", "sub_arrays", "load", "horizontal_beamwidth_deg", "vertical_beamwidth_deg",
    "front_to_back_db", "on_air",
)  # fmt: skip


def candidate_rows(home: Home) -> list[tuple[object, ...]]:
    """Return the rows of the table of candidates: three sectors, the home between the beams of two of them."""
    spot = home.roof.outline.representative_point()
    (lon,), (lat,) = to_lon_lat([spot.x], [spot.y])
    aim = _bearing_deg(spot, home.building.outline.centroid)
    height = home.roof.height_m + ABOVE_ROOF_M
    rows: list[tuple[object, ...]] = []
    for sector in range(3):
        azimuth = round((aim + 60.0 + 120.0 * sector) % 360.0, 1)
        place = (CANDIDATE, f"{lon:.7f}", f"{lat:.7f}", "rooftop", home.roof.owners, home.operator.name)
        aimed = (azimuth, _DOWNTILT_DEG, height)
        for kind, (band, mhz, wide, scs), (ports, losses, gain), (duty, arrays), back in (
            ("LTE", ("B3", home.operator.lte_mhz, 20.0, 15.0), (2, 2.0, 17.0), (None, None), 28.0),
            ("NR", ("n78", home.operator.nr_mhz, 100.0, 30.0), (1, 0.0, 24.0), (0.75, 32), 30.0),
        ):
            name = f"{CANDIDATE}-{kind[0]}{sector + 1}"
            rows.append(
                (name, *place, kind, band, mhz, wide, scs, *aimed, 49.0, ports, losses, gain, duty, arrays, 0.5,
                 65.0, 8.0, back, "2027-05-01")
            )  # fmt: skip
    return rows


def _bearing_deg(here: Point, there: Point) -> float:
    return math.degrees(math.atan2(there.x - here.x, there.y - here.y)) % 360.0
