"""Coverage floor by floor, outside the facades: what people in a building, or in one to come, get at their height.

The receivers stand round the outline on its outside, as high as a person at the middle floor of the band. The engine is
asked at that height; where the range of a model ends below it, nothing is known there. Measurements are taken in the
street: what they say of a cell as a whole (its strength, how it falls with distance, where its antenna points) is kept
at every height, what they say of the places around them is not, so the spread is the whole one of the fit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.analysis.cell_levels import CellLevels
from aqdaq.analysis.lower_bound import out_of_range, served_anyway
from aqdaq.analysis.placed import PlacedCell
from aqdaq.analysis.service import probability_of_service
from aqdaq.base.errors import UsageError
from aqdaq.engine.strongest import strongest
from aqdaq.model.building import Building
from aqdaq.model.floors import FloorBand
from aqdaq.model.network import Layer
from aqdaq.pipeline.fuse import cell_levels
from aqdaq.pipeline.guard import threads
from aqdaq.pipeline.inputs import Inputs
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.state import State

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Receivers round a building, evenly along its outline.
FACADE_POINTS: Final = 8
#: How far from the wall a receiver stands, in pixels: farther than half a diagonal, so that the pixel it stands in is
#: not the building's own.
OFF_THE_WALL_PIXELS: Final = 0.75


@dataclass(frozen=True, slots=True)
class _Band:
    """Some floors of a building: its place in the list, the first and last floor, the receiver's height (m), people."""

    building: int
    first: int
    last: int
    height_m: float
    residents: float | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class _Points:
    """Receivers of several buildings at one height.

    Attributes:
        x_m: (n,) easting (m).
        y_m: (n,) northing (m).
        inside: (n,) whether they lie on the grid; elsewhere nothing is predicted.
        free: (n,) whether they stand in the open at their height.
        share: (n,) share of thermally efficient buildings that the map says; NaN where it says nothing.
        begin: (buildings + 1,) where those of each building begin.
    """

    x_m: Float
    y_m: Float
    inside: Mask
    free: Mask
    share: Float
    begin: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _LayerAt:
    """A layer at n points; NaN where unknown, server -1."""

    level_dbm: Float
    sd_db: Float
    server: NDArray[np.int64]
    probability: dict[str, Float]


def floor_coverage(
    state: State, buildings: Sequence[Building], *, band_floors: int = 5, floor_height_m: float = 3.0
) -> tuple[FloorBand, ...]:
    """Return the coverage of buildings floor by floor, whether they stand in ``state`` or not.

    Level and probabilities are means over the receivers round the building that stand in the open at their height; a
    receiver within another building is left out. Where one of the others is unknown, the band is unknown.

    Args:
        state: of a project on a day.
        buildings: in the CRS of the grid; their residents are spread evenly over the floors.
        band_floors: floors that are taken together.
        floor_height_m: of buildings that do not say their floors; the others are as high as their own (m).

    Returns:
        A row for each building, band from the ground up, and layer, in this order.

    Raises:
        UsageError: a band without floors, or a floor without height.
    """
    if band_floors < 1 or not floor_height_m > 0.0:
        raise UsageError(f"bands of {band_floors} floors of {floor_height_m:g} m cannot be")
    person_m, fitted = state.predictor.rx_height_m, cell_levels(state.calibrated)
    bands = [
        band for k, b in enumerate(buildings) for band in _bands(k, b, band_floors, floor_height_m, person_m=person_m)
    ]
    places = [facade_points(b.footprint, state.inputs.surface.grid.resolution_m) for b in buildings]
    rows: dict[_Band, list[FloorBand]] = {}
    with threads(1):  # a few points a site: more threads would mostly wait for each other
        for height_m in sorted({band.height_m for band in bands}):
            rows |= _rows(state, buildings, [b for b in bands if b.height_m == height_m], places, fitted)
    return tuple(row for band in bands for row in rows[band])


