"""The figures of one day of a forecast: white spots, people, and floor by floor those who have moved in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.whitespots import failing
from aqdaq.io.buildings import people_from_buildings
from aqdaq.model.coverage import Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.development import Development
from aqdaq.model.floors import FloorBand
from aqdaq.model.foresight import DateFigures, FloorsAt, LayerFigures
from aqdaq.pipeline.state import State

#: What can be said of a floor under a definition.
SERVED, AFFECTED, UNKNOWN = "served", "affected", "unknown"


def state_of(development: Development, date: dt.date) -> str:
    """Return ``planned``, ``works`` or ``finished``."""
    if date >= development.end:
        return "finished"
    return "works" if date >= development.start else "planned"


def newcomers_map(state: State, developments: Sequence[Development]) -> NDArray[np.float32] | None:
    """Return (rows, cols) the residents of finished developments; None where nobody knows the people of the map."""
    if state.inputs.people is None:
        return None
    finished = [d.building_at(state.date) for d in developments if state_of(d, state.date) == "finished"]
    return people_from_buildings(finished, state.inputs.grid)


def date_figures(
    state: State, definition: ServiceDefinition, developments: Sequence[Development], floors: Sequence[FloorsAt]
) -> DateFigures:
    """Return the figures of a day under a definition.

    Args:
        state: of the day.
        definition: that can be predicted.
        developments: planned on the first day.
        floors: of these, on the day.
    """
    found, people = state.found[definition.id], state.inputs.people
    states = [state_of(d, state.date) for d in developments]
    come = newcomers_map(state, developments)
    white = found.labels > 0
    lived = [f.band for f in floors if f.state == "finished"]
    judged = {str(c.layer) for c in state.coverage if definition.id in c.definitions}
    by_word = residents_by_word(lived, definition, judged)
    return DateFigures(
        date=state.date,
        definition=definition.id,
        planned=states.count("planned"),
        in_works=states.count("works"),
        finished=states.count("finished"),
        white_spots=len(found.spots),
        area_m2=sum(s.area_m2 for s in found.spots),
        people=None if people is None else sum(s.people or 0.0 for s in found.spots),
        total_people=None if people is None else sum(s.total_people or 0.0 for s in found.spots),
        small_areas=found.small.areas,
        small_area_m2=found.small.area_m2,
        small_people=found.small.people,
        people_on_map=_sum(people),
        newcomers=sum(d.residents or 0.0 for d, s in zip(developments, states, strict=True) if s == "finished"),
        newcomers_on_map=_sum(come),
        newcomers_white=None if come is None else float(come[white].sum(dtype=np.float64)),
        floors_served=by_word[SERVED],
        floors_affected=by_word[AFFECTED],
        floors_unknown=by_word[UNKNOWN],
    )


def residents_by_word(bands: Sequence[FloorBand], definition: ServiceDefinition, judged: set[str]) -> dict[str, float]:
    """Return the residents of floors that every judged layer serves, that one does not serve, and of the others.

    Args:
        bands: of several buildings, each with all its layers.
        definition: that judges.
        judged: layers that it judges.
    """
    groups: dict[tuple[str, int], list[FloorBand]] = {}
    for band in bands:
        groups.setdefault((band.building, band.first_floor), []).append(band)
    out = {SERVED: 0.0, AFFECTED: 0.0, UNKNOWN: 0.0}
    for layers in groups.values():
        word = floor_word([b for b in layers if b.layer in judged], definition)
        out[word] += layers[0].residents or 0.0
    return out


def floor_word(bands: Sequence[FloorBand], definition: ServiceDefinition) -> str:
    """Return what a definition says of some floors, given all layers that it judges there.

    As on the map, a layer that fails makes them affected; an unknown layer makes them unknown where none fails.
    """
    p = [band.probability.get(definition.id) for band in bands]
    if any(v is not None and v < definition.bound for v in p):
        return AFFECTED
    return UNKNOWN if not p or any(v is None for v in p) else SERVED


def layer_figures(state: State, definition: ServiceDefinition) -> tuple[LayerFigures, ...]:
    """Return the figures of each layer that a definition judges."""
    people, pixel = state.inputs.people, state.inputs.grid.pixel_area_m2
    out = []
    for c in state.coverage:
        if definition.id in c.definitions:
            fails = failing(c, definition)
            unknown = (c.evidence == Evidence.UNKNOWN) | ~np.isfinite(c.probability[definition.id])
            out.append(
                LayerFigures(
                    date=state.date,
                    definition=definition.id,
                    layer=str(c.layer),
                    failing_m2=float(fails.sum()) * pixel,
                    failing_people=None if people is None else float(people[fails].sum(dtype=np.float64)),
                    unknown_m2=float(unknown.sum()) * pixel,
                )
            )
    return tuple(out)


def _sum(people: NDArray[np.float32] | None) -> float | None:
    return None if people is None else float(people.sum(dtype=np.float64))
