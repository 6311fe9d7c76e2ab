"""The antenna files that a cell table names: each read once, and whether it fits the cells that name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aqdaq.base.errors import InputError
from aqdaq.io.antenna_files import read_antenna
from aqdaq.io.network_fields import Row, read_named_table
from aqdaq.io.tables import resolve_input
from aqdaq.model.antenna import TableAntenna
from aqdaq.model.network import Cell
from aqdaq.model.project import CELL_COLUMNS, NetworkSection

#: A horizontal cut that varies by more than this is not omnidirectional (dB).
OMNI_RIPPLE_DB: Final = 6.0

#: A pattern measured further than this from the carrier deserves a note (share of the carrier).
FREQUENCY_SHARE: Final = 0.2

_PATTERN: Final = ("horizontal_beamwidth_deg", "vertical_beamwidth_deg", "front_to_back_db")


@dataclass(slots=True)
class AntennaShelf:
    """The antenna files of a project.

    Attributes:
        folder: the project folder; names start there.
        antennas: by name; None for a file that is at fault.
        counts: cells by what deserves a note.
    """

    folder: Path
    antennas: dict[str, TableAntenna | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, row: Row) -> TableAntenna | None:
        """Return the antenna that a row names; None without one, and when its file is at fault.

        The faults of a file are added once, at the first row that names it.
        """
        name = row.text("antenna_file")
        if not name:
            return None
        if name not in self.antennas:
            self.antennas[name] = self._read(row, name)
        antenna = self.antennas[name]
        if antenna is None:
            return None
        ripple_db = max(antenna.horizontal_loss_db) - min(antenna.horizontal_loss_db)
        if row.flag("omni") and ripple_db > OMNI_RIPPLE_DB:
            what = f"omnidirectional, but the pattern of {name} varies by {ripple_db:.0f} dB in azimuth"
            row.fault(what, "leave omni empty and give the azimuth, or name the file of the antenna")
        if any(row.given(column) for column in _PATTERN):
            self._count("beamwidths and front-to-back ratio are not used beside an antenna file")
        return antenna

    def look_at(self, cell: Cell) -> None:
        """Count what deserves a note of a cell whose antenna comes from a file."""
        antenna = cell.antenna
        if not isinstance(antenna, TableAntenna):
            return
        measured_mhz = antenna.frequency_mhz
        if measured_mhz is not None and abs(measured_mhz - cell.frequency_mhz) > FREQUENCY_SHARE * cell.frequency_mhz:
            self._count(f"the pattern of {antenna.name} is for {measured_mhz:g} MHz, far from the carrier")
        if cell.mechanical_tilt_deg < 0.0:
            tilt = f"{antenna.electrical_tilt_deg:g} deg"
            self._count(f"downtilt is less than the {tilt} in the pattern of {antenna.name}; it must hold both tilts")

    def notes(self, file: str) -> list[str]:
        """Return what was counted, for the cell table of that name."""
        return [f"{file}: {what} ({n} cell{'s' if n != 1 else ''})" for what, n in self.counts.items()]

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def _read(self, row: Row, name: str) -> TableAntenna | None:
        try:
            path = resolve_input(self.folder, name)
            if path.exists():
                return read_antenna(path)
        except InputError as err:
            row.faults.extend(err.faults)
            return None
        row.fault(f"the antenna file {name} is not there", "mend its path (from the project folder), or copy it there")
        return None


def antenna_file_names(section: NetworkSection, folder: Path) -> list[str]:
    """Return the names of the antenna files of a project, in table order, each once.

    A cell table that cannot be read names none: reading the network says what is wrong with it.

    Args:
        section: ``[network]`` of the project file.
        folder: the project folder.
    """
    default = str(section.defaults.get("antenna_file", ""))
    try:
        path = resolve_input(folder, section.cells)
        table = read_named_table(path, section.separator, section.columns, CELL_COLUMNS, "[network].columns")
    except InputError:
        return []
    named = table.frame["antenna_file"].tolist() if table.has("antenna_file") else [""] * len(table.frame)
    return list(dict.fromkeys(name or default for name in named if name or default))
