"""Exposure at receptors: power density, field strength and ratio to each limit, as the two maxima."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.sources import Sources
from aqdaq.engine.exposure.formulas import field_percent, field_v_m
from aqdaq.engine.exposure.sums import Sums, sum_sources
from aqdaq.engine.exposure.walls import Walls
from aqdaq.model.exposure_limit import ExposureLimit

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Maximum:
    """One of the two maxima at n receptors: the theoretical or the actual one.

    Attributes:
        s_w_m2: (n,) power density (W/m2); NaN inside an antenna.
        ratio: (limits, n) sum of S_i / S_limit(f_i); NaN where the limit says nothing of a source.
    """

    s_w_m2: Float
    ratio: Float

    @property
    def e_v_m(self) -> Float:
        """(n,) field strength of a plane wave of this power density (V/m)."""
        return field_v_m(self.s_w_m2)

    @property
    def field_percent(self) -> Float:
        """(limits, n) field strength in per cent of its limit: 100 sqrt(ratio)."""
        return field_percent(self.ratio)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure at n receptors.

    Attributes:
        theoretical: every carrier at full power, all the time, in the full beam.
        actual: with the duty of TDD, power limitation and the factor of adaptive antennas.
        largest: (n,) source that adds most to the theoretical maximum; -1 for none.
        largest_share: (n,) its share of the power density, 0..1; NaN without any.
        largest_loss_db: (n,) what buildings take away from it (dB).
        inside: (n,) source whose antenna holds the receptor; -1 for none.
    """

    theoretical: Maximum
    actual: Maximum
    largest: NDArray[np.int64]
    largest_share: Float
    largest_loss_db: Float
    inside: NDArray[np.int64]


def limit_weights(limits: Sequence[ExposureLimit], sources: Sources) -> tuple[Float, NDArray[np.bool_]]:
    """Return (limits, s) one over the allowed power density (m2/W), and (limits,) whether an installation counts alone.

    Args:
        limits: to compare with.
        sources: of the network.
    """
    frequencies_mhz = sources.frequencies_mhz
    allowed = [_allowed(limit, sources, frequencies_mhz) for limit in limits]
    table = np.array([[np.nan if a is None else 1.0 / a for a in row] for row in allowed], dtype=np.float64)
    each = np.array([limit.figures.per == "installation" for limit in limits], dtype=np.bool_)
    return table.reshape(len(limits), len(frequencies_mhz)), each


def _allowed(limit: ExposureLimit, sources: Sources, frequencies_mhz: Float) -> list[float | None]:
    """Return (s,) the power density allowed of each source (W/m2): one for each installation may go by its carriers."""
    if not limit.figures.forms:
        return [limit.power_density_w_m2(f) for f in frequencies_mhz.tolist()]
    of = sources.installation.tolist()
    carriers: dict[int, list[float]] = {}
    for number, frequency in zip(of, frequencies_mhz.tolist(), strict=True):
        carriers.setdefault(number, []).append(frequency)
    forms = {number: limit.for_installation(found) for number, found in carriers.items()}
    return [forms[n].power_density_w_m2(f) for n, f in zip(of, frequencies_mhz.tolist(), strict=True)]


def exposure_at(
    at_m: Float,
    sources: Sources,
    limits: Sequence[ExposureLimit],
    *,
    walls: Walls | None = None,
    indoor_loss_db: Float | None = None,
) -> Exposure:
    """Return the exposure at receptors.

    Args:
        at_m: (n, 3) x, y and height above the datum of the ground (m).
        sources: of the network.
        limits: to compare with.
        walls: of the city; None: free space.
        indoor_loss_db: (n,) what stands around each receptor (dB); None: nothing.
    """
    weights, each = limit_weights(limits, sources)
    sums = sum_sources(at_m, sources.emitters, weights, each, walls=walls, indoor_loss_db=indoor_loss_db)
    return _exposure(sums)


def exposure_in_blocks(
    blocks: Iterator[Float], sources: Sources, limits: Sequence[ExposureLimit], *, walls: Walls | None = None
) -> Iterator[Exposure]:
    """Yield the exposure of each block of receptors; only one of them lies in memory.

    Args:
        blocks: each (n, 3) as in ``exposure_at``.
        sources: of the network.
        limits: to compare with.
        walls: of the city; None: free space.
    """
    weights, each = limit_weights(limits, sources)
    for block in blocks:
        yield _exposure(sum_sources(block, sources.emitters, weights, each, walls=walls))


def _exposure(sums: Sums) -> Exposure:
    with np.errstate(invalid="ignore", divide="ignore"):
        share = sums.largest_w_m2 / sums.s_w_m2
    return Exposure(
        Maximum(sums.s_w_m2, sums.ratio),
        Maximum(sums.actual_w_m2, sums.actual_ratio),
        sums.largest,
        np.where(sums.largest >= 0, share, np.nan),
        sums.largest_loss_db,
        sums.inside,
    )
