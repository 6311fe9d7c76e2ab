"""The one grid type: a projected metric CRS, north-up square pixels, a shape."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from affine import Affine
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from aqdaq.base.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of pixels: rows ``row0 <= r < row1``, columns ``col0 <= c < col1``."""

    row0: int
    row1: int
    col0: int
    col1: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the window."""
        return (self.row1 - self.row0, self.col1 - self.col0)

    @property
    def slices(self) -> tuple[slice, slice]:
        """The window as an index into an array on the grid."""
        return (slice(self.row0, self.row1), slice(self.col0, self.col1))

    @property
    def empty(self) -> bool:
        """Whether the window holds no pixel."""
        return self.row1 <= self.row0 or self.col1 <= self.col0


@dataclass(frozen=True, slots=True)
class Grid:
    """Where every result raster of a project lies. Row 0 is the northern edge.

    Attributes:
        crs: a projected CRS in metres, as ``"EPSG:32643"`` or WKT.
        x_min_m: western edge (m).
        y_max_m: northern edge (m).
        resolution_m: side of a pixel (m).
        rows: number of rows.
        cols: number of columns.
    """

    crs: str
    x_min_m: float
    y_max_m: float
    resolution_m: float
    rows: int
    cols: int

    def __post_init__(self) -> None:
        """Refuse a geographic or foot CRS, and an empty shape.

        Raises:
            InputError: the CRS is unknown or not metric, or the shape is empty.
        """
        check_metric_crs(self.crs, "grid")
        if not (self.resolution_m > 0 and self.rows > 0 and self.cols > 0):
            raise InputError(
                Fault(
                    "grid",
                    f"{self.rows} x {self.cols} pixels of {self.resolution_m} m",
                    "give a positive extent",
                )
            )

    @classmethod
    def from_bounds(cls, crs: str, bounds_m: tuple[float, float, float, float], resolution_m: float) -> Self:
        """Return the smallest grid aligned to multiples of ``resolution_m`` that holds ``bounds_m``.

        Args:
            crs: projected metric CRS.
            bounds_m: x_min, y_min, x_max, y_max (m).
            resolution_m: side of a pixel (m).
        """
        x_min, y_min, x_max, y_max = bounds_m
        col0, row_top = math.floor(x_min / resolution_m + 1e-9), math.ceil(y_max / resolution_m - 1e-9)
        cols = math.ceil(x_max / resolution_m - 1e-9) - col0
        rows = row_top - math.floor(y_min / resolution_m + 1e-9)
        return cls(crs, col0 * resolution_m, row_top * resolution_m, resolution_m, rows, cols)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self.rows, self.cols)

    @property
    def transform(self) -> Affine:
        """Affine from (column, row) corners to (x, y) in metres."""
        return Affine(self.resolution_m, 0.0, self.x_min_m, 0.0, -self.resolution_m, self.y_max_m)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """x_min, y_min, x_max, y_max (m)."""
        return (
            self.x_min_m,
            self.y_max_m - self.rows * self.resolution_m,
            self.x_min_m + self.cols * self.resolution_m,
            self.y_max_m,
        )

    @property
    def pixel_area_m2(self) -> float:
        """Area of one pixel (m2)."""
        return self.resolution_m**2

    def fractional(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (row, column) in pixel units with pixel centres at whole numbers."""
        row = (self.y_max_m - np.asarray(y_m, dtype=np.float64)) / self.resolution_m - 0.5
        col = (np.asarray(x_m, dtype=np.float64) - self.x_min_m) / self.resolution_m - 0.5
        return row, col

    def index(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Return row, column and whether the point lies on the grid; outside ones are clipped."""
        row_f, col_f = self.fractional(x_m, y_m)
        row = np.floor(row_f + 0.5)
        col = np.floor(col_f + 0.5)
        inside = (row >= 0) & (row < self.rows) & (col >= 0) & (col < self.cols)
        row = np.clip(np.nan_to_num(row, nan=0.0), 0, self.rows - 1)
        col = np.clip(np.nan_to_num(col, nan=0.0), 0, self.cols - 1)
        return row.astype(np.int64), col.astype(np.int64), inside

    def centres(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x of the columns and y of the rows, at pixel centres (m)."""
        x = self.x_min_m + (np.arange(self.cols, dtype=np.float64) + 0.5) * self.resolution_m
        y = self.y_max_m - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.resolution_m
        return x, y

    def window_around(self, x_m: float, y_m: float, radius_m: float) -> Window:
        """Return the pixels whose centres can lie within ``radius_m`` of a point, clipped to the grid."""
        row, col = (float(v) for v in self.fractional(x_m, y_m))
        reach = radius_m / self.resolution_m
        return Window(
            min(max(math.ceil(row - reach), 0), self.rows),
            max(min(math.floor(row + reach) + 1, self.rows), 0),
            min(max(math.ceil(col - reach), 0), self.cols),
            max(min(math.floor(col + reach) + 1, self.cols), 0),
        )


def check_metric_crs(crs: str, where: str) -> CRS:
    """Return the CRS when it is projected and in metres.

    Raises:
        InputError: it cannot be read, is geographic, or uses another unit.
    """
    try:
        parsed = CRS.from_user_input(crs)
    except CRSError as err:
        raise InputError(Fault(where, f"CRS {crs!r} is not known", "give an EPSG code such as EPSG:32643")) from err
    if not parsed.is_projected:
        raise InputError(
            Fault(
                where,
                f"CRS {crs!r} is geographic (degrees), metres are needed",
                "use a projected CRS, e.g. UTM",
            )
        )
    units = {axis.unit_name for axis in parsed.axis_info[:2]}
    if not units <= {"metre", "meter"}:
        raise InputError(Fault(where, f"CRS {crs!r} is in {', '.join(sorted(units))}", "use a CRS in metres"))
    return parsed
