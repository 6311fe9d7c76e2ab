"""Building entry loss as a distribution: normal, of one class of buildings of ITU-R P.2109, or of a mixture of both.

P.2109 gives the loss not exceeded with a probability; read the other way round that is a distribution function. Of the
mixture it is the mean of both functions, weighted by the share of thermally efficient buildings: a building belongs to
one class, nobody knows to which.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.engine.models.entry_p2109 import SOURCE, building_entry_loss_db
from aqdaq.model.body import EARTH

Array = NDArray[np.float64]

#: Normal quantiles between which the loss of a class is tabulated; what lies beyond happens once in 10^10.
_Z_END: Final = 6.5
_Z_STEP: Final = 0.005
#: Normal quantiles at which a loss stands for its neighbourhood, and how far apart: 33 over +-4.8.
_NODE_END: Final = 4.8
_NODE_STEP: Final = 0.3
#: Halvings of a bracket of at most some 100 dB: more precise than the arithmetic.
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class LossNodes:
    """A distribution of a loss, as a few losses with weights.

    Attributes:
        loss_db: (k,) losses (dB).
        weight: (k,) their weights, which sum to 1.
    """

    loss_db: Array
    weight: Array


@dataclass(frozen=True, slots=True)
class LossSummary:
    """A distribution of a loss in figures for a report.

    Attributes:
        median_db: exceeded in half of the cases (dB).
        low_db: not exceeded in 5 % of the cases (dB).
        high_db: exceeded in 5 % of the cases (dB).
        mean_db: mean (dB).
        sd_db: standard deviation (dB).
    """

    median_db: float
    low_db: float
    high_db: float
    mean_db: float
    sd_db: float


class Loss(Protocol):
    """A distribution of the loss between the outer wall and the inside of a building."""

    def quantile_db(self, probability: ArrayLike) -> Array:
        """Return the loss not exceeded with a probability (dB)."""
        ...

    def not_exceeded(self, loss_db: ArrayLike) -> Array:
        """Return the probability that a loss (dB) is not exceeded."""
        ...

    def nodes(self) -> LossNodes:
        """Return losses and weights that stand for the distribution in an integral."""
        ...


@dataclass(frozen=True, slots=True)
class NormalLoss:
    """A loss that a definition states itself.

    Attributes:
        mean_db: mean (dB).
        sd_db: standard deviation (dB); 0 is a constant.
    """

    mean_db: float = 0.0
    sd_db: float = 0.0

    def quantile_db(self, probability: ArrayLike) -> Array:
        """Return the loss not exceeded with a probability, above 0 and below 1 (dB)."""
        return np.asarray(self.mean_db + self.sd_db * ndtri(_probabilities(probability)))

    def not_exceeded(self, loss_db: ArrayLike) -> Array:
        """Return the probability that a loss (dB) is not exceeded."""
        over = np.asarray(loss_db, dtype=np.float64) - self.mean_db
        return np.asarray(ndtr(over / self.sd_db) if self.sd_db > 0.0 else (over >= 0.0).astype(np.float64))

    def nodes(self) -> LossNodes:
        """Return losses and weights that stand for the distribution in an integral."""
        if self.sd_db == 0.0:
            return LossNodes(np.array([self.mean_db]), np.ones(1))
        z, weight = normal_nodes()
        return LossNodes(self.mean_db + self.sd_db * z, weight)


@dataclass(frozen=True, slots=True)
class EntryLoss:
    """The loss of ITU-R P.2109 into buildings of which a share is thermally efficient.

    Attributes:
        frequency_mhz: 80 to 100000 (MHz).
        efficient_share: 0 for traditional buildings, 1 for thermally efficient ones, between them for a mixture.
        elevation_deg: of the path at the facade (deg), -90 to 90.
    """

    frequency_mhz: float
    efficient_share: float = 0.0
    elevation_deg: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a share that is none.

        Raises:
            ValidityError: the share lies outside 0 to 1, or the rest outside the range of P.2109.
        """
        if not 0.0 <= self.efficient_share <= 1.0:
            raise ValidityError(
                Fault("efficient_share", f"{self.efficient_share:g} is outside 0 to 1", "mend the share")
            )
        building_entry_loss_db(self.frequency_mhz, 50.0, EARTH.sphere, elevation_deg=self.elevation_deg)

    def quantile_db(self, probability: ArrayLike) -> Array:
        """Return the loss not exceeded with a probability, above 0 and below 1 (dB)."""
        p = _probabilities(probability)
        parts = [self._of_class(efficient, p) for efficient, _ in self._parts()]
        if len(parts) == 1:
            return parts[0]
        low, high = np.minimum(*parts), np.maximum(*parts)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            above = self.not_exceeded(middle) >= p
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return np.asarray(high)

    def not_exceeded(self, loss_db: ArrayLike) -> Array:
        """Return the probability that a loss (dB) is not exceeded; 0 up to -3 dB, the least that P.2109 knows."""
        loss, total = np.asarray(loss_db, dtype=np.float64), np.zeros(np.shape(loss_db))
        for efficient, weight in self._parts():
            z, of_class = class_curve(self.frequency_mhz, efficient=efficient, elevation_deg=self.elevation_deg)
            total = total + weight * ndtr(np.interp(loss, of_class, z, left=-np.inf, right=np.inf))
        return np.asarray(total)

    def nodes(self) -> LossNodes:
        """Return losses and weights that stand for the distribution in an integral."""
        z, weight = normal_nodes()
        losses, weights = [], []
        for efficient, share in self._parts():
            losses.append(self._of_class(efficient, ndtr(z)))
            weights.append(share * weight)
        return LossNodes(np.concatenate(losses), np.concatenate(weights))

    def _of_class(self, efficient: bool, probability: Array) -> Array:
        return building_entry_loss_db(
            self.frequency_mhz,
            100.0 * probability,
            EARTH.sphere,
            thermally_efficient=efficient,
            elevation_deg=self.elevation_deg,
        )

    def _parts(self) -> list[tuple[bool, float]]:
        """Return the classes (whether thermally efficient) that there are, with their shares."""
        both = ((False, 1.0 - self.efficient_share), (True, self.efficient_share))
        return [(efficient, share) for efficient, share in both if share > 0.0]


