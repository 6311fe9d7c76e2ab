"""Coverage of one layer on the grid, with its uncertainty and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.model.grid import Grid
from aqdaq.model.network import Layer


class Evidence(IntEnum):
    """Where a figure comes from. ``UNKNOWN`` is 0, so that an empty raster says so."""

    UNKNOWN = 0
    PREDICTED = 1
    MEASURED = 2

    @property
    def word(self) -> str:
        """The word used in files and reports."""
        return self.name.lower()


class Coverage(Protocol):
    """Coverage of one layer, wherever its arrays lie: a ``CoverageMap`` in memory, or files that are read when asked.

    What works on several layers asks each for an array at a time, and holds none longer than it needs it.
    """

    @property
    def layer(self) -> Layer:
        """Operator and technology."""
        ...

    @property
    def grid(self) -> Grid:
        """Where the arrays lie."""
        ...

    @property
    def quantity(self) -> str:
        """RSRP, RSCP, RxLev or RSSI."""
        ...

    @property
    def mean_dbm(self) -> NDArray[np.float32]:
        """Expected level of the best server outdoors (dBm)."""
        ...

    @property
    def sd_db(self) -> NDArray[np.float32]:
        """Standard deviation of that level at the point (dB)."""
        ...

    @property
    def sinr_db(self) -> NDArray[np.float32]:
        """SINR of the best server (dB)."""
        ...

    @property
    def best_server(self) -> NDArray[np.int16]:
        """Index into ``cells``; -1 where unknown."""
        ...

    @property
    def evidence(self) -> NDArray[np.uint8]:
        """See ``Evidence``."""
        ...

    @property
    def cells(self) -> tuple[str, ...]:
        """Ids of the cells of the layer."""
        ...

    @property
    def probability(self) -> Mapping[str, NDArray[np.float32]]:
        """Per service definition, the probability that it holds."""
        ...


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """Calibrated coverage of one layer. All arrays have the shape of the grid; NaN where unknown.

    Attributes:
        layer: operator and technology.
        grid: where the arrays lie.
        quantity: RSRP, RSCP, RxLev or RSSI.
        mean_dbm: float32, expected level of the best server outdoors (dBm).
        sd_db: float32, standard deviation of that level at the point (dB).
        best_server: int16, index into ``cells``; -1 where unknown.
        sinr_db: float32, SINR of the best server (dB).
        evidence: uint8, see ``Evidence``.
        cells: ids of the cells of the layer.
        probability: per service definition, float32 probability that it holds.
    """

    layer: Layer
    grid: Grid
    quantity: str
    mean_dbm: NDArray[np.float32]
    sd_db: NDArray[np.float32]
    best_server: NDArray[np.int16]
    sinr_db: NDArray[np.float32]
    evidence: NDArray[np.uint8]
    cells: tuple[str, ...]
    probability: dict[str, NDArray[np.float32]]

    def __post_init__(self) -> None:
        """Refuse arrays that do not lie on the grid, and figures without evidence.

        Raises:
            InputError: a shape differs, or an unknown point carries a level.
        """
        arrays: tuple[NDArray[Any], ...] = (
            self.mean_dbm,
            self.sd_db,
            self.best_server,
            self.sinr_db,
            self.evidence,
        )
        if any(array.shape != self.grid.shape for array in (*arrays, *self.probability.values())):
            raise InputError(Fault(f"coverage {self.layer}", "an array does not have the shape of the grid"))
        unknown = self.evidence == Evidence.UNKNOWN
        if np.isfinite(self.mean_dbm[unknown]).any():
            raise InputError(Fault(f"coverage {self.layer}", "a point of unknown evidence carries a level"))
