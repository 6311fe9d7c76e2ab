"""The cells that could serve a white spot: those on air, those that were lost, and one that was never there."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from aqdaq.analysis.causes.coalitions import BIT
from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.forecast import Links
from aqdaq.analysis.fusion.typical import OTHER, technology_of
from aqdaq.analysis.layer import LevelSource
from aqdaq.analysis.placed import PlacedCell
from aqdaq.base.units import WAVELENGTH_M_GHZ
from aqdaq.model.grid import Window
from aqdaq.model.network import Cell, Layer, Network, Site
from aqdaq.pipeline.cause_surfaces import Pixels, Spot
from aqdaq.pipeline.predict_grid import GridLevels

Array = NDArray[np.float64]

#: Sites that are looked at: the strongest by the map, by free space with the best pointing, and lost ones.
BY_LEVEL, BY_FREE_SPACE, LOST = 4, 6, 3
#: A site that serves so much of the weight is looked at, however many there are.
SERVES: Final = 0.02


@dataclass(frozen=True)
class OpenedLevels:
    """Levels of the cells by the engine, each file opened once: they are mapped, so that only what is used is read.

    Attributes:
        levels: where they lie.
        opened: window and level (dBm) of each cell that was asked for.
    """

    levels: GridLevels
    opened: dict[str, tuple[Window, NDArray[np.float32]]] = field(default_factory=dict)

    def __call__(self, cell_id: str) -> tuple[Window, NDArray[np.float32]]:
        """Return the window of a cell and its level on it (dBm)."""
        if cell_id not in self.opened:
            self.opened[cell_id] = self.levels(cell_id)
        return self.opened[cell_id]


@dataclass(frozen=True, slots=True)
class Radiator:
    """A cell that serves a white spot, or could.

    Attributes:
        cell: as the table has it; one that was never there has the figures of another.
        site: that carries it.
        grid_azimuth_deg: clockwise from grid north (deg).
        north_deg: direction of true north at the site, clockwise from grid north (deg).
        index: of the cell in the fit; -1 where it has none.
        needs: bits that must be set for it to be there.
    """

    cell: Cell
    site: Site
    grid_azimuth_deg: float
    north_deg: float
    index: int
    needs: int


@dataclass(frozen=True)
class LayerCells:
    """The cells of one layer, now, ever and never.

    Attributes:
        layer: operator and technology.
        on_air: placed, now.
        lost: cells that left the air.
        bare: the operator's sites on air without a cell of the layer.
        sites: of the network of all times, by id.
        north_deg: of each site, direction of true north from grid north (deg).
        places_m: (k, 2) x and y of the operator's sites, those that lost this layer and those without it included (m).
        spare: a cell of the layer of middling power, for a site that has none.
        full_dbm: reference EIRP at full power (dBm).
    """

    layer: Layer
    on_air: tuple[PlacedCell, ...]
    lost: tuple[Cell, ...]
    bare: tuple[Site, ...]
    sites: dict[str, Site]
    north_deg: dict[str, float]
    places_m: Array
    spare: Cell
    full_dbm: float

    @classmethod
    def of(
        cls, layer: Layer, placed: Sequence[PlacedCell], now: Network, lost: Sequence[Cell], ever: Network,
        north_deg: dict[str, float],
    ) -> LayerCells:  # fmt: skip
        """Return the cells of a layer.

        Args:
            layer: with at least one cell on air.
            placed: all cells on air.
            now: the network on air.
            lost: cells of any layer that left the air.
            ever: sites and cells of any date.
            north_deg: of each site of ``ever``.
        """
        own = tuple(p for p in placed if p.cell.layer == layer)
        carrying = {p.cell.site_id for p in own}
        of_operator = {c.site_id for c in now.cells if c.layer.operator == layer.operator}
        own_lost = tuple(c for c in lost if c.layer == layer)
        sites = {site.id: site for site in ever.sites}
        places = sorted(of_operator | {c.site_id for c in own_lost})
        by_power = sorted((p.cell for p in own), key=lambda c: (c.reference_eirp_dbm, c.id))
        return cls(
            layer,
            own,
            own_lost,
            tuple(site for site in now.sites if site.id in of_operator - carrying),
            sites,
            north_deg,
            np.array([(sites[key].x_m, sites[key].y_m) for key in places]),
            _with_usual_antenna(by_power[len(by_power) // 2], by_power),
            _full_dbm(layer, now.cells),
        )

    def nearest_m(self, x_m: Array, y_m: Array) -> Array:
        """Return (n,) distances of places from the operator's nearest site (m)."""
        return np.asarray(cKDTree(self.places_m).query(np.stack([x_m, y_m], axis=1))[0])

    def beyond_db(self, x_m: Array, y_m: Array, usual_m: float) -> Array:
        """Return (n,) what free space costs from the nearest site beyond the usual distance (dB), at least 0."""
        return np.maximum(20.0 * np.log10(np.maximum(self.nearest_m(x_m, y_m), 1.0) / usual_m), 0.0)

    def at(self, placed: PlacedCell) -> Radiator:
        """Return a cell on air as a radiator."""
        site = self.sites[placed.cell.site_id]
        return Radiator(placed.cell, site, placed.grid_azimuth_deg, self.north_deg[site.id], placed.index, 0)

    def restored(self, cell: Cell) -> Radiator:
        """Return a lost cell as a radiator."""
        site = self.sites[cell.site_id]
        north = self.north_deg[site.id]
        return Radiator(cell, site, (cell.azimuth_deg + north) % 360.0, north, -1, BIT["lost_site"])

    def added(self, site: Site, now: Network, spot: Spot) -> Radiator:
        """Return a cell of the layer at a site that has none, turned to the white spot."""
        x, y = spot.middle_m
        azimuth = math.degrees(math.atan2(x - site.x_m, y - site.y_m)) % 360.0
        height_m = max(c.height_m for c in now.cells if c.site_id == site.id)
        north = self.north_deg[site.id]
        name = f"{site.id}/{self.layer.technology}"
        cell = replace(self.spare, id=name, site_id=site.id, height_m=height_m, azimuth_deg=(azimuth - north) % 360.0)
        return Radiator(cell, site, azimuth, north, -1, BIT["missing_layer"])


