"""No row is lost and none is invented, whatever the rows are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from aqdaq.analysis.screen import screen, thin
from aqdaq.analysis.screen.clock import longest_rising
from aqdaq.model.measurements import Measurements
from tests.unit.screen_fixture import cells, reconcile

_ROW = st.tuples(
    st.sampled_from(["a.csv", "b.csv"]),
    st.sampled_from(["", "p", "q"]),
    st.sampled_from(["cell-0", "cell-1", "elsewhere"]),
    st.sampled_from([0.0, 10.0, 11.0, 500.0, 9e4]),
    st.one_of(st.just(float("nan")), st.integers(0, 90).map(lambda n: 1.77e9 + n), st.sampled_from([0.0, 1.5e9])),
    st.sampled_from([-150.0, -100.0, -99.5, -62.0, -44.0, 12.0]),
    st.booleans(),
    st.sampled_from([float("nan"), 3.0, 60.0, 800.0]),
    st.integers(1, 4),
    st.sampled_from([1.0, 0.4, 0.005]),
)


def _table(rows: list[tuple[object, ...]]) -> Measurements:
    names = ["source", "device", "cell", "x_m", "time_s", "level_dbm", "heard", "accuracy_m", "count", "weight"]
    frame = pd.DataFrame(rows, columns=names)
    frame = frame.assign(row=np.arange(len(rows)) + 2, y_m=frame["x_m"] / 2.0, quantity="RSRP", date="2026-03-02")
    return Measurements.filled(frame.astype({"time_s": "float64", "accuracy_m": "float64"}))


@settings(max_examples=150)
@given(st.lists(_ROW, min_size=1, max_size=80), st.integers(1, 4))
def test_rows_in_are_rows_out_and_rows_set_aside(rows: list[tuple[object, ...]], repeats: int) -> None:
    before = _table(rows * repeats)
    found = screen(before, cells(2))
    reconcile(before, found)
    again = screen(before, cells(2))
    pd.testing.assert_frame_equal(found.measurements.table, again.measurements.table)
    assert found.findings == again.findings
    assert (found.measurements.table["weight"] <= before.table["weight"].iloc[found.kept].reset_index(drop=True)).all()


@settings(max_examples=150)
@given(st.lists(_ROW, min_size=1, max_size=60), st.sampled_from(["campaign", "day", "nothing"]), st.booleans())
def test_thinning_keeps_every_count(rows: list[tuple[object, ...]], apart: str, by_route: bool) -> None:
    before = _table(rows)
    found = thin(before, 50.0, by_route=by_route, apart=apart)  # type: ignore[arg-type]
    after = found.measurements.table
    assert after["count"].sum() == before.table["count"].sum()
    assert found.rows_in == len(before)
    assert sorted(set(found.of_row.tolist())) == list(range(len(after)))
    assert found.merged == len(before) - int((np.bincount(found.of_row) == 1).sum())
    low = before.table["level_dbm"].groupby(found.of_row).min()
    high = before.table["level_dbm"].groupby(found.of_row).max()
    assert (after["level_dbm"] >= low - 1e-9).all()
    assert (after["level_dbm"] <= high + 1e-9).all()


@given(st.lists(st.integers(0, 30), max_size=60))
def test_the_longest_rising_part_rises_and_is_no_shorter_than_any_run(values: list[int]) -> None:
    times = np.array(values, dtype=np.float64)
    kept = longest_rising(times)
    assert (np.diff(times[kept]) >= 0.0).all()
    runs = np.split(times, np.flatnonzero(np.diff(times) < 0.0) + 1)
    assert kept.sum() >= max(len(run) for run in runs)
