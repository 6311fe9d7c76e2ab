"""The files of a forecast: JSON for programs, tables, outlines, and one page for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from aqdaq import __version__
from aqdaq.base.errors import ExistsError, OutputError
from aqdaq.base.settings import settings
from aqdaq.io.vector import write_vector
from aqdaq.model.foresight import Foresight, SpotChange
from aqdaq.pipeline.foresee import Forecast, predicted
from aqdaq.pipeline.outputs import versions, write_json
from aqdaq.report import foresee_rows as rows
from aqdaq.report.foresee_content import ForeseeContent
from aqdaq.report.foresee_page import foresee_html
from aqdaq.report.texts import Texts

_TABLES: Final[dict[str, Callable[[Foresight], pd.DataFrame]]] = {
    "timeline.csv": rows.timeline,
    "layers.csv": rows.layers,
    "changes.csv": rows.changes,
    "floors.csv": rows.floors,
    "mass.csv": rows.mass,
}
#: Names of the files.
FILES: Final = ("foresee.json", *_TABLES, "changes.gpkg", "index.html")


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


def write_forecast(forecast: Forecast, folder: Path) -> tuple[Path, ...]:
    """Write the files of a forecast into a folder, made when it is not there; the same forecast is the same bytes.

    Raises:
        OutputError: a file cannot be written.
        UsageError: there are no texts in the language of the project.
    """
    config, found = forecast.project.config, forecast.foresight
    page = foresee_html(_content(forecast), Texts(config.project.language or settings().language))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "foresee.json", summary(forecast))
        for name, table in _TABLES.items():
            frame = table(found)
            if config.project.synthetic:
                frame = frame.assign(synthetic=True)
            frame.to_csv(folder / name, index=False, lineterminator="\n")
        (folder / "changes.gpkg").unlink(missing_ok=True)  # a GeoPackage that is there keeps its other layers
        for layer, shapes in _layers(forecast).items():
            write_vector(folder / "changes.gpkg", shapes, layer=layer)
        (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")
    except OSError as err:
        if isinstance(err, OutputError):
            raise
        raise OutputError(f"{folder}: cannot be written: {err.strerror or err}") from err
    return tuple(folder / name for name in FILES)


def summary(forecast: Forecast) -> dict[str, Any]:
    """Return the forecast as JSON: what was asked, and all figures but the outlines."""
    found, config = forecast.foresight, forecast.project.config
    return {
        "project": config.project.name,
        "synthetic": config.project.synthetic,
        "scenario": found.name or None,
        "versions": versions(),
        "inputs_sha256": forecast.project.input_checksums(),
        "dates": [day.isoformat() for day in found.dates],
        "dates_left_out": [day.isoformat() for day in found.skipped],
        "layers": list(found.layers),
        "definitions": [
            {"id": d.id, "title": d.title, "probability": d.bound, "verified": d.verified, "source": d.source}
            for d in predicted(forecast.inputs)
        ],
        "developments": [
            {
                "id": d.id, "name": d.name, "phase": d.phase, "start": d.start.isoformat(), "end": d.end.isoformat(),
                "height_m": d.height_m, "floors": d.floors, "residents": d.residents, "replaces": list(d.replaces),
                "assumed": sorted(d.assumed),
            }
            for d in forecast.developments
        ],
        "figures": [_plain(asdict(f)) for f in found.figures],
        "layer_figures": [_plain(asdict(f)) for f in found.layer_figures],
        "changes": [_change(c) for c in found.changes],
        "floors": [_plain({"date": f.date, "state": f.state, **asdict(f.band)}) for f in found.floors],
        "shadows": [_plain(asdict(s)) for s in found.shadows],
        "exposure": [{**_plain(asdict(e)), "assumed": True, "screening_only": True} for e in found.exposure],
        "roofs": [_plain(asdict(r)) for r in found.roofs],
        "notes": list(found.notes),
    }  # fmt: skip


def _change(change: SpotChange) -> dict[str, Any]:
    own = {name: getattr(change, name) for name in SpotChange.__slots__ if name not in ("geometry", "worse")}
    causes = None if change.causes is None else [asdict(c) for c in change.causes]
    row: dict[str, Any] = _plain({**own, "layers": [asdict(c) for c in change.layers], "causes": causes})
    return row


def _plain(value: Any) -> Any:
    """Return dates as text, tuples as lists, figures to a ten-thousandth."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 4) + 0.0
    return value.isoformat() if hasattr(value, "isoformat") else value


def _content(forecast: Forecast) -> ForeseeContent:
    config = forecast.project.config
    return ForeseeContent(
        project=config.project.name,
        synthetic=config.project.synthetic,
        version=__version__,
        grid=forecast.inputs.grid,
        definitions=predicted(forecast.inputs),
        developments=forecast.developments,
        foresight=forecast.foresight,
        maps=forecast.maps,
    )


def _layers(forecast: Forecast) -> dict[str, gpd.GeoDataFrame]:
    """Return the outlines by layer: changes, white spots of all dates, developments."""
    found, crs = forecast.foresight, forecast.inputs.grid.crs
    synthetic = forecast.project.config.project.synthetic
    changed = rows.changes(found)
    spots = pd.DataFrame(
        [
            {
                "date": day.isoformat(), "id": s.id, "definition": s.definition, "rank": s.rank, "kind": s.kind,
                "area_m2": round(s.area_m2, 1), "people": None if s.people is None else round(s.people, 2),
                "layers": ";".join(d.layer for d in s.layers),
            }
            for day, s in forecast.spots
        ],
        columns=["date", "id", "definition", "rank", "kind", "area_m2", "people", "layers"],
    )  # fmt: skip
    planned = pd.DataFrame(
        [
            {
                "id": d.id, "name": d.name, "phase": d.phase, "start": d.start.isoformat(), "end": d.end.isoformat(),
                "height_m": d.height_m, "residents": d.residents,
            }
            for d in forecast.developments
        ],
        columns=["id", "name", "phase", "start", "end", "height_m", "residents"],
    )  # fmt: skip
    shapes = {
        "changes": (changed, [c.geometry for c in found.changes]),
        "white_spots": (spots, [s.geometry for _, s in forecast.spots]),
        "developments": (planned, [d.footprint for d in forecast.developments]),
    }
    return {
        name: gpd.GeoDataFrame(frame.assign(synthetic=synthetic), geometry=geometry, crs=crs)
        for name, (frame, geometry) in shapes.items()
    }
