"""The files of a project, read together: the faults of all of them, not just of the first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.areas import read_districts
from aqdaq.io.buildings import BuildingsRead, read_buildings
from aqdaq.io.developments import DevelopmentsRead, read_developments
from aqdaq.io.measurements import MeasurementsRead, read_measurements
from aqdaq.io.network import NetworkRead, read_network
from aqdaq.model.building import Building
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.development import Development
from aqdaq.model.grid import Grid
from aqdaq.model.network import Network
from aqdaq.model.project import MeasurementSource
from aqdaq.pipeline.chain import check_chain
from aqdaq.pipeline.definitions import read_definitions
from aqdaq.pipeline.developments import with_developments
from aqdaq.pipeline.entry_classes import EntryClasses, check_entry_models, entry_classes
from aqdaq.pipeline.entry_materials import load_materials
from aqdaq.pipeline.faults import Faults
from aqdaq.pipeline.inputs_ground import check_without_network, grid_of, ground_on, surface_grid
from aqdaq.pipeline.inputs_people import people_on
from aqdaq.pipeline.plausible import notes_on_developments, notes_on_places
from aqdaq.pipeline.project import FILE_NAME, Project

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Files:
    """What the files of a project say, before measurements are chosen and checked against each other.

    Attributes:
        definitions: in force at the date.
        network: of any date.
        built: existing buildings, a file each.
        planned: planned buildings, a file each.
        measured: measurements, a file each.
        buildings: all of them; what gives way to planned ones is demolished on their start.
        districts: polygons with ``name``, or None.
        grid: of the results.
        reach: of the surface.
        ground: on it (m).
        people: persons per pixel, or None where nobody knows.
        entry: classes of the buildings for indoor definitions; None without any.
        off_map: notes on what lies off the grid.
    """

    definitions: tuple[ServiceDefinition, ...]
    network: NetworkRead
    built: tuple[BuildingsRead, ...]
    planned: tuple[DevelopmentsRead, ...]
    measured: tuple[MeasurementsRead, ...]
    buildings: tuple[Building, ...]
    districts: gpd.GeoDataFrame | None
    grid: Grid
    reach: Grid
    ground: NDArray[np.float32]
    people: NDArray[np.float32] | None
    entry: EntryClasses | None
    off_map: tuple[str, ...]

    @property
    def developments(self) -> tuple[Development, ...]:
        """Planned buildings, of any date."""
        return tuple(d for read in self.planned for d in read.developments)

    def standing(self, date: dt.date) -> tuple[Building, ...]:
        """Buildings that stand on a day."""
        return tuple(b for b in self.buildings if b.stands(date))


def read_files(project: Project, date: dt.date) -> Files:
    """Read the files of a project.

    Args:
        project: opened.
        date: selects buildings, cells and rulebooks.

    Raises:
        InputError: the faults of all files together.
    """
    config, crs, faults = project.config, project.config.grid.crs, Faults()
    definitions = faults.attempt(lambda: read_definitions(project, date))
    rx_height_m = definitions[0].receiver_height_m if definitions else 1.5
    faults.attempt(lambda: check_chain(config, project.body, project.folder / FILE_NAME, rx_height_m=rx_height_m))
    network = faults.attempt(lambda: read_network(config.network, project.folder, crs=crs))
    built, planned = _buildings(project, faults)
    districts = _districts(project, faults)
    grid = faults.attempt(lambda: grid_of(project, network.network if network else None))
    if grid is None or network is None:
        check_without_network(project, grid, faults)
        raise InputError(faults.all)
    reach = surface_grid(grid, network.network, config.prediction.radius_m)
    ground = faults.attempt(lambda: ground_on(project, reach))
    measured = list(_measurements(project, grid, network.network, faults))
    existing, developments = _all_of(built, planned)
    buildings = with_developments(existing, developments, date)
    off_map = faults.attempt(lambda: notes_on_places(config, built, districts, reach)) or ()
    off_map += faults.attempt(lambda: notes_on_developments(config, planned, reach)) or ()
    faults.attempt(lambda: _unique(buildings))
    standing = tuple(b for b in buildings if b.stands(date))
    people = faults.attempt(lambda: people_on(project, standing, developments, grid))
    entry = faults.attempt(lambda: _entry(project, definitions or (), network.network, standing, grid, people, date))
    if faults.all:
        raise InputError(faults.all)
    assert definitions is not None
    assert ground is not None
    return Files(
        definitions, network, _there(built), _there(planned), _there(measured), buildings, districts, grid, reach,
        ground, people, entry, off_map,
    )  # fmt: skip


def _there(reads: list[T | None]) -> tuple[T, ...]:
    return tuple(read for read in reads if read is not None)


def _buildings(project: Project, faults: Faults) -> tuple[list[BuildingsRead | None], list[DevelopmentsRead | None]]:
    """Return existing and planned buildings, a file each; None where it has faults."""
    config, folder, crs = project.config, project.folder, project.config.grid.crs
    built = [faults.attempt(lambda s=source: read_buildings(s, folder, crs=crs)) for source in config.buildings]  # type: ignore[misc]
    existing, _ = _all_of(built, [])
    planned = [
        faults.attempt(lambda s=source: read_developments(s, folder, crs=crs, existing=existing))  # type: ignore[misc]
        for source in config.developments
    ]
    return built, planned


def _all_of(
    built: list[BuildingsRead | None], planned: list[DevelopmentsRead | None]
) -> tuple[tuple[Building, ...], tuple[Development, ...]]:
    existing = tuple(b for read in _there(built) for b in read.buildings)
    return existing, tuple(d for read in _there(planned) for d in read.developments)


def _districts(project: Project, faults: Faults) -> gpd.GeoDataFrame | None:
    section = project.config.districts
    if section is None:
        return None
    return faults.attempt(lambda: read_districts(section, project.folder, crs=project.config.grid.crs))


def _measurements(project: Project, grid: Grid, network: Network, faults: Faults) -> Iterator[MeasurementsRead | None]:
    def one(source: MeasurementSource) -> MeasurementsRead:
        return read_measurements(source, project.folder, grid=grid, cells=network.cells, network=network)

    for source in project.config.measurements:
        yield faults.attempt(lambda s=source: one(s))  # type: ignore[misc]


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
