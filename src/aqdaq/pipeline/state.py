"""The state of a project on one day: what its inputs say, its coverage and its white spots, without a run's folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aqdaq.analysis.whitespots import WhiteSpotsFound, find_white_spots
from aqdaq.io.buildings import rasterize_buildings
from aqdaq.model.building import Building
from aqdaq.pipeline.calibration import Calibrated, calibrate_project
from aqdaq.pipeline.entry_classes import losses_db
from aqdaq.pipeline.fuse import fuse_project
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.predict_grid import GridLevels, predict_grid
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.store import Store
from aqdaq.pipeline.stored import StoredCoverage


@dataclass(frozen=True, slots=True)
class State:
    """A project on one day.

    Attributes:
        date: the day.
        inputs: read for it.
        predictor: the engine on its surface.
        levels: where the predicted level of each cell lies.
        calibrated: what measurements make of them.
        coverage: of each layer.
        found: white spots per definition that can be predicted.
    """

    date: dt.date
    inputs: Inputs
    predictor: Predictor
    levels: GridLevels
    calibrated: Calibrated
    coverage: tuple[StoredCoverage, ...]
    found: dict[str, WhiteSpotsFound]


def predictor_of(project: Project, inputs: Inputs) -> Predictor:
    """Return the engine on the surface and network of inputs."""
    height_m = inputs.definitions[0].receiver_height_m
    return Predictor(inputs.surface, inputs.network, project.config.prediction, project.body, height_m)


def white_spots_of(project: Project, inputs: Inputs, coverage: Sequence[StoredCoverage]) -> dict[str, WhiteSpotsFound]:
    """Return the white spots of every definition that can be predicted."""
    return {
        d.id: find_white_spots(
            d,
            coverage,
            people=inputs.people,
            districts=inputs.districts,
            geographic_crs=project.body.geographic_crs,
            loss_db=losses_db(d, inputs.network.cells, inputs.entry),
        )
        for d in inputs.definitions
        if not d.cannot_predict  # no white spots found would read as none there
    }


def state_at(
    project: Project,
    date: dt.date,
    reporter: Reporter,
    *,
    without: frozenset[str] = frozenset(),
    inputs: Inputs | None = None,
) -> State:
    """Return the state of a project on a day; what the store holds of it is not computed again.

    Args:
        project: opened.
        date: selects buildings, cells and rulebooks.
        reporter: of progress.
        without: ids of buildings that are taken away, for what-if questions; ids of none are ignored.
        inputs: read already for that day.

    Raises:
        InputError: an input is wrong.
    """
    inputs = inputs if inputs is not None else read_inputs(project, date)
    store, predictor = Store(project.cache), predictor_of(project, inputs)
    calibrated = calibrate_project(predictor, inputs, project.config, store, reporter)
    if without:  # the fit stays: measurements were taken in the city as it is
        inputs = without_buildings(inputs, without)
        predictor = predictor_of(project, inputs)
    levels = predict_grid(predictor, inputs.grid, store, reporter, fresh=False)
    coverage, _ = fuse_project(project, inputs, predictor, levels, calibrated, store, reporter, fresh=False)
    found = white_spots_of(project, inputs, coverage)
    return State(date, inputs, predictor, levels, calibrated, coverage, found)


def without_buildings(inputs: Inputs, ids: frozenset[str]) -> Inputs:
    """Return inputs on whose surface the named buildings do not stand; people are left as they were."""
    surface = inputs.surface
    kept: list[Building] = [b for b in inputs.buildings if b.stands(surface.date) and b.id not in ids]
    above = rasterize_buildings(kept, surface.grid)
    return replace(inputs, surface=replace(surface, above_ground_m=above))
