"""Writes the parts of the documentation that the code itself knows: commands, keys, settings, rulebooks.

``python docs/generate.py`` rewrites them in place; the tests compare, so a page that has fallen behind fails.
A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->``; the rest of a page is
written by hand and left alone. ``python docs/generate.py RUN`` also takes the picture of the README from the report
in a run folder of the sample city; ``python docs/generate.py examples/paths.jsonl`` draws the first path of the file.
"""  # noqa: INP001 - a script beside the pages, not a package

from __future__ import annotations

import base64
import datetime as dt
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from aqdaq.base.rulebook import list_rulebooks
from aqdaq.base.settings import Settings
from aqdaq.cli.main import COMMANDS, cli
from aqdaq.model.project import CELL_COLUMNS, SITE_COLUMNS, ModelLink, ProjectConfig

DOCS: Final = Path(__file__).parent

#: Kinds of rulebooks that the package ships.
KINDS: Final = ("entry-classes", "exposure", "exposure-factors", "exposure-materials", "plan-rules", "service")

#: What every key of project.toml means. Types and defaults come from the models; a key without a line here, or a
#: line without a key, stops the generation.
MEANING: Final[dict[str, str]] = {
    "project.name": "what the report and the tables call the project",
    "project.description": "a sentence about it",
    "project.synthetic": "`true` marks every output SYNTHETIC",
    "project.body": "the celestial body: radius, refraction and ground constants follow from it",
    "project.language": "language of the report; only `en` exists now. Left out: `AQDAQ_LANGUAGE`",
    "project.seed": "seed of random choices; written into the manifest. No stage of a run draws random numbers yet",
    "grid.crs": "projected coordinate system in metres, in which all results lie",
    "grid.resolution_m": "side of a pixel (m)",
    "grid.bounds": (
        "x_min, y_min, x_max, y_max (m) in that system; left out: around the sites, and around the measured places "
        "within `radius_m` of the sites"
    ),
    "grid.margin_m": "added on all sides when `bounds` is left out (m)",
    "terrain.files": "rasters of ground height (m); where they overlap the first one wins",
    "terrain.flat_height_m": "height of flat ground (m) when there is no file; listed as assumed",
    "buildings.file": "file of footprints",
    "buildings.layer": "layer of the file; needed only when it has several",
    "buildings.columns": "our name = name in the file, for names that differ; see [formats](formats.md#buildings)",
    "buildings.floor_height_m": "height of a floor (m), for buildings with floors and no height; listed as assumed",
    "buildings.default_height_m": "height (m) of buildings that give neither; listed as assumed",
    "developments.file": "planned buildings, in any [format of a plan](plans.md)",
    "developments.layers": "layers that hold them; left out: those whose names say so, or the only one",
    "developments.mapping": "[mapping file](plans.md#mapping-files), for drawings and for files in a local frame",
    "developments.columns": "our name = name in the file, for names that differ; see [plans](plans.md#fields)",
    "developments.source_crs": "coordinate system of the file, where it does not say one",
    "developments.height_unit": (
        "of the heights; `floors` where storeys were written into the height. Left out: as the mapping says, else `m`"
    ),
    "developments.floor_height_m": (
        "height of a floor (m), for those with floors and no height, assumed. Left out: as the mapping says, else 3"
    ),
    "developments.default_height_m": "height (m) of those that give neither, assumed; left out: a fault",
    "developments.start": "first day of the works, where the file says none: from then on the whole mass stands",
    "developments.end": "first day of use, where the file says none: from then on people live there",
    "developments.works_days": "days between start and end, where only one of them is given; listed as assumed",
    "developments.mend_outlines": (
        "mend outlines that cross themselves, and say so; else they are faults. Left out: as the mapping says, else no"
    ),
    "network.sites": "site table; left out: the cell table holds the coordinates",
    "network.cells": "cell table, one row a cell",
    "network.separator": "between the fields of both tables",
    "network.decimal": "mark before the decimals of numbers in both tables",
    "network.site_columns": "our name = name in the site table, for names that differ",
    "network.columns": "our name = name in the cell table, for names that differ",
    "network.defaults": "our name = value, for what the cell table does not hold; listed as assumed",
    "network.split_bands": "`true`: a layer for each band (column `band`), not for each technology",
    "measurements.file": "CSV table of a drive test; for `ookla` a Parquet file",
    "measurements.preset": "fills in the keys for the files of an app, see [measurements](measurements.md#presets)",
    "measurements.format": (
        "`long`: one row per place and cell; `wide`: one column per cell; `tiles`: where mobile data was used, no "
        "levels"
    ),
    "measurements.separator": "between the fields",
    "measurements.decimal": "mark before the decimals",
    "measurements.lat_column": "column of the latitude, or of the northing when `crs` is projected",
    "measurements.lon_column": "column of the longitude, or of the easting when `crs` is projected",
    "measurements.crs": "coordinate system of these two columns",
    "measurements.cell_column": "`long`: column that names the cell; none with a preset, or with `identity` alone",
    "measurements.level_column": "`long`: column of the level",
    "measurements.quantity": (
        "what was measured: RSRP (LTE, NR), RSCP (UMTS), RxLev (GSM), RSSI (others); where the technology of a row is "
        "known, it says so"
    ),
    "measurements.unit": "unit of the levels, see [units](measurements.md#units)",
    "measurements.cells": "`wide`: column of the table = cell id",
    "measurements.empty": (
        "what an empty level means: `unknown`, nothing; `below_floor`, the cell was looked for and lay below the floor"
    ),
    "measurements.date": "day of the drive test, where no column says it: levels are compared with the city of then",
    "measurements.time_column": (
        "column of the time, or of the day, `YYYY-MM-DD`; a row without one has `date`, else the day of the run, "
        "assumed"
    ),
    "measurements.time_format": (
        "`iso`, `epoch_s`, `epoch_ms`, or a pattern of Python's `strptime`; left out: ISO, or seconds or milliseconds "
        "since 1970 where all are numbers"
    ),
    "measurements.time_zone": "of times that name none",
    "measurements.receiver_floor_dbm": (
        "levels at or below it (dBm) are bounds: the true level lay there or lower; they are no levels"
    ),
    "measurements.technology": "of all rows, where no column says it: LTE, NR, UMTS, GSM",
    "measurements.technology_column": "column of the technology; usual names are understood",
    "measurements.technologies": "name in the file = our name, for names that are not understood",
    "measurements.operator": "of all rows, where no column says it",
    "measurements.operator_column": "column of the operator; it must be that of the cell",
    "measurements.operators": "name or network code (`401-01`) in the file = operator of the cell table",
    "measurements.identity": (
        "what the phone read of the cell = column, see "
        "[cells by their identity](measurements.md#cells-by-their-identity)"
    ),
    "measurements.min_confidence": "a row whose cell is less certain is set aside",
    "measurements.device": "what measured, where no column says it",
    "measurements.device_column": "column of the device",
    "measurements.speed_column": "column of the speed over ground",
    "measurements.speed_unit": "of that column",
    "measurements.accuracy_column": "column of the error of the position (m)",
    "measurements.fix_column": "column that says whether the receiver had a position",
    "measurements.no_fix_values": "its texts where it had none",
    "measurements.route_column": "column of the drive; left out: the file and the day are one drive",
    "measurements.rsrq_column": "column of the RSRQ (Ec/No in UMTS), kept beside the levels",
    "measurements.sinr_column": "column of the SINR, kept beside the levels",
    "measurements.sinr_step_db": "dB of one step of that column; 0.1 where it holds tenths",
    "measurements.missing_values": "texts that mean that nobody knows, in any column",
    "measurements.missing_levels": "further ones in the column of the level",
    "measurements.no_service_column": "column that says whether the phone had service",
    "measurements.no_service_values": "its texts where it had none; such a row without a level is a silent place",
    "people.source": (
        "`raster`: a population raster; `buildings`: the residents of the buildings; `none`: nobody knows, white spots "
        "are ranked by area"
    ),
    "people.raster": 'raster of persons per pixel; given exactly when `source = "raster"`',
    "districts.file": "file of named polygons",
    "districts.layer": "layer of the file; needed only when it has several",
    "districts.name_column": "column that holds the name",
    "streets.file": (
        "axes of the streets, for [measure](measure-next.md); left out: every free ground is a way, listed as assumed"
    ),
    "streets.layer": "layer of the file; needed only when it has several",
    "streets.name_column": "column that holds the name; none is needed",
    "streets.join_crossings": "`true`: streets meet wherever they cross, also where they share no vertex",
    "service.definitions": "ids of service rulebooks; several are judged side by side",
    "service.overrides": "per id, figures that the project states itself; the report uses them",
    "prediction.radius_m": "how far around a site its cells are predicted (m); beyond it they are unknown",
    "prediction.profile_step_m": "largest distance between the samples of a terrain profile (m)",
    "prediction.noise_figure_db": "of the receiver (dB), for the SINR",
    "prediction.sd_db": "standard deviation of the level where nothing was measured (dB)",
    "prediction.models": (
        "chain of models by range, see [usage](usage.md#models-of-a-run) and the keys below; none: `delta_bullington` "
        "as far as `radius_m`"
    ),
    "prediction.mode": (
        "`exact`: a profile for each pixel; `sweep`: radials that share the work; `auto`: the sweep where the model "
        "has one and a pixel is at most twice `profile_step_m`"
    ),
    "prediction.time_percent": "share of an average year in which the loss is not exceeded (%); left out: 50, assumed",
    "prediction.location_percent": "share of locations at which it is not exceeded (%); left out: 50, assumed",
    "prediction.delta_n": "lapse rate of the refractivity (N-units/km); left out: 45, assumed",
    "prediction.n0": "refractivity at sea level (N-units); left out: 325, assumed",
    "prediction.polarization": "of all cells; left out: vertical, assumed",
    "prediction.models.name": "of a [model](usage.md#models-of-single-paths) that has areas",
    "prediction.models.to_m": "distance from the site at which the next model begins (m); the last leaves it out",
    "prediction.models.options": "further figures of the model, on its page",
    "screening.enabled": "`false` leaves out the checks of [screening](screening.md)",
    "screening.good_error_m": "a stated error of the position up to here costs nothing (m)",
    "screening.most_error_m": "rows that state a larger one are set aside (m); between the two they count less",
    "screening.thin": "`false` keeps every row; `true` merges those of a cell in one pixel into their median",
    "screening.thin_m": "side of the squares that are merged (m); left out: the pixel of the grid",
    "screening.apart": (
        "what is never merged: `campaign`: rows more than 30 days apart; `day`: rows of different days; `nothing`. "
        "Routes always stay apart"
    ),
    "calibration.enabled": "`false` leaves the prediction as the engine makes it",
    "calibration.without_measurements": (
        "`engine`: levels as the engine says, with the spread `prediction.sd_db`; `other_cities`: by the law and the "
        "lessons of [other cities](accuracy.md#zero-what-is-expected-where-nothing-was-measured), which know neither "
        "buildings nor terrain of the place"
    ),
    "calibration.tile_m": "side of the tiles that validation leaves out (m)",
    "calibration.buffer_m": "no sample for the fit lies this near to a tile that is left out (m)",
    "calibration.folds": "number of groups of tiles, left out one after the other",
    "causes.enabled": "whether a run says why its white spots are there, see [causes](causes.md)",
    "causes.new_since": "buildings that stand since this day or later are new; left out: two years before the run",
    "causes.most": "white spots of a definition that are explained, by rank",
    "exposure.candidates": (
        "sites that might be built, for the [evidence pack](exposure.md#evidence-pack): a CSV table or points, one row "
        "a cell, in the columns of the cell table with `lon` and `lat` (or `x` and `y`)"
    ),
    "exposure.measurements": (
        "measured fields, CSV or GeoPackage, for [`aqdaq exposure compare`](exposure.md#measurements); a run does not "
        "read it"
    ),
    "exposure.windows": (
        "windows and balconies, a CSV table, for [`aqdaq exposure receptors`](exposure.md#windows-and-balconies)"
    ),
    "exposure.handset_p0_dbm": (
        "P_0 per resource block of [the phones](exposure.md#the-handset-side), as broadcast (dBm)"
    ),
    "exposure.handset_alpha": "share of the path loss that phones make up for, as broadcast",
    "exposure.handset_max_dbm": "largest power of a phone (dBm)",
    "exposure.handset_blocks": "resource blocks that a phone sends on",
    "exposure.antenna_gain_dbi": "gain of base stations whose antenna file does not give it, for the phones (dBi)",
    "limits.max_bad_share": "share of bad measurement rows above which a run stops",
}


