"""The chain of models that a project names: as the engine takes it, what is wrong with it, what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

import aqdaq.engine.models  # noqa: F401 - registers the models of paths
from aqdaq.base.errors import Fault, InputError, UsageError
from aqdaq.engine.area_registry import Mode, area_model_names
from aqdaq.engine.area_types import AreaSetting, Terrain, Transmitter
from aqdaq.engine.chain import ChainLink, Links, chain_modes, run_link
from aqdaq.engine.registry import PathInput, PropagationModel, field_names, get_model, model_names
from aqdaq.io.hints import did_you_mean
from aqdaq.io.project_file import place_in_project_file
from aqdaq.model.body import Body
from aqdaq.model.project import PredictionSection, ProjectConfig
from aqdaq.model.results import Assumption

#: Models that read the streets from rasters of the whole surface: what single paths give as options is there.
BY_RASTERS: Final = frozenset({"urban_surface"})

#: Field of a path that a key stands for -> key, words, unit.
_KEYS: Final = {
    "time_percent": ("time_percent", "share of the year in which the loss is not exceeded", " %"),
    "location_percent": ("location_percent", "share of the locations at which the loss is not exceeded", " %"),
    "delta_n": ("delta_n", "lapse rate of the refractivity", " N-units/km"),
    "n0": ("n0", "refractivity at sea level", " N-units"),
    "vertical": ("polarization", "polarization", ""),
}


def known_models() -> list[str]:
    """Return the names that ``[prediction].models`` may use, sorted."""
    return area_model_names()


def links_of(section: PredictionSection) -> Links:
    """Return the chain as the engine takes it."""
    return tuple(ChainLink(model.name, begin, end, dict(model.options)) for model, begin, end in section.rings)


def modes_of(section: PredictionSection, resolution_m: float) -> tuple[Mode, ...]:
    """Return the way each link is computed on the grid.

    Raises:
        UsageError: a sweep is asked for and a model has none.
    """
    return chain_modes(
        links_of(section),
        resolution_m=resolution_m,
        step_m=section.profile_step_m,
        mode=section.mode,
        grid=True,
    )


def setting_of(section: PredictionSection, body: Body, *, rx_height_m: float, latitude_deg: float) -> AreaSetting:
    """Return what holds for the paths of one site; what the project leaves open is as the engine has it.

    Args:
        section: of the project file.
        body: for the sphere.
        rx_height_m: of the receivers above ground (m).
        latitude_deg: of the site (deg).
    """
    given = {
        name: getattr(section, name)
        for name in ("time_percent", "location_percent", "delta_n", "n0")
        if getattr(section, name) is not None
    }
    return AreaSetting(
        rx_height_m=rx_height_m,
        step_m=section.profile_step_m,
        sphere=body.sphere,
        latitude_deg=latitude_deg,
        vertical=section.polarization != "horizontal",
        **given,
    )


def check_chain(config: ProjectConfig, body: Body, file: Path, *, rx_height_m: float) -> None:
    """Refuse a chain with a model that cannot hold here at all: on this body, with these options, in this mode.

    Each model is asked for no receiver: what it refuses then, it would refuse everywhere.

    Args:
        config: of the project.
        body: the celestial body.
        file: the project file; it is read again for the lines of the faults.
        rx_height_m: of the receivers above ground (m).

    Raises:
        InputError: every fault with its line.
    """
    faults = [
        Fault(place_in_project_file(file, loc), what, mend) for loc, what, mend in _faults(config, body, rx_height_m)
    ]
    if faults:
        raise InputError(faults)


def _faults(config: ProjectConfig, body: Body, rx_height_m: float) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield key, what is wrong with it, and how to mend it."""
    section = config.prediction
    try:
        modes_of(section, config.grid.resolution_m)
    except UsageError as err:
        yield ("prediction", "mode"), str(err), 'use mode = "auto"'
    setting = setting_of(section, body, rx_height_m=rx_height_m, latitude_deg=0.0)
    for number, link in enumerate(links_of(section)):
        here = ("prediction", "models", number)
        unknown = [name for name in link.options if (known := _options(link.model)) is not None and name not in known]
        for name in unknown:
            known = _options(link.model) or []
            mend = did_you_mean(name, known) if known else "leave it out"
            yield (*here, "options", name), f"{link.model} has no option {name!r}", mend
        if unknown:
            continue
        try:
            _ask_for_nothing(link, setting)
        except InputError as err:
            for fault in err.faults:
                yield here, f"{link.model}: {fault.where}: {fault.what}", fault.mend


