"""Tasks of a run on a Dask cluster: a scheduler that is there already, or processes on this machine.

Nothing is written there: results come back as arrays, in the order of the tasks, and this process writes them.
"""

from __future__ import annotations

import pickle
import signal
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker
from typing import Any, Final

from aqdaq.base.errors import AqdaqError, UsageError
from aqdaq.pipeline.dask_work import Answer, makers, processor, work
from aqdaq.pipeline.executors import LOCAL, Executor
from aqdaq.pipeline.tasks import SiteLevels, SiteTask

try:
    import dask
    import distributed
except ImportError as missing:
    raise UsageError(f"--scheduler needs Dask ({missing}) -> python -m pip install 'aqdaq[dask]'") from missing

#: Seconds in which a scheduler must answer.
ANSWER_S: Final = 10.0
#: Seconds in which a worker must be there, at the beginning and whenever all have left.
WORKER_S: Final = 30.0
#: Seconds between two looks at whether anybody still works on a task.
LOOK_S: Final = 2.0
#: Seconds in which a cluster of this machine must have ended.
CLOSE_S: Final = 10.0
#: Tasks under way for each worker: one at work and one waiting, so that no worker idles and few results lie about.
AHEAD: Final = 2

_RESUME: Final = "what is finished is kept, the same command goes on from there"


class DaskExecutor:
    """Computes tasks on a cluster.

    Args:
        client: connected to it.
        words: what it is.
    """

    def __init__(self, client: Any, words: str) -> None:
        self.words = words
        self._client = client
        self._wanted = makers()
        self._processors: set[str] = set()

    @property
    def notes(self) -> Sequence[str]:
        """Processors that differ from this one: their kernels are other machine code."""
        own = processor()
        return [
            f"workers ran on {name}, this is {own}: last digits may differ from those of a run here"
            for name in sorted(self._processors - {own})
        ]

    def run(self, tasks: Sequence[SiteTask]) -> Iterator[SiteLevels]:
        """Yield the result of each task in order; only as many are under way as keep the workers busy.

        Raises:
            UsageError: a worker has other versions.
            AqdaqError: the cluster is lost, or what a task itself raised.
        """
        waiting: deque[Any] = deque()
        todo = iter(tasks)
        try:
            while True:
                for task in todo:
                    waiting.append(self._submit(task))
                    if len(waiting) >= AHEAD * max(_workers(self._client), 1):
                        break
                if not waiting:
                    return
                # The future is let go before the result is handed on: the worker then forgets its copy.
                yield self._result(waiting.popleft())
        finally:
            for future in waiting:
                with suppress(Exception):
                    future.cancel(force=True)

    def _submit(self, task: SiteTask) -> Any:
        return self._client.submit(work, pickle.dumps(task, protocol=5), self._wanted, pure=False)

    def _result(self, future: Any) -> SiteLevels:
        alone_since: float | None = None
        while True:
            try:
                answer: Answer = future.result(timeout=LOOK_S)
                break
            except TimeoutError as err:
                alone_since = None if _workers(self._client) else (alone_since or time.monotonic())
                if alone_since is not None and time.monotonic() - alone_since > WORKER_S:
                    raise AqdaqError(f"Dask: all workers have left -> {_RESUME}") from err
            except ModuleNotFoundError as err:
                raise UsageError(f"a worker says: {err} -> install aqdaq and the same libraries there") from err
            except Exception as err:
                raise AqdaqError(f"Dask: {_first_line(err)} -> {_RESUME}") from err
        if answer.error is not None:
            raise answer.error
        self._processors.add(answer.processor)
        assert answer.levels is not None
        return answer.levels


@contextmanager
def dask_executor(scheduler: str, workers: int | None) -> Iterator[Executor]:
    """Open a cluster.

    Args:
        scheduler: address of a scheduler, or ``local``: processes of one thread each on this machine.
        workers: number of local processes; None: one a core.

    Raises:
        UsageError: nobody answers at the address, or no worker is there.
    """
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_settings()))
        if scheduler == LOCAL:
            target: Any = stack.enter_context(_local_cluster(workers))
        else:
            target = scheduler
        client = stack.enter_context(_client(target, scheduler))
        try:
            client.wait_for_workers(1, timeout=WORKER_S)
        except TimeoutError as err:
            raise UsageError(f"--scheduler {scheduler}: no worker within {WORKER_S:g} s -> start workers") from err
        number = _workers(client)
        yield DaskExecutor(client, f"Dask at {scheduler}, {number} worker{'s' if number > 1 else ''}")


def _settings() -> dict[str, Any]:
    return {
        "distributed.admin.large-graph-warning-threshold": "1GB",  # a task carries its part of the surface
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        "distributed.comm.timeouts.connect": f"{ANSWER_S}s",
    }


@contextmanager
def _client(target: Any, shown: str) -> Iterator[Any]:
    try:
        client: Any = distributed.Client(target, timeout=ANSWER_S, set_as_default=False)
    except Exception as err:
        raise UsageError(
            f"--scheduler {shown}: nobody answers as a Dask scheduler within {ANSWER_S:g} s ({_first_line(err)}) -> "
            "start one with `dask scheduler`, or mend the address, for example tcp://10.0.0.5:8786"
        ) from err
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=CLOSE_S)


@contextmanager
def _local_cluster(workers: int | None) -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix="aqdaq-dask-") as folder:
        # Ctrl-C at a terminal reaches every process of the group. The workers inherit that it is blocked: this process
        # alone decides what stops, and ends them. The tracker would let the signal through again when it starts.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            cluster: Any = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                worker_dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                local_directory=folder,
                silence_logs="CRITICAL",
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        try:
            yield cluster
        finally:
            with suppress(Exception):
                cluster.close(timeout=CLOSE_S)


def _workers(client: Any) -> int:
    """Return how many workers there are now."""
    return len(client.nthreads())


def _first_line(err: BaseException) -> str:
    lines = str(err).strip().splitlines()
    return f"{type(err).__name__}: {lines[0]}" if lines else type(err).__name__
