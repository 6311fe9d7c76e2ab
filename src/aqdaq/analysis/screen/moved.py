"""Cells whose id was heard where their site cannot be: an id that moved to another mast.

Three signs. A level above free space from the site of the table. Strong samples near the site in one time and near
another place in another. Levels that rise towards another place and not at all towards the site.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import rankdata

from aqdaq.analysis.screen.findings import Finding, Judgement
from aqdaq.analysis.screen.log import Bools, Floats, Ints, Log, PlacedLike, medians, numbered, pixels

MOVED: Final = "the cell was heard where its site cannot be"

#: Side of the squares within which the levels of a cell are taken together (m).
PIXEL_M: Final = 25.0
#: Above free space by more than this (dB), in so many rows and squares: power, gain and the phone are never so wrong.
ABOVE_FREE_DB: Final = 10.0
ABOVE_ROWS: Final = 5
SQUARES: Final = 3
#: Nearer than this to the site (m) a level above free space is a wrong power, not a wrong place.
NEAR_M: Final = 300.0
#: The strongest squares: this share, at least so many; most of them lie together within this distance (m).
STRONG_SHARE: Final = 0.05
LEAST_STRONG: Final = 5
TOGETHER_M: Final = 300.0
TOGETHER_SHARE: Final = 0.7
#: A place farther from the site than this (m) is another site.
AWAY_M: Final = 500.0
#: Times at two places must be apart by a day (s), so that the two ends of one drive are not taken for two times.
APART_S: Final = 86_400.0
#: Strong at another place means within this of the strongest near the site (dB).
AS_STRONG_DB: Final = 6.0
#: Squares of a cell that are needed to judge how its level falls with distance.
TREND_SQUARES: Final = 40
#: Rank correlation of level and nearness: with the other place above the first, with the site below the second. An
#: antenna that points elsewhere than its table says, and hills, give correlations near 0 and places within 700 m.
TREND_THERE: Final = 0.6
TREND_HERE: Final = 0.0
TREND_AWAY_M: Final = 700.0
#: What the rows of a cell are worth whose levels only rise towards another place.
TREND_WEIGHT: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Squares:
    """The squares of one cell: arrays of shape (squares,)."""

    x_m: Floats
    y_m: Floats
    level_dbm: Floats
    time_s: Floats


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cell seems to be, and which rows say so."""

    x_m: float
    y_m: float
    rows: Bools
    why: str
    weight: float | None = None


