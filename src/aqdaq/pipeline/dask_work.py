"""What runs inside a Dask worker: one packed task, after a look at whether the worker computes the same figures."""

from __future__ import annotations

import pickle
import platform
import threading
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

import numba
from llvmlite import binding
from numba.core import config

from aqdaq import __version__
from aqdaq.base.errors import AqdaqError, UsageError
from aqdaq.engine import kernel_cache_folder
from aqdaq.pipeline.predict import ENGINE_VERSION
from aqdaq.pipeline.tasks import SiteLevels, run_task

#: Libraries that compute the figures of a task.
_LIBRARIES: Final = ("numba", "llvmlite", "numpy", "scipy")

#: Kernels of one process run one after the other, each on all threads of the worker: not every threading layer of
#: numba can be entered twice.
_ONE_AT_A_TIME: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker gives back.

    Attributes:
        levels: of the task; None when it failed.
        error: of this package, that the task raised; None when it did not.
        processor: that computed it.
    """

    levels: SiteLevels | None
    error: AqdaqError | None
    processor: str


def makers() -> dict[str, str]:
    """Return what must be the same on all machines for the same bytes: versions, kernels, kind of machine."""
    return {
        "aqdaq": __version__,
        "engine": ENGINE_VERSION,
        "kernels": kernel_cache_folder().name,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": platform.machine(),
        **{name: version(name) for name in _LIBRARIES},
    }


def processor() -> str:
    """Return the processor that the kernels are compiled for."""
    return str(binding.get_host_cpu_name())


def work(packed: bytes, wanted: dict[str, str]) -> Answer:
    """Compute a task on a worker.

    Args:
        packed: the pickled task; packed so that the scheduler passes it on without looking into it.
        wanted: ``makers`` of the process that asks.
    """
    from distributed import get_worker

    worker = get_worker()
    found = makers()
    if found != wanted:
        return Answer(None, UsageError(mismatch(worker.address, found, wanted)), processor())
    with _ONE_AT_A_TIME:
        numba.set_num_threads(max(min(worker.state.nthreads, config.NUMBA_NUM_THREADS), 1))
        try:
            return Answer(run_task(pickle.loads(packed)), None, processor())  # noqa: S301 - packed by the run itself
        except AqdaqError as err:
            return Answer(None, err, processor())


def mismatch(address: str, found: dict[str, str], wanted: dict[str, str]) -> str:
    """Return in words why a worker cannot take part."""
    names = [name for name in wanted if found.get(name) != wanted[name]]
    other: list[Any] = [f"{name} {found.get(name)} instead of {wanted[name]}" for name in names]
    return f"worker {address} has {', '.join(other)} -> install the same versions on all machines"
