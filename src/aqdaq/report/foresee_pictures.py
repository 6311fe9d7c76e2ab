"""The pictures of a forecast: maps of a few days side by side, and the row of all dates as a chart."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.foresight import DateFigures, ForeseenMap
from aqdaq.report import palette
from aqdaq.report.drawing import DPI, Sheet, figure_png, fixed_style, paint, scale_length_m
from aqdaq.report.foresee_content import ForeseeContent
from aqdaq.report.maps import Picture, outline_path
from aqdaq.report.texts import Texts

# Inches: the sheet, and what stands around its parts.
_WIDTH, _MARGIN, _GAP, _LINE, _PANEL_HEAD, _BELOW, _LEGEND = 10.6, 0.12, 0.16, 0.19, 0.42, 0.34, 0.52
_TALLEST: Final = 5.2
_TITLE_CHARACTERS: Final = 108
_CHART_HIGH, _CHART_LEFT = 2.0, 0.85
_COLOURS: Final = (palette.OPEN_GROUND, palette.BUILDING, palette.PARTIAL, palette.TOTAL)

#: Colour and line of developments by what they are on the day: they differ in dashes too.
_STATES: Final[dict[str, tuple[str, Any, float]]] = {
    "planned": ("#4d4d4d", (0, (1.5, 1.5)), 0.9),
    "works": ("#0b5e8a", (0, (4, 1.5)), 1.3),
    "finished": ("#0b5e8a", "solid", 1.5),
}
_RESIDENT, _NEWCOMER, _TOTAL = palette.PARTIAL, "#0b5e8a", palette.TOTAL


def draw_maps(content: ForeseeContent, definition: ServiceDefinition, texts: Texts) -> Picture:
    """Return the white spots of now, during the works and after, side by side on one scale."""
    say, maps = texts.say, content.shown(definition.id)
    title = textwrap.wrap(say("foresee-maps-title", definition=definition.title), _TITLE_CHARACTERS)
    high, wide = _panel_size(content, len(maps))
    head = 2 * _MARGIN + _LINE * len(title)
    height = head + _PANEL_HEAD + high + _BELOW + _LEGEND
    with fixed_style():
        figure = Figure(figsize=(_WIDTH, height), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        figure.text(_MARGIN / _WIDTH, (height - _MARGIN) / height, "\n".join(title), size=11, weight="bold", va="top")
        if content.synthetic:
            _stamp(figure, say("synthetic-word"), height)
        for k, one in enumerate(maps):
            left = _MARGIN + k * (wide + _GAP)
            place = (left / _WIDTH, (_LEGEND + _BELOW) / height, wide / _WIDTH, high / height)
            axes = figure.add_axes(place)
            _panel(Sheet(figure, axes, content.grid, wide * 72.0, high * 72.0), one)
            _over_panel(
                figure,
                (left, _LEGEND + _BELOW + high),
                height,
                (_when(content, one, k, texts), _words(content, one, texts)),
            )
        _scale(figure, content, wide, height, texts)
        _legend(figure, height, texts)
        drawn = figure_png(figure)
    days = say("list-separator").join(m.date.isoformat() for m in maps)
    caption = say("foresee-maps-caption", north=say("map-north"))
    return Picture(drawn, say("foresee-maps-alt", definition=definition.title, days=days), caption)


def draw_timeline(content: ForeseeContent, definition: ServiceDefinition, texts: Texts) -> Picture:
    """Return the chart of all dates: people affected, newcomers among them, and the area of white spots."""
    say, figures = texts.say, content.figures(definition.id)
    title = textwrap.wrap(say("foresee-chart-title", definition=definition.title), _TITLE_CHARACTERS)
    known = figures[0].people is not None
    rows = 2 if known else 1
    head = 2 * _MARGIN + _LINE * len(title)
    foot = 0.68
    height = head + rows * (_CHART_HIGH + 0.2) + foot
    with fixed_style():
        figure = Figure(figsize=(_WIDTH, height), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        figure.text(_MARGIN / _WIDTH, (height - _MARGIN) / height, "\n".join(title), size=11, weight="bold", va="top")
        if content.synthetic:
            _stamp(figure, say("synthetic-word"), height)
        for k in range(rows):
            bottom = foot + (rows - 1 - k) * (_CHART_HIGH + 0.2)
            axes = figure.add_axes(
                (_CHART_LEFT / _WIDTH, bottom / height, (_WIDTH - _CHART_LEFT - 0.2) / _WIDTH, _CHART_HIGH / height)
            )
            (_people_bars if known and k == 0 else _area_bars)(axes, figures, texts)
            _frame(axes, figures, last=k == rows - 1)
        handles, labels = _together(figure)
        figure.legend(
            handles, labels, loc="lower left", ncols=4, frameon=False, fontsize=8.5,
            bbox_to_anchor=(_MARGIN / _WIDTH, 0.02 / height), borderaxespad=0.0, borderpad=0.2, columnspacing=1.4,
        )  # fmt: skip
        drawn = figure_png(figure)
    caption = say("foresee-chart-caption")
    return Picture(drawn, say("foresee-chart-alt", definition=definition.title, count=len(figures)), caption)


def _panel_size(content: ForeseeContent, number: int) -> tuple[float, float]:
    """Return height and width (inches) of each map."""
    grid = content.grid
    wide = (_WIDTH - 2 * _MARGIN - (max(number, 2) - 1) * _GAP) / max(number, 2)
    high = wide * grid.rows / grid.cols
    return (high, wide) if high <= _TALLEST else (_TALLEST, _TALLEST * grid.cols / grid.rows)


def _panel(sheet: Sheet, one: ForeseenMap) -> None:
    axes = sheet.axes
    x_min, y_min, x_max, y_max = (value / 1e3 for value in sheet.grid.bounds_m)
    paint(sheet, one.classes, list(_COLOURS))
    axes.set_xlim(x_min, x_max)
    axes.set_ylim(y_min, y_max)
    axes.set_xticks([])
    axes.set_yticks([])
    for state, shape in one.outlines:
        path = outline_path(shape)
        if path is not None:
            colour, line, width = _STATES[state]
            axes.add_patch(PathPatch(path, facecolor="none", edgecolor="white", linewidth=width + 1.2, zorder=5))
            axes.add_patch(
                PathPatch(path, facecolor="none", edgecolor=colour, linewidth=width, linestyle=line, zorder=6)
            )
    axes.plot(
        [x / 1e3 for x, _ in one.sites], [y / 1e3 for _, y in one.sites], linestyle="none", marker="^", markersize=5,
        markerfacecolor=palette.SITE, markeredgecolor="white", markeredgewidth=0.6, zorder=10, scalex=False,
        scaley=False,
    )  # fmt: skip


def _when(content: ForeseeContent, one: ForeseenMap, number: int, texts: Texts) -> str:
    if number == 0:
        return texts.say("foresee-now", date=one.date.isoformat())
    last = one.date == content.foresight.dates[-1]
    return texts.say("foresee-after" if last else "foresee-during", date=one.date.isoformat())


def _words(content: ForeseeContent, one: ForeseenMap, texts: Texts) -> str:
    found = next(f for f in content.figures(one.definition) if f.date == one.date)
    area = texts.number(found.area_m2 / 1e4, 1)
    if found.people is None:
        return texts.say("foresee-panel-area", count=found.white_spots, area=area)
    return texts.say("foresee-panel", count=found.white_spots, area=area, people=texts.number(found.people, 0))


def _over_panel(figure: Figure, corner: tuple[float, float], height: float, words: tuple[str, str]) -> None:
    x, y = corner
    figure.text(x / _WIDTH, (y + 0.25) / height, words[0], size=9.5, weight="bold", va="center")
    figure.text(x / _WIDTH, (y + 0.09) / height, words[1], size=8, va="center", color="#555555")


def _scale(figure: Figure, content: ForeseeContent, wide: float, height: float, texts: Texts) -> None:
    """Draw the scale bar and the arrow to grid north below the first map."""
    x_min, _, x_max, _ = content.grid.bounds_m
    length = scale_length_m(x_max - x_min)
    bar = length / (x_max - x_min) * wide
    key, value = ("map-scale-km", length / 1e3) if length >= 1e3 else ("map-scale-m", length)
    bottom = _LEGEND + 0.12
    for half, colour in ((0, palette.INK), (1, "white")):
        figure.add_artist(
            Rectangle(
                ((_MARGIN + half * bar / 2) / _WIDTH, bottom / height), bar / 2 / _WIDTH, 0.045 / height,
                transform=figure.transFigure, facecolor=colour, edgecolor=palette.INK, linewidth=0.6,
            )
        )  # fmt: skip
    said = f"{texts.say(key, length=f'{value:g}')} · {texts.say('foresee-north-up', north=texts.say('map-north'))}"
    figure.text((_MARGIN + bar + 0.1) / _WIDTH, (bottom + 0.02) / height, said, size=8, va="center")


def _legend(figure: Figure, height: float, texts: Texts) -> None:
    say = texts.say
    handles: list[Patch | Line2D] = [
        Patch(facecolor=colour, edgecolor="#777777", linewidth=0.4, label=say(key))
        for key, colour in (
            ("legend-total", palette.TOTAL),
            ("legend-partial", palette.PARTIAL),
            ("legend-no-whitespot", palette.OPEN_GROUND),
            ("legend-building", palette.BUILDING),
        )
    ]
    handles.append(
        Patch(facecolor=palette.UNKNOWN, hatch="////", edgecolor=palette.UNKNOWN_STRIPE, linewidth=0.4,
              label=say("legend-unknown-any"))
    )  # fmt: skip
    handles += [
        Line2D([], [], color=colour, linestyle=line, linewidth=width, label=say(f"foresee-legend-{state}"))
        for state, (colour, line, width) in _STATES.items()
    ]
    handles.append(
        Line2D([], [], color="none", marker="^", markersize=6, markerfacecolor=palette.SITE, markeredgecolor="white",
               label=say("legend-site"))
    )  # fmt: skip
    figure.legend(
        handles=handles, loc="lower left", ncols=5, frameon=False, fontsize=8.5,
        bbox_to_anchor=(_MARGIN / _WIDTH, 0.02 / height), borderaxespad=0.0, borderpad=0.2, labelspacing=0.4,
        handlelength=1.8, handletextpad=0.5, columnspacing=1.2,
    )  # fmt: skip


def _stamp(figure: Figure, word: str, height: float) -> None:
    box: dict[str, Any] = {"boxstyle": "square,pad=0.3", "facecolor": "white", "edgecolor": palette.WARNING}
    figure.text(
        1.0 - 2 * _MARGIN / _WIDTH, (height - _MARGIN) / height, word, size=10, weight="bold", color=palette.WARNING,
        ha="right", va="top", bbox=box,
    )  # fmt: skip


def _people_bars(axes: Axes, figures: Sequence[DateFigures], texts: Texts) -> None:
    x = np.arange(len(figures))
    new = np.array([f.newcomers_white or 0.0 for f in figures])
    old = np.array([f.people or 0.0 for f in figures]) - new
    nobody = np.array([f.total_people or 0.0 for f in figures])
    axes.bar(x, old, 0.62, color=_RESIDENT, label=texts.say("foresee-bar-residents"))
    axes.bar(x, new, 0.62, bottom=old, color=_NEWCOMER, hatch="//", edgecolor="white", linewidth=0.0,
             label=texts.say("foresee-bar-newcomers"))  # fmt: skip
    axes.plot(x, nobody, linestyle="none", marker="_", markersize=22, markeredgewidth=2.2, color=_TOTAL,
              label=texts.say("foresee-bar-nobody"))  # fmt: skip
    axes.set_ylabel(texts.say("foresee-axis-people"), size=8.5)
    _numbers(axes, x, old + new, texts, 0)


def _area_bars(axes: Axes, figures: Sequence[DateFigures], texts: Texts) -> None:
    x, area = np.arange(len(figures)), np.array([f.area_m2 for f in figures]) / 1e4
    axes.bar(x, area, 0.62, color="#b9b2a3", label=texts.say("foresee-bar-area"))
    axes.set_ylabel(texts.say("foresee-axis-area"), size=8.5)
    _numbers(axes, x, area, texts, 1)


def _numbers(axes: Axes, x: np.ndarray, value: np.ndarray, texts: Texts, digits: int) -> None:
    for at, figure in zip(x.tolist(), value.tolist(), strict=True):
        axes.annotate(texts.number(figure, digits), (at, figure), (0, 2.5), textcoords="offset points", size=8,
                      ha="center", va="bottom")  # fmt: skip
    axes.set_ylim(0.0, 1.18 * max(float(value.max()), 1e-9) if value.max() > 0.0 else 1.0)


def _frame(axes: Axes, figures: Sequence[DateFigures], *, last: bool) -> None:
    axes.set_xlim(-0.6, len(figures) - 0.4)
    labels = [f.date.isoformat() for f in figures] if last else []
    axes.set_xticks(range(len(figures)), labels=labels or [""] * len(figures))
    if len(figures) > 8:
        for label in axes.get_xticklabels():
            label.set_rotation(20)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda v, _p: f"{v:,.0f}" if abs(v) >= 10 or v == math.floor(v) else f"{v:g}")
    )
    axes.tick_params(labelsize=8, length=3, width=0.6)
    axes.grid(visible=True, axis="y", color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _together(figure: Figure) -> tuple[list[Any], list[str]]:
    pairs = [pair for axes in figure.axes for pair in zip(*axes.get_legend_handles_labels(), strict=True)]
    return [handle for handle, _ in pairs], [label for _, label in pairs]
