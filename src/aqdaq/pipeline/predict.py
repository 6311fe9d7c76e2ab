"""The level of every cell by the engine alone: what a prediction depends on, and levels at points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from aqdaq.analysis.placed import PlacedCell
from aqdaq.engine.area_types import Terrain
from aqdaq.engine.chain import Mode, chain_versions
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.model.body import Body
from aqdaq.model.network import Cell, Network, Site
from aqdaq.model.project import PredictionSection
from aqdaq.model.surface import Surface
from aqdaq.pipeline.chain import BY_RASTERS, links_of, setting_of
from aqdaq.pipeline.hashing import array_key, content_key
from aqdaq.pipeline.tasks import SiteLevels, Station

#: Part of every key: raised when figures outside the models change; the models carry versions of their own.
ENGINE_VERSION = "chain/4"

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Predictor:
    """Predicts on one surface.

    Attributes:
        surface: ground and buildings.
        network: sites and cells on air.
        section: radius, step, models.
        body: for the sphere.
        rx_height_m: of the receivers (m).
        terrains: the first surface and the last one as the engine takes them.
    """

    surface: Surface
    network: Network
    section: PredictionSection
    body: Body
    rx_height_m: float
    terrains: dict[int, tuple[Surface, Terrain]] = field(default_factory=dict, repr=False, compare=False)

    def terrain(self) -> Terrain:
        """Return the surface as the engine takes it, with the rasters of the streets when a model needs them."""
        surface = self.surface
        if id(surface) not in self.terrains:
            ground_m, above_m = surface.ground_m, surface.above_ground_m
            resolution_m = surface.grid.resolution_m
            streets = None
            if any(link.model in BY_RASTERS for link in links_of(self.section)):
                streets = street_rasters(above_m, ground_m, resolution_m)
            for other in list(self.terrains)[1:]:
                del self.terrains[other]  # that of another day: each is needed once, and takes as much as this one
            self.terrains[id(surface)] = (surface, Terrain(ground_m, above_m, resolution_m, streets))
        return self.terrains[id(surface)][1]

    def placed(self) -> tuple[PlacedCell, ...]:
        """Return the cells in table order with their sites' coordinates and azimuths from grid north."""
        turn = self.north_deg()
        sites = {site.id: site for site in self.network.sites}
        return tuple(
            PlacedCell(
                cell,
                sites[cell.site_id].x_m,
                sites[cell.site_id].y_m,
                (cell.azimuth_deg + turn[cell.site_id]) % 360.0,
                i,
            )
            for i, cell in enumerate(self.network.cells)
        )

    def north_deg(self) -> dict[str, float]:
        """Return for each site the direction of true north, clockwise from grid north (deg)."""
        back = Transformer.from_crs(self.surface.grid.crs, self.body.geographic_crs, always_xy=True)
        forth = Transformer.from_crs(self.body.geographic_crs, self.surface.grid.crs, always_xy=True)
        turn = {}
        for site in self.network.sites:
            lon, lat = back.transform(site.x_m, site.y_m)
            step = 1e-4 if lat < 89.0 else -1e-4  # away from the pole, where north ends
            x, y = forth.transform(lon, lat + step)
            sign = math.copysign(1.0, step)
            turn[site.id] = math.degrees(math.atan2(sign * (x - site.x_m), sign * (y - site.y_m)))
        return turn

    def levels(
        self, site: Site, cells: Sequence[Cell], azimuths_deg: Sequence[float], x_m: Float, y_m: Float
    ) -> NDArray[np.float32]:
        """Return (cells, n) levels of the cells of one site at points (dBm), one profile a point; as ``predicted``."""
        return self.predicted(site, cells, azimuths_deg, x_m, y_m, mode="exact").level_dbm

    def predicted(
        self,
        site: Site,
        cells: Sequence[Cell],
        azimuths_deg: Sequence[float],
        x_m: Float,
        y_m: Float,
        *,
        mode: Mode,
    ) -> SiteLevels:
        """Return the levels of the cells of one site at points, and what made them.

        Args:
            site: that carries the cells.
            cells: to predict.
            azimuths_deg: of each, clockwise from grid north (deg).
            x_m: (n,) easting (m).
            y_m: (n,) northing (m).
            mode: of the chain.
        """
        rows, cols = self.surface.grid.fractional(x_m, y_m)
        return self.station(site, cells, azimuths_deg, mode=mode).levels(self.terrain(), rows, cols)

    def station(self, site: Site, cells: Sequence[Cell], azimuths_deg: Sequence[float], *, mode: Mode) -> Station:
        """Return a site as the engine takes it; arguments as of ``predicted``."""
        row, col = self.surface.grid.fractional(site.x_m, site.y_m)
        return Station(
            float(row),
            float(col),
            tuple(cells),
            tuple(azimuths_deg),
            links_of(self.section),
            setting_of(self.section, self.body, rx_height_m=self.rx_height_m, latitude_deg=self.latitude_deg(site)),
            mode,
        )

    def latitude_deg(self, site: Site) -> float:
        """Return the latitude of a site (deg)."""
        back = Transformer.from_crs(self.surface.grid.crs, self.body.geographic_crs, always_xy=True)
        return float(back.transform(site.x_m, site.y_m)[1])

    def key(self, *more: object) -> str:
        """Return the content key of a prediction with these settings and ``more``."""
        surface, links = self.surface, links_of(self.section)
        return content_key(
            ENGINE_VERSION,
            asdict(surface.grid),
            array_key(surface.ground_m),
            array_key(surface.above_ground_m),
            [asdict(link) for link in links],
            chain_versions(links),
            asdict(setting_of(self.section, self.body, rx_height_m=self.rx_height_m, latitude_deg=0.0)),
            *more,
        )
