"""``aqdaq exposure solve``: what a site may radiate, how far its beams stay away, and where on a roof it does best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.analysis.exposure.inverse import Candidate, band_powers, candidate_room, roof_positions, standoff_m
from aqdaq.analysis.exposure.sources import Sources, sources_of, whole_eirp_w
from aqdaq.analysis.placed import PlacedCell
from aqdaq.base.errors import Fault, InfeasibleError, InputError
from aqdaq.base.units import w_to_dbm
from aqdaq.engine.exposure.candidates import Room
from aqdaq.io.receptors import ReceptorsRead
from aqdaq.model.building import Building
from aqdaq.model.measurements import SetAside
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_at import limit_record, placed_receptors
from aqdaq.pipeline.exposure_candidate import not_on_air
from aqdaq.pipeline.exposure_limits import load_practice
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]

#: Places along the edge of a roof are this far apart (m).
STEP_M: Final = 2.0
#: How many of the best positions are named.
BEST: Final = 10


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked.

    Attributes:
        site: whose cells are looked at.
        share: of every limit that may be used up, above 0 up to 1.
        building: on whose roof positions are tried; None: none are.
        above_roof_m: heights of the antennas above the roof that are tried (m).
        downtilts_deg: that are tried (deg); none: each cell as it is.
    """

    site: str
    share: float = 1.0
    building: str | None = None
    above_roof_m: tuple[float, ...] = (3.0,)
    downtilts_deg: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Solved:
    """The answer, JSON-ready.

    Attributes:
        field: what it was computed from.
        record: the figures.
        set_aside: receptors without a place.
    """

    field: Field
    record: dict[str, Any]
    set_aside: tuple[SetAside, ...]


