"""The exposure ratio around one site on many places, with no more work than is needed to say where it exceeds 1.

A network has hundreds of sources, and at most places around a site all but a few of them only matter a little. What
these can add at most, without patterns and walls, bounds the sum: where the site and its
neighbours alone are far enough from 1, to either side, nothing else is computed. At all other places everything is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.evaluate import limit_weights
from aqdaq.analysis.exposure.sources import Sources
from aqdaq.engine.exposure.bounds import most_of_places
from aqdaq.engine.exposure.power import INSIDE_M
from aqdaq.engine.exposure.source import Column
from aqdaq.engine.exposure.sums import Emitters, Sums, sum_sources
from aqdaq.engine.exposure.walls import Walls
from aqdaq.model.exposure_limit import ExposureLimit

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

#: How many of the other places, the nearest first, are computed besides the site before all of them are.
STEPS: Final = (6, 16)
#: Bounds hold up to the series of the kernels, far below this share.
_MARGIN: Final = 1e-6
#: A place for which the answer is surely yes.
_SURELY: Final = 2.0


@dataclass(frozen=True, slots=True)
class SiteRatio:
    """Ratio of all sources to a limit where one site is the strongest, 0 elsewhere.

    Called with (n, 3) places it returns (n,) numbers on the same side of 1 as the ratio; NaN where it is unknown. What
    lies far from 1 is not computed to the last source: use ``exposure_at`` for the figure itself.

    Attributes:
        emitters: of the network.
        owned: (s,) whether a source belongs to the site.
        weights_m2_w: (1, s) one over the power density that the limit allows (m2/W).
        each: (1,) whether it is one for each installation.
        walls: of the city; None: free space.
    """

    emitters: Emitters
    owned: Bool
    weights_m2_w: Float
    each: Bool
    walls: Walls | None

    @classmethod
    def of(cls, sources: Sources, limit: ExposureLimit, site: str, walls: Walls | None) -> SiteRatio:
        """Return the ratio to a limit around a site.

        Args:
            sources: of the network.
            limit: to compare with.
            site: id.
            walls: of the city; None: free space.
        """
        owned = np.array([placed.cell.site_id == site for placed in sources.cells], dtype=np.bool_)
        weights, each = limit_weights([limit], sources)
        return cls(sources.emitters, owned, weights, each, walls)

    def __call__(self, at_m: Float) -> Float:
        """Return (n,) numbers on the same side of 1 as the ratio, at (n, 3) places."""
        at = np.ascontiguousarray(at_m, dtype=np.float64)
        out, left = np.zeros(len(at)), np.arange(len(at))
        for near in self._steps(at):
            for walls in (None,) if self.walls is None else (None, self.walls):
                if left.size:
                    found = self._sums(at[left], near, walls)
                    within, above = self._sides(found, near, at[left], in_the_end=walls is self.walls)
                    out[left[above]] = _SURELY
                    left = left[~(within | above)]
        if left.size:
            found = self._sums(at[left], np.ones(len(self.emitters.places_m), dtype=np.bool_), self.walls)
            strongest = np.where(found.inside >= 0, found.inside, found.largest)
            out[left] = np.where(self.owned[strongest], found.ratio[0], 0.0)
        return out

    def _sums(self, at_m: Float, places: Bool, walls: Walls | None) -> Sums:
        chosen, of = self._chosen(places)
        return sum_sources(at_m, chosen, self.weights_m2_w[:, of], self.each, walls=walls)

    def _chosen(self, places: Bool) -> tuple[Emitters, Bool]:
        """Return the sources at some of the places, and (s,) which they are."""
        if places.all():
            return self.emitters, np.ones(len(self.owned), dtype=np.bool_)
        counts = np.diff(self.emitters.first)
        of = np.repeat(places, counts)
        first = np.concatenate([[0], np.cumsum(counts[places])]).astype(np.int64)
        kept = Emitters(
            self.emitters.places_m[places], first, self.emitters.installation[places], self.emitters.sources[of],
            self.emitters.patterns,
        )  # fmt: skip
        return kept, of

    def _steps(self, at_m: Float) -> list[Bool]:
        """Return the places (p,) that are computed at each step before all are."""
        own = np.logical_or.reduceat(self.owned, self.emitters.first[:-1])
        if not len(at_m):
            return []
        low, high = at_m.min(axis=0), at_m.max(axis=0)
        away = np.linalg.norm(self.emitters.places_m - (low + high) / 2.0, axis=1)
        others = np.argsort(np.where(own, np.inf, away), kind="stable")[: int((~own).sum())]
        steps = []
        for count in STEPS:
            if count < len(others):
                near = own.copy()
                near[others[:count]] = True
                steps.append(near)
        return steps

    def _most_of(self, places: Bool, at_m: Float) -> tuple[Float, Float]:
        """Return (n,) the ratio that some places add at most, and what the strongest source of them makes (W/m2)."""
        sources, first = self.emitters.sources, self.emitters.first[:-1]
        reach = np.maximum(sources[:, Column.NEAR_M], sources[:, Column.HALF_LENGTH_M] + 2.0 * INSIDE_M)
        eirp = sources[:, Column.EIRP_W]
        ratio, strongest = np.empty(len(at_m)), np.empty(len(at_m))
        most_of_places(
            at_m, self.emitters.places_m[places], np.maximum.reduceat(reach, first)[places],
            np.add.reduceat(eirp * self.weights_m2_w[0], first)[places], np.maximum.reduceat(eirp, first)[places],
            ratio, strongest,
        )  # fmt: skip
        return ratio, strongest

    def _sides(self, found: Sums, near: Bool, at_m: Float, *, in_the_end: bool) -> tuple[Bool, Bool]:
        """Return where the limit is surely kept, or another site surely the strongest, and where it is exceeded.

        Args:
            found: what the sources at the places ``near`` make.
            near: (p,) these places.
            at_m: (n, 3) where.
            in_the_end: whether ``found`` has the walls that hold; else it is free space, and only an upper bound.
        """
        _, of = self._chosen(near)
        rest_ratio, rest_w_m2 = self._most_of(~near, at_m)
        ratio = found.ratio[0]
        known = np.isfinite(ratio)
        within = known & ((ratio + rest_ratio) * (1.0 + _MARGIN) <= 1.0)
        if not in_the_end:
            return within, np.zeros_like(within)
        own = (found.largest >= 0) & self.owned[of][found.largest]
        within |= known & ~own & (found.largest >= 0) & np.isfinite(rest_ratio)
        above = known & own & (ratio > 1.0 + _MARGIN) & (found.largest_w_m2 > rest_w_m2 * (1.0 + _MARGIN))
        return within, above & ~within
