"""What a project leaves open and the program fills in, in words for the manifest and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aqdaq.model.body import Body
from aqdaq.model.project import BuildingSource, ProjectConfig
from aqdaq.model.results import Assumption

if TYPE_CHECKING:
    from aqdaq.io.buildings import BuildingsRead


def project_assumptions(config: ProjectConfig, body: Body) -> tuple[Assumption, ...]:
    """Return what holds for the whole project because nobody said otherwise."""
    sphere = body.sphere
    found = [
        Assumption(
            "effective earth radius factor" if body.name == "earth" else "effective radius factor",
            f"k = {sphere.k:.3f}",
            "all paths",
            "median of ITU-R P.310" if sphere.atmosphere else "no atmosphere",
        ),
        Assumption(
            "ground constants",
            f"permittivity {sphere.permittivity:g}, {sphere.conductivity_s_m:g} S/m",
            "all paths",
            "average ground of ITU-R P.526" if body.name == "earth" else "dry regolith",
        ),
        Assumption(
            "spread of the level without measurements",
            f"{config.prediction.sd_db:g} dB",
            "cells that no measurement reaches",
            "[prediction].sd_db",
        ),
        Assumption(
            "receiver noise figure", f"{config.prediction.noise_figure_db:g} dB", "SINR", "[prediction].noise_figure_db"
        ),
    ]
    if not config.terrain.files:
        found.append(
            Assumption(
                "ground height", f"flat at {config.terrain.flat_height_m:g} m", "the whole area", "no terrain was given"
            )
        )
    if not config.buildings:
        found.append(Assumption("buildings", "none", "the whole area", "no buildings were given"))
    if config.people.source == "none":
        found.append(Assumption("people", "not counted", "the whole area", "nobody said who lives here"))
    return tuple(found)


def building_assumptions(source: BuildingSource, read: BuildingsRead) -> tuple[Assumption, ...]:
    """Return how heights of buildings were filled in."""
    found = []
    if read.from_floors_count:
        found.append(
            Assumption(
                "building height",
                f"floors x {source.floor_height_m:g} m",
                f"{read.from_floors_count} buildings of {source.file}",
                "no height in the file; [[buildings]].floor_height_m",
            )
        )
    if read.assumed_height_count:
        found.append(
            Assumption(
                "building height",
                f"{source.default_height_m:g} m",
                f"{read.assumed_height_count} buildings of {source.file}",
                "neither height nor floors in the file; [[buildings]].default_height_m",
            )
        )
    return tuple(found)