def pages() -> dict[Path, str]:
    """Return every page that has generated parts, with these parts as they should be.

    Raises:
        ValueError: a page names a part that nothing makes.
    """
    found = {}
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if "<!-- generated: " in text:
            found[page] = re.sub(r"<!-- generated: (\w+) -->\n.*?<!-- end of \1 -->", _replace, text, flags=re.DOTALL)
    return found


def _replace(match: re.Match[str]) -> str:
    name = match[1]
    if name not in PARTS:
        raise ValueError(f"nothing makes the part {name!r}; known: {', '.join(PARTS)}")
    return f"<!-- generated: {name} -->\n\n{PARTS[name]()}\n\n<!-- end of {name} -->"


def commands() -> str:
    """Return the help of the program and of every command."""
    top = click.Context(cli, info_name="aqdaq", terminal_width=100, **cli.context_settings)
    parts = [f"## aqdaq\n\n```text\n{cli.get_help(top)}\n```"]
    for name in COMMANDS:
        command = cli.get_command(top, name)
        if command is None:
            raise ValueError(f"the command {name} is listed and not there")
        inner = click.Context(command, info_name=name, parent=top)
        parts.append(f"## aqdaq {name}\n\n```text\n{command.get_help(inner)}\n```")
        for below, one in command.commands.items() if isinstance(command, click.Group) else ():
            text = one.get_help(click.Context(one, info_name=below, parent=inner))
            parts.append(f"### aqdaq {name} {below}\n\n```text\n{text}\n```")
    return "\n\n".join(parts)


