"""Run a job in a process of its own: its peak memory is its own, and so is its kernel cache.

Nothing large may be imported here: Linux carries the peak of the parent over into the figure of the child.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


class JobFailedError(Exception):
    """A job ended with an error; its message is the last line that the job wrote."""


def run_job(script: Path, job: dict[str, Any], *, env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run ``python SCRIPT --job JSON`` and return the object that it prints, with its own cost.

    Args:
        script: that knows the option ``--job``.
        job: passed as JSON.
        env: added to the environment; an empty value takes the variable away.

    Returns:
        the printed object with ``peak_mib``, ``process_wall_s`` and ``process_cpu_s``.

    Raises:
        JobFailedError: the process did not end well.
    """
    variables = {key: value for key, value in {**os.environ, **(env or {})}.items() if value}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, str(script), "--job", json.dumps(job)],
            variables,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)],
        )
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - begin
        out.seek(0)
        err.seek(0)
        if status != 0:
            said = err.read().decode(errors="replace").strip().splitlines() or [f"status {status}"]
            raise JobFailedError(said[-1])
        found: dict[str, Any] = json.loads(out.read().decode().splitlines()[-1])
    return {
        **found,
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "process_wall_s": round(wall, 3),
        "process_cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
    }
