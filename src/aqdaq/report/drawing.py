"""The sheet a map is drawn on: frame, axes in kilometres, scale bar, north arrow, legend, and its PNG bytes.

Figures are made without pyplot, so that nothing global is left behind; fonts and sizes are fixed, so that the same
map has the same bytes.
"""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray
from PIL import Image

from aqdaq.model.grid import Grid
from aqdaq.report import palette

DPI: Final = 120
_COLOURS: Final = 160
_STYLE: Final[Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.parse_math": False,
    "axes.linewidth": 0.6,
    "axes.labelcolor": palette.INK,
    "text.color": palette.INK,
    "hatch.linewidth": 1.1,
    "hatch.color": palette.UNKNOWN_STRIPE,
    "figure.dpi": DPI,
}

# Inches: what stands around the map.
_LEFT, _RIGHT, _TOP, _AXIS, _MARGIN = 0.72, 0.14, 0.74, 0.5, 0.12
_MAP_WIDTH, _MAP_HEIGHT = 5.7, 6.4
_LEGEND_ROW, _LEGEND_PAD = 0.2, 0.14
_CHARACTER, _HANDLE = 0.083, 0.55
#: Kinds of keys that are marked by a symbol, and its size.
_MARKERS: Final = {"site": ("^", 6.0), "star": ("*", 10.0)}
_LINE, _TITLE_CHARACTERS = 0.185, 62


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a map.

    Attributes:
        title: what it shows, with the unit.
        subtitle: project and date.
        axis_x: label of the horizontal axis.
        axis_y: label of the vertical axis.
        north: the letter on the arrow.
        scale_km: format of a length in kilometres, with ``{}`` for the figure.
        scale_m: the same in metres.
        stamp: word printed over a synthetic project's maps; empty for others.
    """

    title: str
    subtitle: str
    axis_x: str
    axis_y: str
    north: str
    scale_km: str
    scale_m: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend.

    Attributes:
        label: in words.
        colour: of the area, line or marker.
        kind: ``area``, ``unknown`` (hatched), ``line``, ``site`` or ``star``.
    """

    label: str
    colour: str
    kind: str = "area"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A map being drawn: the figure, its axes, and the size of the map in points."""

    figure: Figure
    axes: Axes
    grid: Grid
    width_pt: float
    height_pt: float

    def to_points(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return the place on the map (points from its lower left corner) of a point of the CRS (m)."""
        x_min, y_min, x_max, y_max = self.grid.bounds_m
        return (x_m - x_min) / (x_max - x_min) * self.width_pt, (y_m - y_min) / (y_max - y_min) * self.height_pt

    def to_km(self, x_pt: float, y_pt: float) -> tuple[float, float]:
        """Return the data coordinates (km) of a place on the map."""
        x_min, y_min, x_max, y_max = self.grid.bounds_m
        return (
            (x_min + x_pt / self.width_pt * (x_max - x_min)) / 1e3,
            (y_min + y_pt / self.height_pt * (y_max - y_min)) / 1e3,
        )


@dataclass(frozen=True, slots=True)
class _Page:
    """The sheet in inches, measured from its lower left corner."""

    width: float
    legend: float
    map_height: float
    head: float

    @property
    def map_top(self) -> float:
        return self.legend + _AXIS + self.map_height

    @property
    def height(self) -> float:
        return self.map_top + self.head

    def write(self, figure: Figure, x: float, y: float, words: str, **style: Any) -> None:
        figure.text(x / self.width, y / self.height, words, **style)

    def box(self, figure: Figure, place: tuple[float, float, float, float], colour: str) -> None:
        x, y, wide, high = place
        figure.add_artist(
            Rectangle(
                (x / self.width, y / self.height), wide / self.width, high / self.height,
                transform=figure.transFigure, facecolor=colour, edgecolor=palette.INK, linewidth=0.6,
            )
        )  # fmt: skip


