"""``aqdaq predict``: level, spread, probability and evidence at given points."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.forecast import BestForecast
from aqdaq.analysis.fusion.conformal import Z95
from aqdaq.analysis.lower_bound import out_of_range, served_anyway
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.service import probability_of_service
from aqdaq.engine.strongest import strongest
from aqdaq.io.points import PointsRead
from aqdaq.model.coverage import Evidence
from aqdaq.model.measurements import SetAside
from aqdaq.model.network import Layer
from aqdaq.pipeline.calibration import Calibrated
from aqdaq.pipeline.fuse import cell_levels, measured_near
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]

#: What a point may ask for instead of a cell: the best server of each layer; a cell that is not there.
BEST, NOT_ON_AIR = -1, -2


@dataclass(frozen=True, slots=True)
class PointPredictions:
    """Predictions at points, a row each point and layer, or each point and cell where a cell was asked for.

    Attributes:
        definitions: ids, one probability column each.
        rows: in the order of the points; JSON-ready, None where unknown.
        set_aside: points that ask for a cell that is not on air; their rows are unknown.
        below_dbm: levels (dBm) below which the level may lie, one probability column each.
    """

    definitions: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    set_aside: tuple[SetAside, ...]
    below_dbm: tuple[float, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return [
            "row",
            "lon",
            "lat",
            "layer",
            "cell",
            "mean_dbm",
            "sd_db",
            "lo90_dbm",
            "hi90_dbm",
            "evidence",
            *(f"p_{d}" for d in self.definitions),
            *(below_name(level) for level in self.below_dbm),
        ]

    def write_csv(self, stream: TextIO) -> None:
        """Write the rows as CSV; unknown figures are empty."""
        writer = csv.DictWriter(stream, fieldnames=self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in self.rows)


def predict_points(
    project: Project,
    inputs: Inputs,
    predictor: Predictor,
    calibrated: Calibrated,
    points: PointsRead,
    reporter: Reporter,
    below_dbm: tuple[float, ...] = (),
) -> PointPredictions:
    """Predict at points.

    Args:
        project: opened.
        inputs: at the date.
        predictor: the engine on the project's surface.
        calibrated: the fit.
        points: longitude, latitude and perhaps the cell.
        reporter: of progress.
        below_dbm: levels (dBm) of which the probability of less is asked, outdoors.
    """
    placed = predictor.placed()
    wanted, aside = _wanted_cells(points, placed)
    forth = Transformer.from_crs(project.body.geographic_crs, inputs.grid.crs, always_xy=True)
    x, y = (np.asarray(v, dtype=np.float64) for v in forth.transform(points.lon, points.lat))
    _, _, inside = inputs.grid.index(x, y)
    inside &= np.isfinite(x) & np.isfinite(y)
    level, lacking = _levels(predictor, placed, x, y, inside, wanted, reporter)
    fitted = cell_levels(calibrated)
    mean, sd = _calibrated(level, placed, fitted, x, y)
    wide = sd * fitted.best_factor
    measured = {layer: _at(measured_near(inputs, layer, calibrated), inputs, x, y) for layer in inputs.network.layers()}
    rows = _rows(
        inputs, placed, wanted, (mean, sd, wide, fitted.together), lacking, measured, points, (x, y), below_dbm
    )
    return PointPredictions(tuple(d.id for d in inputs.definitions), tuple(rows), aside, below_dbm)


def _wanted_cells(points: PointsRead, placed: Sequence[PlacedCell]) -> tuple[NDArray[np.int64], tuple[SetAside, ...]]:
    """Return (n,) index of the cell that each point asks for, and the points that ask for one that is not on air."""
    index = {p.cell.id: i for i, p in enumerate(placed)}
    wanted = [BEST if cell is None else index.get(cell, NOT_ON_AIR) for cell in points.cell]
    aside = tuple(
        SetAside(points.source, int(row) + 1, "unknown cell", str(cell))  # row 1 is the header
        for row, cell, found in zip(points.row, points.cell, wanted, strict=True)
        if found == NOT_ON_AIR
    )
    return np.array(wanted, dtype=np.int64), aside


def _levels(
    predictor: Predictor,
    placed: Sequence[PlacedCell],
    x: Float,
    y: Float,
    inside: NDArray[np.bool_],
    wanted: NDArray[np.int64],
    reporter: Reporter,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return (cells, n) levels by the engine (dBm), NaN where unknown or not asked for, and what is out of range."""
    out = np.full((len(placed), len(x)), np.nan, dtype=np.float32)
    lacking = np.zeros(out.shape, dtype=np.bool_)
    for site in reporter.steps(list(predictor.network.sites), "predict, sites"):
        here = [i for i, p in enumerate(placed) if p.cell.site_id == site.id]
        use = np.flatnonzero(inside & ((wanted == BEST) | np.isin(wanted, here)))
        if len(use) == 0:
            continue
        cells, azimuths = [placed[i].cell for i in here], [placed[i].grid_azimuth_deg for i in here]
        found, place = (
            predictor.predicted(site, cells, azimuths, x[use], y[use], mode="exact"),
            np.ix_(np.array(here), use),
        )
        out[place], lacking[place] = found.level_dbm, out_of_range(found.reason)
    return out, lacking


