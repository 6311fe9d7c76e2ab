"""Reads growth scenario files: every fault at once, each with the line of its key."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aqdaq.base.errors import ConfigError, Fault
from aqdaq.io.hints import did_you_mean
from aqdaq.io.toml_lines import key_lines, line_of
from aqdaq.model.project import DevelopmentSource, Section
from aqdaq.model.scenario import NetworkChange, Scenario

_MEND = "see docs/foresee.md"
_TABLES: dict[str, type[Section]] = {"developments": DevelopmentSource, "network": NetworkChange}


def read_scenario(path: Path, project: Path) -> Scenario:
    """Read a growth scenario.

    Args:
        path: the file.
        project: folder of the project; the files that the scenario names lie relative to the scenario, and come back
            relative to this folder, as the project's own do.

    Raises:
        ConfigError: it is missing, is not TOML, or says what it may not; every fault with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as err:
        raise ConfigError(Fault(path.name, f"cannot be read: {err}", "give a TOML file")) from err
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(Fault(path.name, f"is not TOML: {err}", "mend the line that is named")) from err
    try:
        scenario = Scenario.model_validate(_frozen(data), strict=True)
    except ValidationError as err:
        lines = key_lines(text.replace("\r\n", "\n"))
        faults = [Fault(_where(path.name, lines, e["loc"]), _what(dict(e)), _mend(dict(e))) for e in err.errors()]
        raise ConfigError(faults) from err
    moved = tuple(_moved(source, path.parent, project) for source in scenario.developments)
    return scenario.model_copy(update={"developments": moved})


def _frozen(value: Any) -> Any:
    """Return lists as tuples, which is what strict validation wants."""
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _where(file: str, lines: dict[tuple[str | int, ...], int], loc: tuple[str | int, ...]) -> str:
    line = line_of(lines, loc)
    key = ".".join(str(part) for part in loc)
    return f"{file}{'' if line is None else f':{line}'}{f' {key}' if key else ''}"


def _what(error: dict[str, Any]) -> str:
    what = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "too_short" and error["loc"] == ("dates",):
        return "no dates: a forecast needs one at least"
    if error["type"] == "extra_forbidden":
        return f"key {str(error['loc'][-1])!r} is not known"
    return f"{what[:1].lower()}{what[1:]}"


def _mend(error: dict[str, Any]) -> str:
    if error["type"] != "extra_forbidden":
        return _MEND
    table: type[Section] = _TABLES[str(error["loc"][0])] if len(error["loc"]) > 1 else Scenario
    return f"{did_you_mean(str(error['loc'][-1]), table.model_fields)}; {_MEND}"


def _moved(source: DevelopmentSource, scenario: Path, project: Path) -> DevelopmentSource:
    names = {"file": source.file, "mapping": source.mapping}
    return source.model_copy(
        update={
            key: Path(os.path.relpath(scenario.resolve() / name, project.resolve())).as_posix()
            for key, name in names.items()
            if name is not None and not name.startswith("$")
        }
    )
