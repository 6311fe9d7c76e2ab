"""The tables of a run as one workbook, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from aqdaq.base.errors import OutputError
from aqdaq.report.columns import file_digits, is_number

#: Rows of a sheet, header included.
MAX_ROWS: Final = 1_048_576

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
_WIDTHS: Final = (8, 60)
_HEADER_FONT: Final = Font(bold=True, color="FFFFFF")
_HEADER_FILL: Final = PatternFill("solid", fgColor="1F4E79")


def write_workbook(
    frames: Mapping[str, pd.DataFrame], path: Path, *, title: str, date: dt.date, max_rows: int = MAX_ROWS
) -> None:
    """Write a workbook: a sheet of contents, then one sheet a table.

    A table with more rows than a sheet holds is cut, and its last row says how many are missing and where they are.

    Args:
        frames: name of the sheet to its table.
        path: of the workbook.
        title: what the workbook is about; it heads the contents.
        date: of the run; it is also the date of creation in the file.
        max_rows: rows that a sheet may have, header included.

    Raises:
        OutputError: the file cannot be written.
    """
    book = Workbook(write_only=True)
    book.properties.title = _clean(title)
    book.properties.creator = "aqdaq"
    book.properties.created = dt.datetime.combine(date, dt.time())
    _write_contents(book.create_sheet("contents"), frames, title, date)
    for name, frame in frames.items():
        _write_sheet(book.create_sheet(name), name, frame, max_rows)
    buffer = io.BytesIO()
    book.save(buffer)
    try:
        path.write_bytes(_without_clock(buffer.getvalue(), date))
    except OSError as err:
        raise OutputError(f"{path}: cannot be written: {err}") from err


def _write_contents(sheet: Any, frames: Mapping[str, pd.DataFrame], title: str, date: dt.date) -> None:
    sheet.column_dimensions["A"].width = 28
    sheet.column_dimensions["B"].width = 12
    heading = _cell(sheet, title)
    heading.font = Font(bold=True, size=14)
    sheet.append([heading])
    sheet.append([_cell(sheet, date.isoformat())])
    sheet.append([])
    sheet.append([_header(sheet, "sheet"), _header(sheet, "rows")])
    for name, frame in frames.items():
        sheet.append([_cell(sheet, name), _cell(sheet, len(frame))])


def _write_sheet(sheet: Any, name: str, frame: pd.DataFrame, max_rows: int) -> None:
    for number, column in enumerate(frame.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(frame[column])
    sheet.freeze_panes = "A2"
    if len(frame.columns):
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(frame.columns))}{min(len(frame) + 1, max_rows)}"
    sheet.append([_header(sheet, str(column)) for column in frame.columns])
    fits = len(frame) + 1 <= max_rows
    shown = len(frame) if fits else max_rows - 2
    formats = [_number_format(frame[column]) for column in frame.columns]
    for values in _rows(frame.iloc[:shown]):
        sheet.append([_cell(sheet, value, form) for value, form in zip(values, formats, strict=True)])
    if not fits:
        missing = len(frame) - shown
        sheet.append([_cell(sheet, f"{missing} more rows do not fit in a sheet: they stand in {name}.csv")])


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    columns = [_values(frame[column]) for column in frame.columns]
    return zip(*columns, strict=True)


def _values(column: pd.Series) -> list[Any]:
    """Return plain Python values: floats with the decimals of their unit, None where missing."""
    if is_number(column) and pd.api.types.is_float_dtype(column):
        rounded = np.round(column.to_numpy(dtype=np.float64), file_digits(str(column.name))) + 0.0
        return [None if np.isnan(value) else float(value) for value in rounded]
    if is_number(column) or pd.api.types.is_bool_dtype(column):
        return list(column.tolist())
    return [None if pd.isna(value) else str(value) for value in column]


def _cell(sheet: Any, value: Any, number_format: str = "General") -> Cell:
    if not isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = number_format
        return cell
    cell = WriteOnlyCell(sheet, value=_clean(value))
    # Text stays text: a name that begins with "=" is no formula.
    cell.data_type = "s"
    return cell


def _header(sheet: Any, text: str) -> Cell:
    cell = _cell(sheet, text)
    cell.font, cell.fill = _HEADER_FONT, _HEADER_FILL
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _clean(text: str) -> str:
    return str(ILLEGAL_CHARACTERS_RE.sub("?", text))


def _number_format(column: pd.Series) -> str:
    if not (is_number(column) and pd.api.types.is_float_dtype(column)):
        return "General"
    return "0." + "0" * file_digits(str(column.name))


def _width(column: pd.Series) -> float:
    """Return a width (characters) for the header and the first rows."""
    longest = 11 if is_number(column) else max((len(str(value)) for value in column.iloc[:200]), default=0)
    low, high = _WIDTHS
    return float(min(max(longest, len(str(column.name)), low) + 2, high))


def _without_clock(data: bytes, date: dt.date) -> bytes:
    """Return the workbook with the time of writing replaced by the date of the run."""
    stamp = f"{date.isoformat()}T00:00:00Z".encode()
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", compression=zipfile.ZIP_DEFLATED) as out,
    ):
        for name in source.namelist():
            body = source.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, body)
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            out.writestr(info, body)
    return target.getvalue()
