"""What a layer lacks in a white spot under each coalition of switches: a loop over pixels, compiled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.analysis.causes.several import LEAST_DB, best_of_dbm
from aqdaq.base.errors import UsageError
from aqdaq.model.cause import FACTORS, Factor

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Bits of the factors in a coalition.
BIT: Final[dict[Factor, int]] = {factor: 1 << number for number, factor in enumerate(FACTORS)}
#: Number of surfaces: ground, old and new buildings each there or not.
SURFACES: Final = 8
#: Margins (dB) between which the probability that is lacking is tabulated, every dB.
MARGINS_DB: Final = (-80, 60)
#: Pixels that are summed by one thread, in their order.
CHUNK: Final = 32

_LOWEST, _HIGHEST = (float(margin) for margin in MARGINS_DB)
_SURFACE: Final = SURFACES - 1
_LEAST_SOFTNESS: Final = LEAST_DB
#: In softnesses below the strongest, a cell adds less than rounding does.
_FAINT: Final = 40.0
_DISTANCE, _ANTENNA, _POWER, _INDOOR = (BIT[f] for f in ("distance", "antenna", "power", "indoor"))


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of one layer to the n pixels of a white spot: r cells, k pairs of site and antenna.

    Attributes:
        level_dbm: (r, n) level as it is (dBm), -inf where unknown; of an absent cell: as it would be.
        needs: (r,) bits that must be set for the cell to be there; 0: it is.
        pair: (r,) which loss the cell has.
        surface_db: (8, k, n) by how much the level rises on each surface (dB); none on surface 0.
        near_db: (n,) by how much every level rises when the nearest site stands as near as usual (dB).
        antenna_db: (r, n) by how much it rises with the antenna turned (dB).
        power_db: (r,) by how much it rises at full power (dB).
        mean_dbm: (n,) level of the map, which knows that the best of several cells is meant (dBm).
        needed_dbm: (2, n) level that suffices; with the entry loss where the definition has one, and without (dBm).
        lacking: (2, n, m) probability that is lacking at each margin of ``MARGINS_DB``, negative beyond 0 dB; with the
            entry loss, and without.
        weight: (n,) of the pixels; they sum to 1.
        softness_db: how far below the strongest cell another one still counts (dB), see ``several``.
    """

    level_dbm: Array
    needs: Ints
    pair: Ints
    surface_db: Array
    near_db: Array
    antenna_db: Array
    power_db: Array
    mean_dbm: Array
    needed_dbm: Array
    lacking: Array
    weight: Array
    softness_db: float = 0.0

    def as_it_is(self, level_dbm: Array | None = None) -> Array:
        """Return (n,) by how much the level suffices (dB), negative where it does not.

        Args:
            level_dbm: (r, n) levels of the cells in place of ``level_dbm``; absent ones are left out all the same.
        """
        return self.with_cells(self.needs == 0, level_dbm)

    def with_cells(self, there: NDArray[np.bool_], level_dbm: Array | None = None) -> Array:
        """Return (n,) by how much the level of (r,) chosen cells suffices (dB); levels as for ``as_it_is``."""
        level = self.level_dbm if level_dbm is None else level_dbm
        return np.asarray(best_of_dbm(level[there], self.softness_db) + self.shift_db - self.needed_dbm[0])

    @property
    def shift_db(self) -> Array:
        """(n,) level of the map above what its cells are worth here (dB)."""
        return np.asarray(self.mean_dbm - best_of_dbm(self.level_dbm[self.needs == 0], self.softness_db))


@dataclass(frozen=True, slots=True)
class Deficits:
    """What is lacking under each coalition of m players, and what it gives.

    Attributes:
        players: factors that may matter.
        deficit_db: (2**m,) mean of what is lacking (dB).
        closed: (2**m,) share of the weight where nothing is lacking.
        gain_db: (2**m,) by how much the level rises (dB): the mean over what is lacking, so that a place that lacks
            twice as much counts twice. It does not end where the level suffices.
        probability: mean of the probability that is lacking when nothing is set.
        probability_gain: (2**m,) by how much the probability of service rises, the same mean.
    """

    players: tuple[Factor, ...]
    deficit_db: Array
    closed: Array
    gain_db: Array
    probability: float
    probability_gain: Array

    def number(self, factors: Sequence[Factor]) -> int:
        """Return the number of a coalition; factors that do not matter are left out."""
        return sum(1 << i for i, factor in enumerate(self.players) if factor in factors)


def relevant(paths: Paths, *, indoor: bool) -> tuple[Factor, ...]:
    """Return the factors that can change anything, in order.

    Args:
        paths: of the layer.
        indoor: whether the definition is.
    """
    gains = paths.surface_db
    matters: dict[Factor, bool] = {
        "terrain": bool((gains[1::2] != gains[::2]).any()),
        "old_buildings": bool((gains[[2, 3, 6, 7]] != gains[[0, 1, 4, 5]]).any()),
        "new_buildings": bool((gains[4:] != gains[:4]).any()),
        "distance": bool((paths.near_db != 0.0).any()),
        "antenna": bool((paths.antenna_db != 0.0).any()),
        "power": bool((paths.power_db != 0.0).any()),
        "indoor": indoor,
        "lost_site": bool((paths.needs & BIT["lost_site"]).any()),
        "missing_layer": bool((paths.needs & BIT["missing_layer"]).any()),
    }
    return tuple(factor for factor in FACTORS if matters[factor])


