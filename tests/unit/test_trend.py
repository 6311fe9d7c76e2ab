"""The trend of a cell: its equation, its derivatives, its floor, and what a fit of its figures makes of rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from aqdaq.engine import trend as kernels
from aqdaq.engine.trend import (
    AZIMUTH,
    COS1,
    COS2,
    EAST,
    FIGURES,
    FLOOR,
    FRONT_TO_BACK,
    NORTH,
    OFFSET,
    SIN1,
    SIN2,
    SLOPE,
    SOFT_DB,
    TILT,
    WIDTH,
    base_dbm,
    fit_figures,
    floored_dbm,
    gradient,
    reported_dbm,
)
from aqdaq.engine.trend import trend as trend_of

NO_FLOOR = -400.0
#: Azimuth, tilt, beamwidths (deg), directed.
SECTOR = np.array([0.0, 4.0, 65.0, 20.0, 1.0])
OMNI = np.array([0.0, 0.0, 65.0, 65.0, 0.0])
#: Spread of the figures as a fit of cells has it.
SD = np.array([15.0, 8.0, 60.0, 0.3, 6.0, 0.0, 30.0, 30.0, 3.0, 0.0, 0.0, 0.0, 0.0])


def plain(**figures: float) -> np.ndarray:
    """Return figures that change nothing, but for those given by name."""
    b = np.zeros(FIGURES)
    b[FRONT_TO_BACK], b[FLOOR] = 25.0, NO_FLOOR
    for name, value in figures.items():
        b[getattr(kernels, name.upper())] = value
    return b


def twin(iso: float, dx: float, dy: float, below: float, facts: np.ndarray, b: np.ndarray) -> float:
    """Return the level without a floor as the head of the module writes it."""
    here = np.array([dx - b[EAST], dy - b[NORTH]])
    moved, stated = max(np.linalg.norm(here), 30.0), max(math.hypot(dx, dy), 30.0)
    level = iso + b[OFFSET] + b[SLOPE] * np.log10(moved / 500.0) - 35.0 * (np.log10(moved) - np.log10(stated))
    north = np.angle(here[1] + 1j * here[0])
    if facts[4]:
        phi = np.degrees(np.angle(np.exp(1j * (north - np.radians(facts[0] + b[AZIMUTH])))))
        bend = 12.0 * (phi / (facts[2] * np.exp(b[WIDTH]))) ** 2
        bend += 12.0 * ((below - facts[1] - b[TILT]) / facts[3]) ** 2
        level += -b[FRONT_TO_BACK] * (1.0 - np.exp(-bend / b[FRONT_TO_BACK]))
    for order, (c, s) in enumerate([(COS1, SIN1), (COS2, SIN2)], start=1):
        level += b[c] * np.cos(order * north) + b[s] * np.sin(order * north)
    return float(level)


FIGURE_VALUES = st.tuples(
    st.floats(-30, 30), st.floats(-20, 20), st.floats(-170, 170), st.floats(-0.8, 0.8), st.floats(5, 40),
    st.floats(-140, -70), st.floats(-60, 60), st.floats(-60, 60), st.floats(-8, 8),
    *[st.floats(-5, 5)] * 4,
).map(np.array)  # fmt: skip
PLACE = st.tuples(st.floats(-150, -40), st.floats(-3000, 3000), st.floats(-3000, 3000), st.floats(-5, 60))


class TestEquation:
    def test_known_values(self) -> None:
        # 5 km is one decade beyond the reference: offset 3 dB and slope -10 dB take 7 dB.
        assert base_dbm(-80.0, 3000.0, 4000.0, 0.0, OMNI, plain(offset=3.0, slope=-10.0)) == pytest.approx(-87.0)
        # Ahead at the tilt of the lobe nothing is lost; at half the beamwidth A (1 - exp(-3 / A)).
        assert base_dbm(-80.0, 0.0, 900.0, 4.0, SECTOR, plain()) == pytest.approx(-80.0)
        x, y = 900.0 * math.sin(math.radians(32.5)), 900.0 * math.cos(math.radians(32.5))
        lost = 25.0 * (1.0 - math.exp(-3.0 / 25.0))
        assert base_dbm(-80.0, x, y, 4.0, SECTOR, plain()) == pytest.approx(-80.0 - lost)
        # Straight behind all of the front-to-back ratio but a hundredth.
        assert base_dbm(-80.0, 0.0, -900.0, 4.0, SECTOR, plain()) == pytest.approx(-105.0, abs=0.7)

    def test_a_site_that_stands_elsewhere(self) -> None:
        # Stated 1000 m south, truly 100 m: one decade nearer gives back 35 dB, but for the slope.
        found = base_dbm(-100.0, 0.0, 1000.0, 0.0, OMNI, plain(north=900.0, slope=-5.0))
        assert found == pytest.approx(-100.0 + 35.0 - 5.0 * math.log10(100.0 / 500.0))

    def test_harmonics_of_the_direction(self) -> None:
        b = plain(cos1=1.0, sin1=2.0, cos2=4.0, sin2=8.0)
        at = [base_dbm(0.0, x, y, 0.0, OMNI, b) for x, y in [(0.0, 500.0), (500.0, 0.0), (500.0, 500.0)]]
        assert at == pytest.approx([1.0 + 4.0, 2.0 - 4.0, math.sqrt(0.5) * 3.0 + 8.0])

    def test_within_thirty_metres_distance_no_longer_counts(self) -> None:
        b = plain(slope=-20.0)
        assert base_dbm(-50.0, 1.0, 2.0, 0.0, OMNI, b) == base_dbm(-50.0, 20.0, -10.0, 0.0, OMNI, b)

    @settings(deadline=None)
    @given(FIGURE_VALUES, PLACE, st.sampled_from([SECTOR, OMNI, np.array([210.0, 2.0, 90.0, 8.0, 1.0])]))
    def test_is_the_equation(self, b: np.ndarray, at: tuple[float, float, float, float], facts: np.ndarray) -> None:
        assert base_dbm(*at, facts, b) == pytest.approx(twin(*at, facts, b), abs=1e-8)
        over = twin(*at, facts, b)
        powers = 10.0 * np.log10(10.0 ** (over / 10.0) + 10.0 ** (b[FLOOR] / 10.0))
        assert reported_dbm(*at, facts, b) == pytest.approx(powers, abs=1e-8)

    @settings(deadline=None)
    @given(st.floats(0, 360), st.floats(-180, 180))
    def test_turning_the_antenna_turns_the_pattern(self, bearing: float, turn: float) -> None:
        at = [
            base_dbm(-80.0, 700.0 * math.sin(a), 700.0 * math.cos(a), 4.0, SECTOR, plain(azimuth=t))
            for a, t in [(math.radians(bearing), 0.0), (math.radians(bearing + turn), turn)]
        ]
        assert at[0] == pytest.approx(at[1], abs=1e-6)


class TestFloor:
    def test_limits(self) -> None:
        assert floored_dbm(-60.0, -120.0) == pytest.approx(-60.0, abs=1e-5)
        assert floored_dbm(-190.0, -120.0) == pytest.approx(-120.0, abs=1e-5)
        assert floored_dbm(-120.0, -120.0) == pytest.approx(-120.0 + 10.0 * math.log10(2.0))

    def test_far_ends_neither_overflow_nor_lose_the_level(self) -> None:
        assert floored_dbm(1e6, -120.0) == 1e6
        assert floored_dbm(-1e6, -120.0) == -120.0

    @settings(deadline=None)
    @given(st.floats(-200, 0), st.floats(-200, 0), st.floats(0, 20))
    def test_lies_above_both_and_rises(self, base: float, floor: float, more: float) -> None:
        level = floored_dbm(base, floor)
        assert max(base, floor) <= level <= max(base, floor) + SOFT_DB * math.log(2.0) + 1e-9
        assert level <= floored_dbm(base + more, floor) <= level + more + 1e-9


class TestDerivatives:
    @settings(deadline=None, max_examples=60)
    @given(FIGURE_VALUES, PLACE, st.booleans())
    def test_against_central_differences(
        self, b: np.ndarray, at: tuple[float, float, float, float], floored: bool
    ) -> None:
        bearing = math.degrees(math.atan2(at[1] - b[EAST], at[2] - b[NORTH])) - b[AZIMUTH]
        if abs((bearing + 360.0) % 360.0 - 180.0) < 5.0:  # straight behind the pattern has its edge
            return
        if math.hypot(at[1] - b[EAST], at[2] - b[NORTH]) < 200.0:  # near the mast the bearing bends within a step
            return
        level = reported_dbm if floored else base_dbm
        out, kept = np.empty(FIGURES), b.copy()
        assert gradient(*at, SECTOR, b, floored, out) == level(*at, SECTOR, b)
        np.testing.assert_array_equal(b, kept)
        step = np.array([1e-3, 1e-3, 1e-2, 1e-4, 1e-3, 1e-3, 1e-2, 1e-2, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3])
        for k in range(FIGURES):
            up, down = b.copy(), b.copy()
            up[k], down[k] = up[k] + step[k], down[k] - step[k]
            central = (level(*at, SECTOR, up) - level(*at, SECTOR, down)) / (2.0 * step[k])
            # One-sided steps of the size a fit takes: off by half a step times the curvature.
            size = kernels._STEP[k]
            up[k], down[k] = b[k] + size, b[k] - size
            bend = (level(*at, SECTOR, up) - 2.0 * level(*at, SECTOR, b) + level(*at, SECTOR, down)) / size
            assert out[k] == pytest.approx(central, abs=1e-4 + 0.02 * abs(central) + 0.7 * abs(bend)), k

    def test_linear_figures_exactly(self) -> None:
        out = np.empty(FIGURES)
        gradient(-80.0, 3000.0, 4000.0, 0.0, OMNI, plain(), floored=False, out=out)
        assert out[[OFFSET, SLOPE, COS1, SIN1, COS2, SIN2]] == pytest.approx([1.0, 1.0, 0.8, 0.6, 0.28, 0.96])
        assert not out[[AZIMUTH, WIDTH, FRONT_TO_BACK, FLOOR, TILT]].any()

    def test_offset_and_floor_share_what_is_reported(self) -> None:
        out = np.empty(FIGURES)
        for base in (-150.0, -121.0, -90.0):
            gradient(base, 500.0, 0.0, 0.0, OMNI, plain(floor=-120.0), floored=True, out=out)
            assert out[OFFSET] + out[FLOOR] == pytest.approx(1.0, abs=0.02)
            assert out[OFFSET] == pytest.approx(1.0 / (1.0 + 10.0 ** ((-120.0 - base) / 10.0)), abs=0.01)

    def test_links_of_many_cells(self) -> None:
        rng = np.random.default_rng(0)
        cell = rng.integers(0, 2, 50)
        at = [rng.uniform(-120, -60, 50), rng.uniform(-999, 999, 50), rng.uniform(-999, 999, 50), rng.uniform(0, 9, 50)]
        figures = np.stack([plain(offset=4.0, azimuth=30.0), plain(slope=-9.0, sin1=2.0)])
        facts = np.stack([SECTOR, OMNI])
        level, slopes = trend_of(cell, *at, facts, figures, floored=True)
        out = np.empty(FIGURES)
        for i, c in enumerate(cell):
            one = gradient(*(a[i] for a in at), facts[c], figures[c].copy(), floored=True, out=out)
            assert level[i] == one
            np.testing.assert_array_equal(slopes[i], out)


def drive(b: np.ndarray, n: int = 600, seed: int = 0, facts: np.ndarray = SECTOR) -> np.ndarray:
    """Return rows around a mast whose levels are those of ``b``, without noise."""
    rng = np.random.default_rng(seed)
    bearing, away = rng.uniform(0, 2 * np.pi, n), 10.0 ** rng.uniform(1.9, 3.4, n)
    dx, dy, below = away * np.sin(bearing), away * np.cos(bearing), np.degrees(np.arctan2(28.5, away))
    iso = -40.0 - 35.0 * np.log10(away / 10.0)
    level = [reported_dbm(*row, facts, b) for row in zip(iso, dx, dy, below, strict=True)]
    return np.stack([iso, dx, dy, below, level, np.ones(n)], axis=1)


def heard(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows), dtype=np.bool_)


class TestFit:
    def test_finds_planted_figures(self) -> None:
        truth = plain(offset=-9.0, slope=6.0, azimuth=118.0, tilt=5.0, width=0.3, front_to_back=20.0)
        rows = drive(truth)
        start = plain(azimuth=120.0)
        sd = np.where(SD > 0.0, 1e3, 0.0)  # hardly any expectation: the rows alone speak
        found, covariance, cost = fit_figures(rows, heard(rows), SECTOR, start, plain(), sd, 4.0)
        np.testing.assert_allclose(found[[OFFSET, SLOPE, AZIMUTH]], [-9.0, 6.0, 118.0], atol=0.05)
        np.testing.assert_allclose(found[[TILT, WIDTH, FRONT_TO_BACK]], [5.0, 0.3, 20.0], atol=0.05)
        np.testing.assert_allclose(found[[EAST, NORTH]], 0.0, atol=0.5)
        assert cost < 0.05
        assert covariance[AZIMUTH, AZIMUTH] < 3.0**2

    def test_finds_a_turned_antenna_under_the_usual_expectation(self) -> None:
        rows = drive(plain(azimuth=118.0), n=150)
        rows[:, 4] += np.random.default_rng(1).normal(0.0, 6.0, len(rows))
        found, covariance, _ = fit_figures(rows, heard(rows), SECTOR, plain(azimuth=120.0), plain(), SD, 8.0)
        sd = math.sqrt(covariance[AZIMUTH, AZIMUTH])
        assert sd < 10.0
        assert abs(found[AZIMUTH] - 118.0) < 3.0 * sd

    def test_without_rows_it_stays_at_what_was_expected(self) -> None:
        mean = plain(offset=3.0, azimuth=10.0)
        found, covariance, cost = fit_figures(
            np.zeros((0, 6)), np.zeros(0, dtype=np.bool_), SECTOR, plain(offset=20.0, azimuth=-50.0), mean, SD, 8.0
        )
        np.testing.assert_allclose(found, mean, atol=2e-3 * SD.max())
        np.testing.assert_allclose(covariance, np.diag(SD**2), rtol=1e-9)
        assert cost < 1e-4

    def test_one_row_moves_the_offset_as_the_closed_form_says(self) -> None:
        rows = drive(plain(), n=1, facts=OMNI)
        rows[:, 4] += 10.0
        sd = np.where(np.arange(FIGURES) == OFFSET, 6.0, 0.0)
        found, covariance, _ = fit_figures(rows, heard(rows), OMNI, plain(), plain(), sd, 8.0)
        share = 36.0 / (36.0 + 64.0)
        assert found[OFFSET] == pytest.approx(10.0 * share, abs=1e-3)
        assert covariance[OFFSET, OFFSET] == pytest.approx(36.0 * (1.0 - share), rel=1e-6)
        rows[:, 5] = 0.25  # a row of a quarter's weight has four times the variance
        found, _, _ = fit_figures(rows, heard(rows), OMNI, plain(), plain(), sd, 8.0)
        assert found[OFFSET] == pytest.approx(10.0 * 36.0 / (36.0 + 256.0), abs=1e-3)

    def test_held_figures_stay_and_are_certain(self) -> None:
        rows = drive(plain(offset=8.0, azimuth=60.0, slope=5.0))
        sd = SD.copy()
        sd[[AZIMUTH, SLOPE]] = 0.0
        mean = plain(azimuth=7.0, slope=1.5)
        found, covariance, _ = fit_figures(rows, heard(rows), SECTOR, plain(azimuth=60.0), mean, sd, 8.0)
        assert found[[AZIMUTH, SLOPE]].tolist() == [7.0, 1.5]
        held = np.flatnonzero(sd == 0.0)
        assert not covariance[held].any()
        assert not covariance[:, held].any()

    def test_one_wild_row_moves_the_offset_little(self) -> None:
        rows = drive(plain(offset=2.0), n=100)
        start = fit_figures(rows, heard(rows), SECTOR, plain(), plain(), SD, 8.0)[0]
        rows[0, 4] += 60.0
        found = fit_figures(rows, heard(rows), SECTOR, plain(), plain(), SD, 8.0)[0]
        by_squares = 60.0 / 100.0
        # Huber: no more than a row of three standard deviations (24 dB) pulls, two fifths of what it asks for.
        assert abs(found[OFFSET] - start[OFFSET]) < 0.45 * by_squares * 1.5
        level = [reported_dbm(*r[:4], SECTOR, found) - reported_dbm(*r[:4], SECTOR, start) for r in rows]
        assert abs(np.mean(level)) < 0.25
        rows[0, 4] += 1000.0  # wilder still pulls no harder
        again = fit_figures(rows, heard(rows), SECTOR, plain(), plain(), SD, 8.0)[0]
        assert again[OFFSET] == pytest.approx(found[OFFSET], abs=0.05)


class TestNotHeard:
    @pytest.mark.parametrize("above_db", [5.0, 20.0, 45.0, 60.0, 150.0])
    def test_bounds_pull_the_level_below_them(self, above_db: float) -> None:
        rows = drive(plain(), n=40)
        rows[:, 4] -= above_db  # every level lies below what was expected by more than this
        sd = np.where(np.arange(FIGURES) == OFFSET, 100.0, 0.0)
        found, _, _ = fit_figures(rows, ~heard(rows), SECTOR, plain(), plain(), sd, 8.0)
        assert found[OFFSET] < -above_db

    def test_a_bound_far_above_says_nothing(self) -> None:
        rows = drive(plain(), n=40)
        rows[:, 4] += 60.0
        found, covariance, cost = fit_figures(rows, ~heard(rows), SECTOR, plain(), plain(), SD, 8.0)
        np.testing.assert_allclose(found, plain(), atol=1e-6)
        assert cost < 1e-9
        assert covariance[OFFSET, OFFSET] == pytest.approx(SD[OFFSET] ** 2, rel=0.15)

    @settings(deadline=None)
    @given(st.floats(-60.0, 12.0))
    def test_cost_is_that_of_the_normal_law(self, z: float) -> None:
        cost, first, second = kernels._pull(-80.0, -80.0 + 8.0 * z, heard=False, sd=8.0)
        assert cost == pytest.approx(-norm.logcdf(z), rel=1e-4, abs=1e-12)
        hazard = math.exp(norm.logpdf(z) - norm.logcdf(z))
        assert first == pytest.approx(hazard / 8.0, rel=1e-4, abs=1e-12)
        assert 0.0 < second <= 1.002 / 64.0

    @settings(deadline=None)
    @given(st.floats(-45.0, 10.0), st.floats(1e-6, 5.0))
    def test_cost_falls_with_the_bound(self, z: float, more: float) -> None:
        low, high = (kernels._pull(0.0, at, heard=False, sd=1.0)[0] for at in (z, z + more))
        assert high <= low

    @settings(deadline=None)
    @given(st.floats(-200.0, 200.0))
    def test_heard_is_huber(self, z: float) -> None:
        cost, first, second = kernels._pull(2.0 * z, 0.0, heard=True, sd=2.0)
        size = abs(z)
        assert cost == pytest.approx(0.5 * z * z if size <= 3.0 else 3.0 * size - 4.5)
        assert first == pytest.approx(max(-3.0, min(3.0, z)) / 2.0)
        assert second == pytest.approx(0.25 * min(1.0, 3.0 / max(size, 1e-9)))
