"""The sides of a building, floor by floor, before and after, coloured by the share of a limit."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from aqdaq.report import palette
from aqdaq.report.drawing import figure_png, fixed_style
from aqdaq.report.exposure_colours import colour_of, hatch_of, legend_patches, letters_on
from aqdaq.report.exposure_content import Pack, State
from aqdaq.report.exposure_texts import ExposureTexts
from aqdaq.report.exposure_words import building_words, side_words

Float = NDArray[np.float64]

#: Sides that are drawn at most, the ones with the highest figures.
MOST_SIDES: Final = 4
#: Columns of one side that are drawn at most; more are joined, the highest figure of each kept.
MOST_COLUMNS: Final = 12

_WIDTH_IN: Final = 10.0
#: Height of a floor in the picture, and of all floors of one picture together, so that it fits on a page (inches).
_ROW_IN: Final = 0.22
_ROWS_IN: Final = 9.6
#: Floors of all sides of one picture.
_MOST_ROWS: Final = 50
_TOP_IN, _GAP_IN, _FOOT_IN = 0.95, 0.5, 1.25
#: A square where there is no window: grey crosses, unlike any colour of a share.
_NO_WINDOW: Final[dict[str, Any]] = {
    "facecolor": "#fbf8f1", "edgecolor": "#c9c4b8", "linewidth": 0.4, "hatch": "xxx"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facades:
    """The pictures of a building.

    Attributes:
        pngs: their bytes.
        shown: sides in them.
        sides: of the building.
    """

    pngs: tuple[bytes, ...]
    shown: int
    sides: int


@dataclass(frozen=True, slots=True)
class Side:
    """The places before the walls of one side of a building, as a grid of floors and columns.

    Attributes:
        facade_deg: outward direction (deg).
        floors: from the lowest up.
        columns: number of columns, as seen from outside from the left.
        members: (floor, column) -> numbers of receptors.
    """

    facade_deg: float
    floors: tuple[int, ...]
    columns: int
    members: dict[tuple[int, int], list[int]]

    def highest(self, state: State, limit: int, key: tuple[int, int]) -> float | None:
        """Return the highest ratio of a square; NaN where one is unknown, None where there is no place."""
        found = self.members.get(key)
        return None if not found else float(np.max(state.ratio[0, limit, found]))


def sides_of(pack: Pack, building: str) -> tuple[Side, ...]:
    """Return the sides of a building, those with the highest proposed figures first."""
    r = pack.receptors
    groups: dict[int, list[int]] = {}
    for i, owner in enumerate(r.building):
        if owner == building and r.floor[i] > 0 and math.isfinite(r.facade_deg[i]):
            groups.setdefault(round(float(r.facade_deg[i]) / 45.0) % 8, []).append(i)
    ratio = pack.proposed.ratio[0, pack.strictest]
    score = np.where(np.isfinite(ratio), ratio, np.inf)
    order = sorted(groups, key=lambda side: (-float(score[groups[side]].max()), side))
    return tuple(_side(pack, groups[side]) for side in order)


def _side(pack: Pack, members: list[int]) -> Side:
    r = pack.receptors
    turn = np.radians(r.facade_deg[members])
    mean = math.degrees(math.atan2(float(np.sin(turn).mean()), float(np.cos(turn).mean()))) % 360.0
    # To the right as seen from outside is a quarter turn against the outward direction.
    right = math.radians(mean - 90.0)
    along = r.at_m[members, 0] * math.sin(right) + r.at_m[members, 1] * math.cos(right)
    places = np.unique(np.round(along, 1))
    count = min(len(places), MOST_COLUMNS)
    column = {float(p): n * count // len(places) for n, p in enumerate(places)}
    found: dict[tuple[int, int], list[int]] = {}
    for i, a in zip(members, along.tolist(), strict=True):
        found.setdefault((int(r.floor[i]), column[float(np.round(a, 1))]), []).append(i)
    # Floors below ground or walled up have no place: they are drawn too, as squares without a window.
    floors = tuple(range(1, max(int(r.floor[i]) for i in members) + 1))
    return Side(mean, floors, count, found)


def facade_pictures(pack: Pack, building: str, texts: ExposureTexts) -> Facades:
    """Return the pictures of the sides of a building; none where it has no place before a wall.

    Args:
        pack: what it shows.
        building: id.
        texts: the language.
    """
    every = sides_of(pack, building)
    shown = every[:MOST_SIDES]
    pages: list[list[Side]] = []
    for side in shown:
        rows = sum(len(other.floors) for other in pages[-1]) if pages else _MOST_ROWS
        if rows + len(side.floors) > _MOST_ROWS:
            pages.append([])
        pages[-1].append(side)
    title = texts.say(
        "picture-facade-title",
        building=building_words(pack, building, texts),
        limit=texts.limit(pack.limits[pack.strictest]),
    )
    return Facades(tuple(_picture(pack, page, title, texts) for page in pages), len(shown), len(every))


def _picture(pack: Pack, sides: list[Side], title: str, texts: ExposureTexts) -> bytes:
    row = min(_ROW_IN, _ROWS_IN / sum(len(side.floors) for side in sides))
    heights = [row * len(side.floors) for side in sides]
    total = _TOP_IN + sum(heights) + _GAP_IN * len(sides) + _FOOT_IN
    with fixed_style():
        figure = Figure(figsize=(_WIDTH_IN, total))
        figure.text(0.5, 1.0 - 0.15 / total, title, ha="center", va="top", fontsize=12, fontweight="bold")
        for left, key in ((0.06, "head-existing"), (0.54, "head-proposed")):
            figure.text(left, 1.0 - 0.58 / total, texts.say(key), fontsize=11.5, fontweight="bold", va="top")
        y = total - _TOP_IN
        for side, height in zip(sides, heights, strict=True):
            y -= _GAP_IN + height
            for left, state in ((0.06, pack.existing), (0.54, pack.proposed)):
                axes = figure.add_axes((left, (y + 0.12) / total, 0.44, height / total))
                _draw(axes, side, state, pack.strictest, texts)
        figure.legend(
            handles=[*legend_patches(texts), _no_window(texts)], title=texts.say("picture-legend"), ncols=3,
            loc="lower center",
            bbox_to_anchor=(0.5, 0.0), frameon=False, fontsize=9.5, title_fontsize=10, handlelength=2.6,
            handleheight=1.5,
        )  # fmt: skip
        return figure_png(figure)


def _draw(axes: Axes, side: Side, state: State, limit: int, texts: ExposureTexts) -> None:
    rows = {floor: n for n, floor in enumerate(side.floors)}
    for floor, column in itertools.product(side.floors, range(side.columns)):
        ratio = side.highest(state, limit, (floor, column))
        y = rows[floor]
        if ratio is None:
            axes.add_patch(Rectangle((column, y), 1.0, 1.0, **_NO_WINDOW))
            continue
        axes.add_patch(
            Rectangle(
                (column, y), 1.0, 1.0, facecolor=colour_of(ratio), edgecolor="#777777", linewidth=0.4,
                hatch=hatch_of(ratio),
            )
        )  # fmt: skip
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6} if hatch_of(ratio) else None
        axes.text(
            column + 0.5, y + 0.46, _short(ratio, texts), ha="center", va="center", fontsize=7.2,
            color=palette.INK if box else letters_on(ratio), bbox=box,
        )  # fmt: skip
    axes.set_xlim(0, side.columns)
    axes.set_ylim(0, len(side.floors))
    axes.set_xticks([])
    axes.set_yticks([n + 0.5 for n in range(len(side.floors))], [str(f) for f in side.floors], fontsize=7.5)
    axes.tick_params(length=0)
    axes.set_ylabel(texts.say("picture-floor"), fontsize=8.5)
    axes.set_title(texts.say("picture-side", side=side_words(side.facade_deg, texts)), fontsize=9.5, loc="left", pad=2)


def _no_window(texts: ExposureTexts) -> Patch:
    return Patch(label=texts.say("picture-no-window"), **_NO_WINDOW)


def _short(ratio: float, texts: ExposureTexts) -> str:
    """Return a per cent that fits into a square."""
    percent = 100.0 * ratio
    if not math.isfinite(percent):
        return "?"
    if percent < 0.01:
        return f"<{texts.number(0.01, 2)}"
    digits = 2 if percent < 1.0 or 99.0 < percent < 101.0 else 1 if percent < 10.0 else 0
    return texts.number(percent, digits)