def moved_cells(log: Log, cells: Sequence[PlacedLike]) -> list[Judgement]:
    """Return the cells that were heard where their site cannot be, with the place where they seem to be.

    Args:
        log: rows.
        cells: with their sites; rows of other cells are not judged.
    """
    heard = log.subset(log.heard)
    if not len(heard):
        return []
    heard = heard.subset(np.argsort(heard.cell, kind="stable"))
    number = {name: n for n, name in enumerate(log.names.cell)}
    # Squares of different days stay apart: a cell may have moved between them.
    day = np.where(np.isfinite(heard.time_s), np.nan_to_num(heard.time_s) // 86_400.0, -1.0).astype(np.int64)
    square = numbered(heard.cell, pixels(heard, PIXEL_M), day)
    merged = _merged(heard, square)
    of_cell = heard.cell[np.unique(square, return_index=True)[1]]
    made = []
    for placed in cells:
        n = number.get(placed.cell.id)
        if n is None:
            continue
        first, last = np.searchsorted(heard.cell, (n, n + 1))
        begin, end = np.searchsorted(of_cell, (n, n + 1))
        if end - begin >= SQUARES:
            rows = heard.subset(np.arange(first, last))
            own = _Squares(*(getattr(merged, name)[begin:end] for name in _Squares.__slots__))
            made += _judge(placed, rows, own)
    return made


def _merged(log: Log, square: Ints) -> _Squares:
    count = int(square.max()) + 1
    timed = np.isfinite(log.time_s)
    return _Squares(
        medians(square, log.x_m, count),
        medians(square, log.y_m, count),
        medians(square, log.level_dbm, count),
        medians(square[timed], log.time_s[timed], count),
    )


def _judge(placed: PlacedLike, log: Log, squares: _Squares) -> list[Judgement]:
    """Return what is wrong with the place of one cell, if anything."""
    above = _above_free_space(placed, log)
    if above.sum() >= ABOVE_ROWS and len(np.unique(pixels(log.subset(above), PIXEL_M))) >= SQUARES:
        near = np.hypot(log.x_m - placed.x_m, log.y_m - placed.y_m) <= NEAR_M
        if (above & near).any():
            return [_too_strong(placed, int(above.sum()))]
        x_m, y_m = float(np.median(log.x_m[above])), float(np.median(log.y_m[above]))
        place = _Place(x_m, y_m, above, "stronger there than free space from its site allows")
        found = [place, _other_trend(placed, log.subset(~above), squares)]
        return [_judged(placed, part, one) for part, one in zip((log, log.subset(~above)), found, strict=True) if one]
    other = _two_times(placed, log, squares) or _other_trend(placed, log, squares)
    return [_judged(placed, log, other)] if other is not None else []


def _above_free_space(placed: PlacedLike, log: Log) -> Bools:
    """Return the rows above free space (ITU-R P.525) from the site at the maximum of the pattern."""
    cell = placed.cell
    flat_m = np.hypot(log.x_m - placed.x_m, log.y_m - placed.y_m)
    space_m = np.maximum(np.hypot(flat_m, cell.height_m), 1.0)
    free_db = 32.45 + 20.0 * np.log10(cell.frequency_mhz) + 20.0 * np.log10(space_m / 1000.0)
    return np.asarray(log.level_dbm > cell.reference_eirp_dbm - free_db + ABOVE_FREE_DB)


def _too_strong(placed: PlacedLike, rows: int) -> Judgement:
    what = (
        f"cell {placed.cell.id}: {rows} rows are more than {ABOVE_FREE_DB:g} dB above free space, near its site too: "
        "its power in the table is too low"
    )
    return Judgement(Finding("moved cell", what, rows, "said"), np.zeros(0, dtype=np.int64))


def _judged(placed: PlacedLike, log: Log, place: _Place) -> Judgement:
    rows = int(place.rows.sum())
    far_m = float(np.hypot(place.x_m - placed.x_m, place.y_m - placed.y_m))
    then = "set aside" if place.weight is None else f"count for {place.weight:g}"
    what = (
        f"cell {placed.cell.id}: {place.why}; it seems to be near x {place.x_m:.0f}, y {place.y_m:.0f}, {far_m:.0f} m "
        f"from its site in the table; {rows} rows {then}"
    )
    figures = {"x_m": place.x_m, "y_m": place.y_m, "away_m": far_m}
    if place.weight is None:
        return Judgement(Finding("moved cell", what, rows, "set aside", figures), log.row[place.rows], reason=MOVED)
    return Judgement(Finding("moved cell", what, rows, "downweighted", figures), log.row[place.rows], place.weight)


def _strongest(squares: _Squares, among: Bools) -> Ints:
    """Return the strongest squares of some."""
    here = np.flatnonzero(among)
    count = max(LEAST_STRONG, int(np.ceil(STRONG_SHARE * len(squares.level_dbm))))
    return here[np.argsort(-squares.level_dbm[here], kind="stable")[:count]]


def _together(squares: _Squares, chosen: Ints) -> tuple[float, float] | None:
    """Return the middle of squares that lie together, or nothing."""
    if len(chosen) < LEAST_STRONG:
        return None
    x_m, y_m = float(np.median(squares.x_m[chosen])), float(np.median(squares.y_m[chosen]))
    near = np.hypot(squares.x_m[chosen] - x_m, squares.y_m[chosen] - y_m) <= TOGETHER_M
    return (x_m, y_m) if near.mean() >= TOGETHER_SHARE else None


def _two_times(placed: PlacedLike, log: Log, squares: _Squares) -> _Place | None:
    """Return another place that is strong in a time of its own, at least a day apart from that of the site."""
    far_m = np.hypot(squares.x_m - placed.x_m, squares.y_m - placed.y_m)
    timed = np.isfinite(squares.time_s)
    here, there = _strongest(squares, timed & (far_m <= AWAY_M)), _strongest(squares, timed & (far_m > 2.0 * AWAY_M))
    middle = _together(squares, there)
    if middle is None or len(here) < LEAST_STRONG:
        return None
    if np.median(squares.level_dbm[there]) < np.median(squares.level_dbm[here]) - AS_STRONG_DB:
        return None
    first, second = squares.time_s[here], squares.time_s[there]
    later = second.min() - first.max() > APART_S
    if not later and first.min() - second.max() <= APART_S:
        return None
    border = 0.5 * (second.min() + first.max()) if later else 0.5 * (first.min() + second.max())
    with np.errstate(invalid="ignore"):
        rows = log.time_s > border if later else log.time_s < border
    return _Place(*middle, rows, "strong near its site in one time and at another place in another")


def _other_trend(placed: PlacedLike, log: Log, squares: _Squares) -> _Place | None:
    """Return the place towards which levels rise, when they do not rise towards the site."""
    if len(squares.level_dbm) < TREND_SQUARES:
        return None
    middle = _together(squares, _strongest(squares, np.ones(len(squares.level_dbm), dtype=np.bool_)))
    if middle is None or np.hypot(middle[0] - placed.x_m, middle[1] - placed.y_m) <= TREND_AWAY_M:
        return None
    here = _nearness(squares, placed.x_m, placed.y_m)
    there = _nearness(squares, *middle)
    if there < TREND_THERE or here > TREND_HERE:
        return None
    why = f"its level rises towards another place (rank correlation {there:.2f}) and not towards its site ({here:.2f})"
    return _Place(*middle, np.ones(len(log), dtype=np.bool_), why, TREND_WEIGHT)


def _nearness(squares: _Squares, x_m: float, y_m: float) -> float:
    """Return the rank correlation of level and nearness to a place."""
    near = -np.hypot(squares.x_m - x_m, squares.y_m - y_m)
    with np.errstate(invalid="ignore"):
        found = np.corrcoef(rankdata(squares.level_dbm), rankdata(near))[0, 1]
    return float(np.nan_to_num(found))
