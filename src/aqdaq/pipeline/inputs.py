"""All inputs of a project on a day: what its files say, and which of its measurements are used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError, TooManyBadRowsError
from aqdaq.io.buildings import rasterize_buildings
from aqdaq.model.building import Building
from aqdaq.model.definition import ServiceDefinition, definition_notes
from aqdaq.model.development import Development
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import (
    DATA_USE_SCHEMA,
    QUALITY_SCHEMA,
    SILENT_SCHEMA,
    DataUse,
    Measurements,
    Quality,
    SetAside,
    Silent,
    joined_frame,
)
from aqdaq.model.network import Network
from aqdaq.model.results import Assumption
from aqdaq.model.surface import Surface
from aqdaq.pipeline.assumptions import building_assumptions, project_assumptions
from aqdaq.pipeline.chain import chain_assumptions
from aqdaq.pipeline.dated import surfaces_then
from aqdaq.pipeline.developments import development_assumptions, overlaps_of_files
from aqdaq.pipeline.entry_classes import EntryClasses, entry_assumptions
from aqdaq.pipeline.input_files import Files, read_files
from aqdaq.pipeline.inputs_people import people_assumptions
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.screening import ScreenedMeasurements, screened

#: Reason of a measurement of a cell that is known but not on air on the date of the run.
CELL_NOT_ON_AIR: Final = "cell not on air on the date"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run starts from, at its date.

    Attributes:
        grid: of the results.
        surface: ground and buildings; its grid reaches as far as the sites that can serve the results' grid.
        surfaces_then: per day of measurement, the surface of that day where it differs from ``surface``.
        network: on air at the date.
        network_ever: sites and cells of any date, so that lost ones and old measurements are known by name.
        buildings: of any date, planned ones among them; what gives way to these is demolished on their start.
        developments: planned buildings, of any date.
        definitions: in force at the date.
        measurements: usable rows of cells on air; some are bounds only (``heard``).
        silent: places where a phone had no service.
        quality: RSRQ and SINR beside the measurements as they were read.
        data_use: tiles in which mobile data was used; weak evidence, without levels.
        rows_read: measurement rows read.
        bad_rows: of these, rows that the file itself spoils; they count against ``max_bad_share``.
        set_aside: rows not used, with reasons.
        people: persons per pixel, or None where nobody knows.
        districts: polygons with ``name``, or None.
        assumptions: figures that nobody gave.
        notes: what the readers want to be known, in words.
        screened: the measurements on their way to the fit; ``measurements`` are those used, before thinning.
        entry: classes of the buildings for indoor definitions; None without any.
    """

    grid: Grid
    surface: Surface
    surfaces_then: dict[str, Surface]
    network: Network
    network_ever: Network
    buildings: tuple[Building, ...]
    developments: tuple[Development, ...]
    definitions: tuple[ServiceDefinition, ...]
    measurements: Measurements
    silent: Silent
    quality: Quality
    data_use: DataUse
    rows_read: int
    bad_rows: int
    set_aside: tuple[SetAside, ...]
    people: NDArray[np.float32] | None
    districts: gpd.GeoDataFrame | None
    assumptions: tuple[Assumption, ...]
    notes: tuple[str, ...]
    screened: ScreenedMeasurements
    entry: EntryClasses | None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The measurements on their way to the fit.

    Attributes:
        on_air: sites and cells of the day.
        usable: rows of these cells.
        screened: what is left of them.
        set_aside: rows not used, with reasons.
        rows: read.
        bad: of these, rows that the file itself spoils.
    """

    on_air: Network
    usable: Measurements
    screened: ScreenedMeasurements
    set_aside: tuple[SetAside, ...]
    rows: int
    bad: int


def read_inputs(project: Project, date: dt.date, *, tolerate_bad_rows: bool = False) -> Inputs:
    """Read and check all inputs of a project.

    Args:
        project: opened.
        date: selects buildings, cells and rulebooks.
        tolerate_bad_rows: go on above ``max_bad_share`` (used by ``check``, which lists them).

    Raises:
        InputError: the faults of all files together.
        TooManyBadRowsError: more rows set aside than the project allows.
    """
    files = read_files(project, date)
    chosen = _chosen(project, files, date)
    if not tolerate_bad_rows:
        _check_share(chosen.bad, chosen.rows, project.config.limits.max_bad_share)
    measured = files.measured
    heights = rasterize_buildings(files.standing(date), files.reach)
    surface = Surface(files.reach, date, files.ground, heights, not project.config.terrain.files)
    return Inputs(
        grid=files.grid,
        surface=surface,
        surfaces_then=surfaces_then(surface, files.buildings, chosen.usable.table["date"].unique()),
        network=chosen.on_air,
        network_ever=files.network.network,
        buildings=files.buildings,
        developments=files.developments,
        definitions=files.definitions,
        measurements=chosen.screened.used,
        screened=chosen.screened,
        entry=files.entry,
        silent=Silent(joined_frame([read.silent.table for read in measured], SILENT_SCHEMA)),
        quality=Quality(joined_frame([read.quality.table for read in measured], QUALITY_SCHEMA)),
        data_use=DataUse(joined_frame([read.data_use.table for read in measured], DATA_USE_SCHEMA)),
        rows_read=chosen.rows,
        bad_rows=chosen.bad,
        set_aside=chosen.set_aside,
        people=files.people,
        districts=files.districts,
        assumptions=_assumptions(project, files, chosen.usable, date),
        notes=_notes(files),
    )


def _chosen(project: Project, files: Files, date: dt.date) -> _Chosen:
    network = files.network.network.at(date)
    usable, off_air = _of_cells_on_air(_join([read.measurements for read in files.measured]), network)
    on_air = _on_air(network, date)
    kept = screened(usable, on_air, files.grid, project.config.screening)
    aside = (
        *(a for read in files.built for a in read.set_aside),
        *(a for read in files.planned for a in read.set_aside),
        *(a for read in files.measured for a in read.set_aside),
        *off_air,
        *kept.set_aside,
    )
    rows, bad = sum(read.rows_read for read in files.measured), sum(read.bad for read in files.measured)
    return _Chosen(on_air, usable, kept, aside, rows, bad)


def _assumptions(project: Project, files: Files, usable: Measurements, date: dt.date) -> tuple[Assumption, ...]:
    config = project.config
    return (
        *project_assumptions(config, project.body),
        *chain_assumptions(config, project.body),
        *files.network.assumed,
        *people_assumptions(project, files.grid, files.developments, date),
        *_undated(usable, date),
        *(entry_assumptions(files.definitions, files.entry) if files.entry is not None else ()),
        *(a for s, r in zip(config.buildings, files.built, strict=True) for a in building_assumptions(s, r)),
        *(a for s, r in zip(config.developments, files.planned, strict=True) for a in development_assumptions(s, r)),
    )


def _notes(files: Files) -> tuple[str, ...]:
    return (
        *definition_notes(files.definitions),
        *files.network.notes,
        *(note for read in files.built for note in read.notes),
        *(note for read in files.planned for note in read.notes),
        *overlaps_of_files(files.planned),
        *(note for read in files.measured for note in read.notes),
        *files.off_map,
    )


def _undated(measurements: Measurements, date: dt.date) -> tuple[Assumption, ...]:
    undated = int((measurements.table["date"] == "").sum())
    if not undated:
        return ()
    reason = "no day in the file; [[measurements]].date or time_column says it"
    return (Assumption("day of measurement", str(date), f"{undated} measurements", reason),)


def _on_air(network: Network, date: dt.date) -> Network:
    if not network.cells:
        raise InputError(Fault("[network].cells", f"no cell is on air on {date}", "choose another --date"))
    return network


def _join(parts: list[Measurements]) -> Measurements:
    filled = [part.table for part in parts if len(part)]
    return Measurements(pd.concat(filled, ignore_index=True)) if filled else Measurements.empty()


def _of_cells_on_air(measurements: Measurements, network: Network) -> tuple[Measurements, tuple[SetAside, ...]]:
    """Keep the measurements of cells on air; a cell of another day has nothing to say of this one."""
    on_air = {cell.id for cell in network.cells}
    table = measurements.table
    keep = table["cell"].isin(on_air)
    left = table[~keep]
    silent = tuple(
        SetAside(source, int(row), CELL_NOT_ON_AIR, cell)
        for source, row, cell in zip(left["source"], left["row"], left["cell"], strict=True)
    )
    return Measurements(table[keep].reset_index(drop=True)), silent


def _check_share(bad: int, rows: int, limit: float) -> None:
    if rows and bad / rows > limit:
        raise TooManyBadRowsError(
            Fault(
                "[[measurements]]",
                f"{bad} of {rows} rows had to be set aside ({bad / rows:.1%}), more than {limit:.0%}",
                "see `aqdaq check`; mend the file, or raise [limits].max_bad_share",
            )
        )
