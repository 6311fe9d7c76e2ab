"""Where a drawing lies and how long its unit is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import ezdxf
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from aqdaq.io.plan_mapping import PlanMapping

#: Metres in the units that ``$INSUNITS`` numbers.
UNITS_M: Final[dict[int, tuple[str, float]]] = {
    1: ("inch", 0.0254),
    2: ("foot", 0.3048),
    4: ("millimetre", 0.001),
    5: ("centimetre", 0.01),
    6: ("metre", 1.0),
    7: ("kilometre", 1000.0),
    10: ("yard", 0.9144),
    14: ("decimetre", 0.1),
    21: ("US survey foot", 1200.0 / 3937.0),
}


@dataclass(frozen=True, slots=True)
class DrawingPlace:
    """How coordinates of a drawing are brought to a CRS.

    Attributes:
        crs: that the drawing says; None: it says none.
        factor: what coordinates are multiplied with.
        matrix: (a, b, c, d, e, f) of the drawing's own place, ``x' = a x + b y + c``; None: it has none.
        unit_m: metres in one unit of the drawing, for its heights.
        notes: what is to be known of it.
    """

    crs: CRS | None
    factor: float
    matrix: tuple[float, float, float, float, float, float] | None
    unit_m: float
    notes: tuple[str, ...] = ()

    def bring(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in the CRS, or in the units that control points expect."""
        if self.matrix is not None:
            a, b, c, d, e, f = self.matrix
            return shapely.transform(
                shape, lambda p: np.column_stack([a * p[:, 0] + b * p[:, 1] + c, d * p[:, 0] + e * p[:, 1] + f])
            )
        return shape if self.factor == 1.0 else shapely.transform(shape, lambda p: p * self.factor)


def drawing_place(drawing: Any, mapping: PlanMapping, name: str) -> DrawingPlace:
    """Return where a drawing lies: by the mapping, else by its own geographic location, else nowhere.

    Args:
        drawing: of ezdxf.
        mapping: of the file.
        name: of the file, for notes.
    """
    code = int(drawing.header.get("$INSUNITS", 0))
    word, unit_m = UNITS_M.get(code, ("", 1.0))
    notes = []
    if mapping.unit_m is not None:
        unit_m = mapping.unit_m
    elif not word:
        notes.append(f"{name}: the drawing does not say its unit, metres are assumed; unit_m says otherwise")
    elif unit_m != 1.0:
        notes.append(f"{name}: the drawing says that its unit is the {word}; unit_m says otherwise")
    if mapping.control_points:  # they are in the units of the drawing
        return DrawingPlace(None, 1.0, None, unit_m, tuple(notes))
    if mapping.source_crs is not None:
        crs = CRS.from_user_input(mapping.source_crs)
        axis_m = 1.0 if crs.is_geographic or not crs.axis_info else float(crs.axis_info[0].unit_conversion_factor)
        factor = 1.0 if crs.is_geographic else unit_m / axis_m
        return DrawingPlace(None, factor, None, unit_m, tuple(notes))
    own = _own_place(drawing)
    if own is not None:
        notes.append(f"{name}: placed by the geographic location of the drawing, {own[0].name}")
        return DrawingPlace(own[0], 1.0, own[1], unit_m, tuple(notes))
    return DrawingPlace(None, 1.0, None, unit_m, tuple(notes))


def _own_place(drawing: Any) -> tuple[CRS, tuple[float, float, float, float, float, float]] | None:
    """Return CRS and matrix of the geographic location of a drawing; None when it has none that can be read."""
    location = drawing.modelspace().get_geodata()
    if location is None or "<!" in location.coordinate_system_definition:  # no declarations from strangers
        return None
    try:
        matrix, epsg = location.get_crs_transformation()
        crs = CRS.from_epsg(epsg)
    except (ezdxf.DXFError, ValueError, TypeError):
        return None
    zero, right, up = matrix.transform((0, 0, 0)), matrix.transform((1, 0, 0)), matrix.transform((0, 1, 0))
    return crs, (right.x - zero.x, up.x - zero.x, zero.x, right.y - zero.y, up.y - zero.y, zero.y)
