"""What samples teach: one sample by hand, more never teach less, and the same again teaches less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aqdaq.analysis.measure_next.learnt import KNOWN_OF, NEAREST, Learnt, thinned
from aqdaq.analysis.measure_next.spread import FieldSpread
from aqdaq.base.errors import ValidityError

SPREAD = FieldSpread(6.0, 60.0, 3.0)
NONE = np.zeros((0, 2))
CELL = np.zeros((1, 2))
FIRST = np.array([0])

PLACES = arrays(np.float64, st.tuples(st.integers(2, 7), st.just(2)), elements=st.floats(-110.0, 110.0))


def gone(places: np.ndarray, taken: np.ndarray, spread: FieldSpread = SPREAD) -> float:
    return float(Learnt.build(spread, CELL, places, NONE).gone(FIRST, taken)[0])


@pytest.mark.parametrize("distance_m", [0.0, 20.0, 90.0])
def test_one_sample_by_hand(distance_m: float) -> None:
    found = gone(np.array([[distance_m, 0.0]]), np.array([True]))
    assert found == pytest.approx(np.exp(-distance_m / 60.0) ** 2 / (1.0 + 0.25), abs=1e-12)


def test_two_samples_by_hand() -> None:
    places = np.array([[30.0, 0.0], [-30.0, 0.0]])
    r, between = np.exp(-0.5), np.exp(-1.0)
    assert gone(places, np.ones(2, bool)) == pytest.approx(2.0 * r * r / (1.25 + between), abs=1e-12)


def test_matern_by_hand() -> None:
    spread = FieldSpread(6.0, 60.0, 0.0, "matern32")
    k = np.sqrt(3.0) * 0.5
    found = gone(np.array([[30.0, 0.0]]), np.array([True]), spread)
    assert found == pytest.approx(((1.0 + k) * np.exp(-k)) ** 2, abs=1e-5)


def test_what_is_there_already_leaves_less_to_learn() -> None:
    sample = np.array([[20.0, 0.0]])
    fresh = Learnt.build(SPREAD, CELL, sample, NONE).share(FIRST, np.array([True]))[0]
    beside = Learnt.build(SPREAD, CELL, sample, np.array([[25.0, 5.0]]))
    assert beside.before[0] > 0.3
    assert 0.0 < beside.share(FIRST, np.array([True]))[0] < fresh
    assert beside.share(FIRST, np.array([False]))[0] == 0.0


def test_alone_is_the_share_of_one_group() -> None:
    places = np.array([[20.0, 0.0], [0.0, 30.0], [50.0, 0.0]])
    learnt = Learnt.build(SPREAD, CELL, places, np.array([[-40.0, 0.0]]))
    alone = learnt.share_alone(np.array([0, 0]), np.array([0, 1]), np.array([0, 0, 1]))
    assert alone[0] == pytest.approx(learnt.share(FIRST, np.array([True, True, False]))[0], abs=1e-12)
    assert alone[1] == pytest.approx(learnt.share(FIRST, np.array([False, False, True]))[0], abs=1e-12)


@given(PLACES, st.data())
def test_more_samples_never_teach_less_and_teach_less_beside_others(places: np.ndarray, data: st.DataObject) -> None:
    n = len(places)
    one = data.draw(st.integers(0, n - 1))
    large = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    large[one] = False
    small = large & np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    with_small, with_large = small.copy(), large.copy()
    with_small[one] = with_large[one] = True
    more_small = gone(places, with_small) - gone(places, small)
    more_large = gone(places, with_large) - gone(places, large)
    assert min(more_small, more_large) >= -1e-9
    assert more_large <= more_small + 1e-3


def test_a_crowd_of_samples_is_never_promised_more_than_the_nugget_leaves() -> None:
    rng = np.random.default_rng(3)
    places = rng.uniform(-30.0, 30.0, (2 * KNOWN_OF, 2))
    found = gone(places, np.ones(len(places), bool))
    assert NEAREST * 0.05 < found < 1.0


def test_far_samples_teach_nothing() -> None:
    assert gone(np.array([[500.0, 0.0]]), np.array([True])) == 0.0


def test_places_in_one_square_count_once() -> None:
    xy = np.array([[1.0, 1.0], [2.0, 2.0], [41.0, 1.0]])
    assert thinned(xy, 20.0).tolist() == [[1.0, 1.0], [41.0, 1.0]]
    assert thinned(NONE, 20.0).shape == (0, 2)


@pytest.mark.parametrize(
    "figures", [(0.0, 60.0, 1.0), (6.0, 0.0, 1.0), (6.0, 60.0, -1.0), (np.nan, 60.0, 1.0), (6.0, np.inf, 1.0)]
)
def test_an_impossible_field_is_refused(figures: tuple[float, float, float]) -> None:
    with pytest.raises(ValidityError, match="impossible figures"):
        FieldSpread(*figures)


def test_an_assumed_field_has_the_variance_of_the_map() -> None:
    spread = FieldSpread.assumed(8.0)
    assert spread.sd_db**2 + spread.nugget_db**2 == pytest.approx(64.0)
    assert spread.sd_db**2 == pytest.approx(48.0)


def test_the_field_of_a_fit_has_the_variance_of_the_map_and_the_slope_of_both_parts() -> None:
    fitted = np.array([9.0, 4.0, 12.0, 16.0, 4.0, 12.0, 400.0, 70.0, 1500.0])
    spread = FieldSpread.of_fit(fitted, 8.0)  # 64 = 16 near + 16 alone + 32 of the rest
    assert (spread.sd_db, spread.nugget_db) == pytest.approx((np.sqrt(48.0), 4.0))
    assert spread.range_m == pytest.approx(48.0 / (16.0 / 70.0 + 32.0 / 400.0))
    known = FieldSpread.of_fit(fitted, 5.0)  # less than near and alone: nothing else is left
    assert (known.sd_db, known.range_m) == pytest.approx((4.0, 70.0))