@contextmanager
def fixed_style() -> Iterator[None]:
    """Draw with the fonts and sizes of the report, whatever the user's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def new_sheet(grid: Grid, heading: Heading, keys: list[Key]) -> Sheet:
    """Return an empty map of ``grid`` with all that stands around it. Call it inside ``fixed_style``.

    Args:
        grid: what the map covers.
        heading: title, axes, north, scale and stamp.
        keys: entries of the legend.
    """
    width = _MAP_WIDTH
    height = width * grid.rows / grid.cols
    if height > _MAP_HEIGHT:
        height, width = _MAP_HEIGHT, _MAP_HEIGHT * grid.cols / grid.rows
    title = textwrap.wrap(heading.title, _TITLE_CHARACTERS)
    columns, rows = _legend_shape(keys)
    page = _Page(
        width=_LEFT + _MAP_WIDTH + _RIGHT,
        legend=rows * _LEGEND_ROW + _LEGEND_PAD,
        map_height=height,
        head=_TOP + _LINE * (len(title) - 1),
    )
    figure = Figure(figsize=(page.width, page.height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    left = _LEFT + (_MAP_WIDTH - width) / 2
    axes = figure.add_axes(
        (left / page.width, (_AXIS + page.legend) / page.height, width / page.width, height / page.height)
    )
    sheet = Sheet(figure, axes, grid, width * 72.0, height * 72.0)
    page.write(figure, _MARGIN, page.height - 0.1, "\n".join(title), size=11, weight="bold", va="top")
    page.write(figure, _MARGIN, page.map_top + 0.27, heading.subtitle, size=8.5, va="center", color="#555555")
    _draw_axes(sheet, heading)
    _add_legend(figure, keys, columns, page)
    _scale_bar(sheet, heading, page)
    _north(sheet, heading, page)
    if heading.stamp:
        _stamp(sheet, heading, page)
    return sheet


def paint(sheet: Sheet, classes: NDArray[np.uint8], colours: list[str]) -> None:
    """Paint a raster of classes: 0 is the unknown, hatched in grey; class i takes ``colours[i - 1]``."""
    wide, high = (max(round(points / 72.0 * DPI), 1) for points in (sheet.width_pt, sheet.height_pt))
    # The nearest pixel for each dot of the picture: no colour is mixed, and a large raster is thinned once.
    rows = np.minimum(((np.arange(high) + 0.5) / high * classes.shape[0]).astype(np.int64), classes.shape[0] - 1)
    cols = np.minimum(((np.arange(wide) + 0.5) / wide * classes.shape[1]).astype(np.int64), classes.shape[1] - 1)
    shown = classes[np.ix_(rows, cols)]
    table = np.array([to_rgb(colour) for colour in (palette.UNKNOWN, *colours)])
    picture = table[shown]
    stripe = (np.arange(high)[:, None] + np.arange(wide)[None, :]) % 9 < 2
    picture[stripe & (shown == 0)] = to_rgb(palette.UNKNOWN_STRIPE)
    x_min, y_min, x_max, y_max = (value / 1e3 for value in sheet.grid.bounds_m)
    sheet.axes.imshow(picture, extent=(x_min, x_max, y_min, y_max), interpolation="nearest", aspect="auto", zorder=0)


def png(sheet: Sheet) -> bytes:
    """Return the picture as a PNG with a palette and without date or version."""
    return figure_png(sheet.figure)


def figure_png(figure: Figure) -> bytes:
    """Return a figure as ``png`` returns a map."""
    full = io.BytesIO()
    with warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; the page beside it writes it in full.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(full, format="png", dpi=DPI, metadata={"Software": None})
    full.seek(0)
    with Image.open(full) as picture:
        few = picture.convert("RGB").quantize(
            colors=_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
    out = io.BytesIO()
    few.save(out, format="PNG", optimize=True)
    return out.getvalue()


def scale_length_m(width_m: float) -> float:
    """Return a round length, 1, 2 or 5 times a power of ten, of about a quarter of ``width_m`` (m)."""
    goal = width_m / 4.0
    power = 10.0 ** math.floor(math.log10(goal))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= goal)


def _legend_shape(keys: list[Key]) -> tuple[int, int]:
    longest = max(len(key.label) for key in keys)
    columns = min(max(int((_LEFT + _MAP_WIDTH) / (_HANDLE + longest * _CHARACTER)), 1), len(keys))
    return columns, math.ceil(len(keys) / columns)


def _add_legend(figure: Figure, keys: list[Key], columns: int, page: _Page) -> None:
    figure.legend(
        handles=[_handle(key) for key in keys], loc="lower left", ncols=columns, frameon=False, fontsize=9,
        bbox_to_anchor=(_MARGIN / page.width, 0.03 / page.height), borderaxespad=0.0, borderpad=0.2, labelspacing=0.45,
        handlelength=1.6, handletextpad=0.5, columnspacing=1.4,
    )  # fmt: skip


def _handle(key: Key) -> Patch | Line2D:
    if key.kind == "line":
        return Line2D([], [], color=key.colour, linewidth=1.2, label=key.label)
    if key.kind in _MARKERS:
        marker, size = _MARKERS[key.kind]
        return Line2D([], [], color="none", marker=marker, markersize=size, markerfacecolor=key.colour,
                      markeredgecolor="white", label=key.label)  # fmt: skip
    if key.kind == "unknown":
        return Patch(facecolor=key.colour, hatch="////", edgecolor=palette.UNKNOWN_STRIPE, linewidth=0.4,
                     label=key.label)  # fmt: skip
    return Patch(facecolor=key.colour, edgecolor="#777777", linewidth=0.4, label=key.label)


def _draw_axes(sheet: Sheet, heading: Heading) -> None:
    axes = sheet.axes
    x_min, y_min, x_max, y_max = (value / 1e3 for value in sheet.grid.bounds_m)
    axes.set_xlim(x_min, x_max)
    axes.set_ylim(y_min, y_max)
    axes.set_xlabel(heading.axis_x, size=8.5)
    axes.set_ylabel(heading.axis_y, size=8.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(FuncFormatter(_km))
    axes.tick_params(labelsize=8, length=3, width=0.6)
    for label in axes.get_yticklabels():
        label.set_rotation(90)
        label.set_verticalalignment("center")


def _km(value: float, _position: int | None = None) -> str:
    return f"{round(value, 3):g}" if abs(value) < 1e5 else f"{round(value, 3)}"


def _scale_bar(sheet: Sheet, heading: Heading, page: _Page) -> None:
    """Draw the scale bar at the right end of the row of the axis label, where it covers nothing."""
    x_min, _, x_max, _ = sheet.grid.bounds_m
    length = scale_length_m(x_max - x_min)
    text = heading.scale_km.format(f"{length / 1e3:g}") if length >= 1e3 else heading.scale_m.format(f"{length:g}")
    wide = length / (x_max - x_min) * sheet.width_pt / 72.0
    left, bottom = page.width - _RIGHT - wide, page.legend + 0.03
    for half, colour in ((0, palette.INK), (1, "white")):
        page.box(sheet.figure, (left + half * wide / 2, bottom, wide / 2, 0.045), colour)
    page.write(sheet.figure, left + wide / 2, bottom + 0.07, text, size=8, ha="center", va="bottom")


def _north(sheet: Sheet, heading: Heading, page: _Page) -> None:
    """Draw the arrow to grid north in the upper right corner, above the map."""
    x, y = page.width - _RIGHT - 0.09, page.height - 0.36
    corners = ((x, y + 0.26), (x - 0.075, y), (x, y + 0.055), (x + 0.075, y))
    shape = [(px / page.width, py / page.height) for px, py in corners]
    sheet.figure.add_artist(
        Polygon(shape, closed=True, transform=sheet.figure.transFigure, facecolor=palette.INK, edgecolor="none")
    )
    page.write(sheet.figure, x, y - 0.02, heading.north, size=8.5, ha="center", va="top", weight="bold")


def _stamp(sheet: Sheet, heading: Heading, page: _Page) -> None:
    """Write the word for synthetic data over the map."""
    box = {"boxstyle": "square,pad=0.3", "facecolor": "white", "edgecolor": palette.WARNING}
    page.write(
        sheet.figure, page.width - _RIGHT - 0.42, page.map_top + 0.27, heading.stamp, size=10, weight="bold",
        color=palette.WARNING, ha="right", va="center", bbox=box,
    )  # fmt: skip
