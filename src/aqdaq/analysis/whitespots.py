"""White spots: connected areas below a service definition, with identity, people and rank.

A point fails for a layer when its probability of service is known and below the bound of the definition. A white
spot is an area of such points, connected over sides and corners, that fail for at least one layer. Unknown points
never fail. Areas below the definition's minimum are counted apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio.features
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage
from shapely.geometry import MultiPolygon, Point, Polygon, shape
from shapely.ops import unary_union

from aqdaq.model.coverage import Coverage, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.whitespot import LayerDeficit, SmallAreas, WhiteSpot

_EIGHT = np.ones((3, 3), dtype=np.int8)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class WhiteSpotsFound:
    """The white spots of one definition, and what was too small to be one.

    Attributes:
        spots: by rank.
        labels: (rows, cols) int32, rank of the white spot at each pixel, 0 elsewhere.
        small: failing areas below the minimum area.
    """

    spots: tuple[WhiteSpot, ...]
    labels: NDArray[np.int32]
    small: SmallAreas


def find_white_spots(
    definition: ServiceDefinition,
    coverage: Sequence[Coverage],
    *,
    people: NDArray[np.float32] | None,
    districts: gpd.GeoDataFrame | None,
    geographic_crs: str,
    loss_db: Mapping[str, float] | None = None,
) -> WhiteSpotsFound:
    """Find, measure and rank the white spots of one definition.

    Args:
        definition: the bound and the minimum area.
        coverage: layers; those that the definition does not judge are ignored.
        people: (rows, cols) persons per pixel, or None where nobody knows: then area ranks.
        districts: polygons with a column ``name`` in the CRS of the grid, or None.
        geographic_crs: for the longitude and latitude of a point inside.
        loss_db: median entry loss (dB) by layer name, for the deficits; without it the constant of the definition.
    """
    judged = [c for c in coverage if definition.id in c.probability]
    if not judged:
        shape_ = coverage[0].grid.shape if coverage else (0, 0)
        return WhiteSpotsFound(
            (), np.zeros(shape_, dtype=np.int32), SmallAreas(0, 0.0, None if people is None else 0.0)
        )
    grid = judged[0].grid
    fails = {str(c.layer): failing(c, definition) for c in judged}
    total = failing_for_all(judged, fails)
    labels, count = ndimage.label(np.logical_or.reduce(list(fails.values())), structure=_EIGHT)
    area = np.bincount(labels.ravel(), minlength=count + 1) * grid.pixel_area_m2
    large = area >= max(definition.minimum_area_m2, grid.pixel_area_m2)
    large[0] = False
    small = ~large[labels] & (labels > 0)
    shapes = outlines(np.where(large[labels], labels, 0).astype(np.int32), grid)
    to_degrees = Transformer.from_crs(grid.crs, geographic_crs, always_xy=True)
    windows = {
        index: window
        for index, window in enumerate(ndimage.find_objects(labels), start=1)
        if window is not None and large[index]
    }
    deficits, measured = _deficits(definition, judged, fails, people, labels, windows, loss_db or {})
    spots = []
    for index, window in windows.items():
        inside = labels[window] == index
        spot = _describe(definition, deficits[index], measured, total, people, window, inside, grid)
        spots.append((index, _place(spot, shapes[index], grid, to_degrees, districts)))
    spots.sort(key=lambda pair: _order(pair[1]))
    rank_of = np.zeros(count + 1, dtype=np.int32)
    for rank, (index, _) in enumerate(spots, start=1):
        rank_of[index] = rank
    return WhiteSpotsFound(
        tuple(replace(spot, rank=rank) for rank, (_, spot) in enumerate(spots, start=1)),
        rank_of[labels],
        SmallAreas(
            int(count - large.sum()),
            float(small.sum() * grid.pixel_area_m2),
            None if people is None else float(people[small].sum(dtype=np.float64)),
        ),
    )


def failing(coverage: Coverage, definition: ServiceDefinition) -> Mask:
    """Return where a layer is known not to reach the definition."""
    known = coverage.evidence != Evidence.UNKNOWN
    below: Mask = known & (coverage.probability[definition.id] < np.float32(definition.bound))
    return below


def failing_for_all(coverage: Sequence[Coverage], fails: Mapping[str, Mask]) -> Mask:
    """Return where every operator fails: an operator is saved by any one of its judged layers."""
    by_operator: dict[str, list[Mask]] = {}
    for c in coverage:
        by_operator.setdefault(c.layer.operator, []).append(fails[str(c.layer)])
    result: Mask = np.logical_and.reduce([np.logical_and.reduce(masks) for masks in by_operator.values()])
    return result


def kind_of(area_m2: float, total_area_m2: float, minimum_m2: float) -> str:
    """Return what a white spot is by the part of it where no operator serves.

    ``total``: more than half of it. ``mixed``: less, but a part that is large enough for a white spot of its own.
    ``partial``: smaller or none.
    """
    if 2.0 * total_area_m2 > area_m2:
        return "total"
    return "mixed" if total_area_m2 >= minimum_m2 else "partial"


def _deficits(
    definition: ServiceDefinition,
    coverage: Sequence[Coverage],
    fails: Mapping[str, Mask],
    people: NDArray[np.float32] | None,
    labels: NDArray[np.integer],
    windows: Mapping[int, tuple[slice, ...]],
    loss_db: Mapping[str, float],
) -> tuple[dict[int, list[LayerDeficit]], Mask]:
    """Return per white spot what its layers lack, and where any layer was measured to fail; one layer at a time."""
    found: dict[int, list[LayerDeficit]] = {index: [] for index in windows}
    measured = np.zeros(labels.shape, dtype=np.bool_)
    for c in coverage:
        failed = fails[str(c.layer)]
        measured |= failed & (c.evidence == Evidence.MEASURED)
        mean_dbm, probability = c.mean_dbm, c.probability[definition.id]
        needed = definition.threshold_dbm[c.layer.technology] + loss_db.get(str(c.layer), definition.entry_loss_db)
        for index, window in windows.items():
            here = (labels[window] == index) & failed[window]
            if here.any():
                part = (mean_dbm[window][here], probability[window][here])
                found[index].append(_deficit(needed, c, part, _persons(people, window, here)))
        del mean_dbm, probability  # before those of the next layer come
    return found, measured


def _describe(
    definition: ServiceDefinition,
    layers: Sequence[LayerDeficit],
    measured: Mask,
    total: Mask,
    people: NDArray[np.float32] | None,
    window: tuple[slice, ...],
    inside: Mask,
    grid: Grid,
) -> WhiteSpot:
    """Return a white spot with all figures but its place and rank."""
    none_serves = inside & total[window]
    total_area = float(none_serves.sum() * grid.pixel_area_m2)
    area = float(inside.sum() * grid.pixel_area_m2)
    return WhiteSpot(
        id="",
        definition=definition.id,
        rank=0,
        ranked_by="area" if people is None else "people",
        geometry=Polygon(),
        lon_deg=0.0,
        lat_deg=0.0,
        area_m2=area,
        total_area_m2=total_area,
        people=_persons(people, window, inside),
        total_people=_persons(people, window, none_serves),
        kind=kind_of(area, total_area, max(definition.minimum_area_m2, grid.pixel_area_m2)),
        layers=tuple(layers),
        measured_share=float((measured[window] & inside).sum() / inside.sum()),
    )


def _deficit(
    needed_dbm: float,
    coverage: Coverage,
    part: tuple[NDArray[np.float32], NDArray[np.float32]],
    people: float | None,
) -> LayerDeficit:
    """Return what a layer lacks from its (n,) levels (dBm) and probabilities in a white spot."""
    mean = float(part[0].mean(dtype=np.float64))
    return LayerDeficit(
        layer=str(coverage.layer),
        area_m2=float(len(part[0]) * coverage.grid.pixel_area_m2),
        people=people,
        mean_dbm=mean,
        deficit_db=needed_dbm - mean,
        probability=float(part[1].mean(dtype=np.float64)),
    )


def _persons(people: NDArray[np.float32] | None, window: tuple[slice, ...], where: Mask) -> float | None:
    return None if people is None else float(people[window][where].sum(dtype=np.float64))


def _place(
    spot: WhiteSpot,
    outline: Polygon | MultiPolygon,
    grid: Grid,
    to_degrees: Transformer,
    districts: gpd.GeoDataFrame | None,
) -> WhiteSpot:
    """Return the white spot with outline, coordinates, district and identity.

    The identity is made of the definition and the pixel of a point inside, so the same place under the same
    definition gets the same name in the next run; the register matches places that have moved.
    """
    point: Point = outline.representative_point()
    row, col, _ = grid.index(point.x, point.y)
    name = f"{spot.definition}|{grid.crs}|{grid.resolution_m:g}|{grid.x_min_m:.0f}|{grid.y_max_m:.0f}|{row}|{col}"
    lon, lat = to_degrees.transform(point.x, point.y)
    return replace(
        spot,
        id="WS-" + hashlib.sha256(name.encode()).hexdigest()[:10],
        geometry=outline,
        lon_deg=round(float(lon), 7),
        lat_deg=round(float(lat), 7),
        district=_district(outline, districts),
    )


def _district(outline: Polygon | MultiPolygon, districts: gpd.GeoDataFrame | None) -> str | None:
    """Return the name of the district that holds the largest part, or None."""
    if districts is None or districts.empty:
        return None
    part = districts.geometry.intersection(outline).area.to_numpy()
    return str(districts["name"].iloc[int(part.argmax())]) if part.max() > 0.0 else None


def outlines(labels: NDArray[np.int32], grid: Grid) -> dict[int, Polygon | MultiPolygon]:
    """Return the outline of each label, its pixels exactly: pieces joined at corners make a MultiPolygon."""
    pieces: dict[int, list[Any]] = {}
    for geometry, value in rasterio.features.shapes(labels, mask=labels > 0, connectivity=4, transform=grid.transform):
        pieces.setdefault(int(value), []).append(shape(geometry))
    joined: dict[int, Polygon | MultiPolygon] = {}
    for key, parts in pieces.items():
        outline: Any = parts[0] if len(parts) == 1 else unary_union(parts)
        joined[key] = outline
    return joined


def _order(spot: WhiteSpot) -> tuple[float, float, str]:
    return (-(spot.people if spot.people is not None else 0.0), -spot.area_m2, spot.id)
