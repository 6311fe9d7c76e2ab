"""The files of an evidence pack: PDF in three languages, JSON and CSV for machines."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from aqdaq.base.errors import ExistsError, OutputError
from aqdaq.engine.exposure.formulas import field_percent, field_v_m
from aqdaq.pipeline.exposure_at import limit_record
from aqdaq.pipeline.outputs import write_json
from aqdaq.report.exposure_annex import annex_document
from aqdaq.report.exposure_content import MAXIMA, Flat, Pack, State, findings, flats_of, summaries
from aqdaq.report.exposure_pack import pack_document
from aqdaq.report.exposure_pdf import document_pdf

JSON_NAME: Final = "pack.json"
CSV_NAME: Final = "receptors.csv"
_STATES: Final = ("existing", "proposed")


def file_names(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the files of a pack in so many languages."""
    documents = [f"{kind}_{language}.pdf" for language in languages for kind in ("pack", "annex")]
    return (*documents, JSON_NAME, CSV_NAME)


def claim(folder: Path, languages: Sequence[str], *, overwrite: bool) -> None:
    """Refuse to replace a file.

    Raises:
        ExistsError: one of the files is there already, or the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise ExistsError(f"{folder} is a file: give a folder")
    there = [name for name in file_names(languages) if (folder / name).exists()]
    if there and not overwrite:
        raise ExistsError(f"{folder / there[0]} is there already; add --overwrite to replace it")


def write_pack(pack: Pack, folder: Path, languages: Sequence[str]) -> tuple[Path, ...]:
    """Write the files of a pack into a folder, made when it is not there; the same pack is the same bytes.

    Args:
        pack: what it says.
        folder: that takes the files.
        languages: of the documents.

    Raises:
        OutputError: a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for language in languages:
            (folder / f"pack_{language}.pdf").write_bytes(document_pdf(pack_document(pack, language)))
            (folder / f"annex_{language}.pdf").write_bytes(document_pdf(annex_document(pack, language)))
        write_json(folder / JSON_NAME, pack_record(pack))
        _write_receptors(folder / CSV_NAME, pack)
    except OSError as err:
        raise OutputError(f"{folder}: cannot be written: {err.strerror or err} -> choose another folder") from err
    return tuple(folder / name for name in file_names(languages))


def pack_record(pack: Pack) -> dict[str, Any]:
    """Return a pack, JSON-ready; nothing in it depends on the clock."""
    return {
        "project": pack.project,
        "synthetic": pack.synthetic,
        "version": pack.version,
        "date": pack.date.isoformat(),
        "crs": pack.crs,
        "candidate": _candidate(pack),
        "within_m": pack.within_m,
        "way": "line of sight through the city" if pack.line_of_sight else "free space",
        "reflection": pack.reflection,
        "near_field": pack.near_field,
        "limits": [limit_record(limit) for limit in pack.limits],
        "coloured_by": pack.limits[pack.strictest].id,
        "incomplete": pack.incomplete,
        "buildings_without_height": list(pack.without_height),
        "without_ground": list(pack.without_ground),
        "cells_left_out": list(pack.left_out),
        "findings": [_finding(pack, n) for n in range(len(pack.limits))],
        "buildings": _buildings(pack),
        "flats": [row for building in pack.chosen for row in _flats(pack, building)],
        "zones": [_zone(pack, n) for n in range(len(pack.zones))],
        "zone_step_m": pack.zone_step_m,
        "antennas": len(pack.antennas),
        "receptors": len(pack.receptors),
        "windows_set_aside": [asdict(aside) for aside in pack.set_aside],
        "buildings_without_places": [{"building": name, "reason": why} for name, why in pack.without_places],
        "assumed": [asdict(a) for a in pack.assumed],
        "measured": [asdict(row) for row in pack.measured],
        "handset": [asdict(row) for row in pack.handset],
        "handset_terms": asdict(pack.handset_terms) if pack.handset_terms is not None else None,
    }


def _candidate(pack: Pack) -> dict[str, Any]:
    own = [a for a in pack.antennas if a.candidate]
    return {
        "id": pack.candidate,
        "origin": pack.origin,
        "x_m": _number(pack.place_m[0], 10),
        "y_m": _number(pack.place_m[1], 10),
        "ground_m": _number(pack.foot_m),
        "cells": [a.cell for a in own],
        "eirp_w": _number(sum(a.eirp_w for a in own)),
    }


