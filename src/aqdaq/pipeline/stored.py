"""The coverage of a layer as it lies in its files: an array is read when it is asked for, and held by nobody here.

A large city has some 300 MiB a layer; the stages after ``fuse`` go from layer to layer and need an array at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqdaq.io.raster import band_names, read_grid_band
from aqdaq.model.grid import Grid
from aqdaq.model.network import Layer
from aqdaq.pipeline.made_by import MadeBy


@dataclass(frozen=True, slots=True)
class StoredCoverage:
    """A ``Coverage`` in files; asking for an array reads it, each time.

    Attributes:
        layer: operator and technology.
        grid: where the arrays lie.
        quantity: RSRP, RSCP, RxLev or RSSI.
        cells: ids of the cells of the layer.
        definitions: ids of the service definitions that judge it.
        figures: file of level, spread, SINR and probabilities.
        classes: file of best server, evidence, model and reason.
    """

    layer: Layer
    grid: Grid
    quantity: str
    cells: tuple[str, ...]
    definitions: tuple[str, ...]
    figures: Path
    classes: Path

    @property
    def mean_dbm(self) -> NDArray[np.float32]:
        """Expected level of the best server outdoors (dBm)."""
        return self._read(self.figures, "mean_dbm")

    @property
    def sd_db(self) -> NDArray[np.float32]:
        """Standard deviation of that level at the point (dB)."""
        return self._read(self.figures, "sd_db")

    @property
    def sinr_db(self) -> NDArray[np.float32]:
        """SINR of the best server (dB)."""
        return self._read(self.figures, "sinr_db")

    @property
    def best_server(self) -> NDArray[np.int16]:
        """Index into ``cells``; -1 where unknown."""
        return self._read(self.classes, "best_server")

    @property
    def evidence(self) -> NDArray[np.uint8]:
        """See ``Evidence``."""
        return self._read(self.classes, "evidence").astype(np.uint8)

    @property
    def probability(self) -> Mapping[str, NDArray[np.float32]]:
        """Per service definition, the probability that it holds."""
        return _Probability(self)

    @property
    def made(self) -> MadeBy:
        """How the pixels came about."""
        left = "beyond_model" in band_names(self.classes)
        return MadeBy(
            self._read(self.classes, "model"),
            self._read(self.classes, "reason"),
            self._read(self.classes, "beyond_model") if left else None,
        )

    def _read(self, path: Path, name: str) -> NDArray[Any]:
        grid, array = read_grid_band(path, name)
        assert_same_place(grid, self.grid)
        return array


@dataclass(frozen=True, slots=True)
class _Probability(Mapping[str, NDArray[np.float32]]):
    coverage: StoredCoverage

    def __getitem__(self, definition: str) -> NDArray[np.float32]:
        if definition not in self.coverage.definitions:
            raise KeyError(definition)
        return self.coverage._read(self.coverage.figures, f"p_{definition}")  # noqa: SLF001 - its own mapping

    def __contains__(self, definition: object) -> bool:
        return definition in self.coverage.definitions

    def __iter__(self) -> Iterator[str]:
        return iter(self.coverage.definitions)

    def __len__(self) -> int:
        return len(self.coverage.definitions)


def assert_same_place(found: Grid, wanted: Grid) -> None:
    """Refuse a kept raster that does not lie on the grid: the store would be broken.

    Raises:
        RuntimeError: shape or corner differ.
    """
    if found.shape != wanted.shape or abs(found.x_min_m - wanted.x_min_m) > 1e-6:
        raise RuntimeError(f"kept raster lies on {found}, not on {wanted}: delete the folder runs/.cache")
