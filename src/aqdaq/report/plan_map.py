"""The map of a checked plan: its objects by verdict, and the places of the proposal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from aqdaq.model.grid import Grid
from aqdaq.model.plan_document import PlanObject
from aqdaq.planning.plan_rules.findings import Verdict, by_object, worst
from aqdaq.planning.plan_rules.outcome import PlanCheck
from aqdaq.report import palette
from aqdaq.report.drawing import Heading, Key, fixed_style, new_sheet, png
from aqdaq.report.texts import Texts

#: Colours of verdicts; they differ in lightness too.
COLOURS: Final = {Verdict.PASS: "#1f6b3a", Verdict.FAIL: "#d1495b", Verdict.UNKNOWN: palette.UNKNOWN}
NOT_JUDGED: Final = "#e9e6dc"
PROPOSED: Final = "#5b2a86"

#: Areas lie below lines, lines below points.
_ORDER: Final = ("boundary", "zone", "block", "road", "building", "duct", "power", "lamp", "reserved_site")
_PIXELS: Final = 400
_MARGIN: Final = 0.06


def plan_map(check: PlanCheck, texts: Texts) -> bytes:
    """Return the map as PNG; the same check gives the same bytes.

    Args:
        check: the outcome.
        texts: the language.
    """
    verdicts = {key: worst(f.verdict for f in found) for key, found in by_object(check.judgement.findings)}
    with fixed_style():
        sheet = new_sheet(_grid(check), _heading(check, texts), _keys(check, texts))
        for kind in _ORDER:
            for o in check.plan.of(kind):
                _draw(sheet.axes, o, verdicts.get((o.kind, o.id)))
        places = [one.candidate.site.geometry.representative_point() for one in check.proposal.sites]
        _mark(sheet.axes, places, "*", PROPOSED, 11.0)
        return png(sheet)


def _grid(check: PlanCheck) -> Grid:
    """Return the frame of the map: all that the plan draws and the proposal adds, with a margin."""
    shapes = [o.geometry for o in check.plan.objects] + [s.candidate.site.geometry for s in check.proposal.sites]
    box = shapely.total_bounds(np.array(shapes, dtype=object)) if shapes else np.array([0.0, 0.0, 100.0, 100.0])
    side = max(box[2] - box[0], box[3] - box[1], 50.0)
    pad = side * _MARGIN
    wide = max(side / 3.0 - (box[2] - box[0]), 0.0) / 2.0  # a very narrow plan would leave no room for the frame
    high = max(side / 3.0 - (box[3] - box[1]), 0.0) / 2.0
    bounds = (box[0] - pad - wide, box[1] - pad - high, box[2] + pad + wide, box[3] + pad + high)
    return Grid.from_bounds(check.plan.crs, tuple(float(v) for v in bounds), float(side) / _PIXELS)  # type: ignore[arg-type]


def _heading(check: PlanCheck, texts: Texts) -> Heading:
    axis = check.plan.crs if check.plan.crs.startswith("EPSG:") else CRS.from_user_input(check.plan.crs).name
    return Heading(
        title=texts.say("plan-map-heading"),
        subtitle=f"{check.plan.source}, {check.date.isoformat()}",
        axis_x=texts.say("map-axis-x", crs=axis),
        axis_y=texts.say("map-axis-y", crs=axis),
        north=texts.say("map-north"),
        scale_km=texts.say("map-scale-km", length="{}"),
        scale_m=texts.say("map-scale-m", length="{}"),
        stamp=texts.say("synthetic-word") if check.synthetic else "",
    )


def _keys(check: PlanCheck, texts: Texts) -> list[Key]:
    say = texts.say
    keys = [Key(say(f"plan-{one.value}"), COLOURS[one]) for one in (Verdict.PASS, Verdict.FAIL)]
    keys.append(Key(say("plan-unknown"), COLOURS[Verdict.UNKNOWN], "unknown"))
    keys.append(Key(say("plan-map-not-judged"), NOT_JUDGED))
    if check.plan.of("reserved_site"):
        keys.append(Key(say("plan-map-reserved"), palette.INK, "site"))
    if check.proposal.sites:
        keys.append(Key(say("plan-map-proposed"), PROPOSED, "star"))
    return keys


def _draw(axes: Axes, o: PlanObject, verdict: Verdict | None) -> None:
    """Draw one object in the colour of its verdict."""
    order = 1.0 + _ORDER.index(o.kind)
    colour = NOT_JUDGED if verdict is None else COLOURS[verdict]
    if o.kind == "reserved_site":
        _mark(axes, [o.geometry.representative_point()], "^", colour, 8.0)
        return
    for part in shapely.get_parts(o.geometry):
        if part.geom_type == "Polygon":
            _area(axes, part, o.kind, verdict, order)
        elif part.geom_type == "LineString":
            x, y = _km(shapely.get_coordinates(part))
            line = "#b9b3a3" if verdict is None else colour
            axes.add_line(Line2D(x, y, color=line, linewidth=2.4 if o.kind == "road" else 1.0, zorder=order))
        else:
            x, y = _km(shapely.get_coordinates(part))
            axes.plot(
                x, y, marker="o", markersize=2.2, color=colour if verdict is not None else "#8d8877", zorder=order
            )


def _area(axes: Axes, part: BaseGeometry, kind: str, verdict: Verdict | None, order: float) -> None:
    """Draw an area: what the plan only encloses as an outline, what it builds filled."""
    colour = NOT_JUDGED if verdict is None else COLOURS[verdict]
    filled = kind in {"building", "block", "road", "power"}
    edge = {"building": palette.INK}.get(kind, "#777777" if verdict is None else colour)
    axes.add_patch(
        PathPatch(
            _path(part),
            facecolor=colour if filled else "none",
            alpha=0.35 if kind == "block" and verdict is not None else None,
            edgecolor=edge,
            linewidth=1.6 if kind in {"boundary", "zone"} else 0.5,
            hatch="////" if verdict is Verdict.UNKNOWN and filled else None,
            zorder=order,
        )
    )


def _path(area: BaseGeometry) -> Path:
    """Return an area with its holes as a path in kilometres."""
    rings = [area.exterior, *area.interiors]  # type: ignore[attr-defined]
    corners = [np.column_stack(_km(shapely.get_coordinates(ring))) for ring in rings]
    codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in corners]
    return Path(np.concatenate(corners), np.concatenate(codes))


def _mark(axes: Axes, places: Sequence[BaseGeometry], marker: str, colour: str, size: float) -> None:
    if places:
        x, y = _km(shapely.get_coordinates(places))
        axes.plot(x, y, marker, markersize=size, markerfacecolor=colour, markeredgecolor=palette.INK, zorder=20.0)


def _km(xy_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return xy_m[:, 0] / 1e3, xy_m[:, 1] / 1e3
