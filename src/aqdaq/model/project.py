"""What project.toml may say: one frozen type a section. Paths are relative to the project folder."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Degrees = Annotated[float, Field(ge=0.0, le=360.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """A section of project.toml: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProjectSection(Section):
    """``[project]``: what it is."""

    name: str = Field(min_length=1)
    description: str = ""
    synthetic: bool = False
    body: Literal["earth", "moon"] = "earth"
    language: str | None = None
    seed: int = 1


class GridSection(Section):
    """``[grid]``: where results lie. Without bounds: around the sites and measurements, with a margin."""

    crs: str
    resolution_m: float = Field(gt=0.0, le=1000.0)
    bounds: tuple[float, float, float, float] | None = None
    margin_m: float = Field(default=500.0, ge=0.0)


class TerrainSection(Section):
    """``[terrain]``: ground heights. Without files: flat at ``flat_height_m``, listed as assumed."""

    files: tuple[str, ...] = ()
    flat_height_m: float = 0.0


class BuildingSource(Section):
    """``[[buildings]]``: footprints. ``columns`` maps our names to those of the file."""

    file: str
    layer: str | None = None
    columns: dict[str, str] = {}
    floor_height_m: float = Field(default=3.0, gt=1.5, le=10.0)
    default_height_m: float = Field(default=9.0, gt=0.0)


class NetworkSection(Section):
    """``[network]``: site and cell tables; one table may hold both (then ``sites`` is left out).

    ``columns`` maps our names to those of the file, for example ``azimuth_deg = "azimuth"``; ``defaults`` gives
    values for what the tables do not hold: they are listed as assumed.
    """

    sites: str | None = None
    cells: str
    separator: str = ","
    site_columns: dict[str, str] = {}
    columns: dict[str, str] = {}
    defaults: dict[str, str | float] = {}


class MeasurementSource(Section):
    """``[[measurements]]``: a drive-test table.

    ``format = "long"``: one row per place and cell, ``cell_column`` and ``level_column`` say which.
    ``format = "wide"``: one column per cell, listed in ``cells`` as ``"column" = "cell id"``.
    """

    file: str
    format: Literal["long", "wide"] = "long"
    separator: str = ","
    decimal: Literal[".", ","] = "."
    lat_column: str = "lat"
    lon_column: str = "lon"
    crs: str = "EPSG:4326"
    cell_column: str = "cell"
    level_column: str = "level_dbm"
    quantity: Literal["RSRP", "RSCP", "RxLev", "RSSI"] = "RSRP"
    unit: Literal["dBm", "dBW", "ASU"] = "dBm"
    cells: dict[str, str] = {}
    receiver_floor_dbm: float | None = None

    @model_validator(mode="after")
    def _wide_needs_cells(self) -> MeasurementSource:
        if self.format == "wide" and not self.cells:
            raise ValueError('a wide table needs cells: { "column" = "cell id", ... }')
        return self


class PeopleSection(Section):
    """``[people]``: a population raster (persons per pixel), residents of the buildings, or nobody knows."""

    source: Literal["none", "raster", "buildings"] = "none"
    raster: str | None = None

    @model_validator(mode="after")
    def _raster_named(self) -> PeopleSection:
        if (self.source == "raster") != (self.raster is not None):
            raise ValueError('give raster = "FILE" exactly when source = "raster"')
        return self


class DistrictsSection(Section):
    """``[districts]``: named areas for the tables."""

    file: str
    layer: str | None = None
    name_column: str = "name"


class ServiceSection(Section):
    """``[service]``: service definitions (rulebooks), and figures that this project states itself."""

    definitions: tuple[str, ...] = Field(min_length=1)
    overrides: dict[str, dict[str, Any]] = {}

    @model_validator(mode="after")
    def _overrides_known(self) -> ServiceSection:
        unknown = set(self.overrides) - set(self.definitions)
        if unknown:
            raise ValueError(f"overrides of definitions that are not used: {', '.join(sorted(unknown))}")
        if len(set(self.definitions)) != len(self.definitions):
            raise ValueError("a definition is named twice")
        return self


class PredictionSection(Section):
    """``[prediction]``: how far and how finely."""

    radius_m: float = Field(gt=0.0, le=100_000.0)
    profile_step_m: float = Field(gt=0.0, le=1000.0)
    noise_figure_db: float = Field(default=7.0, ge=0.0, le=20.0)
    sd_db: float = Field(default=8.0, gt=0.0, le=20.0)


class CalibrationSection(Section):
    """``[calibration]``: how measurements correct the prediction, and how it is validated."""

    enabled: bool = True
    tile_m: float = Field(default=400.0, gt=0.0)
    buffer_m: float = Field(default=100.0, ge=0.0)
    folds: int = Field(default=5, ge=2, le=20)


class Limits(Section):
    """``[limits]``: what a run tolerates."""

    max_bad_share: Share = 0.05


class ProjectConfig(Section):
    """The whole of project.toml."""

    project: ProjectSection
    grid: GridSection
    terrain: TerrainSection = TerrainSection()
    buildings: tuple[BuildingSource, ...] = ()
    network: NetworkSection
    measurements: tuple[MeasurementSource, ...] = ()
    people: PeopleSection = PeopleSection()
    districts: DistrictsSection | None = None
    service: ServiceSection
    prediction: PredictionSection
    calibration: CalibrationSection = CalibrationSection()
    limits: Limits = Limits()

    def date_or_today(self, date: dt.date | None) -> dt.date:
        """Return the date of a run: the one asked for, or today."""
        return date if date is not None else dt.datetime.now(tz=dt.UTC).astimezone().date()
