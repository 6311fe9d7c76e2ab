"""The area models by name and mode: ``exact`` takes one profile per receiver, ``sweep`` shares radials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from aqdaq.base.errors import UsageError
from aqdaq.engine.area_types import AreaPredict

Mode = Literal["exact", "sweep"]


@dataclass(frozen=True, slots=True)
class AreaModel:
    """A model that can predict areas.

    Attributes:
        name: as in the registry of path models and in project files.
        exact: one profile per receiver.
        sweep: radials that share the work; None where there is none.
        versions: by mode, raised when the figures of that mode change, so that kept results are not taken for new ones.
    """

    name: str
    exact: AreaPredict
    sweep: AreaPredict | None = None
    versions: Mapping[str, int] = field(default_factory=dict)


_MODELS: Final[dict[tuple[str, str], AreaPredict]] = {}
_VERSIONS: Final[dict[tuple[str, str], int]] = {}


def area_model(name: str, mode: Mode = "exact", *, version: int = 1) -> Callable[[AreaPredict], AreaPredict]:
    """Register an area model under ``name`` and ``mode``; ``version`` is raised when its figures change."""

    def register(predict: AreaPredict) -> AreaPredict:
        if (name, mode) in _MODELS:
            raise UsageError(f"two area models are called {name!r}, {mode}")
        _MODELS[name, mode] = predict
        _VERSIONS[name, mode] = version
        return predict

    return register


def get_area_model(name: str) -> AreaModel:
    """Return an area model by name.

    Raises:
        UsageError: there is none; the names there are stand in the message.
    """
    exact = _MODELS.get((name, "exact"))
    if exact is None:
        raise UsageError(f"unknown area model {name!r}; the models are: {', '.join(area_model_names())}")
    versions = {mode: version for (known, mode), version in sorted(_VERSIONS.items()) if known == name}
    return AreaModel(name, exact, _MODELS.get((name, "sweep")), versions)


def area_model_names() -> list[str]:
    """Return the names of all area models, sorted."""
    return sorted({name for name, mode in _MODELS if mode == "exact"})