def settings_table() -> str:
    """Return the settings of the environment."""
    rows = [
        (f"`AQDAQ_{name.upper()}`", _type(info), _default(info), info.description or "")
        for name, info in Settings.model_fields.items()
    ]
    return _table(("variable", "type", "default", "meaning"), rows)


def project_keys() -> Iterator[tuple[str, str, type[BaseModel], bool]]:
    """Yield section, heading, model and whether the section may be repeated, in the order of the file."""
    for name, info in ProjectConfig.model_fields.items():
        models = [m for m in _leaves(info.annotation) if isinstance(m, type) and issubclass(m, BaseModel)]
        repeated = get_origin(info.annotation) is tuple
        yield name, f"[[{name}]]" if repeated else f"[{name}]", models[0], repeated


def project_sections() -> str:
    """Return a table of the keys of each section of project.toml.

    Raises:
        ValueError: a key has no meaning here, or a meaning no key.
    """
    parts, seen = [], set()
    for section, heading, model, repeated in project_keys():
        seen |= {f"{section}.{key}" for key in model.model_fields}
        required = ProjectConfig.model_fields[section].is_required()
        note = "Required." if required else "May be repeated, may be left out." if repeated else "May be left out."
        parts.append(f"## `{heading}`\n\n{note}\n\n{_keys(section, model)}")
        for key, info in model.model_fields.items():
            for inner in (
                one for one in _leaves(info.annotation) if isinstance(one, type) and issubclass(one, BaseModel)
            ):
                seen |= {f"{section}.{key}.{name}" for name in inner.model_fields}
                parts.append(f"### `{heading}.{key}`\n\nEach of the list.\n\n{_keys(f'{section}.{key}', inner)}")
    if seen != set(MEANING):
        raise ValueError(f"keys without a meaning, or meanings without a key: {sorted(seen ^ set(MEANING))}")
    return "\n\n".join(parts)


