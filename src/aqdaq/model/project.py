"""What project.toml may say: one frozen type a section. Paths are relative to the project folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from aqdaq.model.measurement_presets import PRESETS

Degrees = Annotated[float, Field(ge=0.0, le=360.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Separator = Annotated[str, Field(min_length=1, max_length=1, description='one character, "\\t" for a tab')]

#: What a site table may hold, by our names.
SITE_COLUMNS: Final = ("id", "lat", "lon", "x", "y", "structure", "owners")

#: What a cell table may hold, by our names; the place and structure of the site when one table holds both.
CELL_COLUMNS: Final = (
    "id", "site", "lat", "lon", "x", "y", "structure", "owners",
    "operator", "technology", "band", "frequency_mhz", "arfcn", "bandwidth_mhz", "scs_khz",
    "azimuth_deg", "downtilt_deg", "height_m",
    "eirp_dbm", "power_dbm", "ports", "losses_db", "gain_dbi", "ssb_power_dbm", "ssb_beam_gain_dbi",
    "tdd_duty", "sub_arrays", "power_reduction",
    "load", "antenna_file", "horizontal_beamwidth_deg", "vertical_beamwidth_deg", "front_to_back_db", "omni",
    "on_air", "off_air",
    "mcc", "mnc", "lac", "tac", "enb_id", "gnb_id", "rnc_id", "local_cell_id", "ci", "pci", "psc", "bsic", "earfcn",
)  # fmt: skip

#: The model of a run that names none.
DEFAULT_MODEL: Final = "delta_bullington"
#: A chain longer than this is a slip of the pen.
MOST_MODELS: Final = 20


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def check(name: str) -> str:
        if name not in known:
            expected = " or ".join(f"'{item}'" for item in known)
            raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": expected})
        return name

    return check


SiteColumn = Annotated[str, AfterValidator(_one_of(SITE_COLUMNS))]
CellColumn = Annotated[str, AfterValidator(_one_of(CELL_COLUMNS))]


class Section(BaseModel):
    """A section of project.toml: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ProjectSection(Section):
    """``[project]``: what it is."""

    name: str = Field(min_length=1, description="what the report calls it", examples=["My city"])
    description: str = ""
    synthetic: bool = False
    body: Literal["earth", "moon"] = "earth"
    language: str | None = None
    seed: int = 1


