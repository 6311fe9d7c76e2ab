"""What several models ask of a path: its options by name, and a body that the model was measured on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.model.body import Sphere


class WithOptions(Protocol):
    """What carries options by name: a path, or what holds for a whole area."""

    @property
    def options(self) -> Mapping[str, float | str]:
        """The options."""
        ...


def require_atmosphere(sphere: Sphere, source: str) -> None:
    """Refuse a body without an atmosphere for a model that is statistics of the Earth's cities and countryside.

    Raises:
        ValidityError: the body has no atmosphere.
    """
    if not sphere.atmosphere:
        raise ValidityError(
            Fault(
                "body",
                f"{source} is statistics of places on Earth; a body without an atmosphere has none of them",
                "use free_space, two_ray or delta_bullington",
            )
        )


def choice(path: WithOptions, name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return an option that is a word.

    Raises:
        ValidityError: the word is none of ``allowed``.
    """
    value = path.options.get(name, default)
    if value not in allowed:
        raise ValidityError(Fault(name, f"{value!r} is not known", f"use one of: {', '.join(allowed)}"))
    return str(value)


def number(path: WithOptions, name: str, default: float) -> float:
    """Return an option that is a number.

    Raises:
        ValidityError: it is not a finite number.
    """
    value = path.options.get(name, default)
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError) as err:
        raise ValidityError(Fault(name, f"{value!r} is not a number", "give a number")) from err
    if not math.isfinite(found):
        raise ValidityError(Fault(name, f"{value!r} is not a number", "give a finite number"))
    return found
