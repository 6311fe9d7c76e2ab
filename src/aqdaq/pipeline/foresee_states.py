"""The state of a project on the days of a forecast: what is known today, in the city and the network of that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.buildings import rasterize_buildings
from aqdaq.io.hints import did_you_mean
from aqdaq.model.building import Building
from aqdaq.model.development import Development
from aqdaq.model.measurements import Measurements, Silent
from aqdaq.model.network import Cell, Network
from aqdaq.model.scenario import NetworkChange
from aqdaq.pipeline.calibration import calibrate_project
from aqdaq.pipeline.dated import surfaces_then
from aqdaq.pipeline.fuse import fuse_project
from aqdaq.pipeline.fuse_changes import Before
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.predict_grid import predict_grid
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.screening import ScreenedMeasurements
from aqdaq.pipeline.state import State, predictor_of, state_at, white_spots_of
from aqdaq.pipeline.store import Store


def read_on(project: Project, date: dt.date, changes: Sequence[NetworkChange], now: dt.date) -> Inputs:
    """Return the inputs of a day of the forecast.

    A measurement without a day is one of ``now``: it was not taken among buildings that do not stand yet.

    Args:
        project: opened.
        date: the day.
        changes: of the network, by the scenario.
        now: first day of the forecast.

    Raises:
        InputError: an input is wrong, or the scenario names a cell or site that is not there.
    """
    inputs = with_network(read_inputs(project, date), changes)
    return inputs if date == now else _of_their_day(inputs, now)


def with_network(inputs: Inputs, changes: Sequence[NetworkChange]) -> Inputs:
    """Return inputs with the network as a scenario changes it.

    Raises:
        InputError: it names a cell or site that is not there, or leaves no cell on air.
    """
    if not changes:
        return inputs
    _check_names(inputs.network_ever, changes)
    cells = list(inputs.network_ever.cells)
    for change in sorted(changes, key=lambda c: c.date):
        for i, cell in enumerate(cells):
            if cell.id in change.cells or cell.site_id in change.sites:
                cells[i] = _switched(cell, change)
    ever = Network(inputs.network_ever.sites, tuple(cells))
    network = ever.at(inputs.surface.date)
    if not network.cells:
        raise InputError(Fault("scenario network", f"no cell is on air on {inputs.surface.date}", "leave some on air"))
    on_air = frozenset(cell.id for cell in network.cells)
    return replace(_heard_of(inputs, on_air), network=network, network_ever=ever)


def state_on(project: Project, inputs: Inputs, now: State | None, last: State | None, reporter: Reporter) -> State:
    """Return the state of a project on a day of the forecast; with the network of another day, by the fit of that day.

    The fit does not know what stands today: measurements are compared with the city of their own day.

    Args:
        project: opened.
        inputs: of the day, from ``read_on``.
        now: state on the first day; None: this is it.
        last: state on the day before this one; what has not changed since is taken from there.
        reporter: of progress.
    """
    if now is None or last is None:
        return state_at(project, inputs.surface.date, reporter, inputs=inputs)
    store, predictor = Store(project.cache), predictor_of(project, inputs)
    same = next((s for s in (last, now) if s.predictor.placed() == predictor.placed()), None)
    if same is not None:
        calibrated = same.calibrated
    else:
        calibrated = calibrate_project(predictor, inputs, project.config, store, reporter)
    levels = predict_grid(predictor, inputs.grid, store, reporter, fresh=False)
    alike = calibrated is last.calibrated and inputs.definitions == last.inputs.definitions
    before = Before(last.coverage, last.levels, last.inputs.entry) if alike else None
    coverage, _ = fuse_project(
        project, inputs, predictor, levels, calibrated, store, reporter, fresh=False, before=before
    )
    found = white_spots_of(project, inputs, coverage)
    return State(inputs.surface.date, inputs, predictor, levels, calibrated, coverage, found)


def never_built(inputs: Inputs, developments: Sequence[Development]) -> Inputs:
    """Return inputs on whose surface developments do not stand, and what they replace still does."""
    date, gone = inputs.surface.date, {d.id for d in developments}
    back = {name for d in developments for name in d.replaces}
    kept: list[Building] = [
        b
        for b in inputs.buildings
        if b.id not in gone and (b.stands(date) or (b.id in back and (b.built is None or b.built <= date)))
    ]
    above = rasterize_buildings(kept, inputs.surface.grid)
    return replace(inputs, surface=replace(inputs.surface, above_ground_m=above))


def _switched(cell: Cell, change: NetworkChange) -> Cell:
    if not change.on_air:
        return replace(cell, off_air=change.date)
    return cell if cell.transmits(change.date) else replace(cell, on_air=change.date, off_air=None)


def _check_names(network: Network, changes: Sequence[NetworkChange]) -> None:
    known = {"cell": {c.id for c in network.cells}, "site": {s.id for s in network.sites}}
    faults = [
        Fault(f"scenario network.{number}", f"no {kind} {name!r}", did_you_mean(name, sorted(known[kind])))
        for number, change in enumerate(changes, start=1)
        for kind, names in (("cell", change.cells), ("site", change.sites))
        for name in names
        if name not in known[kind]
    ]
    if faults:
        raise InputError(faults)


def _heard_of(inputs: Inputs, on_air: frozenset[str]) -> Inputs:
    """Return inputs without the measurements of cells that are not on air."""
    screened = inputs.screened
    left, used = (m.table["cell"].isin(on_air).to_numpy() for m in (screened.measurements, screened.used))
    if left.all() and used.all():
        return inputs
    renumbered = np.cumsum(left) - 1
    parts = ScreenedMeasurements(
        _only(screened.measurements, left),
        _only(screened.used, used),
        screened.set_aside,
        screened.kept[used],
        renumbered[screened.of_row[used]],
        screened.summary,
    )
    return replace(inputs, measurements=parts.used, screened=parts)


def _only(measurements: Measurements, keep: np.ndarray) -> Measurements:
    return Measurements(measurements.table[keep].reset_index(drop=True))


def _of_their_day(inputs: Inputs, day: dt.date) -> Inputs:
    """Return inputs whose measurements without a day are of ``day``."""
    screened = inputs.screened
    tables = [t.table for t in (screened.measurements, screened.used, inputs.silent)]
    if not any((table["date"] == "").any() for table in tables):
        return inputs
    thinned, used, silent = (t.assign(date=t["date"].where(t["date"] != "", day.isoformat())) for t in tables)
    days = {*used["date"].unique(), *silent["date"].unique()}
    parts = replace(screened, measurements=Measurements(thinned), used=Measurements(used))
    return replace(
        inputs,
        measurements=parts.used,
        screened=parts,
        silent=Silent(silent),
        surfaces_then=surfaces_then(inputs.surface, inputs.buildings, days),
    )
