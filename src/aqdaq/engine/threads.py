"""Kernels without the interpreter's lock, on as many threads as numba is set to use.

Compiling a numba parallel loop around a large kernel takes many seconds; handing the same kernel to threads takes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


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


def arrays_apart(kernel: Kernel) -> Kernel:
    """Promise the compiler that no two arrays given to a kernel overlap, so that loops take several samples at a time.

    numba makes this promise for its parallel loops and has no public option for it. Where its inner workings have
    changed the kernel is compiled without: it is slower then, and its results are the same.
    """
    compiler: Any = getattr(kernel, "_compiler", None)
    if hasattr(compiler, "_customize_flags"):

        def promise(flags: Any) -> Any:
            flags.noalias = True
            return flags

        compiler._customize_flags = promise  # noqa: SLF001
    return kernel
