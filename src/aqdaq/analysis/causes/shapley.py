"""Exact Shapley values of a game of few players, from the values of all its coalitions."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from aqdaq.base.errors import UsageError

Array = NDArray[np.float64]

#: More players have more coalitions than are worth computing.
MOST_PLAYERS = 16


def shapley_values(values: Array) -> Array:
    """Return (n,) the share of each player in the value of the whole.

    ``phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! (v(S and i) - v(S))``: the mean of what the player adds,
    over all orders in which the players may come. The shares sum to ``v(all) - v(none)``.

    Args:
        values: (2**n,) value of each coalition; player ``i`` is in it where bit ``i`` of its number is set.

    Raises:
        UsageError: the number of coalitions is no power of two, or there are more than 16 players.
    """
    table = np.ascontiguousarray(values, dtype=np.float64)
    players = int(table.size).bit_length() - 1
    if table.ndim != 1 or table.size != 1 << max(players, 0) or players > MOST_PLAYERS:
        raise UsageError(f"{table.size} coalitions: give 2**n of at most {MOST_PLAYERS} players")
    return _shapley(table, players)


@njit(cache=True, error_model="numpy")
def _shapley(values: Array, players: int) -> Array:
    weight = np.empty(max(players, 1))
    for size in range(players):
        weight[size] = 1.0 / players
        for k in range(size):
            weight[size] *= (k + 1.0) / (players - 1.0 - k)
    out = np.zeros(players)
    for coalition in range(values.size):
        size = 0
        for i in range(players):
            size += coalition >> i & 1
        for i in range(players):
            if not coalition >> i & 1:
                out[i] += weight[size] * (values[coalition | 1 << i] - values[coalition])
    return out
