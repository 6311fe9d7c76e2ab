"""All inputs of a project, read and checked together: every fault of every file, not just the first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError, TooManyBadRowsError
from aqdaq.base.rulebook import load_rulebook
from aqdaq.io.areas import read_districts
from aqdaq.io.buildings import people_from_buildings, rasterize_buildings, read_buildings
from aqdaq.io.developments import DevelopmentsRead, read_developments
from aqdaq.io.measurements import MeasurementsRead, measured_places, read_measurements
from aqdaq.io.network import read_network
from aqdaq.io.people import read_people
from aqdaq.io.raster import read_onto
from aqdaq.io.tables import resolve_input
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
from aqdaq.model.project import MeasurementSource
from aqdaq.model.results import Assumption
from aqdaq.model.surface import Surface
from aqdaq.pipeline.assumptions import building_assumptions, project_assumptions
from aqdaq.pipeline.chain import chain_assumptions, check_chain
from aqdaq.pipeline.dated import surfaces_then
from aqdaq.pipeline.developments import development_assumptions, overlaps_of_files, with_developments
from aqdaq.pipeline.entry_classes import EntryClasses, check_entry_models, entry_assumptions, entry_classes
from aqdaq.pipeline.entry_materials import load_materials
from aqdaq.pipeline.plausible import checked_grid, checked_ground, notes_on_developments, notes_on_places
from aqdaq.pipeline.project import FILE_NAME, Project
from aqdaq.pipeline.screening import ScreenedMeasurements, screened

#: Reason of a measurement of a cell that is known but not on air on the date of the run.
CELL_NOT_ON_AIR: Final = "cell not on air on the date"

T = TypeVar("T")


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


class _Faults:
    """Collects the faults of steps that can go on without each other."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def attempt(self, step: Callable[[], T]) -> T | None:
        """Run a step; keep its faults and return None when it fails."""
        try:
            return step()
        except InputError as err:
            self.all += [fault for fault in err.faults if fault not in self.all]
            return None


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
    config, crs = project.config, project.config.grid.crs
    faults = _Faults()
    definitions = faults.attempt(lambda: read_definitions(project, date))
    rx_height_m = definitions[0].receiver_height_m if definitions else 1.5
    faults.attempt(lambda: check_chain(config, project.body, project.folder / FILE_NAME, rx_height_m=rx_height_m))
    network = faults.attempt(lambda: read_network(config.network, project.folder, crs=crs))
    built = [faults.attempt(lambda s=source: read_buildings(s, project.folder, crs=crs)) for source in config.buildings]  # type: ignore[misc]
    existing = tuple(b for read in built if read is not None for b in read.buildings)
    planned = _planned(project, existing, faults)
    districts = None
    if config.districts is not None:
        section = config.districts
        districts = faults.attempt(lambda: read_districts(section, project.folder, crs=crs))
    grid = faults.attempt(lambda: checked_grid(_grid(project, network.network if network else None), project.body))
    if grid is None or network is None:
        _check_without_network(project, grid, faults)
        raise InputError(faults.all)
    reach = _surface_grid(grid, network.network, config.prediction.radius_m)
    ground = faults.attempt(lambda: _ground(project, reach))
    measured = [
        faults.attempt(lambda s=source: _measured(s, project, grid, network.network))  # type: ignore[misc]
        for source in config.measurements
    ]
    developments = tuple(d for read in planned if read is not None for d in read.developments)
    buildings = with_developments(existing, developments, date)
    off_map = faults.attempt(lambda: notes_on_places(config, built, districts, reach)) or ()
    off_map += faults.attempt(lambda: notes_on_developments(config, planned, reach)) or ()
    faults.attempt(lambda: _unique(buildings))
    standing = tuple(b for b in buildings if b.stands(date))
    people = faults.attempt(lambda: _people(project, standing, developments, grid))
    entry = faults.attempt(lambda: _entry(project, definitions or (), network.network, standing, grid, people, date))
    if faults.all:
        raise InputError(faults.all)
    assert definitions is not None
    assert ground is not None
    rows = sum(read.rows_read for read in measured if read is not None)
    usable, silent = _of_cells_on_air(_join([r.measurements for r in measured if r]), network.network.at(date))
    on_air = _on_air(network.network.at(date), date)
    screened_rows = screened(usable, on_air, grid, config.screening)
    aside = (
        *(a for read in (*built, *planned, *measured) if read is not None for a in read.set_aside),
        *silent,
        *screened_rows.set_aside,
    )
    bad = sum(read.bad for read in measured if read is not None)
    if not tolerate_bad_rows:
        _check_share(bad, rows, config.limits.max_bad_share)
    surface = Surface(reach, date, ground, rasterize_buildings(standing, reach), not config.terrain.files)
    return Inputs(
        grid=grid,
        surface=surface,
        surfaces_then=surfaces_then(surface, buildings, usable.table["date"].unique()),
        network=on_air,
        network_ever=network.network,
        buildings=buildings,
        developments=developments,
        definitions=definitions,
        measurements=screened_rows.used,
        screened=screened_rows,
        entry=entry,
        silent=Silent(joined_frame([read.silent.table for read in measured if read], SILENT_SCHEMA)),
        quality=Quality(joined_frame([read.quality.table for read in measured if read], QUALITY_SCHEMA)),
        data_use=DataUse(joined_frame([read.data_use.table for read in measured if read], DATA_USE_SCHEMA)),
        rows_read=rows,
        bad_rows=bad,
        set_aside=aside,
        people=people,
        districts=districts,
        assumptions=(
            *project_assumptions(config, project.body),
            *chain_assumptions(config, project.body),
            *network.assumed,
            *_people_note(project, grid, developments, date),
            *_undated(usable, date),
            *(entry_assumptions(definitions, entry) if entry is not None else ()),
            *(a for s, r in zip(config.buildings, built, strict=True) if r for a in building_assumptions(s, r)),
            *(a for s, r in zip(config.developments, planned, strict=True) if r for a in development_assumptions(s, r)),
        ),
        notes=(
            *definition_notes(definitions),
            *network.notes,
            *(note for read in built if read is not None for note in read.notes),
            *(note for read in planned if read is not None for note in read.notes),
            *overlaps_of_files([read for read in planned if read is not None]),
            *(note for read in measured if read is not None for note in read.notes),
            *off_map,
        ),
    )