def candidates(
    cells: LayerCells, now: Network, levels: LevelSource, fitted: CellLevels, spot: Spot, pixels: Pixels,
    radius_m: float,
) -> list[Radiator]:  # fmt: skip
    """Return the cells that could serve a white spot, in a fixed order: on air, lost, added.

    Args:
        cells: of the layer.
        now: the network on air.
        levels: by the engine, on the grid.
        fitted: what measurements make of them.
        spot: the white spot.
        pixels: (n,) rows and columns of its pixels on the grid.
        radius_m: beyond which nothing is predicted (m).
    """
    x, y = spot.middle_m

    def distance_m(site: Site) -> float:
        return math.hypot(site.x_m - x, site.y_m - y)

    predicted = np.array([predicted_at(levels, p.cell.id, pixels) for p in cells.on_air])
    told = about_levels(cells.on_air, predicted, spot, fitted)
    about = {p.cell.id: row for p, row in zip(cells.on_air, told, strict=True)}
    heard = [p for p in cells.on_air if np.isfinite(about[p.cell.id]).any()]
    chosen = {*_strongest_sites(heard, about, spot), *_nearest_sites(heard, cells.sites, distance_m)}
    found = [cells.at(p) for p in heard if p.cell.site_id in chosen]
    near = sorted({c.site_id for c in cells.lost if distance_m(cells.sites[c.site_id]) <= radius_m},
                  key=lambda key: (distance_m(cells.sites[key]), key))[:LOST]  # fmt: skip
    found += [cells.restored(c) for c in cells.lost if c.site_id in near]
    bare = [site for site in cells.bare if distance_m(site) <= radius_m]
    if bare:
        found.append(cells.added(min(bare, key=lambda site: (distance_m(site), site.id)), now, spot))
    return found


def lost_cells(ever: Network, now: Network, date: object) -> tuple[Cell, ...]:
    """Return the cells that were on air before a date and have left the air since; cells still to come are not lost."""
    on_air = {cell.id for cell in now.cells}
    return tuple(c for c in ever.cells if c.id not in on_air and c.off_air is not None and c.off_air <= date)  # type: ignore[operator]


