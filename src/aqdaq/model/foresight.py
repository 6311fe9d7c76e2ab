"""What construction will do to coverage: white spots by date, how they change, who causes it, what new mass does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from aqdaq.model.floors import FloorBand


@dataclass(frozen=True, slots=True)
class DateFigures:
    """One service definition on one day; persons are None where nobody knows the people.

    Attributes:
        date: the day.
        definition: its id.
        planned: developments whose works have not begun.
        in_works: developments that stand and that nobody lives in yet.
        finished: developments that people live in.
        white_spots: how many.
        area_m2: of all of them (m2).
        people: persons in them, affected by at least one layer.
        total_people: of these, persons whom no operator serves.
        small_areas: failing areas too small for a white spot.
        small_area_m2: together (m2); not part of ``area_m2``.
        small_people: persons there; not part of ``people``.
        people_on_map: all persons on the grid.
        newcomers: residents of finished developments; 0 where their plan says none.
        newcomers_on_map: of these, those whom the map counts: ``people_on_map`` holds them.
        newcomers_white: of these, those in white spots; ``people`` holds them.
        floors_served: of the newcomers, residents of floors that every judged layer serves.
        floors_affected: residents of floors that at least one judged layer does not serve.
        floors_unknown: residents of floors of which that cannot be said.
    """

    date: dt.date
    definition: str
    planned: int
    in_works: int
    finished: int
    white_spots: int
    area_m2: float
    people: float | None
    total_people: float | None
    small_areas: int
    small_area_m2: float
    small_people: float | None
    people_on_map: float | None
    newcomers: float
    newcomers_on_map: float | None
    newcomers_white: float | None
    floors_served: float
    floors_affected: float
    floors_unknown: float


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """One layer under one definition on one day.

    Attributes:
        date: the day.
        definition: its id.
        layer: as text.
        failing_m2: area that it does not serve (m2), small areas included.
        failing_people: persons there; None where nobody knows the people.
        unknown_m2: area of which nothing is known (m2).
    """

    date: dt.date
    definition: str
    layer: str
    failing_m2: float
    failing_people: float | None
    unknown_m2: float


@dataclass(frozen=True, slots=True)
class ChangeCause:
    """What made ground white.

    Attributes:
        kind: ``development``, ``developments`` (all of them together) or ``cell`` (one that left the air).
        id: of the development or the cell; of several joined by ``;``.
        restored_m2: part of the worse ground that is as before without it (m2); for a cell what it served.
        share: of the worse ground, 0..1.
        distance_m: from the worse ground (m).
    """

    kind: str
    id: str
    restored_m2: float
    share: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class LayerChange:
    """One layer in a change.

    Attributes:
        layer: as text.
        before_m2: ground of the earlier white spots that it does not serve (m2).
        after_m2: ground of the later ones (m2).
    """

    layer: str
    before_m2: float
    after_m2: float


@dataclass(frozen=True, slots=True)
class SpotChange:
    """What became of white spots of one definition between two days.

    Attributes:
        definition: its id.
        since: the earlier day.
        date: the later day.
        kind: see ``analysis.construction.changes``.
        before: ids of the white spots of the earlier day.
        after: ids of those of the later day.
        area_before_m2: of all of them (m2).
        area_after_m2: of all of them (m2).
        gained_m2: ground white now and not before (m2).
        lost_m2: ground white before and not now (m2).
        worse_m2: ground of the later white spots where a layer fails now and did not before (m2).
        layers: the failing ones.
        people_before: persons affected; None where nobody knows the people.
        people_after: persons affected.
        newcomers: of ``people_after``, residents of developments.
        geometry: ground white on either day.
        worse: the ground of ``worse_m2``; None where there is none.
        causes: what made it worse, the largest first; None where that was not looked for.
    """

    definition: str
    since: dt.date
    date: dt.date
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    area_before_m2: float
    area_after_m2: float
    gained_m2: float
    lost_m2: float
    worse_m2: float
    layers: tuple[LayerChange, ...]
    people_before: float | None
    people_after: float | None
    newcomers: float | None
    geometry: Polygon | MultiPolygon = field(repr=False)
    worse: Polygon | MultiPolygon | None = field(default=None, repr=False)
    causes: tuple[ChangeCause, ...] | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """New mass in the way of a cell.

    Attributes:
        date: from which on it stands, as a day of the forecast.
        development: its id; empty: more than one, or none can be told.
        cell: id of the cell.
        site: that carries it.
        layer: as text.
        area_m2: ground that the cell served before and where it loses ``SHADOW_DB`` or more (m2).
        people: persons there; None where nobody knows the people.
        mean_db: loss there, mean over the area (dB).
        most_db: largest loss (dB).
    """

    date: dt.date
    development: str
    cell: str
    site: str
    layer: str
    area_m2: float
    people: float | None
    mean_db: float
    most_db: float


@dataclass(frozen=True, slots=True)
class ExposureFlag:
    """New mass that reaches into the beam of an antenna, by free space alone: a screening, no figure of exposure.

    Attributes:
        date: from which on it stands, as a day of the forecast.
        development: its id.
        site: whose antennas.
        cells: of the site that are on air.
        distance_m: from the antenna to the nearest such point of the mass (m).
        height_m: of the strongest point above ground (m).
        density_w_m2: power density there (W/m2).
        limit_w_m2: assumed limit (W/m2).
        reach_m: distance in the middle of the beams at which the limit is met (m).
    """

    date: dt.date
    development: str
    site: str
    cells: tuple[str, ...]
    distance_m: float
    height_m: float
    density_w_m2: float
    limit_w_m2: float
    reach_m: float


@dataclass(frozen=True, slots=True)
class RoofReach:
    """A white spot within reach of a new roof.

    Attributes:
        spot: its id.
        definition: of the white spot.
        distance_m: from the outline of the roof to that of the white spot (m).
        people: affected there; None where nobody knows the people.
    """

    spot: str
    definition: str
    distance_m: float
    people: float | None


@dataclass(frozen=True, slots=True)
class NewRoof:
    """A roof that construction offers.

    Attributes:
        development: its id.
        since: first day of use.
        height_m: above ground (m).
        area_m2: of the footprint (m2).
        reach: white spots of the last day of the forecast near it, the nearest first.
    """

    development: str
    since: dt.date
    height_m: float
    area_m2: float
    reach: tuple[RoofReach, ...]


@dataclass(frozen=True, slots=True)
class FloorsAt:
    """A band of floors of a development on one day.

    Attributes:
        date: the day.
        state: ``planned``, ``works`` or ``finished``.
        band: coverage outside its facade, and who will live there.
    """

    date: dt.date
    state: str
    band: FloorBand


@dataclass(frozen=True, slots=True)
class ForeseenMap:
    """A day under one definition as a map shows it.

    Attributes:
        date: the day.
        definition: its id.
        classes: (rows, cols) 0 unknown, 1 open ground, 2 building, 3 white for some operators, 4 for all.
        outlines: of developments, each with ``planned``, ``works`` or ``finished``.
        sites: easting and northing of those on air (m).
    """

    date: dt.date
    definition: str
    classes: NDArray[np.uint8]
    outlines: tuple[tuple[str, Polygon | MultiPolygon], ...]
    sites: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """A forecast of what construction does to coverage.

    Attributes:
        name: of the scenario; empty without one.
        dates: of the forecast, rising; the first is now.
        skipped: dates of developments that were left out, because there were too many.
        definitions: ids of those that can be predicted.
        layers: names.
        figures: by date and definition.
        layer_figures: by date, definition and layer.
        changes: between consecutive dates.
        floors: of all developments on all dates.
        shadows: by new mass.
        exposure: flags.
        roofs: of all developments.
        notes: in words.
    """

    name: str
    dates: tuple[dt.date, ...]
    skipped: tuple[dt.date, ...]
    definitions: tuple[str, ...]
    layers: tuple[str, ...]
    figures: tuple[DateFigures, ...]
    layer_figures: tuple[LayerFigures, ...]
    changes: tuple[SpotChange, ...]
    floors: tuple[FloorsAt, ...]
    shadows: tuple[Shadow, ...]
    exposure: tuple[ExposureFlag, ...]
    roofs: tuple[NewRoof, ...]
    notes: tuple[str, ...]
