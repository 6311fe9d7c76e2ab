"""Check ``lamps``: rows of lamps fit to carry cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from pydantic import Field

from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.case import PlanCase, field_missing
from aqdaq.planning.plan_rules.common import (
    figure_missing,
    figures_as,
    finding,
    nothing_to_judge,
    plan_finding,
    sort_out,
)
from aqdaq.planning.plan_rules.findings import Figure, Finding
from aqdaq.planning.plan_rules.registry import plan_check
from aqdaq.planning.plan_rules.rules import Part, PlanRule

_NAMES: Final = ("least_height_m", "most_spacing_m", "powered")


class Lamps(Part):
    """Figures of the check; what is left out is not asked for.

    Attributes:
        least_height_m: lowest lamp post that can carry a cell (m).
        most_spacing_m: widest spacing in a row (m); between single lamps the distance to the nearest other one.
        powered: True: power must be there all day, not only at night.
    """

    least_height_m: float | None = Field(default=None, gt=0.0)
    most_spacing_m: float | None = Field(default=None, gt=0.0)
    powered: bool | None = None


@plan_check("lamps", Lamps)
def judge(rule: PlanRule, case: PlanCase) -> Iterator[Finding]:
    """Yield height, spacing and power of each lamp or row of lamps."""
    figures = figures_as(rule, Lamps)
    blank = Figure("lamps", None, None)
    silent = figures.least_height_m is None and figures.most_spacing_m is None and not figures.powered
    lacking = [*case.lacking("lamp"), *([figure_missing(*_NAMES)] if silent else [])]
    if lacking:
        yield plan_finding(rule, case, blank, lacking)
        return
    lamps, unknown = sort_out(rule, case.of("lamp"), blank)
    yield from unknown
    if not lamps and not unknown:
        yield nothing_to_judge(rule, case)
    spacings = _spacings_m(lamps) if figures.most_spacing_m is not None else {}
    for lamp in lamps:
        yield from _lamp(rule, figures, lamp, spacings.get(lamp.id))


def _lamp(rule: PlanRule, figures: Lamps, lamp: PlanObject, spacing_m: float | None) -> Iterator[Finding]:
    if figures.least_height_m is not None:
        figure = Figure("height", lamp.height_m, figures.least_height_m, "at least", "m")
        yield finding(rule, lamp, figure, [field_missing(lamp, "height_m")] if lamp.height_m is None else ())
    if figures.most_spacing_m is not None:
        figure = Figure("spacing", spacing_m, figures.most_spacing_m, "at most", "m")
        yield finding(rule, lamp, figure, [field_missing(lamp, "spacing_m")] if spacing_m is None else ())
    if figures.powered:
        figure = Figure("power", None if lamp.powered is None else float(lamp.powered), 1.0)
        yield finding(rule, lamp, figure, [field_missing(lamp, "powered")] if lamp.powered is None else ())


def _spacings_m(lamps: list[PlanObject]) -> dict[str, float | None]:
    """Return the spacing at each lamp (m): as stated, else to the nearest other post; None where nobody can tell."""
    posts = [lamp for lamp in lamps if lamp.geometry.geom_type == "Point"]
    found: dict[str, float | None] = {lamp.id: lamp.spacing_m for lamp in lamps}
    if len(posts) < 2:
        return found
    tree = shapely.STRtree([post.geometry for post in posts])
    pairs, apart = tree.query_nearest(
        np.array([post.geometry for post in posts], dtype=object),
        exclusive=True,
        return_distance=True,
        all_matches=False,
    )
    for row, distance in zip(pairs[0], apart, strict=True):
        post = posts[int(row)]
        if post.spacing_m is None:
            found[post.id] = float(distance)
    return found