def predicted_at(levels: LevelSource, cell_id: str, pixels: Pixels) -> Array:
    """Return (n,) the level of a cell by the engine at pixels of the grid (dBm), NaN where unknown."""
    window, level = levels(cell_id)
    rows, cols = pixels
    out = np.full(len(rows), np.nan)
    if window.empty:
        return out
    r, c = rows - window.row0, cols - window.col0
    inside = (r >= 0) & (r < level.shape[0]) & (c >= 0) & (c < level.shape[1])
    out[inside] = level[r[inside], c[inside]]
    return out


def about_levels(
    cells: Sequence[PlacedCell] | Sequence[Radiator], predicted_dbm: Array, spot: Spot, fitted: CellLevels
) -> Array:
    """Return (cells, n) roughly their levels (dBm), NaN where unknown; all cells are asked at once.

    Args:
        cells: on air.
        predicted_dbm: (cells, n) by the engine (dBm).
        spot: the white spot.
        fitted: what measurements make of them.
    """
    out = predicted_dbm.copy()
    which, place = np.nonzero(np.isfinite(out))
    if fitted.model is not None and which.size:
        out[which, place] = fitted.model.trend_dbm(links_of_cells(cells, which, place, spot, predicted_dbm))
    return out


def links_of_cells(
    cells: Sequence[PlacedCell] | Sequence[Radiator], which: NDArray[np.intp], place: NDArray[np.intp], spot: Spot,
    predicted_dbm: Array,
) -> Links:  # fmt: skip
    """Return links from (m,) cells to (m,) pixels of a white spot.

    Args:
        cells: with their number in the fit.
        which: (m,) index of the cell.
        place: (m,) index of the pixel.
        spot: the white spot.
        predicted_dbm: (cells, n) levels by the engine (dBm).
    """
    index = np.array([c.index for c in cells], dtype=np.int64)
    unknown = np.full(which.size, np.nan)
    return Links(index[which], spot.x_m[place], spot.y_m[place], predicted_dbm[which, place], unknown)


def _strongest_sites(heard: Sequence[PlacedCell], about: dict[str, Array], spot: Spot) -> list[str]:
    """Return the sites that are the strongest at most of the weight, then those that are strong on average."""
    sites = sorted({p.cell.site_id for p in heard})
    if not sites:
        return []
    best = np.full((len(sites), spot.weight.size), -300.0)
    for p in heard:
        row = sites.index(p.cell.site_id)
        best[row] = np.fmax(best[row], about[p.cell.id])
    wins = np.bincount(best.argmax(axis=0), weights=spot.weight, minlength=len(sites))
    mean = best @ spot.weight
    order = sorted(range(len(sites)), key=lambda i: (-wins[i], -mean[i], sites[i]))
    servers = [i for i in order if wins[i] > SERVES]
    return [sites[i] for i in [*servers, *(i for i in order if i not in servers)][: max(BY_LEVEL, len(servers))]]


def _nearest_sites(heard: Sequence[PlacedCell], sites: dict[str, Site], distance_m: object) -> list[str]:
    """Return the sites that would be the strongest in free space with their antennas turned to the white spot."""
    best: dict[str, float] = {}
    for p in heard:
        away = max(distance_m(sites[p.cell.site_id]), 1.0)  # type: ignore[operator]
        wavelength = WAVELENGTH_M_GHZ * 1e3 / p.cell.frequency_mhz
        level = p.cell.reference_eirp_dbm - 20.0 * math.log10(4.0 * math.pi * away / wavelength)
        best[p.cell.site_id] = max(best.get(p.cell.site_id, -math.inf), level)
    return sorted(best, key=lambda key: (-best[key], key))[:BY_FREE_SPACE]


def _with_usual_antenna(cell: Cell, cells: Sequence[Cell]) -> Cell:
    """Return a cell with the antenna that most of the cells have."""
    usual = Counter(repr(c.antenna) for c in cells)
    name = min(usual, key=lambda key: (-usual[key], key))
    return replace(cell, antenna=next(c.antenna for c in cells if repr(c.antenna) == name))


def _full_dbm(layer: Layer, cells: Sequence[Cell]) -> float:
    """Return the largest reference EIRP of the operator's cells of the technology, or what is typical of it (dBm)."""
    own = max(
        c.reference_eirp_dbm
        for c in cells
        if c.layer.operator == layer.operator and c.layer.technology == layer.technology
    )
    typical = technology_of(layer.technology)
    return own if typical is OTHER else max(own, typical.eirp_dbm)