def _keys(where: str, model: type[BaseModel]) -> str:
    """Return the table of the keys of a section, or of a table inside one."""
    rows = [
        (f"`{key}`", _type(info), _default(info), MEANING.get(f"{where}.{key}", ""))
        for key, info in model.model_fields.items()
    ]
    return _table(("key", "type", "default", "meaning"), rows)


def column_names() -> str:
    """Return the names that site and cell tables may use."""
    lists = (("site table", SITE_COLUMNS), ("cell table", CELL_COLUMNS))
    return "\n".join(f"- {name}: {', '.join(f'`{c}`' for c in columns)}" for name, columns in lists)


def rulebooks() -> str:
    """Return the rulebooks that the package ships."""
    rows = [
        (f"`{b.id}`", b.kind, b.title, _period(b.valid_from, b.valid_to), "yes" if b.verified else "no", b.notes)
        for kind in KINDS
        for b in list_rulebooks(kind)
    ]
    return _table(("id", "kind", "title", "in force", "verified", "notes"), rows)


def _period(begin: Any, end: Any) -> str:
    return f"{begin} to {end or 'further notice'}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _leaves(annotation: Any) -> Iterator[Any]:
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for one in inner:
        yield from _leaves(one)


_WORDS: Final[dict[Any, str]] = {
    str: "text",
    float: "number",
    int: "whole number",
    bool: "true or false",
    Path: "path",
    dt.date: "date",
    Any: "value",
    ModelLink: "tables",
}


