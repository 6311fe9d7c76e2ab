"""The level that suffices, the pixels that are computed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from aqdaq.analysis.causes.coalitions import MARGINS_DB
from aqdaq.analysis.causes.needed import lacking_probability, needed_dbm
from aqdaq.analysis.causes.pixels import spread_pixels
from aqdaq.analysis.service import probability_of_service
from tests.unit.report_fixture import definition

SD = np.array([4.0, 8.0, 11.0])


class TestNeeded:
    def test_outdoors_it_is_the_threshold_and_a_margin(self) -> None:
        found = needed_dbm(definition(), "LTE", SD)
        assert found == pytest.approx(np.stack([-110.0 + 1.2815515655446004 * SD] * 2), abs=1e-9)

    def test_a_constant_loss_adds_itself_and_its_spread(self) -> None:
        indoor = definition(environment="indoor", entry_loss_db=12.0, entry_loss_sd_db=6.0)
        found = needed_dbm(indoor, "LTE", SD)
        assert found[0] == pytest.approx(-98.0 + ndtri(0.9) * np.hypot(SD, 6.0), abs=1e-5)
        assert found[1] == pytest.approx(-110.0 + ndtri(0.9) * SD, abs=1e-9)

    def test_through_p2109_the_probability_there_is_the_bound(self) -> None:
        indoor = definition(environment="indoor", entry_model="p2109", building_class="mixed", efficient_share=0.3)
        more = {"frequency_mhz": np.array([800.0, 1800.0, 2600.0]), "efficient_share": np.array([0.0, 0.3, 1.0])}
        found = needed_dbm(indoor, "LTE", SD, **more)
        served = probability_of_service(indoor, "LTE", found[0], SD, **more)  # type: ignore[arg-type]
        assert served == pytest.approx(np.full(3, 0.9), abs=2e-4)
        assert (np.diff(found[0]) > 0.0).all()  # higher carriers, tighter windows, wider spread
        assert (found[0] > found[1] + 10.0).all()

    @pytest.mark.parametrize("environment", ["outdoor", "indoor"])
    def test_the_probability_that_is_lacking(self, environment: str) -> None:
        loss = {"entry_loss_db": 12.0, "entry_loss_sd_db": 6.0} if environment == "indoor" else {}
        rule = definition(environment=environment, **loss)
        needed = needed_dbm(rule, "LTE", SD)
        table = lacking_probability(rule, "LTE", needed, SD)
        zero, ten = -MARGINS_DB[0], -MARGINS_DB[0] - 10
        total = np.hypot(SD, 6.0) if loss else SD
        assert table[:, :, zero] == pytest.approx(np.zeros((2, 3)), abs=1e-6)
        assert table[0, :, ten] == pytest.approx(0.9 - ndtr(ndtri(0.9) - 10.0 / total), abs=1e-6)
        assert table[1, :, ten] == pytest.approx(0.9 - ndtr(ndtri(0.9) - 10.0 / SD), abs=1e-6)
        assert (np.diff(table, axis=2) <= 1e-7).all()


class TestPixels:
    def test_few_are_all_taken_with_their_own_weight(self) -> None:
        rows, cols = np.array([4, 0, 9, 2]), np.array([1, 1, 3, 8])
        chosen, weight = spread_pixels(rows, cols, np.array([1.0, 0.0, 2.0, 1.0]), 10)
        assert sorted(chosen.tolist()) == [0, 2, 3]  # nobody lives at the second
        assert dict(zip(chosen.tolist(), weight.tolist(), strict=True)) == pytest.approx({0: 0.25, 2: 0.5, 3: 0.25})

    def test_where_nobody_lives_all_weigh_the_same(self) -> None:
        chosen, weight = spread_pixels(np.arange(5), np.arange(5), np.zeros(5), 10)
        assert sorted(chosen.tolist()) == [0, 1, 2, 3, 4]
        assert weight == pytest.approx(np.full(5, 0.2))

    def test_many_are_spread_over_the_whole(self) -> None:
        rows, cols = (v.ravel() for v in np.mgrid[0:64, 0:64])
        chosen, weight = spread_pixels(rows, cols, np.ones(rows.size), 64)
        assert weight == pytest.approx(np.full(64, 1 / 64))
        squares = rows[chosen] // 8 * 8 + cols[chosen] // 8
        assert len(set(squares.tolist())) == 64  # one in each square of 8 by 8

    @given(st.integers(1, 400), st.integers(1, 50), st.integers(0, 2**32 - 1))
    @settings(max_examples=40)
    def test_weights_sum_to_one_and_pixels_are_taken_once(self, pixels: int, most: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        place = rng.permutation(1 << 12)[:pixels]
        chosen, weight = spread_pixels(place >> 6, place & 63, rng.uniform(0.0, 3.0, pixels), most)
        assert weight.sum() == pytest.approx(1.0)
        assert len(set(chosen.tolist())) == chosen.size <= most
        assert (weight > 0.0).all()
