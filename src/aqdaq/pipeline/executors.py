"""What computes the tasks of a run: this process by default, or Dask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

from aqdaq.base.errors import UsageError
from aqdaq.pipeline.tasks import SiteLevels, SiteTask, run_task

#: Value of ``--scheduler`` that starts a cluster of processes on this machine.
LOCAL: Final = "local"
#: Address of a scheduler: a protocol and what it takes, or a host (one of IPv6 in brackets) with the port.
_ADDRESS: Final = re.compile(r"[a-z]+://\S+|(?:\[[0-9a-fA-F:.%]+\]|[\w.-]+):\d{1,5}")


class Executor(Protocol):
    """Computes tasks."""

    @property
    def words(self) -> str:
        """What it is, for the log; empty for this process."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What has to be said when the tasks are done."""
        ...

    def run(self, tasks: Sequence[SiteTask]) -> Iterator[SiteLevels]:
        """Yield the result of each task in the order of the tasks; few results are held at a time."""
        ...


class ThisProcess:
    """One task after the other, each on all threads of the kernels."""

    words = ""
    notes = ()

    def run(self, tasks: Sequence[SiteTask]) -> Iterator[SiteLevels]:
        """Yield the result of each task."""
        for task in tasks:
            yield run_task(task)


@contextmanager
def in_this_process() -> Iterator[Executor]:
    """Open the executor of this process."""
    yield ThisProcess()


def check_address(scheduler: str | None) -> None:
    """Refuse what cannot be the address of a scheduler.

    Raises:
        UsageError: with an example.
    """
    if scheduler not in (None, LOCAL) and _ADDRESS.fullmatch(str(scheduler)) is None:
        raise UsageError(
            f"--scheduler {scheduler!r} is no address -> give {LOCAL}, or host and port, for example "
            "tcp://10.0.0.5:8786"
        )


def open_executor(scheduler: str | None, workers: int | None) -> AbstractContextManager[Executor]:
    """Return what opens the executor that a run asks for.

    Args:
        scheduler: address of a Dask scheduler, ``local`` for processes on this machine, or None: this process.
        workers: number of local processes; None: one a core. Without ``local`` it is not used here.

    Raises:
        UsageError: Dask is not installed; on opening: nobody answers at the address, or no worker is there.
    """
    if scheduler is None:
        return in_this_process()
    from aqdaq.pipeline.dask_cluster import dask_executor

    return dask_executor(scheduler, workers)
