"""Where things of a plan lie to each other; metres, in the CRS of the plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

#: Points of a quarter circle: a disc is at most 0.03 % too small.
_QUARTER = 32


def nearest_m(place: BaseGeometry, others: Sequence[BaseGeometry]) -> float | None:
    """Return the distance from a place to the nearest of others (m); None without any."""
    if not others:
        return None
    return float(np.min(shapely.distance(place, np.array(others, dtype=object))))


def share_within(area: BaseGeometry, places: Sequence[BaseGeometry], reach_m: float) -> float:
    """Return the share of an area, 0..1, that lies within ``reach_m`` of at least one place."""
    if area.area <= 0.0 or not places:
        return 0.0
    return 1.0 - min(float(left_over(area, places, reach_m).area / area.area), 1.0)


def left_over(area: BaseGeometry, places: Sequence[BaseGeometry], reach_m: float) -> BaseGeometry:
    """Return the part of an area that lies farther than ``reach_m`` from every place."""
    near = [place for place in places if place.distance(area) <= reach_m]
    if not near:
        return area
    discs = shapely.union_all(shapely.buffer(np.array(near, dtype=object), reach_m, quad_segs=_QUARTER))
    return area.difference(discs)


def lattice(area: BaseGeometry, step_m: float) -> NDArray[np.float64]:
    """Return (n, 2) points of a square lattice inside an area, at whole multiples of ``step_m``; at least one."""
    if area.is_empty:
        return np.zeros((0, 2))
    x_min, y_min, x_max, y_max = area.bounds
    x, y = np.meshgrid(
        np.arange(np.ceil(x_min / step_m), np.floor(x_max / step_m) + 1.0) * step_m,
        np.arange(np.ceil(y_min / step_m), np.floor(y_max / step_m) + 1.0) * step_m,
    )
    xy = np.column_stack([x.ravel(), y.ravel()])
    inside = xy[shapely.contains_xy(area, xy[:, 0], xy[:, 1])] if len(xy) else xy
    if len(inside):
        return inside
    point = area.representative_point()
    return np.array([[point.x, point.y]])


def within(places: Sequence[BaseGeometry], xy_m: NDArray[np.float64], reach_m: float) -> NDArray[np.bool_]:
    """Return (places, n) whether each of (n, 2) points lies within ``reach_m`` of each place, which is a point."""
    out = np.zeros((len(places), len(xy_m)), dtype=np.bool_)
    for row, place in enumerate(places):
        at = place.representative_point()
        out[row] = np.hypot(xy_m[:, 0] - at.x, xy_m[:, 1] - at.y) <= reach_m
    return out


def outline(area: BaseGeometry, step_m: float) -> NDArray[np.float64]:
    """Return (n, 2) points of the outline of an area: its corners, and others at most ``step_m`` apart."""
    return np.asarray(shapely.get_coordinates(area.boundary.segmentize(step_m)), dtype=np.float64).reshape(-1, 2)
