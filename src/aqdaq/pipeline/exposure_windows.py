"""Windows and balconies that somebody gave: ``[exposure] windows``, a CSV table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.receptors import ReceptorsRead, read_receptors
from aqdaq.io.tables import resolve_input
from aqdaq.model.building import Building
from aqdaq.model.measurements import SetAside
from aqdaq.model.receptor import Receptors
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_at import NO_GROUND, placed_receptors
from aqdaq.pipeline.project import Project

KINDS: Final = ("window", "balcony")
NO_BUILDING: Final = "unknown building"
GONE: Final = "its building is pulled down by that day"
NO_KIND: Final = "kind is neither window nor balcony"
NO_FLOOR: Final = "floor is not a whole number from 1"
TOO_FAR: Final = "lies more than 10 m from its building"

_NEEDED: Final = ("building", "floor", "flat", "kind")
_FAR_M: Final = 10.0


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows and balconies of a project.

    Attributes:
        receptors: those that can be used.
        given: rows of the table.
        set_aside: rows that cannot be used, with reasons.
    """

    receptors: Receptors
    given: int
    set_aside: tuple[SetAside, ...]


def read_windows(project: Project, field: Field) -> Windows | None:
    """Return the windows of a project, all of them; None where the project names no table.

    Args:
        project: opened.
        field: of the project on the day.

    Raises:
        InputError: the table cannot be read, lacks a column, or holds no row that can be used.
    """
    name = project.config.exposure.windows
    if name is None:
        return None
    read = read_receptors(resolve_input(project.folder, name))
    lacking = [column for column in _NEEDED if column not in read.further]
    if lacking:
        mend = "give id,building,floor,flat,kind and a place; flat may be empty"
        raise InputError([Fault(f"{read.source}:1", f"column {column!r} is missing", mend) for column in lacking])
    buildings = {b.id: b for b in field.inputs.buildings}
    faulty = _faulty(read, buildings, field)
    at, aside = placed_receptors(project, field, read, faulty)
    lost = _misplaced(read, at, buildings, field)
    at[list(lost)] = np.nan
    every = tuple(sorted((*read.set_aside, *aside, *lost.values()), key=lambda a: a.row))
    good = np.flatnonzero(np.isfinite(at).all(axis=1))
    return Windows(_receptors(read, at, good, buildings, field), len(read), every)


def _faulty(read: ReceptorsRead, buildings: dict[str, Building], field: Field) -> dict[int, SetAside]:
    """Return the rows whose building, floor or kind cannot be, by their number; those without a place are listed."""
    found = {}
    for i in np.flatnonzero(np.isfinite(read.height_m)).tolist():
        name, floor, kind = (read.further[column][i] for column in ("building", "floor", "kind"))
        reason, value = "", name
        if name not in buildings:
            reason = NO_BUILDING
        elif _gone(buildings[name], field):
            reason = GONE
        elif kind not in KINDS:
            reason, value = NO_KIND, kind
        elif not (floor.isascii() and floor.isdigit() and int(floor) >= 1):
            reason, value = NO_FLOOR, floor
        if reason:
            found[i] = SetAside(read.source, int(read.row[i]), reason, value)
    return found


def _gone(building: Building, field: Field) -> bool:
    return building.demolished is not None and building.demolished <= field.date


def _misplaced(
    read: ReceptorsRead, at: np.ndarray, buildings: dict[str, Building], field: Field
) -> dict[int, SetAside]:
    """Return the rows that lie where no ground is known, or far from their building, by their number."""
    found = {}
    ground = field.ground(at[:, 0], at[:, 1])
    for i in np.flatnonzero(np.isfinite(at).all(axis=1)).tolist():
        name, row = read.further["building"][i], int(read.row[i])
        if not np.isfinite(ground[i]):
            found[i] = SetAside(read.source, row, NO_GROUND, read.id[i])
        elif not shapely.dwithin(buildings[name].footprint, shapely.Point(at[i, :2]), _FAR_M):
            found[i] = SetAside(read.source, row, TOO_FAR, name)
    return found


def _receptors(
    read: ReceptorsRead, at: np.ndarray, good: np.ndarray, buildings: dict[str, Building], field: Field
) -> Receptors:
    def texts(column: str) -> tuple[str, ...]:
        return tuple(read.further[column][i] for i in good.tolist())

    ground = field.ground(at[good, 0], at[good, 1])
    planned = [(b.built is not None and b.built > field.date) for b in (buildings[name] for name in texts("building"))]
    n = len(good)
    return Receptors(
        tuple(f"{kind}:{read.id[i]}" for i, kind in zip(good.tolist(), texts("kind"), strict=True)), texts("kind"),
        at[good], at[good, 2] - ground, texts("building"), np.array(planned, dtype=np.bool_),
        np.array([int(text) for text in texts("floor")], dtype=np.int64), np.full(n, np.nan), texts("flat"),
        np.full(n, np.nan),
    )  # fmt: skip
