"""``aqdaq foresee``: coverage before, during and after construction, on a row of dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aqdaq.analysis.whitespots import failing, failing_for_all
from aqdaq.base.errors import Fault, InputError
from aqdaq.io.scenario import read_scenario
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.development import Development
from aqdaq.model.foresight import (
    DateFigures,
    ExposureFlag,
    FloorsAt,
    ForeseenMap,
    Foresight,
    LayerFigures,
    Shadow,
    SpotChange,
)
from aqdaq.model.scenario import Scenario
from aqdaq.model.whitespot import WhiteSpot
from aqdaq.pipeline.floors import floor_coverage
from aqdaq.pipeline.foresee_causes import Step, with_causes
from aqdaq.pipeline.foresee_changes import spot_changes
from aqdaq.pipeline.foresee_dates import Dates, asked_dates, begin_of, check_measured, developments_of, own_dates
from aqdaq.pipeline.foresee_figures import date_figures, layer_figures, state_of
from aqdaq.pipeline.foresee_mass import exposure_flags, new_roofs, shadows
from aqdaq.pipeline.foresee_states import read_on, state_on
from aqdaq.pipeline.guard import alone, interruptible
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import State


@dataclass(frozen=True, slots=True)
class ForeseeWish:
    """What is asked.

    Attributes:
        dates: of the forecast; empty: those of the scenario, else when developments begin and end.
        scenario: file of a growth scenario.
        date: on which the forecast begins; None: the first of the dates, else today.
    """

    dates: tuple[dt.date, ...] = ()
    scenario: Path | None = None
    date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast with what its files and pictures need.

    Attributes:
        project: as it was opened, with the developments of the scenario.
        inputs: of the first day.
        developments: planned on the first day.
        foresight: the result.
        maps: of each date and definition.
        spots: white spots by date, of all definitions.
    """

    project: Project
    inputs: Inputs
    developments: tuple[Development, ...]
    foresight: Foresight
    maps: tuple[ForeseenMap, ...]
    spots: tuple[tuple[dt.date, WhiteSpot], ...]


def foresee(project: Project, wish: ForeseeWish, *, quiet: bool = False) -> Forecast:
    """Foresee what construction does to coverage.

    Args:
        project: opened.
        wish: dates or scenario.
        quiet: nothing on stderr.

    Raises:
        InputError: an input is wrong, nothing is planned, or the forecast begins before the measurements.
        UsageError: dates are out of order or too few.
        InterruptedRunError: stopped by the user; the same command goes on.
    """
    scenario = None if wish.scenario is None else read_scenario(wish.scenario, project.folder)
    asked = scenario.dates if scenario is not None else wish.dates
    begin = begin_of(asked, wish.date, project.date(None))
    early = asked_dates(asked, begin) if asked else None
    if scenario is not None:
        more = (*project.config.developments, *scenario.developments)
        project = replace(project, config=project.config.model_copy(update={"developments": more}))
    with interruptible():
        inputs = read_on(project, begin, scenario.network if scenario is not None else (), begin)
        developments = developments_of(inputs, begin)
        dates = early or own_dates(developments, begin)
        check_measured(inputs, dates.dates)
        with alone(project.runs), Reporter(quiet=quiet) as reporter:
            return _Work(project, scenario, developments, dates, reporter).run(inputs)