def _ask_for_nothing(link: ChainLink, setting: AreaSetting) -> None:
    flat = np.zeros((2, 2), dtype=np.float32)
    site = Transmitter(0.5, 0.5, np.array([30.0]), np.array([900.0]))
    run_link(link, "exact", Terrain(flat, flat, 10.0), site, np.empty(0), np.empty(0), setting)


def _options(name: str) -> list[str] | None:
    """Return the options of a model, or None where the models of paths do not know it."""
    if name in BY_RASTERS:
        return []
    if name not in model_names():
        return None
    return sorted(get_model(name).uses - set(field_names()))


def chain_assumptions(config: ProjectConfig, body: Body) -> tuple[Assumption, ...]:
    """Return the figures that the models of the chain use and that the project does not give."""
    section = config.prediction
    users: dict[str, list[str]] = {}
    options: list[Assumption] = []
    for link in links_of(section):
        if link.model not in model_names():
            continue
        model, path = get_model(link.model), _path(section, link)
        by_rasters = link.model in BY_RASTERS
        for name in sorted(model.uses if by_rasters else model.used(path, body.sphere)):
            if link.model not in users.setdefault(name, []):
                users[name].append(link.model)
        options += [] if by_rasters else _open_options(config, link, model, path, body)
    setting = setting_of(section, body, rx_height_m=1.5, latitude_deg=0.0)
    found = []
    for name, (key, words, unit) in _KEYS.items():
        if name in users and getattr(section, key) is None:
            value = "vertical" if name == "vertical" else f"{getattr(setting, name):g}{unit}"
            found.append(Assumption(words, value, _for(users[name]), f"[prediction].{key} is not given"))
    if "zone" in users:
        found.append(
            Assumption("radio-climatic zone", "inland, far from any coast", _for(users["zone"]), "a run knows no coast")
        )
    return (*found, *options)


def _for(names: list[str]) -> str:
    return f"paths of {', '.join(names)}"


def _path(section: PredictionSection, link: ChainLink) -> PathInput:
    """Return a path of the link, to ask the model what it uses of it."""
    return PathInput(
        frequency_mhz=900.0,
        tx_height_m=30.0,
        rx_height_m=1.5,
        distance_m=np.linspace(0.0, max(link.from_m, 1.0), 11),
        ground_m=np.zeros(11),
        clutter_m=np.zeros(11),
        zone=np.full(11, 4, dtype=np.int8),
        location_percent=50.0 if section.location_percent is None else section.location_percent,
        options=link.options,
    )


def _open_options(
    config: ProjectConfig, link: ChainLink, model: PropagationModel, path: PathInput, body: Body
) -> Iterator[Assumption]:
    """Yield the options of a link that nobody gave."""
    users = f"paths of {link.model} from {link.from_m:g} m to {link.to_m:g} m"
    for name, value in model.assumed_options(path, body.sphere).items():
        if name == "los":  # an area decides by its buildings, and takes chance only where none are known
            if not config.buildings:
                yield Assumption("line of sight", "by probability", users, "no buildings were given")
        elif callable(model.defaults[name]):
            yield Assumption(name, "height of the antenna above ground", users, f"option {name} is not given")
        else:
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            yield Assumption(name, shown, users, f"option {name} is not given")
