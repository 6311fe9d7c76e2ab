"""Kernels without the interpreter's lock, on as many threads as numba is set to use.

Compiling a numba parallel loop around a large kernel takes seconds; handing the same kernel to threads takes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numba


def in_threads(work: Callable[[int], None], parts: Iterable[int]) -> None:
    """Call ``work`` for each part; the parts must not write to the same places.

    Args:
        work: calls a kernel compiled with ``nogil``.
        parts: what to call it with.
    """
    n = numba.get_num_threads()
    if n == 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(n) as pool:
        for _ in pool.map(work, parts):
            pass
