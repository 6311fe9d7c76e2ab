"""Attributes of a plan's objects: under which names files have them, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from aqdaq.io.building_fields import (
    MAX_HEIGHT_M,
    read_date,
    read_floors,
    read_number,
    read_residents,
    read_text,
)
from aqdaq.io.osm_tags import parse_height_m
from aqdaq.io.plan_mapping import FOOT_M, PlanMapping
from aqdaq.model.project import PLAN_FIELDS

_YES: Final = frozenset({"1", "yes", "true", "да", "иә", "ja", "y", "t"})
_NO: Final = frozenset({"0", "no", "false", "нет", "жоқ", "nein", "n", "f"})


def read_yes(value: Any) -> bool | None:
    """Return yes or no; nothing is None.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, bool):
        return value
    text = (read_text(value) or "").casefold()
    if not text:
        return None
    if text not in _YES | _NO:
        raise ValueError(f"{value!r} is neither yes nor no")
    return text in _YES


def read_height_m(value: Any, mapping: PlanMapping) -> float | None:
    """Return a height (m) up to 1000: a number in the unit of the mapping, or a text that names its own (``40 ft``).

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str) and any(sign.isalpha() or sign in "'′" for sign in value):
        try:
            return parse_height_m(value)
        except ValueError as err:
            raise ValueError(f"{value!r} {err}") from None
    number = read_number(value)
    if number is None:
        return None
    height_m = number * {"m": 1.0, "ft": FOOT_M, "floors": mapping.floor_height_m}[mapping.height_unit]
    if not 0.0 < height_m <= MAX_HEIGHT_M:
        raise ValueError(f"height {height_m:g} m lies outside 0 to {MAX_HEIGHT_M:g} m")
    return height_m


def _read_positive(value: Any) -> float | None:
    number = read_residents(value)
    if number == 0.0:
        raise ValueError("0 is not above 0")
    return number


#: How the value of each field is read; that of a height also needs the mapping.
READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "id": read_text,
    "kind": read_text,
    "name": read_text,
    "use": read_text,
    "floors": read_floors,
    "floor_area_m2": read_residents,
    "residents": read_residents,
    "seats": read_residents,
    "start": read_date,
    "end": read_date,
    "phase": read_text,
    "structure": read_text,
    "owner": read_text,
    "spacing_m": _read_positive,
    "powered": read_yes,
    "indoor_system": read_yes,
}

#: Names that other data use for the same, without regard to case.
USUAL: Final[dict[str, tuple[str, ...]]] = {
    "id": ("building_id", "object_id", "gml_id", "localid"),
    "kind": ("object_kind", "feature_kind"),
    "name": ("title", "название", "наименование", "атауы", "bezeichnung"),
    "use": ("land_use", "landuse", "function", "назначение", "мақсаты", "nutzung"),
    "height_m": ("height", "measuredheight", "высота", "биіктігі", "hoehe", "höhe"),
    "floors": (
        "storeys", "stories", "levels", "building:levels", "storeysaboveground", "этажность", "этажей", "этажи",
        "қабат", "geschosse", "vollgeschosse",
    ),
    "floor_area_m2": ("floor_area", "gfa", "gross_floor_area", "общая_площадь", "bgf"),
    "residents": ("population", "people", "жители", "население", "тұрғындар", "einwohner"),
    "seats": ("seat_count", "мест", "вместимость", "plaetze"),
    "start": ("start_date", "construction_start", "начало", "басталуы", "baubeginn"),
    "end": ("end_date", "completion", "commissioning", "окончание", "ввод", "аяқталуы", "fertigstellung"),
    "phase": ("stage", "очередь", "кезең", "bauabschnitt"),
    "structure": ("structure_type", "тип_опоры", "bauwerk"),
    "owner": ("operator", "оператор", "betreiber"),
    "spacing_m": ("spacing", "шаг", "abstand"),
    "powered": ("has_power",),
    "indoor_system": ("das", "indoor_coverage"),
}  # fmt: skip


def fields_of(columns: Iterable[str], mapping: PlanMapping) -> dict[str, str]:
    """Return our field -> name in the file, of what is mapped or has one of our names or a usual one."""
    there = list(columns)
    folded = {name.casefold(): name for name in reversed(there)}
    found = {}
    for field in PLAN_FIELDS:
        names = (mapping.columns.get(field), field, *USUAL[field])
        name = next((n for n in names if n is not None and n.casefold() in folded), None)
        if name is not None:
            found[field] = name if name in there else folded[name.casefold()]
    return found


def guesses(fields: Mapping[str, str], mapping: PlanMapping) -> list[str]:
    """Return which columns were taken for ours by a usual name, so that a wrong guess shows."""
    return [
        f"{theirs} for {ours}"
        for ours, theirs in fields.items()
        if theirs.casefold() != ours and mapping.columns.get(ours) != theirs
    ]


def read_values(
    values: Mapping[str, Any], fields: Mapping[str, str], mapping: PlanMapping, complain: Callable[[str], None]
) -> dict[str, Any]:
    """Return the values of a feature by our fields; what cannot be read is complained about and None.

    Args:
        values: by the names of the file.
        fields: our field -> name in the file.
        mapping: of the file.
        complain: takes what is wrong, in words.
    """
    record: dict[str, Any] = dict.fromkeys(PLAN_FIELDS)
    for ours, theirs in fields.items():
        value = values.get(theirs)
        try:
            record[ours] = read_height_m(value, mapping) if ours == "height_m" else READERS[ours](value)
        except ValueError as err:
            complain(f"{theirs}: {err}")
    return record
