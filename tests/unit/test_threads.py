"""Kernels handed to threads: each part once, faults come through, the promise of arrays apart changes no result."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from numba import njit

from aqdaq.engine.threads import arrays_apart, in_threads


@pytest.mark.parametrize("threads", [1, 2])
def test_each_part_is_worked_once(threads: int) -> None:
    before = numba.get_num_threads()
    counts = np.zeros(50, dtype=np.int64)

    def work(part: int) -> None:
        counts[part] += 1

    try:
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        in_threads(work, range(50))
    finally:
        numba.set_num_threads(before)
    assert (counts == 1).all()


def test_a_fault_in_a_part_is_not_lost() -> None:
    def work(part: int) -> None:
        if part == 7:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_threads(work, range(10))


def twice(given: np.ndarray, out: np.ndarray) -> None:
    for i in range(given.shape[0]):
        out[i] = 2.0 * given[i]


def test_the_promise_changes_no_result() -> None:
    given = np.arange(100.0)
    plain, promised = np.zeros(100), np.zeros(100)
    njit(twice)(given, plain)
    arrays_apart(njit(twice))(given, promised)
    assert (plain == promised).all()
    assert (plain == 2.0 * given).all()


def test_something_without_the_hook_is_left_alone() -> None:
    assert arrays_apart(twice) is twice
