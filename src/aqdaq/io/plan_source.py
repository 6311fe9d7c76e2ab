"""What every format of a plan gives before anybody asks what it means: layers of features as they stand in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from aqdaq.io.plan_mapping import LayerMapping
from aqdaq.model.measurements import SetAside


@dataclass(frozen=True, slots=True)
class RawFeature:
    """A feature as the file has it.

    Attributes:
        number: of the feature in its layer, from 1.
        key: what finds it in the file: the number, a handle or an id.
        geometry: in the CRS of the layer; None without one.
        values: its attributes by the names of the file.
        fallback: values by our names that the format itself gives, where no column says otherwise.
    """

    number: int
    key: str
    geometry: BaseGeometry | None
    values: Mapping[str, Any]
    fallback: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer as the file has it.

    Attributes:
        name: in the file.
        crs: of the geometries; None where the file says none.
        columns: names of its attributes.
        features: in the order of the file.
        set_aside: what of it is no feature.
        notes: what its reader wants to be known.
    """

    name: str
    crs: CRS | None
    columns: tuple[str, ...]
    features: tuple[RawFeature, ...]
    set_aside: tuple[SetAside, ...] = ()
    notes: tuple[str, ...] = ()


class PlanSource(Protocol):
    """An opened plan."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of features by layer, in the order of the file."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """What the format itself says that its layers are ("": no objects); the names of the others are looked at."""

    def read(self, name: str, use: LayerMapping | None) -> RawLayer:
        """Return one layer.

        Args:
            name: one of ``counts``.
            use: what it is; None: its column says it.
        """
