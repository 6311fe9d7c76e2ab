"""Which predicted coverage measurements refute: tests against a promised probability, unit by unit.

A unit is refuted when so many of its tests failed that a service which holds with the promised probability would show
that rarely (one-sided binomial test). Tests near each other share their shadowing, so they count as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

#: Tests within this distance (m) count as one: the longest correlation distance of the shadow fading on streets that
#: 3GPP TR 38.901, Table 7.5-6, gives (UMa, no line of sight).
DECORRELATION_M: Final = 50.0

#: A verdict is given with this confidence.
CONFIDENCE: Final = 0.95

REFUTED, SUPPORTED, NOT_ENOUGH = "refuted", "supported", "not enough evidence"

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tests say of one unit.

    Attributes:
        tests: all tests inside.
        failures: of these, failed.
        effective_tests: tests that are independent: those near each other count as one.
        effective_failures: of these, failed; one that stands for several failed when most of them did.
        p_value: probability of so many failures or more, if the promise held.
        success_low: lower end of the two-sided Clopper-Pearson interval of the share of successes, 0..1.
        success_high: its upper end.
        verdict: ``refuted``, ``supported`` or ``not enough evidence``.
    """

    tests: int
    failures: int
    effective_tests: int
    effective_failures: int
    p_value: float
    success_low: float
    success_high: float
    verdict: str


def evidence(
    counts: tuple[int, int, int, int], promised: float, *, least_tests: int, confidence: float = CONFIDENCE
) -> Evidence:
    """Return the verdict on a unit.

    Args:
        counts: tests, failures, effective tests, effective failures.
        promised: probability with which the service is promised, 0..1.
        least_tests: fewer effective tests are never enough.
        confidence: of the verdict, 0..1.
    """
    tests, failures, n, k = counts
    p_value = float(stats.binom.sf(k - 1, n, 1.0 - promised)) if n else 1.0
    p_support = float(stats.binom.cdf(k, n, 1.0 - promised)) if n else 1.0
    alpha, verdict = 1.0 - confidence, NOT_ENOUGH
    if n >= least_tests and p_value <= alpha:
        verdict = REFUTED
    elif n >= least_tests and p_support <= alpha:
        verdict = SUPPORTED
    low, high = clopper_pearson(n - k, n, confidence)
    return Evidence(tests, failures, n, k, p_value, low, high, verdict)


def clopper_pearson(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """Return the exact two-sided interval of a share; 0 and 1 without trials."""
    if trials == 0:
        return 0.0, 1.0
    tail = (1.0 - confidence) / 2.0
    low = float(stats.beta.ppf(tail, successes, trials - successes + 1)) if successes else 0.0
    high = float(stats.beta.ppf(1.0 - tail, successes + 1, trials - successes)) if successes < trials else 1.0
    return low, high


def effective(x_m: Float, y_m: Float, failed: Mask, distance_m: float = DECORRELATION_M) -> tuple[int, int]:
    """Return how many independent tests (n,) tests are worth, and how many of these failed.

    The first test takes all within ``distance_m`` of it, the first of the rest takes all within that distance of
    itself, and so on. A group failed when more than half of its tests did.

    Args:
        x_m: eastings (m).
        y_m: northings (m).
        failed: whether each test failed.
        distance_m: below which tests count as one (m).
    """
    order = np.lexsort((y_m, x_m))
    x, y, bad = x_m[order], y_m[order], failed[order]
    left = np.ones(len(x), dtype=np.bool_)
    groups = failures = 0
    while left.any():
        first = int(left.argmax())
        near = left & (np.hypot(x - x[first], y - y[first]) <= distance_m)
        groups += 1
        failures += int(2 * bad[near].sum() > near.sum())
        left &= ~near
    return groups, failures


def by_unit(
    number: NDArray[np.int64],
    units: int,
    place: tuple[Float, Float],
    failed: Mask,
    promised: float,
    *,
    least_tests: int,
    distance_m: float = DECORRELATION_M,
) -> list[Evidence]:
    """Return the evidence of each unit.

    Args:
        number: (n,) unit of each test, 0 .. units-1.
        units: how many there are.
        place: (n,) eastings and northings of the tests (m).
        failed: (n,) whether each test failed.
        promised: probability with which the service is promised, 0..1.
        least_tests: fewer effective tests are never enough.
        distance_m: below which tests count as one (m).
    """
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(units + 1))
    found = []
    for start, end in pairwise(ends.tolist()):
        own = order[start:end]
        worth = effective(place[0][own], place[1][own], failed[own], distance_m)
        counts = (len(own), int(failed[own].sum()), *worth)
        found.append(evidence(counts, promised, least_tests=least_tests))
    return found


def all_together(parts: list[Evidence], promised: float, *, least_tests: int) -> Evidence:
    """Return the evidence of all units as one."""
    names = ("tests", "failures", "effective_tests", "effective_failures")
    tests, failures, n, k = (sum(getattr(part, name) for part in parts) for name in names)
    return evidence((tests, failures, n, k), promised, least_tests=least_tests)


def false_discovery(parts: list[Evidence]) -> list[float]:
    """Return the p-values adjusted for the number of units (Benjamini-Hochberg): many units refute some by chance."""
    if not parts:
        return []
    return [float(q) for q in stats.false_discovery_control([part.p_value for part in parts])]
