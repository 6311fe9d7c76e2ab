"""Stage ``predict`` on the grid: the tasks that are not in the store yet, computed by an executor and kept there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.placed import PlacedCell
from aqdaq.engine.chain import chain_versions
from aqdaq.model.grid import Grid, Window
from aqdaq.model.network import Site
from aqdaq.pipeline.chain import links_of, modes_of
from aqdaq.pipeline.executors import Executor, in_this_process
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.store import Store
from aqdaq.pipeline.tasks import SiteLevels, SiteTask, TerrainPart, part_around

#: Files of a site in the store.
LEVELS, REASONS = "levels.npy", "reasons.npy"


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


def predict_grid(
    predictor: Predictor,
    grid: Grid,
    store: Store,
    reporter: Reporter,
    *,
    fresh: bool,
    executor: Callable[[], AbstractContextManager[Executor]] = in_this_process,
) -> GridLevels:
    """Predict all cells on the grid; sites already in the store are taken from there.

    Args:
        predictor: the engine on the project's surface.
        grid: of the results.
        store: where the levels go.
        reporter: of progress.
        fresh: compute all sites anew.
        executor: opens what computes the tasks; asked only when there is something to compute.
    """
    places, jobs = _jobs(predictor, grid)
    todo = [job for job in jobs if fresh or not store.has("predict", job.key, "")]
    reporter.say(f"predict: {len(jobs) - len(todo)} of {len(jobs)} sites are there already")
    for job in todo:
        if job.window.empty:
            _keep_nothing(store, job)
    tasks = _tasks(predictor, grid, [job for job in todo if not job.window.empty])
    if tasks:
        with executor() as opened:
            if opened.words:
                reporter.say(f"predict: {opened.words}")
            results = opened.run(tasks)
            for task in reporter.steps(tasks, "predict, sites"):
                _keep(store, task.key, next(results))
            for note in opened.notes:
                reporter.say(f"note: {note}")
    return GridLevels(store, places)


@dataclass(frozen=True, slots=True)
class _Job:
    """A site, its cells, the name of its result and its window of the grid."""

    site: Site
    cells: tuple[PlacedCell, ...]
    key: str
    window: Window


def _jobs(predictor: Predictor, grid: Grid) -> tuple[dict[str, tuple[str, int, Window]], list[_Job]]:
    """Return where the level of each cell lies or will lie, and one job a site."""
    by_site: dict[str, list[PlacedCell]] = {}
    for placed in predictor.placed():
        by_site.setdefault(placed.cell.site_id, []).append(placed)
    modes = modes_of(predictor.section, grid.resolution_m)
    base = predictor.key(asdict(grid), chain_versions(links_of(predictor.section), modes))
    places: dict[str, tuple[str, int, Window]] = {}
    jobs = []
    for site in predictor.network.sites:
        cells = tuple(by_site[site.id])
        radio = [[asdict(p.cell), p.grid_azimuth_deg] for p in cells]
        key = content_key(base, site.x_m, site.y_m, radio)
        window = grid.window_around(site.x_m, site.y_m, predictor.section.radius_m)
        for index, placed in enumerate(cells):
            places[placed.cell.id] = (key, index, window)
        jobs.append(_Job(site, cells, key, window))
    return places, jobs


def _tasks(predictor: Predictor, grid: Grid, jobs: Sequence[_Job]) -> list[SiteTask]:
    """Return the tasks in the order of the sites; their parts of the surface are views, nothing is copied."""
    if not jobs:
        return []
    frame, terrain = predictor.surface.grid, predictor.terrain()
    tasks = []
    for job in jobs:
        cells, azimuths = [p.cell for p in job.cells], [p.grid_azimuth_deg for p in job.cells]
        station = predictor.station(job.site, cells, azimuths, mode=predictor.section.mode)
        part = TerrainPart.cut(terrain, part_around(station, grid, job.window, frame))
        tasks.append(SiteTask(job.key, station, grid, job.window, frame, part))
    return tasks


def _keep(store: Store, key: str, found: SiteLevels) -> None:
    """Keep (cells, rows, cols) levels of a site (dBm), and number of the link, then reason of each."""
    reasons = np.concatenate([found.link[None], found.reason])
    store.write_members("predict", key, {LEVELS: found.level_dbm, REASONS: reasons})


def _keep_nothing(store: Store, job: _Job) -> None:
    """Keep that a site reaches no pixel of the grid."""
    shape, none = (len(job.cells), 0, 0), np.empty((0, 0), dtype=np.uint8)
    _keep(
        store,
        job.key,
        SiteLevels(np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.uint8), none),
    )