def _calibrated(
    level: NDArray[np.float32], placed: Sequence[PlacedCell], fitted: CellLevels, x: Float, y: Float
) -> tuple[Float, Float]:
    mean, sd = np.full(level.shape, np.nan), np.full(level.shape, np.nan)
    for i, p in enumerate(placed):
        known = np.isfinite(level[i])
        mean[i, known], sd[i, known] = fitted.levels(p.index, x[known], y[known], level[i, known].astype(np.float64))
    return mean, sd


def _at(raster: NDArray[np.bool_], inputs: Inputs, x: Float, y: Float) -> NDArray[np.bool_]:
    row, col, inside = inputs.grid.index(x, y)
    found: NDArray[np.bool_] = raster[row, col] & inside
    return found


def _rows(
    inputs: Inputs,
    placed: Sequence[PlacedCell],
    wanted: NDArray[np.int64],
    level: tuple[Float, Float, Float, float],
    lacking: NDArray[np.bool_],
    measured: dict[Layer, NDArray[np.bool_]],
    points: PointsRead,
    at: tuple[Float, Float],
    below_dbm: tuple[float, ...],
) -> Iterator[dict[str, Any]]:
    mean, sd, wide, together = level
    layers = inputs.network.layers()
    of_layer = {layer: np.array([i for i, p in enumerate(placed) if p.cell.layer == layer]) for layer in layers}
    judges = {layer: _Judge.of(inputs, layer, at, below_dbm) for layer in layers}
    best = {
        layer: _strongest(mean[own], wide[own], together, judges[layer].bounds_dbm) for layer, own in of_layer.items()
    }
    for n, asked in enumerate(wanted.tolist()):
        where = {"row": int(points.row[n]), "lon": _number(points.lon[n], 7), "lat": _number(points.lat[n], 7)}
        if asked == NOT_ON_AIR:
            yield {**where, **_unknown(inputs, None, below_dbm), "cell": points.cell[n]}
            continue
        for layer in layers if asked == BEST else (placed[asked].cell.layer,):
            bounds = judges[layer].bounds_dbm
            choice = of_layer[layer] if asked == BEST else np.array([asked])
            found = best[layer] if asked == BEST else _strongest(mean[choice], sd[choice], 0.0, bounds)
            figures = _unknown(inputs, layer, below_dbm)
            if np.isfinite(found.mean_dbm[n]):
                server = placed[int(choice[np.nanargmax(mean[choice, n])])].cell
                figures = {
                    "layer": str(layer),
                    "cell": server.id,
                    "mean_dbm": _number(found.mean_dbm[n], 3),
                    "sd_db": _number(found.sd_db[n], 3),
                    "lo90_dbm": _number(found.mean_dbm[n] - Z95 * found.sd_db[n], 3),
                    "hi90_dbm": _number(found.mean_dbm[n] + Z95 * found.sd_db[n], 3),
                    "evidence": (Evidence.MEASURED if measured[layer][n] else Evidence.PREDICTED).word,
                    **judges[layer].served(n, found, server.frequency_mhz),
                }
            if asked == BEST and lacking[choice, n].any():  # as on the map: the best of the others is a lower bound
                figures = _held_back(inputs, layer, figures, below_dbm)
            yield {**where, **figures}


