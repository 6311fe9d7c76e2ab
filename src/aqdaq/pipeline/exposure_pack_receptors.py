"""The receptors of the neighbourhood of a candidate."""

from __future__ import annotations

from aqdaq.analysis.exposure.receptors import Found, receptors_of
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.project import Project


def neighbourhood(project: Project, field: Field, place_m: tuple[float, float], within_m: float) -> Found:
    """Return the receptors around a place.

    Args:
        project: opened.
        field: of the project on the day.
        place_m: x and y (m).
        within_m: distance from it (m).
    """
    return receptors_of(field.inputs.buildings, field.ground, field.date, near=place_m, within_m=within_m)