def deficits(paths: Paths, players: tuple[Factor, ...]) -> Deficits:
    """Return what is lacking under every coalition of switches.

    A switch may stay unset where setting it would make a place worse, so a larger coalition never lacks more.

    Args:
        paths: of the layer.
        players: the switches, in the order of ``FACTORS``; the others stay unset.

    Raises:
        UsageError: a player twice, or out of order.
    """
    if list(players) != [factor for factor in FACTORS if factor in players]:
        raise UsageError(f"players out of order: {', '.join(players)}")
    masks = coalition_masks(players)
    pieces = (paths.weight.size + CHUNK - 1) // CHUNK
    out = np.zeros((pieces, 4, masks.size))
    _deficits(
        (paths.level_dbm, paths.needs, paths.pair),
        (paths.surface_db, paths.near_db, paths.antenna_db, paths.power_db),
        (paths.shift_db, paths.needed_dbm, paths.lacking, paths.weight),
        paths.softness_db,
        masks,
        out,
    )
    deficit, closed, lifted, likelier = out.sum(axis=0)
    lack = max(float(deficit[0]), np.finfo(np.float64).tiny)
    return Deficits(players, deficit, closed, lifted / lack, float(_missing(paths)), likelier / lack)


def _missing(paths: Paths) -> float:
    """Return the mean of the probability that is lacking as it is."""
    table, place = paths.lacking[0], np.clip(paths.as_it_is(), *MARGINS_DB) - MARGINS_DB[0]
    low = np.minimum(place.astype(np.int64), table.shape[1] - 2)
    row, along = np.arange(low.size), place - low
    found = (1.0 - along) * table[row, low] + along * table[row, low + 1]
    return float(paths.weight @ np.maximum(found, 0.0))


def coalition_masks(players: tuple[Factor, ...]) -> Ints:
    """Return (2**m,) the bits of the factors that are set in each coalition of m players."""
    numbers = np.arange(1 << len(players), dtype=np.int64)
    masks = np.zeros(numbers.size, dtype=np.int64)
    for i, factor in enumerate(players):
        masks |= np.where(numbers >> i & 1 == 1, BIT[factor], 0)
    return masks


@njit(cache=True, parallel=True, error_model="numpy")
def _deficits(
    cells: tuple[Array, Ints, Ints],
    gains: tuple[Array, Array, Array, Array],
    pixels: tuple[Array, Array, Array, Array],
    softness: float,
    masks: Ints,
    out: Array,
) -> None:
    """Add up (chunks, 4, coalitions): deficit, weight where there is none, gain of level and of probability."""
    shift, needed, lacking, weight = pixels
    for piece in prange(out.shape[0]):
        margin, chance, found = np.empty(masks.size), np.empty(masks.size), np.empty(cells[1].size)
        for p in range(piece * CHUNK, min((piece + 1) * CHUNK, weight.size)):
            for s in range(masks.size):
                bare = 1 if masks[s] & _INDOOR else 0
                _levels(cells, gains, masks[s], p, found)
                margin[s] = _best_of(found, softness) + shift[p] - needed[bare, p]
                chance[s] = -_lacking(lacking[bare, p], margin[s])
            lack = weight[p] * max(0.0, -margin[0])
            _best_of_subsets(margin)
            _best_of_subsets(chance)
            for s in range(masks.size):
                out[piece, 0, s] += weight[p] * max(0.0, -margin[s])
                if margin[s] >= 0.0:
                    out[piece, 1, s] += weight[p]
                out[piece, 2, s] += lack * (margin[s] - margin[0])
                out[piece, 3, s] += lack * (chance[s] - chance[0])


@njit(cache=True, error_model="numpy")
def _levels(
    cells: tuple[Array, Ints, Ints], gains: tuple[Array, Array, Array, Array], mask: int, p: int, out: Array
) -> None:
    """Fill (r,) the levels of the cells at pixel ``p`` under a coalition (dBm), -inf of one that is not there."""
    level, needs, pair = cells
    surface, near, antenna, power = gains
    for c in range(needs.size):
        out[c] = level[c, p] + surface[mask & _SURFACE, pair[c], p]
        if needs[c] & ~mask:
            out[c] = -np.inf
        if mask & _DISTANCE:
            out[c] += near[p]
        if mask & _ANTENNA:
            out[c] += antenna[c, p]
        if mask & _POWER:
            out[c] += power[c]


@njit(cache=True, error_model="numpy")
def _best_of(level: Array, softness: float) -> float:
    """Return what (r,) cells are worth together (dBm); as ``several.best_of_dbm``."""
    strongest: float = -np.inf
    for c in range(level.size):
        strongest = max(strongest, level[c])
    if softness < _LEAST_SOFTNESS or strongest == -np.inf:
        return strongest
    total = 0.0
    for c in range(level.size):
        if level[c] > strongest - _FAINT * softness:
            total += math.exp((level[c] - strongest) / softness)
    return float(strongest + softness * math.log(total))


@njit(cache=True, error_model="numpy")
def _lacking(table: Array, margin: float) -> float:
    """Return the probability that is lacking at a margin (dB), linear between whole dB; negative where none is."""
    place = min(max(margin, _LOWEST), _HIGHEST) - _LOWEST
    low = min(int(place), table.size - 2)
    along = place - low
    return float((1.0 - along) * table[low] + along * table[low + 1])


@njit(cache=True, error_model="numpy")
def _best_of_subsets(values: Array) -> None:
    """Give each coalition the best of all its parts: a switch that harms stays unset."""
    bit = 1
    while bit < values.size:
        for s in range(values.size):
            if s & bit:
                values[s] = max(values[s], values[s ^ bit])
        bit <<= 1
