"""The files of a checked plan: JSON for machines, GeoPackage for maps, HTML and PDF for the authority."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np

from aqdaq import __version__
from aqdaq.base.errors import ExistsError, OutputError
from aqdaq.base.settings import settings
from aqdaq.io.vector import write_vector
from aqdaq.pipeline.outputs import write_json
from aqdaq.planning.plan_rules.findings import Verdict, by_object, rounded, worst
from aqdaq.planning.plan_rules.judge import Judgement
from aqdaq.planning.plan_rules.outcome import PlanCheck
from aqdaq.report.plan_html import statement_html
from aqdaq.report.plan_map import COLOURS, plan_map
from aqdaq.report.plan_pdf import statement_pdf
from aqdaq.report.plan_statement import make_statement
from aqdaq.report.texts import Texts

#: Names of the files.
FILES: Final = ("result.json", "result.gpkg", "statement.html", "statement.pdf")


def claim(folder: Path, *, overwrite: bool) -> None:
    """Refuse to replace a file.

    Raises:
        ExistsError: one of the files is there already, or the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise ExistsError(f"{folder} is a file: give a folder")
    there = [name for name in FILES if (folder / name).exists()]
    if there and not overwrite:
        raise ExistsError(f"{folder / there[0]} is there already; add --overwrite to replace it")


def write_check(check: PlanCheck, folder: Path, *, language: str | None = None) -> tuple[Path, ...]:
    """Write the files of a check into a folder, made when it is not there; the same check is the same bytes.

    Args:
        check: the outcome.
        folder: that takes the files.
        language: of the statement; None: that of the settings.

    Raises:
        UsageError: there are no texts in the language.
        OutputError: a file cannot be written.
    """
    texts = Texts(language or settings().language)
    paths = tuple(folder / name for name in FILES)
    statement, picture = make_statement(check, texts, __version__), plan_map(check, texts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(paths[0], as_json(check))
        paths[1].unlink(missing_ok=True)
        for layer, frame in _layers(check).items():
            write_vector(paths[1], frame, layer=layer)
        paths[2].write_text(statement_html(statement, picture), encoding="utf-8", newline="\n")
        paths[3].write_bytes(statement_pdf(statement, picture))
    except OSError as err:
        if isinstance(err, OutputError):
            raise
        raise OutputError(f"{folder}: cannot be written: {err.strerror or err} -> choose another folder") from err
    return paths


def as_json(check: PlanCheck) -> dict[str, Any]:
    """Return the check, JSON-ready; nothing in it depends on the clock."""
    plan, book, proposal = check.plan, check.book, check.proposal
    return {
        "verdict": check.judgement.verdict.value,
        "date": check.date.isoformat(),
        "version": __version__,
        "synthetic": check.synthetic,
        "project": check.project,
        "plan": {
            "source": plan.source,
            "sha256": plan.checksum,
            "crs": plan.crs,
            "objects": dict(sorted(Counter(o.kind for o in plan.objects).items())),
            "layers": sorted(plan.kinds),
            "set_aside": [asdict(one) for one in plan.set_aside],
        },
        "rulebook": {
            "id": book.id,
            "title": book.title,
            "valid_from": book.valid_from.isoformat(),
            "valid_to": book.valid_to.isoformat() if book.valid_to else None,
            "source": book.source,
            "verified": book.verified,
        },
        "rules": _rules(check.judgement),
        "findings": [one.as_dict() for one in check.judgement.findings],
        "assumed": list(check.assumed),
        "notes": list(check.notes),
        "proposal": {
            "candidates": proposal.candidates,
            "sites": _sites(check),
            "verdict": proposal.after.verdict.value,
            "now_pass": list(proposal.changed(check.judgement)),
            "rules": _rules(proposal.after),
            "still": [one.as_dict() for one in proposal.after.findings if one.verdict is not Verdict.PASS],
        },
    }


def _rules(judgement: Judgement) -> list[dict[str, Any]]:
    rows = []
    for rule in judgement.rules:
        found = judgement.of(rule)
        counts = {one.value: sum(f.verdict is one for f in found) for one in Verdict}
        rows.append(
            {
                "id": rule.id,
                "check": rule.check,
                "title": rule.title,
                "clause": rule.clause,
                "source": rule.source,
                "verified": rule.verified,
                "verdict": judgement.verdict_of(rule).value,
                "counts": counts,
                "missing": sorted({str(missing) for f in found for missing in f.missing}),
            }
        )
    return rows


def _sites(check: PlanCheck) -> list[dict[str, Any]]:
    rows = []
    for one in check.proposal.sites:
        site = one.candidate.site
        place = site.geometry.representative_point()
        rows.append(
            {
                "id": site.id,
                "kind": one.candidate.kind,
                "origin": one.candidate.origin,
                "structure": site.structure,
                "height_m": rounded(site.height_m),
                "x_m": round(place.x, 2),
                "y_m": round(place.y, 2),
                "cures": [{"rule": rule, "object": name} for rule, name in one.cures],
            }
        )
    return rows


def _layers(check: PlanCheck) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the GeoPackage: objects by their worst verdict, every finding, the proposal."""
    shapes = {(o.kind, o.id): o for o in check.plan.objects}
    objects = []
    for (kind, name), found in by_object(check.judgement.findings):
        verdict = worst(f.verdict for f in found)
        rules = {one: [f.rule for f in found if f.verdict is one] for one in (Verdict.FAIL, Verdict.UNKNOWN)}
        if found[0].geometry is not None:
            objects.append(
                {
                    "kind": kind,
                    "id": name,
                    "name": shapes[kind, name].name if (kind, name) in shapes else None,
                    "verdict": verdict.value,
                    "colour": COLOURS[verdict],
                    "fails": ";".join(dict.fromkeys(rules[Verdict.FAIL])),
                    "unknown": ";".join(dict.fromkeys(rules[Verdict.UNKNOWN])),
                    "missing": ";".join(dict.fromkeys(str(m) for f in found for m in f.missing)),
                    "geometry": found[0].geometry,
                }
            )
    findings = [
        {**_flat(f.as_dict()), "colour": COLOURS[f.verdict], "geometry": f.geometry}
        for f in check.judgement.findings
        if f.geometry is not None
    ]
    proposal = [
        {
            **row,
            "cures": ";".join(dict.fromkeys(c["rule"] for c in row["cures"])),
            "geometry": one.candidate.site.geometry,
        }
        for row, one in zip(_sites(check), check.proposal.sites, strict=True)
    ]
    made = {"objects": (objects, _OBJECTS), "findings": (findings, _FINDINGS), "proposal": (proposal, _PROPOSAL)}
    return {name: _frame(rows, columns, check.plan.crs) for name, (rows, columns) in made.items()}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {key: ";".join(map(str, value)) if isinstance(value, list) else value for key, value in row.items()}


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...], crs: str) -> gpd.GeoDataFrame:
    geometry = np.array([row["geometry"] for row in rows], dtype=object)
    plain = [{key: row[key] for key in columns} for row in rows]
    return gpd.GeoDataFrame(plain, columns=list(columns), geometry=geometry, crs=crs)


_OBJECTS: Final = ("kind", "id", "name", "verdict", "colour", "fails", "unknown", "missing")
_FINDINGS: Final = (
    "rule", "object_kind", "object", "where", "verdict", "figure", "about", "value", "bound", "sense", "unit",
    "missing", "assumed", "colour",
)  # fmt: skip
_PROPOSAL: Final = ("id", "kind", "origin", "structure", "height_m", "x_m", "y_m", "cures")
