"""Reads project.toml: every fault at once, each with the line of its key and what to write instead."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from aqdaq.base.errors import ConfigError, Fault, InputError
from aqdaq.io.hints import did_you_mean, listed, nearest, shown
from aqdaq.io.toml_lines import Path as KeyPath
from aqdaq.io.toml_lines import key_lines, line_of
from aqdaq.model.body import BODIES
from aqdaq.model.grid import check_metric_crs
from aqdaq.model.project import DEFAULT_MODEL, PredictionSection, ProjectConfig, ring_faults


def read_project_file(path: Path, *, area_models: Sequence[str] | None = None) -> ProjectConfig:
    """Read and check project.toml.

    Args:
        path: the file.
        area_models: names that ``[prediction].models`` may use; None: any.

    Raises:
        ConfigError: it is missing, is not TOML, or says what it may not; every fault names ``project.toml:LINE``, the
            key, the value found and what to write instead.
    """
    text = _read_text(path)
    data = _parse(path, text)
    finder = _Finder(path.name, data, key_lines(text.replace("\r\n", "\n")))
    faults: list[Fault] = []
    config = None
    try:
        config = ProjectConfig.model_validate(_frozen(data), strict=True, context={"area_models": area_models})
    except ValidationError as err:
        faults += [_fault(error, finder) for error in err.errors()]
    faults += _crs_faults(data, finder)
    faults += _ring_faults(data, finder)
    if faults or config is None:
        raise ConfigError(sorted(_without_echoes(faults), key=finder.order))
    return config


def place_in_project_file(path: Path, loc: KeyPath) -> str:
    """Return where a key of a project file that has been read stands: ``project.toml:7 [grid].crs``."""
    text = _read_text(path)
    return _Finder(path.name, _parse(path, text), key_lines(text.replace("\r\n", "\n"))).where(loc)


class _Finder:
    """Where a key stands: file, line and name as the user wrote it."""

    def __init__(self, file: str, data: Mapping[str, Any], lines: dict[KeyPath, int]) -> None:
        self.file = file
        self.data = data
        self.lines = lines

    def where(self, loc: KeyPath) -> str:
        """Return ``project.toml:7 [grid].crs``."""
        line = line_of(self.lines, loc)
        place = self.file if line is None else f"{self.file}:{line}"
        if len(loc) == 1 and not isinstance(self.data.get(str(loc[0]), {}), dict | list):
            return f"{place} {loc[0]}"
        return f"{place} {_key_name(loc)}"

    def order(self, fault: Fault) -> int:
        """Return the line of a fault, so that they are listed from top to bottom."""
        match = re.match(re.escape(self.file) + r":(\d+) ", fault.where)
        return int(match.group(1)) if match else 0


def _key_name(loc: KeyPath) -> str:
    section = f"[[{loc[0]}]]" if len(loc) > 1 and isinstance(loc[1], int) else f"[{loc[0]}]"
    rest = [str(part) for part in loc[1:] if not (isinstance(part, int) and part == loc[1])]
    return ".".join([section, *rest])


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError) as err:
        fault = Fault(str(path), "there is no project file", "run `aqdaq init DIR` to make a project folder")
        raise ConfigError(fault) from err
    except UnicodeDecodeError as err:
        line = path.read_bytes().count(b"\n", 0, err.start) + 1
        raise ConfigError(Fault(f"{path.name}:{line}", "is not UTF-8 text", "save the file as UTF-8")) from err
    except OSError as err:
        raise ConfigError(Fault(str(path), f"cannot be read: {err.strerror}", "check the path")) from err


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        message, line = str(err), len(text.splitlines()) or 1
        match = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        if match:
            message, line = f"{message[: match.start()]} (column {match.group(2)})", int(match.group(1))
        mend = 'mend the TOML: key = "text", key = 1.5, key = ["a", "b"], [section]'
        raise ConfigError(Fault(f"{path.name}:{line}", f"is not TOML: {message}", mend)) from err
    except RecursionError as err:
        raise ConfigError(Fault(path.name, "is nested too deeply", "flatten the arrays")) from err


def _frozen(value: Any) -> Any:
    """Return the value with tuples for lists: strict validation takes no list for a tuple."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


def _crs_faults(data: Mapping[str, Any], finder: _Finder) -> list[Fault]:
    grid, project = data.get("grid"), data.get("project")
    crs = grid.get("crs") if isinstance(grid, dict) else None
    if not isinstance(crs, str):
        return []
    where = finder.where(("grid", "crs"))
    try:
        parsed = check_metric_crs(crs, where)
    except InputError as err:
        return list(err.faults)
    body = BODIES.get(str(project.get("body", "earth"))) if isinstance(project, dict) else None
    radius_m = parsed.ellipsoid.semi_major_metre if parsed.ellipsoid is not None else None
    if body is None or radius_m is None or abs(radius_m / body.sphere.radius_m - 1.0) < 0.01:
        return []
    what = f"CRS {crs!r} has a radius of {radius_m / 1e3:.0f} km, the {body.name} {body.sphere.radius_m / 1e3:.0f} km"
    return [Fault(where, what, "use a CRS of that body, or name another [project].body")]