def summary(loss: Loss) -> LossSummary:
    """Return a loss as median, 5 % and 95 % bound, mean and standard deviation."""
    low, median, high = (float(v) for v in loss.quantile_db(np.array([0.05, 0.5, 0.95])))
    mean, sd = moments(loss.nodes())
    return LossSummary(median, low, high, mean, sd)


def moments(nodes: LossNodes) -> tuple[float, float]:
    """Return mean and standard deviation (dB) of a loss."""
    mean = float(nodes.weight @ nodes.loss_db)
    return mean, float(np.sqrt(nodes.weight @ (nodes.loss_db - mean) ** 2))


def normal_nodes() -> tuple[Array, Array]:
    """Return (k,) quantiles of the normal distribution, evenly spaced, and their weights, which sum to 1.

    The trapezoidal rule: for what is smooth over some tenths of a standard deviation its error falls faster than any
    power of the spacing.
    """
    z = np.linspace(-_NODE_END, _NODE_END, round(2.0 * _NODE_END / _NODE_STEP) + 1)
    weight = np.exp(-0.5 * z * z)
    return z, weight / weight.sum()


@lru_cache(maxsize=128)
def class_curve(frequency_mhz: float, *, efficient: bool, elevation_deg: float) -> tuple[Array, Array]:
    """Return (n,) quantiles of the normal distribution, rising, and the losses (dB) of one class there.

    Args:
        frequency_mhz: 80 to 100000 (MHz).
        efficient: thermally efficient buildings, else traditional ones.
        elevation_deg: of the path at the facade (deg).

    Raises:
        ValidityError: outside the range of P.2109.
    """
    z = np.linspace(-_Z_END, _Z_END, round(2.0 * _Z_END / _Z_STEP) + 1)
    loss = building_entry_loss_db(
        frequency_mhz, 100.0 * ndtr(z), EARTH.sphere, thermally_efficient=efficient, elevation_deg=elevation_deg
    )
    for array in (z, loss):
        array.setflags(write=False)  # shared by all who ask
    return z, loss


def _probabilities(probability: ArrayLike) -> Array:
    """Return probabilities as an array.

    Raises:
        ValidityError: one is not above 0 and below 1.
    """
    p = np.asarray(probability, dtype=np.float64)
    if not np.all((p > 0.0) & (p < 1.0)):
        raise ValidityError(Fault("probability", f"not above 0 and below 1 ({SOURCE})", "use another figure"))
    return p