def _finding(pack: Pack, n: int) -> dict[str, Any]:
    found = findings(pack)[n]
    return {
        "limit": found.limit,
        "verdict": found.verdict,
        "reasons": list(found.reasons),
        "existing_ratio": _number(found.existing),
        "proposed_ratio": _number(found.proposed),
        "proposed_actual_ratio": _number(found.actual),
        "receptor": pack.receptors.id[found.worst] if found.worst >= 0 else None,
        "above": found.over,
        "above_existing": found.over_before,
        "above_by_kind": [
            {"kind": kind, "receptors": count, "people": _number(people)} for kind, count, people in found.by_kind
        ],
    }


def _buildings(pack: Pack) -> list[dict[str, Any]]:
    ids = [limit.id for limit in pack.limits]

    def by_limit(values: Any) -> dict[str, float | None]:
        return dict(zip(ids, [_number(v) for v in values], strict=True))

    return [
        {
            "building": s.building or None,
            "receptors": s.receptors,
            "unknown": s.unknown,
            "existing_ratio": by_limit(s.existing),
            "proposed_ratio": by_limit(s.proposed),
            "proposed_actual_ratio": by_limit(s.actual),
            "receptor": pack.receptors.id[s.worst] if s.worst >= 0 else None,
        }
        for s in summaries(pack)
    ]


def _flats(pack: Pack, building: str) -> list[dict[str, Any]]:
    rows = []
    for flat in flats_of(pack, building):
        row: dict[str, Any] = {
            "building": building, "flat": flat.flat or None, "floor": flat.floor or None,
            "facade_deg": _number(flat.facade_deg), "kind": flat.kind, "receptor": pack.receptors.id[flat.index],
            "receptors": flat.count, "unknown": flat.unknown,
        }  # fmt: skip
        for name, state in zip(_STATES, pack.states, strict=True):
            row[name] = {word: _figures(pack, state, flat, n) for n, word in enumerate(MAXIMA)}
            row[name]["largest"] = state.largest[flat.index] or None
            row[name]["largest_share"] = _number(state.largest_share[flat.index])
        rows.append(row)
    return rows


def _figures(pack: Pack, state: State, flat: Flat, most: int) -> dict[str, Any]:
    s = flat.highest(state.s_w_m2[most])
    ratios = {limit.id: flat.highest(state.ratio[most, n]) for n, limit in enumerate(pack.limits)}
    return {
        "s_w_m2": _number(s),
        "s_mw_m2": _number(1e3 * s),
        "s_uw_cm2": _number(100.0 * s),
        "e_v_m": _number(field_v_m(s)),
        "ratio": {key: _number(value) for key, value in ratios.items()},
        "field_percent": {key: _number(field_percent(value)) for key, value in ratios.items()},
    }


def _zone(pack: Pack, n: int) -> dict[str, Any]:
    zone = pack.zones[n]
    entered = [{"building": b, "from_m": low, "to_m": high, "planned": p} for b, low, high, p in zone.entered]
    return {
        "limit": zone.limit, "sanitary_area_m2": zone.sanitary_m2, "restriction_from_m": zone.from_m,
        "restriction_to_m": zone.to_m, "reach_m": _number(zone.reach_m), "entered": entered,
    }  # fmt: skip


def _write_receptors(path: Path, pack: Pack) -> None:
    """Write a row a receptor; unknown figures are empty."""
    r = pack.receptors
    head = [
        "id",
        "kind",
        "building",
        "planned",
        "floor",
        "facade_deg",
        "flat",
        "x_m",
        "y_m",
        "z_m",
        "height_m",
        "people",
    ]
    columns: list[tuple[str, Any]] = []
    for name, state in zip(_STATES, pack.states, strict=True):
        for most, word in enumerate(MAXIMA):
            columns.append((f"{name}_{word}_s_w_m2", state.s_w_m2[most]))
            columns.append((f"{name}_{word}_e_v_m", np.asarray(field_v_m(state.s_w_m2[most]))))
            columns += [
                (f"{name}_{word}_ratio_{limit.id}", state.ratio[most, n]) for n, limit in enumerate(pack.limits)
            ]
    names = [f"{name}_largest" for name in _STATES]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*head, *(key for key, _ in columns), *names])
        for i in range(len(r)):
            place = [_number(v, 10) for v in (*r.at_m[i], r.height_m[i])]
            facade, people = _number(r.facade_deg[i]), _number(r.people[i])
            known = [r.id[i], r.kind[i], r.building[i], "yes" if r.planned[i] else "no", r.floor[i] or None, facade]
            figures = [_number(values[i]) for _, values in columns]
            largest = [state.largest[i] for state in pack.states]
            writer.writerow([*known, r.flat[i], *place, people, *figures, *largest])


def _number(value: Any, digits: int = 6) -> float | None:
    """Return a number as ``exposure at`` writes it; None where it is unknown."""
    if value is None or not math.isfinite(float(value)):
        return None
    return float(f"{float(value):.{digits}g}")
