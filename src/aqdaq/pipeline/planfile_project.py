"""What a project adds to a plan: antennas, ground, roofs around, coverage floor by floor, and what its mass takes away.

The buildings of the plan are put into the city of the project as developments. What measurements teach is what they
teach before the works: nothing was measured in a city that does not stand yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aqdaq.model.building import Building
from aqdaq.model.development import Development
from aqdaq.model.floors import FloorBand
from aqdaq.model.plan_document import PlanDocument
from aqdaq.model.surface import Surface
from aqdaq.pipeline.calibration import calibrate_project
from aqdaq.pipeline.floors import floor_coverage
from aqdaq.pipeline.foresee_states import read_on
from aqdaq.pipeline.fuse import fuse_project
from aqdaq.pipeline.fuse_changes import Before
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.planfile_city import (
    PREFIX,
    placed_in_city,
    planned_buildings,
    with_plan,
    without_developments,
)
from aqdaq.pipeline.planfile_lost import Remedy, lost_service
from aqdaq.pipeline.predict_grid import GridLevels, predict_grid
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import State, predictor_of
from aqdaq.pipeline.store import Store
from aqdaq.planning.plan_rules.case import PHASES, AntennaPlace, Float, Ground, ProjectFacts
from aqdaq.planning.plan_rules.registry import Need


@dataclass(frozen=True, slots=True)
class FactsFound:
    """What a project says, with what had to be assumed and what its readers note.

    Attributes:
        facts: for the rules.
        assumed: in words.
        notes: in words.
    """

    facts: ProjectFacts
    assumed: tuple[str, ...]
    notes: tuple[str, ...]


def project_facts(
    project: Project, plan: PlanDocument, date: dt.date, needs: frozenset[Need], reporter: Reporter
) -> FactsFound:
    """Return what a project says of the place where a plan is.

    Args:
        project: opened.
        plan: in the CRS of the project's grid.
        date: of the check.
        needs: what the rules ask; what is costly and not asked is not computed.
        reporter: of progress.

    Raises:
        InputError: an input of the project is wrong.
    """
    planned, dates, assumed = planned_buildings(plan, date)
    planned, twice, notes = placed_in_city(planned, read_on(project, date, (), date))

    def city(day: dt.date) -> Inputs:
        return without_developments(project, read_on(project, day, (), date), twice)

    after = with_plan(project, city(dates["after"]), planned)
    ours = {d.id for d in planned}
    standing = tuple(b for b in after.buildings if b.stands(after.surface.date) and b.id not in ours)
    facts = ProjectFacts(
        antennas=_antennas(project, after),
        ground_m=_ground(after.surface),
        standing=standing,
        bounds={d.id: d.bound for d in after.definitions if not d.cannot_predict},
        dates=dates,
    )
    if not needs & {"floors", "shadow"}:
        return FactsFound(facts, assumed, tuple(notes))
    with reporter.stage("coverage"):
        facts = _coverage(project, facts, planned, city, needs, reporter)
    return FactsFound(facts, assumed, tuple(notes))


def _coverage(
    project: Project,
    facts: ProjectFacts,
    planned: tuple[Development, ...],
    city: Callable[[dt.date], Inputs],
    needs: frozenset[Need],
    reporter: Reporter,
) -> ProjectFacts:
    """Return the facts with what has to be predicted: in each phase, and in the city that is never built on."""
    assert facts.dates is not None
    dates = facts.dates
    before = _state(project, city(dates["before"]), (), reporter)
    built = _state(project, with_plan(project, city(dates["after"]), planned), (before,), reporter)
    if "floors" in needs:
        begun = _state(project, with_plan(project, city(dates["during"]), planned), (before, built), reporter)
        states = dict(zip(PHASES, (before, begun, built), strict=True))
        facts = replace(facts, bands={phase: _bands(states[phase], planned) for phase in PHASES})
    if "shadow" in needs:
        unbuilt = _state(project, city(dates["after"]), (built,), reporter)
        without = _mapped(project, unbuilt, None, reporter)
        mapped = _mapped(project, built, without, reporter)
        lost = lost_service(without, mapped, [d.footprint for d in planned], project.config.prediction.radius_m)
        facts = replace(facts, shadow=lost, restores=Remedy(mapped, project.config.prediction.sd_db))
    return facts


def _state(project: Project, inputs: Inputs, known: Sequence[State], reporter: Reporter) -> State:
    """Return what is known on a day before anything is mapped; with the network of a known day, by the fit of it."""
    store, predictor = Store(project.cache), predictor_of(project, inputs)
    same = next((state for state in known if state.predictor.placed() == predictor.placed()), None)
    if same is not None:
        calibrated = same.calibrated
    else:
        calibrated = calibrate_project(predictor, inputs, project.config, store, reporter)
    return State(inputs.surface.date, inputs, predictor, GridLevels(store, {}), calibrated, (), {})


def _mapped(project: Project, state: State, last: State | None, reporter: Reporter) -> State:
    """Return a state with the coverage of its layers; what has not changed since ``last`` is taken from there."""
    store, inputs, predictor = Store(project.cache), state.inputs, state.predictor
    levels = predict_grid(predictor, inputs.grid, store, reporter, fresh=False)
    alike = last is not None and state.calibrated is last.calibrated and inputs.definitions == last.inputs.definitions
    before = Before(last.coverage, last.levels, last.inputs.entry) if last is not None and alike else None
    coverage, _ = fuse_project(
        project, inputs, predictor, levels, state.calibrated, store, reporter, fresh=False, before=before
    )
    return replace(state, levels=levels, coverage=coverage)


def _bands(state: State, planned: Sequence[Development]) -> tuple[FloorBand, ...]:
    buildings: list[Building] = [d.building_at(d.end) for d in planned]
    if not buildings:
        return ()
    return tuple(replace(b, building=b.building.removeprefix(PREFIX)) for b in floor_coverage(state, buildings))


def _antennas(project: Project, inputs: Inputs) -> tuple[AntennaPlace, ...]:
    """Return the antennas of an inputs' network, where they stand and how they are turned."""
    return tuple(
        AntennaPlace(
            cell=p.cell.id,
            site=p.cell.site_id,
            x_m=p.x_m,
            y_m=p.y_m,
            height_m=p.cell.height_m,
            azimuth_deg=p.grid_azimuth_deg,
            tilt_deg=p.cell.mechanical_tilt_deg,
            eirp_dbm=p.cell.eirp_dbm,
            pattern=p.cell.antenna,
            assumed=p.cell.assumed & {"height_m", "eirp_dbm", "azimuth_deg", "downtilt_deg"},
        )
        for p in predictor_of(project, inputs).placed()
    )


def _ground(surface: Surface) -> Ground:
    """Return the heights of the ground of a surface, those of the nearest pixel; NaN outside it."""

    def height_m(x_m: Float, y_m: Float) -> Float:
        row, col, inside = surface.grid.index(x_m, y_m)
        heights: NDArray[np.float64] = np.where(inside, surface.ground_m[row, col], np.nan).astype(np.float64)
        return heights

    return height_m
