"""What the rows of a drive test say beside place, cell and level: time, device, speed, error of the position, route."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.io.measurement_table import LogTable
from aqdaq.io.measurement_time import Times, read_times
from aqdaq.io.tables import to_numbers
from aqdaq.model.project import MeasurementSource

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Details:
    """One entry a row of the file.

    Attributes:
        times: time and day.
        device: what measured, empty where nobody said.
        speed_m_s: over ground (m/s), NaN where nobody said.
        accuracy_m: error of the position (m), NaN where nobody said.
        route: name of the drive; never empty.
    """

    times: Times
    device: pd.Series
    speed_m_s: Floats
    accuracy_m: Floats
    route: pd.Series

    @property
    def day(self) -> pd.Series:
        """The day of each row, YYYY-MM-DD, empty where nobody said."""
        return self.times.day

    def columns(self, rows: NDArray[np.int64]) -> dict[str, object]:
        """Return the columns of ``SCHEMA`` that these are, for some entries."""
        return {
            "date": self.day.iloc[rows].reset_index(drop=True),
            "time_s": self.times.time_s[rows],
            "device": self.device.iloc[rows].reset_index(drop=True),
            "speed_m_s": self.speed_m_s[rows],
            "accuracy_m": self.accuracy_m[rows],
            "route": self.route.iloc[rows].reset_index(drop=True),
        }


def read_details(source: MeasurementSource, log: LogTable) -> Details:
    """Return what the rows say; without a column for the route, the drive of a day is the file and the day.

    Raises:
        InputError: most times cannot be read.
    """
    times = read_times(source, log.text("time_column"), log.file)
    device = log.text("device_column")
    factor = 1.0 / 3.6 if source.speed_unit == "km/h" else 1.0
    named = log.text("route_column")
    drive = (log.file + " " + times.day).str.strip()
    return Details(
        times,
        device.mask(device == "", source.device),
        factor * _not_negative(to_numbers(log.text("speed_column"), source.decimal)),
        _not_negative(to_numbers(log.text("accuracy_column"), source.decimal)),
        named.where(named != "", drive),
    )


def _not_negative(values: Floats) -> Floats:
    return np.where(values >= 0.0, values, np.nan)
