"""Reads sites that might be built: a table of cells in the columns of the cell table, or points with them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.network import NetworkRead, read_network
from aqdaq.io.tables import resolve_input
from aqdaq.io.vector import read_vector
from aqdaq.model.network import Network
from aqdaq.model.project import NetworkSection

#: Where such a table is named.
KEY: Final = "[exposure].candidates"


@dataclass(frozen=True, slots=True)
class _Points:
    """Where a table made of points lies for a moment."""

    folder: Path
    name: str


def read_candidates(name: str, section: NetworkSection, folder: Path, *, crs: str, network: Network) -> NetworkRead:
    """Read the sites that might be built.

    Args:
        name: of the file: CSV, or any vector format with points.
        section: ``[network]``: its separator, decimal sign, columns and defaults hold for this table too.
        folder: the project folder.
        crs: of the grid.
        network: what is there: no id may stand in both.

    Raises:
        InputError: the table cannot be read, a value cannot be true, or an id stands in the network already.
    """
    path = resolve_input(folder, name)
    if path.suffix.lower() == ".csv":
        read = read_network(section.model_copy(update={"sites": None, "cells": name}), folder, crs=crs)
    else:
        with tempfile.TemporaryDirectory() as made:
            points = _as_table(path, Path(made), crs)
            change = {"sites": None, "cells": points.name, "separator": ",", "decimal": "."}
            read = read_network(section.model_copy(update=change), points.folder, crs=crs)
    _check_new(path.name, read.network, network)
    return read


def _as_table(path: Path, folder: Path, crs: str) -> _Points:
    """Write points as a CSV table with x and y in the CRS of the grid; rows keep their order."""
    frame = read_vector(path, crs=crs)
    bad = [n for n, kind in enumerate(frame.geometry.geom_type, start=1) if kind != "Point"]
    if bad:
        raise InputError([Fault(f"{path.name}:{n}", "is no point", "a candidate is a point a cell") for n in bad])
    table = frame.drop(columns=frame.geometry.name).drop(columns=["lat", "lon", "x", "y"], errors="ignore")
    table["x"], table["y"] = frame.geometry.x, frame.geometry.y
    name = f"{path.stem}.csv"
    table.to_csv(folder / name, index=False)
    return _Points(folder, name)


def _check_new(file: str, candidates: Network, network: Network) -> None:
    sites, cells = {s.id for s in network.sites}, {c.id for c in network.cells}
    faults = [
        Fault(f"{file} {kind} {key}", "stands in the network already", "give the candidate an id of its own")
        for kind, keys, there in (
            ("site", [s.id for s in candidates.sites], sites),
            ("cell", [c.id for c in candidates.cells], cells),
        )
        for key in keys
        if key in there
    ]
    if faults:
        raise InputError(faults)
