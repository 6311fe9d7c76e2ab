"""What a figure was measured with: versions and the machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

PACKAGES: Final = ("aqdaq", "numba", "llvmlite", "numpy", "pycraf", "astropy")
#: Of the many flags of a processor, those that decide how wide its arithmetic is.
FLAGS: Final = ("sse2", "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512dq", "avx512vl", "neon", "asimd", "sve")


def versions() -> dict[str, str | None]:
    """Return the versions of Python and of what computes; None where it is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def machine() -> dict[str, Any]:
    """Return the processor, its cores and flags, the memory and the system."""
    said = _cpu_info()
    flags = set(said.get("flags", said.get("Features", "")).split())
    return {
        "cpu": said.get("model name") or platform.processor() or platform.machine(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)),
        "flags": [flag for flag in FLAGS if flag in flags],
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system(),
        "load_1min": round(os.getloadavg()[0], 2),
    }


def _cpu_info() -> dict[str, str]:
    """Return the first entry of /proc/cpuinfo, empty where there is none."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return {}
    lines = (line.split(":", 1) for line in text.split("\n\n", maxsplit=1)[0].splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in lines}