def _strongest(mean: Float, sd: Float, together: float, bounds_dbm: Float) -> BestForecast:
    """Return the best server of (cells, n) levels at n points."""
    cells, n = mean.shape
    begin = np.arange(n + 1, dtype=np.int64) * cells
    levels, spreads = (np.ascontiguousarray(v.T).reshape(-1) for v in (mean, sd))
    return BestForecast(*strongest(begin, levels, spreads, together, bounds_dbm))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Asks the definitions about the points of one layer.

    Attributes:
        inputs: with the definitions.
        layer: that is judged.
        bounds_dbm: thresholds of the definitions that ask for a level outdoors (dBm).
        share: per indoor definition, (n,) share of thermally efficient buildings at the points.
        below_dbm: further levels (dBm); they end ``bounds_dbm``.
    """

    inputs: Inputs
    layer: Layer
    bounds_dbm: Float
    share: dict[str, Any]
    below_dbm: tuple[float, ...]

    @classmethod
    def of(cls, inputs: Inputs, layer: Layer, at: tuple[Float, Float], below_dbm: tuple[float, ...]) -> _Judge:
        """Return the judge of a layer at points of these eastings and northings (m)."""
        asked = [d for d in inputs.definitions if d.judges(layer) and d.plain]
        bounds = np.array([*(d.threshold_dbm[layer.technology] for d in asked), *below_dbm], dtype=np.float64)
        share: dict[str, Any] = {}
        for d in inputs.definitions:
            raster = inputs.entry.share(d) if inputs.entry is not None else None
            if raster is not None:
                row, col, inside = inputs.grid.index(*at)
                share[d.id] = np.where(inside, raster[np.where(inside, row, 0), np.where(inside, col, 0)], np.nan)
        return cls(inputs, layer, bounds, share, below_dbm)

    def served(self, n: int, found: BestForecast, frequency_mhz: float) -> dict[str, float | None]:
        """Return the probability of each definition at point ``n``."""
        out: dict[str, float | None] = {}
        k = 0
        for d in self.inputs.definitions:
            p = None
            if d.judges(self.layer) and d.plain:
                p, k = 1.0 - found.below[n, k], k + 1
            elif d.judges(self.layer):
                share = self.share[d.id][n] if d.id in self.share else None
                p = probability_of_service(
                    d,
                    self.layer.technology,
                    np.asarray(found.mean_dbm[n]),
                    np.asarray(found.sd_db[n]),
                    frequency_mhz=frequency_mhz,
                    efficient_share=share,
                )
            out[f"p_{d.id}"] = _number(p, 5) if p is not None else None
        for level in self.below_dbm:
            out[below_name(level)], k = _number(found.below[n, k], 5), k + 1
        return out


def _held_back(inputs: Inputs, layer: Layer, figures: dict[str, Any], below_dbm: tuple[float, ...]) -> dict[str, Any]:
    """Return the figures of a point where a cell of the layer is out of its model's range."""
    shares = {d.id: figures[f"p_{d.id}"] for d in inputs.definitions if d.judges(layer)}
    probability = {key: np.asarray(np.nan if p is None else p, dtype=np.float32) for key, p in shares.items()}
    if served_anyway(inputs.definitions, probability, ()):
        return {**figures, "cell": None}
    return _unknown(inputs, layer, below_dbm)


def below_name(level_dbm: float) -> str:
    """Return the column of the probability that the level lies below ``level_dbm`` (dBm)."""
    return f"p_below_{level_dbm:g}"


def _unknown(inputs: Inputs, layer: Layer | None, below_dbm: tuple[float, ...]) -> dict[str, Any]:
    """Return the figures of a row of which nothing is known."""
    return {
        "layer": str(layer) if layer is not None else None,
        "cell": None,
        "mean_dbm": None,
        "sd_db": None,
        "lo90_dbm": None,
        "hi90_dbm": None,
        "evidence": Evidence.UNKNOWN.word,
        **{f"p_{d.id}": None for d in inputs.definitions},
        **{below_name(level): None for level in below_dbm},
    }


def _number(value: Any, digits: int) -> float | None:
    number = float(value)
    return round(number, digits) if np.isfinite(number) else None
