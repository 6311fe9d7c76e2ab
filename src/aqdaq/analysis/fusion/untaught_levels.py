"""Maps of a network that nobody measured, by what other cities and published laws say of it.

The engine's own level is put aside: lessons of other cities stand relative to TR 38.901 UMa without line of sight, so
that law is taken with the antenna of the table. Buildings and terrain of the place are not in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Links
from aqdaq.analysis.fusion.facts import RECEIVER_M, Scene, seen
from aqdaq.analysis.fusion.typical import Typical
from aqdaq.analysis.fusion.untaught import UntaughtModel
from aqdaq.engine.models.tr38901_formulas import uma_nlos_db

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Least distance (m) of TR 38.901.
NEAREST_M: Final = 10.0


@dataclass(frozen=True)
class UntaughtLevels:
    """What is expected of the cells of a project; asked as a fitted model is.

    Attributes:
        scene: the cells.
        of_layer: what is expected of the network of each layer, by its name.
    """

    scene: Scene
    of_layer: dict[str, UntaughtModel]

    @classmethod
    def of(cls, scene: Scene, expected: Callable[[str, float], Typical]) -> UntaughtLevels:
        """Return the levels of all layers.

        Args:
            scene: the cells.
            expected: what is typical of a layer by its name, at a frequency (MHz).
        """
        models = {}
        for layer in sorted({cell.layer for cell in scene.cells}):
            frequency = float(np.median([cell.frequency_mhz for cell in scene.cells if cell.layer == layer]))
            models[layer] = UntaughtModel(scene, expected(layer, frequency))
        return cls(scene, models)

    @property
    def together(self) -> float:
        """Correlation of two cells' levels at one place: the least of all layers, which promises least."""
        return min(model.together for model in self.of_layer.values())

    @property
    def best_factor(self) -> float:
        """Factor of the cells' standard deviations where the strongest of them is asked: nothing taught one."""
        return 1.0

    @property
    def sources(self) -> tuple[str, ...]:
        """The lessons that were heard, each once."""
        return tuple(dict.fromkeys(s for model in self.of_layer.values() for s in model.expected.sources))

    def trend_dbm(self, links: Links) -> Array:
        """Return (n,) expected level of each link (dBm)."""
        return self.map_levels(links)[0]

    def map_levels(self, links: Links, *, group_m: float = 0.0) -> tuple[Array, Array]:  # noqa: ARG002 - as fitted
        """Return (n,) level (dBm), received or not, and its spread (dB); NaN where the engine has none."""
        mean, sd = np.full(len(links), np.nan), np.full(len(links), np.nan)
        layers = np.array([cell.layer for cell in self.scene.cells], dtype=object)[links.cell]
        for layer, model in self.of_layer.items():
            own = np.flatnonzero((layers == layer) & np.isfinite(links.predicted_dbm))
            if len(own):
                asked = self._by_law(links.subset(own))
                mean[own], alone = model.plain_levels(asked)
                sd[own] = np.hypot(alone, model.expected.offset_sd_db)
        return mean, sd

    def trend_levels(self, links: Links) -> tuple[Array, Array]:
        """Return nothing: other cities were measured in the street, and their law knows neither floors nor roofs."""
        unknown = np.full(len(links), np.nan)
        return unknown, unknown.copy()

    def _by_law(self, links: Links) -> Links:
        """Return the links with the level of the law, the antenna of the table in it."""
        cells = self.scene.cells
        eirp, frequency, height, x, y = (
            np.array([getattr(cell, name) for cell in cells])[links.cell]
            for name in ("eirp_dbm", "frequency_mhz", "height_m", "x_m", "y_m")
        )
        iso = eirp - law_db(np.hypot(links.x_m - x, links.y_m - y), frequency, height)
        bare = replace(links, predicted_dbm=iso)
        return replace(links, predicted_dbm=2.0 * iso - seen(self.scene, bare).iso_dbm)  # ``seen`` takes the gain away


@njit(cache=True, error_model="numpy")
def law_db(distance_m: Array, frequency_mhz: Array, height_m: Array) -> Array:
    """Return (n,) loss (dB) of TR 38.901 v17 Table 7.4.1-1, urban macro without line of sight, at 1.5 m."""
    out = np.empty(len(distance_m))
    for i in range(len(out)):
        out[i] = uma_nlos_db(max(distance_m[i], NEAREST_M), frequency_mhz[i] * 1e-3, height_m[i], RECEIVER_M)
    return out
