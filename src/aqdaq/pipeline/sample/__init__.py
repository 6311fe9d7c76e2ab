"""`aqdaq sample`: a complete project folder of a synthetic city at the foot of mountains.

Everything in it is invented and says so. The same seed gives the same bytes.

    frame         where the city lies, streams of chance
    terrain       ground, hills, ravines
    streets       street grid, blocks, lamp posts
    forms, city   buildings on the blocks, residents, owners, planned developments
    district      a planned one, in two phases
    detailed_plan of that district, to be checked
    districts     four of them
    flats         of the highest home, and a site that is proposed beside it
    network       operators, sites, cells
    truth         what phones really receive
    drive_test    what they wrote down
    files, project_text
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import ExistsError, OutputError, UsageError
from aqdaq.pipeline.sample import files, project_text
from aqdaq.pipeline.sample.city import City, make_city
from aqdaq.pipeline.sample.detailed_plan import Layers, make_detailed_plan
from aqdaq.pipeline.sample.district import Planned, make_district
from aqdaq.pipeline.sample.districts import District, make_districts
from aqdaq.pipeline.sample.drive_test import COLUMNS, FIRST_DAY, DriveTest, drive, record
from aqdaq.pipeline.sample.flats import Home, make_home
from aqdaq.pipeline.sample.frame import streams
from aqdaq.pipeline.sample.network import SampleCell, SampleSite, make_cells, make_sites
from aqdaq.pipeline.sample.streets import StreetPlan, lamps, make_streets
from aqdaq.pipeline.sample.terrain import Terrain, make_terrain
from aqdaq.pipeline.sample.truth import Truth, make_truth, received_dbm

__all__ = ["RESOLUTION_M", "SampleSummary", "write_sample"]

#: Finest and coarsest grid that the sample may be given (m).
RESOLUTION_M: Final = (5.0, 50.0)


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What was written.

    Attributes:
        folder: of the project.
        seed: of the city.
        resolution_m: of the grid in project.toml (m).
        buildings: that stand or stood.
        planned: planned towers.
        developments: houses of the planned district.
        residents: persons in the buildings that stand in March 2026.
        streets: lines.
        lamps: lamp posts.
        districts: named areas.
        owners: owners' associations.
        sites: of all operators.
        cells: of all operators, on air or not.
        places: of the drive test.
        rows: of the drive test.
        bad: rows of it that are bad on purpose.
        files: paths relative to the folder, sorted.
    """

    folder: Path
    seed: int
    resolution_m: float
    buildings: int
    planned: int
    developments: int
    residents: int
    streets: int
    lamps: int
    districts: int
    owners: int
    sites: int
    cells: int
    places: int
    rows: int
    bad: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _World:
    """All that belongs to one city."""

    terrain: Terrain
    plan: StreetPlan
    lamps: NDArray[np.float64]
    city: City
    district: tuple[Planned, ...]
    detailed_plan: Layers
    districts: tuple[District, ...]
    sites: tuple[SampleSite, ...]
    cells: tuple[SampleCell, ...]
    truth: Truth
    drive_test: DriveTest
    home: Home | None


def write_sample(folder: Path, *, seed: int = 1, resolution_m: float = 10.0, overwrite: bool = False) -> SampleSummary:
    """Write the synthetic city as a project folder.

    Args:
        folder: made when it is not there.
        seed: not negative; the same seed gives the same bytes.
        resolution_m: side of a pixel of the result grid and step of the terrain profiles in project.toml, 5 to 50 m;
            the data are the same for every resolution.
        overwrite: replace the files of the sample in a folder that is not empty; other files in it stay.

    Raises:
        UsageError: the seed is negative or the resolution outside its range.
        ExistsError: the folder is not empty, or is a file.
        OutputError: a file cannot be written.
    """
    if seed < 0:
        raise UsageError(f"seed {seed} is negative: give 0 or more")
    if not RESOLUTION_M[0] <= resolution_m <= RESOLUTION_M[1]:
        raise UsageError(f"resolution {resolution_m:g} m: give {RESOLUTION_M[0]:g} to {RESOLUTION_M[1]:g} m")
    _claim(folder, overwrite=overwrite)
    world = _make(seed)
    counts = _counts(world)
    writers = _writers(world)
    writers["project.toml"] = lambda path: files.write_text(path, project_text.project_toml(seed, resolution_m))
    writers["README.txt"] = lambda path: files.write_text(path, project_text.readme_text(seed, counts))
    try:
        for name, write in writers.items():
            write(folder / name)
    except OSError as err:
        raise OutputError(f"{folder}: cannot be written: {err.strerror or err} -> choose another folder") from err
    return SampleSummary(folder, seed, resolution_m, **counts, files=tuple(sorted(writers)))