class GridSection(Section):
    """``[grid]``: where results lie. Without bounds: around the sites and measurements, with a margin."""

    crs: str = Field(description="a projected CRS in metres", examples=["EPSG:32643"])
    resolution_m: float = Field(gt=0.0, le=1000.0, description="side of a pixel in metres", examples=[10.0])
    bounds: tuple[float, float, float, float] | None = Field(
        default=None, description="x_min, y_min, x_max, y_max in metres, in the CRS of the grid"
    )
    margin_m: float = Field(default=500.0, ge=0.0, description="metres around sites and measurements")

    @field_validator("bounds")
    @classmethod
    def _bounds_in_order(
        cls, bounds: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if bounds is not None and not (bounds[0] < bounds[2] and bounds[1] < bounds[3]):
            wrong = "x_min must be less than x_max" if bounds[0] >= bounds[2] else "y_min must be less than y_max"
            raise ValueError(f"bounds {list(bounds)} are out of order: {wrong}")
        return bounds


class TerrainSection(Section):
    """``[terrain]``: ground heights. Without files: flat at ``flat_height_m``, listed as assumed."""

    files: tuple[str, ...] = ()
    flat_height_m: float = 0.0


class BuildingSource(Section):
    """``[[buildings]]``: footprints. ``columns`` maps our names to those of the file."""

    file: str = Field(description="footprints, any vector format", examples=["data/buildings.gpkg"])
    layer: str | None = None
    columns: dict[str, str] = {}
    floor_height_m: float = Field(default=3.0, gt=1.5, le=10.0)
    default_height_m: float = Field(default=9.0, gt=0.0)


#: Fields of a plan's object, by our names; ``kind`` says what an object is where the layer does not.
PLAN_FIELDS: Final = (
    "id", "kind", "name", "use", "height_m", "floors", "floor_area_m2", "residents", "seats", "start", "end", "phase",
    "structure", "owner", "spacing_m", "powered", "indoor_system",
)  # fmt: skip

PlanField = Annotated[str, AfterValidator(_one_of(PLAN_FIELDS))]


class DevelopmentSource(Section):
    """``[[developments]]``: planned buildings, from any format of a plan."""

    file: str = Field(description="planned buildings, any format of a plan", examples=["data/developments.gpkg"])
    layers: tuple[str, ...] = ()
    mapping: str | None = None
    columns: dict[PlanField, str] = {}
    source_crs: str | None = None
    height_unit: Literal["m", "ft", "floors"] | None = None
    floor_height_m: float | None = Field(default=None, gt=1.5, le=10.0)
    default_height_m: float | None = Field(default=None, gt=0.0, le=1000.0)
    start: dt.date | None = Field(default=None, description="first day of the works, where the file says none")
    end: dt.date | None = Field(default=None, description="first day of use, where the file says none")
    works_days: int = Field(default=730, ge=1, le=20_000)
    mend_outlines: bool | None = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> DevelopmentSource:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class NetworkSection(Section):
    """``[network]``: site and cell tables; one table may hold both (then ``sites`` is left out).

    ``columns`` maps our names to those of the file, for example ``azimuth_deg = "azimuth"``; ``defaults`` gives
    values for what the tables do not hold: they are listed as assumed.
    """

    sites: str | None = None
    cells: str = Field(description="CSV table, one row a cell", examples=["data/cells.csv"])
    separator: Separator = ","
    decimal: Literal[".", ","] = "."
    site_columns: dict[SiteColumn, str] = {}
    columns: dict[CellColumn, str] = {}
    defaults: dict[CellColumn, str | float | bool] = {}
    split_bands: bool = Field(default=False, description="a layer for each band of the table, not for each technology")


#: Fields of an identity that a log may hold, by our names; ``code`` is PCI, PSC or BSIC by the technology of the row.
IDENTITY_COLUMNS: Final = (
    "plmn", "mcc", "mnc", "area", "lac", "tac", "node", "local", "ci", "code", "pci", "psc", "bsic", "arfcn",
)  # fmt: skip

IdentityColumn = Annotated[str, AfterValidator(_one_of(IDENTITY_COLUMNS))]


class MeasurementSource(Section):
    """``[[measurements]]``: a drive-test table.

    ``format = "long"``: one row per place and cell, ``cell_column`` and ``level_column`` say which; without
    ``cell_column`` the cell is found by its ``identity``.
    ``format = "wide"``: one column per cell, listed in ``cells`` as ``"column" = "cell id"``.
    ``format = "tiles"``: Ookla open data, where data service was used; no levels.
    """

    file: str = Field(description="CSV table of a drive test", examples=["data/drive_test.csv"])
    preset: Literal["gnettrack", "netmonitor", "opencellid", "ookla"] | None = None
    format: Literal["long", "wide", "tiles"] = "long"
    separator: Separator = ","
    decimal: Literal[".", ","] = "."
    lat_column: str = "lat"
    lon_column: str = "lon"
    crs: str = "EPSG:4326"
    cell_column: str | None = "cell"
    level_column: str = "level_dbm"
    quantity: Literal["RSRP", "RSCP", "RxLev", "RSSI"] = "RSRP"
    unit: Literal["dBm", "dBW", "ASU", "dBm or ASU", "reported"] = "dBm"
    cells: dict[str, str] = {}
    empty: Literal["unknown", "below_floor"] = "unknown"
    receiver_floor_dbm: float | None = None
    date: dt.date | None = Field(default=None, description="day of the drive test, where no column says it")
    time_column: str | None = Field(default=None, description="column of the time, or of the day")
    time_format: str | None = Field(
        default=None, min_length=1, description='"iso", "epoch_s", "epoch_ms" or a pattern like "%d.%m.%Y %H:%M:%S"'
    )
    time_zone: str = Field(default="UTC", description='name of the IANA database, "Asia/Almaty"')
    technology: str | None = None
    technology_column: str | None = None
    technologies: dict[str, str] = {}
    operator: str | None = None
    operator_column: str | None = None
    operators: dict[str, str] = {}
    identity: dict[IdentityColumn, str] = {}
    min_confidence: Share = 0.5
    device: str = ""
    device_column: str | None = None
    speed_column: str | None = None
    speed_unit: Literal["m/s", "km/h"] = "m/s"
    accuracy_column: str | None = None
    fix_column: str | None = None
    no_fix_values: tuple[str, ...] = ()
    route_column: str | None = None
    rsrq_column: str | None = None
    sinr_column: str | None = None
    sinr_step_db: float = Field(default=1.0, gt=0.0, description="dB of one step of the column")
    missing_values: tuple[str, ...] = ()
    missing_levels: tuple[str, ...] = ()
    no_service_column: str | None = None
    no_service_values: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill_from_preset(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        filled = {**PRESETS.get(str(data.get("preset")), {}), **data}
        if "identity" in filled and "cell_column" not in filled:
            filled["cell_column"] = None
        return filled

    @model_validator(mode="after")
    def _keys_that_need_others(self) -> MeasurementSource:
        if self.format == "wide" and not self.cells:
            raise ValueError('a wide table needs cells: { "column" = "cell id", ... }')
        if self.empty == "below_floor" and self.receiver_floor_dbm is None and self.unit not in ("ASU", "reported"):
            raise ValueError('empty = "below_floor" needs receiver_floor_dbm, the level that they lie below')
        if self.format == "long" and self.cell_column is None and not self.identity:
            raise ValueError('a long table needs cell_column, or identity = { ci = "column", ... } to find cells by')
        if self.no_service_values and self.no_service_column is None:
            raise ValueError("no_service_values need no_service_column, the column that they stand in")
        return self

    @property
    def by_identity(self) -> bool:
        """Whether cells are found by their identity where the log names none of ours."""
        return self.format == "long" and bool(self.identity)


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

    file: str = Field(description="polygons, any vector format", examples=["data/districts.gpkg"])
    layer: str | None = None
    name_column: str = "name"


class StreetsSection(Section):
    """``[streets]``: axes of the streets along which ``measure`` plans a drive."""

    file: str = Field(description="street axes, any vector format or OpenStreetMap", examples=["data/streets.gpkg"])
    layer: str | None = None
    name_column: str = "name"
    join_crossings: bool = False


class ServiceSection(Section):
    """``[service]``: service definitions (rulebooks), and figures that this project states itself."""

    definitions: tuple[str, ...] = Field(
        min_length=1, description="ids of service rulebooks", examples=[["kz-4g-outdoor"]]
    )
    overrides: dict[str, dict[str, Any]] = {}

    @model_validator(mode="after")
    def _overrides_known(self) -> ServiceSection:
        unknown = set(self.overrides) - set(self.definitions)
        if unknown:
            raise ValueError(f"overrides of definitions that are not used: {', '.join(sorted(unknown))}")
        if len(set(self.definitions)) != len(self.definitions):
            raise ValueError("a definition is named twice")
        return self


def _known_model(name: str, info: ValidationInfo) -> str:
    """Return the name of a model when the reader of the file says that it is known; it says nothing: any name."""
    known = (info.context or {}).get("area_models")
    return name if known is None else _one_of(tuple(known))(name)


class ModelLink(Section):
    """One model of ``[prediction].models``: it begins where the one before it ends."""

    name: Annotated[str, AfterValidator(_known_model)] = Field(
        description="a model of areas", examples=["delta_bullington"]
    )
    to_m: float | None = Field(default=None, gt=0.0, description="metres from the site at which the next model begins")
    options: dict[str, str | float] = {}


class PredictionSection(Section):
    """``[prediction]``: how far and how finely, and by which models."""

    radius_m: float = Field(
        gt=0.0, le=100_000.0, description="metres around each site that are predicted", examples=[2000.0]
    )
    profile_step_m: float = Field(
        gt=0.0, le=1000.0, description="metres between the points of a terrain profile", examples=[10.0]
    )
    noise_figure_db: float = Field(default=7.0, ge=0.0, le=20.0)
    sd_db: float = Field(default=8.0, gt=0.0, le=20.0)
    models: tuple[ModelLink, ...] = ()
    mode: Literal["auto", "exact", "sweep"] = "auto"
    time_percent: float | None = Field(default=None, ge=1.0, le=50.0)
    location_percent: float | None = Field(default=None, ge=1.0, le=99.0)
    delta_n: float | None = Field(default=None, gt=0.0, lt=157.0)
    n0: float | None = Field(default=None, gt=0.0, le=1000.0)
    polarization: Literal["vertical", "horizontal"] | None = None

    @property
    def rings(self) -> tuple[tuple[ModelLink, float, float], ...]:
        """The models in order, each with the beginning and the end of its ring (m); without any, the default one."""
        models = self.models or (ModelLink(name=DEFAULT_MODEL),)
        ends = [model.to_m if model.to_m is not None else self.radius_m for model in models]
        return tuple(zip(models, [0.0, *ends[:-1]], ends, strict=True))


def ring_faults(section: PredictionSection) -> Iterator[tuple[int, str, str]]:
    """Yield what is wrong with the ranges of a chain of models: number of the model from 0, what, how to mend it."""
    models, radius_m = section.models, section.radius_m
    if len(models) > MOST_MODELS:
        yield MOST_MODELS, f"{len(models)} models are more than can be meant", f"name {MOST_MODELS} at most"
    before = 0.0
    for number, model in enumerate(models):
        last, end = number == len(models) - 1, radius_m if model.to_m is None else model.to_m
        if model.to_m is None and not last:
            yield (
                number,
                f"{model.name!r} has no end: the models after it have no range",
                "give to_m; only the last may leave it out",
            )
            return
        if end <= before:
            what = f"{model.name!r} begins at {before:g} m and would end at {end:g} m"
            yield number, what, "order the models by distance, to_m rising and below radius_m"
        elif last and end > radius_m:
            yield number, f"to_m = {end:g} lies beyond radius_m = {radius_m:g}", "leave to_m of the last model out"
        elif last and end < radius_m:
            what = f"to_m = {end:g} leaves a gap: no model from there to radius_m = {radius_m:g}"
            yield number, what, "leave to_m of the last model out, or make radius_m the same"
        before = max(before, end)


class CalibrationSection(Section):
    """``[calibration]``: how measurements correct the prediction, and how it is validated."""

    enabled: bool = True
    without_measurements: Literal["engine", "other_cities"] = "engine"
    tile_m: float = Field(default=400.0, gt=0.0)
    buffer_m: float = Field(default=100.0, ge=0.0)
    folds: int = Field(default=5, ge=3, le=20)


class ScreeningSection(Section):
    """``[screening]``: which measurements are doubted, and how they are thinned."""

    enabled: bool = True
    good_error_m: float = Field(default=25.0, gt=0.0)
    most_error_m: float = Field(default=100.0, gt=0.0)
    thin: bool = True
    thin_m: float | None = Field(default=None, gt=0.0)
    apart: Literal["campaign", "day", "nothing"] = "campaign"

    @model_validator(mode="after")
    def _errors_in_order(self) -> ScreeningSection:
        if self.most_error_m < self.good_error_m:
            raise ValueError(f"most_error_m {self.most_error_m:g} is below good_error_m {self.good_error_m:g}")
        return self


class CausesSection(Section):
    """``[causes]``: why white spots are there."""

    enabled: bool = True
    new_since: dt.date | None = Field(default=None, description="buildings that stand since this day or later are new")
    most: int = Field(default=50, ge=1, description="white spots of a definition that are explained, by rank")


class ExposureSection(Section):
    """``[exposure]``: what the exposure to base stations is computed with, besides the network."""

    candidates: str | None = Field(
        default=None, description="sites that might be built, one row a cell, in the columns of the cell table"
    )
    measurements: str | None = Field(
        default=None, description="measured fields, CSV or GeoPackage", examples=["data/field_measurements.csv"]
    )
    windows: str | None = Field(default=None, description="windows and balconies, CSV", examples=["data/windows.csv"])
    handset_p0_dbm: float = Field(default=-80.0, ge=-202.0, le=24.0)
    handset_alpha: Share = 0.8
    handset_max_dbm: float = Field(default=23.0, ge=-40.0, le=33.0)
    handset_blocks: int = Field(default=10, ge=1, le=275)
    antenna_gain_dbi: float = Field(default=17.0, ge=-10.0, le=40.0)


class Limits(Section):
    """``[limits]``: what a run tolerates."""

    max_bad_share: Share = 0.05


class ProjectConfig(Section):
    """The whole of project.toml."""

    project: ProjectSection
    grid: GridSection
    terrain: TerrainSection = TerrainSection()
    buildings: tuple[BuildingSource, ...] = ()
    developments: tuple[DevelopmentSource, ...] = ()
    network: NetworkSection
    measurements: tuple[MeasurementSource, ...] = ()
    people: PeopleSection = PeopleSection()
    districts: DistrictsSection | None = None
    streets: StreetsSection | None = None
    service: ServiceSection
    prediction: PredictionSection
    screening: ScreeningSection = ScreeningSection()
    calibration: CalibrationSection = CalibrationSection()
    causes: CausesSection = CausesSection()
    exposure: ExposureSection = ExposureSection()
    limits: Limits = Limits()

    def date_or_today(self, date: dt.date | None) -> dt.date:
        """Return the date of a run: the one asked for, or today."""
        return date if date is not None else dt.datetime.now(tz=dt.UTC).astimezone().date()
