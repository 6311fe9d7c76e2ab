"""The columns of a drive-test table, under our names: mapped, by a preset or by hand, and empty where nobody knew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.tables import read_csv_columns, resolve_input
from aqdaq.model.measurement_presets import OTHER_NAMES, PRESETS
from aqdaq.model.project import MeasurementSource

#: Keys of ``[[measurements]]`` that name one column and may be left out.
_ONE_COLUMN = (
    "time_column", "technology_column", "operator_column", "device_column", "speed_column", "accuracy_column",
    "fix_column", "route_column", "rsrq_column", "sinr_column", "no_service_column",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogTable:
    """A drive-test table as text.

    Attributes:
        file: name of the file.
        rows: (n,) number of each row in the file, the header being row 1.
        columns: key of ``[[measurements]]`` (``lat_column``, ``identity.ci``, ``cells.A-1``) -> (n,) texts; empty where
            the file has nothing or a text that means nothing.
    """

    file: str
    rows: NDArray[np.int64]
    columns: dict[str, pd.Series]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def text(self, key: str) -> pd.Series:
        """Return the texts of a column; empty ones where the file does not have it."""
        found = self.columns.get(key)
        return found if found is not None else pd.Series([""] * len(self), dtype="str")

    def has(self, key: str) -> bool:
        """Return whether the file has the column of a key."""
        return key in self.columns


def read_log(source: MeasurementSource, folder: Path, faults: list[Fault]) -> LogTable:
    """Read the columns that are mapped.

    Args:
        source: ``[[measurements]]`` of the project file.
        folder: the project folder.
        faults: found so far; they are raised together with those of the file.

    Raises:
        InputError: the file is missing, empty or no table, a column is missing or occurs twice, or there were faults.
    """
    try:
        path = resolve_input(folder, source.file)
        wanted = _present_names(source, _names_there(path, source.separator) if source.preset else None)
        required = [column for column, needed in wanted.values() if needed]
        optional = [column for column, needed in wanted.values() if not needed]
        frame = read_csv_columns(path, separator=source.separator, required=required, optional=optional)
    except InputError as err:
        raise InputError([*faults, *err.faults]) from err
    lat = wanted["lat_column"][0]
    if source.decimal == "." and _decimal_commas(frame[lat]):
        faults.append(Fault(path.name, f"column {lat!r} has decimal commas", 'set decimal = "," for this table'))
    if faults:
        raise InputError(faults)
    columns = {
        key: _known(frame[column].reset_index(drop=True), source.missing_values)
        for key, (column, _) in wanted.items()
        if column in frame.columns
    }
    return LogTable(path.name, frame.index.to_numpy(dtype=np.int64), columns)


def _known(texts: pd.Series, missing: tuple[str, ...]) -> pd.Series:
    return texts.mask(texts.isin(missing), "") if missing else texts


def _decimal_commas(texts: pd.Series) -> bool:
    return bool(texts.head(1000).str.fullmatch(r"[-+]?\d+,\d+").mean() > 0.5)


def _names_there(path: Path, separator: str) -> list[str]:
    """Return the names of the first line; none where it cannot be read, which reading the whole says better."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return [name.strip().strip('"') for name in stream.readline().rstrip("\r\n").split(separator)]
    except (OSError, UnicodeDecodeError):
        return []


def _mapped(source: MeasurementSource) -> Iterator[tuple[str, str, bool]]:
    """Yield key, column as the project or its preset names it, and whether no row is anything without it."""
    yield "lat_column", source.lat_column, True
    yield "lon_column", source.lon_column, True
    if source.format == "wide":
        yield from ((f"cells.{column}", column, True) for column in source.cells)
    else:
        yield "level_column", source.level_column, True
        if source.cell_column:
            yield "cell_column", source.cell_column, True
    for key in _ONE_COLUMN:
        column = getattr(source, key)
        if column:
            yield key, column, False
    yield from ((f"identity.{name}", column, False) for name, column in source.identity.items())


def _present_names(source: MeasurementSource, there: list[str] | None) -> dict[str, tuple[str, bool]]:
    """Return key -> name in the file and whether it must be there: what the project itself names must."""
    preset = PRESETS.get(source.preset or "", {})
    others = OTHER_NAMES.get(source.preset or "", {})
    found = {}
    for key, column, essential in _mapped(source):
        section, _, name = key.partition(".")
        by_preset = (preset.get(section, {}) if section == "identity" else preset).get(name or key) == column
        known_as = column
        if by_preset and there is not None and column not in there:
            known_as = next((other for other in others.get(column, ()) if other in there), column)
        found[key] = (known_as, essential or not by_preset)
    return found
