"""A cell with what the grid knows of it."""

from __future__ import annotations

from dataclasses import dataclass

from aqdaq.model.network import Cell


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell on the grid.

    Attributes:
        cell: the cell.
        x_m: easting of its site (m).
        y_m: northing of its site (m).
        grid_azimuth_deg: of the boresight, clockwise from grid north (deg).
        index: of the cell in the fit.
    """

    cell: Cell
    x_m: float
    y_m: float
    grid_azimuth_deg: float
    index: int
