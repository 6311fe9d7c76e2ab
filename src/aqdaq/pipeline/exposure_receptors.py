"""``aqdaq exposure receptors``: every window, roof and yard around a place, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from aqdaq.analysis.exposure.receptor_columns import joined, taken
from aqdaq.analysis.exposure.receptors import Found, receptors_of
from aqdaq.base.errors import ExistsError, Fault, InputError, OutputError, UsageError
from aqdaq.io.candidates import read_candidates
from aqdaq.io.vector import write_vector
from aqdaq.model.network import Network
from aqdaq.model.receptor import KINDS, Receptors
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_windows import Windows, read_windows
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.project import Project

SUFFIXES: Final = (".csv", ".gpkg")


@dataclass(frozen=True, slots=True)
class Where:
    """Around what receptors are asked for: a shape in the CRS of the grid.

    Attributes:
        shape: a place, or the outlines of buildings.
        words: what it is, for messages.
        buildings: ids, where buildings were named.
    """

    shape: BaseGeometry
    words: str
    buildings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """Receptors around a place.

    Attributes:
        found: receptors, given windows among them, and what is not complete.
        windows: the table of windows; None where the project has none.
    """

    found: Found
    windows: Windows | None


def where_of(
    project: Project, field: Field, *, near: str | None = None, site: str | None = None, buildings: Sequence[str] = ()
) -> Where:
    """Return around what receptors are asked for; one of the three must be given.

    Args:
        project: opened.
        field: of the project on the day.
        near: ``LON,LAT`` (deg).
        site: id of a site of any day, or of the table of candidates.
        buildings: ids.

    Raises:
        UsageError: none or several are given, or ``near`` is no place.
        InputError: there is no such site or building, or the place is not on the map.
    """
    if sum(map(bool, (near, site, buildings))) != 1:
        raise UsageError("say where: one of --near LON,LAT, --site ID and --building ID")
    if near:
        return _place(project, field, near)
    if site:
        known = {s.id: s for s in field.inputs.network_ever.sites}
        if site not in known:
            known |= {s.id: s for s in candidate_network(project, field.inputs).sites}
        if site not in known:
            raise InputError(Fault("--site", f"there is no site {site!r}", f"one of: {', '.join(known)}"))
        return Where(Point(known[site].x_m, known[site].y_m), f"site {site}")
    outlines = {b.id: b.footprint for b in field.inputs.buildings}
    lost = [name for name in dict.fromkeys(buildings) if name not in outlines]
    if lost:
        mend = "an id as [[buildings]] and [[developments]] have it"
        raise InputError([Fault("--building", f"there is no building {name!r}", mend) for name in lost])
    named = tuple(dict.fromkeys(buildings))
    return Where(shapely.union_all([outlines[name] for name in named]), f"building {', '.join(named)}", named)


def candidate_network(project: Project, inputs: Inputs) -> Network:
    """Return the sites and cells of the table of candidates; nothing where the project names none.

    Raises:
        InputError: the table is wrong.
    """
    name, section, crs = project.config.exposure.candidates, project.config.network, project.config.grid.crs
    if name is None:
        return Network((), ())
    return read_candidates(name, section, project.folder, crs=crs, network=inputs.network_ever).network


def receptors_around(
    project: Project,
    field: Field,
    where: Where,
    within_m: float | None,
    *,
    floor_height_m: float = 3.0,
    facade_step_m: float = 3.0,
) -> Around:
    """Return the receptors around a place, with the windows and balconies that the project gives there.

    Args:
        project: opened.
        field: of the project on the day.
        where: around what.
        within_m: distance from it (m); None: the named buildings alone.
        floor_height_m: from floor to floor where nothing better is known (m).
        facade_step_m: between points along a wall, at most (m).

    Raises:
        UsageError: no distance is given, and no building is named.
        InputError: no building stands there, or the table of windows is wrong.
    """
    if within_m is None and not where.buildings:
        raise UsageError("--within is missing: the distance in metres")
    found = receptors_of(
        field.inputs.buildings, field.ground, field.date, floor_height_m=floor_height_m, facade_step_m=facade_step_m,
        near=where.shape, within_m=within_m or 0.0, only=where.buildings if within_m is None else None,
    )  # fmt: skip
    if not found.buildings:
        what = f"no building within {within_m or 0.0:g} m of {where.words}"
        raise InputError(Fault("--within", what, "widen it, or see whether [[buildings]] reaches there"))
    windows = read_windows(project, field)
    return Around(found if windows is None else _with_windows(found, windows.receptors), windows)


def around_record(field: Field, around: Around, where: Where, within_m: float | None) -> dict[str, Any]:
    """Return what was made and what is not complete, JSON-ready."""
    found, windows = around.found, around.windows
    counts = Counter(found.receptors.kind)
    people = found.receptors.people
    return {
        "date": str(field.date),
        "around": where.words,
        "within_m": within_m,
        "receptors": len(found.receptors),
        "kinds": {kind: counts[kind] for kind in KINDS if counts[kind]},
        "planned": int(found.receptors.planned.sum()),
        "people": round(float(np.nansum(people)), 3) if np.isfinite(people).any() else None,
        "buildings": len(found.buildings),
        "incomplete": found.incomplete,
        "buildings_without_height": list(found.without_height),
        "buildings_without_ground": list(found.without_ground),
        "yards_without_ground": found.yards_without_ground,
        "without_facade": [{"building": name, "reason": reason} for name, reason in found.left_out],
        "walled_up": dict(found.walled_up),
        "below_ground": dict(found.buried),
        "windows_given": windows.given if windows else 0,
        "set_aside": [asdict(aside) for aside in windows.set_aside] if windows else [],
        "assumed": [asdict(a) for a in (*_terrain(field), *found.assumed)],
    }


def table_of(receptors: Receptors) -> pd.DataFrame:
    """Return receptors as the table that ``exposure at --points`` takes; unknown figures are empty."""
    return pd.DataFrame(
        {
            "id": receptors.id,
            **{name: receptors.at_m[:, k].round(3) for k, name in enumerate("xyz")},
            "kind": receptors.kind,
            "building": receptors.building,
            "floor": [str(f) if f else "" for f in receptors.floor.tolist()],
            "facade_deg": receptors.facade_deg.round(1),
            "flat": receptors.flat,
            "planned": np.where(receptors.planned, "yes", "no"),
            "people": receptors.people.round(6),
        }
    )


def free_place(path: Path, *, overwrite: bool) -> None:
    """Refuse a place that cannot be written to.

    Raises:
        UsageError: the suffix is neither .csv nor .gpkg.
        ExistsError: the file is there and may not be replaced.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--out {path.name}: use {' or '.join(SUFFIXES)}")
    if path.exists() and not overwrite:
        raise ExistsError(f"{path} is there already; add --overwrite to replace it")


