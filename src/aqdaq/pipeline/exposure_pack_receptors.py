"""The receptors of the neighbourhood of a candidate, with the side of the house that each given window looks to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point

from aqdaq.model.receptor import Receptors
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_receptors import Around, Where, receptors_around
from aqdaq.pipeline.project import Project

#: A window nearer to its wall than this has no side (m).
_LEAST_M = 0.05


def neighbourhood(project: Project, field: Field, site: str, place_m: tuple[float, float], within_m: float) -> Around:
    """Return the receptors around a place.

    Args:
        project: opened.
        field: of the project on the day.
        site: id, for messages.
        place_m: x and y (m).
        within_m: distance from it (m).

    Raises:
        InputError: no building stands there, or the table of windows is wrong.
    """
    around = receptors_around(project, field, Where(Point(place_m), f"site {site}"), within_m)
    outlines = {b.id: b.footprint.boundary for b in field.inputs.buildings}
    sides = with_sides(around.found.receptors, outlines)
    return replace(around, found=replace(around.found, receptors=sides))


def with_sides(receptors: Receptors, outlines: Mapping[str, shapely.Geometry]) -> Receptors:
    """Return receptors of which those before a wall know its direction, away from the nearest place of the outline.

    Args:
        receptors: any.
        outlines: of buildings by id.
    """
    turned = np.isin(receptors.kind, ("window", "balcony")) & np.isnan(receptors.facade_deg)
    facing: NDArray[np.float64] = receptors.facade_deg.copy()
    for i in np.flatnonzero(turned).tolist():
        outline = outlines.get(receptors.building[i])
        if outline is None:
            continue
        place = Point(receptors.at_m[i, :2])
        near, there = shapely.get_coordinates(shapely.shortest_line(outline, place))
        dx, dy = there - near
        if np.hypot(dx, dy) > _LEAST_M:
            facing[i] = np.degrees(np.arctan2(dx, dy)) % 360.0
    return replace(receptors, facade_deg=facing)