def read_definitions(project: Project, date: dt.date) -> tuple[ServiceDefinition, ...]:
    """Return the service definitions of a project in force at a date.

    Raises:
        InputError: one is unknown, not in force or malformed, or their receiver heights differ.
    """
    service, faults = project.config.service, _Faults()
    folder = project.folder / "data" / "rulebooks"

    def one(key: str) -> ServiceDefinition:
        return ServiceDefinition.from_rulebook(
            load_rulebook("service", key, date, folder), **service.overrides.get(key, {})
        )

    found = [faults.attempt(lambda k=key: one(k)) for key in service.definitions]  # type: ignore[misc]
    definitions = tuple(d for d in found if d is not None)
    heights = sorted({d.receiver_height_m for d in definitions})
    if len(heights) > 1:
        faults.all.append(
            Fault(
                "[service].definitions",
                f"receiver heights differ: {heights} m ({_height_of_each(definitions)})",
                "use one project per height, or state one height in [service].overrides",
            )
        )
    if faults.all:
        raise InputError(faults.all)
    return definitions


def _height_of_each(definitions: tuple[ServiceDefinition, ...]) -> str:
    silent = "receiver_height_m"
    return "; ".join(
        f"{d.id} {d.receiver_height_m:g} m{', not stated there' if silent in d.not_stated else ''}" for d in definitions
    )


def _measured(source: MeasurementSource, project: Project, grid: Grid, network: Network) -> MeasurementsRead:
    return read_measurements(source, project.folder, grid=grid, cells=network.cells, network=network)


def _planned(project: Project, existing: tuple[Building, ...], faults: _Faults) -> list[DevelopmentsRead | None]:
    """Return the planned buildings of each file; None where it has faults."""
    crs = project.config.grid.crs
    return [
        faults.attempt(lambda s=source: read_developments(s, project.folder, crs=crs, existing=existing))  # type: ignore[misc]
        for source in project.config.developments
    ]


