"""Files of a finished run: white spots as vectors, tables, workbook, manifest."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import rasterio

from aqdaq import __version__
from aqdaq.analysis.overlap import Overlap, same_places
from aqdaq.analysis.whitespots import WhiteSpotsFound
from aqdaq.io.raster import write_cog
from aqdaq.io.vector import write_vector
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.whitespot import WhiteSpot
from aqdaq.pipeline.calibration import Calibrated
from aqdaq.pipeline.hashing import file_sha256
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.predict import ENGINE_VERSION
from aqdaq.pipeline.project import Project
from aqdaq.report.content import ReportContent

#: Libraries whose version can change a figure.
_LIBRARIES = (
    "numpy",
    "scipy",
    "numba",
    "rasterio",
    "pyproj",
    "shapely",
    "geopandas",
    "pyogrio",
    "pandas",
    "matplotlib",
)


def white_spot_frame(
    spots: tuple[WhiteSpot, ...], crs: str, same: Mapping[str, tuple[str, ...]], *, synthetic: bool
) -> gpd.GeoDataFrame:
    """Return white spots as a table with outlines; lists are joined by ``;``."""
    rows = [
        {
            "id": s.id,
            "definition": s.definition,
            "rank": s.rank,
            "ranked_by": s.ranked_by,
            "kind": s.kind,
            "area_m2": round(s.area_m2, 1),
            "total_area_m2": round(s.total_area_m2, 1),
            "people": None if s.people is None else round(s.people, 2),
            "total_people": None if s.total_people is None else round(s.total_people, 2),
            "layers": ";".join(d.layer for d in s.layers),
            "worst_deficit_db": round(max(d.deficit_db for d in s.layers), 2),
            "lowest_probability": round(min(d.probability for d in s.layers), 4),
            "measured_share": round(s.measured_share, 4),
            "district": s.district,
            "lon": s.lon_deg,
            "lat": s.lat_deg,
            "same_place": ";".join(same.get(s.id, ())),
            "synthetic": synthetic,
        }
        for s in spots
    ]
    columns = list(_COLUMNS) if not rows else None
    return gpd.GeoDataFrame(rows, columns=columns, geometry=[s.geometry for s in spots], crs=crs)


_COLUMNS = (
    "id", "definition", "rank", "ranked_by", "kind", "area_m2", "total_area_m2", "people", "total_people", "layers",
    "worst_deficit_db", "lowest_probability", "measured_share", "district", "lon", "lat", "same_place",
    "synthetic",
)  # fmt: skip


def write_white_spots(
    found: Mapping[str, WhiteSpotsFound],
    grid: Grid,
    folder: Path,
    pairs: tuple[Overlap, ...] = (),
    *,
    synthetic: bool,
) -> None:
    """Write the white spots of all definitions as GeoPackage, GeoJSON and CSV, and their ranks as rasters.

    Args:
        found: per definition.
        grid: of the ranks.
        folder: of the run.
        pairs: of definitions; white spots that are the same place name each other.
        synthetic: whether the project is.
    """
    import pandas as pd

    same = same_places(pairs)
    frames = [white_spot_frame(f.spots, grid.crs, same, synthetic=synthetic) for f in found.values()]
    empty = white_spot_frame((), grid.crs, same, synthetic=synthetic)
    filled = [frame for frame in frames if len(frame)] or [empty]
    joined = gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=grid.crs)
    write_vector(folder / "whitespots.gpkg", joined, layer="whitespots")
    write_vector(folder / "whitespots.geojson", joined)
    joined.drop(columns="geometry").to_csv(folder / "whitespots.csv", index=False, lineterminator="\n")
    for key, one in found.items():
        tags = {"DEFINITION": key, **({"SYNTHETIC": "yes"} if synthetic else {})}
        write_cog(folder / "coverage" / f"whitespots_{key}.tif", grid, {"rank": one.labels}, tags=tags, nodata=0)


def copy_coverage(source: Path, target: Path) -> None:
    """Copy the coverage files of the store into a run folder: what a user edits there must not reach the store."""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir()):
        shutil.copyfile(file, target / file.name)


def manifest(
    project: Project, inputs: Inputs, calibrated: Calibrated, content: ReportContent, files: Path
) -> dict[str, Any]:
    """Return what the run was made of and what it made; nothing in it depends on the clock."""
    return {
        "run": content.run_id,
        "date": inputs.surface.date.isoformat(),
        "synthetic": project.config.project.synthetic,
        "versions": versions(),
        "engine": ENGINE_VERSION,
        "models": [asdict(share) for share in content.models],
        "unknown": [asdict(share) for share in content.unknown],
        "seed": project.config.project.seed,
        "config": project.config.model_dump(mode="json"),
        "inputs_sha256": project.input_checksums(),
        "definitions": [_definition(d) for d in inputs.definitions],
        "assumed": [asdict(a) for a in content.assumptions],
        "measurements": {
            "rows_read": inputs.rows_read,
            "rows_used": len(content.measurements),
            "bounds_only": len(content.measurements) - len(content.measurements.levels),
            "without_service": len(inputs.silent),
            "set_aside": _reasons(inputs, calibrated),
        },
        "outputs_sha256": {
            path.relative_to(files).as_posix(): file_sha256(path)
            for path in sorted(files.rglob("*"))
            if path.is_file() and path.name != "manifest.json"
        },
    }


def versions() -> dict[str, str]:
    """Return the versions that can change a figure."""
    found = {"aqdaq": __version__, "python": platform.python_version(), "gdal": rasterio.__gdal_version__}
    return {**found, **{name: version(name) for name in _LIBRARIES}}


def write_json(path: Path, value: Any) -> None:
    """Write JSON for people and machines: sorted, indented, UTF-8."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _definition(definition: ServiceDefinition) -> dict[str, Any]:
    plain = asdict(definition)
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in plain.items()}


def _reasons(inputs: Inputs, calibrated: Calibrated) -> dict[str, int]:
    counts: dict[str, int] = {}
    for aside in (*inputs.set_aside, *calibrated.set_aside):
        counts[aside.reason] = counts.get(aside.reason, 0) + 1
    return dict(sorted(counts.items()))
