"""Sample cities to drive through: the project as a run reads it, and the true level at any place of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Links, Observed
from aqdaq.analysis.fusion.facts import Scene
from aqdaq.analysis.measure_next.streets import StreetGraph, graph_of_lines
from aqdaq.analysis.placed import PlacedCell
from aqdaq.model.network import Layer
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.observed import scene_of
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.sample import write_sample
from aqdaq.pipeline.sample.city import make_city
from aqdaq.pipeline.sample.drive_test import REPORTED, WEAKEST_DBM
from aqdaq.pipeline.sample.frame import ORIGIN_M, streams, to_crs
from aqdaq.pipeline.sample.network import make_cells, make_sites
from aqdaq.pipeline.sample.streets import make_streets
from aqdaq.pipeline.sample.terrain import make_terrain
from aqdaq.pipeline.sample.truth import make_truth, received_dbm

Array = NDArray[np.float64]

#: The day on which everything is measured, and the metres from one sample to the next.
DAY: Final = dt.date(2026, 3, 2)
SPACING_M: Final = 25.0


@dataclass(frozen=True)
class SampleCity:
    """One city.

    Attributes:
        inputs: as a run reads them; its measurements are not used.
        placed: cells on air.
        scene: the same as a fit takes them.
        graph: of the streets.
        drive_xy_m: (drives, 2) places along all pieces of street where a car would measure (m).
        piece_of: (drives,) piece of each.
        home: (rows, cols) of the inhabited pixels, and their number of people.
        true_dbm: (cells, drives + homes) received level (dBm), NaN where nothing arrives.
        predicted_dbm: the same by the engine alone.
        heard: (cells, drives) whether the phones wrote the cell down.
    """

    inputs: Inputs
    placed: tuple[PlacedCell, ...]
    scene: Scene
    graph: StreetGraph
    drive_xy_m: Array
    piece_of: NDArray[np.int64]
    home: tuple[NDArray[np.int64], NDArray[np.int64]]
    people: Array
    true_dbm: Array
    predicted_dbm: Array
    heard: NDArray[np.bool_]

    @property
    def home_xy_m(self) -> Array:
        """Centres of the inhabited pixels (m)."""
        x, y = self.inputs.grid.centres()
        return np.stack([x[self.home[1]], y[self.home[0]]], axis=1)

    def observed(self, pieces: NDArray[np.bool_], route: int) -> Observed:
        """Return what the phones write down along pieces of street, (pieces,) mask."""
        cell, place = np.nonzero(self.heard & pieces[self.piece_of])
        xy, predicted = self.drive_xy_m[place], self.predicted_dbm[cell, place]
        links = Links(cell, xy[:, 0], xy[:, 1], predicted, np.full(len(cell), np.nan))
        rows = Observed(
            links,
            self.true_dbm[cell, place],
            np.ones(len(cell), dtype=np.bool_),
            np.ones(len(cell)),
            np.full(len(cell), route, dtype=np.int64),
        )
        return rows.subset(np.isfinite(predicted))

    def homes_of(self, layer: Layer) -> tuple[Links, NDArray[np.int64]]:
        """Return all links of a layer at the inhabited pixels, and the pixel of each."""
        cells = np.array([i for i, p in enumerate(self.placed) if p.cell.layer == layer])
        level = self.predicted_dbm[cells][:, len(self.drive_xy_m) :]
        number, place = np.nonzero(np.isfinite(level))
        xy = self.home_xy_m[place]
        return Links(cells[number], xy[:, 0], xy[:, 1], level[number, place], np.full(len(place), np.nan)), place

    def best_true_dbm(self, layer: Layer) -> Array:
        """Return the true level of the best server at the inhabited pixels (dBm)."""
        cells = [i for i, p in enumerate(self.placed) if p.cell.layer == layer]
        return np.nan_to_num(self.true_dbm[cells][:, len(self.drive_xy_m) :], nan=-200.0).max(axis=0)


def make_sample_city(folder: Path, seed: int, resolution_m: float) -> SampleCity:
    """Return the city of a seed; its project is written to ``folder``."""
    write_sample(folder, seed=seed, resolution_m=resolution_m)
    project = Project.open(folder)
    inputs = read_inputs(project, DAY)
    predictor = Predictor(inputs.surface, inputs.network, project.config.prediction, project.body, 1.5)
    placed = predictor.placed()
    rng = streams(seed)
    terrain = make_terrain(rng["terrain"])
    plan = make_streets(rng["streets"], terrain)
    city = make_city(rng["buildings"], rng["planned"], plan)
    sites = make_sites(rng["sites"], plan, city)
    cells = make_cells(rng["cells"], sites)
    truth = make_truth(rng["truth"], cells, DAY)
    lines, names = [to_crs(s.line) for s in plan.streets], [s.name for s in plan.streets]
    graph = graph_of_lines(lines, names, inputs.grid)
    drive, piece_of = graph.samples(SPACING_M)
    assert inputs.people is not None
    home = np.nonzero(inputs.people > 0.0)
    x, y = inputs.grid.centres()
    places = np.concatenate([drive, np.stack([x[home[1]], y[home[0]]], axis=1)])
    chance = np.random.default_rng([seed, 1])
    received = received_dbm(chance, sites, cells, truth, (terrain, city, DAY), places - np.asarray(ORIGIN_M))
    rows = {cell.id: row for row, cell in enumerate(cells)}
    true = received[[rows[p.cell.id] for p in placed]]
    return SampleCity(
        inputs,
        placed,
        scene_of(predictor),
        graph,
        drive,
        piece_of,
        home,
        inputs.people[home].astype(np.float64),
        true,
        _predicted(predictor, placed, places),
        _heard(chance, placed, true[:, : len(drive)]),
    )


def _predicted(predictor: Predictor, placed: tuple[PlacedCell, ...], places: Array) -> Array:
    """Return (cells, places) the level by the engine alone (dBm)."""
    out = np.full((len(placed), len(places)), np.nan)
    for site in predictor.network.sites:
        here = [i for i, p in enumerate(placed) if p.cell.site_id == site.id]
        azimuths = [placed[i].grid_azimuth_deg for i in here]
        out[here] = predictor.levels(site, [placed[i].cell for i in here], azimuths, places[:, 0], places[:, 1])
    return out


def _heard(chance: np.random.Generator, placed: tuple[PlacedCell, ...], true_dbm: Array) -> NDArray[np.bool_]:
    """Return which cells the phones write down: at each place the strongest one to four of each layer."""
    heard = np.zeros(true_dbm.shape, dtype=np.bool_)
    for layer in sorted({p.cell.layer for p in placed}):
        cells = np.array([i for i, p in enumerate(placed) if p.cell.layer == layer])
        level = np.nan_to_num(true_dbm[cells], nan=-999.0)
        rank = np.argsort(np.argsort(-level, axis=0, kind="stable"), axis=0)
        count = chance.choice((1, 2, 3, 4), level.shape[1], p=REPORTED)
        heard[cells] = (rank < count) & (level > WEAKEST_DBM)
    return heard
