"""A project folder: the one way in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.network_antennas import antenna_file_names
from aqdaq.io.project_file import read_project_file
from aqdaq.io.tables import resolve_input
from aqdaq.model.body import BODIES, Body
from aqdaq.model.project import ProjectConfig
from aqdaq.pipeline.chain import known_models
from aqdaq.pipeline.hashing import file_sha256

FILE_NAME = "project.toml"

#: Files that belong to a shapefile; they are inputs too.
_SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True, slots=True)
class Project:
    """An opened project.

    Attributes:
        folder: where project.toml lies.
        config: what it says.
    """

    folder: Path
    config: ProjectConfig

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Open a project folder.

        Raises:
            ConfigError: project.toml is missing or wrong; every fault with its line.
        """
        return cls(folder, read_project_file(folder / FILE_NAME, area_models=known_models()))

    @property
    def body(self) -> Body:
        """The celestial body."""
        return BODIES[self.config.project.body]

    @property
    def runs(self) -> Path:
        """The folder of the runs."""
        return self.folder / "runs"

    @property
    def cache(self) -> Path:
        """The folder of what stages computed, by content."""
        return self.runs / ".cache"

    def date(self, date: dt.date | None) -> dt.date:
        """Return the date of a run: the one asked for, or today."""
        return self.config.date_or_today(date)

    def input_names(self) -> list[str]:
        """Return the names of the input files as project.toml and the cell table write them, in order, each once."""
        c = self.config
        names: list[str | None] = [*c.terrain.files, *(b.file for b in c.buildings)]
        names += [name for d in c.developments for name in (d.file, d.mapping)]
        names += [c.network.sites, c.network.cells]
        names += antenna_file_names(c.network, self.folder)
        names += [*(m.file for m in c.measurements), c.people.raster, c.districts.file if c.districts else None]
        return list(dict.fromkeys(name for name in names if name is not None))

    def input_checksums(self) -> dict[str, str]:
        """Return the SHA-256 of each input file by its name in project.toml.

        Raises:
            InputError: a file is missing; all of them are named.
        """
        sums: dict[str, str] = {}
        faults: list[Fault] = []
        for name in self.input_names():
            try:
                path = resolve_input(self.folder, name)
                sums[name] = file_sha256(path)
                for part in _SHAPEFILE_PARTS if path.suffix == ".shp" else ():
                    if path.with_suffix(part).exists():
                        sums[f"{name}{part}"] = file_sha256(path.with_suffix(part))
            except InputError as err:
                faults += err.faults
            except OSError as err:
                faults.append(Fault(f"project.toml: {name}", f"cannot be read: {err.strerror}", "mend the path"))
        if faults:
            raise InputError(faults)
        return sums
