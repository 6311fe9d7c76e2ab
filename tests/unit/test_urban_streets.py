"""Rasters of the streets: widths, roofs and directions of streets that are known."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from aqdaq.base.errors import ValidityError
from aqdaq.engine.area_types import Streets
from aqdaq.engine.urban.streets import street_rasters

N = 101
Array = np.ndarray


def plane() -> tuple[Array, Array]:
    rows, cols = np.mgrid[:N, :N]
    return (cols - 50) * 1.0, (50 - rows) * 1.0  # east and north in pixels


def street(angle_deg: float, half_width: float, res: float, roof: float = 15.0) -> tuple[Streets, Array]:
    """Return the rasters of one straight street through the middle, and which pixels lie well inside it."""
    east, north = plane()
    turn = math.radians(angle_deg)
    across = (east * math.cos(turn) - north * math.sin(turn)) * res
    above = np.where((np.abs(across) > half_width) & (np.abs(across) < half_width + 40.0), roof, 0.0)
    rasters = street_rasters(above.astype(np.float32), np.zeros((N, N), np.float32), res)
    return rasters, (np.abs(across) < half_width / 2) & (np.hypot(east, north) * res < 30.0)


@pytest.mark.parametrize("angle", [0.0, 90.0])
def test_a_street_along_the_pixels_is_exact(angle: float) -> None:
    rasters, inside = street(angle, 11.0, 2.0)  # fronts 11 m off: pixels -10 to 10, eleven of 2 m
    assert np.allclose(rasters.width_m[inside], 22.0)
    assert np.allclose(rasters.roof_m[inside], 15.0)
    off = (rasters.direction_deg[inside] - angle + 90.0) % 180.0 - 90.0
    assert np.abs(off).max() < 3.0


@pytest.mark.parametrize("angle", [10.0, 22.5, 37.0, 45.0, 60.0, 120.0, 155.0])
def test_a_street_at_any_angle(angle: float) -> None:
    rasters, inside = street(angle, 11.0, 1.0)
    assert abs(float(rasters.width_m[inside].mean()) - 22.0) < 1.0
    assert np.abs(rasters.width_m[inside] - 22.0).max() < 3.0
    off = (rasters.direction_deg[inside] - angle + 90.0) % 180.0 - 90.0
    assert np.abs(off).mean() < 1.5
    assert np.abs(off).max() < 4.0


def test_no_street_without_buildings_on_both_sides() -> None:
    above, ground = np.zeros((N, N), np.float32), np.zeros((N, N), np.float32)
    assert all(np.isnan(raster).all() for raster in street_rasters(above, ground, 5.0))
    above[:, 40:43] = 2.5  # a wall is no building
    assert all(np.isnan(raster).all() for raster in street_rasters(above, ground, 5.0))
    above[:, 40:43] = 20.0  # one row alone makes no street
    assert all(np.isnan(raster).all() for raster in street_rasters(above, ground, 5.0))
    above[:, 70:73] = 20.0  # 27 pixels of 5 m between them: wider than any street
    assert np.isnan(street_rasters(above, ground, 5.0).width_m[50, 43:70]).all()


def test_no_street_inside_a_building_nor_where_the_ground_is_unknown() -> None:
    above, ground = np.zeros((N, N), np.float32), np.zeros((N, N), np.float32)
    above[:, 30:40] = above[:, 44:54] = 12.0
    ground[10:20] = np.nan
    rasters = street_rasters(above, ground, 5.0)
    assert np.isnan(rasters.width_m[:, 30:40]).all()
    assert np.isnan(rasters.width_m[10:20]).all()
    assert np.allclose(rasters.width_m[32:80, 40:44], 20.0)


def test_a_square_has_a_width_and_no_direction() -> None:
    above, ground = np.full((N, N), 10.0, np.float32), np.zeros((N, N), np.float32)
    above[46:55, 46:55] = 0.0  # nine pixels of 5 m
    rasters = street_rasters(above, ground, 5.0)
    assert rasters.width_m[50, 50] == pytest.approx(45.0)
    assert np.isnan(rasters.direction_deg[50, 50])


def test_roofs_count_from_the_street() -> None:
    above, ground = np.zeros((N, N), np.float32), np.zeros((N, N), np.float32)
    above[:, 40:48], above[:, 52:60] = 10.0, 20.0
    ground[:, 40:48] = 4.0  # that side stands on a terrace
    rasters = street_rasters(above, ground, 5.0)
    # Standing in the middle sees both sides equally: (4 + 10 + 20) / 2.
    assert (rasters.roof_m[30:70, 49] + rasters.roof_m[30:70, 50]).mean() / 2 == pytest.approx(17.0, abs=0.5)


def test_neither_threads_nor_blocks_change_a_bit() -> None:
    rng = np.random.default_rng(5)
    above = np.where(rng.random((150, 130)) < 0.25, rng.uniform(3, 30, (150, 130)), 0).astype(np.float32)
    ground = rng.normal(100, 3, above.shape).astype(np.float32)
    whole = street_rasters(above, ground, 5.0)
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        again = street_rasters(above, ground, 5.0)
    finally:
        numba.set_num_threads(before)
    for one, other in zip(whole, again, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    part = street_rasters(above[20:, 11:].copy(), ground[20:, 11:].copy(), 5.0)  # rays reach 12 pixels
    for one, other in zip(whole, part, strict=True):
        assert np.array_equal(one[32:, 23:], other[12:, 12:], equal_nan=True)
        assert one.dtype == np.float32


def test_a_pixel_larger_than_a_street_finds_none() -> None:
    above = np.zeros((9, 9), np.float32)
    above[:, 3] = above[:, 5] = 10.0
    assert np.isnan(street_rasters(above, np.zeros_like(above), 100.0).width_m).all()


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValidityError, match="shape"):
        street_rasters(np.zeros((3, 4), np.float32), np.zeros((4, 3), np.float32), 5.0)
    with pytest.raises(ValidityError, match="resolution"):
        street_rasters(np.zeros((3, 3), np.float32), np.zeros((3, 3), np.float32), 0.0)