class _Work:
    """A forecast in the making: two states at a time."""

    def __init__(
        self,
        project: Project,
        scenario: Scenario | None,
        developments: tuple[Development, ...],
        dates: Dates,
        reporter: Reporter,
    ) -> None:
        self.project, self.scenario, self.dates, self.reporter = project, scenario, dates, reporter
        self.developments = developments
        self.changes_of_network = scenario.network if scenario is not None else ()
        self.figures: list[DateFigures] = []
        self.layer_figures: list[LayerFigures] = []
        self.changes: list[SpotChange] = []
        self.floors: list[FloorsAt] = []
        self.shadows: list[Shadow] = []
        self.exposure: list[ExposureFlag] = []
        self.maps: list[ForeseenMap] = []
        self.spots: list[tuple[dt.date, WhiteSpot]] = []

    def run(self, inputs: Inputs) -> Forecast:
        """Return the forecast; ``inputs`` are those of the first day."""
        now = self._state(inputs, None, None)
        if now.calibrated.untaught is not None:
            what = "levels are those of other cities: no building is in them, so nothing that is built changes them"
            mend = 'measure, or set without_measurements = "engine"'
            raise InputError(Fault("[calibration].without_measurements", what, mend))
        self._note(now)
        before = now
        for day in self.dates.dates[1:]:
            after = self._state(read_on(self.project, day, self.changes_of_network, now.date), now, before)
            self._note(after)
            self._compare(before, after)
            before = after
        return self._forecast(now, before)

    def _state(self, inputs: Inputs, now: State | None, last: State | None) -> State:
        self.reporter.say(f"foresee: {inputs.surface.date}")
        return state_on(self.project, inputs, now, last, self.reporter)

    def _note(self, state: State) -> None:
        """Take down one day."""
        buildings = [d.building_at(d.end) for d in self.developments]
        status = {d.id: state_of(d, state.date) for d in self.developments}
        bands = floor_coverage(state, buildings) if buildings else ()
        floors = [FloorsAt(state.date, status[band.building], band) for band in bands]
        self.floors += floors
        for definition in predicted(state.inputs):
            self.figures.append(date_figures(state, definition, self.developments, floors))
            self.layer_figures += layer_figures(state, definition)
            self.maps.append(map_of(state, definition, self.developments))
            self.spots += [(state.date, spot) for spot in state.found[definition.id].spots]

    def _compare(self, before: State, after: State) -> None:
        """Take down what changed between two days."""
        risen = tuple(d for d in self.developments if before.date < d.start <= after.date)
        step = Step(self.project, before, after, risen, self.reporter)
        for definition in predicted(after.inputs):
            if definition.id in before.found:
                newly = step.newly(definition.id)
                found = spot_changes(before, after, definition, self.developments, newly)
                self.changes += with_causes(step, found, newly)
        self.shadows += shadows(step)
        self.exposure += exposure_flags(after, risen)

    def _forecast(self, now: State, last: State) -> Forecast:
        scenario = self.scenario
        found = Foresight(
            name=scenario.name if scenario is not None else "",
            dates=self.dates.dates,
            skipped=self.dates.skipped,
            definitions=tuple(d.id for d in predicted(now.inputs)),
            layers=tuple(str(layer) for layer in now.inputs.network.layers()),
            figures=tuple(self.figures),
            layer_figures=tuple(self.layer_figures),
            changes=tuple(self.changes),
            floors=tuple(self.floors),
            shadows=tuple(self.shadows),
            exposure=tuple(self.exposure),
            roofs=new_roofs(self.developments, last.found, last.date),
            notes=self._notes(now, last),
        )
        return Forecast(self.project, now.inputs, self.developments, found, tuple(self.maps), tuple(self.spots))

    def _notes(self, now: State, last: State) -> tuple[str, ...]:
        notes = list(now.inputs.notes)
        if self.dates.skipped:
            days = ", ".join(day.isoformat() for day in self.dates.skipped)
            notes.append(f"{len(self.dates.skipped)} dates of developments were left out, too many for one row: {days}")
        silent = sum(d.residents is None for d in self.developments)
        if silent:
            notes.append(f"{silent} of {len(self.developments)} developments do not say who will live there: nobody")
        if now.inputs.people is None:
            notes.append("nobody knows the people of the map: areas are given, and the residents of developments")
        changed = [d.id for d in last.inputs.definitions if d not in now.inputs.definitions]
        if changed:
            notes.append(f"definitions that change between the dates: {', '.join(changed)}")
        return tuple(notes)


def predicted(inputs: Inputs) -> tuple[ServiceDefinition, ...]:
    """Return the definitions that can judge a prediction."""
    return tuple(d for d in inputs.definitions if not d.cannot_predict)


def map_of(state: State, definition: ServiceDefinition, developments: Sequence[Development]) -> ForeseenMap:
    """Return what a map of a day shows."""
    judged = [c for c in state.coverage if definition.id in c.definitions]
    standing = state.inputs.surface.cropped(state.inputs.grid).above_ground_m > 0.0
    classes = np.where(standing, 2, 1).astype(np.uint8)
    for c in judged:
        classes[~np.isfinite(c.probability[definition.id])] = 0
    if not judged:
        classes[:] = 0
    inside = state.found[definition.id].labels > 0
    if inside.any():
        nobody = failing_for_all(judged, {str(c.layer): failing(c, definition) for c in judged})
        classes[inside] = np.where(nobody, 4, 3)[inside]
    return ForeseenMap(
        date=state.date,
        definition=definition.id,
        classes=classes,
        outlines=tuple((state_of(d, state.date), d.footprint) for d in developments),
        sites=tuple((s.x_m, s.y_m) for s in state.inputs.network.sites),
    )
