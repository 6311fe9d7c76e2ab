"""A site that is proposed: from the network, where it is not on air yet, or from the table of candidates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from aqdaq.analysis.exposure.sources import Sources, sources_of
from aqdaq.analysis.placed import PlacedCell
from aqdaq.base.errors import Fault, InputError, UsageError
from aqdaq.io.candidates import KEY, read_candidates
from aqdaq.model.network import Network
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_limits import load_practice
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import predictor_of
from aqdaq.report.exposure_content import Origin


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, and the field without and with it.

    Attributes:
        site: id.
        origin: ``planned``, ``on_air`` (then ``existing`` is without it) or ``table``.
        cells: of the candidate.
        existing: the cells on air on the day, less those of the candidate.
        proposed: the same and the candidate.
    """

    site: str
    origin: Origin
    cells: tuple[PlacedCell, ...]
    existing: Field
    proposed: Field


def proposal_of(project: Project, field: Field, candidate: str) -> Proposal:
    """Return a candidate by its id.

    Args:
        project: opened.
        field: of the project on the day.
        candidate: id of a site.

    Raises:
        UsageError: there is no such candidate; those there are stand in the message.
        InputError: the table of candidates is wrong, or the ground below the candidate is not known.
    """
    table = _table(project, field)
    ever = field.inputs.network_ever
    to_come = [c for c in ever.cells if c.off_air is None or c.off_air > field.date]
    own = [c for c in to_come if c.site_id == candidate]
    listed = [c for c in table.cells if c.site_id == candidate]
    if not own and not listed:
        raise UsageError(_unknown(candidate, field, table))
    on_air = any(c.transmits(field.date) for c in own)
    origin: Origin = "table" if listed else "on_air" if on_air else "planned"
    kept = tuple(c for c in field.inputs.network.cells if c.site_id != candidate)
    sites = (*ever.sites, *table.sites)
    before, after = (_placed(project, field, Network(sites, (*kept, *more))) for more in ((), (*own, *listed)))
    existing, proposed = (_with(project, field, cells) for cells in (before, after))
    mine = tuple(p for p in after if p.cell.site_id == candidate)
    lost = [p.cell.id for p in mine if p.cell.id in proposed.sources.left_out]
    if lost:
        what = f"the ground below {candidate!r} is not known"
        raise InputError(Fault(f"candidate {candidate}", what, "place it on the map, or widen [grid].bounds"))
    return Proposal(candidate, origin, mine, existing, proposed)


def with_candidate(project: Project, field: Field, candidate: str | None) -> Field:
    """Return the field with the cells of a candidate among those on air; as it is where none is named.

    Args:
        project: opened.
        field: of the project on the day.
        candidate: id of a site.

    Raises:
        UsageError: there is no such candidate.
        InputError: the table of candidates is wrong, or the ground below the candidate is not known.
    """
    if candidate is None:
        return field
    proposed = proposal_of(project, field, candidate).proposed
    return replace(proposed, notes=(*proposed.notes, f"with the candidate {candidate}, as if it were on air"))


def goes_on_air(proposal: Proposal) -> dt.date | None:
    """Return the first day on which a cell of a candidate is on air, as its table says; None where it does not."""
    return min((p.cell.on_air for p in proposal.cells if p.cell.on_air is not None), default=None)


def candidates_of(project: Project, field: Field) -> tuple[str, ...]:
    """Return the ids of the sites that might be built: of the table, and of the network where none of it is on air yet.

    Raises:
        InputError: the table of candidates is wrong.
    """
    return _there(field, _table(project, field))


def not_on_air(project: Project, field: Field, site: str) -> Fault:
    """Return what is wrong with a site that is asked for and has no cell on air."""
    air = ", ".join(dict.fromkeys(p.cell.site_id for p in field.sources.cells)) or "none is"
    listed = candidates_of(project, field)
    mend = f"on air: {air}"
    if listed:
        mend += f"; candidates, to be named with --candidate: {', '.join(listed)}"
    return Fault("--site", f"no cell of {site!r} is on air on {field.date}", mend)


def _table(project: Project, field: Field) -> Network:
    name = project.config.exposure.candidates
    if name is None:
        return Network((), ())
    section, crs = project.config.network, project.config.grid.crs
    return read_candidates(name, section, project.folder, crs=crs, network=field.inputs.network_ever).network


def _unknown(candidate: str, field: Field, table: Network) -> str:
    air = _on_air(field)
    known = ", ".join(_there(field, table)) or f"none: name a table of them in {KEY}"
    return f"no candidate {candidate!r}; there are: {known}; a site on air may be named too: {', '.join(sorted(air))}"


def _on_air(field: Field) -> set[str]:
    return {c.site_id for c in field.inputs.network_ever.cells if c.transmits(field.date)}


def _there(field: Field, table: Network) -> tuple[str, ...]:
    day, cells = field.date, field.inputs.network_ever.cells
    planned = {c.site_id for c in cells if c.on_air is not None and c.on_air > day}
    return tuple(dict.fromkeys([*(s.id for s in table.sites), *sorted(planned - _on_air(field))]))


def _placed(project: Project, field: Field, network: Network) -> tuple[PlacedCell, ...]:
    used = {c.site_id for c in network.cells}
    network = Network(tuple(s for s in network.sites if s.id in used), network.cells)
    return predictor_of(project, replace(field.inputs, network=network)).placed()


def _with(project: Project, field: Field, cells: tuple[PlacedCell, ...]) -> Field:
    """Return the field of other cells."""
    setting, factors = field.setting, load_practice(project, field.date)[1]
    sources: Sources = sources_of(
        cells, field.ground, factors, reflection=setting.reflection, near_field=setting.near_field
    )
    rest = tuple(a for a in field.assumed if a not in field.sources.assumed)
    return replace(field, sources=sources, assumed=(*sources.assumed, *rest))
