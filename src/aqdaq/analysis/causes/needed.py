"""The level that a definition needs at each pixel, and the probability that is lacking below it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from aqdaq.analysis.causes.coalitions import MARGINS_DB
from aqdaq.analysis.service import probability_of_service
from aqdaq.model.definition import ServiceDefinition

Array = NDArray[np.float64]

#: Levels above the threshold (dB) between which the level is looked for: spread and entry loss lie far within.
_ABOVE_DB: Final = (-60.0, 200.0)
#: Halvings: to a millionth of a dB of those 260.
_HALVINGS: Final = 30
_MARGINS: Final = np.arange(MARGINS_DB[0], MARGINS_DB[1] + 1, dtype=np.float64)


def needed_dbm(
    definition: ServiceDefinition,
    technology: str,
    sd_db: Array,
    *,
    frequency_mhz: ArrayLike | None = None,
    efficient_share: ArrayLike | None = None,
) -> Array:
    """Return (2, n) the level outdoors at which the probability of service equals the bound of the definition (dBm).

    The first row is with the entry loss of the definition, the second without; outdoors they are the same.

    Args:
        definition: with a threshold for ``technology``.
        technology: of the layer.
        sd_db: (n,) standard deviation of the level (dB), above 0.
        frequency_mhz: of the best server (MHz), one figure or (n,); P.2109 needs it.
        efficient_share: of the buildings, 0..1, one figure or (n,); see ``probability_of_service``.
    """
    bare = definition.threshold_dbm[technology] + float(ndtri(definition.bound)) * sd_db
    if definition.plain:
        return np.stack([bare, bare])
    low, high = (definition.threshold_dbm[technology] + np.full(sd_db.shape, v) for v in _ABOVE_DB)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        served = probability_of_service(
            definition, technology, middle, sd_db, frequency_mhz=frequency_mhz, efficient_share=efficient_share
        )
        enough = served >= definition.bound
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.stack([0.5 * (low + high), bare])


def lacking_probability(
    definition: ServiceDefinition,
    technology: str,
    needed: Array,
    sd_db: Array,
    *,
    frequency_mhz: ArrayLike | None = None,
    efficient_share: ArrayLike | None = None,
) -> Array:
    """Return (2, n, m) the bound less the probability of service at each margin of ``MARGINS_DB`` above ``needed``.

    Args:
        definition: as for ``needed_dbm``.
        technology: of the layer.
        needed: (2, n) from ``needed_dbm``.
        sd_db: (n,) standard deviation of the level (dB).
        frequency_mhz: as there.
        efficient_share: as there.
    """
    out = np.empty((*needed.shape, _MARGINS.size))
    out[1] = definition.bound - ndtr(float(ndtri(definition.bound)) + _MARGINS[None, :] / sd_db[:, None])
    if definition.plain:
        out[0] = out[1]
    else:
        frequency, share = _by_pixel(frequency_mhz, sd_db.size), _by_pixel(efficient_share, sd_db.size)
        level = needed[0][:, None] + _MARGINS[None, :]
        served = probability_of_service(
            definition,
            technology,
            level,
            np.broadcast_to(sd_db[:, None], level.shape),
            frequency_mhz=None if frequency is None else np.broadcast_to(frequency, level.shape),
            efficient_share=None if share is None else np.broadcast_to(share, level.shape),
        )
        out[0] = definition.bound - served
    return out


def _by_pixel(values: ArrayLike | None, pixels: int) -> Array | None:
    if values is None:
        return None
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (pixels,))[:, None]
