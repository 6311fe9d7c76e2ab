"""What a layer rests on: probability by the normal law, interference, and measured places."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from aqdaq.analysis import uncertainty
from aqdaq.analysis.service import probability_of_service
from aqdaq.analysis.uncertainty import enough_samples, evidence_rule, interference
from tests.unit.layer_fixture import GRID, LTE, SD_DB, cell, definition


class TestProbability:
    @given(st.floats(-160.0, -40.0), st.floats(1.0, 20.0), st.floats(0.0, 30.0), st.floats(0.0, 15.0))
    def test_is_the_normal_law(self, mean: float, sd: float, loss: float, loss_sd: float) -> None:
        d = definition(entry_loss_db=loss, entry_loss_sd_db=loss_sd)
        expected = norm.sf(-110.0, loc=mean - loss, scale=math.hypot(sd, loss_sd))
        found = probability_of_service(d, "LTE", np.array([mean]), np.array([sd]))
        assert found[0] == pytest.approx(expected, abs=1e-6)

    def test_at_the_threshold_it_is_one_half(self) -> None:
        assert probability_of_service(definition(), "LTE", np.array([-110.0]), np.array([8.0]))[0] == 0.5

    def test_the_margin_for_ninety_percent(self) -> None:
        level = np.array([-110.0 + 1.2815516 * SD_DB])
        assert probability_of_service(definition(), "LTE", level, np.array([SD_DB]))[0] == pytest.approx(0.9, abs=1e-6)

    def test_unknown_stays_unknown(self) -> None:
        found = probability_of_service(definition(), "LTE", np.array([np.nan, -90.0]), np.array([np.nan, 8.0]))
        assert np.isnan(found).tolist() == [True, False]
        assert found.dtype == np.float32


class TestInterference:
    def test_same_carrier_counts_with_its_load(self) -> None:
        share, _ = interference([cell(), cell("b", load=0.3)], 7.0)
        np.testing.assert_allclose(share, [[0.0, 0.3], [0.5, 0.0]])

    def test_partial_overlap_is_a_share_of_the_serving_carrier(self) -> None:
        wide, narrow = cell(load=1.0), cell("b", frequency_mhz=1822.5, bandwidth_mhz=10.0, load=1.0)
        share, _ = interference([wide, narrow], 7.0)
        # 1805-1825 and 1817.5-1827.5 MHz share 7.5 MHz.
        np.testing.assert_allclose(share, [[0.0, 7.5 / 20.0], [7.5 / 10.0, 0.0]])

    def test_a_carrier_inside_another(self) -> None:
        share, _ = interference([cell(load=1.0), cell("b", bandwidth_mhz=5.0, load=1.0)], 7.0)
        np.testing.assert_allclose(share, [[0.0, 0.25], [1.0, 0.0]])

    @pytest.mark.parametrize("frequency", [1835.0, 1900.0, 2600.0])  # touching, apart
    def test_other_carriers_do_not_interfere(self, frequency: float) -> None:
        share, _ = interference([cell(), cell("b", frequency_mhz=frequency)], 7.0)
        assert not share.any()

    def test_noise_of_a_subcarrier(self) -> None:
        _, noise = interference([cell(), cell("b", resource_blocks=0, bandwidth_mhz=0.2)], 7.0)
        np.testing.assert_allclose(noise, [-173.975 + 41.7609 + 7.0, -173.975 + 53.0103 + 7.0], atol=1e-3)


def brute(x: np.ndarray, y: np.ndarray, within_m: float, samples: int) -> np.ndarray:
    """Count pixels with a place by looking at each pair."""
    row, col, inside = GRID.index(x, y)
    count = np.zeros(GRID.shape, dtype=int)
    for r, c in {(p, q) for p, q, ok in zip(row, col, inside, strict=True) if ok}:
        places = {(a, b) for a, b, p, q, ok in zip(x, y, row, col, inside, strict=True) if ok and (p, q) == (r, c)}
        rr, cc = np.mgrid[: GRID.rows, : GRID.cols]
        count += len(places) * (np.hypot(rr - r, cc - c) * GRID.resolution_m <= within_m)
    return count >= samples


class TestEnoughSamples:
    @given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 5.0, 10.0, 25.0, 50.0, 400.0]), st.integers(1, 6))
    def test_is_a_count_on_a_disc(self, seed: int, within_m: float, samples: int) -> None:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(0, 40))
        x = 650000.0 + rng.uniform(-30.0, 330.0, n)
        y = 4785000.0 + rng.uniform(-30.0, 230.0, n)
        found = enough_samples(GRID, x, y, within_m=within_m, samples=samples)
        np.testing.assert_array_equal(found, brute(x, y, within_m, samples))

    def test_a_disc_of_fifty_metres(self) -> None:
        x, y = GRID.centres()
        found = enough_samples(GRID, x[[15]], y[[10]], within_m=50.0, samples=1)
        assert found.sum() == 81  # lattice points within five steps
        assert found[10, 20]
        assert not found[10, 21]
        assert not found[14, 19]  # hypot(4, 4) is 5.66

    def test_a_phone_that_lay_still_counts_once(self) -> None:
        x, y = np.full(100, 650105.0), np.full(100, 4785105.0)
        assert not enough_samples(GRID, x, y, within_m=50.0, samples=2).any()
        assert enough_samples(GRID, x, y, within_m=50.0, samples=1).any()

    def test_nothing_measured(self) -> None:
        none = np.empty(0)
        assert not enough_samples(GRID, none, none, within_m=50.0, samples=1).any()

    def test_the_strictest_definition_rules(self) -> None:
        strict = definition(measured_within_m=20.0, minimum_samples=2)
        many = definition(measured_within_m=80.0, minimum_samples=9)
        other = definition(threshold_dbm={"NR": -110.0}, measured_within_m=1.0, minimum_samples=99)
        assert evidence_rule([strict, many, other], LTE) == (20.0, 9)
        assert evidence_rule([other], LTE) == (uncertainty.DEFAULT_WITHIN_M, uncertainty.DEFAULT_SAMPLES)
