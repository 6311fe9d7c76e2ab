"""What a rulebook of kind ``service`` holds, checked: every fault at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aqdaq.model.definition_parts import ChallengeRule, Selection, ServiceClass, Throughput, Unit

#: Figures that every definition needs and few sources give: what the source is silent about takes the default.
DEFAULTED: Final = ("receiver_height_m", "minimum_area_m2", "measured_within_m", "minimum_samples")


class Figures(BaseModel):
    """The figures of a service definition. What the source does not give is left out, never invented."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold_dbm: dict[str, float] | None = Field(default=None, min_length=1)
    probability: float | None = Field(default=None, gt=0.0, lt=1.0)
    probability_of: Literal["place", "cell-edge", "area"] = "place"
    receiver_height_m: float = Field(default=1.5, gt=0.0, le=30.0)
    environment: Literal["outdoor", "indoor"] = "outdoor"
    entry_model: Literal["constant", "p2109"] = "constant"
    building_class: Literal["traditional", "thermally-efficient", "mixed"] | None = None
    efficient_share: float | None = Field(default=None, ge=0.0, le=1.0)
    entry_loss_db: float = Field(default=0.0, ge=0.0, le=60.0)
    entry_loss_sd_db: float = Field(default=0.0, ge=0.0, le=30.0)
    minimum_area_m2: float = Field(default=0.0, ge=0.0)
    measured_within_m: float = Field(default=50.0, gt=0.0)
    minimum_samples: int = Field(default=3, ge=1)
    unit: Unit = Unit()
    classes: tuple[ServiceClass, ...] = ()
    served_class: str | None = None
    throughput: Throughput | None = None
    selection: Selection | None = None
    challenge: ChallengeRule | None = None

    @model_validator(mode="after")
    def _one_threshold(self) -> Figures:
        given = [name for name in ("threshold_dbm", "classes", "selection") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} would each say what is served: give one of them")
        return self

    @model_validator(mode="after")
    def _classes_in_order(self) -> Figures:
        names = [one.name for one in self.classes]
        if len(names) == 1 or len(set(names)) != len(names):
            raise ValueError(f"classes: two or more with different names, the best first; found {names}")
        if bool(names) != (self.served_class is not None) or (names and self.served_class not in names[:-1]):
            raise ValueError("served_class: name the lowest of the classes that counts as served, not the last")
        bounds = [one.least_dbm for one in self.classes]
        if any(bounds):
            self._bounds_fall(bounds)
        return self

    @staticmethod
    def _bounds_fall(bounds: list[dict[str, float]]) -> None:
        if bounds[-1] or any(set(least) != set(bounds[0]) for least in bounds[:-1]):
            raise ValueError("classes: all but the last need least_dbm, for the same technologies")
        for better, worse in pairwise(bounds[:-1]):
            if any(worse[technology] >= level for technology, level in better.items()):
                raise ValueError("classes: least_dbm must fall from one class to the next")

    @model_validator(mode="after")
    def _entry_loss_whole(self) -> Figures:
        if self.entry_model == "constant":
            if self.building_class is not None or self.efficient_share is not None:
                raise ValueError('building_class and efficient_share belong to entry_model = "p2109"')
            return self
        if self.environment != "indoor" or self.building_class is None:
            raise ValueError('entry_model = "p2109" needs environment = "indoor" and building_class')
        if self.entry_loss_db or self.entry_loss_sd_db:
            raise ValueError("entry_loss_db and entry_loss_sd_db are those of a constant, not of p2109")
        if (self.building_class == "mixed") != (self.efficient_share is not None):
            raise ValueError('efficient_share belongs to building_class = "mixed" and to no other')
        return self

    @model_validator(mode="after")
    def _challenge_in_hexagons(self) -> Figures:
        if self.challenge is not None:
            resolution = self.unit.resolution
            if resolution is None or self.challenge.child_resolution != resolution + 1:
                raise ValueError('challenge needs unit = { kind = "h3" } and child_resolution one above its resolution')
        return self

    @property
    def levels_dbm(self) -> dict[str, float]:
        """The level (dBm) per technology from which on a place is served; empty where none is stated."""
        if self.selection is not None:
            return self.selection.threshold_dbm
        if self.served_class is not None:
            return next(one.least_dbm for one in self.classes if one.name == self.served_class)
        return self.threshold_dbm or {}
