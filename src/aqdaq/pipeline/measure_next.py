"""Where to measure next: the fused coverage of a project, its people and its streets make a drive or single places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.entry_loss import moments
from aqdaq.analysis.measure_next.ground import Ground, LayerView, make_ground, wrong_people
from aqdaq.analysis.measure_next.learnt import thinned
from aqdaq.analysis.measure_next.points import PointWish, choose_points
from aqdaq.analysis.measure_next.route import Route, RouteWish, plan_route
from aqdaq.analysis.measure_next.spread import FieldSpread
from aqdaq.analysis.measure_next.streets import StreetGraph
from aqdaq.analysis.measure_next.survey import Survey, Taken
from aqdaq.analysis.service import loss_of
from aqdaq.base.errors import Fault, InputError, UsageError
from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.pipeline.calibration import calibrate_project
from aqdaq.pipeline.fuse import stored_coverage
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.measure_plan import LayerGain, Leg, MeasurePlan, MeasureWish, PlannedPoint
from aqdaq.pipeline.measure_ways import start_node, start_xy_m, streets_of
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.run import RunPlan, run
from aqdaq.pipeline.store import Store

Array = NDArray[np.float64]

#: Layers whose measured places agree by this share count as measured alike.
_ALIKE: Final = 0.9


def plan_measurement(
    project: Project, date: dt.date, wish: MeasureWish, spread: FieldSpread | None = None
) -> MeasurePlan:
    """Plan a drive or single places on the coverage of a project; a run that is not there yet is made first.

    Args:
        project: opened.
        date: of the run.
        wish: what is asked for.
        spread: of the map's error; None: that of the run's fit, or assumed where nothing was fitted.

    Raises:
        UsageError: the definition is none of the project, or the start is nowhere near a street.
        InputError: an input is wrong, there is no street and no free ground, or no layer is judged.
    """
    names = project.config.service.definitions
    chosen = wish.definition or names[0]
    if chosen not in names:
        raise UsageError(f"definition {chosen!r} is none of the project; it has: {', '.join(names)}")
    inputs = read_inputs(project, date)
    definition = next(d for d in inputs.definitions if d.id == chosen)
    if definition.cannot_predict:
        raise InputError(Fault(f"definition {chosen}", definition.cannot_predict, "name another --definition"))
    graph, notes = streets_of(project, inputs)
    result = run(RunPlan(project, date))
    coverage = [
        c
        for c in (stored_coverage(layer, inputs, result.folder / "coverage") for layer in inputs.network.layers())
        if chosen in c.definitions
    ]
    if not coverage:
        raise InputError(Fault(f"definition {chosen}", "judges no layer of the network", "name another --definition"))
    if spread is None:
        spread, said = field_spread(project, inputs, coverage)
        notes += said
    people, unit, said = _people(inputs)
    notes += said
    job = _Job(inputs, graph, definition, tuple(coverage), people, spread)
    start = start_xy_m(wish.start, project, inputs.grid)
    legs: tuple[Leg, ...] = ()
    points: tuple[PlannedPoint, ...] = ()
    if wish.points is None:
        layers, length_m, stop, next_gain, legs = _route(job, wish, start)
    else:
        layers, length_m, stop, next_gain, points = _points(job, wish, start)
    return MeasurePlan(
        kind="route" if wish.points is None else "points",
        run_id=result.run_id,
        date=date,
        synthetic=project.config.project.synthetic,
        definition=chosen,
        unit=unit,
        crs=inputs.grid.crs,
        geographic_crs=project.body.geographic_crs,
        layers=layers,
        length_m=length_m,
        legs=legs,
        points=points,
        stop=stop,
        next_gain=next_gain,
        spread=spread,
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """What both kinds of plan start from."""

    inputs: Inputs
    graph: StreetGraph
    definition: ServiceDefinition
    coverage: tuple[Coverage, ...]
    people: NDArray[np.floating]
    spread: FieldSpread

    def view(self, coverage: Coverage) -> LayerView:
        """Return a layer as the definition judges it."""
        d = self.definition
        assert d.probability is not None  # such a definition judges no map
        loss_sd_db = entry_loss_sd_db(d, self.inputs, coverage)
        return LayerView(str(coverage.layer), coverage.probability[d.id], coverage.sd_db, loss_sd_db, d.probability)

    def groups(self) -> list[tuple[list[Coverage], Array]]:
        """Return layers that were measured at the same places, and these places (m)."""
        found: list[tuple[list[Coverage], Array, set[tuple[int, int]]]] = []
        for coverage in self.coverage:
            places = thinned(_measured(self.inputs, coverage), self.spread.range_m / 3.0)
            squares = {(int(x), int(y)) for x, y in np.floor(places / self.spread.range_m)}
            for members, _, others in found:
                if len(squares & others) >= _ALIKE * len(squares | others):
                    members.append(coverage)
                    break
            else:
                found.append(([coverage], places, squares))
        return [(members, places) for members, places, _ in found]

    def grounds(self) -> list[tuple[list[Coverage], Ground, Array]]:
        """Return per group its layers, its cells and the places where it was measured."""
        return [
            (members, make_ground(self.inputs.grid, self._views(members), self.people, self.spread)[0], places)
            for members, places in self.groups()
        ]

    def _views(self, members: Iterable[Coverage]) -> Iterator[LayerView]:
        return (self.view(coverage) for coverage in members)


def field_spread(project: Project, inputs: Inputs, coverage: Sequence[Coverage]) -> tuple[FieldSpread, tuple[str, ...]]:
    """Return how the map's error spreads, and a note that says so.

    It is that of the fit, with the median standard deviation of the layers. Where nothing was fitted it is assumed.

    Args:
        project: opened, and run.
        inputs: of the run.
        coverage: layers of its map.

    Raises:
        InputError: every layer is unknown everywhere.
    """
    sds = [np.asarray(c.sd_db)[np.isfinite(c.sd_db)] for c in coverage]
    known = [float(np.median(sd)) for sd in sds if len(sd)]
    if not known:
        raise InputError(Fault("coverage", "every layer is unknown everywhere", "there is nothing to plan on"))
    typical_db, rx_height_m = float(np.median(known)), inputs.definitions[0].receiver_height_m
    predictor = Predictor(inputs.surface, inputs.network, project.config.prediction, project.body, rx_height_m)
    with Reporter(quiet=True) as reporter:
        model = calibrate_project(predictor, inputs, project.config, Store(project.cache), reporter).model
    if model is not None:
        spread, word = FieldSpread.of_fit(model.spread, typical_db), "fitted"
    else:
        spread, word = FieldSpread.assumed(typical_db), "assumed"
    note = (
        f"{word}: neighbours share {spread.sd_db:.1f} dB of the error over {spread.range_m:.0f} m, "
        f"{spread.nugget_db:.1f} dB are each place's own"
    )
    return spread, (note,)


def entry_loss_sd_db(definition: ServiceDefinition, inputs: Inputs, coverage: Coverage) -> float:
    """Return how far the loss into a building spreads (dB), which no measurement on the street lowers.

    For the losses of ITU-R P.2109 one figure is taken for the whole layer: that of its median frequency, and, where
    the kind of the buildings is said place by place, that of traditional ones.
    """
    frequencies = [cell.frequency_mhz for cell in inputs.network.cells_of(coverage.layer)]
    unsaid = definition.building_class == "mixed" and definition.efficient_share is None
    loss = loss_of(definition, frequency_mhz=float(np.median(frequencies)), efficient_share=0.0 if unsaid else None)
    return moments(loss.nodes())[1]


def _people(inputs: Inputs) -> tuple[NDArray[np.floating], str, tuple[str, ...]]:
    """Return what is counted per pixel, its unit, and what is to be said of it."""
    if inputs.people is not None:
        return inputs.people, "people", ()
    area = np.full(inputs.grid.shape, inputs.grid.pixel_area_m2, dtype=np.float32)
    return area, "m2", ("nobody knows the people here: the area is counted instead, in m2",)


def _measured(inputs: Inputs, coverage: Coverage) -> Array:
    """Return (n, 2) the places where a layer was measured (m)."""
    table = inputs.measurements.table
    own = table["cell"].isin(set(coverage.cells)).to_numpy()
    return np.asarray(table.loc[own, ["x_m", "y_m"]].to_numpy(), dtype=np.float64)


def _route(
    job: _Job, wish: MeasureWish, begin_xy_m: tuple[float, float] | None
) -> tuple[tuple[LayerGain, ...], float, str, float | None, tuple[Leg, ...]]:
    """Return the layers, the length (m), why the drive ends, what would have come next, and its legs."""
    assert wish.length_m is not None
    start = None if begin_xy_m is None else start_node(job.graph, begin_xy_m)
    grounds = job.grounds()
    xy, piece_of = job.graph.samples(job.spread.range_m / 3.0)
    survey = Survey.build([(g, places) for _, g, places in grounds], xy, piece_of, len(job.graph), job.spread)
    route = plan_route(job.graph, survey, RouteWish(wish.length_m, start, wish.loop, wish.least_gain))
    layers = _layer_gains(job, grounds, survey, survey.all_of({piece for piece, _ in route.driven}))
    return layers, route.length_m, route.stop, route.next_gain_per_km, _legs(job, survey, route, layers)


def _points(
    job: _Job, wish: MeasureWish, begin_xy_m: tuple[float, float] | None
) -> tuple[tuple[LayerGain, ...], float, str, float | None, tuple[PlannedPoint, ...]]:
    """Return the layers, the length (m), why there are no more points, what would have come next, and the points."""
    assert wish.points is not None
    grounds = job.grounds()
    xy, _ = job.graph.samples(job.spread.range_m / 3.0)
    survey = Survey.build([(g, at) for _, g, at in grounds], xy, np.arange(len(xy)), len(xy), job.spread)
    apart_m = 2.0 * job.spread.range_m if wish.apart_m is None else wish.apart_m
    asked = PointWish(wish.points, apart_m, wish.least_gain, wish.length_m, begin_xy_m, wish.loop)
    found = choose_points(survey, xy, asked)
    layers = _layer_gains(job, grounds, survey, survey.all_of(found.places))
    scale = _scale(found.gain, layers)
    points = tuple(
        PlannedPoint(float(xy[place, 0]), float(xy[place, 1]), rank, gain * scale)
        for place, rank, gain in zip(found.places, found.order, found.gains, strict=True)
    )
    return layers, found.length_m, found.stop, found.next_gain, points


def _legs(job: _Job, survey: Survey, route: Route, layers: tuple[LayerGain, ...]) -> tuple[Leg, ...]:
    """Return the pieces in the order of the drive, each with what it adds to those before it."""
    taken, scale, legs, run_m = survey.nothing(), _scale(route.gain, layers), [], 0.0
    for piece, forward in route.driven:
        gain = survey.added(taken, piece)
        if not taken.pieces[piece]:
            survey.change(taken, frozenset([piece]), frozenset())
        line = job.graph.lines[piece]
        legs.append(Leg(line if forward else line[::-1], job.graph.names[piece], run_m, gain * scale))
        run_m += float(job.graph.length_m[piece])
    return tuple(legs)


def _scale(gain: float, layers: tuple[LayerGain, ...]) -> float:
    """Return the gain counted pixel by pixel over the one of the coarse cells, so that parts add up to the whole."""
    return sum(layer.before - layer.after for layer in layers) / gain if gain > 0.0 else 1.0


def _layer_gains(
    job: _Job, grounds: Sequence[tuple[list[Coverage], Ground, Array]], survey: Survey, taken: Taken
) -> tuple[LayerGain, ...]:
    """Return the layers before and after, counted pixel by pixel."""
    found = {}
    for (members, ground, _), field in zip(grounds, survey.fields, strict=True):
        learnt = field.learnt.share(np.arange(len(ground)), taken.samples)
        for coverage in members:
            view = job.view(coverage)
            people = (wrong_people(view, job.people, job.spread, ground, w) for w in (np.zeros(len(ground)), learnt))
            found[view.name] = LayerGain(view.name, *people)
    return tuple(found[str(coverage.layer)] for coverage in job.coverage)
