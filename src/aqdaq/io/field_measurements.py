"""Reads measurements of the field of base stations: broadband and frequency-selective, with their uncertainty.

A measurement is of the traffic of its moment. Every row that is not clear is a fault: nothing in a protocol is guessed.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.hints import capped, nearest, shown
from aqdaq.io.receptors import ReceptorsRead
from aqdaq.io.tables import missing_columns, read_csv_columns, to_numbers
from aqdaq.io.vector import read_vector
from aqdaq.model.field_measurement import KINDS, PHASES, UNITS, FieldMeasurements

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

#: How a table says yes and no; an empty text is no.
_FLAGS: Final = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}
#: An expanded uncertainty above this is a slip of the pen (dB).
MOST_DB: Final = 30.0

_REQUIRED: Final = ("id", "time", "instrument", "kind", "value", "unit")
_NUMBERS: Final = (
    "x", "y", "lon", "lat", "z", "height_m", "frequency_mhz", "from_mhz", "to_mhz", "value", "uncertainty_db",
    "uncertainty_percent",
)  # fmt: skip
_OPTIONAL: Final = (*_NUMBERS, "below_detection", "phase")
_PLACES: Final = (("x", "y"), ("lon", "lat"))
_HEIGHTS: Final = ("z", "height_m")


def read_field_measurements(path: Path) -> FieldMeasurements:
    """Read measurements of the field from a CSV table or a GeoPackage of points (docs/exposure.md, Measurements).

    Args:
        path: the file; a point of a GeoPackage stands for the columns of the place, ``z`` or ``height_m`` stay columns.

    Raises:
        InputError: the file is no such table, or rows are not clear: every one is named, with what to do about it.
    """
    frame = _read_points(path) if path.suffix.lower() == ".gpkg" else _read_table(path)
    there = [str(name) for name in frame.columns]
    faults = _column_faults(path.name, there)
    if faults:
        raise InputError(faults)
    reading = _Reading(path.name, frame)
    found = reading.measurements()
    if reading.faults:
        raise InputError(capped(sorted(reading.faults, key=_row_of), path.name))
    return found


def as_receptors(measurements: FieldMeasurements) -> ReceptorsRead:
    """Return the places of measurements as receptors, without a material around them."""
    found = measurements
    return ReceptorsRead(
        found.source, found.row, found.id, found.place, found.geographic, found.height_m, found.above_ground,
        ("",) * len(found), (),
    )  # fmt: skip


def _read_table(path: Path) -> pd.DataFrame:
    return read_csv_columns(path, required=_REQUIRED, optional=(*_REQUIRED, *_OPTIONAL), keep_bare_rows=True)


def _read_points(path: Path) -> pd.DataFrame:
    """Return the features as a table of text with degrees for their points.

    Raises:
        InputError: it is no GeoPackage, or a feature is no point.
    """
    features = read_vector(path, crs="EPSG:4326")
    shapes = features.geometry
    bad = [n for n, kind in enumerate(shapes.geom_type) if kind != "Point"]
    if bad:
        raise InputError([Fault(f"{path.name}:{n + 1}", "is no point", "give each place as a point") for n in bad])
    table = pd.DataFrame(features.drop(columns=features.geometry.name))
    kept = [name for name in table.columns if name in (*_REQUIRED, *_OPTIONAL) and name not in ("x", "y")]
    text = pd.DataFrame({name: [_text(value) for value in table[name]] for name in kept}, dtype="str")
    text["lon"], text["lat"] = ([repr(float(v)) for v in values] for values in (shapes.x, shapes.y))
    text.index = pd.Index(np.arange(1, len(text) + 1), name="row")
    faults = missing_columns(path.name, list(text.columns), _REQUIRED)
    if faults:
        raise InputError(faults)
    return text


def _text(value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return str(value).strip()


def _column_faults(file: str, there: list[str]) -> list[Fault]:
    faults = []
    places = [pair for pair in _PLACES if all(name in there for name in pair)]
    heights = [name for name in _HEIGHTS if name in there]
    if len(places) != 1:
        what = "places are given twice" if places else "no columns of a place"
        faults.append(Fault(f"{file}:1", what, "give x,y (metres of the project) or lon,lat (degrees)"))
    if len(heights) != 1:
        what = "heights are given twice" if heights else "no column of a height"
        faults.append(Fault(f"{file}:1", what, "give z (above the datum) or height_m (above the ground)"))
    return faults


class _Reading:
    """The columns of a table on their way to measurements, and what is wrong with them."""

    def __init__(self, file: str, frame: pd.DataFrame) -> None:
        self.file, self.frame = file, frame
        self.rows = [int(row) for row in frame.index]
        self.faults: list[Fault] = []
        self.numbers = {name: self._number(name) for name in _NUMBERS}

    def measurements(self) -> FieldMeasurements:
        """Return the measurements; they are good only when no fault was found."""
        numbers = self.numbers
        geographic, above = "lon" in self.frame.columns, "height_m" in self.frame.columns
        days = self._days()
        kind = self._word("kind", KINDS, f"say which: {' or '.join(KINDS)}")
        unit = self._word("unit", tuple(UNITS), f"the unit is never guessed: give one of {', '.join(UNITS)}")
        selective = np.array([name == "selective" for name in kind], dtype=np.bool_)
        low, high = self._range(selective)
        self._check_places(geographic, above)
        self._check_values()
        for name in ("id", "instrument"):
            self._need(name, self._texts(name) == "", f"{name} is empty", f"name the {_NOUN[name]}")
        place = [numbers[name] for name in (("lon", "lat") if geographic else ("x", "y"))]
        return FieldMeasurements(
            self.file, np.array(self.rows, dtype=np.int64), tuple(self._texts("id")), tuple(self._texts("time")), days,
            np.column_stack(place), geographic, numbers["height_m" if above else "z"], above,
            tuple(self._texts("instrument")), selective, low, high, numbers["value"], unit, numbers["uncertainty_db"],
            numbers["uncertainty_percent"], self._flags(),
            self._word("phase", PHASES, "before, after, or nothing: the day then decides"),
        )  # fmt: skip

    def _texts(self, name: str) -> NDArray[np.object_]:
        if name not in self.frame.columns:
            return np.full(len(self.frame), "", dtype=object)
        return self.frame[name].to_numpy(dtype=object)

    def _number(self, name: str) -> Float:
        """Return a column of numbers, NaN where it is empty; a text that is no number is a fault."""
        if name not in self.frame.columns:
            return np.full(len(self.frame), np.nan)
        found, texts = to_numbers(self.frame[name]), self._texts(name)
        for n in np.flatnonzero(np.isnan(found) & (texts != "")).tolist():
            self._fault(n, f"{name} {shown(texts[n])} is no number", "give a number with a point before the decimals")
        return found

    def _fault(self, n: int, what: str, mend: str) -> None:
        self.faults.append(Fault(f"{self.file}:{self.rows[n]}", what, mend))

    def _need(self, name: str, bad: Bool, what: str, mend: str) -> None:
        """Note a fault in each bad row, unless the text is no number, which was said already."""
        texts = self._texts(name)
        unread = np.isnan(self.numbers[name]) & (texts != "") if name in self.numbers else np.zeros_like(bad)
        for n in np.flatnonzero(bad & ~unread).tolist():
            self._fault(n, what, mend)

    def _word(self, name: str, known: tuple[str, ...], mend: str) -> tuple[str, ...]:
        """Return a column of known words, case ignored; any other text is a fault."""
        texts = self._texts(name)
        words = tuple(str(text).casefold() for text in texts)
        for n, word in enumerate(words):
            if word not in known:
                close = nearest(word, [k for k in known if k]) if word else None
                what = f"{name} {shown(texts[n])} is not known" if word else f"{name} is missing"
                self._fault(n, what, f"did you mean {close!r}? {mend}" if close else mend)
        return words

    def _flags(self) -> Bool:
        words = self._word("below_detection", tuple(_FLAGS), "yes or no")
        return np.array([_FLAGS.get(word, False) for word in words], dtype=np.bool_)

    def _days(self) -> tuple[dt.date, ...]:
        days = []
        for n, text in enumerate(self._texts("time")):
            try:
                days.append(dt.datetime.fromisoformat(str(text)).date())
            except ValueError:
                what = f"time {shown(text)} cannot be read" if text else "time is missing"
                self._fault(n, what, "write 2026-05-04T14:30 or 2026-05-04: a measurement is of its moment")
                days.append(dt.date.min)
        return tuple(days)

    def _range(self, selective: Bool) -> tuple[Float, Float]:
        """Return the range of frequencies of each row (MHz): one frequency is a range without width."""
        one, low, high = (self.numbers[name] for name in ("frequency_mhz", "from_mhz", "to_mhz"))
        alone, pair = np.isfinite(one), np.isfinite(low) & np.isfinite(high)
        half = np.isfinite(low) != np.isfinite(high)
        mend = "give frequency_mhz, or from_mhz and to_mhz"
        none = selective & ~alone & ~pair & ~half & ~self._unread("frequency_mhz", "from_mhz", "to_mhz")
        self._need("kind", none, "a selective row without a frequency", mend)
        self._need("from_mhz", half & ~self._unread("from_mhz", "to_mhz"), "half of a range of frequencies", mend)
        self._need("frequency_mhz", alone & (pair | half), "a frequency and a range of frequencies", mend)
        self._need("frequency_mhz", alone & (one <= 0.0), "frequency_mhz is not above 0", mend)
        self._need("from_mhz", pair & ((low <= 0.0) | (high < low)), "from_mhz to to_mhz is no range", mend)
        return np.where(alone, one, low), np.where(alone, one, high)

    def _unread(self, *names: str) -> Bool:
        bad = [np.isnan(self.numbers[name]) & (self._texts(name) != "") for name in names]
        return np.asarray(np.any(bad, axis=0))

    def _check_places(self, geographic: bool, above: bool) -> None:
        across, along = ("lon", "lat") if geographic else ("x", "y")
        height = "height_m" if above else "z"
        for name in (across, along, height):
            self._need(name, np.isnan(self.numbers[name]), f"{name} is missing", "say where the probe stood")
        if geographic:
            beyond = (np.abs(self.numbers["lon"]) > 180.0) | (np.abs(self.numbers["lat"]) > 90.0)
            self._need("lon", beyond, "longitude beyond 180 or latitude beyond 90 degrees", "degrees, WGS 84")
        if above:
            self._need("height_m", self.numbers["height_m"] < 0.0, "height_m is negative", "metres above the ground")

    def _check_values(self) -> None:
        value, decibels, percent = (self.numbers[n] for n in ("value", "uncertainty_db", "uncertainty_percent"))
        mend = "below the detection limit: give that limit as value and below_detection = yes"
        self._need("value", np.isnan(value), "value is missing", mend)
        self._need("value", value <= 0.0, "value is not above 0", mend)
        both = np.isfinite(decibels) & np.isfinite(percent)
        self._need(
            "uncertainty_db", both, "the uncertainty is given twice", "in dB or in per cent, as the protocol does"
        )
        mend = "expanded uncertainty, k = 2, above 0; leave it empty where nobody knows it"
        self._need("uncertainty_db", (decibels <= 0.0) | (decibels > MOST_DB), "uncertainty_db is impossible", mend)
        self._need("uncertainty_percent", percent <= 0.0, "uncertainty_percent is not above 0", mend)


_NOUN: Final = {"id": "place", "instrument": "instrument and its probe"}


def _row_of(fault: Fault) -> int:
    tail = fault.where.rpartition(":")[2]
    return int(tail) if tail.isdigit() else 0
