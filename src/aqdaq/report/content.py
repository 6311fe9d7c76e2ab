"""What a report is made of: the finished run as values, no path but the folder it goes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements, SetAside
from aqdaq.model.network import Network
from aqdaq.model.project import ProjectConfig
from aqdaq.model.results import Assumption, CellFit, ModelShare, UnknownShare, Validation
from aqdaq.model.surface import Surface
from aqdaq.model.whitespot import SmallAreas, WhiteSpot


@dataclass(frozen=True, slots=True)
class ReportContent:
    """A finished run.

    Attributes:
        config: the project file.
        version: of the program.
        run_id: hash that names the run.
        date: date of the run.
        grid: where the rasters lie.
        surface: at the date.
        network: on air at the date.
        definitions: in force at the date.
        coverage: one map a layer.
        whitespots: per definition id, by rank.
        people: persons per pixel on the grid; None where nobody knows the people.
        districts: polygons with a column ``name`` in the CRS of the grid; None when not given.
        measurements: those used.
        rows_read: number of measurement rows read.
        set_aside: rows not used, with reasons.
        assumptions: figures that nobody gave.
        fits: one a cell.
        validation: None when there was nothing to validate with.
        unknown_share: per layer name, share of the grid that is unknown, 0..1.
        small_areas: per definition id, failing areas too small for a white spot.
        models: what each model of the chain made of each layer.
        unknown: why pixels of each layer are unknown.
    """

    config: ProjectConfig
    version: str
    run_id: str
    date: dt.date
    grid: Grid
    surface: Surface
    network: Network
    definitions: tuple[ServiceDefinition, ...]
    coverage: Sequence[Coverage]
    whitespots: dict[str, tuple[WhiteSpot, ...]]
    people: NDArray[np.float32] | None
    districts: gpd.GeoDataFrame | None
    measurements: Measurements
    rows_read: int
    set_aside: tuple[SetAside, ...]
    assumptions: tuple[Assumption, ...]
    fits: tuple[CellFit, ...]
    validation: Validation | None
    unknown_share: dict[str, float]
    small_areas: dict[str, SmallAreas] = field(default_factory=dict)
    models: tuple[ModelShare, ...] = ()
    unknown: tuple[UnknownShare, ...] = ()
