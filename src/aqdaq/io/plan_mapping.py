"""Mapping files: what the layers of a plan are, when their names do not say it, and where its drawing lies.

A mapping is a TOML file::

    source_crs = "EPSG:32643"
    unit_m = 0.001
    control_points = [[0, 0, 652000.0, 4782000.0], [100000, 0, 652100.0, 4782000.0]]
    height_unit = "m"
    floor_height_m = 3.0

    [layers]
    "A-BLDG-9" = { kind = "building", values = { floors = 9, use = "residential" } }
    "E-LAMP" = "lamp"

    [columns]
    height_m = "HOEHE"
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pyproj import CRS
from pyproj.exceptions import CRSError

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.geofile import check_file
from aqdaq.io.hints import did_you_mean, shown
from aqdaq.io.toml_lines import key_lines, line_of
from aqdaq.model.plan_document import KINDS
from aqdaq.model.project import PlanField, Section

#: Metres in one foot.
FOOT_M: Final = 0.3048

#: Of a floor, where nobody says otherwise (m).
FLOOR_HEIGHT_M: Final = 3.0

Point = tuple[float, float, float, float]


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of object; {did_you_mean(kind, KINDS)}")
    return kind


def _known_crs(crs: str | None) -> str | None:
    if crs is not None:
        try:
            CRS.from_user_input(crs)
        except CRSError:
            raise ValueError(f"CRS {crs!r} is not known; give an EPSG code such as EPSG:32643") from None
    return crs


class LayerMapping(Section):
    """What one layer of a plan is.

    Attributes:
        kind: one of ``KINDS``.
        height: where the height of a drawing's objects stands: its thickness or its elevation; None: nowhere.
        values: fields that all objects of the layer have where they say nothing themselves.
    """

    kind: Annotated[str, AfterValidator(_known_kind)]
    height: Literal["thickness", "elevation"] | None = None
    values: dict[PlanField, str | int | float | bool | dt.date] = Field(default_factory=dict)


def _as_layer(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


class PlanMapping(Section):
    """How a plan is to be read.

    Attributes:
        layers: name in the file -> what it is; when any is named, layers that are not are left out.
        columns: our field -> name of the column, for names that differ.
        source_crs: CRS of the file's coordinates, or of the right-hand side of the control points.
        unit_m: metres in one unit of a drawing; None: as the drawing says.
        control_points: x and y in the plan, x and y in ``source_crs``; two or more place a local frame.
        height_unit: of the heights; ``floors`` where storeys were written into the height.
        floor_height_m: height of a floor (m).
        mend_outlines: whether an outline that crosses itself is mended and said; else it is a fault.
    """

    layers: dict[str, Annotated[LayerMapping, BeforeValidator(_as_layer)]] = Field(default_factory=dict)
    columns: dict[PlanField, str] = Field(default_factory=dict)
    source_crs: Annotated[str | None, AfterValidator(_known_crs)] = None
    unit_m: float | None = Field(default=None, gt=0.0)
    control_points: tuple[Point, ...] = ()
    height_unit: Literal["m", "ft", "floors"] = "m"
    floor_height_m: float = Field(default=FLOOR_HEIGHT_M, gt=1.5, le=10.0)
    mend_outlines: bool = False

    @model_validator(mode="after")
    def _two_points(self) -> PlanMapping:
        if len(self.control_points) == 1:
            raise ValueError("control_points: one point does not say how the plan is turned; give two or more")
        return self

    @property
    def kinds(self) -> dict[str, str]:
        """Kind by name of the layer."""
        return {name: layer.kind for name, layer in self.layers.items()}


def read_mapping(path: Path) -> PlanMapping:
    """Read a mapping file.

    Raises:
        InputError: it is missing, is not TOML, or says what it may not; every fault with file and line.
    """
    check_file(path)
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as err:
        raise InputError(Fault(path.name, f"is not TOML: {err}", "see docs/plans.md")) from err
    try:
        return PlanMapping.model_validate(_frozen(data))
    except ValidationError as err:
        lines = key_lines(text)
        raise InputError([_fault(path.name, lines, error) for error in err.errors()]) from err


def made_mapping(
    base: PlanMapping | None = None,
    *,
    layers: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    where: str = "the mapping",
    **given: Any,
) -> PlanMapping:
    """Return a mapping with more said: what is given wins, None leaves it as it is.

    Args:
        base: mapping to start from.
        layers: name in the file -> kind, instead of those of ``base``.
        columns: our field -> column, added to those of ``base``.
        where: for messages.
        given: further fields of ``PlanMapping``.

    Raises:
        InputError: a kind, field or value that there is not.
    """
    start = base or PlanMapping()
    fields: dict[str, Any] = {name: getattr(start, name) for name in PlanMapping.model_fields}
    if layers:
        known = start.layers
        fields["layers"] = {n: known[n] if n in known and known[n].kind == kind else kind for n, kind in layers.items()}
    fields["columns"] = {**start.columns, **(columns or {})}
    fields |= {name: value for name, value in given.items() if value is not None}
    try:
        return PlanMapping.model_validate(fields)
    except ValidationError as err:
        raise InputError([_fault(where, {}, error) for error in err.errors()]) from err


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


def _fault(name: str, lines: dict[tuple[str | int, ...], int], error: ErrorDetails) -> Fault:
    loc = tuple(part for part in error["loc"] if part != "[key]")
    line = line_of(lines, loc)
    where = f"{name}:{line} {'.'.join(map(str, loc))}" if line else f"{name} {'.'.join(map(str, loc))}".rstrip()
    if error["type"] == "extra_forbidden":
        known = LayerMapping.model_fields if loc[0] == "layers" else PlanMapping.model_fields
        return Fault(where, f"key {str(loc[-1])!r} is not known", did_you_mean(str(loc[-1]), known))
    message = error["msg"].removeprefix("Value error, ")
    what = message if error["type"] == "value_error" else f"{shown(error['input'])}: {message.lower()}"
    return Fault(where, what, "see docs/plans.md")
