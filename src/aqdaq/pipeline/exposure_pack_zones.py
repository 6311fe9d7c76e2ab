"""Zones and sections around a candidate, for the annex of its evidence pack."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.analysis.exposure.inverse import standoff_m
from aqdaq.analysis.exposure.zones import SANITARY_M, SECTION_M
from aqdaq.base.errors import InfeasibleError
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_candidate import Proposal
from aqdaq.pipeline.exposure_zones import SiteZone, zone_record, zones_of
from aqdaq.report.exposure_content import Section, ZoneFigures

Float = NDArray[np.float64]

#: Squares from the site to the edge of the first field of a zone, and the smallest and largest side of one (m).
_SQUARES: Final = 25
_STEP_M: Final = (2.0, 10.0)
#: Places across and up a picture of a section.
_ACROSS: Final = 121
_UP: Final = 81
#: Places across one of the many sections through a zone, and how many of these a page holds.
_ACROSS_LEVEL: Final = 61
_MOST_LEVELS: Final = 24
#: Vertical sections are drawn along so many azimuths at most.
_MOST: Final = 3
#: Least reach of a picture (m), and its reach beyond the standoff.
_LEAST_M: Final = 30.0
_SPARE: Final = 1.3


def zone_figures(proposal: Proposal) -> tuple[tuple[ZoneFigures, ...], float]:
    """Return the zone of the candidate under each limit, and the side of the squares (m); unknown where it has none."""
    field = proposal.proposed
    reach = max((_reach_m(proposal, n) for n in range(len(field.limits))), default=0.0)
    step = float(np.clip(math.ceil(reach / _SQUARES), *_STEP_M))
    return tuple(_zone(proposal, n, step) for n in range(len(field.limits))), step


def _zone(proposal: Proposal, n: int, step_m: float) -> ZoneFigures:
    field = proposal.proposed
    alone = replace(field, limits=(field.limits[n],))
    try:
        (found,) = zones_of(alone, [proposal.site], step_m)
    except InfeasibleError:
        return ZoneFigures(field.limits[n].id, None, None, None, None, ())
    record = zone_record(alone, found)
    return ZoneFigures(
        field.limits[n].id, record["sanitary_area_m2"], record["restriction_from_m"], record["restriction_to_m"],
        _farthest_m(found, proposal),
        tuple((e["building"], e["from_m"], e["to_m"], e["planned"]) for e in record["entered"]),
    )  # fmt: skip


def _farthest_m(found: SiteZone, proposal: Proposal) -> float:
    """Return how far from the site the zone reaches, to the far corner of a square (m)."""
    zone, site = found.zone, proposal.cells[0]
    rows, cols = np.nonzero(zone.levels.any(axis=0) | zone.sanitary)
    if not len(rows):
        return 0.0
    dx = np.abs(zone.x_m + (cols + 0.5) * zone.step_m - site.x_m) + zone.step_m / 2.0
    dy = np.abs(zone.y_m + (rows + 0.5) * zone.step_m - site.y_m) + zone.step_m / 2.0
    return float(np.hypot(dx, dy).max())


def _reach_m(proposal: Proposal, n: int) -> float:
    """Return the standoff of all cells of the candidate as if they looked the same way (m); 0 where unknown."""
    field = proposal.proposed
    mine = {p.cell.id for p in proposal.cells}
    rows = [i for i, p in enumerate(field.sources.cells) if p.cell.id in mine]
    eirp, frequencies = field.sources.eirp_w[rows], field.sources.frequencies_mhz[rows]
    reach = float(standoff_m(eirp, frequencies, field.limits[n], reflection=field.setting.reflection))
    return reach / math.sqrt(len({p.grid_azimuth_deg for p in proposal.cells})) if math.isfinite(reach) else 0.0


def sections_of(proposal: Proposal, limit: int, foot_m: float, zone: ZoneFigures | None = None) -> tuple[Section, ...]:
    """Return sections: at the strongest antenna, 2 m above the ground, along the beams, every 3 m through the zone.

    Args:
        proposal: the candidate.
        limit: number of the limit whose ratio is drawn.
        foot_m: height of the ground at the site (m).
        zone: of the site under that limit; None or empty: the sections every 3 m are around the antennas.
    """
    field = proposal.proposed
    site = max(proposal.cells, key=lambda p: (p.cell.eirp_dbm, p.cell.id))
    reach = max(_SPARE * _reach_m(proposal, limit), _LEAST_M)
    across = np.linspace(-reach, reach, _ACROSS)
    x, y = (v.ravel() for v in np.meshgrid(across + site.x_m, across + site.y_m))
    level = _ratio(field, limit, np.column_stack([x, y, np.full(len(x), foot_m + site.cell.height_m)]))
    flat = Section(
        "horizontal", site.cell.height_m, across, across, level.reshape(len(across), len(across)), np.zeros(0)
    )
    floor = field.ground(x, y) + SANITARY_M
    low = _ratio(field, limit, np.column_stack([x, y, floor])).reshape(len(across), len(across))
    ground = Section("ground", SANITARY_M, across, across, low, np.zeros(0))
    azimuths = sorted({round(p.grid_azimuth_deg, 3) for p in proposal.cells})[:_MOST]
    foot, top = (site.x_m, site.y_m, foot_m), site.cell.height_m + reach / 3.0
    heights = _heights_m(zone, sorted(p.cell.height_m for p in proposal.cells))
    levels = _levels(field, limit, foot, reach, heights)
    return (flat, ground, *(_vertical(field, limit, foot, a, across, top) for a in azimuths), *levels)


def _heights_m(zone: ZoneFigures | None, antennas_m: list[float]) -> Float:
    """Return the heights of sections every 3 m, from 2 m above the ground of the site on, all through the zone (m)."""
    low, high = antennas_m[0] - SECTION_M, antennas_m[-1] + SECTION_M
    if zone is not None and zone.from_m is not None and zone.to_m is not None:
        low, high = zone.from_m, zone.to_m
    first = math.floor((low - SANITARY_M) / SECTION_M)
    last = math.ceil((high - SANITARY_M) / SECTION_M)
    return SANITARY_M + SECTION_M * np.arange(first, last + 1, dtype=np.float64)[:_MOST_LEVELS]


def _levels(
    field: Field, limit: int, foot: tuple[float, float, float], reach: float, heights: Float
) -> tuple[Section, ...]:
    across = np.linspace(-reach, reach, _ACROSS_LEVEL)
    x, y = (v.ravel() for v in np.meshgrid(across + foot[0], across + foot[1]))
    shape = (len(across), len(across))
    return tuple(
        Section(
            "level", float(height), across, across,
            _ratio(field, limit, np.column_stack([x, y, np.full(len(x), foot[2] + height)])).reshape(shape),
            np.zeros(0),
        )
        for height in heights
    )  # fmt: skip


def _vertical(
    field: Field, limit: int, foot: tuple[float, float, float], azimuth_deg: float, across: Float, top_m: float
) -> Section:
    east, north = math.sin(math.radians(azimuth_deg)), math.cos(math.radians(azimuth_deg))
    x, y = foot[0] + across * east, foot[1] + across * north
    ground = field.ground(x, y) - foot[2]
    up = np.linspace(float(np.nanmin(ground, initial=0.0)), top_m, _UP)
    at = np.column_stack([np.tile(x, len(up)), np.tile(y, len(up)), foot[2] + np.repeat(up, len(across))])
    ratio = _ratio(field, limit, at).reshape(len(up), len(across))
    return Section("vertical", azimuth_deg, across, up, ratio, ground)


def _ratio(field: Field, limit: int, at_m: Float) -> Float:
    walls = field.city.walls if field.city is not None else None
    found = exposure_at(at_m, field.sources, [field.limits[limit]], walls=walls)
    return np.asarray(found.theoretical.ratio[0], dtype=np.float64)
