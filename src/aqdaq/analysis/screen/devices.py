"""Devices that read low or high: compared with others at the same places, or with a prediction.

Two devices are compared by the median of their differences on the same cell within the same square of 25 m; shadowing
is the same there. The offsets of all devices that are linked by such places follow by least squares, with the majority
at zero. Rows are not corrected: they count less, and the offset is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from aqdaq.analysis.screen.findings import Finding, Judgement
from aqdaq.analysis.screen.log import MAD_TO_SD, MEDIAN_ERROR, Floats, Ints, Log, medians, numbered, pixels, spreads
from aqdaq.analysis.screen.steps import error_weight

#: Side of the squares within which a cell's level is taken as one (m).
PIXEL_M: Final = 25.0
#: Two devices are compared when they share so many squares.
SHARED_PIXELS: Final = 10
#: Each device at a place is compared with so many others at most; the result does not need all pairs.
LAGS: Final = 7
#: At most so many devices, those with most shared places, are compared.
MOST_DEVICES: Final = 300
#: Phones differ by 2 to 4 dB and sit differently in a car; beyond this (dB) and three standard errors one is wrong.
OFFSET_DB: Final = 5.0
SIGMAS: Final = 3.0
#: Least standard error (dB), however many places are shared.
LEAST_ERROR_DB: Final = 0.2

#: Against a prediction: its error differs between kinds of places, so the bound (dB) is wider.
PREDICTED_OFFSET_DB: Final = 8.0
#: Side of squares taken as independent (m), how many are needed, and the error of a cell's site data (dB).
TILE_M: Final = 100.0
TILES: Final = 10
CELL_ERROR_DB: Final = 6.0
#: Of two devices the one whose residual is nearer the others' by this (dB) is taken as the right one.
PREFERRED_DB: Final = 3.0


@dataclass(frozen=True, slots=True)
class DeviceOffset:
    """How much a device reads higher than others.

    Attributes:
        device: its name, or ``log NAME`` where the table names none.
        offset_db: positive when it reads high (dB).
        error_db: standard error of the offset (dB).
        rows: of the device.
        places: squares by which it was compared.
        against: ``devices`` at the same places, or the ``prediction``.
        majority: most of the devices it is compared with agree; without, nobody knows which one is wrong.
    """

    device: str
    offset_db: float
    error_db: float
    rows: int
    places: int
    against: str
    majority: bool


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Devices compared two by two; arrays have shape (pairs,)."""

    low: Ints
    high: Ints
    difference_db: Floats
    error_db: Floats
    places: Ints


def devices(log: Log) -> tuple[list[Judgement], tuple[DeviceOffset, ...]]:
    """Return the devices that read low or high, and the offsets of all that could be compared."""
    heard = log.subset(log.heard)
    if not len(heard):
        return [], ()
    shared = _by_shared_places(heard)
    compared = {offset.device for offset in shared}
    alone = [n for n in np.unique(heard.device).tolist() if heard.names.device[n] not in compared]
    offsets = (*shared, *offsets_by_residual(heard, np.array(alone, dtype=np.int64)))
    number = {name: n for n, name in enumerate(heard.names.device)}
    offsets = _resolved(offsets, _preferred(heard, shared, number))
    made = [_judged(log, offset, number[offset.device]) for offset in offsets if _beyond(offset)]
    return made, offsets


def _resolved(offsets: tuple[DeviceOffset, ...], right: set[str]) -> tuple[DeviceOffset, ...]:
    """Return the offsets with the devices that residuals show to be right at zero."""
    if not right:
        return offsets
    zero = float(np.mean([offset.offset_db for offset in offsets if offset.device in right]))
    return tuple(
        offset if offset.majority else replace(offset, offset_db=offset.offset_db - zero, majority=True)
        for offset in offsets
    )


def _beyond(offset: DeviceOffset) -> bool:
    """Return whether an offset is too large and significant; without a majority, two devices differ by twice it."""
    bound = PREDICTED_OFFSET_DB if offset.against == "prediction" else OFFSET_DB
    size = abs(offset.offset_db) * (1.0 if offset.majority else 2.0)
    return size > bound and size > SIGMAS * offset.error_db