def _rows(
    state: State, buildings: Sequence[Building], bands: Sequence[_Band], places: Sequence[Float], fitted: CellLevels
) -> dict[_Band, list[FloorBand]]:
    """Return the rows of bands that are all at the same height."""
    height_m = bands[0].height_m
    points = _points(state.inputs, [(buildings[b.building], places[b.building]) for b in bands], height_m)
    found = _at_height(state, fitted, replace(state.predictor, rx_height_m=height_m), points)
    cells = {layer: [c.id for c in state.inputs.network.cells_of(layer)] for layer in found}
    out = {}
    for n, band in enumerate(bands):
        own = np.arange(points.begin[n], points.begin[n + 1])[points.free[points.begin[n] : points.begin[n + 1]]]
        out[band] = [_row(buildings[band.building], band, layer, at, own, cells[layer]) for layer, at in found.items()]
    return out


def facade_points(footprint: Polygon | MultiPolygon, resolution_m: float) -> Float:
    """Return (n, 2) easting and northing (m) of points round a footprint, outside it and outside its pixels."""
    around = shapely.normalize(footprint.buffer(OFF_THE_WALL_PIXELS * resolution_m, quad_segs=2))
    rings = [part.exterior for part in shapely.get_parts(around)]
    ends = np.cumsum([ring.length for ring in rings])
    along = (np.arange(FACADE_POINTS) + 0.5) * ends[-1] / FACADE_POINTS
    ring = np.searchsorted(ends, along, side="right")
    before = np.concatenate([[0.0], ends])
    points = [rings[r].interpolate(a - before[r]) for r, a in zip(ring.tolist(), along.tolist(), strict=True)]
    return np.array([[p.x, p.y] for p in points])


def floors_of(building: Building, floor_height_m: float) -> tuple[int, float, bool]:
    """Return the number of floors of a building, the height of one (m), and whether they follow from its height."""
    if building.floors is not None and building.floors >= 1:
        return building.floors, building.height_m / building.floors, False
    return max(math.floor(building.height_m / floor_height_m + 0.5), 1), floor_height_m, True


def _bands(k: int, building: Building, band_floors: int, floor_height_m: float, *, person_m: float) -> list[_Band]:
    floors, height_m, assumed = floors_of(building, floor_height_m)
    each = None if building.residents is None else building.residents / floors
    out = []
    for first in range(1, floors + 1, band_floors):
        last = min(first + band_floors - 1, floors)
        middle_m = round((0.5 * (first + last) - 1.0) * height_m + person_m, 3)
        out.append(_Band(k, first, last, middle_m, None if each is None else each * (last - first + 1), assumed))
    return out


def _points(inputs: Inputs, around: Sequence[tuple[Building, Float]], height_m: float) -> _Points:
    at = np.concatenate([places for _, places in around])
    begin = np.concatenate([[0], np.cumsum([len(places) for _, places in around])]).astype(np.int64)
    share = np.concatenate([np.full(len(places), _share(inputs, b.footprint)) for b, places in around])
    _, _, inside = inputs.grid.index(at[:, 0], at[:, 1])
    row, col, _ = inputs.surface.grid.index(at[:, 0], at[:, 1])
    free = inputs.surface.above_ground_m[row, col] <= height_m
    return _Points(at[:, 0], at[:, 1], inside, free, share, begin)


def _share(inputs: Inputs, footprint: Polygon | MultiPolygon) -> float:
    """Return what the map says of how buildings are made at a footprint; NaN where it says nothing."""
    if inputs.entry is None:
        return math.nan
    point = footprint.representative_point()
    row, col, inside = inputs.grid.index(point.x, point.y)
    code = float(inputs.entry.code[row, col])
    return code if inside and code >= 0.0 else math.nan


