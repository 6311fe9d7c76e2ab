"""What is lacking, divided among the factors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.causes.shapley import shapley_values
from aqdaq.model.cause import FACTORS, Factor

Array = NDArray[np.float64]


def parts_of(lacking: Array, players: tuple[Factor, ...]) -> Array:
    """Return (9,) what each factor has of what is lacking, in the order of ``FACTORS``; they sum to ``lacking[0]``.

    ``v(S) = lacking(nothing) - lacking(S)`` is what the switches of a coalition give back, and its Shapley value what
    each of them has of it. What is left with all switches set is distance by definition: a signal that reaches the
    place unhindered, from a full and well-turned antenna at hand, and still is too weak, comes from too far.

    Args:
        lacking: (2**m,) what is lacking under each coalition of the players.
        players: factors that may matter; the others have nothing.
    """
    out = np.zeros(len(FACTORS))
    for factor, part in zip(players, shapley_values(lacking[0] - lacking), strict=True):
        out[FACTORS.index(factor)] = part
    out[FACTORS.index("distance")] += lacking[-1]
    return out