def _judged(log: Log, offset: DeviceOffset, device: int) -> Judgement:
    mask = log.device == device
    weight, rows = error_weight(offset.offset_db), int(mask.sum())
    way = "high" if offset.offset_db > 0.0 else "low"
    than = "than the prediction" if offset.against == "prediction" else f"than others at {offset.places} same places"
    doubt = "" if offset.majority else "; which of them is right is not known, so each is given its part"
    what = (
        f"{offset.device}: reads {abs(offset.offset_db):.1f} dB too {way} ({offset.error_db:.1f} dB standard error) "
        f"{than}{doubt}; not corrected, {rows} rows count for {weight:.2f}"
    )
    figures = {"offset_db": offset.offset_db, "error_db": offset.error_db, "weight": weight}
    return Judgement(Finding("device", what, rows, "downweighted", figures), log.row[mask], weight)


def _by_shared_places(log: Log) -> tuple[DeviceOffset, ...]:
    pairs = _pairs(log)
    if not len(pairs.low):
        return ()
    known = np.unique(np.concatenate([pairs.low, pairs.high]))
    low, high = np.searchsorted(known, pairs.low), np.searchsorted(known, pairs.high)
    links = coo_array((np.ones(len(low)), (low, high)), shape=(len(known), len(known)))
    parts, of_part = connected_components(links, directed=False)
    rows = np.bincount(log.device, minlength=len(log.names.device))
    found = []
    for part in range(parts):
        members = np.flatnonzero(of_part == part)
        own = np.isin(low, members)
        at_low, at_high = np.searchsorted(members, low[own]), np.searchsorted(members, high[own])
        offset, error = _solved(at_low, at_high, pairs.difference_db[own], pairs.error_db[own], len(members))
        places = np.bincount(at_low, pairs.places[own], len(members)) + np.bincount(
            at_high, pairs.places[own], len(members)
        )
        agreed = len(members) > 2 and bool((np.abs(offset) <= OFFSET_DB).mean() > 0.5)
        found += [
            DeviceOffset(
                log.names.device[known[one]], float(offset[n]), float(error[n]), int(rows[known[one]]), int(places[n]),
                "devices", agreed,
            )
            for n, one in enumerate(members)
        ]  # fmt: skip
    return tuple(found)


def _pairs(log: Log) -> _Pairs:
    """Return the differences of devices that share enough squares."""
    spot = pixels(log, PIXEL_M)
    key = numbered(spot, log.cell, log.quantity)
    entry = numbered(key, log.device)
    first = np.unique(entry, return_index=True)[1]
    level = medians(entry, log.level_dbm, len(first))
    key, spot, device = key[first], spot[first], log.device[first]
    low, high, away, where = [], [], [], []
    for lag in range(1, min(LAGS, len(key) - 1) + 1):
        same = key[lag:] == key[:-lag]
        low.append(device[:-lag][same])
        high.append(device[lag:][same])
        away.append((level[lag:] - level[:-lag])[same])
        where.append(spot[lag:][same])
    nobody = np.zeros(0, dtype=np.int64)
    if not low or not sum(len(part) for part in low):
        return _Pairs(nobody, nobody, np.zeros(0), np.zeros(0), nobody)
    return _medians_of_pairs(*(np.concatenate(part) for part in (low, high, away, where)))


def _medians_of_pairs(low: Ints, high: Ints, away: Floats, where: Ints) -> _Pairs:
    pair = numbered(low, high)
    first = np.unique(pair, return_index=True)[1]
    spots = np.bincount(np.unique(np.stack([pair, where]), axis=1)[0])
    middle, spread = medians(pair, away, len(first)), spreads(pair, away, len(first))
    error = np.maximum(MEDIAN_ERROR * spread / np.sqrt(spots), LEAST_ERROR_DB)
    enough = spots >= SHARED_PIXELS
    devices = int(high.max()) + 1
    shared = np.bincount(low[first], spots * enough, devices) + np.bincount(high[first], spots * enough, devices)
    chosen = np.argsort(-shared, kind="stable")[:MOST_DEVICES]
    enough &= np.isin(low[first], chosen) & np.isin(high[first], chosen)
    return _Pairs(
        low[first][enough], high[first][enough], middle[enough], error[enough], spots[enough].astype(np.int64)
    )