def _at_height(state: State, fitted: CellLevels, predictor: Predictor, points: _Points) -> dict[Layer, _LayerAt]:
    """Return each layer at points, all at the height of the predictor's receivers."""
    placed = predictor.placed()
    shape = (len(placed), len(points.x_m))
    mean, sd, lacking = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.bool_)
    for site in predictor.network.sites:
        here = [i for i, p in enumerate(placed) if p.cell.site_id == site.id]
        cells, azimuths = [placed[i].cell for i in here], [placed[i].grid_azimuth_deg for i in here]
        found = predictor.predicted(site, cells, azimuths, points.x_m, points.y_m, mode="exact")
        lacking[here] = out_of_range(found.reason)
        for i, level in zip(here, found.level_dbm.astype(np.float64), strict=True):
            known = np.isfinite(level) & points.inside
            figures = fitted.trend_levels(placed[i].index, points.x_m[known], points.y_m[known], level[known])
            mean[i, known], sd[i, known] = figures
    out = {}
    for layer in state.inputs.network.layers():
        own = np.array([i for i, p in enumerate(placed) if p.cell.layer == layer])
        cells_of_layer = [placed[i] for i in own]
        out[layer] = _layer(state.inputs, layer, cells_of_layer, (mean[own], sd[own], lacking[own]), fitted, points)
    return out


def _layer(
    inputs: Inputs,
    layer: Layer,
    cells: Sequence[PlacedCell],
    figures: tuple[Float, Float, Mask],
    fitted: CellLevels,
    points: _Points,
) -> _LayerAt:
    mean, sd, lacking = figures
    n = mean.shape[1]
    judging = [d for d in inputs.definitions if d.judges(layer)]
    bounds = np.array([d.threshold_dbm[layer.technology] for d in judging if d.plain], dtype=np.float64)
    begin = np.arange(n + 1, dtype=np.int64) * len(cells)
    levels, spreads = (np.ascontiguousarray(v.T).reshape(-1) for v in (mean, sd * fitted.best_factor))
    level, spread, below = strongest(begin, levels, spreads, fitted.together, bounds)
    ordered = np.where(np.isfinite(mean), mean, -np.inf)
    server = np.where(np.isfinite(ordered.max(axis=0)), ordered.argmax(axis=0), -1)
    frequency = np.array([*(p.cell.frequency_mhz for p in cells), np.nan])[server]
    probability: dict[str, Float] = {}
    plain = 0
    for d in judging:
        if d.plain:
            probability[d.id], plain = 1.0 - below[:, plain], plain + 1
            continue
        stated = d.efficient_share or 0.0
        share = np.where(np.isnan(points.share), stated, points.share) if d.environment == "indoor" else None
        p = probability_of_service(d, layer.technology, level, spread, frequency_mhz=frequency, efficient_share=share)
        probability[d.id] = p.astype(np.float64)
    short = {key: p.astype(np.float32) for key, p in probability.items()}
    gone = lacking.any(axis=0) & ~served_anyway(judging, short, (n,))  # as on the map: the others are a lower bound
    for array in (level, spread, *probability.values()):
        array[gone] = np.nan
    return _LayerAt(level, spread, np.where(gone, -1, server), probability)


def _row(
    building: Building, band: _Band, layer: Layer, at: _LayerAt, own: NDArray[np.int64], cells: Sequence[str]
) -> FloorBand:
    """Return the means over the receivers of a building; unknown where one of them is, or none stands in the open."""
    server = at.server[own]
    known = len(own) > 0 and bool((server >= 0).all())
    most = int(np.bincount(server).argmax()) if known else -1
    return FloorBand(
        building=building.id,
        first_floor=band.first,
        last_floor=band.last,
        height_m=band.height_m,
        layer=str(layer),
        level_dbm=float(at.level_dbm[own].mean()) if known else None,
        sd_db=float(np.sqrt((at.sd_db[own] ** 2).mean())) if known else None,
        cell=cells[most] if known else None,
        probability={key: _mean(p[own]) for key, p in at.probability.items()},
        residents=band.residents,
        assumed=band.assumed,
    )


def _mean(probability: Float) -> float | None:
    """Return the mean of (n,) probabilities; None where there is none, or one is unknown."""
    mean = float(probability.mean()) if len(probability) else math.nan
    return mean if math.isfinite(mean) else None
