"""Where a plan lies: its own CRS, one that somebody names, or control points of a local frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.plan_mapping import PlanMapping

#: Control points that fit worse than this (m) do not describe one and the same frame.
MOST_RESIDUAL_M: Final = 5.0

_LOCAL: Final = (
    'name the system of its coordinates (source_crs = "EPSG:..."), or place it by two control points in a mapping file'
)

Move = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Helmert:
    """A turn, a scale and a shift in the plane, ``z' = factor * z + shift`` with ``z = x + iy``.

    Attributes:
        factor: its size is the metres in one unit of the plan, its angle the turn.
        shift: of the origin (m).
        residual_m: largest distance of a control point from where it is brought to (m).
    """

    factor: complex
    shift: complex
    residual_m: float

    def move(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, 2) points brought to the other frame."""
        there = self.factor * (points[:, 0] + 1j * points[:, 1]) + self.shift
        return np.column_stack([there.real, there.imag])


def helmert(control_points: tuple[tuple[float, float, float, float], ...], where: str) -> Helmert:
    """Return the least-squares similarity of control points (x and y in the plan, x and y in metres).

    Raises:
        InputError: points of the plan lie on each other, or they do not fit together within ``MOST_RESIDUAL_M``.
    """
    table = np.array(control_points, dtype=np.float64)
    here, there = table[:, 0] + 1j * table[:, 1], table[:, 2] + 1j * table[:, 3]
    own = here - here.mean()
    spread = float((np.abs(own) ** 2).sum())
    if spread == 0.0:
        raise InputError(Fault(f"{where} control_points", "all lie on one point of the plan", "choose two apart"))
    factor = complex((np.conj(own) * (there - there.mean())).sum() / spread)
    shift = complex(there.mean() - factor * here.mean())
    residual_m = float(np.abs(factor * here + shift - there).max())
    if residual_m > MOST_RESIDUAL_M or factor == 0:
        what = f"do not fit together: one is {residual_m:.1f} m off when the plan is turned, scaled and moved"
        raise InputError(Fault(f"{where} control_points", what, "check the points, x before y"))
    return Helmert(factor, shift, residual_m)


@dataclass(frozen=True, slots=True)
class Placement:
    """How the coordinates of a layer are brought to the CRS of the grid.

    Attributes:
        crs: of the file's coordinates after ``local``.
        local: brings a local frame to ``crs``; None: the coordinates are in it already.
        target: CRS of the grid.
    """

    crs: CRS
    local: Helmert | None
    target: CRS

    def bring(self, geometry: NDArray[Any]) -> NDArray[Any]:
        """Return (n,) geometries in two dimensions and in the CRS of the grid; what cannot be there is infinite."""
        flat = shapely.force_2d(geometry)
        if self.local is not None:
            flat = shapely.transform(flat, self.local.move)
        if self.crs == self.target:
            return np.asarray(flat)
        across = Transformer.from_crs(self.crs, self.target, always_xy=True)
        return np.asarray(shapely.transform(flat, lambda p: np.column_stack(across.transform(p[:, 0], p[:, 1]))))


def placement(own: CRS | None, mapping: PlanMapping, crs: str, where: str) -> tuple[Placement, list[str]]:
    """Return how a layer is placed, and notes on it.

    Args:
        own: CRS that the file says.
        mapping: what is said about it.
        crs: of the grid.
        where: file and layer, for messages.

    Raises:
        InputError: nobody says where the plan lies, or the control points do not fit.
    """
    target, notes = CRS.from_user_input(crs), []
    named = CRS.from_user_input(mapping.source_crs) if mapping.source_crs is not None else None
    if mapping.control_points:
        local = helmert(mapping.control_points, where)
        notes.append(
            f"{where}: placed by {len(mapping.control_points)} control points, one unit is {abs(local.factor):.6g} m, "
            f"turned by {np.degrees(np.angle(local.factor)):.2f} deg, largest residual {local.residual_m:.2f} m"
        )
        return Placement(_flat(named or target), local, target), notes
    if named is not None and own is not None and _flat(own) != named:
        notes.append(f"{where}: says {own.name}, read as {mapping.source_crs}, which source_crs names")
    source = named or own
    if source is None or not (source.is_geographic or source.is_projected or source.is_compound):
        raise InputError(Fault(where, "has no CRS: its coordinates are those of a local frame", _LOCAL))
    return Placement(_flat(source), None, target), notes


def check_range(bounds: NDArray[np.float64], place: Placement, where: Callable[[int], str]) -> None:
    """Refuse degrees that there are not: mostly the coordinates of a local frame, or latitude before longitude.

    Args:
        bounds: (n, 4) of the geometries as the file has them; NaN without one.
        place: where they are said to lie.
        where: place in the file of feature ``i``, from 0.

    Raises:
        InputError: a latitude beyond 90 or a longitude beyond 360 degrees.
    """
    if not place.crs.is_geographic or place.local is not None:
        return
    with np.errstate(invalid="ignore"):
        beyond = np.abs(bounds) > np.array([360.0, 90.0, 360.0, 90.0])
    bad = np.flatnonzero(beyond.any(axis=1))
    if not bad.size:
        return
    first = bounds[bad[0]]
    swapped = bool((np.abs(first) <= 360.0).all())
    what = f"coordinates {first[0]:.6g}, {first[1]:.6g} are no degrees of {place.crs.name} ({bad.size} features)"
    mend = "write longitude first, then latitude" if swapped else _LOCAL
    raise InputError(Fault(where(int(bad[0])), what, mend))


def _flat(crs: CRS) -> CRS:
    """Return the horizontal part of a CRS."""
    return crs.sub_crs_list[0] if crs.is_compound and crs.sub_crs_list else crs.to_2d()
