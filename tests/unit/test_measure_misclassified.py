"""How many are misclassified now and after a measurement: against integrals, limits, and what cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from aqdaq.analysis.measure_next.misclassified import margin_in_sd, wrong_after, wrong_now

Z = st.floats(-4.0, 4.0)
BOUND = st.floats(0.05, 0.95)


def by_integral(z: float, bound: float, share: float) -> float:
    """Return the expectation over where the mean moves to, integrated."""
    rest, moves = np.sqrt(1.0 - share), np.sqrt(share)
    turn = norm.ppf(bound) * rest - z  # the mean at which the decision changes

    def low(move: float) -> float:
        return norm.cdf((z + move) / rest) * norm.pdf(move, scale=moves)

    def high(move: float) -> float:
        return norm.cdf(-(z + move) / rest) * norm.pdf(move, scale=moves)

    reach = 9.0 * moves
    turn = float(np.clip(turn, -reach, reach))
    return float(quad(low, -reach, turn, epsabs=1e-10)[0] + quad(high, turn, reach, epsabs=1e-10)[0])


@pytest.mark.parametrize("bound", [0.5, 0.75, 0.9, 0.3])
@pytest.mark.parametrize("z", [-2.0, -0.4, 0.0, 0.6, 1.2815515655446004, 2.2])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_the_closed_form_is_the_integral(z: float, bound: float, share: float) -> None:
    assert float(wrong_after(np.array(z), bound, np.array(share))) == pytest.approx(
        by_integral(z, bound, share), abs=1e-7
    )


def test_by_hand_for_an_even_bound_at_the_threshold() -> None:
    # z = 0, b = 1/2: 2 T(0, a) = atan(a) / pi with a = sqrt((1 - c) / c); for c = 1/2 that is 1/4.
    assert float(wrong_after(np.array(0.0), 0.5, np.array(0.5))) == pytest.approx(0.25, abs=1e-12)


@given(Z, BOUND)
def test_nothing_learnt_changes_nothing_and_everything_learnt_leaves_nothing(z: float, bound: float) -> None:
    at = np.array(z)
    assert float(wrong_after(at, bound, np.array(0.0))) == pytest.approx(float(wrong_now(at, bound)), abs=1e-12)
    assert float(wrong_after(at, bound, np.array(1.0))) == 0.0


@given(Z, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_with_an_even_bound_more_knowledge_is_never_worse(z: float, a: float, b: float) -> None:
    less, more = sorted((a, b))
    found = wrong_after(np.array(z), 0.5, np.array([less, more]))
    assert found[1] <= found[0] + 1e-9


@given(Z, BOUND, st.floats(0.0, 1.0))
def test_it_is_a_probability(z: float, bound: float, share: float) -> None:
    assert 0.0 <= float(wrong_after(np.array(z), bound, np.array(share))) <= 1.0


def test_a_little_knowledge_can_cost_just_above_a_strict_bound() -> None:
    z = np.array(norm.ppf(0.9) + 0.02)
    assert float(wrong_after(z, 0.9, np.array(0.001))) > float(wrong_now(z, 0.9))


@pytest.mark.parametrize("chance", [0.0, 1.0, 1e-9, 1.0 - 1e-9])
def test_where_the_map_is_sure_nothing_is_gained(chance: float) -> None:
    z = margin_in_sd(np.array([chance]))
    assert np.isfinite(z).all()
    gain = wrong_now(z, 0.9) - wrong_after(z, 0.9, np.array([0.6]))
    assert abs(float(gain[0])) < 1e-7
