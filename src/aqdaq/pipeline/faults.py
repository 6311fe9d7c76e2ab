"""Faults of several inputs, found together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aqdaq.base.errors import Fault, InputError

T = TypeVar("T")


class Faults:
    """Collects the faults of steps that can go on without each other."""

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def attempt(self, step: Callable[[], T]) -> T | None:
        """Run a step; keep its faults and return None when it fails."""
        try:
            return step()
        except InputError as err:
            self.all += [fault for fault in err.faults if fault not in self.all]
            return None