def solve(project: Project, field: Field, receptors: ReceptorsRead, wish: Wish) -> Solved:
    """Return what a site may radiate so that every receptor keeps every limit.

    Args:
        project: opened.
        field: of the project on the day.
        receptors: that must keep the limits.
        wish: what is asked.

    Raises:
        InputError: the site or the building is not known, or no receptor has a place.
        InfeasibleError: the other sites alone leave no room at a receptor.
    """
    cells = [p for p in field.sources.cells if p.cell.site_id == wish.site]
    if not cells:
        raise InputError(not_on_air(project, field, wish.site))
    at, aside = placed_receptors(project, field, receptors)
    index = np.flatnonzero(np.isfinite(at).all(axis=1))
    at = at[index]
    others = _others(project, field, wish.site)
    background = exposure_at(at, others, field.limits, walls=_walls(field)).theoretical.ratio
    _check_room(field, receptors, index, background, wish)
    asked = _Asked(project, field, at, background, wish.share)
    place = cells[0]
    foot = float(field.ground(np.array([place.x_m]), np.array([place.y_m]))[0])
    here = Candidate(place.x_m, place.y_m, foot + place.cell.height_m, tuple(cells))
    powers, room = band_powers(here, at, field.limits, background, **asked.how)
    record = {
        "site": wish.site,
        "share": wish.share,
        "within": bool(room.scale[0] >= 1.0),
        **_decides(field, receptors, index, room, 0),
        "bands": [_band(power) for power in powers],
        "standoff": [_standoff(field, cell, wish.share) for cell in cells],
        "limits": [limit_record(limit) for limit in field.limits],
        "positions": _positions(asked, cells, wish, receptors, index),
    }
    return Solved(field, record, (*receptors.set_aside, *aside))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all questions share."""

    project: Project
    field: Field
    at: Float
    background: Float
    share: float

    @property
    def how(self) -> dict[str, Any]:
        """The arguments that the functions of the inverse share."""
        _, factors = load_practice(self.project, self.field.date)
        setting = self.field.setting
        return {
            "factors": factors, "share": self.share, "reflection": setting.reflection, "walls": _walls(self.field),
        }  # fmt: skip


def _walls(field: Field) -> Any:
    return field.city.walls if field.city is not None else None


def _others(project: Project, field: Field, site: str) -> Sources:
    _, factors = load_practice(project, field.date)
    setting = field.setting
    rest = [p for p in field.sources.cells if p.cell.site_id != site]
    return sources_of(rest, field.ground, factors, reflection=setting.reflection, near_field=setting.near_field)


def _check_room(
    field: Field, receptors: ReceptorsRead, index: NDArray[np.int64], background: Float, wish: Wish
) -> None:
    """Refuse to look for a power where the other sites use up a limit, or nobody can say."""
    faults = []
    for n, limit in enumerate(field.limits):
        if limit.figures.per == "installation":
            continue
        for k in np.flatnonzero(~(background[n] < wish.share)).tolist():
            left = "unknown" if math.isnan(background[n, k]) else f"{background[n, k]:.3g}"
            faults.append(f"{limit.id} at {receptors.id[int(index[k])]}: ratio {left} of the other sites alone")
    if faults:
        more = f", and {len(faults) - BEST} more" if len(faults) > BEST else ""
        raise InfeasibleError(f"no room for {wish.site} below {wish.share:g}: {'; '.join(faults[:BEST])}{more}")


def _decides(field: Field, receptors: ReceptorsRead, index: NDArray[np.int64], room: Room, n: int) -> dict[str, Any]:
    """Return the factor of a candidate, and the receptor and limit that decide it."""
    receptor, limit = int(room.receptor[n]), int(room.limit[n])
    return {
        "scale": _finite(room.scale[n]),
        "receptor": receptors.id[int(index[receptor])] if receptor >= 0 else None,
        "limit": field.limits[limit].id if limit >= 0 else None,
    }


def _band(power: Any) -> dict[str, Any]:
    row = {key: _finite(value) for key, value in asdict(power).items()}
    return row | {
        f"{key.removesuffix('_w')}_dbm": _finite(float(w_to_dbm(value))) if value else None
        for key, value in row.items()
        if key.endswith("_w") and value is not None
    }


def _standoff(field: Field, placed: PlacedCell, share: float) -> dict[str, Any]:
    """Return how far the beam of a cell must stay away from people, alone, in free space (m)."""
    cell, reflection = placed.cell, field.setting.reflection
    carrier, power = np.array([cell.frequency_mhz]), np.array([whole_eirp_w(cell)])
    site = [p.cell.frequency_mhz for p in field.sources.cells if p.cell.site_id == cell.site_id]
    distances = {
        limit.id: _finite(
            float(standoff_m(power, carrier, limit.for_installation(site), share=share, reflection=reflection))
        )
        for limit in field.limits
    }
    return {
        "cell": cell.id,
        "azimuth_deg": cell.azimuth_deg,
        "eirp_w": _finite(float(power[0])),
        "distance_m": distances,
    }


def _positions(
    asked: _Asked, cells: Sequence[PlacedCell], wish: Wish, receptors: ReceptorsRead, index: NDArray[np.int64]
) -> list[dict[str, Any]]:
    """Return the best positions on the roof that is asked for, the one with most room first."""
    if wish.building is None:
        return []
    field = asked.field
    building = _building(field, wish.building)
    corners = shapely.get_coordinates(building.footprint)
    roof_m = float(np.nanmin(field.ground(corners[:, 0], corners[:, 1]))) + building.height_m
    tried = roof_positions(
        building.footprint, roof_m, cells,
        step_m=STEP_M, above_roof_m=wish.above_roof_m, downtilts_deg=wish.downtilts_deg or None,
    )  # fmt: skip
    room = candidate_room(tried, asked.at, field.limits, asked.background, **asked.how)
    order = np.argsort(-room.scale, kind="stable")[:BEST]
    return [
        {
            "x_m": round(tried[n].x_m, 2),
            "y_m": round(tried[n].y_m, 2),
            "z_m": round(tried[n].z_m, 2),
            "above_roof_m": round(tried[n].z_m - roof_m, 2),
            "downtilt_deg": [p.cell.downtilt_deg for p in tried[n].cells],
            "within": bool(room.scale[n] >= 1.0),
            **_decides(field, receptors, index, room, n),
        }
        for n in order.tolist()
    ]


def _building(field: Field, building_id: str) -> Building:
    for building in field.inputs.buildings:
        if building.id == building_id and building.stands(field.date):
            return building
    what = f"no building {building_id!r} stands on {field.date}"
    raise InputError(Fault("--building", what, "see the ids in the file of buildings"))


def _finite(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
