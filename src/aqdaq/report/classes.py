"""Classes of levels, probabilities, SINR and evidence: the same for a map, its legend and its table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.model.coverage import Coverage, Evidence
from aqdaq.model.definition import ServiceDefinition
from aqdaq.report.texts import Texts

#: Ends of the 10 dB classes of a level (dBm) per quantity; the thresholds of the definitions are added to them.
_LEVEL_RANGE_DBM: Final = {"RSRP": (-130, -70), "RSCP": (-120, -60), "RxLev": (-110, -50), "RSSI": (-120, -50)}

#: Ends of the classes of SINR (dB).
SINR_EDGES_DB: Final = (-5.0, 0.0, 5.0, 10.0, 15.0, 20.0)

#: Ends of the classes of probability; the bound of the definition is added to them.
_PROBABILITY_EDGES: Final = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)

#: Evidence in the order of legends and tables.
EVIDENCE_ORDER: Final = (Evidence.MEASURED, Evidence.PREDICTED, Evidence.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ClassCount:
    """One class of a raster.

    Attributes:
        low: lower end, included; None where the class is open below or unknown.
        high: upper end, not included; None where the class is open above or unknown.
        pixels: how many.
        people: persons there; None where nobody knows the people.
    """

    low: float | None
    high: float | None
    pixels: int
    people: float | None

    @property
    def known(self) -> bool:
        """Whether the pixels of the class have a value."""
        return self.low is not None or self.high is not None


def level_edges_dbm(coverage: Coverage, definitions: tuple[ServiceDefinition, ...]) -> tuple[float, ...]:
    """Return the ends of the level classes (dBm) of a layer: tens, and the thresholds that judge it."""
    low, high = _LEVEL_RANGE_DBM.get(coverage.quantity, _LEVEL_RANGE_DBM["RSSI"])
    thresholds = {d.threshold_dbm[coverage.layer.technology] for d in definitions if d.judges(coverage.layer)}
    return tuple(sorted({float(edge) for edge in range(low, high + 1, 10)} | thresholds))


def probability_edges(definition: ServiceDefinition) -> tuple[float, ...]:
    """Return the ends of the probability classes, the bound of the definition among them."""
    return tuple(sorted({*_PROBABILITY_EDGES, definition.bound}))


def classify(values: NDArray[Any], edges: tuple[float, ...]) -> NDArray[np.uint8]:
    """Return the class of each pixel: 0 where there is no value, 1 below the first edge, and so on.

    Args:
        values: raster; NaN is unknown.
        edges: rising ends of the classes; the lower end belongs to the class.
    """
    known = np.isfinite(values)
    # Compared in the type of the raster, so that a level exactly at a threshold is not below it.
    found = np.digitize(np.where(known, values, 0.0), np.asarray(edges, dtype=values.dtype)) + 1
    return np.where(known, found, 0).astype(np.uint8)


def count_classes(
    values: NDArray[Any], edges: tuple[float, ...], people: NDArray[np.float32] | None
) -> tuple[ClassCount, ...]:
    """Return pixels and people per class, low to high, the unknown last."""
    number = len(edges) + 2
    pixels, persons = count_codes(classify(values, edges), number, people)
    ends: list[float | None] = [None, *edges, None]
    known = [ClassCount(ends[i - 1], ends[i], pixels[i], persons[i]) for i in range(1, number)]
    return (*known, ClassCount(None, None, pixels[0], persons[0]))


def count_codes(
    codes: NDArray[np.uint8], number: int, people: NDArray[np.float32] | None
) -> tuple[list[int], list[float | None]]:
    """Return pixels and people of the codes 0 to ``number - 1``."""
    flat = codes.ravel()
    pixels = [int(count) for count in np.bincount(flat, minlength=number)]
    if people is None:
        return pixels, [None] * number
    weights = np.nan_to_num(people, nan=0.0).astype(np.float64).ravel()
    return pixels, [float(total) for total in np.bincount(flat, weights=weights, minlength=number)]


def class_label(low: float | None, high: float | None, unit: str, texts: Texts) -> str:
    """Return the class in words; with neither end it is the unknown."""
    if low is None and high is None:
        return texts.say("class-unknown")
    if low is None:
        return texts.say("class-below", high=_short(high, texts), unit=unit).strip()
    if high is None:
        return texts.say("class-above", low=_short(low, texts), unit=unit).strip()
    return texts.say("class-between", low=_short(low, texts), high=_short(high, texts), unit=unit).strip()


def edge_labels(edges: tuple[float, ...], unit: str, texts: Texts) -> list[str]:
    """Return the labels of the known classes, low to high."""
    ends: list[float | None] = [None, *edges, None]
    return [class_label(low, high, unit, texts) for low, high in pairwise(ends)]


def _short(value: float | None, texts: Texts) -> str:
    digits = 0 if value is None or float(value).is_integer() else (1 if round(value, 1) == value else 3)
    return texts.number(value, digits)
