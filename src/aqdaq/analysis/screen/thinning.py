"""Thinning: one row for a pixel and cell, the median with count and spread, so that a traffic light is one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.analysis.screen.log import MAD_TO_SD, Bools, Floats, Ints, numbered
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import SCHEMA, Measurements

#: Days without a measurement that end a campaign.
CAMPAIGN_DAYS: Final = 30
#: Weights that differ by less are equal: half lies on either side.
SAME_WEIGHT: Final = 1e-6

Apart = Literal["campaign", "day", "nothing"]


@dataclass(frozen=True, slots=True)
class Thinned:
    """The outcome. The counts of the rows together are those of the rows that came in.

    Attributes:
        measurements: one row a pixel, cell and time, in the order in which the first of each came.
        rows_in: how many rows came in.
        merged: how many of them were merged with another.
        of_row: (rows_in,) the row into which each went.
    """

    measurements: Measurements
    rows_in: int
    merged: int
    of_row: NDArray[np.int64]


def thin(
    measurements: Measurements, side: Grid | float, *, by_route: bool = True, apart: Apart = "campaign"
) -> Thinned:
    """Return one row for each pixel and cell: the median, how many it stands for, and their spread.

    The median is weighted by weight times count. A row that was not heard lies below every level; where these hold
    more than half of the weight, the merged row was not heard either, and its level is the median of all bounds and
    levels, which the true median cannot exceed. The spread is 1.4826 times the median absolute deviation of the heard
    levels, with the spread that they had already. Places and times are means; the weight is that of the best row.

    Args:
        measurements: rows.
        side: the grid whose pixels are meant, or the side of squares (m).
        by_route: do not merge rows of different routes, so that a route can be left out in validation.
        apart: do not merge rows of different campaigns (30 days apart), of different days, or merge all.
    """
    table = measurements.table
    if len(table) == 0:
        return Thinned(measurements, 0, 0, np.zeros(0, dtype=np.int64))
    group, first = _groups(table, side, by_route=by_route, apart=apart)
    worth = (table["weight"] * table["count"]).to_numpy(dtype=np.float64)
    level, heard = table["level_dbm"].to_numpy(dtype=np.float64), table["heard"].to_numpy(dtype=np.bool_)
    size = len(first)
    silent = np.bincount(group, worth * ~heard, size) > 0.5 * np.bincount(group, worth, size)
    middle = np.where(silent, weighted_medians(group, level, worth, size), _heard_medians(group, level, heard, worth))
    merged = table.iloc[first].reset_index(drop=True)
    merged = merged.assign(
        level_dbm=middle,
        heard=~silent,
        count=np.bincount(group, table["count"], size).astype(np.int64),
        spread_db=_spread(table, group, middle, worth),
        weight=_largest(group, table["weight"].to_numpy(dtype=np.float64), size),
        confidence=_means(group, table["confidence"].to_numpy(dtype=np.float64), worth, size).clip(0.0, 1.0),
        device=_only(table["device"], group, size),
        date=_earliest(table["date"], group, size),
        **{
            name: _means(group, table[name].to_numpy(dtype=np.float64), worth, size)
            for name in ("x_m", "y_m", "time_s", "speed_m_s", "accuracy_m")
        },
    )
    alone = np.bincount(group, minlength=size)
    return Thinned(Measurements(merged[list(SCHEMA)]), len(table), int(alone[alone > 1].sum()), group)


def _groups(table: pd.DataFrame, side: Grid | float, *, by_route: bool, apart: Apart) -> tuple[Ints, Ints]:
    """Return the group of each row, numbered by its first row, and these first rows."""
    if isinstance(side, Grid):
        across = np.floor((table["x_m"].to_numpy() - side.x_min_m) / side.resolution_m)
        down = np.floor((side.y_max_m - table["y_m"].to_numpy()) / side.resolution_m)
    else:
        across, down = np.floor(table["x_m"].to_numpy() / side), np.floor(table["y_m"].to_numpy() / side)
    keys = [across.astype(np.int64), down.astype(np.int64), *(_codes(table[name]) for name in ("cell", "quantity"))]
    if by_route:
        keys += [_codes(table["source"]), _codes(table["route"])]
    code = numbered(*keys, _periods(table, apart))
    first = np.unique(code, return_index=True)[1]
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    return rank[code], first[order]


def _codes(column: pd.Series) -> Ints:
    return pd.factorize(column, sort=True)[0].astype(np.int64)


def _periods(table: pd.DataFrame, apart: Apart) -> Ints:
    """Return (n,) the number of the campaign or day of each row; rows of no day are together, apart from the others."""
    if apart == "nothing":
        return np.zeros(len(table), dtype=np.int64)
    codes, names = pd.factorize(table["date"], sort=True)
    days = pd.to_datetime(pd.Series(names, dtype="str"), format="%Y-%m-%d", errors="coerce")
    number = (days - pd.Timestamp(0)) // pd.Timedelta(days=1)
    day = number.fillna(-1).to_numpy(dtype=np.int64)
    if apart == "campaign":
        known = np.sort(day[day >= 0])
        begins = known[1:][np.diff(known) > CAMPAIGN_DAYS]
        day = np.where(day >= 0, np.searchsorted(begins, day, side="right"), -1)
    return np.asarray(day[codes], dtype=np.int64)


def weighted_medians(group: Ints, value: Floats, worth: Floats, groups: int) -> Floats:
    """Return (groups,) the weighted median of each group; the mean of two values where half lies on either side.

    Args:
        group: (n,) number of the group; every number occurs.
        value: (n,) values; minus infinity may stand for "below all".
        worth: (n,) positive weights.
        groups: how many there are.
    """
    order = np.lexsort((value, group))
    ranked, of = value[order], group[order]
    ends = np.searchsorted(of, np.arange(groups), side="right")
    running = np.cumsum(worth[order])
    half = 0.5 * (np.concatenate(([0.0], running[ends[:-1] - 1])) + running[ends - 1])
    low = np.minimum(np.searchsorted(running, half - SAME_WEIGHT), ends - 1)
    high = np.minimum(np.searchsorted(running, half + SAME_WEIGHT), ends - 1)
    return np.asarray(np.where(np.isfinite(ranked[low]), 0.5 * (ranked[low] + ranked[high]), ranked[high]))


def _heard_medians(group: Ints, level: Floats, heard: Bools, worth: Floats) -> Floats:
    """Return (groups,) the median with rows that were not heard below all others."""
    return weighted_medians(group, np.where(heard, level, -np.inf), worth, int(group.max()) + 1)


def _spread(table: pd.DataFrame, group: Ints, middle: Floats, worth: Floats) -> Floats:
    """Return (groups,) the spread of the heard levels; NaN where there is but one sample, or none was heard."""
    heard = table["heard"].to_numpy(dtype=np.bool_)
    size = len(middle)
    found = np.full(size, np.nan)
    within = table["spread_db"].to_numpy(dtype=np.float64)[heard]
    of, level, count = group[heard], table["level_dbm"].to_numpy(dtype=np.float64)[heard], worth[heard]
    if not len(of):
        return found
    present, back = np.unique(of, return_inverse=True)
    away = np.abs(level - weighted_medians(back, level, count, len(present))[back])
    between = MAD_TO_SD * weighted_medians(back, away, count, len(present))
    inside = np.nan_to_num(_means(back, within**2, count, len(present)), nan=0.0)
    several = (np.bincount(back) > 1) | (inside > 0.0)
    found[present[several]] = np.sqrt(between**2 + inside)[several]
    return found


def _means(group: Ints, value: Floats, worth: Floats, groups: int) -> Floats:
    """Return (groups,) the weighted mean of the values that are known; NaN where none is."""
    known = np.isfinite(value)
    weight = np.bincount(group[known], worth[known], groups)
    # Sums of large numbers lose digits: differences to the first value of the group do not.
    base = np.zeros(groups)
    base[group[known][::-1]] = value[known][::-1]
    total = np.bincount(group[known], (worth * (value - base[group]))[known], groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(weight > 0.0, base + total / weight, np.nan))


def _largest(group: Ints, value: Floats, groups: int) -> Floats:
    found = np.zeros(groups)
    np.maximum.at(found, group, value)
    return found


def _only(column: pd.Series, group: Ints, groups: int) -> pd.Series:
    """Return the value of each group, empty where it has several."""
    codes, names = pd.factorize(column, sort=True)
    low, high = np.full(groups, len(names), dtype=np.int64), np.full(groups, -1, dtype=np.int64)
    np.minimum.at(low, group, codes)
    np.maximum.at(high, group, codes)
    words = np.array([*names, ""], dtype=object)
    return pd.Series(words[np.where(low == high, low, len(names))], dtype="str")


def _earliest(column: pd.Series, group: Ints, groups: int) -> pd.Series:
    """Return the earliest day of each group, empty where no row has one."""
    codes, names = pd.factorize(column, sort=True)
    dated = np.array([name != "" for name in names], dtype=np.bool_)[codes]
    low = np.full(groups, len(names), dtype=np.int64)
    np.minimum.at(low, group[dated], codes[dated])
    return pd.Series(np.array([*names, ""], dtype=object)[low], dtype="str")
