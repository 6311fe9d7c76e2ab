"""What planned mass takes of the service of existing sites, and whether a station on a reserved site restores it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.service import probability_of_service
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.network import Cell, Site
from aqdaq.model.plan_document import PlanObject
from aqdaq.pipeline.state import State
from aqdaq.planning.plan_rules.case import LostService, SiteFacts
from aqdaq.planning.plan_rules.rules import word

Bool = NDArray[np.bool_]
Float = NDArray[np.float64]

#: An antenna on a roof stands so much over it (m).
OVER_ROOF_M: Final = 3.0
#: A pole or lamp carries a small cell: so much less EIRP than the sites of the layer (dB).
SMALL_CELL_DB: Final = 10.0


def lost_service(
    unbuilt: State, built: State, footprints: Sequence[BaseGeometry], radius_m: float
) -> tuple[SiteFacts, ...]:
    """Return, for each site near the plan, where the planned mass takes its service away.

    Service is lost where the probability of a definition reached its bound without the mass and is known not to with
    it. The ground under the planned buildings is left out.

    Args:
        unbuilt: the city on the day when all is built, without the plan.
        built: the same with it.
        footprints: of the planned buildings.
        radius_m: sites farther than this from all of them are left out (m).
    """
    grid = built.inputs.grid
    open_ground = np.ones(grid.shape, dtype=np.bool_)
    if footprints:
        open_ground = rasterize(footprints, grid.shape, fill=1, default_value=0, transform=grid.transform) == 1
    weight, unit = _weights(unbuilt, built)
    found: dict[str, list[LostService]] = {}
    for before, after in zip(unbuilt.coverage, built.coverage, strict=True):
        for definition in built.inputs.definitions:
            if definition.id in before.probability and not definition.cannot_predict:
                for one in _of_layer(definition, before, after, open_ground, weight, unit, unbuilt):
                    found.setdefault(one.site, []).append(one)
    near = [s for s in unbuilt.inputs.network.sites if s.id in found or _near(s, footprints, radius_m)]
    return tuple(SiteFacts(s.id, s.x_m, s.y_m, tuple(found.get(s.id, ())), unit) for s in near)


def _near(site: Site, footprints: Sequence[BaseGeometry], radius_m: float) -> bool:
    return any(shapely.dwithin(shapely.Point(site.x_m, site.y_m), shape, radius_m) for shape in footprints)


def _weights(unbuilt: State, built: State) -> tuple[Float, str]:
    """Return people who live there with and without the plan, or the area of a pixel where nobody knows them."""
    grid = built.inputs.grid
    if unbuilt.inputs.people is None or built.inputs.people is None:
        return np.full(grid.shape, grid.pixel_area_m2), "m2"
    return np.minimum(unbuilt.inputs.people, built.inputs.people).astype(np.float64), "people"


def _of_layer(
    definition: ServiceDefinition,
    before: Coverage,
    after: Coverage,
    open_ground: Bool,
    weight: Float,
    unit: str,
    unbuilt: State,
) -> list[LostService]:
    bound = np.float32(definition.bound)
    was, now = before.probability[definition.id], after.probability[definition.id]
    lost = (was >= bound) & (now < bound) & open_ground & (weight > 0.0)
    if not lost.any():
        return []
    rows, cols = np.nonzero(lost)
    site_of = {cell.id: cell.site_id for cell in unbuilt.inputs.network.cells}
    server = before.best_server[rows, cols]
    sites = np.array([site_of[before.cells[i]] if i >= 0 else "" for i in server.tolist()])
    x, y = after.grid.centres()
    out = []
    for name in sorted(set(sites.tolist()) - {""}):
        own = sites == name
        out.append(
            LostService(
                site=name,
                layer=str(before.layer),
                definition=definition.id,
                x_m=x[cols[own]],
                y_m=y[rows[own]],
                weight=weight[rows[own], cols[own]],
                unit=unit,
            )
        )
    return out


@dataclass(frozen=True, slots=True)
class Remedy:
    """Whether a station on a reserved site would serve again what is lost: by its level alone, in the built city.

    The station is one of the layer that is lost: carrier and bandwidth of its first cell, the median of its EIRP, all
    around; on a pole or lamp a small cell, ``SMALL_CELL_DB`` weaker.

    Attributes:
        state: the city with the plan.
        sd_db: standard deviation of an uncalibrated level (dB).
        kept: answers given before.
    """

    state: State
    sd_db: float
    kept: dict[tuple[object, ...], Bool] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, site: PlanObject, lost: LostService) -> Bool:
        """Return (n,) which places of ``lost`` the station would serve with the probability of the definition."""
        station = (site.height_m, site.structure, site.owner, site.geometry.wkb)
        key = (*station, lost.layer, lost.definition, lost.x_m.tobytes(), lost.y_m.tobytes())
        if key not in self.kept:
            self.kept[key] = self._served(site, lost)
        return self.kept[key]

    def _served(self, site: PlanObject, lost: LostService) -> Bool:
        nothing = np.zeros(len(lost.x_m), dtype=np.bool_)
        cells = [c for c in self.state.inputs.network.cells if str(c.layer) == lost.layer]
        if site.height_m is None or not cells or not _open_to(site, cells[0]):
            return nothing
        definition = next(d for d in self.state.inputs.definitions if d.id == lost.definition)
        at = site.geometry.representative_point()
        cell = _station(site, cells)
        levels = self.state.predictor.predicted(
            Site(cell.site_id, at.x, at.y), [cell], [0.0], lost.x_m, lost.y_m, mode="exact"
        )
        level = levels.level_dbm[0].astype(np.float64)
        row, col, _ = self.state.inputs.grid.index(lost.x_m, lost.y_m)
        share = self.state.inputs.entry.share(definition) if self.state.inputs.entry is not None else None
        probability = probability_of_service(
            definition,
            cell.layer.technology,
            level,
            np.full(len(level), self.sd_db),
            frequency_mhz=cell.frequency_mhz,
            efficient_share=None if share is None else share[row, col],
        )
        served: Bool = probability >= np.float32(definition.bound)  # an unknown level is no remedy
        return served


def _open_to(site: PlanObject, cell: Cell) -> bool:
    """Return whether a reserved site is kept for the operator of a cell, or for any."""
    return site.owner is None or word(site.owner) == word(cell.layer.operator)


def _station(site: PlanObject, cells: Sequence[Cell]) -> Cell:
    assert site.height_m is not None
    on_roof = site.structure is not None and word(site.structure) == "rooftop"
    small = site.structure is not None and word(site.structure) in {"pole", "lamp"}
    eirp = float(np.median([c.eirp_dbm for c in cells])) - (SMALL_CELL_DB if small else 0.0)
    first = cells[0]
    return replace(
        first,
        id="reserved",
        site_id="reserved",
        azimuth_deg=0.0,
        downtilt_deg=0.0,
        height_m=site.height_m + (OVER_ROOF_M if on_roof else 0.0),
        eirp_dbm=eirp,
        ssb_eirp_dbm=None if first.ssb_eirp_dbm is None else first.ssb_eirp_dbm + eirp - first.eirp_dbm,
        antenna=ParametricAntenna(omni=True),
    )
