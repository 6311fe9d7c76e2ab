"""Probability of service: that a level, less the loss into the building where a definition asks for it, suffices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from aqdaq.analysis.entry_loss import EntryLoss, Loss, LossNodes, NormalLoss, summary
from aqdaq.analysis.loss_table import loss_table
from aqdaq.base.errors import UsageError
from aqdaq.model.definition import ServiceDefinition

Array = NDArray[np.float64]
Float32 = NDArray[np.float32]

#: Share of thermally efficient buildings of the classes that are one kind.
_SHARE_OF: Final = {"traditional": 0.0, "thermally-efficient": 1.0}
#: Pixels worked on at once.
_BAND: Final = 1 << 18
#: Nearer to 0 and 1 a probability has no quantile worth the name.
_LEAST: Final = 1e-9


def probability_of_service(
    definition: ServiceDefinition,
    technology: str,
    mean_dbm: NDArray[np.floating],
    sd_db: NDArray[np.floating],
    *,
    frequency_mhz: ArrayLike | None = None,
    elevation_deg: float = 0.0,
    efficient_share: ArrayLike | None = None,
) -> Float32:
    """Return P(level - entry loss >= threshold) for a normal level; NaN where the level is unknown.

    With the loss of P.2109 it is off by less than 1e-4. Level and loss are taken as independent.

    Args:
        definition: with a threshold for ``technology``.
        technology: of the layer.
        mean_dbm: expected outdoor level (dBm), any shape.
        sd_db: its standard deviation (dB), the same shape.
        frequency_mhz: of the best server (MHz), one figure or that shape; P.2109 needs it, nobody else reads it.
        elevation_deg: of the path at the facade (deg), for P.2109; a level path is assumed.
        efficient_share: share of thermally efficient buildings, 0..1, one figure or that shape, for a definition of
            ``mixed`` buildings; without it the share that the definition states. NaN: nobody is indoors there, and an
            indoor definition judges nothing (NaN). An outdoor one does not look at it.

    Raises:
        UsageError: P.2109 without a frequency.
        ValidityError: outside the range of P.2109.
    """
    mean, sd = np.asarray(mean_dbm), np.asarray(sd_db)
    flat_mean, flat_sd = mean.ravel(), np.broadcast_to(sd, mean.shape).ravel()
    frequency, share = _flat(frequency_mhz, mean.shape), _flat(efficient_share, mean.shape)
    out = np.empty(mean.size, dtype=np.float32)
    for start in range(0, mean.size, _BAND):
        band = slice(start, start + _BAND)
        margin = flat_mean[band].astype(np.float64) - definition.threshold_dbm[technology]
        spread = flat_sd[band].astype(np.float64)
        if definition.entry_model == "constant":
            out[band] = _normal(margin - definition.entry_loss_db, np.hypot(spread, definition.entry_loss_sd_db))
        else:
            parts = (_part(frequency, band), elevation_deg, _part(share, band))
            out[band] = _through_p2109(definition, margin, spread, *parts)
        if share is not None and definition.environment == "indoor":
            out[band][np.isnan(np.broadcast_to(share if share.ndim == 0 else share[band], margin.shape))] = np.nan
    return out.reshape(mean.shape)


def probability_through(
    definition: ServiceDefinition,
    technology: str,
    survival: Callable[[Array], Array],
    *,
    places: int,
    frequency_mhz: ArrayLike | None = None,
    elevation_deg: float = 0.0,
    efficient_share: ArrayLike | None = None,
) -> Float32:
    """Return P(level - entry loss >= threshold) for a level of any distribution, (places,).

    ``survival`` is called once for each of some 33 losses (twice as many for a mixture), so it may be a function of an
    array that is too large to hold for all of them; see ``survival_between`` for one given at a few levels. For a level
    that spreads by 4 dB or more the result is off by less than 1e-3, by 6 dB or more by less than 1e-4.

    Args:
        definition: with a threshold for ``technology``.
        technology: of the layer.
        survival: returns the probability that the level of each place reaches (places,) levels (dBm); NaN is unknown.
        places: how many.
        frequency_mhz: as in ``probability_of_service``, one figure or (places,).
        elevation_deg: as there.
        efficient_share: as there, one figure or (places,).

    Raises:
        UsageError: P.2109 without a frequency.
        ValidityError: outside the range of P.2109.
    """
    threshold, share = definition.threshold_dbm[technology], _flat(efficient_share, (places,))
    if definition.entry_model == "constant":
        total = _weighted(loss_of(definition).nodes(), threshold, survival, places)
    else:
        weight = np.broadcast_to(shares_of(definition, share), (places,))
        total = np.zeros(places)
        for efficient, part in ((False, 1.0 - weight), (True, weight)):
            if np.any(part > 0.0):
                frequency = np.broadcast_to(_needed(definition, _flat(frequency_mhz, (places,))), (places,))
                nodes = _nodes_by_frequency(frequency, efficient, elevation_deg)
                total += part * _weighted(nodes, threshold, survival, places)
    if share is not None and definition.environment == "indoor":
        total = np.where(np.isnan(share), np.nan, total)
    return total.astype(np.float32)


def survival_between(levels_dbm: ArrayLike, survival: NDArray[np.floating]) -> Callable[[Array], Array]:
    """Return the survival function of places that is known at a few levels.

    Between the levels, and beyond the outer two, the quantile of the normal distribution is taken as linear: exact for
    a normal level, and no worse than its neighbours for one that is not.

    Args:
        levels_dbm: (k,) rising levels (dBm), two at least.
        survival: (places, k) probability that the level of a place reaches each of them; it falls along a row.

    Returns:
        A function of (places,) levels (dBm) that returns (places,) probabilities.
    """
    levels = np.asarray(levels_dbm, dtype=np.float64)
    if levels.ndim != 1 or levels.size < 2 or np.any(np.diff(levels) <= 0.0):
        raise UsageError("levels_dbm must be two or more rising levels")
    quantile = ndtri(np.clip(np.asarray(survival, dtype=np.float64), _LEAST, 1.0 - _LEAST))
    row = np.arange(quantile.shape[0])

    def reached(level_dbm: Array) -> Array:
        left = np.clip(np.searchsorted(levels, level_dbm, side="right") - 1, 0, levels.size - 2)
        along = (level_dbm - levels[left]) / (levels[left + 1] - levels[left])
        return np.asarray(ndtr(quantile[row, left] * (1.0 - along) + quantile[row, left + 1] * along))

    return reached


def loss_of(
    definition: ServiceDefinition,
    *,
    frequency_mhz: float | None = None,
    elevation_deg: float = 0.0,
    efficient_share: float | None = None,
) -> Loss:
    """Return the distribution of the entry loss of a definition at one place; see ``entry_loss.summary``.

    Args:
        definition: indoor or outdoor (then, mostly, a loss of 0).
        frequency_mhz: of the serving cell (MHz); P.2109 needs it.
        elevation_deg: of the path at the facade (deg).
        efficient_share: of the buildings there, 0..1; without it the share that the definition states.

    Raises:
        UsageError: P.2109 without a frequency.
        ValidityError: outside the range of P.2109.
    """
    if definition.entry_model == "constant":
        return NormalLoss(definition.entry_loss_db, definition.entry_loss_sd_db)
    share = None if efficient_share is None else np.asarray(efficient_share, dtype=np.float64)
    frequency = _needed(definition, None if frequency_mhz is None else np.asarray(frequency_mhz, dtype=np.float64))
    return EntryLoss(float(frequency), float(shares_of(definition, share)), elevation_deg)


def required_level_dbm(
    definition: ServiceDefinition,
    technology: str,
    *,
    frequency_mhz: float | None = None,
    efficient_share: float | None = None,
) -> float:
    """Return the level outdoors (dBm) with which half of the places indoors are served: threshold plus median loss.

    Raises:
        UsageError: P.2109 without a frequency.
        ValidityError: outside the range of P.2109.
    """
    loss = loss_of(definition, frequency_mhz=frequency_mhz, efficient_share=efficient_share)
    return definition.threshold_dbm[technology] + summary(loss).median_db


def by_frequency(frequency_mhz: Array, size: int) -> Iterator[tuple[float, NDArray[np.bool_] | slice]]:
    """Yield each frequency (MHz) and where it is, of one figure or of (size,); a NaN belongs to none."""
    if frequency_mhz.ndim == 0:
        yield float(frequency_mhz), slice(0, size)
        return
    for value in np.unique(frequency_mhz[np.isfinite(frequency_mhz)]):
        yield float(value), frequency_mhz == value


def _through_p2109(
    definition: ServiceDefinition,
    margin_db: Array,
    sd_db: Array,
    frequency_mhz: Array | None,
    elevation_deg: float,
    share: Array | None,
) -> Array:
    """Return (n,) P(margin + sd Y - L >= 0) with the loss of P.2109."""
    weight, out = shares_of(definition, share), np.full(margin_db.shape, np.nan)
    for frequency, here in by_frequency(_needed(definition, frequency_mhz), margin_db.size):
        part = weight if weight.ndim == 0 else weight[here]
        out[here] = 0.0
        for efficient, of_class in ((False, 1.0 - part), (True, part)):
            if np.any(of_class > 0.0):
                table = loss_table(frequency, efficient=efficient, elevation_deg=elevation_deg)
                out[here] += of_class * table.at(margin_db[here], sd_db[here])
    return out


def _normal(margin_db: Array, sd_db: Array) -> Array:
    """Return P(margin + sd Y >= 0); without a spread it is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = ndtr(margin_db / sd_db)
    return np.asarray(np.where(sd_db == 0.0, np.where(np.isnan(margin_db), np.nan, margin_db >= 0.0), found))


