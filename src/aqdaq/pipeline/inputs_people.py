"""Who lives where on a day."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.buildings import people_from_buildings
from aqdaq.io.people import read_people
from aqdaq.io.raster import read_onto
from aqdaq.io.tables import resolve_input
from aqdaq.model.building import Building
from aqdaq.model.development import Development
from aqdaq.model.grid import Grid
from aqdaq.model.results import Assumption
from aqdaq.pipeline.project import Project


def people_on(
    project: Project, standing: tuple[Building, ...], developments: tuple[Development, ...], grid: Grid
) -> NDArray[np.float32] | None:
    """Return (rows, cols) persons per pixel; None where nobody knows.

    Raises:
        InputError: the raster cannot be read, or no building says its residents.
    """
    section = project.config.people
    if section.source == "raster" and section.raster is not None:
        counted = read_people(resolve_input(project.folder, section.raster), grid)
        planned = {d.id for d in developments}  # a raster knows who lives there today, not who will
        return counted + people_from_buildings([b for b in standing if b.id in planned], grid)
    if section.source == "buildings":
        if all(b.residents is None for b in standing):
            raise InputError(
                Fault("[people].source", "no building says its residents", 'add residents or use source = "none"')
            )
        return people_from_buildings(standing, grid)
    return None


def people_assumptions(
    project: Project, grid: Grid, developments: tuple[Development, ...], date: dt.date
) -> tuple[Assumption, ...]:
    """Return what a population raster leaves open: holes, where nobody is counted, and who comes with developments."""
    name = project.config.people.raster
    if name is None:
        return ()
    found = []
    seen = read_onto([resolve_input(project.folder, name)], grid, resampling="nearest")
    share = float(np.isnan(seen).mean())
    if share > 0.0:
        found.append(Assumption("people", "0", f"{share:.1%} of the area", f"{name} has no figure there"))
    come = [d for d in developments if d.residents and d.end <= date]
    if come:
        people = f"{sum(d.residents or 0.0 for d in come):g} more"
        found.append(Assumption("people", people, f"{len(come)} developments", f"{name} is taken not to count them"))
    return tuple(found)
