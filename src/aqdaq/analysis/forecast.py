"""What a fitted model says of places that nobody measured, and what asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Links:
    """Places beside the cells whose level is asked there, one row a place and cell; all arrays have shape (n,).

    Attributes:
        cell: number of the cell, 0 .. cells-1.
        x_m: easting of the place (m).
        y_m: northing of the place (m).
        predicted_dbm: level by the engine alone (dBm), with the antenna as the table says.
        sight: 1 where the path is in line of sight, 0 where not, NaN where nobody knows.
    """

    cell: NDArray[np.int64]
    x_m: Array
    y_m: Array
    predicted_dbm: Array
    sight: Array

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.cell)

    def subset(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Links:
        """Return the rows of a mask or of indices."""
        return Links(*(getattr(self, name)[keep] for name in Links.__slots__))


@dataclass(frozen=True, slots=True)
class Observed:
    """Levels measured on links; all arrays have shape (n,).

    Attributes:
        links: where, and on which cell.
        level_dbm: level measured (dBm); where nothing was heard, the level below which it must lie.
        heard: False where the level is only known to lie below ``level_dbm``.
        weight: 0 < w <= 1; a row of a doubtful device or position counts less.
        route: number of the drive, log or campaign that the row belongs to.
    """

    links: Links
    level_dbm: Array
    heard: NDArray[np.bool_]
    weight: Array
    route: NDArray[np.int64]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.level_dbm)

    def subset(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> Observed:
        """Return the rows of a mask or of indices."""
        return Observed(
            self.links.subset(keep), self.level_dbm[keep], self.heard[keep], self.weight[keep], self.route[keep]
        )


@dataclass(frozen=True, slots=True)
class LevelForecast:
    """Levels of links; all arrays have shape (n,).

    Attributes:
        mean_dbm: expected level (dBm).
        sd_db: its standard deviation (dB), fading at the place included.
        low_dbm: lower end of the central 90 % interval, as conformal prediction widened it (dBm).
        high_dbm: its upper end (dBm).
    """

    mean_dbm: Array
    sd_db: Array
    low_dbm: Array
    high_dbm: Array


@dataclass(frozen=True, slots=True)
class BestForecast:
    """The best server of places: the distribution of the strongest of several levels that vary together.

    Attributes:
        mean_dbm: (places,) expected level of the best server (dBm): the expectation of the maximum.
        sd_db: (places,) its standard deviation (dB).
        below: (places, thresholds) probability that the best server lies below each threshold.
    """

    mean_dbm: Array
    sd_db: Array
    below: Array


class Fusion(Protocol):
    """A fitted model."""

    def levels(self, links: Links) -> LevelForecast:
        """Return the level of each link."""
        ...

    def best(self, links: Links, place: NDArray[np.int64], thresholds_dbm: Sequence[float]) -> BestForecast:
        """Return the best server of each place.

        Args:
            links: (n,) all cells of one layer at all places.
            place: (n,) number of the place of each row, 0 .. places-1; every number occurs.
            thresholds_dbm: levels (dBm), any number.
        """
        ...


class Fit(Protocol):
    """What makes a ``Fusion`` of measurements; validation calls it once a fold."""

    def __call__(self, train: Observed) -> Fusion:
        """Fit to the rows of ``train``."""
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are scored and calibrated together, for example the links in line of sight.

    Attributes:
        name: in words.
        rows: (n,) mask.
    """

    name: str
    rows: NDArray[np.bool_] = field(repr=False)
