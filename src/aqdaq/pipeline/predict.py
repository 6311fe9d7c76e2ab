"""Stage ``predict``: the level of every cell by the engine alone, on the grid or at points, one site at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from aqdaq.analysis.uncertainty import PlacedCell
from aqdaq.engine.antennas import pattern_parameters
from aqdaq.engine.area_types import Terrain, Transmitter
from aqdaq.engine.chain import Mode, chain_loss, chain_versions
from aqdaq.engine.directions import directions
from aqdaq.engine.link import received_level_dbm
from aqdaq.engine.urban.streets import street_rasters
from aqdaq.model.body import Body
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Cell, Network, Site
from aqdaq.model.project import PredictionSection
from aqdaq.model.surface import Surface
from aqdaq.pipeline.chain import BY_RASTERS, links_of, modes_of, setting_of
from aqdaq.pipeline.hashing import array_key, content_key
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.store import Store

#: Part of every key: raised when figures outside the models change; the models carry versions of their own.
ENGINE_VERSION = "chain/4"

#: Files of a site in the store.
LEVELS, REASONS = "levels.npy", "reasons.npy"

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SiteLevels:
    """What the engine says of the cells of one site at n points.

    Attributes:
        level_dbm: (cells, n) float32, NaN where unknown (dBm).
        reason: (cells, n) uint8 ``Reason`` why a level is unknown; 0 where it is known.
        link: (n,) uint8 number of the link of the chain that made the point, 255 beyond the last.
    """

    level_dbm: NDArray[np.float32]
    reason: NDArray[np.uint8]
    link: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Predictor:
    """Predicts on one surface.

    Attributes:
        surface: ground and buildings.
        network: sites and cells on air.
        section: radius, step, models.
        body: for the sphere.
        rx_height_m: of the receivers (m).
        terrains: each surface as the engine takes it, made once.
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
        pairs = sorted({(cell.height_m, cell.frequency_mhz) for cell in cells})
        row, col = self.surface.grid.fractional(site.x_m, site.y_m)
        heights, frequencies = (np.array(values, dtype=np.float64) for values in zip(*pairs, strict=True))
        transmitter = Transmitter(float(row), float(col), heights, frequencies)
        terrain = self.terrain()
        rows, cols = self.surface.grid.fractional(x_m, y_m)
        setting = setting_of(
            self.section, self.body, rx_height_m=self.rx_height_m, latitude_deg=self.latitude_deg(site)
        )
        path = chain_loss(links_of(self.section), terrain, transmitter, rows, cols, setting, mode)
        seen = directions(
            terrain,
            transmitter,
            rows,
            cols,
            rx_height_m=self.rx_height_m,
            effective_radius_m=self.body.sphere.effective_radius_m,
        )
        out = np.empty((len(cells), len(x_m)), dtype=np.float32)
        of_pair = [pairs.index((cell.height_m, cell.frequency_mhz)) for cell in cells]
        for k, (cell, azimuth, j) in enumerate(zip(cells, azimuths_deg, of_pair, strict=True)):
            out[k] = received_level_dbm(
                path.loss_db[j],
                seen.bearing_deg,
                seen.elevation_deg[j],
                float(cell.reference_eirp_dbm),
                float(azimuth),
                float(cell.mechanical_tilt_deg),
                pattern_parameters(cell.antenna),
            )
        return SiteLevels(out, path.reason[of_pair], path.link)

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


@dataclass(frozen=True, slots=True)
class GridLevels:
    """Where the predicted level of each cell lies in the store: a ``LevelSource`` for the fusion.

    Attributes:
        store: of the project.
        places: per cell id: key of its site's file, index in it, and window of the grid.
    """

    store: Store
    places: dict[str, tuple[str, int, Window]]

    def __call__(self, cell_id: str) -> tuple[Window, NDArray[np.float32]]:
        """Return the window of a cell and its level on it (dBm)."""
        key, index, window = self.places[cell_id]
        return window, self.store.read_member("predict", key, LEVELS)[index]

    def reasons(self, cell_id: str) -> tuple[Window, NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the window of a cell, the number of the link that made each pixel, and why a level is unknown."""
        key, index, window = self.places[cell_id]
        kept = self.store.read_member("predict", key, REASONS)
        return window, kept[0], kept[index + 1]

    @property
    def keys(self) -> list[str]:
        """The keys of the files, each once, in order."""
        return list(dict.fromkeys(key for key, _, _ in self.places.values()))


def predict_grid(predictor: Predictor, grid: Grid, store: Store, reporter: Reporter, *, fresh: bool) -> GridLevels:
    """Predict all cells on the grid; sites already in the store are taken from there.

    Args:
        predictor: the engine on the project's surface.
        grid: of the results.
        store: where the levels go.
        reporter: of progress.
        fresh: compute all sites anew.
    """
    by_site: dict[str, list[PlacedCell]] = {}
    for placed in predictor.placed():
        by_site.setdefault(placed.cell.site_id, []).append(placed)
    modes = modes_of(predictor.section, grid.resolution_m)
    base = predictor.key(asdict(grid), chain_versions(links_of(predictor.section), modes))
    places: dict[str, tuple[str, int, Window]] = {}
    work = []
    for site in predictor.network.sites:
        cells = by_site[site.id]
        radio = [[asdict(p.cell), p.grid_azimuth_deg] for p in cells]
        key = content_key(base, site.x_m, site.y_m, radio)
        window = grid.window_around(site.x_m, site.y_m, predictor.section.radius_m)
        for index, placed in enumerate(cells):
            places[placed.cell.id] = (key, index, window)
        if fresh or not store.has("predict", key, ""):
            work.append((site, cells, key, window))
    reporter.say(f"predict: {len(by_site) - len(work)} of {len(by_site)} sites are there already")
    for site, cells, key, window in reporter.steps(work, "predict, sites"):
        levels, reasons = _site_on_grid(predictor, grid, site, cells, window)
        store.write_members("predict", key, {LEVELS: levels, REASONS: reasons})
    return GridLevels(store, places)


def _site_on_grid(
    predictor: Predictor, grid: Grid, site: Site, cells: Sequence[PlacedCell], window: Window
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return (cells, rows, cols) levels of one site on its window (dBm); number of the link, then reason of each."""
    if window.empty:
        return np.empty((len(cells), 0, 0), dtype=np.float32), np.empty((len(cells) + 1, 0, 0), dtype=np.uint8)
    x, y = grid.centres()
    gx, gy = np.meshgrid(x[window.col0 : window.col1], y[window.row0 : window.row1])
    azimuths = [placed.grid_azimuth_deg for placed in cells]
    x_m, y_m = gx.ravel(), gy.ravel()
    found = predictor.predicted(site, [p.cell for p in cells], azimuths, x_m, y_m, mode=predictor.section.mode)
    reasons = np.concatenate([found.link[None], found.reason])
    return found.level_dbm.reshape(-1, *window.shape), reasons.reshape(-1, *window.shape)
