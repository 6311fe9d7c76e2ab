"""What a layer lacks in a white spot under each coalition of switches: a loop over pixels, compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from aqdaq.base.errors import UsageError
from aqdaq.model.cause import FACTORS, Factor

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Bits of the factors in a coalition.
BIT: Final[dict[Factor, int]] = {factor: 1 << number for number, factor in enumerate(FACTORS)}
#: Number of surfaces: ground, old and new buildings each there or not.
SURFACES: Final = 8
#: Margins (dB) at which the probability that is lacking is tabulated: every dB from this one up to none.
LOWEST_MARGIN_DB: Final = -80
#: Pixels that are summed by one thread, in their order.
CHUNK: Final = 32

_SURFACE: Final = SURFACES - 1
_DISTANCE, _ANTENNA, _POWER, _INDOOR = (BIT[f] for f in ("distance", "antenna", "power", "indoor"))


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of one layer to the n pixels of a white spot: r cells, k pairs of site and antenna.

    Attributes:
        level_dbm: (r, n) level as it is (dBm), -inf where unknown; of an absent cell: as it would be.
        needs: (r,) bits that must be set for the cell to be there; 0: it is.
        pair: (r,) which loss the cell has.
        surface_db: (8, k, n) by how much the level rises on each surface (dB); none on surface 0.
        near_db: (k, n) by how much it rises when the site stands near (dB).
        antenna_db: (r, n) by how much it rises with the antenna turned (dB).
        power_db: (r,) by how much it rises at full power (dB).
        mean_dbm: (n,) level of the map, which knows that the best of several cells is meant (dBm).
        needed_dbm: (2, n) level that suffices; with the entry loss where the definition has one, and without (dBm).
        lacking: (2, n, m) probability that is lacking at each margin from ``LOWEST_MARGIN_DB`` up to 0; with the entry
            loss, and without.
        weight: (n,) of the pixels; they sum to 1.
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

    def as_it_is(self, level_dbm: Array | None = None) -> Array:
        """Return (n,) by how much the level suffices (dB), negative where it does not.

        Args:
            level_dbm: (r, n) levels of the cells in place of ``level_dbm``; absent ones are left out all the same.
        """
        strongest = self._strongest(self.level_dbm if level_dbm is None else level_dbm)
        return np.asarray(strongest + self.shift_db - self.needed_dbm[0])

    @property
    def shift_db(self) -> Array:
        """(n,) level of the map above the strongest cell (dB)."""
        return self.mean_dbm - self._strongest(self.level_dbm)

    def _strongest(self, level_dbm: Array) -> Array:
        return np.asarray(level_dbm[self.needs == 0].max(axis=0))


@dataclass(frozen=True, slots=True)
class Deficits:
    """What is lacking under each coalition of m players.

    Attributes:
        players: factors that may matter.
        deficit_db: (2**m,) mean of what is lacking (dB).
        probability: (2**m,) mean of the probability that is lacking.
        closed: (2**m,) share of the weight where nothing is lacking.
    """

    players: tuple[Factor, ...]
    deficit_db: Array
    probability: Array
    closed: Array

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
    out = np.zeros((pieces, 3, masks.size))
    _deficits(
        (paths.level_dbm, paths.needs, paths.pair),
        (paths.surface_db, paths.near_db, paths.antenna_db, paths.power_db),
        (paths.shift_db, paths.needed_dbm, paths.lacking, paths.weight),
        masks,
        out,
    )
    total = out.sum(axis=0)
    return Deficits(players, total[0], total[1], total[2])


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
    masks: Ints,
    out: Array,
) -> None:
    """Add up (chunks, 3, coalitions): deficit (dB), probability that is lacking, weight where nothing is."""
    shift, needed, lacking, weight = pixels
    for piece in prange(out.shape[0]):
        margin, probability = np.empty(masks.size), np.empty(masks.size)
        for p in range(piece * CHUNK, min((piece + 1) * CHUNK, weight.size)):
            for s in range(masks.size):
                bare = 1 if masks[s] & _INDOOR else 0
                found = _strongest(cells, gains, masks[s], p)
                margin[s] = found + shift[p] - needed[bare, p]
                probability[s] = _lacking(lacking[bare, p], margin[s])
            _best_of_subsets(margin, probability)
            for s in range(masks.size):
                out[piece, 0, s] += weight[p] * max(0.0, -margin[s])
                out[piece, 1, s] += weight[p] * probability[s]
                if margin[s] >= 0.0:
                    out[piece, 2, s] += weight[p]


@njit(cache=True, error_model="numpy")
def _strongest(cells: tuple[Array, Ints, Ints], gains: tuple[Array, Array, Array, Array], mask: int, p: int) -> float:
    """Return the level of the strongest cell at pixel ``p`` under a coalition (dBm)."""
    level, needs, pair = cells
    surface, near, antenna, power = gains
    best: float = -np.inf
    for c in range(needs.size):
        if needs[c] & ~mask:
            continue
        found = level[c, p] + surface[mask & _SURFACE, pair[c], p]
        if mask & _DISTANCE:
            found += near[pair[c], p]
        if mask & _ANTENNA:
            found += antenna[c, p]
        if mask & _POWER:
            found += power[c]
        best = max(best, found)
    return best


@njit(cache=True, error_model="numpy")
def _lacking(table: Array, margin: float) -> float:
    """Return the probability that is lacking at a margin (dB), linear between whole dB."""
    if margin >= 0.0:
        return 0.0
    place = max(margin - LOWEST_MARGIN_DB, 0.0)
    low = min(int(place), table.size - 2)
    along = place - low
    return float((1.0 - along) * table[low] + along * table[low + 1])


@njit(cache=True, error_model="numpy")
def _best_of_subsets(margin: Array, probability: Array) -> None:
    """Give each coalition the best of all its parts: a switch that harms stays unset."""
    bit = 1
    while bit < margin.size:
        for s in range(margin.size):
            if s & bit:
                margin[s] = max(margin[s], margin[s ^ bit])
                probability[s] = min(probability[s], probability[s ^ bit])
        bit <<= 1
