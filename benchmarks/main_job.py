"""Time and memory of the main job on the sample city: `python benchmarks/main_job.py [--resolution 10] [--json]`.

Each program is a process of its own, so its peak memory is its own. "First" has an empty kernel cache, "warm" has the
kernels but a project that was never run. Nothing else heavy may run beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

AQDAQ = str(Path(sys.executable).with_name("aqdaq"))


def measured(command: list[str], cache: Path) -> dict[str, float]:
    """Run a command and return its wall and CPU seconds and its peak memory (MiB)."""
    begin = time.perf_counter()
    child = os.posix_spawn(
        command[0],
        command,
        {**os.environ, "XDG_CACHE_HOME": str(cache)},
        file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)],
    )
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return {
        "wall_s": round(time.perf_counter() - begin, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
    }


def install_size_mib() -> float:
    """Return the size of the installed files of the base dependencies, by their own records (MiB)."""
    from packaging.requirements import Requirement

    seen: set[str] = set()
    total = 0
    todo = ["aqdaq"]
    while todo:
        name = todo.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        total += sum(Path(file.locate()).stat().st_size for file in found.files or [] if Path(file.locate()).is_file())
        for text in found.requires or []:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                todo.append(need.name)
    return round(total / 2**20, 1)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="aqdaq-bench-"))
    try:
        result = run(work, args.resolution)
    finally:
        shutil.rmtree(work)
    print(json.dumps(result, indent=None if args.json else 2))


def run(work: Path, resolution: float) -> dict[str, Any]:
    """Return all figures."""
    cache = work / "cache"
    city = [AQDAQ, "sample", str(work / "city"), "--resolution", str(resolution)]
    job = ["run", "--date", "2026-06-01"]
    sample = measured(city, cache)
    shutil.copytree(work / "city", work / "again")
    first = measured([AQDAQ, *job, str(work / "city")], cache)
    warm = measured([AQDAQ, *job, str(work / "again")], cache)
    helps = [measured([AQDAQ, "--help"], cache)["wall_s"] for _ in range(7)]
    return {
        "resolution_m": resolution,
        "sample": sample,
        "run_first": first,
        "run_warm": warm,
        "warm_to_first": round(warm["wall_s"] / first["wall_s"], 3),
        "help_s": statistics.median(helps),
        "base_install_mib": install_size_mib(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


if __name__ == "__main__":
    main()
