"""``aqdaq challenge``: which predicted coverage the project's own measurements refute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry import Polygon, mapping

from aqdaq.analysis.challenge import (
    DECORRELATION_M,
    NOT_ENOUGH,
    REFUTED,
    SUPPORTED,
    Evidence,
    all_together,
    by_unit,
    false_discovery,
)
from aqdaq.analysis.challenge_rule import RuleFound, challenged
from aqdaq.analysis.classify import cannot_classify, class_table, classify
from aqdaq.analysis.field_tests import FieldTests, field_tests
from aqdaq.analysis.judged_units import Units, hexagons, parents_of, to_degrees, units_of
from aqdaq.base.errors import Fault, InputError, UsageError
from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.pipeline.fuse import stored_coverage
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.run import RunPlan, run

#: Said where the prediction has seen the measurements that it is tested with.
FITTED: Final = (
    "the prediction was calibrated with these same measurements: what they refute is what the fit could not follow"
)


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What the tests say of one unit and layer.

    Attributes:
        layer: as text.
        unit: id.
        outline: in degrees.
        found: verdict and its figures.
        q_value: p-value adjusted for the number of units of the layer.
        rule: what the definition's own rule of challenges says; None without one.
    """

    layer: str
    unit: str
    outline: Polygon
    found: Evidence
    q_value: float
    rule: RuleFound | None

    def as_dict(self) -> dict[str, Any]:
        """Return the figures, JSON-ready, without the outline."""
        rule: dict[str, Any] = {"rule_met": None, "rule_children": None, "rule_why_not": []}
        if self.rule is not None:
            rule = {
                "rule_met": self.rule.met,
                "rule_children": self.rule.children,
                "rule_why_not": list(self.rule.why_not),
            }
        figures = _rounded(self.found)
        return {"layer": self.layer, "unit": self.unit, **figures, "q_value": round(self.q_value, 6), **rule}


@dataclass(frozen=True, slots=True)
class LayerResult:
    """All units of a layer together.

    Attributes:
        layer: as text.
        found: of all tests where service is predicted.
        elsewhere: tests where none is predicted or nothing is known; no claim is made there.
        units: number of units per verdict.
    """

    layer: str
    found: Evidence
    elsewhere: int
    units: dict[str, int]


