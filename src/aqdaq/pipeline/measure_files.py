"""The files of a plan of measurements: GPX for a navigation device, GeoJSON for a map, JSON for everything else."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import LineString, Point

from aqdaq.base.errors import ExistsError, OutputError
from aqdaq.io.gpx import Gpx, GpxPoint, write_gpx
from aqdaq.io.vector import write_vector
from aqdaq.pipeline.measure_plan import MeasurePlan
from aqdaq.pipeline.outputs import write_json

Array = NDArray[np.float64]

#: Names of the files.
FILES: Final = ("measure.gpx", "measure.geojson", "measure.json")


def claim(folder: Path, *, overwrite: bool) -> None:
    """Refuse to replace a file.

    Raises:
        ExistsError: one of the files is there already, or the folder is a file.
    """
    there = [name for name in FILES if (folder / name).exists()]
    if there and not overwrite:
        raise ExistsError(f"{folder / there[0]} is there already; add --overwrite to replace it")
    if folder.exists() and not folder.is_dir():
        raise ExistsError(f"{folder} is a file: give a folder")


def write_plan(plan: MeasurePlan, folder: Path) -> tuple[Path, ...]:
    """Write the files of a plan into a folder, made when it is not there; the same plan is the same bytes.

    Raises:
        OutputError: a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise OutputError(f"{folder}: cannot be made: {err.strerror} -> choose another folder") from err
    write_gpx(folder / FILES[0], _gpx(plan))
    write_vector(folder / FILES[1], _frame(plan))
    try:
        write_json(folder / FILES[2], summary(plan))
    except OSError as err:
        raise OutputError(f"{folder / FILES[2]}: cannot be written: {err.strerror}") from err
    return tuple(folder / name for name in FILES)


def summary(plan: MeasurePlan) -> dict[str, Any]:
    """Return the plan as JSON: figures first, then the legs or points in their order."""
    lon, lat = _degrees(plan, np.array([[p.x_m, p.y_m] for p in plan.points]).reshape(-1, 2))
    return {
        "kind": plan.kind,
        "run": plan.run_id,
        "date": plan.date.isoformat(),
        "synthetic": plan.synthetic,
        "definition": plan.definition,
        "unit": plan.unit,
        "misclassified_before": round(plan.before, 2),
        "misclassified_after": round(plan.before - plan.gain, 2),
        "gain": round(plan.gain, 2),
        "layers": [{"layer": g.layer, "before": round(g.before, 2), "after": round(g.after, 2)} for g in plan.layers],
        "length_km": round(plan.length_m / 1e3, 3),
        "stop": plan.stop,
        "next_gain": None if plan.next_gain is None else round(plan.next_gain, 2),
        "field": {key: round(v, 3) if isinstance(v, float) else v for key, v in asdict(plan.spread).items()},
        "notes": list(plan.notes),
        "legs": [
            {
                "street": leg.street,
                "from_km": round(leg.from_m / 1e3, 3),
                "to_km": round((leg.from_m + leg.length_m) / 1e3, 3),
                "gain": round(leg.gain, 2),
            }
            for leg in plan.legs
        ],
        "points": [
            {"lon": round(float(x), 7), "lat": round(float(y), 7), "rank": p.rank, "gain": round(p.gain, 2)}
            for p, x, y in zip(plan.points, lon, lat, strict=True)
        ],
    }


def track_xy_m(plan: MeasurePlan) -> Array:
    """Return (n, 2) the bends of the drive from its beginning to its end, in the CRS of the grid (m)."""
    if not plan.legs:
        return np.zeros((0, 2))
    rest = [leg.xy_m[1:] for leg in plan.legs]
    return np.concatenate([plan.legs[0].xy_m[:1], *rest])


def _frame(plan: MeasurePlan) -> gpd.GeoDataFrame:
    """Return the whole drive, its legs and the points as features."""
    rows: list[dict[str, Any]] = []
    shapes: list[LineString | Point] = []
    whole = {"definition": plan.definition, "unit": plan.unit, "synthetic": plan.synthetic}
    if plan.legs:
        km = {"from_km": 0.0, "to_km": round(plan.length_m / 1e3, 3)}
        rows.append({"kind": "route", "rank": 0, "name": "", **km, "gain": round(plan.gain, 2), **whole})
        shapes.append(LineString(track_xy_m(plan)))
    for number, leg in enumerate(plan.legs, start=1):
        km = {"from_km": round(leg.from_m / 1e3, 3), "to_km": round((leg.from_m + leg.length_m) / 1e3, 3)}
        rows.append({"kind": "leg", "rank": number, "name": leg.street, **km, "gain": round(leg.gain, 2), **whole})
        shapes.append(LineString(leg.xy_m))
    for point in plan.points:
        own = {"from_km": None, "to_km": None, "gain": round(point.gain, 2)}
        rows.append({"kind": "point", "rank": point.rank, "name": f"P{point.rank}", **own, **whole})
        shapes.append(Point(point.x_m, point.y_m))
    columns = ["kind", "rank", "name", "from_km", "to_km", "gain", *whole]
    return gpd.GeoDataFrame(rows, columns=columns, geometry=np.array(shapes, dtype=object), crs=plan.crs)


def _gpx(plan: MeasurePlan) -> Gpx:
    mark = "SYNTHETIC: " if plan.synthetic else ""
    counted = "people" if plan.unit == "people" else plan.unit
    name = f"{mark}where to measure next"
    text = f"{mark}{plan.definition}: {plan.gain:.0f} of {plan.before:.0f} {counted} misclassified to be expected fewer"
    if plan.kind == "points":
        lon, lat = _degrees(plan, np.array([[p.x_m, p.y_m] for p in plan.points]).reshape(-1, 2))
        points = [
            GpxPoint(float(x), float(y), f"P{p.rank}", f"{p.gain:.0f} {counted}")
            for p, x, y in zip(plan.points, lon, lat, strict=True)
        ]
        return Gpx(name, text, waypoints=points)
    track = track_xy_m(plan)
    lon, lat = _degrees(plan, track)
    bends = [GpxPoint(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]
    ends = [
        GpxPoint(b.lon_deg, b.lat_deg, said) for b, said in zip(bends[:1] + bends[-1:], ("start", "end"), strict=False)
    ]
    return Gpx(name, text, waypoints=ends, route=_turns(plan), track=bends)


def _turns(plan: MeasurePlan) -> list[GpxPoint]:
    """Return the beginning, every place where the street changes, and the end."""
    if not plan.legs:
        return []
    places, names = [], []
    for before, leg in zip((None, *plan.legs[:-1]), plan.legs, strict=True):
        back = before is not None and shapely.equals(LineString(before.xy_m), LineString(leg.xy_m))
        if before is None or before.street != leg.street or back or not leg.street:
            places.append(leg.xy_m[0])
            names.append(leg.street)
    places.append(plan.legs[-1].xy_m[-1])
    lon, lat = _degrees(plan, np.array(places))
    return [GpxPoint(float(x), float(y), name) for x, y, name in zip(lon, lat, [*names, ""], strict=True)]


def _degrees(plan: MeasurePlan, xy_m: Array) -> tuple[Array, Array]:
    """Return longitude and latitude (deg) of (n, 2) places (m)."""
    transformer = Transformer.from_crs(plan.crs, plan.geographic_crs, always_xy=True)
    lon, lat = transformer.transform(xy_m[:, 0], xy_m[:, 1])
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
