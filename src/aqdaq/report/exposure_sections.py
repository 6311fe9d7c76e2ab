"""Horizontal and vertical sections around a site, coloured by the share of a limit."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from aqdaq.report import palette
from aqdaq.report.drawing import figure_png, fixed_style
from aqdaq.report.exposure_colours import BOUNDS, COLOURS, OVER, legend_patches
from aqdaq.report.exposure_content import Pack, Section
from aqdaq.report.exposure_plan import area_path
from aqdaq.report.exposure_texts import ExposureTexts

_WIDTH_IN = 9.0
#: Side of one of many sections and the room for its title, and how many stand side by side.
_SMALL_IN, _SMALL_STEP_IN, _SIDE_BY_SIDE = 1.9, 2.25, 4
_GROUND = "#8d8877"


def sections_picture(pack: Pack, texts: ExposureTexts) -> bytes:
    """Return all sections of a pack as one PNG; the same pack gives the same bytes.

    Args:
        pack: what it shows.
        texts: the language.
    """
    shown = [section for section in pack.sections if section.kind != "level"]
    rows = math.ceil(len(shown) / 2)
    height = 3.6 * rows + 1.2
    with fixed_style():
        figure = Figure(figsize=(_WIDTH_IN, height))
        for n, section in enumerate(shown):
            row, column = divmod(n, 2)
            bottom = (height - 3.6 * (row + 1) + 0.55) / height
            axes = figure.add_axes((0.08 + 0.49 * column, bottom, 0.40, 2.65 / height))
            _draw(axes, pack, section, texts)
        _legend(figure, texts)
        return figure_png(figure)


def levels_picture(pack: Pack, texts: ExposureTexts) -> bytes:
    """Return the horizontal sections every 3 m as small pictures on one page, a PNG; the same pack is the same bytes.

    Args:
        pack: what it shows.
        texts: the language.
    """
    shown = [section for section in pack.sections if section.kind == "level"]
    height = _SMALL_STEP_IN * math.ceil(len(shown) / _SIDE_BY_SIDE) + 1.2
    with fixed_style():
        figure = Figure(figsize=(_WIDTH_IN, height))
        for n, section in enumerate(shown):
            row, column = divmod(n, _SIDE_BY_SIDE)
            corner = 0.035 + 0.245 * column, (height - _SMALL_STEP_IN * (row + 1) + 0.1) / height
            axes = figure.add_axes((*corner, _SMALL_IN / _WIDTH_IN, _SMALL_IN / height))
            _draw(axes, pack, section, texts)
            axes.set(xlabel="", ylabel="")
            axes.tick_params(labelsize=5.0, pad=1.0, length=2.0)
        _legend(figure, texts)
        return figure_png(figure)


def _legend(figure: Figure, texts: ExposureTexts) -> None:
    """Explain every colour, hatch and line."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lines = [
        Line2D([], [], color=palette.INK, linewidth=1.0, label=texts.say("picture-limit-line")),
        Patch(facecolor="none", edgecolor=palette.INK, linewidth=1.6, label=texts.say("picture-reaches")),
        Patch(facecolor="none", edgecolor="#777777", linewidth=0.5, label=texts.say("picture-lower")),
        Patch(facecolor=_GROUND, label=texts.say("picture-ground")),
    ]
    figure.legend(
        handles=[*legend_patches(texts), *lines], title=texts.say("picture-legend"), ncols=4, loc="lower center",
        bbox_to_anchor=(0.5, 0.0), frameon=False, fontsize=7.0, title_fontsize=8, handlelength=2.4,
        handleheight=1.4,
    )  # fmt: skip


def _draw(axes: Axes, pack: Pack, section: Section, texts: ExposureTexts) -> None:
    percent = 100.0 * section.ratio
    axes.patch.set(facecolor=palette.UNKNOWN, edgecolor=palette.UNKNOWN_STRIPE, hatch="....", linewidth=0.0)
    axes.pcolormesh(
        section.across_m, section.up_m, np.ma.masked_invalid(percent), shading="nearest",
        cmap=ListedColormap([*COLOURS, OVER]), norm=BoundaryNorm([0.0, *BOUNDS, 1e12], len(COLOURS) + 1),
    )  # fmt: skip
    filled = np.nan_to_num(percent, nan=0.0)
    if filled.max() > 100.0:
        axes.contourf(section.across_m, section.up_m, filled, levels=[100.0, 1e12], colors="none", hatches=["////"])
        axes.contour(section.across_m, section.up_m, filled, levels=[100.0], colors=palette.INK, linewidths=1.0)
    axes.set_aspect("equal")
    if section.kind != "vertical":
        title = texts.say(f"section-{section.kind}", height=texts.number(section.at, 1))
        labels = texts.say("picture-east"), texts.say("picture-north-axis")
        _outlines(axes, pack, section)
    else:
        title = texts.say("section-vertical", azimuth=texts.number(section.at))
        labels = texts.say("picture-along"), texts.say("picture-above")
        axes.fill_between(section.across_m, section.ground_m, -1e3, color=_GROUND, zorder=3.0)
    axes.set_title(title, fontsize=8)
    axes.set_xlabel(labels[0], fontsize=7)
    axes.set_ylabel(labels[1], fontsize=7)
    axes.tick_params(labelsize=6.5)
    axes.set_xlim(float(section.across_m[0]), float(section.across_m[-1]))
    axes.set_ylim(float(section.up_m[0]), float(section.up_m[-1]))


def _outlines(axes: Axes, pack: Pack, section: Section) -> None:
    """Draw the outlines of buildings; those that reach up to the section are drawn strong."""
    from matplotlib.patches import PathPatch
    from matplotlib.transforms import Affine2D

    shift = Affine2D().translate(-pack.place_m[0], -pack.place_m[1])
    for block in pack.blocks:
        high = block.height_m is None or block.height_m >= section.at - 3.0
        axes.add_patch(
            PathPatch(
                area_path(block.footprint).transformed(shift), facecolor="none",
                edgecolor=palette.INK if high else "#777777", linewidth=1.0 if high else 0.4, zorder=4.0,
            )
        )  # fmt: skip
