"""Who causes it: for ground that turned white, the new mass without which most of it would be served, or lost cells.

Each development that began to stand since the earlier day, and that a ray from a cell which served the ground meets, is
taken away by itself, with what it replaces left standing; the pixels around the ground are then computed as on the map,
for all cells. Where there are several they are taken away together too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, MultiPolygon, Polygon

from aqdaq.analysis.lower_bound import hold_back
from aqdaq.analysis.whitespots import failing
from aqdaq.model.development import Development
from aqdaq.model.foresight import ChangeCause, SpotChange
from aqdaq.model.grid import Grid, Window
from aqdaq.pipeline.foresee_states import never_built
from aqdaq.pipeline.fuse import FuseScene
from aqdaq.pipeline.fuse_changes import SomePixels, whole_squares
from aqdaq.pipeline.guard import threads
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.made_by import lacking_cells
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.predict_grid import GridLevels
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import State, predictor_of

Mask = NDArray[np.bool_]

#: Changes between two days of which causes are looked for, those with most people first.
MOST_CHANGES: Final = 20
#: Developments that are taken away one by one, the nearest to the ground first.
MOST_SUSPECTS: Final = 6
#: A mass that a ray passes in so many pixels can change the level at its end: models look at whole pixels.
NEAR_PIXELS: Final = 4.0
#: A share of the ground below this is no cause.
LEAST_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Step:
    """Two consecutive days of a forecast.

    Attributes:
        project: opened.
        before: state of the earlier day.
        after: state of the later day.
        risen: developments that stand on the later day and did not on the earlier one.
        reporter: of progress.
    """

    project: Project
    before: State
    after: State
    risen: tuple[Development, ...]
    reporter: Reporter

    def newly(self, definition: str) -> dict[str, Mask]:
        """Return per layer that is there on both days, (rows, cols) where it fails now and did not before."""
        asked = {s.date: next(d for d in s.inputs.definitions if d.id == definition) for s in (self.before, self.after)}
        was = {str(c.layer): c for c in self.before.coverage if definition in c.definitions}
        out = {}
        for c in self.after.coverage:
            if definition in c.definitions and str(c.layer) in was:
                gone = failing(c, asked[self.after.date]) & ~failing(was[str(c.layer)], asked[self.before.date])
                out[str(c.layer)] = gone
        return out


def with_causes(step: Step, changes: Sequence[SpotChange], newly: Mapping[str, Mask]) -> tuple[SpotChange, ...]:
    """Return the changes with their causes; of too many, the ones with most people (or ground) have them.

    Args:
        step: the two days.
        changes: between them, of one definition.
        newly: as ``Step.newly`` says of it.
    """
    order = sorted(range(len(changes)), key=lambda i: (-_weight(changes[i]), i))
    chosen = [i for i in order if changes[i].worse is not None][:MOST_CHANGES]
    found = list(changes)
    with threads(1):  # a few pixels a site: more threads would mostly wait for each other
        for i in step.reporter.steps(chosen, "causes, places"):
            found[i] = replace(changes[i], causes=_causes(step, changes[i], newly))
    return tuple(found)


def _weight(change: SpotChange) -> float:
    return change.worse_m2 if change.people_after is None else change.people_after + 1e-9 * change.worse_m2


@dataclass(frozen=True, slots=True)
class _Ground:
    """The worse ground of a change: where it lies, its pixels in a window, and per layer those that it lost."""

    shape: Polygon | MultiPolygon
    definition: str
    window: Window
    mask: Mask
    newly: Mapping[str, Mask]

    @property
    def pixels(self) -> int:
        """How many there are."""
        return int(self.mask.sum())


def _causes(step: Step, change: SpotChange, newly: Mapping[str, Mask]) -> tuple[ChangeCause, ...]:
    assert change.worse is not None
    window, mask = _pixels(step.after.inputs.grid, change.worse)
    ground = _Ground(
        change.worse, change.definition, window, mask, {key: n[window.slices] & mask for key, n in newly.items()}
    )
    served = _servers(step.before, ground)
    found = _lost(step, ground, served)
    suspects = _suspects(step, ground.shape, served)
    alone = [(d, _restored(step, (d,), ground)) for d in suspects[:MOST_SUSPECTS]]
    found += [_cause("development", (d,), part, ground, step) for d, part in alone]
    if len(suspects) > 1:
        together = _restored(step, suspects, ground)
        if together > max(part for _, part in alone):
            found.append(_cause("developments", suspects, together, ground, step))
    kept = [c for c in found if c.share >= LEAST_SHARE]
    return tuple(sorted(kept, key=lambda c: (c.kind == "developments", -c.restored_m2, c.id)))


def _pixels(grid: Grid, ground: Polygon | MultiPolygon) -> tuple[Window, Mask]:
    """Return the window of pixels around some ground made of pixels, and (rows, cols) which of them it holds."""
    x_min, y_min, x_max, y_max = ground.bounds
    half = 0.5 * grid.resolution_m
    row, col, _ = grid.index([x_min + half, x_max - half], [y_max - half, y_min + half])
    window = Window(int(row[0]), int(row[1]) + 1, int(col[0]), int(col[1]) + 1)
    x, y = grid.centres()
    gx, gy = np.meshgrid(x[window.slices[1]], y[window.slices[0]])
    shapely.prepare(ground)
    return window, np.asarray(shapely.contains_xy(ground, gx, gy), dtype=np.bool_)


def _servers(state: State, ground: _Ground) -> dict[str, int]:
    """Return on how many of the pixels that its layer lost each cell was the best server of the layer."""
    out: dict[str, int] = {}
    for c in state.coverage:
        if str(c.layer) in ground.newly:
            server = c.best_server[ground.window.slices][ground.newly[str(c.layer)]]
            for number, count in zip(*np.unique(server[server >= 0], return_counts=True), strict=True):
                out[c.cells[int(number)]] = int(count)
    return out


def _lost(step: Step, ground: _Ground, served: dict[str, int]) -> list[ChangeCause]:
    """Return the cells that served the ground and are no longer on air."""
    on_air = {cell.id for cell in step.after.inputs.network.cells}
    sites = {s.id: s for s in step.before.inputs.network.sites}
    found = []
    for cell in step.before.inputs.network.cells:
        if cell.id in served and cell.id not in on_air:
            site, count = sites[cell.site_id], served[cell.id]
            away = float(ground.shape.distance(shapely.Point(site.x_m, site.y_m)))
            area = count * step.after.inputs.grid.pixel_area_m2
            found.append(ChangeCause("cell", cell.id, area, count / ground.pixels, away))
    return found


def _suspects(step: Step, ground: Polygon | MultiPolygon, served: dict[str, int]) -> tuple[Development, ...]:
    """Return the new masses between the ground and the sites that served it, or on it, the nearest first."""
    sites = {s.id: s for s in step.before.inputs.network.sites}
    hull, wide = ground.convex_hull, step.after.inputs.grid.resolution_m
    carrying = dict.fromkeys(cell.site_id for cell in step.before.inputs.network.cells if cell.id in served)
    fans = [shapely.union(hull, shapely.Point(sites[s].x_m, sites[s].y_m)).convex_hull for s in carrying]
    ways = shapely.union_all([hull, *fans]).buffer(wide)
    near = [d for d in step.risen if d.footprint.intersects(ways)]
    return tuple(sorted(near, key=lambda d: (ground.distance(d.footprint), d.id)))


def _restored(step: Step, gone: Sequence[Development], ground: _Ground) -> int:
    """Return on how many of the pixels no layer that fails newly does so without some developments."""
    after, window = step.after, ground.window
    inputs = cropped(never_built(after.inputs, gone), window)
    scene = FuseScene(inputs, after.calibrated, step.project.config.prediction.noise_figure_db)
    asked = next(d for d in inputs.definitions if d.id == ground.definition)
    predictor, nobody = predictor_of(step.project, inputs), np.zeros(ground.mask.shape, dtype=np.bool_)
    placed, still = predictor.placed(), nobody.copy()
    mask = whole_squares(ground.mask, inputs.grid, scene.group_m)
    source = _without(step, predictor, gone, (window, mask))
    for name, newly in ground.newly.items():
        cells = [p for p in placed if str(p.cell.layer) == name]
        if not newly.any():
            continue
        coverage = scene.fused(cells[0].cell.layer, cells, SomePixels(source, mask), nobody)
        lacking = lacking_cells(cells, after.levels, after.inputs.grid)
        if lacking is not None:
            hold_back(coverage, inputs.definitions, lacking[window.slices])
        still |= newly & failing(coverage, asked)
    return int((ground.mask & ~still).sum())


@dataclass(frozen=True, slots=True)
class _Patches:
    """Levels of cells on a window of the grid: as they are, but of some cells as they would be on a few pixels.

    Attributes:
        levels: as they are, on the whole grid.
        window: of the grid.
        instead: levels of cells on the window (dBm).
    """

    levels: GridLevels
    window: Window
    instead: Mapping[str, NDArray[np.float32]]

    def __call__(self, cell_id: str) -> tuple[Window, NDArray[np.float32]]:
        """Return where on the window the level of a cell is known, and the level (dBm)."""
        here = self.window
        if cell_id in self.instead:
            return Window(0, here.shape[0], 0, here.shape[1]), self.instead[cell_id]
        whole, level = self.levels(cell_id)
        row0, row1 = max(whole.row0, here.row0), min(whole.row1, here.row1)
        col0, col1 = max(whole.col0, here.col0), min(whole.col1, here.col1)
        if row0 >= row1 or col0 >= col1:
            return Window(0, 0, 0, 0), np.empty((0, 0), dtype=np.float32)
        part = level[row0 - whole.row0 : row1 - whole.row0, col0 - whole.col0 : col1 - whole.col0]
        return Window(row0 - here.row0, row1 - here.row0, col0 - here.col0, col1 - here.col0), np.asarray(part)


def _without(step: Step, predictor: Predictor, gone: Sequence[Development], place: tuple[Window, Mask]) -> _Patches:
    """Return the levels where some developments do not stand: of the sites whose rays they could meet, anew.

    Args:
        step: the two days.
        predictor: on the surface without them.
        gone: the developments.
        place: window of the grid, and which of its pixels are asked.
    """
    window, mask = place
    grid = step.after.inputs.grid
    x, y = (v[s] for v, s in zip(grid.centres(), window.slices[::-1], strict=True))
    rows, cols = np.nonzero(mask)
    px, py = x[cols], y[rows]
    hull = MultiPoint(np.stack([px, py], axis=1)).convex_hull
    mass = shapely.union_all([d.footprint for d in gone]).buffer(NEAR_PIXELS * grid.resolution_m)
    placed, instead = predictor.placed(), {}
    for site in predictor.network.sites:
        fan = shapely.union(hull, shapely.Point(site.x_m, site.y_m)).convex_hull
        own = [p for p in placed if p.cell.site_id == site.id]
        if not fan.intersects(mass):
            continue
        cells, azimuths = [p.cell for p in own], [p.grid_azimuth_deg for p in own]
        found = predictor.predicted(site, cells, azimuths, px, py, mode=predictor.section.mode)
        for cell, level in zip(cells, found.level_dbm, strict=True):
            array = np.full(mask.shape, np.nan, dtype=np.float32)
            array[rows, cols] = level
            instead[cell.id] = array
    return _Patches(step.after.levels, window, instead)


def cropped(inputs: Inputs, window: Window) -> Inputs:
    """Return inputs whose results lie on a part of the grid; the surface stays whole."""
    grid = inputs.grid
    part = Grid(
        grid.crs,
        grid.x_min_m + window.col0 * grid.resolution_m,
        grid.y_max_m - window.row0 * grid.resolution_m,
        grid.resolution_m,
        *window.shape,
    )
    entry = inputs.entry
    return replace(
        inputs,
        grid=part,
        entry=None if entry is None else replace(entry, code=np.ascontiguousarray(entry.code[window.slices])),
        people=None if inputs.people is None else inputs.people[window.slices],
    )


def _cause(kind: str, gone: Sequence[Development], pixels: int, ground: _Ground, step: Step) -> ChangeCause:
    away = min(float(ground.shape.distance(d.footprint)) for d in gone)
    area = pixels * step.after.inputs.grid.pixel_area_m2
    return ChangeCause(kind, ";".join(sorted(d.id for d in gone)), area, pixels / ground.pixels, away)
