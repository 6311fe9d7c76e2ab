"""Tests in the field: what a phone could have had at a place and time, of all the cells that were measured there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.model.measurements import Measurements, Quality, Silent
from aqdaq.model.network import Layer, level_quantity

#: Rows that share these are one test: the cells of a layer measured at one place at one time.
_ONE_TEST: Final = ["layer", "quantity", "x_m", "y_m", "date", "time_s", "visit"]

#: What a test says of where and when it was.
_WHERE: Final = ["x_m", "y_m", "date", "time_s"]


@dataclass(frozen=True, slots=True)
class FieldTests:
    """Tests, one row a layer, quantity, place and time; the strongest cell counts, as it does for a phone.

    Attributes:
        table: columns ``layer`` (Layer as text), ``technology``, ``quantity``, ``x_m``, ``y_m``, ``date``, ``time_s``
            (NaN where nobody said), ``level_dbm`` (dB for RSRQ and SINR, NaN where only silence is known), ``heard``,
            ``visit`` (from 0: how often the same cells were there before) and ``rows`` (rows in the test).
        left_out: rows of cells that no layer has.
    """

    table: pd.DataFrame
    left_out: int

    def __len__(self) -> int:
        """Number of tests."""
        return len(self.table)

    def where(self, keep: NDArray[np.bool_]) -> FieldTests:
        """Return the tests of a (n,) mask."""
        return FieldTests(self.table[keep].reset_index(drop=True), self.left_out)


def field_tests(
    measurements: Measurements,
    layers: Mapping[str, Layer],
    silent: Silent | None = None,
    quality: Quality | None = None,
) -> FieldTests:
    """Return the tests that measurements hold.

    A test was heard when any of its cells was; its level is then that of the strongest heard cell. A test in which
    nothing was heard keeps the highest of the floors below which the levels lay. A place without service is a test of
    every layer that was not there, in which nothing was heard.

    Args:
        measurements: rows of cells.
        layers: layer of each cell by its id.
        silent: places without service.
        quality: RSRQ and SINR of the measurements.
    """
    table = measurements.table
    known = table["cell"].isin(list(layers)).to_numpy(dtype=np.bool_)
    own = table[known]
    parts = [_rows(own, layers, "level_dbm", own["heard"])]
    if quality is not None and len(quality):
        ratios = quality.table.merge(own[["source", "row", "cell", *_WHERE]], on=["source", "row", "cell"])
        parts.append(_rows(ratios, layers, "value_db", pd.Series(data=True, index=ratios.index)))
    if silent is not None and len(silent):
        parts.append(_silent_rows(silent, sorted(set(layers.values()))))
    filled = [part for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else parts[0]
    # Where nobody said the time, a cell that comes again at the same place means that the phone did.
    rows["visit"] = rows.groupby([*_ONE_TEST[:-1], "cell"], dropna=False).cumcount()
    # The heard ones first, the strongest of them first: the first row of a test then speaks for it.
    ascending = [True] * len(_ONE_TEST) + [False, False]
    rows = rows.sort_values([*_ONE_TEST, "heard", "level_dbm"], ascending=ascending, kind="stable")
    sizes = rows.groupby(_ONE_TEST, dropna=False, sort=False)["heard"].transform("size")
    first = rows.assign(rows=sizes).drop(columns="cell").drop_duplicates(_ONE_TEST).reset_index(drop=True)
    return FieldTests(first, int((~known).sum()))


def _rows(table: pd.DataFrame, layers: Mapping[str, Layer], value: str, heard: pd.Series) -> pd.DataFrame:
    """Return rows of cells with their layers; ``value`` names the column of the level (dBm) or ratio (dB)."""
    return pd.DataFrame(
        {
            "cell": table["cell"].to_numpy(),
            "layer": [str(layers[cell]) for cell in table["cell"]],
            "technology": [layers[cell].technology for cell in table["cell"]],
            "quantity": table["quantity"].to_numpy(),
            **{name: table[name].to_numpy() for name in _WHERE},
            "level_dbm": table[value].to_numpy(dtype=np.float64),
            "heard": heard.to_numpy(dtype=np.bool_),
        }
    )


def _silent_rows(silent: Silent, layers: list[Layer]) -> pd.DataFrame:
    """Return a row a place without service and layer that was not there; an empty operator or technology is any."""
    parts = []
    for layer in layers:
        table = silent.table
        gone = table["operator"].isin(["", layer.operator]) & table["technology"].isin(["", layer.technology])
        own = table[gone]
        parts.append(
            pd.DataFrame(
                {
                    "cell": "",
                    "layer": str(layer),
                    "technology": layer.technology,
                    "quantity": level_quantity(layer.technology),
                    **{name: own[name].to_numpy() for name in _WHERE},
                    "level_dbm": own["floor_dbm"].to_numpy(dtype=np.float64),
                    "heard": np.zeros(len(own), dtype=np.bool_),
                }
            )
        )
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
