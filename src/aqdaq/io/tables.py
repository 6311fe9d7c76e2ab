"""CSV tables as columns of text, and where the inputs of a project lie.

A table is read whole, as text: numbers are made of it where they are needed, so that an id like ``007`` stays what
it is and every bad value can be shown as it was found. The index of the frame is the number of the row in the file,
the header being row 1. Lines without any value are not rows; their numbers are skipped.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import capped, did_you_mean, listed

#: The one environment variable that a path in project.toml may begin with.
REFERENCE_VARIABLE: Final = "AQDAQ_REFERENCE_DATA"

_SEPARATORS: Final = {",": "','", ";": "';'", "\t": "a tab", "|": "'|'"}


def resolve_input(folder: Path, name: str) -> Path:
    """Return the path of an input named in project.toml.

    Args:
        folder: the project folder; relative names start there.
        name: a path; it may begin with ``$AQDAQ_REFERENCE_DATA/``, and with no other variable.

    Raises:
        InputError: the variable is not set, or another one is used.
    """
    if not name.startswith("$"):
        return folder / name
    variable, _, rest = name[1:].replace("\\", "/").partition("/")
    if variable.strip("{}") != REFERENCE_VARIABLE:
        raise InputError(
            Fault(name, f"the variable ${variable} is not expanded", f"only ${REFERENCE_VARIABLE} may begin a path")
        )
    root = os.environ.get(REFERENCE_VARIABLE, "")
    if not root:
        raise InputError(
            Fault(name, f"the environment variable {REFERENCE_VARIABLE} is not set", "set it to the folder of the data")
        )
    return Path(root) / rest


def read_csv_columns(
    path: Path,
    *,
    separator: str = ",",
    required: Sequence[str] = (),
    optional: Sequence[str] | None = None,
    keep_bare_rows: bool = False,
) -> pd.DataFrame:
    """Read a CSV table with a header as text.

    Args:
        path: the file, UTF-8 with or without a byte order mark.
        separator: one character.
        required: columns that must be there.
        optional: further columns to return where they are there; None returns every column.
        keep_bare_rows: keep rows that hold separators and nothing else; lines without anything are never rows.

    Returns:
        A frame of text columns without surrounding blanks, in the order of the file; a missing value is ``""``. The
        index ``row`` is the number of the row in the file, the header being row 1.

    Raises:
        InputError: the file is missing, empty, not text, lacks or repeats a column, or has rows of another length
            than its header (each is named).
    """
    data = _read_text_bytes(path)
    names, header_lines = _header(path, data, separator)
    faults = missing_columns(path.name, names, required, separator=separator)
    wanted = [n for n in names if n and (optional is None or n in required or n in optional)]
    repeated = sorted({name for name in wanted if names.count(name) > 1})
    faults += [Fault(f"{path.name}:1", f"column {n!r} occurs twice", "rename or remove one") for n in repeated]
    table, rows, ragged = _parse(path, data, separator, len(names), header_lines)
    table, rows = _without_blank_rows(table, rows, _bare(data, header_lines) if keep_bare_rows else frozenset())
    faults += capped(ragged, path.name) + _quote_faults(path, data, separator, table)
    if not faults and not len(rows):
        faults.append(Fault(path.name, "is empty: it holds a header and no rows", "give at least one row"))
    if faults:
        raise InputError(faults)
    picked = table.select([names.index(name) for name in wanted]).rename_columns(wanted)
    frame = pd.DataFrame({name: picked.column(name).to_pandas() for name in wanted})
    frame.index = pd.Index(rows, name="row")
    return frame


def missing_columns(file: str, there: Sequence[str], required: Sequence[str], *, separator: str = ",") -> list[Fault]:
    """Return a fault for each required column that is not there, with the nearest one that is."""
    faults = []
    for name in dict.fromkeys(required):
        if name in there:
            continue
        mend = did_you_mean(name, [n for n in there if n])
        other = next((s for s in _SEPARATORS if s != separator and len(there) == 1 and s in there[0]), None)
        if other is not None:
            mend = f"the header is separated by {_SEPARATORS[other]}: name that separator, or save the table with ours"
        what = f"column {name!r} is missing; there is {listed([n for n in there if n]) or 'no named column'}"
        faults.append(Fault(f"{file}:1", what, mend))
    return faults


def to_numbers(texts: pd.Series, decimal: str = ".") -> NDArray[np.float64]:
    """Return the numbers of a text column; NaN where a text is not a finite number.

    Args:
        texts: (n,) column of text.
        decimal: the mark before decimals; a text that uses the other mark is not a number.
    """
    unique, inverse = _distinct(texts)
    if decimal == ",":
        unique = unique.where(~unique.str.contains(".", regex=False), "").str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(unique.astype(object), errors="coerce").to_numpy(dtype=np.float64)
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    return np.asarray(numbers[inverse], dtype=np.float64)


def _distinct(texts: pd.Series) -> tuple[pd.Series, NDArray[np.int64]]:
    codes, unique = pd.factorize(texts)
    return pd.Series(unique, dtype="str"), np.asarray(codes, dtype=np.int64)


def _read_text_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as err:
        raise InputError(Fault(str(path), "the file is not there", "check the path, or copy the file there")) from err
    except OSError as err:
        raise InputError(Fault(str(path), f"cannot be read: {err.strerror}", "check the permissions")) from err
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip():
        raise InputError(Fault(path.name, "is empty", "give a header and at least one row"))
    _check_text(path, data)
    return data


def _check_text(path: Path, data: bytes) -> None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(Fault(path.name, "is in UTF-16, not UTF-8", "save it as CSV UTF-8"))
    if data.startswith(b"PK\x03\x04"):
        raise InputError(Fault(path.name, "is a workbook or an archive, not text", "save the sheet as CSV UTF-8"))
    if b"\x00" in data:
        raise InputError(Fault(path.name, "is not text: it holds zero bytes", "give a CSV table in UTF-8"))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as err:
        row = data.count(b"\n", 0, err.start) + 1
        what = f"is not UTF-8 text (byte {data[err.start]:#04x})"
        mend = "save it as CSV UTF-8; in an old code page its letters cannot be told apart"
        raise InputError(Fault(f"{path.name}:{row}", what, mend)) from err


def _header(path: Path, data: bytes, separator: str) -> tuple[list[str], int]:
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    reader = csv.reader(lines, delimiter=separator)
    try:
        names = [name.strip() for name in next(reader)]
    except csv.Error as err:
        raise InputError(Fault(f"{path.name}:1", f"the header cannot be read: {err}", "mend the quotes")) from err
    if not any(names):
        raise InputError(Fault(f"{path.name}:1", "the header is empty", "the first line must name the columns"))
    return names, reader.line_num


def _parse(
    path: Path, data: bytes, separator: str, columns: int, header_lines: int
) -> tuple[Any, NDArray[np.int64], list[Fault]]:
    ragged: list[Fault] = []

    def keep_fault(row: Any) -> str:
        number = row.number - header_lines + 1
        what = f"{row.actual_columns} values, the header has {row.expected_columns}"
        mend = "a value that holds the separator must stand in quotes" if row.actual_columns > columns else ""
        ragged.append(Fault(f"{path.name}:{number}", what, mend or "give every value, empty ones as well"))
        return "skip"

    names = [f"c{i}" for i in range(columns)]
    try:
        # One thread: only then does the reader say the number of a bad row.
        table = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(use_threads=False, column_names=names, skip_rows=header_lines),
            parse_options=pacsv.ParseOptions(
                delimiter=separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=keep_fault
            ),
            convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid as err:
        if "Empty CSV file" in str(err):
            return pa.table({name: pa.array([], pa.string()) for name in names}), np.empty(0, dtype=np.int64), ragged
        raise InputError(Fault(path.name, f"cannot be read as CSV: {err}", "mend the quotes")) from err
    return table, np.arange(2, table.num_rows + 2, dtype=np.int64), ragged


def _bare(data: bytes, header_lines: int) -> frozenset[int]:
    """Return the numbers of the rows (the header being row 1) whose line holds something, if only separators."""
    lines = data.decode("utf-8", errors="replace").splitlines()[header_lines:]
    return frozenset(number for number, line in enumerate(lines, start=2) if line.strip())


def _quote_faults(path: Path, data: bytes, separator: str, table: Any) -> list[Fault]:
    """Return a fault where a stray quote swallows rows: a quick look first, a strict reading only where needed."""
    quotes = data.count(b'"')
    if quotes == 0:
        return []
    if quotes % 2 == 0 and not any(pc.any(pc.match_substring_regex(c, r"[\r\n]")).as_py() for c in table.columns):
        return []
    lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    records = 0
    try:
        for _ in csv.reader(lines, delimiter=separator, strict=True):
            records += 1
    except csv.Error:
        what = "a quote is opened here and not closed before the next value"
        return [Fault(f"{path.name}:{records + 1}", what, "close it, or double the quotes inside a value")]
    return []


def _without_blank_rows(table: Any, rows: NDArray[np.int64], keep: frozenset[int]) -> tuple[Any, NDArray[np.int64]]:
    """Return the table without rows that hold nothing, but for those to keep; blanks around values are taken off."""
    trimmed = [pc.utf8_trim_whitespace(column) for column in table.columns]
    blank = np.ones(table.num_rows, dtype=bool)
    for column in trimmed:
        if not blank.any():
            break
        blank &= pc.equal(column, "").to_numpy()
    blank[[i for i in np.flatnonzero(blank) if int(rows[i]) in keep]] = False
    table = pa.table(trimmed, names=table.column_names)
    return (table.filter(pa.array(~blank)), rows[~blank]) if blank.any() else (table, rows)
