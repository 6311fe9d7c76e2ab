"""The grid: where pixels lie, what is inside, and what no grid can be; the surface on it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base.errors import InputError
from aqdaq.model.grid import Grid, Window, check_metric_crs
from aqdaq.model.surface import Surface

GRID = Grid("EPSG:32643", 650000.0, 4785200.0, 10.0, 20, 30)


def test_row_0_is_north() -> None:
    x, y = GRID.centres()
    assert (x[0], x[-1]) == (650005.0, 650295.0)
    assert (y[0], y[-1]) == (4785195.0, 4785005.0)
    assert GRID.bounds_m == (650000.0, 4785000.0, 650300.0, 4785200.0)


@given(st.integers(0, 19), st.integers(0, 29))
def test_centres_come_back_as_whole_numbers(row: int, col: int) -> None:
    x, y = GRID.centres()
    found_row, found_col = GRID.fractional(x[col], y[row])
    assert (float(found_row), float(found_col)) == pytest.approx((row, col), abs=1e-9)
    r, c, inside = GRID.index(x[col], y[row])
    assert (int(r), int(c), bool(inside)) == (row, col, True)


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (650000.0, 4785200.0, True),  # the north-western corner belongs to the grid
        (650300.0, 4785100.0, False),  # the eastern edge does not
        (650100.0, 4785000.0, False),  # nor the southern one
        (649999.9, 4785100.0, False),
        (650100.0, 4785200.1, False),
        (np.nan, 4785100.0, False),
        (np.inf, 4785100.0, False),
    ],
)
def test_inside(x: float, y: float, inside: bool) -> None:
    row, col, found = GRID.index(np.array([x]), np.array([y]))
    assert found.tolist() == [inside]
    assert 0 <= row[0] < 20
    assert 0 <= col[0] < 30


@given(
    st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(1.0, 5e3), st.floats(1.0, 5e3),
    st.sampled_from([5.0, 10.0, 20.0, 12.5]),
)  # fmt: skip
def test_bounds_are_held_by_the_smallest_aligned_grid(x: float, y: float, w: float, h: float, step: float) -> None:
    grid = Grid.from_bounds("EPSG:32643", (x, y, x + w, y + h), step)
    x_min, y_min, x_max, y_max = grid.bounds_m
    slack = 1e-6 * step
    assert x_min <= x + slack
    assert y_min <= y + slack
    assert x_max >= x + w - slack
    assert y_max >= y + h - slack
    assert x - x_min < step + slack
    assert y_max - (y + h) < step + slack
    assert grid.x_min_m / step == pytest.approx(round(grid.x_min_m / step), abs=1e-6)


@given(st.floats(649000.0, 651000.0), st.floats(4784000.0, 4786000.0), st.floats(0.0, 500.0))
def test_a_window_holds_every_pixel_within_the_radius(x: float, y: float, radius: float) -> None:
    window = GRID.window_around(x, y, radius)
    cx, cy = GRID.centres()
    near = np.hypot(cx[None, :] - x, cy[:, None] - y) <= radius
    held = np.zeros(GRID.shape, dtype=bool)
    held[window.slices] = True
    assert not (near & ~held).any()
    assert 0 <= window.row0 <= GRID.rows
    assert 0 <= window.col1 <= GRID.cols
    if not window.empty:
        assert held.sum() == window.shape[0] * window.shape[1]


def test_an_empty_window() -> None:
    assert Window(5, 5, 0, 3).empty
    assert GRID.window_around(0.0, 0.0, 100.0).empty


@pytest.mark.parametrize(
    ("crs", "word"), [("EPSG:4326", "geographic"), ("EPSG:2263", "US survey foot"), ("EPSG:999999", "not known")]
)
def test_only_a_projected_crs_in_metres(crs: str, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        check_metric_crs(crs, "somewhere")
    assert caught.value.faults[0].where == "somewhere"
    assert caught.value.faults[0].mend
    with pytest.raises(InputError):
        Grid(crs, 0.0, 0.0, 10.0, 2, 2)


@pytest.mark.parametrize(("step", "rows", "cols"), [(0.0, 2, 2), (-1.0, 2, 2), (10.0, 0, 2), (10.0, 2, 0)])
def test_no_empty_grid(step: float, rows: int, cols: int) -> None:
    with pytest.raises(InputError, match="pixels"):
        Grid("EPSG:32643", 0.0, 0.0, step, rows, cols)


def test_a_moon_grid_is_as_good_as_any() -> None:
    moon = "+proj=stere +lat_0=-90 +R=1737400 +units=m +no_defs"
    assert Grid(moon, 0.0, 0.0, 10.0, 2, 2).shape == (2, 2)


def surface() -> Surface:
    ground = np.arange(600, dtype=np.float32).reshape(GRID.shape)
    return Surface(GRID, dt.date(2026, 6, 1), ground, np.full(GRID.shape, 2.0, dtype=np.float32))


class TestSurface:
    def test_dsm_is_the_sum(self) -> None:
        assert surface().dsm_m[3, 4] == 3 * 30 + 4 + 2.0

    def test_cropped_is_the_same_pixels(self) -> None:
        part = Grid("EPSG:32643", 650050.0, 4785170.0, 10.0, 5, 7)
        found = surface().cropped(part)
        assert found.grid == part
        np.testing.assert_array_equal(found.ground_m, surface().ground_m[3:8, 5:12])
        x, y = part.centres()
        row, col, _ = GRID.index(x[2], y[1])
        assert found.ground_m[1, 2] == surface().ground_m[int(row), int(col)]

    def test_cropped_to_itself(self) -> None:
        np.testing.assert_array_equal(surface().cropped(GRID).ground_m, surface().ground_m)

    @pytest.mark.parametrize(
        "part",
        [
            Grid("EPSG:32643", 649990.0, 4785200.0, 10.0, 5, 5),  # begins west of it
            Grid("EPSG:32643", 650280.0, 4785200.0, 10.0, 5, 5),  # ends east of it
            Grid("EPSG:32643", 650000.0, 4785210.0, 10.0, 5, 5),  # begins north of it
            Grid("EPSG:32643", 650000.0, 4785020.0, 10.0, 5, 5),  # ends south of it
            Grid("EPSG:32643", 650005.0, 4785200.0, 10.0, 5, 5),  # half a pixel off
            Grid("EPSG:32643", 650000.0, 4785200.0, 20.0, 5, 5),  # other pixels
        ],
    )
    def test_what_is_no_part_is_refused(self, part: Grid) -> None:
        with pytest.raises(InputError, match="is no part of"):
            surface().cropped(part)

    def test_wrong_shapes_and_negative_heights_are_refused(self) -> None:
        day, flat = dt.date(2026, 6, 1), np.zeros(GRID.shape, dtype=np.float32)
        with pytest.raises(InputError, match="shape"):
            Surface(GRID, day, flat[:-1], flat)
        with pytest.raises(InputError, match="negative"):
            Surface(GRID, day, flat, flat - 1.0)