def write_receptors(path: Path, receptors: Receptors, crs: str) -> None:
    """Write receptors as CSV, or as points with their height as a GeoPackage, by the suffix.

    Args:
        path: of the file; one that is there is replaced.
        receptors: to write.
        crs: of their places.

    Raises:
        OutputError: it cannot be written.
    """
    table = table_of(receptors)
    try:
        if path.suffix.lower() == ".csv":
            table.to_csv(path, index=False, lineterminator="\n")
            return
        path.unlink(missing_ok=True)
    except OSError as err:
        raise OutputError(f"{path}: cannot be written: {err.strerror or err} -> choose another place") from err
    frame = gpd.GeoDataFrame(
        table.assign(height_m=receptors.height_m.round(3)), geometry=shapely.points(receptors.at_m), crs=crs
    )
    write_vector(path, frame.drop(columns=["x", "y", "z"]), layer="receptors")


def _place(project: Project, field: Field, near: str) -> Where:
    try:
        lon, lat = (float(part) for part in near.split(","))
    except ValueError as err:
        raise UsageError(f"--near {near!r}: write LON,LAT in degrees, for example 76.93,43.25") from err
    forth = Transformer.from_crs(project.body.geographic_crs, field.inputs.grid.crs, always_xy=True)
    x, y = (float(v) for v in forth.transform(lon, lat))
    _, _, inside = (
        field.inputs.grid.index(np.array([x]), np.array([y])) if np.isfinite([x, y]).all() else (0, 0, [False])
    )
    if not inside[0]:
        raise InputError(Fault("--near", f"{near} is not on the map of the project", "longitude first, then latitude"))
    return Where(Point(x, y), near)


def _terrain(field: Field) -> tuple[Any, ...]:
    return tuple(a for a in field.assumed if a.item == "ground height")


def _with_windows(found: Found, windows: Receptors) -> Found:
    """Return what was found with the windows of the same buildings, kinds in order."""
    here = set(found.buildings)
    keep = np.flatnonzero([name in here for name in windows.building])
    return replace(found, receptors=joined((found.receptors, taken(windows, keep))))
