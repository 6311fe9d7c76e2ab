"""What is lacking, divided among the factors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.causes.shapley import shapley_values
from aqdaq.model.cause import FACTORS, Factor

Array = NDArray[np.float64]


def parts_of(lacking: float, gain: Array, players: tuple[Factor, ...]) -> Array:
    """Return (9,) what each factor has of what is lacking, in the order of ``FACTORS``; they sum to ``lacking``.

    The Shapley values of the gains say what each switch gives. Together they mostly give more than is lacking: then
    each has its part in proportion. Where they give less, what is left with all of them set is distance by definition:
    a signal that reaches the place unhindered, from a full and well-turned antenna, and still is too weak, comes from
    too far.

    Args:
        lacking: with no switch set, not negative.
        gain: (2**n,) what each coalition of the players gives, in the same unit; 0 for none.
        players: factors that may matter; the others have nothing.
    """
    out = np.zeros(len(FACTORS))
    given = float(gain[-1])
    scale = lacking / given if given > lacking else 1.0
    for factor, value in zip(players, shapley_values(gain), strict=True):
        out[FACTORS.index(factor)] = scale * value
    out[FACTORS.index("distance")] += max(lacking - given, 0.0)
    return out
