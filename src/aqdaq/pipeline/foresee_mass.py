"""What new mass does to what is there: shadows on cells, walls in the beam of an antenna, roofs for new sites."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point

from aqdaq.analysis.construction.mass import (
    ASSUMED_LIMIT_W_M2,
    envelope,
    power_density_w_m2,
    reach_m,
    shadowed,
    total_eirp_w,
)
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.whitespots import WhiteSpotsFound
from aqdaq.model.development import Development
from aqdaq.model.foresight import ExposureFlag, NewRoof, RoofReach, Shadow
from aqdaq.pipeline.foresee_causes import Step
from aqdaq.pipeline.state import State

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: A cell that loses so much (dB) over the ground that it served is said to be shadowed there.
SHADOW_DB: Final = 3.0
#: White spots no farther than this (m) from a new roof are within its reach: that of a small or urban site.
ROOF_REACH_M: Final = 500.0


def shadows(step: Step) -> tuple[Shadow, ...]:
    """Return what cells lose over the ground that they served, by the new mass that stands in the ray."""
    before, after = ({p.cell.id: p for p in s.predictor.placed()} for s in (step.before, step.after))
    found: list[Shadow] = []
    for c in step.before.coverage:
        server = c.best_server
        for number, cell in enumerate(c.cells):
            if cell in after and step.risen:
                found += _of_cell(step, before[cell], server == number)
    return tuple(sorted(found, key=lambda s: (s.date, -(s.people or 0.0), -s.area_m2, s.cell, s.development)))


def _of_cell(step: Step, placed: PlacedCell, served: Mask) -> list[Shadow]:
    window, was = step.before.levels(placed.cell.id)
    _, now = step.after.levels(placed.cell.id)
    if window.empty:
        return []
    loss = np.asarray(was, dtype=np.float64) - np.asarray(now, dtype=np.float64)
    rows, cols = np.nonzero(served[window.slices] & (loss >= SHADOW_DB))
    if len(rows) == 0:
        return []
    grid, people = step.after.inputs.grid, step.after.inputs.people
    x, y = grid.centres()
    places = x[cols + window.col0], y[rows + window.row0]
    site = (placed.x_m, placed.y_m)
    hit = np.array([shadowed(d.footprint.buffer(grid.resolution_m), site, *places) for d in step.risen])
    one = hit.sum(axis=0) == 1
    owner = np.where(one, hit.argmax(axis=0), -1)
    found = []
    for k in np.unique(owner):
        own = owner == k
        lost = loss[rows[own], cols[own]]
        there = None if people is None else float(people[window.slices][rows[own], cols[own]].sum(dtype=np.float64))
        found.append(
            Shadow(
                date=step.after.date,
                development=step.risen[k].id if k >= 0 else "",
                cell=placed.cell.id,
                site=placed.cell.site_id,
                layer=str(placed.cell.layer),
                area_m2=float(own.sum()) * grid.pixel_area_m2,
                people=there,
                mean_db=float(lost.mean()),
                most_db=float(lost.max()),
            )
        )
    return found


def exposure_flags(state: State, risen: Sequence[Development]) -> tuple[ExposureFlag, ...]:
    """Return the new masses in which free space alone leaves a site more than the assumed limit."""
    by_site: dict[str, list[PlacedCell]] = {}
    for placed in state.predictor.placed():
        by_site.setdefault(placed.cell.site_id, []).append(placed)
    found = []
    for development in risen:
        for site, cells in by_site.items():
            flag = _flag(state, development, site, cells)
            if flag is not None:
                found.append(flag)
    return tuple(found)


def _flag(state: State, development: Development, site: str, cells: Sequence[PlacedCell]) -> ExposureFlag | None:
    reach = reach_m(total_eirp_w(cells))
    if development.footprint.distance(Point(cells[0].x_m, cells[0].y_m)) > reach:
        return None
    middle = development.footprint.representative_point()
    foot, base = _ground_m(state, cells[0].x_m, cells[0].y_m), _ground_m(state, middle.x, middle.y)
    if not np.isfinite(foot + base):
        return None
    points = envelope(development.footprint, base, development.height_m)
    density = power_density_w_m2(cells, foot, points)
    over = density >= ASSUMED_LIMIT_W_M2
    if not over.any():
        return None
    most = int(density.argmax())
    antennas = np.array([[p.x_m, p.y_m, foot + p.cell.height_m] for p in cells])
    away = np.sqrt(((points[over][:, None, :] - antennas[None]) ** 2).sum(axis=2)).min()
    return ExposureFlag(
        date=state.date,
        development=development.id,
        site=site,
        cells=tuple(p.cell.id for p in cells),
        distance_m=float(away),
        height_m=float(points[most, 2] - base),
        density_w_m2=float(density[most]),
        limit_w_m2=ASSUMED_LIMIT_W_M2,
        reach_m=reach,
    )


def _ground_m(state: State, x_m: float, y_m: float) -> float:
    surface = state.inputs.surface
    row, col, inside = surface.grid.index(x_m, y_m)
    return float(surface.ground_m[row, col]) if inside else float("nan")


def new_roofs(
    developments: Sequence[Development], found: Mapping[str, WhiteSpotsFound], last: dt.date
) -> tuple[NewRoof, ...]:
    """Return the roofs of developments that are finished by the last day, with the white spots of that day near."""
    spots = [spot for one in found.values() for spot in one.spots]
    roofs = []
    for d in developments:
        if d.end > last:
            continue
        near = [(float(d.footprint.distance(s.geometry)), s) for s in spots]
        reach = [
            RoofReach(s.id, s.definition, away, s.people)
            for away, s in sorted(near, key=lambda pair: (pair[0], pair[1].id))
            if away <= ROOF_REACH_M
        ]
        roofs.append(NewRoof(d.id, d.end, d.height_m, float(d.footprint.area), tuple(reach)))
    return tuple(roofs)
