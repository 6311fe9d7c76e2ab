"""The inverse: the largest power, the smallest distance and the best position that keep every limit with a margin.

Pure functions of arrays, made for thousands of candidates at a time: a planner calls ``candidate_room`` as a constraint
(a candidate whose scale is below 1 breaks a limit).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.analysis.exposure.evaluate import limit_weights
from aqdaq.analysis.exposure.sources import Sources, sources_of
from aqdaq.analysis.placed import PlacedCell
from aqdaq.engine.exposure.candidates import Room, room_of
from aqdaq.engine.exposure.walls import Walls
from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.exposure_practice import AdaptiveFactors

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A position of a whole installation.

    Attributes:
        x_m: easting of the antennas (m).
        y_m: northing (m).
        z_m: height of the first of them above the datum of the ground (m).
        cells: what would transmit there; their own places do not matter, and their heights only among each other.
    """

    x_m: float
    y_m: float
    z_m: float
    cells: tuple[PlacedCell, ...]


def candidate_room(
    candidates: Sequence[Candidate],
    at_m: Float,
    limits: Sequence[ExposureLimit],
    background: Float,
    factors: AdaptiveFactors,
    *,
    share: float = 1.0,
    reflection: float = 1.0,
    walls: Walls | None = None,
) -> Room:
    """Return by what the power of each candidate can be multiplied so that every receptor keeps every limit.

    Args:
        candidates: to try, each alone.
        at_m: (n, 3) x, y and height of the receptors (m).
        limits: to keep.
        background: (limits, n) exposure ratio that is there already; of no account for a limit for each installation.
        factors: of adaptive antennas.
        share: of each limit that may be used up, 0..1: the margin.
        reflection: by which reflections raise the power density.
        walls: of the city; None: free space.
    """
    placed = _placed(candidates)
    sources = sources_of(placed, _no_ground, factors, reflection=reflection)
    weights, each = limit_weights(limits, sources)
    left = share - np.where(each[:, None], 0.0, np.asarray(background, dtype=np.float64))
    return room_of(sources.emitters, at_m, weights, left, walls=walls)


def _placed(candidates: Sequence[Candidate]) -> list[PlacedCell]:
    """Return the cells of all candidates, each candidate a site; the names keep their order."""
    width = len(str(len(candidates)))
    return [
        replace(
            p,
            cell=replace(
                p.cell,
                site_id=f"{number:0{width}d}",
                height_m=candidate.z_m + p.cell.height_m - candidate.cells[0].cell.height_m,
            ),
            x_m=candidate.x_m,
            y_m=candidate.y_m,
        )
        for number, candidate in enumerate(candidates)
        for p in candidate.cells
    ]


def _no_ground(x_m: Float, _: Float) -> Float:
    """Return a plain at the datum: the heights of candidates are above it already."""
    return np.zeros(len(x_m))


def standoff_m(
    eirp_w: Float, frequencies_mhz: Float, limit: ExposureLimit, *, share: float = 1.0, reflection: float = 1.0
) -> Float:
    """Return the smallest distance in the beam at which several carriers together keep a limit, in free space (m).

    Args:
        eirp_w: (..., bands) of the carriers, in the same direction (W).
        frequencies_mhz: (bands,) of the carriers (MHz).
        limit: to keep; NaN where it says nothing of a frequency.
        share: of the limit that may be used up, 0..1.
        reflection: by which reflections raise the power density.
    """
    allowed = np.array([limit.power_density_w_m2(float(f)) or math.nan for f in frequencies_mhz], dtype=np.float64)
    total = (np.asarray(eirp_w, dtype=np.float64) * reflection / allowed).sum(axis=-1)
    return np.asarray(np.sqrt(total / (4.0 * math.pi * share)))


@dataclass(frozen=True, slots=True)
class BandPower:
    """How strong a band of an installation may be.

    Attributes:
        frequency_mhz: of the carriers (MHz).
        eirp_w: the largest of its cells as planned (W).
        alone_w: the largest with nothing else of the installation on air (W).
        together_w: the largest with all bands raised or lowered alike (W).
    """

    frequency_mhz: float
    eirp_w: float
    alone_w: float
    together_w: float


def band_powers(
    candidate: Candidate,
    at_m: Float,
    limits: Sequence[ExposureLimit],
    background: Float,
    factors: AdaptiveFactors,
    *,
    share: float = 1.0,
    reflection: float = 1.0,
    walls: Walls | None = None,
) -> tuple[tuple[BandPower, ...], Room]:
    """Return the largest EIRP of each band of an installation, and what all bands together have room for.

    Arguments as of ``candidate_room``, of one candidate.
    """
    bands = sorted({p.cell.frequency_mhz for p in candidate.cells})
    split = [replace(candidate, cells=tuple(p for p in candidate.cells if p.cell.frequency_mhz == f)) for f in bands]
    room = candidate_room(
        [candidate, *split], at_m, limits, background, factors, share=share, reflection=reflection, walls=walls
    )
    eirp = [max(sources.eirp_w) for sources in (_of(one, factors) for one in split)]
    powers = tuple(
        BandPower(f, float(e), float(e * room.scale[n]), float(e * room.scale[0]))
        for n, (f, e) in enumerate(zip(bands, eirp, strict=True), start=1)
    )
    return powers, Room(room.scale[:1], room.receptor[:1], room.limit[:1])


def _of(candidate: Candidate, factors: AdaptiveFactors) -> Sources:
    return sources_of(list(candidate.cells), _no_ground, factors)


def roof_positions(
    footprint: Polygon | MultiPolygon,
    roof_m: float,
    cells: Sequence[PlacedCell],
    *,
    step_m: float,
    above_roof_m: Iterable[float],
    downtilts_deg: Iterable[float] | None,
) -> list[Candidate]:
    """Return candidates along the edge of a roof: every place, height and downtilt.

    Args:
        footprint: of the building, in the CRS of the grid.
        roof_m: height of its roof above the datum of the ground (m).
        cells: what would transmit there.
        step_m: between places along the edge (m).
        above_roof_m: heights of the antennas above the roof (m).
        downtilts_deg: of all cells (deg); None: each as it is.
    """
    spots = []
    for part in shapely.get_parts(footprint):
        edge = part.exterior
        count = max(round(edge.length / step_m), 1)
        spots += [edge.interpolate(n / count, normalized=True) for n in range(count)]
    tilts = [None] if downtilts_deg is None else list(downtilts_deg)
    turned = {
        t: tuple(p if t is None else replace(p, cell=replace(p.cell, downtilt_deg=t)) for p in cells) for t in tilts
    }
    return [
        Candidate(spot.x, spot.y, roof_m + rise, turned[tilt])
        for spot in spots
        for rise in above_roof_m
        for tilt in tilts
    ]
