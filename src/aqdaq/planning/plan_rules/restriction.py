"""Check ``restriction``: planned buildings outside the restriction zones of existing antennas. A screening.

The power density of every antenna is summed in free space over its own three-dimensional pattern, with all ports at
full power. Nothing shades, nothing reflects; what fails here has to be computed properly before anything is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import Field

from aqdaq.base.units import dbm_to_w
from aqdaq.engine.antennas import pattern_gains_db, pattern_parameters
from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PROJECT, AntennaPlace, PlanCase, ProjectFacts, field_missing
from aqdaq.planning.plan_rules.common import (
    figure_missing,
    figures_as,
    finding,
    nothing_to_judge,
    plan_finding,
    sort_out,
)
from aqdaq.planning.plan_rules.distances import lattice
from aqdaq.planning.plan_rules.findings import Figure, Finding, Missing
from aqdaq.planning.plan_rules.registry import plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

Float = NDArray[np.float64]

NAME: Final = "power_density"
#: Said with every finding: what it is worth.
SCREENING: Final = "screening: free space, all ports at full power"
#: Nearer than this an antenna is not a point (m): the distance is taken as this.
_NEAREST_M: Final = 1.0
#: Between two points of a facade, along it and up (m).
_STEP_M: Final = 3.0
#: Beyond this a cell of 60 dBm on eight ports is below a thousandth of a W/m2 (m).
_FARTHEST_M: Final = 1000.0


class Restriction(Part):
    """Figures of the check.

    Attributes:
        limit_w_m2: power density that may not be exceeded where people can be (W/m2).
        lowest_m: the zone is asked about from this height above ground on (m).
        ports: of an antenna that transmit at once; the tables give the power of one.
    """

    limit_w_m2: float | None = Field(default=None, gt=0.0)
    lowest_m: float = Field(default=2.0, ge=0.0)
    ports: int = Field(default=2, ge=1, le=64)


@plan_check("restriction", Restriction, needs=("project",))
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield the highest power density at the facade and roof of each planned building."""
    figures = figures_as(rule, Restriction)
    blank = Figure(NAME, None, figures.limit_w_m2, "at most", "W/m2")
    lacking = list(case.lacking("building"))
    lacking += [] if figures.limit_w_m2 is not None else [figure_missing("limit_w_m2")]
    lacking += [PROJECT] if case.project is None else []
    if lacking or case.project is None:
        yield plan_finding(rule, case, blank, lacking)
        return
    buildings, unknown = sort_out(rule, case.of("building"), blank)
    yield from unknown
    if not buildings and not unknown:
        yield nothing_to_judge(rule, case)
    for building in buildings:
        yield _building(rule, figures, building, case.project)


def _building(rule: PlanRule, figures: Restriction, building: PlanObject, project: ProjectFacts) -> Finding:
    near = [a for a in project.antennas if building.geometry.dwithin(shapely.Point(a.x_m, a.y_m), _FARTHEST_M)]
    blank = Figure(NAME, None, figures.limit_w_m2, "at most", "W/m2")
    if not near:
        return finding(rule, building, Figure(NAME, 0.0, figures.limit_w_m2, "at most", "W/m2"), (), [SCREENING])
    if building.height_m is None:
        return finding(rule, building, blank, [field_missing(building, "height_m")])
    at = facade_points(building, figures.lowest_m)
    ground = project.ground_m(at[:, 0], at[:, 1])
    at = np.column_stack([at[:, :2], ground + at[:, 2]])
    masts = project.ground_m(np.array([a.x_m for a in near]), np.array([a.y_m for a in near]))
    if not (np.isfinite(at).all() and np.isfinite(masts).all()):
        return finding(rule, building, blank, [Missing("input", "terrain")])
    total = power_density_w_m2(near, masts, at, figures.ports)
    figure = Figure(NAME, float(total.max()), figures.limit_w_m2, "at most", "W/m2")
    assumed = sorted({f"{name} of antennas" for a in near for name in a.assumed})
    return finding(rule, building, figure, (), [SCREENING, *assumed])


def facade_points(building: PlanObject, lowest_m: float) -> Float:
    """Return (n, 3) points on the walls and the roof of a building: x, y, height above ground (m)."""
    height = building.height_m or 0.0
    outline = building.geometry.boundary.segmentize(_STEP_M)
    xy = shapely.get_coordinates(outline)
    levels = np.unique(np.append(np.arange(min(lowest_m, height), height, _STEP_M), height))
    walls = np.column_stack([np.tile(xy, (len(levels), 1)), np.repeat(levels, len(xy))])
    inside = lattice(building.geometry, _STEP_M)
    roof = np.column_stack([inside, np.full(len(inside), height)])
    return np.concatenate([walls, roof])


def power_density_w_m2(antennas: Sequence[AntennaPlace], masts_m: Float, at: Float, ports: int) -> Float:
    """Return (n,) the power density of all antennas together in free space (W/m2).

    S = sum of EIRP / (4 pi d^2) over the antennas, the EIRP in the direction of the point, of all ports.

    Args:
        antennas: that transmit.
        masts_m: (antennas,) height of the ground below each (m).
        at: (n, 3) x, y and height above the same datum (m).
        ports: of each antenna.
    """
    total = np.zeros(len(at))
    for antenna, ground_m in zip(antennas, masts_m, strict=True):
        dx, dy = at[:, 0] - antenna.x_m, at[:, 1] - antenna.y_m
        dz = at[:, 2] - (ground_m + antenna.height_m)
        flat = np.hypot(dx, dy)
        gain = pattern_gains_db(
            np.degrees(np.arctan2(dx, dy)), np.degrees(np.arctan2(dz, flat)), antenna.azimuth_deg, antenna.tilt_deg,
            pattern_parameters(antenna.pattern),
        )  # fmt: skip
        distance = np.maximum(np.hypot(flat, dz), _NEAREST_M)
        total += ports * dbm_to_w(antenna.eirp_dbm + gain) / (4.0 * np.pi * distance**2)
    return total
