"""Stage ``predict``: the level of every cell by the engine alone, on the grid or at points, one site at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from aqdaq.analysis.uncertainty import PlacedCell
from aqdaq.engine.antennas import pattern_parameters
from aqdaq.engine.area import Transmitter, path_loss
from aqdaq.engine.link import received_level_dbm
from aqdaq.model.body import Body
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Cell, Network, Site
from aqdaq.model.project import PredictionSection
from aqdaq.model.surface import Surface
from aqdaq.pipeline.hashing import array_key, content_key
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.store import Store

#: Part of every key: raised when the engine's figures change, so that old results are not taken for new ones.
ENGINE_VERSION = "free-space+delta-bullington/3"

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Predictor:
    """Predicts on one surface.

    Attributes:
        surface: ground and buildings.
        network: sites and cells on air.
        section: radius, step.
        body: for the sphere.
        rx_height_m: of the receivers (m).
    """

    surface: Surface
    network: Network
    section: PredictionSection
    body: Body
    rx_height_m: float

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
        """Return (cells, n) levels of the cells of one site at points (dBm), NaN where unknown.

        Args:
            site: that carries the cells.
            cells: to predict.
            azimuths_deg: of each, clockwise from grid north (deg).
            x_m: (n,) easting (m).
            y_m: (n,) northing (m).
        """
        pairs = sorted({(cell.height_m, cell.frequency_mhz) for cell in cells})
        row, col = self.surface.grid.fractional(site.x_m, site.y_m)
        heights, frequencies = (np.array(values, dtype=np.float64) for values in zip(*pairs, strict=True))
        path = path_loss(
            self.surface.ground_m,
            self.surface.above_ground_m,
            self.surface.grid.resolution_m,
            Transmitter(float(row), float(col), heights, frequencies),
            self.surface.grid.fractional(x_m, y_m),
            rx_height_m=self.rx_height_m,
            radius_m=self.section.radius_m,
            step_m=self.section.profile_step_m,
            sphere=self.body.sphere,
        )
        out = np.empty((len(cells), len(x_m)), dtype=np.float32)
        for k, (cell, azimuth) in enumerate(zip(cells, azimuths_deg, strict=True)):
            j = pairs.index((cell.height_m, cell.frequency_mhz))
            out[k] = received_level_dbm(
                path.loss_db[j],
                path.bearing_deg,
                path.elevation_deg[j],
                float(cell.reference_eirp_dbm),
                float(azimuth),
                float(cell.mechanical_tilt_deg),
                pattern_parameters(cell.antenna),
            )
        return out

    def key(self, *more: object) -> str:
        """Return the content key of a prediction with these settings and ``more``."""
        surface = self.surface
        return content_key(
            ENGINE_VERSION,
            asdict(surface.grid),
            array_key(surface.ground_m),
            array_key(surface.above_ground_m),
            self.section.radius_m,
            self.section.profile_step_m,
            self.rx_height_m,
            asdict(self.body.sphere),
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
        return window, self.store.read_array("predict", key)[index]

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
    base = predictor.key(asdict(grid))
    places: dict[str, tuple[str, int, Window]] = {}
    work = []
    for site in predictor.network.sites:
        cells = by_site[site.id]
        radio = [[asdict(p.cell), p.grid_azimuth_deg] for p in cells]
        key = content_key(base, site.x_m, site.y_m, radio)
        window = grid.window_around(site.x_m, site.y_m, predictor.section.radius_m)
        for index, placed in enumerate(cells):
            places[placed.cell.id] = (key, index, window)
        if fresh or not store.has("predict", key, ".npy"):
            work.append((site, cells, key, window))
    reporter.say(f"predict: {len(by_site) - len(work)} of {len(by_site)} sites are there already")
    for site, cells, key, window in reporter.steps(work, "predict, sites"):
        store.write_array("predict", key, _site_on_grid(predictor, grid, site, cells, window))
    return GridLevels(store, places)


def _site_on_grid(
    predictor: Predictor, grid: Grid, site: Site, cells: Sequence[PlacedCell], window: Window
) -> NDArray[np.float32]:
    """Return (cells, rows, cols) levels of one site on its window (dBm)."""
    if window.empty:
        return np.empty((len(cells), 0, 0), dtype=np.float32)
    x, y = grid.centres()
    gx, gy = np.meshgrid(x[window.col0 : window.col1], y[window.row0 : window.row1])
    azimuths = [placed.grid_azimuth_deg for placed in cells]
    levels = predictor.levels(site, [placed.cell for placed in cells], azimuths, gx.ravel(), gy.ravel())
    return levels.reshape(len(cells), *window.shape)
