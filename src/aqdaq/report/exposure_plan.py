"""A small plan of the neighbourhood: the site, its beams, and the buildings by their highest figure."""

from __future__ import annotations

import math

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Wedge
from matplotlib.path import Path
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.report import palette
from aqdaq.report.drawing import figure_png, fixed_style
from aqdaq.report.exposure_colours import colour_of, hatch_of, legend_patches
from aqdaq.report.exposure_content import Pack, summaries
from aqdaq.report.exposure_texts import ExposureTexts

_SIZE_IN = (7.6, 8.0)
_BEAM = "#7a0c3e"


def plan_picture(pack: Pack, texts: ExposureTexts) -> bytes:
    """Return the plan as PNG; the same pack gives the same bytes.

    Args:
        pack: what it shows.
        texts: the language.
    """
    ratio = {s.building: float(s.proposed[pack.strictest]) for s in summaries(pack)}
    with fixed_style():
        figure = Figure(figsize=_SIZE_IN)
        axes = figure.add_axes((0.03, 0.16, 0.94, 0.82))
        for block in pack.blocks:
            share = ratio.get(block.id, math.nan)
            chosen = block.id in pack.chosen
            axes.add_patch(
                PathPatch(
                    area_path(block.footprint), facecolor=colour_of(share), hatch=hatch_of(share),
                    edgecolor=palette.INK if chosen else "#8a8a8a", linewidth=2.0 if chosen else 0.5,
                    zorder=3.0 if chosen else 2.0,
                )
            )  # fmt: skip
            if chosen:
                spot = block.footprint.representative_point()
                box = {"facecolor": "white", "edgecolor": palette.INK, "linewidth": 0.5, "pad": 1.5}
                axes.text(spot.x, spot.y, block.id, fontsize=7.5, ha="center", va="center", zorder=9.0, bbox=box)
        _beams(axes, pack)
        _others(axes, pack)
        axes.plot(*pack.place_m, marker="^", markersize=11, color=_BEAM, markeredgecolor="white", zorder=8.0)
        _frame(axes, pack, texts)
        figure.legend(
            handles=[*legend_patches(texts), *_keys(texts)], title=texts.say("picture-legend"), ncols=3,
            loc="lower center", bbox_to_anchor=(0.5, 0.0), frameon=False, fontsize=7.5, title_fontsize=8,
            handlelength=2.2, handleheight=1.3,
        )  # fmt: skip
        return figure_png(figure)


def area_path(area: Polygon | MultiPolygon) -> Path:
    """Return an area with its holes as a path."""
    rings = [ring for part in shapely.get_parts(area) for ring in (part.exterior, *part.interiors)]
    corners = [np.asarray(shapely.get_coordinates(ring)) for ring in rings]
    codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in corners]
    return Path(np.concatenate(corners), np.concatenate(codes))


def _beams(axes: Axes, pack: Pack) -> None:
    """Draw a wedge for each direction of the candidate, as wide as its widest beam there."""
    widths: dict[float, float] = {}
    for a in pack.antennas:
        if a.candidate:
            direction = round(a.azimuth_deg, 1)
            widths[direction] = max(widths.get(direction, 0.0), a.horizontal_beamwidth_deg or 360.0)
    reach = pack.within_m * 0.45
    for azimuth, width in sorted(widths.items()):
        half, middle = min(width, 360.0) / 2.0, 90.0 - azimuth
        axes.add_patch(
            Wedge(
                pack.place_m, reach, middle - half, middle + half, facecolor=_BEAM, alpha=0.10, edgecolor=_BEAM,
                linewidth=0.8, zorder=5.0,
            )
        )  # fmt: skip
        if width < 360.0:
            turn = math.radians(azimuth)
            end = (pack.place_m[0] + reach * math.sin(turn), pack.place_m[1] + reach * math.cos(turn))
            axes.annotate(
                "", end, pack.place_m, zorder=7.0, arrowprops={"arrowstyle": "->", "color": _BEAM, "linewidth": 1.4}
            )


def _others(axes: Axes, pack: Pack) -> None:
    """Mark the stations that are there already."""
    places = sorted({(round(a.x_m, 1), round(a.y_m, 1)) for a in pack.antennas if not a.candidate})
    near = [p for p in places if max(abs(p[0] - pack.place_m[0]), abs(p[1] - pack.place_m[1])) <= pack.within_m]
    for x, y in near:
        axes.plot(x, y, marker="s", markersize=7, color=palette.INK, markeredgecolor="white", zorder=7.5)


def _frame(axes: Axes, pack: Pack, texts: ExposureTexts) -> None:
    """Set the bounds, and draw the scale and the arrow to the north of the grid."""
    (x, y), reach = pack.place_m, pack.within_m
    axes.set_xlim(x - reach, x + reach)
    axes.set_ylim(y - reach, y + reach)
    axes.set_aspect("equal")
    axes.set_facecolor(palette.OPEN_GROUND)
    axes.set_xticks([])
    axes.set_yticks([])
    length = float(10.0 ** math.floor(math.log10(reach / 1.5)))
    length *= max(k for k in (1.0, 2.0, 5.0) if k * length <= reach / 1.5)
    left, low = x - 0.93 * reach, y - 0.93 * reach
    axes.plot([left, left + length], [low, low], color=palette.INK, linewidth=3.0, solid_capstyle="butt", zorder=10.0)
    label = texts.say("picture-metres", metres=texts.number(length))
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    axes.text(
        left + length / 2.0, low + 0.025 * reach, label, ha="center", va="bottom", fontsize=8, zorder=10.0, bbox=box
    )
    at = (x + 0.92 * reach, y + 0.93 * reach)
    axes.annotate(
        "", at, (at[0], at[1] - 0.13 * reach), zorder=10.0,
        arrowprops={"arrowstyle": "-|>", "color": palette.INK, "linewidth": 1.6},
    )  # fmt: skip
    axes.text(
        at[0],
        at[1] - 0.15 * reach,
        texts.say("picture-north"),
        ha="center",
        va="top",
        fontsize=9,
        zorder=10.0,
        bbox=box,
    )


def _keys(texts: ExposureTexts) -> list[Patch | Line2D]:
    return [
        Line2D([], [], marker="^", color=_BEAM, linestyle="none", markersize=9, label=texts.say("picture-station")),
        Line2D([], [], marker="s", color=palette.INK, linestyle="none", markersize=7, label=texts.say("picture-there")),
        Patch(facecolor=_BEAM, alpha=0.25, edgecolor=_BEAM, label=texts.say("picture-beam")),
        Patch(facecolor="white", edgecolor=palette.INK, linewidth=2.0, label=texts.say("picture-chosen")),
    ]
