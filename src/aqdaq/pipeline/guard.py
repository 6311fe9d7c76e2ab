"""What surrounds a run: how many threads it uses, and what happens when somebody stops it."""

from __future__ import annotations

import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numba
from numba.core import config

from aqdaq.base.errors import BusyError, InterruptedRunError, OutputError
from aqdaq.base.settings import settings


@contextmanager
def threads(workers: int | None) -> Iterator[None]:
    """Use so many threads inside the kernels; the figures do not depend on it."""
    wanted = workers or settings().workers
    before = numba.get_num_threads()
    if wanted is not None:
        numba.set_num_threads(min(wanted, config.NUMBA_NUM_THREADS))
    try:
        yield
    finally:
        numba.set_num_threads(before)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder of runs, so that no two runs write into it at once.

    The lock is the operating system's: it ends with the process, however that ends.

    Raises:
        BusyError: another process holds it.
        OutputError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / ".lock").open("w")
    except OSError as err:
        raise OutputError(f"{folder}: cannot be written: {err.strerror} -> mend the rights of the project") from err
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            raise BusyError(f"another run is at work in {folder}; wait until it ends") from err
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into an error that says how to go on."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    try:
        signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: the caller's own handling stays
        before = None
    try:
        yield
    except KeyboardInterrupt as err:
        raise InterruptedRunError("stopped; what is finished is kept, the same command goes on from there") from err
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
