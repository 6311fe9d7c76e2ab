"""The service definitions of a project on a day."""

from __future__ import annotations

import datetime as dt

from aqdaq.base.errors import Fault, InputError
from aqdaq.base.rulebook import load_rulebook
from aqdaq.model.definition import ServiceDefinition
from aqdaq.pipeline.faults import Faults
from aqdaq.pipeline.project import Project


def read_definitions(project: Project, date: dt.date) -> tuple[ServiceDefinition, ...]:
    """Return the service definitions of a project in force at a date.

    Raises:
        InputError: one is unknown, not in force or malformed, or their receiver heights differ.
    """
    service, faults = project.config.service, Faults()
    folder = project.folder / "data" / "rulebooks"

    def one(key: str) -> ServiceDefinition:
        return ServiceDefinition.from_rulebook(
            load_rulebook("service", key, date, folder), **service.overrides.get(key, {})
        )

    found = [faults.attempt(lambda k=key: one(k)) for key in service.definitions]  # type: ignore[misc]
    definitions = tuple(d for d in found if d is not None)
    heights = sorted({d.receiver_height_m for d in definitions})
    if len(heights) > 1:
        faults.all.append(
            Fault(
                "[service].definitions",
                f"receiver heights differ: {heights} m ({_height_of_each(definitions)})",
                "use one project per height, or state one height in [service].overrides",
            )
        )
    if faults.all:
        raise InputError(faults.all)
    return definitions


def _height_of_each(definitions: tuple[ServiceDefinition, ...]) -> str:
    silent = "receiver_height_m"
    return "; ".join(
        f"{d.id} {d.receiver_height_m:g} m{', not stated there' if silent in d.not_stated else ''}" for d in definitions
    )
