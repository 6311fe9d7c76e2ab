"""How the white spots of a definition fall on the districts; what lies outside them is a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize

from aqdaq.model.grid import Grid
from aqdaq.model.whitespot import WhiteSpot
from aqdaq.report.content import ReportContent

#: Name of the row for what lies in no district, in the files.
OUTSIDE = "(outside districts)"


@dataclass(frozen=True, slots=True)
class DistrictShare:
    """What one district holds under one definition.

    Attributes:
        district: its name, or ``OUTSIDE``.
        whitespots: how many white spots reach into it.
        area_m2: their area in it (m2).
        people: persons affected in it, each once; None where nobody knows the people.
        district_area_m2: its own area on the grid (m2).
        district_people: persons who live in it; None where nobody knows the people.
    """

    district: str
    whitespots: int
    area_m2: float
    people: float | None
    district_area_m2: float
    district_people: float | None


def district_shares(content: ReportContent, definition_id: str) -> tuple[DistrictShare, ...]:
    """Return what each district holds of the white spots of a definition, ``OUTSIDE`` last.

    Each white spot is split by its pixels (by the people on them, or by area where nobody lives there), so the
    rows add up to the totals over the white spots.

    Args:
        content: the finished run; without districts the result is empty.
        definition_id: of the service definition.
    """
    if content.districts is None:
        return ()
    names = tuple(dict.fromkeys(str(name) for name in content.districts["name"]))
    index = _district_index(content, names)
    spots = content.whitespots.get(definition_id, ())
    pixels, persons = _split(content, spots, index, len(names) + 1)
    area = _portions(pixels) * np.array([spot.area_m2 for spot in spots]).reshape(-1, 1)
    people = _people_portions(spots, pixels, persons)
    own_pixels = np.bincount(index.ravel(), minlength=len(names) + 1)
    own_people = None if content.people is None else _weighted(index, content.people, len(names) + 1)
    return tuple(
        DistrictShare(
            district=name,
            whitespots=int((pixels[:, i] > 0).sum()),
            area_m2=float(area[:, i].sum()),
            people=None if people is None else float(people[:, i].sum()),
            district_area_m2=float(own_pixels[i]) * content.grid.pixel_area_m2,
            district_people=None if own_people is None else float(own_people[i]),
        )
        for i, name in enumerate((*names, OUTSIDE))
    )


def _district_index(content: ReportContent, names: tuple[str, ...]) -> NDArray[np.int32]:
    """Return the number of the district of each pixel centre; the first district wins where two overlap."""
    assert content.districts is not None
    order = {name: number for number, name in enumerate(names)}
    pairs = zip(content.districts["name"], content.districts.geometry, strict=True)
    shapes = [(shape, order[str(name)]) for name, shape in pairs if shape is not None and not shape.is_empty]
    return burn(content.grid, shapes[::-1], fill=len(names))


def burn(grid: Grid, shapes: Sequence[tuple[object, int]], fill: int) -> NDArray[np.int32]:
    """Return the number of the shape at each pixel of the grid, ``fill`` elsewhere; the last shape wins."""
    if not shapes:
        return np.full(grid.shape, fill, dtype=np.int32)
    return np.asarray(rasterize(shapes, out_shape=grid.shape, transform=grid.transform, fill=fill, dtype="int32"))


def _split(
    content: ReportContent, spots: tuple[WhiteSpot, ...], index: NDArray[np.int32], width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return pixels and people of each white spot (rows) in each district (columns)."""
    spot_of = burn(content.grid, [(spot.geometry, number) for number, spot in enumerate(spots)], fill=len(spots))
    cells = spot_of.astype(np.int64) * width + index
    size = (len(spots) + 1) * width
    pixels = np.bincount(cells.ravel(), minlength=size).reshape(-1, width)[:-1].astype(np.float64)
    # A shape thinner than a pixel touches no centre: it is counted outside rather than lost.
    pixels[pixels.sum(axis=1) == 0, -1] = 1.0
    if content.people is None:
        return pixels, None
    return pixels, _weighted(cells, content.people, size).reshape(-1, width)[:-1]


def _weighted(codes: NDArray[np.integer], people: NDArray[np.float32], size: int) -> NDArray[np.float64]:
    weights = np.nan_to_num(people, nan=0.0).astype(np.float64).ravel()
    return np.asarray(np.bincount(codes.ravel(), weights=weights, minlength=size), dtype=np.float64)


def _portions(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(amounts / amounts.sum(axis=1, keepdims=True))


def _people_portions(
    spots: tuple[WhiteSpot, ...], pixels: NDArray[np.float64], persons: NDArray[np.float64] | None
) -> NDArray[np.float64] | None:
    if persons is None:
        return None
    amounts = np.where(persons.sum(axis=1, keepdims=True) > 0, persons, pixels)
    return np.asarray(_portions(amounts) * np.array([spot.people or 0.0 for spot in spots]).reshape(-1, 1))