def _check_without_network(project: Project, grid: Grid | None, faults: _Faults) -> None:
    """Look for faults in what can be read without cells, so that all are named at once."""
    if grid is not None:
        faults.attempt(lambda: _ground(project, grid))
    for source in project.config.measurements:
        faults.attempt(lambda s=source: measured_places(s, project.folder, crs=project.config.grid.crs))  # type: ignore[misc]


def _grid(project: Project, network: Network | None) -> Grid | None:
    section = project.config.grid
    if section.bounds is not None:
        return Grid.from_bounds(section.crs, section.bounds, section.resolution_m)
    if network is None:
        return None
    places = [(np.array([s.x_m for s in network.sites]), np.array([s.y_m for s in network.sites]))]
    reach = project.config.prediction.radius_m
    x_min, y_min, x_max, y_max = _box(*places[0], reach)
    for source in project.config.measurements:
        x, y = measured_places(source, project.folder, crs=section.crs)
        near = (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)  # a stray fix must not stretch the map
        places.append((x[near], y[near]))
    x, y = (np.concatenate(v) for v in zip(*places, strict=True))
    bounds = _box(x, y, section.margin_m)
    return Grid.from_bounds(section.crs, bounds, section.resolution_m)


def _box(x: NDArray[np.float64], y: NDArray[np.float64], margin_m: float) -> tuple[float, float, float, float]:
    return (
        float(x.min() - margin_m),
        float(y.min() - margin_m),
        float(x.max() + margin_m),
        float(y.max() + margin_m),
    )


def _surface_grid(grid: Grid, network: Network, radius_m: float) -> Grid:
    """Return the grid widened to the sites outside it that are near enough to serve it."""
    x_min, y_min, x_max, y_max = grid.bounds_m
    for site in network.sites:
        dx = max(x_min - site.x_m, site.x_m - x_max, 0.0)
        dy = max(y_min - site.y_m, site.y_m - y_max, 0.0)
        if 0.0 < np.hypot(dx, dy) <= radius_m:
            x_min, x_max = min(x_min, site.x_m), max(x_max, site.x_m)
            y_min, y_max = min(y_min, site.y_m), max(y_max, site.y_m)
    return Grid.from_bounds(grid.crs, (x_min, y_min, x_max, y_max), grid.resolution_m)


def _ground(project: Project, grid: Grid) -> NDArray[np.float32]:
    terrain = project.config.terrain
    if not terrain.files:
        return np.full(grid.shape, terrain.flat_height_m, dtype=np.float32)
    read = read_onto([resolve_input(project.folder, name) for name in terrain.files], grid)
    return checked_ground(read, project.body)


def _entry(
    project: Project,
    definitions: tuple[ServiceDefinition, ...],
    network: Network,
    standing: tuple[Building, ...],
    grid: Grid,
    people: NDArray[np.float32] | None,
    date: dt.date,
) -> EntryClasses | None:
    """Return the classes of the buildings when a definition is about indoors."""
    if all(d.environment == "outdoor" for d in definitions):
        return None
    check_entry_models(definitions, network.cells, project.body)
    materials = load_materials(date, project.folder / "data" / "rulebooks")
    return entry_classes(standing, grid, materials, people)


def _people(
    project: Project, standing: tuple[Building, ...], developments: tuple[Development, ...], grid: Grid
) -> NDArray[np.float32] | None:
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


def _people_note(
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


def _undated(measurements: Measurements, date: dt.date) -> tuple[Assumption, ...]:
    undated = int((measurements.table["date"] == "").sum())
    if not undated:
        return ()
    reason = "no day in the file; [[measurements]].date or time_column says it"
    return (Assumption("day of measurement", str(date), f"{undated} measurements", reason),)


def _unique(buildings: tuple[Building, ...]) -> None:
    seen: set[str] = set()
    faults = []
    for building in buildings:
        if building.id in seen:
            where = "[[buildings]], [[developments]]"
            faults.append(Fault(where, f"id {building.id!r} stands in two files", "make the ids differ"))
        seen.add(building.id)
    if faults:
        raise InputError(faults)


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
