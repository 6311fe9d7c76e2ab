"""Sites and cells of three invented operators: on roofs of the city, and on masts in its foothills."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely import Point, STRtree

from aqdaq.base.units import SUBCARRIERS_PER_RB
from aqdaq.model.network import resource_blocks
from aqdaq.pipeline.sample.city import City, Structure
from aqdaq.pipeline.sample.frame import SIDE_M, Rng
from aqdaq.pipeline.sample.streets import StreetPlan

SITES_EACH: Final = 12
SECTORS: Final = 3
MAST_M: Final = 30.0
ABOVE_ROOF_M: Final = 3.0

#: The last cells of the sample that changed: one left the air, one sector's cells come on air later.
OFF_AIR: Final = dt.date(2025, 11, 1)
ON_AIR_LATER: Final = dt.date(2027, 3, 1)


@dataclass(frozen=True, slots=True)
class Operator:
    """An invented operator and how it builds.

    Attributes:
        name: A, B or C.
        masts: number of its masts in the foothills.
        lean: where its roofs gather: x and y as shares of the side, and the spread (share of the side).
        lte_mhz: carrier frequency of LTE 1800, within 1805-1880 MHz.
        nr_mhz: carrier frequency of NR 3500, within 3400-3800 MHz.
    """

    name: str
    masts: int
    lean: tuple[float, float, float]
    lte_mhz: float
    nr_mhz: float


OPERATORS: Final = (
    Operator("A", 2, (0.50, 0.60, 0.60), 1815.0, 3450.0),
    Operator("B", 2, (0.64, 0.60, 0.32), 1835.0, 3550.0),
    Operator("C", 1, (0.42, 0.66, 0.30), 1855.0, 3650.0),
)


@dataclass(frozen=True, slots=True)
class SampleSite:
    """A site: local coordinates (m), structure, owners' association and antenna height above ground (m)."""

    id: str
    operator: Operator
    x_m: float
    y_m: float
    structure: str
    owners: str | None
    height_m: float


@dataclass(frozen=True, slots=True)
class SampleCell:
    """One row of the cell table; the fields are its columns, with the same units."""

    id: str
    site: str
    operator: str
    technology: str
    band: str
    frequency_mhz: float
    bandwidth_mhz: float
    scs_khz: float
    azimuth_deg: float
    downtilt_deg: float
    height_m: float
    power_dbm: float
    ports: int
    losses_db: float
    gain_dbi: float
    ssb_power_dbm: float | None
    ssb_beam_gain_dbi: float | None
    load: float
    horizontal_beamwidth_deg: float
    vertical_beamwidth_deg: float
    front_to_back_db: float
    on_air: dt.date | None
    off_air: dt.date | None

    @property
    def reference_eirp_dbm(self) -> float:
        """EIRP of one reference resource element (dBm)."""
        if self.ssb_power_dbm is not None and self.ssb_beam_gain_dbi is not None:
            return self.ssb_power_dbm + self.ssb_beam_gain_dbi - self.losses_db
        blocks = resource_blocks(self.technology, self.bandwidth_mhz, self.scs_khz)
        port_dbm = self.power_dbm - 10.0 * math.log10(self.ports)
        return port_dbm - 10.0 * math.log10(SUBCARRIERS_PER_RB * blocks) - self.losses_db + self.gain_dbi

    def transmits(self, date: dt.date) -> bool:
        """Return whether the cell is on air on ``date``."""
        return (self.on_air is None or self.on_air <= date) and (self.off_air is None or date < self.off_air)


def make_sites(rng: Rng, plan: StreetPlan, city: City) -> tuple[SampleSite, ...]:
    """Return the sites of all operators; no two stand within 60 m of each other."""
    roofs = [s for s in city.buildings if _carries(s)]
    sites: list[SampleSite] = []
    for operator in OPERATORS:
        own: list[SampleSite] = []
        for _ in range(operator.masts):
            own.append(_mast(rng, operator, plan, city, [*sites, *own]))
        while len(own) < SITES_EACH:
            own.append(_rooftop(rng, operator, roofs, [*sites, *own]))
        own.sort(key=lambda site: (-site.y_m, site.x_m))
        sites += [_named(site, f"{operator.name}-{number:02d}") for number, site in enumerate(own, start=1)]
    return tuple(sites)


def make_cells(rng: Rng, sites: tuple[SampleSite, ...]) -> tuple[SampleCell, ...]:
    """Return the cells of all sites: three sectors, each with LTE 1800 and NR 3500."""
    dates = _dates(rng, sites)
    cells: list[SampleCell] = []
    for site in sites:
        base_deg = float(rng.integers(0, 120))
        for sector in range(SECTORS):
            azimuth = (base_deg + 120.0 * sector + float(rng.integers(-10, 11))) % 360.0
            tilt = float(rng.integers(3, 9)) if site.structure == "rooftop" else float(rng.integers(3, 6))
            cells += [make(rng, site, sector + 1, azimuth, tilt, dates) for make in (_lte, _nr)]
    return tuple(cells)


def _carries(structure: Structure) -> bool:
    return (
        structure.demolished is None
        and structure.use in ("residential", "office", "commercial")
        and structure.floors >= 5
        and 60.0 < structure.outline.centroid.x < SIDE_M - 60.0
        and 60.0 < structure.outline.centroid.y < SIDE_M - 60.0
    )


