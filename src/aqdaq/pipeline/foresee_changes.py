"""What became of the white spots between two days of a forecast, with areas, layers and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.analysis.construction.changes import Change, changes, steady_kind
from aqdaq.analysis.whitespots import outlines
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.development import Development
from aqdaq.model.foresight import LayerChange, SpotChange
from aqdaq.model.grid import Grid
from aqdaq.model.whitespot import WhiteSpot
from aqdaq.pipeline.foresee_figures import newcomers_map
from aqdaq.pipeline.state import State


def spot_changes(
    before: State,
    after: State,
    definition: ServiceDefinition,
    developments: Sequence[Development],
    newly: Mapping[str, NDArray[np.bool_]],
) -> list[SpotChange]:
    """Return what became of the white spots of a definition between two days, causes not looked for.

    Args:
        before: state of the earlier day.
        after: state of the later day.
        definition: judged on both.
        developments: planned on the first day of the forecast.
        newly: per layer, (rows, cols) where it fails now and did not before.
    """
    was, now = before.found[definition.id], after.found[definition.id]
    newcomers = newcomers_map(after, developments)
    worse = np.zeros(now.labels.shape, dtype=np.bool_)
    for mask in newly.values():
        worse |= mask
    return [
        _spot_change(change, (before, after), definition, newcomers, worse)
        for change in changes(was.labels, now.labels)
    ]


def _spot_change(
    change: Change,
    states: tuple[State, State],
    definition: ServiceDefinition,
    newcomers: NDArray[np.float32] | None,
    worse: NDArray[np.bool_],
) -> SpotChange:
    before, after = states
    (was, now), grid = (s.found[definition.id] for s in states), after.inputs.grid
    old, new = [was.spots[i - 1] for i in change.before], [now.spots[i - 1] for i in change.after]
    white_before, white_after = np.isin(was.labels, change.before), np.isin(now.labels, change.after)
    worse_here, whole = white_after & worse, _outline(white_before | white_after, grid)
    assert whole is not None
    layers = _layers(old, new)
    steady = steady_kind(sum(c.before_m2 for c in layers), sum(c.after_m2 for c in layers))
    return SpotChange(
        definition=definition.id,
        since=before.date,
        date=after.date,
        kind=steady if change.kind == "unchanged" else change.kind,
        before=tuple(s.id for s in old),
        after=tuple(s.id for s in new),
        area_before_m2=sum(s.area_m2 for s in old),
        area_after_m2=sum(s.area_m2 for s in new),
        gained_m2=float((white_after & (was.labels == 0)).sum()) * grid.pixel_area_m2,
        lost_m2=float((white_before & (now.labels == 0)).sum()) * grid.pixel_area_m2,
        worse_m2=float(worse_here.sum()) * grid.pixel_area_m2,
        layers=layers,
        people_before=None if before.inputs.people is None else sum(s.people or 0.0 for s in old),
        people_after=None if after.inputs.people is None else sum(s.people or 0.0 for s in new),
        newcomers=None if newcomers is None else float(newcomers[white_after].sum(dtype=np.float64)),
        geometry=whole,
        worse=_outline(worse_here, grid),
    )


def _layers(old: Sequence[WhiteSpot], new: Sequence[WhiteSpot]) -> tuple[LayerChange, ...]:
    before, after = ({d.layer: 0.0 for s in spots for d in s.layers} for spots in (old, new))
    for spots, area in ((old, before), (new, after)):
        for deficit in (d for s in spots for d in s.layers):
            area[deficit.layer] += deficit.area_m2
    return tuple(LayerChange(k, before.get(k, 0.0), after.get(k, 0.0)) for k in sorted({*before, *after}))


def _outline(mask: NDArray[np.bool_], grid: Grid) -> Polygon | MultiPolygon | None:
    return outlines(mask.astype(np.int32), grid).get(1)
