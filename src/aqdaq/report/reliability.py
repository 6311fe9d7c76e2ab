"""The reliability diagram: what probability of service was said, and in what share of these places service was."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from aqdaq.model.validation import DefinitionScore, ReliabilityBin
from aqdaq.report import palette
from aqdaq.report.drawing import DPI, figure_png, fixed_style
from aqdaq.report.texts import Texts

#: Inches: the sheet, and the axes on it.
_WIDTH, _HIGH, _LEFT, _RIGHT, _MARGIN = 6.0, 4.4, 0.72, 0.2, 0.12
_COUNTS, _AXIS, _LEGEND, _LINE = 0.5, 0.5, 0.44, 0.19
_TITLE_CHARACTERS: Final = 64
_POINT, _BAR, _EVEN, _BOUND = "#1b5e9e", "#5b8fbf", "#4d4d4d", palette.TOTAL


@dataclass(frozen=True, slots=True)
class Said:
    """What stands around a diagram.

    Attributes:
        definition: its title.
        layer: as text; empty for all layers together.
        split: how the measurements were kept from the fit, in words.
        bound: probability that the definition asks for, 0..1; None where it asks for none.
        stamp: word printed over a synthetic project's pictures; empty for others.
    """

    definition: str
    layer: str
    split: str
    bound: float | None
    stamp: str


def draw_reliability(score: DefinitionScore, said: Said, texts: Texts) -> bytes:
    """Return the diagram as PNG, the same bytes for the same scores.

    One point a bin at its mean forecast; a bar for the 95 % interval of the share; the number of places over each; the
    diagonal, on which an honest forecast lies.

    Args:
        score: with its reliability table.
        said: what stands around it.
        texts: the language.
    """
    title = textwrap.wrap(texts.say("reliability-title", definition=said.definition), _TITLE_CHARACTERS)
    head = 2 * _MARGIN + _LINE * (len(title) + 1) + _COUNTS
    height = head + _HIGH + _AXIS + _LEGEND
    with fixed_style():
        figure = Figure(figsize=(_WIDTH, height), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        place = (_LEFT / _WIDTH, (_AXIS + _LEGEND) / height, (_WIDTH - _LEFT - _RIGHT) / _WIDTH, _HIGH / height)
        axes = figure.add_axes(place)
        top = (height - _MARGIN) / height
        figure.text(_MARGIN / _WIDTH, top, "\n".join(title), size=11, weight="bold", va="top")
        below = " · ".join(part for part in (said.layer, said.split) if part)
        under = top - _LINE * len(title) / height
        figure.text(_MARGIN / _WIDTH, under, below, size=8.5, va="top", color="#555555")
        if said.stamp:
            _stamp(figure, said.stamp, 1.0 - _RIGHT / _WIDTH, under)
        _frame(axes, texts)
        _draw(axes, [b for b in score.reliability if b.count], said, texts)
        figure.legend(
            *axes.get_legend_handles_labels(), loc="lower left", ncols=2, frameon=False, fontsize=8.5,
            bbox_to_anchor=(_MARGIN / _WIDTH, 0.02 / height), borderaxespad=0.0, borderpad=0.2, labelspacing=0.4,
        )  # fmt: skip
        return figure_png(figure)


def _stamp(figure: Figure, word: str, x: float, y: float) -> None:
    box: dict[str, Any] = {"boxstyle": "square,pad=0.3", "facecolor": "white", "edgecolor": palette.WARNING}
    figure.text(x, y, word, size=10, weight="bold", color=palette.WARNING, ha="right", va="top", bbox=box)


def _frame(axes: Axes, texts: Texts) -> None:
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(0.0, 100.0)
    axes.set_xlabel(texts.say("reliability-axis-said"), size=8.5)
    axes.set_ylabel(texts.say("reliability-axis-was"), size=8.5)
    axes.set_xticks(range(0, 101, 10))
    axes.set_yticks(range(0, 101, 10))
    axes.tick_params(labelsize=8, length=3, width=0.6)
    axes.grid(visible=True, color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)


def _draw(axes: Axes, bins: list[ReliabilityBin], said: Said, texts: Texts) -> None:
    axes.plot(
        [0, 100], [0, 100], color=_EVEN, linewidth=1.0, linestyle=(0, (5, 3)), label=texts.say("reliability-even")
    )
    if said.bound is not None:
        axes.axvline(
            100.0 * said.bound, color=_BOUND, linewidth=1.1, linestyle=(0, (1, 1.5)),
            label=texts.say("reliability-bound", bound=f"{100.0 * said.bound:g}"),
        )  # fmt: skip
    x = np.array([100.0 * (b.forecast or 0.0) for b in bins])
    y = np.array([100.0 * (b.observed or 0.0) for b in bins])
    ends = np.array([[100.0 * b.observed_low for b in bins], [100.0 * b.observed_high for b in bins]])
    if bins:
        axes.errorbar(
            x, y, yerr=np.abs(ends - y), fmt="none", ecolor=_BAR, elinewidth=1.4, capsize=3.0, capthick=1.2, zorder=3,
            clip_on=False, label=texts.say("reliability-bar"),
        )  # fmt: skip
    axes.plot(
        x, y, color=_POINT, linewidth=0.9, marker="o", markersize=5.5, markeredgecolor="white", markeredgewidth=0.7,
        zorder=4, clip_on=False, label=texts.say("reliability-point"),
    )  # fmt: skip
    for b in bins:
        words = texts.say("reliability-count", count=texts.number(b.count))
        middle = (b.low + b.high) / 2.0
        axes.text(middle, 1.015, words, transform=axes.transAxes, size=7.5, rotation=90, ha="center", va="bottom")