@dataclass(frozen=True, slots=True)
class ChallengeResult:
    """One definition.

    Attributes:
        definition: judged by.
        promised: probability, 0..1.
        unit: of judgement, in words.
        layers: by name.
        units: by layer and id.
        classes: tests and places by class, see ``analysis.classify``.
    """

    definition: ServiceDefinition
    promised: float
    unit: str
    layers: tuple[LayerResult, ...]
    units: tuple[UnitResult, ...]
    classes: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, JSON-ready."""
        return {
            "definition": self.definition.id,
            "promised": self.promised,
            "unit": self.unit,
            "decorrelation_m": DECORRELATION_M,
            "layers": [
                {"layer": one.layer, **_rounded(one.found), "tests_elsewhere": one.elsewhere, "units": one.units}
                for one in self.layers
            ],
            "units": [one.as_dict() for one in self.units],
            "classes": self.classes.to_dict("records"),
        }


@dataclass(frozen=True, slots=True)
class Challenge:
    """What ``challenge_project`` found.

    Attributes:
        run: name of the run whose coverage was tested.
        results: one a definition that can be tested.
        classified: tests by class under definitions that judge no prediction.
        refused: per definition, why it cannot be tested.
        notes: what should be known of the result.
    """

    run: str
    results: tuple[ChallengeResult, ...]
    classified: tuple[pd.DataFrame, ...]
    refused: dict[str, str]
    notes: tuple[str, ...]

    def as_geojson(self, *, synthetic: bool) -> dict[str, Any]:
        """Return the units as GeoJSON, longitude and latitude in degrees."""
        features = [
            {
                "type": "Feature",
                "properties": {"definition": result.definition.id, **unit.as_dict(), "synthetic": synthetic},
                "geometry": _geometry(unit.outline),
            }
            for result in self.results
            for unit in result.units
        ]
        return {"type": "FeatureCollection", "features": features}


def challenge_project(project: Project, date: dt.date, only: str | None = None) -> Challenge:
    """Test the coverage of a run with the project's measurements; the run is made when it is not there.

    Args:
        project: opened.
        date: of the run.
        only: id of the definition to test; None: all that can be tested.

    Raises:
        UsageError: the project does not use that definition.
        RulebookError: that definition cannot be tested.
        InputError: an input is wrong, or there are no measurements.
    """
    inputs = read_inputs(project, date)
    chosen = _chosen(inputs, only)
    layers = {cell.id: cell.layer for cell in inputs.network.cells}
    tests = field_tests(inputs.measurements, layers, inputs.silent, inputs.quality)
    if len(tests) == 0:
        raise InputError(Fault("[[measurements]]", "there is no measurement to test with", "add some"))
    refused = {d.id: d.cannot_predict or cannot_classify(d) for d in chosen}
    refused = {key: why for key, why in refused.items() if why}
    if only is not None and cannot_classify(chosen[0]):
        classify(chosen[0], tests)  # says what is missing
    done = run(RunPlan(project, date)) if len(refused) < len(chosen) else None
    results = []
    if done is not None:
        coverage = [stored_coverage(layer, inputs, done.folder / "coverage") for layer in inputs.network.layers()]
        results = [_test(d, inputs, project, tests, coverage) for d in chosen if d.id not in refused]
    silent = [d for d in chosen if d.id in refused and not cannot_classify(d)]
    return Challenge(
        run=done.run_id if done is not None else "",
        results=tuple(results),
        classified=tuple(_classes(d, inputs, project, tests) for d in silent),
        refused=refused,
        notes=(FITTED,) if project.config.calibration.enabled else (),
    )


def _chosen(inputs: Inputs, only: str | None) -> tuple[ServiceDefinition, ...]:
    if only is None:
        return inputs.definitions
    found = tuple(d for d in inputs.definitions if d.id == only)
    if not found:
        used = ", ".join(d.id for d in inputs.definitions)
        raise UsageError(f"the project does not use the definition {only!r}; it uses: {used}")
    return found


def _classes(d: ServiceDefinition, inputs: Inputs, project: Project, tests: FieldTests) -> pd.DataFrame:
    found = classify(d, tests)
    return class_table(found, tests, _units(d, inputs, project, tests).number)


def _units(d: ServiceDefinition, inputs: Inputs, project: Project, tests: FieldTests) -> Units:
    """Return the unit of each test; where a rule counts small hexagons, their large ones."""
    x, y = _places(tests)
    if d.challenge is None:
        return units_of(d.unit, inputs.grid, x, y, geographic_crs=project.body.geographic_crs)
    return parents_of(_children(d, inputs, project, tests), d.challenge.child_resolution - 1)


def _children(d: ServiceDefinition, inputs: Inputs, project: Project, tests: FieldTests) -> Units:
    assert d.challenge is not None
    lon, lat = to_degrees(inputs.grid, *_places(tests), project.body.geographic_crs)
    return hexagons(lon, lat, d.challenge.child_resolution, geographic_crs=project.body.geographic_crs)


def _places(tests: FieldTests) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return tests.table["x_m"].to_numpy(dtype=np.float64), tests.table["y_m"].to_numpy(dtype=np.float64)


def _test(
    d: ServiceDefinition, inputs: Inputs, project: Project, tests: FieldTests, coverage: list[Any]
) -> ChallengeResult:
    classified = classify(d, tests)
    units, layers = [], []
    for c in (c for c in coverage if d.id in c.probability):
        own = classified.judged & (tests.table["layer"] == str(c.layer)).to_numpy()
        claimed = own & _claimed(d, c, inputs, tests)
        part, failed = tests.where(claimed), classified.failed[claimed]
        found = list(_layer(d, inputs, project, part, failed)) if len(part) else []
        parts = [one.found for one in found]
        total = all_together(parts, d.bound, least_tests=d.minimum_samples)
        counts = {verdict: sum(p.verdict == verdict for p in parts) for verdict in (REFUTED, SUPPORTED, NOT_ENOUGH)}
        layers.append(LayerResult(str(c.layer), total, int(own.sum() - claimed.sum()), counts))
        units += found
    all_units = _units(d, inputs, project, tests)
    classes = class_table(classified, tests, all_units.number)
    return ChallengeResult(d, d.bound, all_units.what, tuple(layers), tuple(units), classes)


def _claimed(d: ServiceDefinition, c: Coverage, inputs: Inputs, tests: FieldTests) -> NDArray[np.bool_]:
    """Return where service is predicted: the probability is known and reaches the bound."""
    row, col, inside = inputs.grid.index(*_places(tests))
    holds: NDArray[np.bool_] = inside & (c.probability[d.id][row, col] >= np.float32(d.bound))
    return holds


def _layer(
    d: ServiceDefinition, inputs: Inputs, project: Project, tests: FieldTests, failed: NDArray[np.bool_]
) -> Iterator[UnitResult]:
    units = _units(d, inputs, project, tests)
    parts = by_unit(units.number, len(units.ids), _places(tests), failed, d.bound, least_tests=d.minimum_samples)
    rules: list[RuleFound] | list[None] = [None] * len(units.ids)
    if d.challenge is not None:
        time_s = tests.table["time_s"].to_numpy(dtype=np.float64)
        rules = challenged(d.challenge, units, _children(d, inputs, project, tests), failed, time_s)
    layer = str(tests.table["layer"].iloc[0])
    for unit, outline, found, q, rule in zip(
        units.ids, units.outlines, parts, false_discovery(parts), rules, strict=True
    ):
        yield UnitResult(layer, unit, outline, found, q, rule)


def _rounded(found: Evidence) -> dict[str, Any]:
    return {key: round(value, 6) if isinstance(value, float) else value for key, value in asdict(found).items()}


def _geometry(outline: Polygon) -> dict[str, Any]:
    shape = mapping(outline)
    rings = [[[round(float(lon), 7), round(float(lat), 7)] for lon, lat in ring] for ring in shape["coordinates"]]
    return {"type": "Polygon", "coordinates": rings}
