"""``aqdaq exposure pack``: what a site would make at every window of a neighbourhood, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq import __version__
from aqdaq.analysis.exposure.city import height_unknown
from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.analysis.exposure.receptors import Found
from aqdaq.analysis.exposure.sources import Ground, Sources, actual_share, sources_of
from aqdaq.base.errors import UsageError
from aqdaq.engine.exposure.source import Column
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.building import Building
from aqdaq.model.exposure_practice import AdaptiveFactors
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_candidate import Proposal, proposal_of
from aqdaq.pipeline.exposure_limits import load_practice
from aqdaq.pipeline.exposure_pack_beside import handsets_beside, measured_beside
from aqdaq.pipeline.exposure_pack_receptors import neighbourhood
from aqdaq.pipeline.exposure_pack_zones import sections_of, zone_figures
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.report.exposure_content import Antenna, Block, Pack, State, summaries

Float = NDArray[np.float64]

#: Receptors before a wall.
WALLS: Final = ("window", "facade", "balcony")


@dataclass(frozen=True, slots=True)
class Question:
    """What a pack is asked for.

    Attributes:
        candidate: id of the site.
        buildings: ids of those whose flats are listed; none: the home to whose walls it adds most.
        within_m: radius of the neighbourhood (m).
    """

    candidate: str
    buildings: tuple[str, ...] = ()
    within_m: float = 300.0


def pack_of(project: Project, field: Field, question: Question, reporter: Reporter | None = None) -> Pack:
    """Return the evidence pack of a candidate.

    Args:
        project: opened.
        field: of the project on the day.
        question: what is asked.
        reporter: of progress; None: nobody is told.

    Raises:
        UsageError: the candidate or a building is not known, or the building does not lie in the neighbourhood.
        InputError: an input is wrong.
    """
    proposal = proposal_of(project, field, question.candidate)
    site = proposal.cells[0]
    place = (site.x_m, site.y_m)
    around = neighbourhood(project, field, proposal.site, place, question.within_m)
    found = around.found
    existing = _state(proposal.existing, found)
    proposed = _state(proposal.proposed, found)
    coloured = 0  # the first of the limits that were asked for
    factors = load_practice(project, field.date)[1]
    foot = float(field.ground(np.array([place[0]]), np.array([place[1]]))[0])
    zones, step_m = zone_figures(proposal)
    pack = Pack(
        project=project.config.project.name,
        synthetic=project.config.project.synthetic,
        version=__version__,
        crs=field.inputs.grid.crs,
        date=field.date,
        candidate=proposal.site,
        origin=proposal.origin,
        place_m=place,
        foot_m=foot,
        within_m=question.within_m,
        line_of_sight=field.setting.line_of_sight,
        reflection=field.setting.reflection,
        near_field=field.setting.near_field,
        limits=field.limits,
        strictest=coloured,
        receptors=found.receptors,
        existing=existing,
        proposed=proposed,
        own=_state(_alone(proposal, factors), found),
        blocks=_blocks(field, found),
        set_aside=around.windows.set_aside if around.windows is not None else (),
        without_places=found.left_out,
        chosen=(),
        antennas=_antennas(proposal, factors),
        without_height=found.without_height,
        without_ground=(*found.without_ground, *(("yards",) if found.yards_without_ground else ())),
        left_out=proposal.proposed.sources.left_out,
        assumed=(*proposal.proposed.assumed, *found.assumed),
        zones=zones,
        sections=sections_of(proposal, coloured, foot, zones[coloured]),
        zone_step_m=step_m,
    )
    chosen = _with_chosen(pack, question)
    with reporter or Reporter(quiet=True) as told:
        phones, terms = handsets_beside(project, proposal, chosen.receptors, chosen.chosen, told)
    measured = measured_beside(project, proposal, question.within_m)
    return replace(chosen, measured=measured, handset=phones, handset_terms=terms)


def _alone(proposal: Proposal, factors: AdaptiveFactors) -> Field:
    """Return the field of the candidate without any other cell."""
    field, how = proposal.proposed, proposal.proposed.setting
    sources = sources_of(proposal.cells, field.ground, factors, reflection=how.reflection, near_field=how.near_field)
    return replace(field, sources=sources)


def _state(field: Field, found: Found) -> State:
    walls = field.city.walls if field.city is not None else None
    seen = exposure_at(found.receptors.at_m, field.sources, field.limits, walls=walls)
    names = [p.cell.id for p in field.sources.cells]
    return State(
        np.stack([seen.theoretical.s_w_m2, seen.actual.s_w_m2]),
        np.stack([seen.theoretical.ratio, seen.actual.ratio]),
        tuple(names[i] if i >= 0 else "" for i in seen.largest.tolist()),
        seen.largest_share,
    )


def _blocks(field: Field, found: Found) -> tuple[Block, ...]:
    """Return the buildings of the neighbourhood that stand or will stand."""
    mine = set(found.buildings)
    there = [b for b in field.inputs.buildings if b.demolished is None or b.demolished > field.date]
    return tuple(_block(b, field) for b in there if b.id in mine)


def _block(b: Building, field: Field) -> Block:
    height = None if height_unknown(b) else b.height_m
    return Block(b.id, b.footprint, height, b.floors, b.use, not b.stands(field.date))


def _antennas(proposal: Proposal, factors: AdaptiveFactors) -> tuple[Antenna, ...]:
    """Return the cells, those of the candidate first, then by distance from it."""
    sources, mine = proposal.proposed.sources, {p.cell.id for p in proposal.cells}
    centre = proposal.cells[0]
    found = [_antenna(sources, n, mine, proposal.proposed.ground, factors) for n in range(len(sources.cells))]
    return tuple(
        sorted(found, key=lambda a: (not a.candidate, np.hypot(a.x_m - centre.x_m, a.y_m - centre.y_m), a.cell))
    )


def _antenna(sources: Sources, n: int, mine: set[str], ground: Ground, factors: AdaptiveFactors) -> Antenna:
    p = sources.cells[n]
    cell, pattern = p.cell, p.cell.antenna
    foot = float(ground(np.array([p.x_m]), np.array([p.y_m]))[0])
    wide = high = None
    given = cell.emission
    if isinstance(pattern, ParametricAntenna):
        wide = None if pattern.omni else pattern.horizontal_beamwidth_deg
        high = pattern.vertical_beamwidth_deg
    return Antenna(
        cell.id, cell.site_id, cell.layer.operator, cell.layer.technology, cell.frequency_mhz,
        float(sources.eirp_w[n]), actual_share(cell, factors), p.grid_azimuth_deg, cell.downtilt_deg, cell.height_m,
        foot + cell.height_m, p.x_m, p.y_m, wide, high, cell.id in mine, cell.on_air, cell.azimuth_deg, given.power_dbm,
        given.gain_dbi, given.losses_db, given.ports, "eirp_dbm" in cell.assumed, given.sub_arrays, given.tdd_duty,
        given.power_reduction, 2.0 * float(sources.emitters.sources[n, Column.HALF_LENGTH_M]),
    )  # fmt: skip


def _with_chosen(pack: Pack, question: Question) -> Pack:
    """Name the buildings whose flats are listed.

    Raises:
        UsageError: one is not known, or does not lie in the neighbourhood.
    """
    known = [b.id for b in pack.blocks]
    far = [name for name in question.buildings if name not in known]
    if far:
        near = ", ".join(s.building for s in summaries(pack)[:10] if s.building) or "none"
        what = f"--building {', '.join(far)}: none such within {question.within_m:g} m of {question.candidate}"
        raise UsageError(f"{what}; those with the highest figures are: {near}")
    chosen: Sequence[str] = tuple(dict.fromkeys(question.buildings)) or _first(pack)
    return replace(pack, chosen=tuple(chosen))


def _first(pack: Pack) -> tuple[str, ...]:
    """Return the home to whose walls the candidate adds most; without any home, another building."""
    added: dict[str, float] = {}
    rise = pack.proposed.ratio[0, pack.strictest] - pack.existing.ratio[0, pack.strictest]
    for i, (name, kind) in enumerate(zip(pack.receptors.building, pack.receptors.kind, strict=True)):
        if name and kind in WALLS:
            added[name] = max(added.get(name, -np.inf), float(rise[i]) if np.isfinite(rise[i]) else np.inf)
    homes = {b.id for b in pack.blocks if b.use == "residential"}
    order = sorted(added, key=lambda name: (name not in homes, -added[name], name))
    return tuple(order[:1])