def _weighted(nodes: LossNodes, threshold_dbm: float, survival: Callable[[Array], Array], places: int) -> Array:
    """Return (places,) mean of the survival over the losses, which are (k,) or (k, places)."""
    total = np.zeros(places)
    for loss, weight in zip(nodes.loss_db, nodes.weight, strict=True):
        total += weight * survival(np.broadcast_to(threshold_dbm + loss, (places,)))
    return total


def _nodes_by_frequency(frequency_mhz: Array, efficient: bool, elevation_deg: float) -> LossNodes:
    """Return (k, places) losses of one class with their (k,) weights; NaN where there is no frequency."""
    weight = np.empty(0)
    losses: Array | None = None
    for frequency, here in by_frequency(frequency_mhz, frequency_mhz.size):
        nodes = EntryLoss(frequency, float(efficient), elevation_deg).nodes()
        weight = nodes.weight
        if losses is None:
            losses = np.full((weight.size, frequency_mhz.size), np.nan)
        losses[:, here] = nodes.loss_db[:, None]
    return (
        LossNodes(np.full((1, frequency_mhz.size), np.nan), np.ones(1)) if losses is None else LossNodes(losses, weight)
    )


def shares_of(definition: ServiceDefinition, share: Array | None) -> Array:
    """Return the share of thermally efficient buildings: that of the class, of the buildings there, or as stated."""
    fixed = _SHARE_OF.get(definition.building_class or "")
    if fixed is not None:
        return np.asarray(fixed)
    return np.asarray(definition.efficient_share if share is None else share, dtype=np.float64)


def _needed(definition: ServiceDefinition, frequency_mhz: Array | None) -> Array:
    if frequency_mhz is None:
        raise UsageError(f"the entry loss of {definition.id} is that of ITU-R P.2109: give frequency_mhz")
    return frequency_mhz


def _flat(values: ArrayLike | None, shape: tuple[int, ...]) -> Array | None:
    """Return one figure as it is, others as a flat array."""
    if values is None:
        return None
    array = np.asarray(values)
    return array.astype(np.float64) if array.ndim == 0 else np.broadcast_to(array, shape).ravel()


def _part(values: Array | None, band: slice) -> Array | None:
    if values is None or values.ndim == 0:
        return values
    return values[band].astype(np.float64)