def _ring_faults(data: Mapping[str, Any], finder: _Finder) -> list[Fault]:
    """Return what is wrong with the ranges of the models, when the section itself can be read."""
    given = data.get("prediction")
    if isinstance(given, dict) and given.get("models") == []:
        mend = f'leave models out for {DEFAULT_MODEL}, or name one: models = [{{ name = "{DEFAULT_MODEL}" }}]'
        return [Fault(finder.where(("prediction", "models")), "models = [] names no model", mend)]
    try:
        section = PredictionSection.model_validate(_frozen(given), strict=True)
    except ValidationError:
        return []
    return [
        Fault(finder.where(("prediction", "models", number, "to_m")), what, mend)
        for number, what, mend in ring_faults(section)
    ]


def _fault(error: ErrorDetails, finder: _Finder) -> Fault:
    loc: KeyPath = tuple(part for part in error["loc"] if part != "[key]")
    loc = _existing(loc, finder.data) if error["type"] != "missing" else loc
    where = finder.where(loc)
    if error["type"] == "missing":
        return _missing(loc, where)
    if error["type"] == "extra_forbidden":
        return Fault(where, f"key {str(loc[-1])!r} is not known", did_you_mean(str(loc[-1]), _known_keys(loc[:-1])))
    if error["loc"] and error["loc"][-1] == "[key]":
        return Fault(where, f"key {str(loc[-1])!r} is not known", did_you_mean(str(loc[-1]), _choices(error)))
    if len(loc) < len(error["loc"]):  # a union: the error is that of one of its members
        return Fault(where, f"{shown(_plain(error['input']))}: must be a text, a number or true/false")
    return _wrong_value(error, loc, where)


def _existing(loc: KeyPath, data: Any) -> KeyPath:
    """Return the part of an error's path that names keys of the file (unions add the name of their member)."""
    for depth, part in enumerate(loc):
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return loc[:depth]
    return loc


def _missing(loc: KeyPath, where: str) -> Fault:
    key = str(loc[-1])
    field = _field(loc)
    if len(loc) == 1:
        need = ", ".join(n for n, f in (_model_of(field) or ProjectConfig).model_fields.items() if f.is_required())
        return Fault(where, f"section [{key}] is missing", f"add [{key}] with {need}")
    example = field.examples[0] if field is not None and field.examples else "..."
    about = f"  ({field.description})" if field is not None and field.description else ""
    return Fault(where, f"required key {key!r} is missing", f"add {key} = {json.dumps(example)}{about}")


def _wrong_value(error: ErrorDetails, loc: KeyPath, where: str) -> Fault:
    field = _field(loc)
    about = field.description if field is not None and field.description else ""
    if error["type"] == "literal_error":
        choices = _choices(error)
        close = nearest(str(error["input"]), choices)
        hint = f"did you mean {close!r}? " if close else ""
        return Fault(where, f"{shown(error['input'])} is not allowed", f"{hint}one of: {listed(choices)}")
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    if error["type"] == "value_error":  # the message of one of our validators is complete
        return Fault(where, message, about)
    message = re.sub(r" or instance of \w+", "", message).replace("input should be", "must be")
    message = message.replace("dictionary", "table").replace("tuple", "array")
    return Fault(where, f"{shown(_plain(error['input']))}: {message}", about)


def _plain(value: Any) -> Any:
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _choices(error: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))


def _known_keys(loc: KeyPath) -> list[str]:
    model = _model_of(_field(loc)) if loc else ProjectConfig
    return list(model.model_fields) if model is not None else []


def _field(loc: KeyPath) -> FieldInfo | None:
    model: type[BaseModel] | None = ProjectConfig
    field: FieldInfo | None = None
    for part in loc:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part) if model is not None else None
        model = _model_of(field)
    return field


def _model_of(field: FieldInfo | None) -> type[BaseModel] | None:
    """Return the section type inside a field: itself, or that of a tuple or an optional."""
    if field is None:
        return None
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _without_echoes(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults without repeats: a union reports the same wrong value once for each of its members."""
    first: dict[str, Fault] = {}
    for fault in faults:
        first.setdefault(f"{fault.where} {fault.what.split(':', 1)[0]}", fault)
    return list(first.values())
