"""Stage ``causes``: why each white spot is one, computed with the engine on what the city might be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Final

from scipy import ndimage

from aqdaq.model.cause import SpotCauses
from aqdaq.model.coverage import Coverage
from aqdaq.model.definition import ServiceDefinition
from aqdaq.model.project import CausesSection
from aqdaq.pipeline.cause_cells import LayerCells, OpenedLevels, lost_cells
from aqdaq.pipeline.cause_explain import Explainer, LayerView, Patch
from aqdaq.pipeline.cause_surfaces import Surfaces
from aqdaq.pipeline.culprits import BuildingSearch
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import State
from aqdaq.pipeline.store import Store

#: Part of the key of a run, raised when a figure of the causes changes.
CAUSES_VERSION: Final = "shapley/2"
#: Without a date of the project, buildings are new for so many years.
NEW_YEARS: Final = 2


def explain_project(
    project: Project, state: State, store: Store, reporter: Reporter, *, fresh: bool = False
) -> tuple[SpotCauses, ...] | None:
    """Return why each white spot is one, by definition, rank and layer; None where the project does not ask.

    Args:
        project: opened.
        state: of the run.
        store: where they are kept.
        reporter: of progress.
        fresh: compute anew.
    """
    section = project.config.causes
    if not section.enabled:
        return None
    key = _key(section, state)
    if fresh or not store.has("causes", key, ".json"):
        store.write_json("causes", key, [one.as_dict() for one in explain(section, state, reporter)])
    return tuple(SpotCauses.from_dict(one) for one in store.read_json("causes", key))


def explain(section: CausesSection, state: State, reporter: Reporter) -> list[SpotCauses]:
    """Return why each white spot is one, by definition, rank and layer.

    Args:
        section: of the project.
        state: of the run.
        reporter: of progress.
    """
    since = new_since(section, state.date)
    surfaces = Surfaces.of(state.predictor, state.inputs.buildings, since)
    explainer = Explainer(
        state, since, surfaces, BuildingSearch.of(surfaces), _cells(state), OpenedLevels(state.levels)
    )
    found: list[tuple[int, SpotCauses]] = []
    for number, definition in enumerate(state.inputs.definitions):
        judged = [c for c in state.coverage if definition.id in c.probability]
        for coverage in reporter.steps(judged, f"causes, layers of {definition.id}"):
            view = LayerView.of(coverage, definition, explainer.cells[str(coverage.layer)])
            for patch in _patches(section, state, definition, coverage):
                one = explainer.explain(definition, view, patch)
                if one is not None:
                    found.append((number, one))
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].rank, pair[1].layer))]


def new_since(section: CausesSection, date: dt.date) -> dt.date:
    """Return the day since which a building is new: that of the project, or two years before the run."""
    if section.new_since is not None:
        return section.new_since
    year = date.year - NEW_YEARS
    return date.replace(year=year, day=28) if (date.month, date.day) == (2, 29) else date.replace(year=year)


def _patches(
    section: CausesSection, state: State, definition: ServiceDefinition, coverage: Coverage
) -> Iterator[Patch]:
    """Yield the white spots in which a layer fails, each with the window of the grid that holds it."""
    found = state.found.get(definition.id)
    if found is None:
        return
    windows = ndimage.find_objects(found.labels)
    for spot in found.spots[: section.most]:
        if any(part.layer == str(coverage.layer) for part in spot.layers):
            window = windows[spot.rank - 1]
            yield Patch(spot, window, found.labels[window] == spot.rank)


def _cells(state: State) -> dict[str, LayerCells]:
    ever, now, predictor = state.inputs.network_ever, state.inputs.network, state.predictor
    placed, north = predictor.placed(), replace(predictor, network=ever).north_deg()
    lost = lost_cells(ever, now, state.date)
    return {str(layer): LayerCells.of(layer, placed, now, lost, ever, north) for layer in now.layers()}


def _key(section: CausesSection, state: State) -> str:
    inputs, predictor = state.inputs, state.predictor
    return content_key(
        CAUSES_VERSION,
        predictor.key(state.calibrated.key, state.levels.keys),
        section.model_dump(mode="json"),
        new_since(section, state.date).isoformat(),
        state.date.isoformat(),
        [asdict(d) for d in inputs.definitions],
        asdict(inputs.grid),
        inputs.entry.key if inputs.entry is not None else None,
        [[b.id, b.height_m, str(b.built), str(b.demolished), b.footprint.wkt] for b in inputs.buildings],
        [asdict(cell) for cell in inputs.network_ever.cells],
        [[spot.id, spot.rank, spot.area_m2, spot.people] for one in state.found.values() for spot in one.spots],
        inputs.people,
    )
