"""Reads the site and cell tables of a project: every fault of both, all at once, and what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import did_you_mean
from aqdaq.io.network_antennas import AntennaShelf
from aqdaq.io.network_cells import read_cell, technology_name
from aqdaq.io.network_fields import NamedTable, Row, read_named_table, unused_note
from aqdaq.io.network_quantities import Assumptions
from aqdaq.io.network_sites import PlacedSite, ids_by_place, lonely_sites, positions, sites_of_cells, sites_of_table
from aqdaq.io.tables import resolve_input
from aqdaq.model.network import Cell, Network
from aqdaq.model.project import CELL_COLUMNS, SITE_COLUMNS, NetworkSection
from aqdaq.model.results import Assumption

#: Without these a cell is nothing; azimuth and EIRP have their own rules.
_REQUIRED: Final = ("operator", "technology", "frequency_mhz", "downtilt_deg", "height_m")


@dataclass(frozen=True, slots=True)
class NetworkRead:
    """What the tables hold.

    Attributes:
        network: sites and cells, in table order.
        assumed: figures that nobody gave.
        notes: what else a reader of the report should know.
    """

    network: Network
    assumed: tuple[Assumption, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """The tables while they are read."""

    section: NetworkSection
    crs: str
    faults: list[Fault] = field(default_factory=list)
    assumptions: Assumptions = field(default_factory=Assumptions)
    notes: list[str] = field(default_factory=list)


def read_network(section: NetworkSection, folder: Path, *, crs: str) -> NetworkRead:
    """Read the site and cell tables.

    Args:
        section: ``[network]`` of the project file.
        folder: the project folder.
        crs: of the grid; sites are placed in it (m).

    Raises:
        InputError: a table cannot be read, a column is missing, or a value cannot be true; all faults at once, each
            with file and row.
    """
    reading = _Reading(section, crs)
    sites = None
    if section.sites is not None:
        sites = _table(reading, folder, section.sites, section.site_columns, SITE_COLUMNS, "site_columns")
    cells = _table(reading, folder, section.cells, section.columns, CELL_COLUMNS, "columns")
    placed, site_ids = _sites(reading, sites, cells)
    read = _cells(reading, cells, site_ids, AntennaShelf(folder)) if cells is not None else []
    if reading.faults:
        raise InputError(list(dict.fromkeys(reading.faults)))
    network = Network(tuple(p.site for p in placed), tuple(read))
    carrying = {cell.site_id for cell in read}
    bare = [site.id for site in network.sites if site.id not in carrying]
    if bare:
        reading.notes.append(f"sites without cells: {', '.join(bare)}")
    return NetworkRead(network, reading.assumptions.rows(), tuple(reading.notes))


def _table(
    reading: _Reading, folder: Path, name: str, theirs: dict[str, str], ours: tuple[str, ...], key: str
) -> NamedTable | None:
    try:
        path = resolve_input(folder, name)
        table = read_named_table(
            path, reading.section.separator, theirs, ours, f"[network].{key}", decimal=reading.section.decimal
        )
    except InputError as err:
        reading.faults.extend(err.faults)
        return None
    reading.faults.extend(table.faults)
    reading.notes.extend(unused_note(table))
    return table


def _sites(reading: _Reading, sites: NamedTable | None, cells: NamedTable | None) -> tuple[list[PlacedSite], list[str]]:
    """Return the sites, and the site of each row of the cell table (``""`` where it has none)."""
    if sites is not None:
        placed = sites_of_table(sites, reading.crs, reading.faults)
        reading.faults.extend(lonely_sites(sites, placed))
        if cells is None:
            return placed, []
        return placed, _sites_named(reading, sites, cells)
    if cells is None or reading.section.sites is not None:  # a table that cannot be read is reported already
        return [], [] if cells is None else [""] * len(cells.frame)
    xy_m = positions(cells, reading.crs, reading.faults)
    if cells.has("site") or "site" in reading.section.defaults:
        site_ids = _site_texts(reading, cells)
    else:
        site_ids = ids_by_place(*xy_m)
        reading.notes.append(f"{cells.file}: no column for the site: cells at the same place form one site")
    placed = sites_of_cells(cells, site_ids, xy_m, reading.faults)
    reading.faults.extend(lonely_sites(cells, placed))
    return placed, site_ids


def _site_texts(reading: _Reading, cells: NamedTable) -> list[str]:
    # Their own assumptions: the rows of _cells count the default of the site.
    rows = _row_readers(reading, cells, Assumptions())
    return [row.need_text("site") for row in rows]


def _sites_named(reading: _Reading, sites: NamedTable, cells: NamedTable) -> list[str]:
    if not cells.has("site") and "site" not in reading.section.defaults:
        reading.faults.extend(cells.missing("site"))
        return [""] * len(cells.frame)
    known = set(sites.frame["id"]) if sites.has("id") else set()
    named = _site_texts(reading, cells)
    for row, site_id in zip(cells.frame.index.tolist(), named, strict=True):
        if site_id and known and site_id not in known:
            what = f"site {site_id!r} is not in {sites.file}"
            reading.faults.append(Fault(cells.where(row), what, did_you_mean(site_id, sorted(known))))
    return named


def _row_readers(reading: _Reading, cells: NamedTable, assumptions: Assumptions) -> list[Row]:
    records = cells.frame.to_dict("records")
    return [
        Row(cells, number, values, reading.section.defaults, reading.faults, assumptions)  # type: ignore[arg-type]
        for number, values in zip(cells.frame.index.tolist(), records, strict=True)
    ]


def _cells(reading: _Reading, table: NamedTable, site_ids: list[str], shelf: AntennaShelf) -> list[Cell]:
    reading.faults.extend(_missing_columns(reading, table))
    first: dict[str, int] = {}
    cells = []
    for row, site_id in zip(_row_readers(reading, table, reading.assumptions), site_ids, strict=True):
        row.text("site")  # a default is noted as assumed
        cell_id = row.values.get("id", "")
        _check_id(row, cell_id, first)
        cell = read_cell(row, cell_id, site_id, split_bands=reading.section.split_bands, shelf=shelf)
        if cell is not None:
            cells.append(cell)
            shelf.look_at(cell)
    _note_renamed(reading, table)
    reading.notes.extend(shelf.notes(table.file))
    return cells


def _check_id(row: Row, cell_id: str, first: dict[str, int]) -> None:
    if not row.table.has("id"):
        return
    if not cell_id:
        row.fault("the cell has no id", "give every cell an id of its own")
    elif cell_id in first:
        what = f"cell id {cell_id!r} occurs twice, first in row {first[cell_id]}"
        row.fault(what, "give every cell an id of its own")
    first.setdefault(cell_id, row.number)


def _missing_columns(reading: _Reading, table: NamedTable) -> list[Fault]:
    defaults = reading.section.defaults
    needed = ["id", *(name for name in _REQUIRED if name not in defaults)]
    if table.has("arfcn") and not table.has("frequency_mhz"):
        needed = [name for name in needed if name != "frequency_mhz"]
    if "azimuth_deg" not in defaults and not table.has("omni") and "omni" not in defaults:
        needed.append("azimuth_deg")
    faults = table.missing(*needed)

    def known(name: str) -> bool:
        return table.has(name) or name in defaults

    by_parts = known("power_dbm") and (known("gain_dbi") or known("antenna_file"))
    by_ssb = known("ssb_power_dbm") and known("ssb_beam_gain_dbi")
    if not (known("eirp_dbm") or by_parts or by_ssb):
        mend = "add eirp_dbm, or power_dbm and gain_dbi (with ports and losses_db), or give them in [network.defaults]"
        faults += [Fault(fault.where, fault.what, mend) for fault in table.missing("eirp_dbm")]
    mends = {name: f"{name} = ... in [network.defaults] gives it for all cells" for name in _REQUIRED}
    return [_with_mend(fault, mends, needed) for fault in faults]


def _with_mend(fault: Fault, mends: dict[str, str], needed: list[str]) -> Fault:
    """Say that a default helps too; the nearest column of the table comes first."""
    name = next((n for n in needed if f"column {n!r} is missing" in fault.what), "")
    if name not in mends:
        return fault
    near = fault.mend if fault.mend.startswith("did you mean") else f"map it in [network].columns: {name} = ..."
    return Fault(fault.where, fault.what, f"{near}; or {mends[name]}")


def _note_renamed(reading: _Reading, table: NamedTable) -> None:
    if not table.has("technology"):
        return
    for found in sorted(set(table.frame["technology"])):
        if found and technology_name(found) != found:
            reading.notes.append(f"{table.file}: technology {found!r} is read as {technology_name(found)}")
