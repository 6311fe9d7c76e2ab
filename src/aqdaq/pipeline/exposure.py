"""Exposure of a project: its cells as sources, its buildings as walls, its limits, on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.city import CityWalls, city_walls, height_unknown
from aqdaq.analysis.exposure.sources import Ground, Sources, sources_of
from aqdaq.engine.exposure.ground import ground_at
from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.exposure_practice import Attenuation
from aqdaq.model.results import Assumption
from aqdaq.model.surface import Surface
from aqdaq.pipeline.exposure_limits import load_limits, load_practice
from aqdaq.pipeline.inputs import Inputs, read_inputs
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.state import predictor_of

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Setting:
    """How exposure is computed.

    Attributes:
        limits: ids to compare with.
        reflection: by which reflections raise the power density: 1, 2.56 or 4.
        line_of_sight: whether buildings attenuate; else free space.
        near_field: whether panels count as long near to them; else every antenna is a point.
    """

    limits: tuple[str, ...]
    reflection: float = 1.0
    line_of_sight: bool = False
    near_field: bool = True

    @property
    def way(self) -> str:
        """In words, how the field comes to the receptors."""
        return "line of sight through the city" if self.line_of_sight else "free space"


@dataclass(frozen=True, slots=True)
class Field:
    """All that exposure in a project starts from, on a day.

    Attributes:
        date: the day.
        setting: how it is computed.
        inputs: of the project.
        ground: height of the ground.
        sources: the cells on air.
        limits: to compare with.
        city: walls; None in free space.
        attenuation: of materials.
        assumed: figures that nobody gave.
        notes: what else must be known, in words.
    """

    date: dt.date
    setting: Setting
    inputs: Inputs
    ground: Ground
    sources: Sources
    limits: tuple[ExposureLimit, ...]
    city: CityWalls | None
    attenuation: Attenuation
    assumed: tuple[Assumption, ...]
    notes: tuple[str, ...]

    @property
    def incomplete(self) -> bool:
        """Whether a building that stands has no height: nobody can say what its people get."""
        return bool(without_height(self.inputs))


def field_of(project: Project, date: dt.date, setting: Setting) -> Field:
    """Read a project and return what exposure in it starts from.

    Args:
        project: opened.
        date: selects buildings, cells and limits.
        setting: how it is computed.

    Raises:
        InputError: an input is wrong.
        RulebookError: a limit is not known or not yet in force.
    """
    limits = load_limits(project, setting.limits, date)
    attenuation, factors = load_practice(project, date)
    inputs = read_inputs(project, date, tolerate_bad_rows=True)  # measurements play no part here
    ground = ground_of(inputs.surface)
    placed = predictor_of(project, inputs).placed()
    sources = sources_of(placed, ground, factors, reflection=setting.reflection, near_field=setting.near_field)
    standing = [b for b in inputs.buildings if b.stands(date)]
    city = city_walls(standing, ground, attenuation) if setting.line_of_sight else None
    assumed = (*_terrain_assumed(inputs), *sources.assumed, *_setting_assumed(setting), *_city_assumed(city, standing))
    return Field(
        date, setting, inputs, ground, sources, limits, city, attenuation, assumed, _notes(limits, sources, inputs)
    )


def ground_of(surface: Surface) -> Ground:
    """Return the height of the ground at places, bilinear; NaN outside and where it is unknown."""
    heights = np.ascontiguousarray(surface.ground_m)

    def ground(x_m: Float, y_m: Float) -> Float:
        rows, cols = surface.grid.fractional(x_m, y_m)
        return ground_at(heights, rows, cols)

    return ground


def without_height(inputs: Inputs) -> tuple[str, ...]:
    """Return the ids of the buildings that stand and whose height nobody gave, in metres or in floors."""
    return tuple(b.id for b in inputs.buildings if b.stands(inputs.surface.date) and height_unknown(b))


def _terrain_assumed(inputs: Inputs) -> tuple[Assumption, ...]:
    return tuple(a for a in inputs.assumptions if a.item == "ground height")


def _setting_assumed(setting: Setting) -> tuple[Assumption, ...]:
    rows = [Assumption("reflection factor", f"{setting.reflection:g}", "all sources", "of the power density, as asked")]
    if setting.near_field:
        why = "no table gives the length of an antenna; an even row of that beamwidth is as long"
        rows.append(Assumption("length of panels", "50.8 deg x wavelength / vertical beamwidth", "near fields", why))
    return tuple(rows)


def _city_assumed(city: CityWalls | None, standing: Sequence[object]) -> tuple[Assumption, ...]:
    if city is None:
        return ()
    rows = []
    if city.without_material:
        of = f"{city.without_material} of {len(standing)} buildings"
        rows.append(Assumption("attenuation by buildings", "0 dB", of, "their material is not known"))
    if city.without_height:
        of = f"{len(city.without_height)} of {len(standing)} buildings"
        rows.append(Assumption("attenuation by buildings", "0 dB", of, "their height is not known"))
    return tuple(rows)


def _notes(limits: Sequence[ExposureLimit], sources: Sources, inputs: Inputs) -> tuple[str, ...]:
    notes = [f"limit {limit.id}: {limit.caution}" for limit in limits if limit.caution]
    if sources.left_out:
        notes.append(
            f"the ground is not known at the sites of {', '.join(sources.left_out)}: these cells are not counted"
        )
    unknown = without_height(inputs)
    if unknown:
        notes.append(f"INCOMPLETE: {len(unknown)} buildings without height: {', '.join(unknown)}")
    return tuple(notes)
