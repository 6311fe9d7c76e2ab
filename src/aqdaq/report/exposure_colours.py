"""Classes of the share of a limit, and their colours: rising in lightness alone, so that every eye tells them apart."""

from __future__ import annotations

import itertools
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy import isfinite

from aqdaq.report import palette
from aqdaq.report.exposure_texts import ExposureTexts

#: Upper bounds of the classes in per cent; above the last one the limit is exceeded.
BOUNDS: Final = (1.0, 5.0, 10.0, 25.0, 50.0, 100.0)
COLOURS: Final = ("#f7fbff", "#dbe9f6", "#b0d2e7", "#78b2d6", "#3d8dc3", "#14599d")
OVER: Final = "#f2a33a"
#: Classes whose colour is so dark that letters on it are white.
_DARK_FROM: Final = 4


def class_of(ratio: float) -> int:
    """Return the class of a ratio: 0 to 5, 6 above the limit, -1 unknown."""
    if not isfinite(ratio):
        return -1
    return sum(100.0 * ratio > bound for bound in BOUNDS)


def colour_of(ratio: float) -> str:
    """Return the colour of a ratio."""
    number = class_of(ratio)
    return palette.UNKNOWN if number < 0 else (*COLOURS, OVER)[number]


def hatch_of(ratio: float) -> str | None:
    """Return the hatch of a ratio: above the limit, unknown, or none."""
    number = class_of(ratio)
    return "////" if number == len(BOUNDS) else "...." if number < 0 else None


def letters_on(ratio: float) -> str:
    """Return the colour of letters on the colour of a ratio."""
    return "white" if _DARK_FROM <= class_of(ratio) < len(BOUNDS) else palette.INK


def legend_patches(texts: ExposureTexts) -> list[Patch]:
    """Return the entries of the legend, from the lowest to the highest, and the unknown."""
    names = [f"≤ {texts.number(BOUNDS[0])} %"]
    names += [f"{texts.number(low)}–{texts.number(high)} %" for low, high in itertools.pairwise(BOUNDS)]
    entries = [Patch(facecolor=c, edgecolor="#666666", label=n) for c, n in zip(COLOURS, names, strict=True)]
    over = f"> {texts.number(BOUNDS[-1])} %: {texts.say('picture-over')}"
    entries.append(Patch(facecolor=OVER, edgecolor=palette.INK, hatch="////", label=over))
    unknown = texts.say("picture-unknown")
    entries.append(Patch(facecolor=palette.UNKNOWN, edgecolor=palette.UNKNOWN_STRIPE, hatch="....", label=unknown))
    return entries


def draw_legend(axes: Axes, texts: ExposureTexts, *, columns: int, below: float) -> None:
    """Draw the legend below a picture.

    Args:
        axes: that it belongs to.
        texts: the language.
        columns: entries side by side.
        below: how far below the axes, in parts of their height.
    """
    axes.legend(
        handles=legend_patches(texts), title=texts.say("picture-legend"), ncols=columns, loc="upper center",
        bbox_to_anchor=(0.5, below), frameon=False, fontsize=7, title_fontsize=7.5, handlelength=2.2, handleheight=1.4,
    )  # fmt: skip