def _solved(low: Ints, high: Ints, difference_db: Floats, error_db: Floats, size: int) -> tuple[Floats, Floats]:
    """Return the offsets of linked devices with their median at zero, and their standard errors."""
    weight = 1.0 / error_db**2
    normal = np.zeros((size, size))
    right = np.zeros(size)
    for a, b, w, d in zip(low, high, weight, difference_db, strict=True):
        normal[a, a] += w
        normal[b, b] += w
        normal[a, b] -= w
        normal[b, a] -= w
        right[b] += w * d
        right[a] -= w * d
    inverse = np.linalg.pinv(normal, hermitian=True)
    offset = inverse @ right
    return offset - np.median(offset), np.sqrt(np.maximum(np.diag(inverse), 0.0))


def offsets_by_residual(log: Log, alone: Ints) -> tuple[DeviceOffset, ...]:
    """Return the offsets of devices against a prediction, for those that share no place with another.

    A device's residuals are compared with those of the other devices on the same cell; on a cell that no other
    measured, with the residuals of all others, which leaves the error of that cell's site data in the result.

    Args:
        log: rows with ``residual_db``.
        alone: numbers of the devices.
    """
    known = log.subset(np.isfinite(log.residual_db) & log.heard)
    found = []
    for device in alone.tolist()[:MOST_DEVICES]:
        own = known.device == device
        if not own.any() or own.all():
            continue
        offset = _against_others(known.subset(own), known.subset(~own))
        if offset is not None:
            middle, error, places = offset
            name, rows = known.names.device[device], int((log.device == device).sum())
            found.append(DeviceOffset(name, middle, error, rows, places, "prediction", majority=True))
    return tuple(found)


def _against_others(own: Log, others: Log) -> tuple[float, float, int] | None:
    """Return the offset (dB), its standard error (dB) and the number of squares; None where there are too few."""
    cells = len(own.names.cell)
    theirs = medians(others.cell, others.residual_db, cells)
    all_of_them = float(np.nanmedian(theirs))
    alike = np.isfinite(theirs)
    away = own.residual_db - np.where(alike, theirs, all_of_them)[own.cell]
    tile = pixels(own, TILE_M)
    each = medians(tile, away, int(tile.max()) + 1)
    if len(each) < TILES:
        return None
    middle = float(np.median(each))
    spread = MAD_TO_SD * float(np.median(np.abs(each - middle)))
    strange = ~alike[own.cell]
    by_cells = CELL_ERROR_DB**2 * strange.mean() / max(1, len(np.unique(own.cell[strange])))
    return middle, float(np.sqrt((MEDIAN_ERROR * spread) ** 2 / len(each) + by_cells)), len(each)


def _preferred(log: Log, shared: tuple[DeviceOffset, ...], number: dict[str, int]) -> set[str]:
    """Return the devices without a majority that the residuals show to be right, where residuals are known."""
    known = np.isfinite(log.residual_db)
    doubted = [offset.device for offset in shared if not offset.majority and _beyond(offset)]
    if not known.any() or not doubted:
        return set()
    size = len(log.names.device)
    middle = medians(log.device[known], log.residual_db[known], size)
    others = [n for n in np.flatnonzero(np.isfinite(middle)).tolist() if log.names.device[n] not in doubted]
    zero = float(np.median(middle[others])) if others else 0.0
    away = {name: abs(float(middle[number[name]]) - zero) for name in doubted}
    nearest = min(away.values())
    farthest = max(away.values())
    if not np.isfinite(farthest) or farthest - nearest < PREFERRED_DB:
        return set()
    return {name for name, far in away.items() if far - nearest < PREFERRED_DB}
