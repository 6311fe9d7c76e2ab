"""What the rules judge: the plan, and what a project adds to it when one is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aqdaq.model.antenna import Antenna
from aqdaq.model.building import Building
from aqdaq.model.floors import FloorBand
from aqdaq.model.plan_document import PlanDocument, PlanObject
from aqdaq.planning.plan_rules.findings import Missing

Float = NDArray[np.float64]

#: Said of what only a project knows.
PROJECT: Final = Missing("input", "project")

#: Before the works, on the day when all of the mass stands, and when all of it is in use.
PHASES: Final = ("before", "during", "after")


class Ground(Protocol):
    """Heights of the ground."""

    def __call__(self, x_m: Float, y_m: Float) -> Float:
        """Return (n,) the height (m) at (n,) places of the CRS (m); NaN where unknown."""
        ...


class Restores(Protocol):
    """Whether a station on a reserved site would give back what the planned mass takes."""

    def __call__(self, site: PlanObject, lost: LostService) -> NDArray[np.bool_]:
        """Return (n,) which of the places of ``lost`` a station on ``site`` would serve again."""
        ...


@dataclass(frozen=True, slots=True)
class AntennaPlace:
    """An antenna that transmits when the plan is built.

    Attributes:
        cell: its id.
        site: id of its site.
        x_m: easting (m).
        y_m: northing (m).
        height_m: above ground (m).
        azimuth_deg: of the boresight, clockwise from grid north (deg).
        tilt_deg: by which it is turned down as a whole (deg).
        eirp_dbm: of one port over the whole carrier, at the maximum (dBm).
        pattern: losses against the maximum.
        assumed: names of its fields that were filled in.
    """

    cell: str
    site: str
    x_m: float
    y_m: float
    height_m: float
    azimuth_deg: float
    tilt_deg: float
    eirp_dbm: float
    pattern: Antenna
    assumed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LostService:
    """Where the planned mass takes the service of a site away.

    Attributes:
        site: id of the site that served there before.
        layer: operator and technology, as text.
        definition: id of the service definition.
        x_m: (n,) easting of the places (m).
        y_m: (n,) northing (m).
        weight: (n,) people, or m2 where nobody knows the people.
        unit: ``people`` or ``m2``.
    """

    site: str
    layer: str
    definition: str
    x_m: Float
    y_m: Float
    weight: Float
    unit: str


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site whose service was compared with and without the planned mass.

    Attributes:
        id: of the site.
        x_m: easting (m).
        y_m: northing (m).
        lost: per layer and definition, what is lost; empty: nothing.
        unit: that weights are given in.
    """

    id: str
    x_m: float
    y_m: float
    lost: tuple[LostService, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a project says of the place where the plan is.

    Attributes:
        antennas: that transmit when the plan is built.
        ground_m: heights of the ground.
        standing: buildings that stand beside the planned ones when all of them are built.
        bounds: per service definition, the probability that it asks for.
        bands: per phase, the floors of the planned buildings; None: not computed.
        shadow: sites and what the planned mass takes from them; None: not computed.
        restores: judges a remedy; None: not computed.
        dates: per phase, the day.
    """

    antennas: tuple[AntennaPlace, ...]
    ground_m: Ground
    standing: tuple[Building, ...] = ()
    bounds: Mapping[str, float] | None = None
    bands: Mapping[str, tuple[FloorBand, ...]] | None = None
    shadow: tuple[SiteFacts, ...] | None = None
    restores: Restores | None = None
    dates: Mapping[str, dt.date] | None = None


@dataclass(frozen=True, slots=True)
class PlanCase:
    """A plan to judge.

    Attributes:
        plan: the document.
        project: what a project adds; None without one.
    """

    plan: PlanDocument
    project: ProjectFacts | None = None

    def has(self, kind: str) -> bool:
        """Return whether the plan has a layer of that kind, be it empty."""
        return kind in self.plan.kinds

    def lacking(self, *kinds: str) -> tuple[Missing, ...]:
        """Return the layers of these kinds that the plan does not have."""
        return tuple(Missing("layer", kind) for kind in kinds if not self.has(kind))

    def of(self, *kinds: str) -> Iterator[PlanObject]:
        """Yield the objects of these kinds, in the order of the plan."""
        return (o for o in self.plan.objects if o.kind in kinds)

    def with_sites(self, sites: tuple[PlanObject, ...]) -> PlanCase:
        """Return the case of the plan with more reserved sites; it then has such a layer, be it empty."""
        plan = replace(self.plan, objects=(*self.plan.objects, *sites), kinds=self.plan.kinds | {"reserved_site"})
        return replace(self, plan=plan)


def field_missing(o: PlanObject, name: str) -> Missing:
    """Return that an object of the plan lacks a field."""
    return Missing("field", name, f"{o.kind} {o.id}")
