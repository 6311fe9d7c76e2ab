"""Ratios that a log holds beside its levels: RSRQ (Ec/No in UMTS) and SINR, each of its own kind."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.io.measurement_reasons import Rows
from aqdaq.io.measurement_table import LogTable
from aqdaq.io.reporting import REPORTED, from_report
from aqdaq.io.tables import to_numbers
from aqdaq.model.measurements import QUALITY_SCHEMA, Quality, joined_frame

#: Ratios (dB) that a receiver can report; what lies outside is not one. TS 36.133, TS 38.133, TS 25.133.
POSSIBLE_DB: Final = {"RSRQ": (-50.0, 20.0), "SINR": (-40.0, 50.0)}

_COLUMNS: Final = {"RSRQ": "rsrq_column", "SINR": "sinr_column"}


def read_quality(rows: Rows, log: LogTable, used: NDArray[np.int64]) -> Quality:
    """Return the ratios of the measurements that are used; a field without a possible one is left out.

    Args:
        rows: of the table.
        log: the table.
        used: entries of the samples that are used.
    """
    place = rows.samples.place[used]
    ids = rows.of_cells([cell.id for cell in rows.cells])[used]
    parts = []
    for quantity, key in _COLUMNS.items():
        if not log.has(key):
            continue
        value_db = _ratios(rows, log, quantity, key)[place]
        low, high = POSSIBLE_DB[quantity]
        good = (value_db >= low) & (value_db <= high)
        part = {
            "source": pd.Series([log.file] * int(good.sum()), dtype="str"),
            "row": log.rows[place][good],
            "cell": pd.Series(ids[good], dtype="str"),
            "quantity": pd.Series([quantity] * int(good.sum()), dtype="str"),
            "value_db": value_db[good],
        }
        parts.append(pd.DataFrame(part))
    return Quality(joined_frame(parts, QUALITY_SCHEMA))


def _ratios(rows: Rows, log: LogTable, quantity: str, key: str) -> NDArray[np.float64]:
    """Return the ratios of all rows of the table (dB)."""
    numbers = to_numbers(log.text(key), rows.source.decimal)
    if rows.source.unit != "reported":
        return numbers * (rows.source.sinr_step_db if quantity == "SINR" else 1.0)
    found = np.full(len(numbers), np.nan)
    technology = rows.seen.frame["technology"].to_numpy(dtype=object)
    for name in np.unique(technology):
        here = technology == name
        scale = REPORTED.get((name or "LTE", quantity))
        if scale is not None:
            found[here] = from_report(numbers[here], scale)
    return found
