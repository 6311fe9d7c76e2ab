"""Drive tests: where the car went, and the rows that its phones wrote, a few of them bad."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.pipeline.sample.frame import LABEL, SIDE_M, Rng, to_lon_lat
from aqdaq.pipeline.sample.network import SampleCell
from aqdaq.pipeline.sample.streets import Street

#: The first day of the drive test; the car drives six hours a day from nine o'clock (UTC).
FIRST_DAY: Final = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SECONDS_A_DAY: Final = 6 * 3600

#: Length of the drive (m), a place every so many metres, and the seconds from one to the next.
DRIVE_M: Final = 72_000.0
SPACING_M: Final = 25.0
SECONDS: Final = 4

#: Speed between streets (m/s).
BETWEEN_M_S: Final = 10.0

#: Weakest level that a phone reports (dBm), and how often it reports 1, 2, 3 or 4 cells of a layer.
WEAKEST_DBM: Final = -125.0
REPORTED: Final = (0.38, 0.32, 0.2, 0.1)

#: Share of the rows that are made bad on purpose.
BAD_SHARE: Final = 0.005

COLUMNS: Final = ("time", "lon", "lat", "operator", "cell", "level_dbm", "device")

Row = tuple[str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class DriveTest:
    """Rows of the drive test as text.

    Attributes:
        rows: in the order of ``COLUMNS``.
        places: number of places.
        bad: number of bad rows among them.
    """

    rows: tuple[Row, ...]
    places: int
    bad: int


def drive(rng: Rng, streets: tuple[Street, ...]) -> NDArray[np.float64]:
    """Return (places, 2) local coordinates (m) along main roads and some streets; the south-west is left out."""
    chosen: list[Street] = []
    length_m = 0.0
    order = [streets[n] for n in rng.permutation(len(streets))]
    for street in sorted(order, key=lambda s: s.klass != "main"):
        middle = street.line.interpolate(0.5, normalized=True)
        if street.klass != "main" and middle.x < 0.4 * SIDE_M and middle.y < 0.22 * SIDE_M:
            continue
        if length_m < DRIVE_M and street.line.length > 2.0 * SPACING_M:
            chosen.append(street)
            length_m += street.line.length
    points = []
    for number, street in enumerate(sorted(chosen, key=lambda s: s.id)):
        steps = np.arange(SPACING_M / 2.0, street.line.length, SPACING_M)
        lane_m = rng.uniform(-2.0, 2.0)
        for at in steps if number % 2 == 0 else steps[::-1]:
            point = street.line.interpolate(float(at))
            points.append((point.x + lane_m, point.y + lane_m))
    return np.asarray(np.clip(np.asarray(points), 1.0, SIDE_M - 1.0))


def record(
    rng: Rng, cells: tuple[SampleCell, ...], places: NDArray[np.float64], levels_dbm: NDArray[np.float64]
) -> DriveTest:
    """Return what the phones wrote: at each place the strongest few cells of each layer.

    Args:
        rng: stream of the drive test.
        cells: of the network.
        places: (places, 2) local coordinates (m).
        levels_dbm: (cells, places) received levels (dBm), NaN where nothing arrives.
    """
    layers: dict[tuple[str, str], list[int]] = {}
    for number, cell in enumerate(cells):
        layers.setdefault((cell.operator, cell.technology), []).append(number)
    wanted = rng.choice((1, 2, 3, 4), (len(layers), len(places)), p=REPORTED)
    lon, lat = to_lon_lat(places[:, 0], places[:, 1])
    rows: list[Row] = []
    clock = _clock_s(places)
    for place in range(len(places)):
        seconds = int(clock[place])
        when = FIRST_DAY + dt.timedelta(days=seconds // SECONDS_A_DAY, seconds=seconds % SECONDS_A_DAY)
        stamp = when.isoformat().replace("+00:00", "Z")
        where = (f"{lon[place]:.7f}", f"{lat[place]:.7f}")
        for layer, ((operator, _), members) in enumerate(layers.items()):
            for number in _strongest(levels_dbm[members, place], int(wanted[layer, place])):
                level = f"{levels_dbm[members[number], place]:.1f}"
                rows.append((stamp, *where, operator, cells[members[number]].id, level, f"{LABEL} phone {operator}"))
    bad = _spoil(rng, rows)
    return DriveTest(tuple(rows), len(places), bad)


def _clock_s(places: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return (places,) seconds of driving at each place: the way to the next street takes its time too."""
    way = np.hypot(*np.diff(places, axis=0).T) if len(places) > 1 else np.zeros(0)
    steps = np.maximum(SECONDS, np.ceil(way / BETWEEN_M_S)).astype(np.int64)
    return np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)


def _strongest(levels_dbm: NDArray[np.float64], count: int) -> list[int]:
    """Return the indices of the strongest ``count`` levels that a phone can report."""
    order = np.argsort(-np.nan_to_num(levels_dbm, nan=-999.0), kind="stable")[:count]
    return [int(n) for n in order if levels_dbm[n] > WEAKEST_DBM]


def _spoil(rng: Rng, rows: list[Row]) -> int:
    """Make a few rows bad in place, as in life: an unknown cell, no number, a place far away. Return how many."""
    chosen = sorted(rng.choice(len(rows), round(BAD_SHARE * len(rows)), replace=False).tolist())
    for number, at in enumerate(chosen):
        time, lon, lat, operator, cell, level, device = rows[at]
        if number % 3 == 0:
            cell = f"{operator}-99-L1"
        elif number % 3 == 1:
            level = "n/a"
        else:
            lat = f"{float(lat) + 0.5:.7f}"
        rows[at] = (time, lon, lat, operator, cell, level, device)
    return len(chosen)
