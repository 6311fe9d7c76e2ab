"""Receptors as columns: some of them, and several sets together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqdaq.model.receptor import KINDS, Receptors


def taken(receptors: Receptors, index: NDArray[np.int64]) -> Receptors:
    """Return the receptors of those numbers."""
    places = index.tolist()
    columns: dict[str, Any] = {}
    for name in Receptors.__slots__:
        column = getattr(receptors, name)
        columns[name] = tuple(column[i] for i in places) if isinstance(column, tuple) else column[index]
    return Receptors(**columns)


def joined(parts: Sequence[Receptors]) -> Receptors:
    """Return all receptors, ordered by kind, else as they come."""
    columns: dict[str, Any] = {}
    for name in Receptors.__slots__:
        values = [getattr(part, name) for part in parts]
        tuples = isinstance(values[0], tuple)
        columns[name] = tuple(v for value in values for v in value) if tuples else np.concatenate(values)
    whole = Receptors(**columns)
    order = np.argsort([KINDS.index(kind) for kind in whole.kind], kind="stable")
    return taken(whole, order)