def _type(info: FieldInfo) -> str:
    limits = [f"{sign} {getattr(m, name):g}" for m in info.metadata for name, sign in _LIMITS if hasattr(m, name)]
    if any(getattr(m, "max_length", None) == 1 for m in info.metadata):
        return "one character"
    return ", ".join([_words(info.annotation), *limits])


_LIMITS: Final = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))


def _words(annotation: Any) -> str:
    origin, inner = get_origin(annotation), [a for a in get_args(annotation) if a not in (type(None), Ellipsis)]
    if origin is Literal:
        return " or ".join(f'`"{value}"`' for value in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(_words(one) for one in inner)
    if origin is tuple:
        return f"list of {len(inner)} numbers" if len(inner) > 1 else f"list of {_words(inner[0])}"
    if origin is dict:
        return f"table of {_words(inner[1])}"
    if hasattr(annotation, "__metadata__"):
        return _words(inner[0])
    return _WORDS[annotation]


def _default(info: FieldInfo) -> str:
    value = info.default
    if value is PydanticUndefined:
        return "**required**"
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple | dict):
        return "none" if not value else f"`{value}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


PARTS: Final[dict[str, Callable[[], str]]] = {
    "commands": commands,
    "settings": settings_table,
    "project_sections": project_sections,
    "column_names": column_names,
    "rulebooks": rulebooks,
}


def first_picture(report: str) -> bytes:
    """Return the first picture of a report: the map of the white spots of its first definition.

    Args:
        report: the page, as HTML.

    Raises:
        ValueError: the page holds no picture.
    """
    found = re.search(r'src="data:image/png;base64,([^"]+)"', report)
    if found is None:
        raise ValueError("the report holds no picture")
    return base64.b64decode(found[1])


def path_picture(file: Path) -> bytes:
    """Return the picture of the first path of a file, by P.1812."""
    from aqdaq.engine.registry import get_model
    from aqdaq.io.path_lines import read_path_lines
    from aqdaq.model.body import EARTH
    from aqdaq.pipeline.path_scene import draw
    from aqdaq.pipeline.paths import answer

    model = get_model("p1812")
    return draw(answer(read_path_lines(file)[0], model, EARTH.sphere), model, EARTH, "png", "en")


def main(arguments: Sequence[str]) -> None:
    """Rewrite the generated parts of all pages, and the picture of each run folder or file of paths that is named."""
    for run in arguments:
        if run.endswith(".jsonl"):
            (DOCS / "images" / "path.png").write_bytes(path_picture(Path(run)))
            continue
        report = (Path(run) / "report" / "index.html").read_text(encoding="utf-8")
        (DOCS / "images" / "whitespots.png").write_bytes(first_picture(report))
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
