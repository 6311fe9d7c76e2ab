"""Forecasts of measurements by a fit that did not see them: the level of each row, the best server of each place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.forecast import Fit, Fusion, Links, Observed
from aqdaq.analysis.splits import Fold, distance_m

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level that a definition asks of a layer.

    Attributes:
        definition: id.
        layer: number of the layer.
        level_dbm: that must be reached (dBm).
    """

    definition: str
    layer: int
    level_dbm: float


@dataclass(frozen=True, slots=True)
class Network:
    """Whose levels are asked.

    Attributes:
        cells: ids; ``Links.cell`` indexes them.
        layers: names.
        layer: (cells,) number of the layer of each cell.
        thresholds: of the definitions, any number.
    """

    cells: tuple[str, ...]
    layers: tuple[str, ...]
    layer: NDArray[np.int64]
    thresholds: tuple[Threshold, ...] = ()

    def levels_dbm(self, layer: int) -> tuple[float, ...]:
        """Return the different thresholds of a layer (dBm), low to high."""
        return tuple(sorted({t.level_dbm for t in self.thresholds if t.layer == layer}))


@dataclass(frozen=True, slots=True)
class Places:
    """The best server of the places of one layer, said and measured; arrays have shape (places,).

    Attributes:
        heard_dbm: strongest level that was heard (dBm); minus infinity where nothing was.
        bound_dbm: below this lie the cells that were not heard (dBm); minus infinity where all were.
        mean_dbm: expected level of the best server (dBm).
        sd_db: its standard deviation (dB).
        below: (places, thresholds) probability of lying below each threshold of the layer, low to high.
    """

    heard_dbm: Array
    bound_dbm: Array
    mean_dbm: Array
    sd_db: Array
    below: Array

    @property
    def known(self) -> Mask:
        """Where the level of the best server is known: nothing that was not heard can be stronger."""
        return (self.heard_dbm > -np.inf) & (self.heard_dbm >= self.bound_dbm)

    def weak(self, level_dbm: float) -> tuple[Mask, Mask]:
        """Return where the best server lies below a level (dBm), and where that can be told at all."""
        served = self.heard_dbm >= level_dbm
        return ~served, served | (self.bound_dbm <= level_dbm)


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What a fit said of the rows that it did not see; arrays have shape (n,), NaN where no fold could say.

    Attributes:
        mean_dbm: expected level (dBm).
        sd_db: its standard deviation (dB).
        low_dbm: lower end of the 90 % interval (dBm).
        high_dbm: its upper end (dBm).
        nearest_m: distance to the nearest row of the fit, of any cell (m).
        places: one a layer, of all folds together.
        fits: folds that were fitted.
    """

    mean_dbm: Array
    sd_db: Array
    low_dbm: Array
    high_dbm: Array
    nearest_m: Array
    places: tuple[Places, ...]
    fits: int

    @property
    def scored(self) -> Mask:
        """Rows with a forecast."""
        return np.isfinite(self.mean_dbm) & np.isfinite(self.sd_db)


def out_of_fold(observed: Observed, fit: Fit, folds: Iterable[Fold], network: Network) -> OutOfFold:
    """Fit each fold and ask it about the rows that were kept from it.

    A fold whose training rows hold no level that was heard is not fitted: its rows stay without a forecast.

    Args:
        observed: all measurements.
        fit: called once a fold, with its training rows.
        folds: (train, test) masks.
        network: whose cells they are.
    """
    n = len(observed)
    mean, sd, low, high, nearest = (np.full(n, np.nan) for _ in range(5))
    found: list[list[Places]] = [[] for _ in network.layers]
    fits = 0
    for train, test in folds:
        if not observed.heard[train].any():
            continue
        fusion, rows = fit(observed.subset(train)), np.flatnonzero(test)
        fits += 1
        said = fusion.levels(observed.links.subset(rows))
        mean[rows], sd[rows], low[rows], high[rows] = said.mean_dbm, said.sd_db, said.low_dbm, said.high_dbm
        nearest[rows] = distance_m(observed.links.x_m, observed.links.y_m, train)[rows]
        layer = network.layer[observed.links.cell[rows]]
        for number in np.unique(layer):
            own = observed.subset(rows[layer == number])
            found[int(number)].append(best_of_places(own, fusion, network.levels_dbm(int(number))))
    places = tuple(_join(parts, len(network.levels_dbm(k))) for k, parts in enumerate(found))
    return OutOfFold(mean, sd, low, high, nearest, places, fits)


def best_of_places(observed: Observed, fusion: Fusion, levels_dbm: Sequence[float]) -> Places:
    """Return the best server of each distinct place of the measurements of one layer.

    Args:
        observed: of one layer; the cells of a place are those with a row there. Several rows of a cell at a place
            count as one, with the mean of what was heard.
        fusion: a fit that did not see them.
        levels_dbm: thresholds (dBm).
    """
    links, place, level, bound = _one_row_a_link(observed)
    count = int(place.max()) + 1
    heard, unheard = np.full(count, -np.inf), np.full(count, -np.inf)
    np.maximum.at(heard, place, np.where(np.isfinite(level), level, -np.inf))
    np.maximum.at(unheard, place, np.where(np.isfinite(level), -np.inf, bound))
    said = fusion.best(links, place, levels_dbm)
    return Places(heard, unheard, said.mean_dbm, said.sd_db, said.below.reshape(count, len(levels_dbm)))


def _one_row_a_link(observed: Observed) -> tuple[Links, NDArray[np.int64], Array, Array]:
    """Return each link once: links, number of the place, mean level heard (NaN for none), lowest bound (dBm)."""
    links = observed.links
    key = np.stack([links.x_m, links.y_m, links.cell.astype(np.float64)], axis=1)
    _, first, link = np.unique(key, axis=0, return_index=True, return_inverse=True)
    link = link.reshape(-1)
    once = links.subset(first)
    place = np.unique(np.stack([once.x_m, once.y_m], axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    count = np.bincount(link[observed.heard], minlength=len(first))
    total = np.bincount(link[observed.heard], observed.level_dbm[observed.heard], minlength=len(first))
    with np.errstate(invalid="ignore"):
        level = total / count
    bound = np.full(len(first), np.inf)
    np.minimum.at(bound, link[~observed.heard], observed.level_dbm[~observed.heard])
    return once, place.astype(np.int64), level, bound


def _join(parts: Sequence[Places], thresholds: int) -> Places:
    if not parts:
        none = np.empty(0)
        return Places(none, none, none, none, np.empty((0, thresholds)))
    return Places(*(np.concatenate([getattr(part, name) for part in parts]) for name in Places.__slots__))