def _claim(folder: Path, *, overwrite: bool) -> None:
    """Make the folder, or refuse one that holds something, unless its sample may be replaced."""
    if folder.exists() and not folder.is_dir():
        raise ExistsError(f"{folder} is a file: give a folder")
    if not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise ExistsError(f"{folder} is not empty: give another folder, or --overwrite to replace the sample in it")
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise OutputError(f"{folder}: cannot be made: {err.strerror or err} -> choose another folder") from err


def _make(seed: int) -> _World:
    """Invent one city; each part has its own stream of chance."""
    rng = streams(seed)
    terrain = make_terrain(rng["terrain"])
    plan = make_streets(rng["streets"], terrain)
    city = make_city(rng["buildings"], rng["planned"], plan)
    sites = make_sites(rng["sites"], plan, city)
    cells = make_cells(rng["cells"], sites)
    day = FIRST_DAY.date()
    truth = make_truth(rng["truth"], cells, day)
    places = drive(rng["drive_test"], plan.streets)
    levels = received_dbm(rng["drive_test"], sites, cells, truth, (terrain, city, day), places)
    test = record(rng["drive_test"], cells, places, levels)
    district = make_district(rng["district"], plan, city)
    posts = lamps(plan.streets)
    home = make_home(city, day)
    detailed = make_detailed_plan(district, plan, posts)
    return _World(terrain, plan, posts, city, district, detailed, make_districts(plan), sites, cells, truth, test, home)


def _counts(world: _World) -> dict[str, int]:
    day = FIRST_DAY.date()
    return {
        "buildings": len(world.city.buildings),
        "planned": len(world.city.planned),
        "developments": len(world.district),
        "residents": sum(s.residents for s in world.city.buildings if s.stands(day)),
        "streets": len(world.plan.streets),
        "lamps": len(world.lamps),
        "districts": len(world.districts),
        "owners": len(world.city.owners),
        "sites": len(world.sites),
        "cells": len(world.cells),
        "places": world.drive_test.places,
        "rows": len(world.drive_test.rows),
        "bad": world.drive_test.bad,
    }


def _writers(world: _World) -> dict[str, Callable[[Path], None]]:
    """Return what writes each file of data/."""
    return {
        "data/terrain.tif": lambda path: files.write_terrain(path, world.terrain),
        "data/buildings.gpkg": lambda path: files.write_buildings(path, "buildings", world.city.buildings),
        "data/planned.gpkg": lambda path: files.write_buildings(path, "planned", world.city.planned),
        "data/developments.gpkg": lambda path: files.write_developments(path, world.district),
        "data/plan.gpkg": lambda path: files.write_plan(path, world.detailed_plan),
        "data/streets.gpkg": lambda path: files.write_streets(path, world.plan.streets),
        "data/lamps.gpkg": lambda path: files.write_lamps(path, world.lamps),
        "data/districts.geojson": lambda path: files.write_districts(path, world.districts),
        "data/windows.csv": lambda path: files.write_windows(path, world.home),
        "data/candidates.csv": lambda path: files.write_candidates(path, world.home),
        "data/owners.csv": lambda path: files.write_owners(path, world.city),
        "data/sites.csv": lambda path: files.write_sites(path, world.sites),
        "data/cells.csv": lambda path: files.write_cells(path, world.cells),
        "data/truth.json": lambda path: files.write_truth(path, world.truth, world.cells),
        "data/drive_test.csv": lambda path: files.write_csv(path, COLUMNS, world.drive_test.rows),
    }
