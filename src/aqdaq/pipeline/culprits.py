"""Culprits by name: the building, the lost site, the antenna, the site without the layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.analysis.causes.coalitions import BIT, Paths
from aqdaq.engine.area_types import Terrain
from aqdaq.io.buildings import rasterize_buildings
from aqdaq.model.building import Building
from aqdaq.model.cause import AzimuthCulprit, BuildingCulprit, LostCulprit, MissingCulprit, Relief
from aqdaq.model.grid import Grid
from aqdaq.model.network import Site
from aqdaq.pipeline.cause_paths import Scene
from aqdaq.pipeline.cause_surfaces import Spot, Surfaces

Array = NDArray[np.float64]

#: A change that gives less than this (dB) is no culprit.
LEAST_DB: Final = 0.1
#: Buildings that are taken away one by one; sites whose paths are looked at; paths of each.
BUILDINGS, SITES, PATHS = 5, 3, 40


def relief_of(paths: Paths, level_dbm: Array) -> Relief:
    """Return what (r, n) other levels of the cells would give (dBm); cells that are not there count where they rise.

    Args:
        paths: of the layer.
        level_dbm: as they would be.
    """
    before = paths.as_it_is()
    after = np.maximum(paths.as_it_is(level_dbm), before)
    lacked = float(paths.weight @ np.maximum(-before, 0.0))
    lacks = float(paths.weight @ np.maximum(-after, 0.0))
    return Relief(lacked - lacks, float(paths.weight[after >= 0.0].sum()))


def relief_with(paths: Paths, added: NDArray[np.bool_]) -> Relief:
    """Return what it would give if (r,) absent cells were there."""
    before = paths.as_it_is()
    after = np.maximum(before, paths.with_cells((paths.needs == 0) | added))
    lacked, lacks = (float(paths.weight @ np.maximum(-v, 0.0)) for v in (before, after))
    return Relief(lacked - lacks, float(paths.weight[after >= 0.0].sum()))


def azimuth_culprit(scene: Scene) -> AzimuthCulprit | None:
    """Return the cell on air that gives most when it alone is turned; None where turning gives nothing."""
    best: tuple[float, int, Relief] | None = None
    for i, r in enumerate(scene.radiators):
        if r.needs or not scene.paths.antenna_db[i].any():
            continue
        level = scene.paths.level_dbm.copy()
        level[i] += scene.paths.antenna_db[i]
        found = relief_of(scene.paths, level)
        if best is None or found.relief_db > best[0]:
            best = (found.relief_db, i, found)
    if best is None or best[0] < LEAST_DB:
        return None
    r, turn = scene.radiators[best[1]], scene.turns[best[1]]
    return AzimuthCulprit(
        cell=r.cell.id,
        site=r.site.id,
        azimuth_deg=r.cell.azimuth_deg,
        downtilt_deg=r.cell.downtilt_deg,
        wanted_azimuth_deg=(turn.grid_azimuth_deg - r.north_deg) % 360.0,
        wanted_downtilt_deg=turn.downtilt_deg,
        distance_m=_away_m(scene.spot, r.site),
        relief=best[2],
    )


def lost_culprit(scene: Scene) -> LostCulprit | None:
    """Return the lost site that gives most when its cells come back; None where none helps."""
    best: tuple[float, str, Relief] | None = None
    needs = scene.paths.needs
    for site in dict.fromkeys(r.site.id for r in scene.radiators if r.needs == BIT["lost_site"]):
        own = np.array([r.site.id == site for r in scene.radiators]) & (needs == BIT["lost_site"])
        found = relief_with(scene.paths, own)
        if best is None or found.relief_db > best[0]:
            best = (found.relief_db, site, found)
    if best is None or best[0] < LEAST_DB:
        return None
    cells = [r for r in scene.radiators if r.site.id == best[1] and r.needs == BIT["lost_site"]]
    days = [r.cell.off_air for r in cells if r.cell.off_air is not None]
    return LostCulprit(
        site=best[1],
        cells=tuple(r.cell.id for r in cells),
        off_air=max(days).isoformat() if days else "",
        distance_m=_away_m(scene.spot, cells[0].site),
        relief=best[2],
    )


def missing_culprit(scene: Scene) -> MissingCulprit | None:
    """Return the nearest site without the layer, when a cell there helps."""
    own = scene.paths.needs == BIT["missing_layer"]
    if not own.any():
        return None
    found = relief_with(scene.paths, own)
    if found.relief_db < LEAST_DB:
        return None
    site = scene.radiators[int(np.flatnonzero(own)[0])].site
    return MissingCulprit(site.id, _away_m(scene.spot, site), found)


@dataclass(frozen=True)
class BuildingSearch:
    """Finds the building whose removal gives most.

    Attributes:
        surfaces: of the run.
        standing: buildings of the city, old and new.
        tree: of their outlines.
        middles_m: (b, 2) of their outlines (m).
        heights_m: (b,) above ground (m).
        scratch: (rows, cols) heights above ground, changed and put back for one building at a time.
    """

    surfaces: Surfaces
    standing: tuple[Building, ...]
    tree: STRtree
    middles_m: Array
    heights_m: Array
    scratch: NDArray[np.float32]

    @classmethod
    def of(cls, surfaces: Surfaces) -> BuildingSearch:
        """Return the search on the surfaces of a run."""
        standing = (*surfaces.old, *surfaces.new)
        shapes = np.array([b.footprint for b in standing], dtype=object)
        middles = shapely.get_coordinates(shapely.centroid(shapes)).reshape(-1, 2)
        heights = np.array([b.height_m for b in standing], dtype=np.float64)
        return cls(surfaces, standing, STRtree(shapes), middles, heights, surfaces.terrain(0).above_m.copy())

    def culprit(self, scene: Scene, outline: Polygon | MultiPolygon) -> BuildingCulprit | None:
        """Return the building whose removal gives most; None where none gives anything."""
        best: tuple[float, int, Relief] | None = None
        serving = _serving(scene)
        for number in self._suspects(scene, serving):
            found = relief_of(scene.paths, self._without(scene, number, serving))
            if best is None or found.relief_db > best[0]:
                best = (found.relief_db, number, found)
        if best is None or best[0] < LEAST_DB:
            return None
        building = self.standing[best[1]]
        return BuildingCulprit(
            id=building.id,
            height_m=building.height_m,
            distance_m=float(outline.distance(building.footprint)),
            new=building in self.surfaces.new,
            built=building.built.isoformat() if building.built is not None else "",
            relief=best[2],
        )

    def _suspects(self, scene: Scene, serving: dict[Site, float]) -> list[int]:
        """Return the buildings that stand highest in the way of the strongest sites, by their number."""
        score: dict[int, float] = {}
        for site, height_m in serving.items():
            for number, weight in self._in_the_way(site, height_m, scene.spot):
                score[number] = score.get(number, 0.0) + weight
        return sorted(score, key=lambda n: (-score[n], self.standing[n].id))[:BUILDINGS]

    def _in_the_way(self, site: Site, height_m: float, spot: Spot) -> list[tuple[int, float]]:
        """Return buildings that reach into the direct rays, and how far, as the diffraction over an edge counts it.

        ``h sqrt(1 / d1 + 1 / d2)``, where the edge stands ``h`` above the ray (m), ``d1`` and ``d2`` from its ends.
        """
        keep = np.unique(np.linspace(0, spot.weight.size - 1, min(PATHS, spot.weight.size)).astype(np.int64))
        x, y = spot.x_m[keep], spot.y_m[keep]
        lines = shapely.linestrings(np.stack([np.full((keep.size, 2), (site.x_m, site.y_m)), np.stack([x, y], 1)], 1))
        ray, number = self.tree.query(lines, predicate="intersects")
        dx, dy = x[ray] - site.x_m, y[ray] - site.y_m
        length = np.maximum(np.hypot(dx, dy), 10.0)
        middle = self.middles_m[number]
        along = ((middle[:, 0] - site.x_m) * dx + (middle[:, 1] - site.y_m) * dy) / length**2
        along = np.clip(along, 5.0 / length, 1.0 - 5.0 / length)
        foot = self._ground_m(np.array([site.x_m]), np.array([site.y_m]))[0] + height_m
        end = self._ground_m(x, y)[ray] + self.surfaces.predictor.rx_height_m
        over = self._ground_m(middle[:, 0], middle[:, 1]) + self.heights_m[number] - (1.0 - along) * foot - along * end
        depth = np.maximum(over, 0.0) * np.sqrt((1.0 / along + 1.0 / (1.0 - along)) / length)
        score = np.bincount(number, weights=np.nan_to_num(depth * spot.weight[keep][ray]), minlength=1)
        return [(int(n), float(score[n])) for n in np.flatnonzero(score > 0.0)]

    def _ground_m(self, x_m: Array, y_m: Array) -> Array:
        row, col, _ = self.surfaces.surface.grid.index(x_m, y_m)
        return self.surfaces.surface.ground_m[row, col].astype(np.float64)

    def _without(self, scene: Scene, number: int, serving: dict[Site, float]) -> Array:
        """Return (r, n) levels of the cells without one building (dBm)."""
        window, patch = self._patch(number)
        kept = self.scratch[window].copy()
        self.scratch[window] = patch
        like = self.surfaces.terrain(0)
        terrain = Terrain(like.ground_m, self.scratch, like.resolution_m, like.streets)
        gain = np.zeros(scene.base_db.shape)
        for site in serving:
            rows = [row for row, (key, _) in enumerate(scene.pairs) if key == site.id]
            antennas = [scene.pairs[row][1] for row in rows]
            less = scene.base_db[rows] - self.surfaces.loss_over(terrain, site, antennas, scene.spot)
            gain[rows] = np.where(np.isfinite(less), less, 0.0)
        self.scratch[window] = kept
        return scene.paths.level_dbm + gain[scene.paths.pair]

    def _patch(self, number: int) -> tuple[tuple[slice, slice], NDArray[np.float32]]:
        """Return the pixels of a building, and the heights there without it."""
        grid, building = self.surfaces.surface.grid, self.standing[number]
        x_min, y_min, x_max, y_max = building.footprint.bounds
        (top, bottom), (left, right) = (
            grid.index([x_min, x_min], [y_max, y_min])[0],
            grid.index([x_min, x_max], [y_min, y_min])[1],
        )
        rows, cols = slice(int(top), int(bottom) + 1), slice(int(left), int(right) + 1)
        part = Grid(
            grid.crs,
            grid.x_min_m + cols.start * grid.resolution_m,
            grid.y_max_m - rows.start * grid.resolution_m,
            grid.resolution_m,
            rows.stop - rows.start,
            cols.stop - cols.start,
        )
        near = self.tree.query(shapely.box(*part.bounds_m))
        return (rows, cols), rasterize_buildings([self.standing[n] for n in sorted(near) if n != number], part)


def _serving(scene: Scene) -> dict[Site, float]:
    """Return the sites whose paths are looked at, each with the height of an antenna there (m).

    They are the strongest as it is, and with no building in the way.
    """
    free = scene.paths.level_dbm + scene.paths.surface_db[6][scene.paths.pair]
    there = np.flatnonzero(scene.paths.needs == 0)
    weight: dict[str, float] = {}
    for level in (scene.paths.level_dbm, free):
        best = np.bincount(there[level[there].argmax(axis=0)], weights=scene.spot.weight)
        for i in np.flatnonzero(best):
            key = scene.radiators[int(i)].site.id
            weight[key] = weight.get(key, 0.0) + float(best[i])
    names = sorted(weight, key=lambda key: (-weight[key], key))[:SITES]
    return dict(next((r.site, r.cell.height_m) for r in scene.radiators if r.site.id == name) for name in names)


def _away_m(spot: Spot, site: Site) -> float:
    x, y = spot.middle_m
    return math.hypot(site.x_m - x, site.y_m - y)
