"""What a report is made of: the finished run as values, no path but the folder it goes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.overlap import Overlap
from aqdaq.analysis.screen import ScreeningSummary
from aqdaq.model.cause import SpotCauses
from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.grid import Grid
from aqdaq.model.measurements import Measurements, SetAside
from aqdaq.model.network import Network
from aqdaq.model.project import ProjectConfig
from aqdaq.model.results import Assumption, CellFit, ModelShare, UnknownShare
from aqdaq.model.surface import Surface
from aqdaq.model.suspect import Suspect
from aqdaq.model.validation import ModelCard
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
        without_service: rows read of a phone without service: places, not levels.
        assumptions: figures that nobody gave.
        fits: one a cell.
        unknown_share: per layer name, share of the grid that is unknown, 0..1.
        small_areas: per definition id, failing areas too small for a white spot.
        models: what each model of the chain made of each layer.
        unknown: why pixels of each layer are unknown.
        card: what the figures were made from and how good they are; None where there was nothing to score.
        screening: what was doubted in the measurements; None where they were not screened.
        suspects: site data that the measurements contradict; None where nothing was fitted to them.
        causes: why white spots are there, by definition, rank and layer; None where the project does not ask.
        overlaps: white spots of each pair of definitions, and where they lie on each other.
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
    unknown_share: dict[str, float]
    small_areas: dict[str, SmallAreas] = field(default_factory=dict)
    without_service: int = 0
    models: tuple[ModelShare, ...] = ()
    unknown: tuple[UnknownShare, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    card: ModelCard | None = None
    screening: ScreeningSummary | None = None
    suspects: tuple[Suspect, ...] | None = None
    causes: tuple[SpotCauses, ...] | None = None

    @property
    def predicted(self) -> tuple[ServiceDefinition, ...]:
        """The definitions that say enough to judge a prediction."""
        return tuple(d for d in self.definitions if not d.cannot_predict)

    @property
    def unseen_rmse_db(self) -> float | None:
        """Error of levels on measurements that the fit did not see (dB); None where there is no score."""
        return None if self.card is None else self.card.unseen_rmse_db
