"""Measured fields beside the computed maxima as a picture: bars for what was computed, intervals for what was measured.

Kinds of number differ by form as well as by colour: a bar is computed, a point with its interval measured.
"""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from aqdaq.report import palette
from aqdaq.report.drawing import fixed_style
from aqdaq.report.texts import Texts

PictureKind = Literal["png", "svg"]
Phase = Literal["before", "after", ""]
#: Why nothing follows from keeping a limit: its time is over, or its text was not read.
Doubt = Literal["expired", "unverified"]

DPI: Final = 130
#: From this ratio of the largest to the smallest value on, the axis is logarithmic.
SPAN: Final = 30.0

_THEORETICAL, _ACTUAL, _MEASURED, _LIMIT = "#e8d9a6", "#b98a1d", "#1b5e9e", palette.WARNING
_MARKS: Final = {"before": ("o", "white"), "after": ("s", _MEASURED), "": ("D", _MEASURED)}
# Inches.
_WIDTH, _LEFT, _RIGHT, _ROW, _HEAD, _AXIS, _LEGEND, _MARGIN = 9.4, 3.0, 0.35, 0.42, 0.36, 0.5, 0.52, 0.12
_LABEL_CHARACTERS, _TITLE_CHARACTERS = 40, 95


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One measurement beside what was computed for its place and its range of frequencies; fields in V/m.

    Attributes:
        label: the place.
        what: range of frequencies and time, in words.
        phase: before or after a change, or neither.
        measured_v_m: the value; the bound of one below detection.
        low_v_m: lower end of its interval; None where the uncertainty is unknown.
        high_v_m: upper end.
        below_detection: whether it is a bound.
        theoretical_v_m: theoretical maximum; None where unknown.
        actual_v_m: actual maximum.
        limit_v_m: what the limit of the picture allows there; None where it says nothing.
    """

    label: str
    what: str
    phase: Phase
    measured_v_m: float
    low_v_m: float | None
    high_v_m: float | None
    below_detection: bool
    theoretical_v_m: float | None
    actual_v_m: float | None
    limit_v_m: float | None = None


def draw_fields(
    rows: Sequence[FieldRow], title: str, texts: Texts, kind: PictureKind = "png", *, limit: str = "",
    doubts: Sequence[Doubt] = (),
) -> bytes:  # fmt: skip
    """Return the picture, the same bytes for the same rows.

    Args:
        rows: from top to bottom, one at least.
        title: over it.
        texts: the language.
        kind: ``png`` or ``svg``.
        limit: name of the limit that is marked; empty for none.
        doubts: of that limit; they stand beside its name.
    """
    named = ", ".join([limit, *(texts.say(f"field-limit-{doubt}") for doubt in doubts)]) if limit else ""
    with fixed_style(), mpl.rc_context({"svg.hashsalt": "aqdaq"}):
        lines = textwrap.wrap(title, _TITLE_CHARACTERS)
        high = _ROW * len(rows)
        below, above = _AXIS + _LEGEND, _HEAD + 0.19 * len(lines)
        height = below + high + above
        figure = Figure(figsize=(_WIDTH, height), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((_LEFT / _WIDTH, below / height, (_WIDTH - _LEFT - _RIGHT) / _WIDTH, high / height))
        figure.text(_MARGIN / _WIDTH, 1.0 - _MARGIN / height, "\n".join(lines), size=11, weight="bold", va="top")
        _fill(axes, rows, texts, named)
        figure.legend(
            *axes.get_legend_handles_labels(), loc="lower left", ncols=3, frameon=False, fontsize=8.5,
            bbox_to_anchor=(_MARGIN / _WIDTH, 0.04 / height), borderaxespad=0.0, borderpad=0.2, labelspacing=0.4,
            handlelength=1.8, handletextpad=0.6, columnspacing=1.6,
        )  # fmt: skip
        said = [texts.say("field-limit", limit=named)] if doubts and named else []
        return _bytes(figure, kind, title, " ".join([_words(rows, texts), *said]))


def _fill(axes: Axes, rows: Sequence[FieldRow], texts: Texts, limit: str) -> None:
    left, right, logarithmic = _span(rows)
    axes.set_xscale("log" if logarithmic else "linear")
    axes.set_xlim(left, right)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    said: set[str] = set()
    for n, row in enumerate(rows):
        _bar(axes, n, row.theoretical_v_m, 0.36, _THEORETICAL, _once(said, texts.say("field-theoretical")))
        _bar(axes, n, row.actual_v_m, 0.18, _ACTUAL, _once(said, texts.say("field-actual")))
        if row.limit_v_m is not None and limit:
            label = _once(said, texts.say("field-limit", limit=limit))
            axes.plot([row.limit_v_m] * 2, [n - 0.42, n + 0.42], color=_LIMIT, linewidth=1.6, zorder=4, label=label)
        _point(axes, n, row, left, texts, said)
    axes.set_yticks(range(len(rows)), [_label(row, texts) for row in rows], size=8.0)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(texts.say("field-axis-log" if logarithmic else "field-axis"), size=8.5)
    axes.grid(axis="x", color="#dddddd", linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.spines[["top", "right", "left"]].set_visible(False)


def _bar(axes: Axes, n: int, value: float | None, half: float, colour: str, label: str | None) -> None:
    if value is not None:
        axes.barh(
            n, value, height=2.0 * half, color=colour, edgecolor=palette.INK, linewidth=0.5, zorder=2, label=label
        )


def _point(axes: Axes, n: int, row: FieldRow, left: float, texts: Texts, said: set[str]) -> None:
    """Draw the measured value with its interval; of a bound an arrow to the left instead."""
    marker, fill = _MARKS[row.phase]
    if row.below_detection:
        axes.annotate(
            "", (left, n), (row.high_v_m or row.measured_v_m, n), zorder=5,
            arrowprops={"arrowstyle": "-|>", "color": _MEASURED, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        marker, label = "|", texts.say("field-below")
    else:
        label = texts.say(f"field-measured-{row.phase or 'other'}")
        if row.low_v_m is not None and row.high_v_m is not None:
            axes.plot([max(row.low_v_m, left), row.high_v_m], [n, n], color=_MEASURED, linewidth=1.8, zorder=5)
            for end in (row.low_v_m, row.high_v_m):
                axes.plot([end, end], [n - 0.13, n + 0.13], color=_MEASURED, linewidth=1.8, zorder=5)
    axes.plot(row.measured_v_m, n, linestyle="none", marker=marker, markersize=7, markerfacecolor=fill,
              markeredgecolor=_MEASURED, markeredgewidth=1.6, zorder=6, label=_once(said, label))  # fmt: skip


def _span(rows: Sequence[FieldRow]) -> tuple[float, float, bool]:
    """Return the ends of the axis (V/m), and whether it is logarithmic."""
    every = [
        value
        for row in rows
        for value in (
            row.measured_v_m, row.low_v_m, row.high_v_m, row.theoretical_v_m, row.actual_v_m, row.limit_v_m,
        )
        if value is not None and math.isfinite(value) and value > 0.0
    ]  # fmt: skip
    low, high = min(every), max(every)
    if high / low > SPAN:
        return low / 1.6, high * 1.6, True
    return 0.0, high * 1.08, False


def _once(said: set[str], label: str) -> str | None:
    """Return a label the first time; the legend says each once."""
    if label in said:
        return None
    said.add(label)
    return label


def _label(row: FieldRow, texts: Texts) -> str:
    phase = f" ({texts.say(f'field-phase-{row.phase}')})" if row.phase else ""
    name = textwrap.shorten(row.label, _LABEL_CHARACTERS - len(phase), placeholder="…") or "–"
    return f"{name}{phase}\n{textwrap.shorten(row.what, _LABEL_CHARACTERS + 6, placeholder='…')}"


def _words(rows: Sequence[FieldRow], texts: Texts) -> str:
    """Return what the picture shows, in words: they stand for it where it cannot be seen."""
    return " ".join(
        texts.say(
            "field-words",
            place=f"{row.label}{', ' + texts.say(f'field-phase-{row.phase}') if row.phase else ''}, {row.what}",
            measured=("≤ " if row.below_detection else "") + texts.number(row.measured_v_m, 2),
            theoretical="–" if row.theoretical_v_m is None else texts.number(row.theoretical_v_m, 2),
            actual="–" if row.actual_v_m is None else texts.number(row.actual_v_m, 2),
        )
        for row in rows
    )


def _bytes(figure: Figure, kind: PictureKind, title: str, words: str) -> bytes:
    plain: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    out = io.BytesIO()
    with warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; the table beside the picture has it in full.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(out, format=kind, dpi=DPI, metadata={"Title": title, "Description": words, **plain})
    return out.getvalue()