def _spread(places: NDArray[np.float64], others: list[SampleSite], operator: Operator) -> NDArray[np.float64]:
    """Return how well each place keeps its distance: to own sites up to 1 km, and off other sites by 60 m."""
    score = np.full(len(places), 1000.0)
    for site in others:
        distance = np.hypot(places[:, 0] - site.x_m, places[:, 1] - site.y_m)
        if site.operator == operator:
            score = np.minimum(score, distance)
        score = np.where(distance < 60.0, -1.0, score)
    return score


def _rooftop(rng: Rng, operator: Operator, roofs: list[Structure], others: list[SampleSite]) -> SampleSite:
    """Return a site on the best of some roofs drawn where the operator gathers its sites."""
    centres = np.asarray([(s.outline.representative_point().x, s.outline.representative_point().y) for s in roofs])
    u, v, spread = operator.lean
    weight = np.exp(-0.5 * ((centres[:, 0] / SIDE_M - u) ** 2 + (centres[:, 1] / SIDE_M - v) ** 2) / spread**2)
    drawn = rng.choice(len(roofs), 14, replace=False, p=weight / weight.sum())
    floors = np.asarray([roofs[n].floors for n in drawn])
    score = _spread(centres[drawn], others, operator) + 12.0 * np.minimum(floors, 14)
    roof, (x, y) = roofs[drawn[score.argmax()]], centres[drawn[score.argmax()]]
    return SampleSite("", operator, float(x), float(y), "rooftop", roof.owners, roof.height_m + ABOVE_ROOF_M)


def _mast(rng: Rng, operator: Operator, plan: StreetPlan, city: City, others: list[SampleSite]) -> SampleSite:
    """Return a mast in the foothills, clear of every building and street."""
    built = STRtree([s.outline for s in city.buildings] + [s.line.buffer(8.0) for s in plan.streets])
    drawn = rng.uniform((250.0, 450.0), (SIDE_M - 250.0, plan.foothill_y_m - 100.0), (40, 2))
    drawn = np.asarray([(x, y) for x, y in drawn if not len(built.query(Point(x, y).buffer(6.0), "intersects"))])
    x, y = drawn[_spread(drawn, others, operator).argmax()]
    return SampleSite("", operator, float(x), float(y), "mast", None, MAST_M)


def _named(site: SampleSite, name: str) -> SampleSite:
    return SampleSite(name, site.operator, site.x_m, site.y_m, site.structure, site.owners, site.height_m)


def _dates(rng: Rng, sites: tuple[SampleSite, ...]) -> dict[str, tuple[dt.date | None, dt.date | None]]:
    """Return on-air and off-air dates of the few cells that have one: an LTE cell was lost, NR sectors are to come."""
    drawn = rng.choice(len(sites), 3, replace=False)
    lost, *later = (sites[n].id for n in sorted(drawn.tolist()))
    dates: dict[str, tuple[dt.date | None, dt.date | None]] = {f"{lost}-L1": (None, OFF_AIR)}
    for site in later:
        dates[f"{site}-N{int(rng.integers(1, SECTORS + 1))}"] = (ON_AIR_LATER, None)
    return dates


Dates = dict[str, tuple[dt.date | None, dt.date | None]]


def _lte(rng: Rng, site: SampleSite, sector: int, azimuth_deg: float, tilt_deg: float, dates: Dates) -> SampleCell:
    """Return an LTE 1800 cell: 40 W over two ports."""
    name = f"{site.id}-L{sector}"
    return SampleCell(
        id=name, site=site.id, operator=site.operator.name, technology="LTE", band="B3",
        frequency_mhz=site.operator.lte_mhz, bandwidth_mhz=20.0, scs_khz=15.0,
        azimuth_deg=azimuth_deg, downtilt_deg=tilt_deg, height_m=site.height_m,
        power_dbm=49.0, ports=2, losses_db=2.0, gain_dbi=17.0, ssb_power_dbm=None, ssb_beam_gain_dbi=None,
        load=round(float(rng.uniform(0.3, 0.7)), 2), horizontal_beamwidth_deg=65.0,
        vertical_beamwidth_deg=float(rng.choice((8.0, 9.0, 10.0))), front_to_back_db=28.0,
        on_air=dates.get(name, (None, None))[0], off_air=dates.get(name, (None, None))[1],
    )  # fmt: skip


def _nr(rng: Rng, site: SampleSite, sector: int, azimuth_deg: float, tilt_deg: float, dates: Dates) -> SampleCell:
    """Return an NR 3500 cell: 40 W over 273 resource blocks; an active antenna has no feeder and so no losses."""
    name = f"{site.id}-N{sector}"
    per_element_dbm = 49.0 - 10.0 * math.log10(SUBCARRIERS_PER_RB * resource_blocks("NR", 100.0, 30.0))
    return SampleCell(
        id=name, site=site.id, operator=site.operator.name, technology="NR", band="n78",
        frequency_mhz=site.operator.nr_mhz, bandwidth_mhz=100.0, scs_khz=30.0,
        azimuth_deg=azimuth_deg, downtilt_deg=tilt_deg, height_m=site.height_m,
        power_dbm=49.0, ports=1, losses_db=0.0, gain_dbi=24.0,
        ssb_power_dbm=round(per_element_dbm, 2), ssb_beam_gain_dbi=22.0,
        load=round(float(rng.uniform(0.1, 0.4)), 2), horizontal_beamwidth_deg=65.0,
        vertical_beamwidth_deg=8.0, front_to_back_db=30.0,
        on_air=dates.get(name, (None, None))[0], off_air=dates.get(name, (None, None))[1],
    )  # fmt: skip
