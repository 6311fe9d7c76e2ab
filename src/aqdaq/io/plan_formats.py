"""Which reader opens a plan: by the suffix of the file, and by its first bytes where a suffix has two meanings."""

from __future__ import annotations

from pathlib import Path

from aqdaq.io.plan_source import PlanSource
from aqdaq.io.plan_vector import VectorPlan


def open_plan(path: Path) -> PlanSource:
    """Open a plan document.

    Raises:
        InputError: it cannot be read, or what its format needs is not installed.
    """
    return VectorPlan(path)
