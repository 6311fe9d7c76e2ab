"""Parts of a service definition: classes, unit of judgement, throughput, cell selection, rule of a challenge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict, Field

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class ServiceClass:
    """One named level of service.

    Attributes:
        name: as the source calls it, or its translation.
        least_dbm: lowest reference level (dBm) per technology; empty where the source gives none.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    name: Annotated[str, Field(min_length=1)]
    least_dbm: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """The piece of ground of which a definition says yes or no.

    Attributes:
        kind: ``pixel`` of the grid, ``square`` of ``side_m``, or hexagon of ``h3``.
        side_m: side of a square (m).
        resolution: of the hexagons, 0..15.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    kind: Literal["pixel", "square", "h3"] = "pixel"
    side_m: Annotated[float, Field(gt=0.0, le=10_000.0)] | None = None
    resolution: Annotated[int, Field(ge=0, le=15)] | None = None

    def __post_init__(self) -> None:
        """Refuse a square without side and a hexagon without resolution.

        Raises:
            ValueError: saying which.
        """
        if (self.kind == "square") != (self.side_m is not None):
            raise ValueError('side_m belongs to kind = "square" and to no other')
        if (self.kind == "h3") != (self.resolution is not None):
            raise ValueError('resolution belongs to kind = "h3" and to no other')


@dataclass(frozen=True, slots=True)
class Throughput:
    """Data rates that a definition asks for, and how SINR becomes a rate, where that is stated.

    The map is the truncated Shannon bound of 3GPP TR 36.942, A.1: nothing below ``sinr_min_db``, above it
    ``attenuation * log2(1 + SINR)`` bit/s/Hz, and never more than ``efficiency_cap``.

    Attributes:
        download_mbps: lowest rate to the phone (Mbit/s).
        upload_mbps: lowest rate from the phone (Mbit/s); no prediction and no measurement of levels judges it.
        bandwidth_mhz: of the carrier (MHz) that the rate is reckoned for.
        attenuation: factor of the Shannon bound, 0..1.
        sinr_min_db: SINR (dB) below which nothing arrives.
        efficiency_cap: highest spectral efficiency (bit/s/Hz).
        map_source: where these three figures stand.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    download_mbps: Annotated[float, Field(gt=0.0)] | None = None
    upload_mbps: Annotated[float, Field(gt=0.0)] | None = None
    bandwidth_mhz: Annotated[float, Field(gt=0.0)] | None = None
    attenuation: Annotated[float, Field(gt=0.0, le=1.0)] | None = None
    sinr_min_db: float | None = None
    efficiency_cap: Annotated[float, Field(gt=0.0)] | None = None
    map_source: str = ""

    def __post_init__(self) -> None:
        """Refuse half a map, and a map without source.

        Raises:
            ValueError: saying which.
        """
        if self.download_mbps is None and self.upload_mbps is None:
            raise ValueError("give download_mbps or upload_mbps")
        figures = (self.bandwidth_mhz, self.attenuation, self.sinr_min_db, self.efficiency_cap)
        given = sum(figure is not None for figure in figures)
        if 0 < given < len(figures):
            raise ValueError(
                "a map from SINR to throughput needs bandwidth_mhz, attenuation, sinr_min_db and efficiency_cap"
            )
        if bool(given) != bool(self.map_source):
            raise ValueError("a map from SINR to throughput needs map_source, and map_source a map")

    @property
    def has_map(self) -> bool:
        """Whether it is stated how SINR becomes a rate."""
        return self.attenuation is not None

    def mbps(self, sinr_db: ArrayLike) -> NDArray[np.float64]:
        """Return the rate to the phone (Mbit/s) at ``sinr_db`` (dB).

        Raises:
            ValueError: no map is stated.
        """
        if (
            self.attenuation is None
            or self.sinr_min_db is None
            or self.efficiency_cap is None
            or self.bandwidth_mhz is None
        ):
            raise ValueError("no map from SINR to throughput is stated")
        sinr = np.asarray(sinr_db, dtype=np.float64)
        bound = np.minimum(self.attenuation * np.log2(1.0 + 10.0 ** (sinr / 10.0)), self.efficiency_cap)
        return np.asarray(np.where(sinr < self.sinr_min_db, 0.0, bound) * self.bandwidth_mhz)


@dataclass(frozen=True, slots=True)
class Selection:
    """Cell selection by 3GPP TS 36.304 and TS 38.304, 5.2.3.2: a phone may camp where ``Srxlev > 0``.

    ``Srxlev = Qrxlevmeas - (Qrxlevmin + Qrxlevminoffset) - Pcompensation - Qoffsettemp``. Squal, the same of the
    quality, is not judged here.

    Attributes:
        qrxlevmin_dbm: lowest level (dBm) per technology; the network broadcasts it, the specification has no figure.
        offset_db: Qrxlevminoffset (dB).
        compensation_db: Pcompensation (dB).
        temporary_offset_db: Qoffsettemp (dB).
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    qrxlevmin_dbm: dict[str, float] = field(default_factory=dict)
    offset_db: float = 0.0
    compensation_db: Annotated[float, Field(ge=0.0)] = 0.0
    temporary_offset_db: float = 0.0

    @property
    def threshold_dbm(self) -> dict[str, float]:
        """The level (dBm) per technology that must be exceeded."""
        more = self.offset_db + self.compensation_db + self.temporary_offset_db
        return {technology: level + more for technology, level in self.qrxlevmin_dbm.items()}


@dataclass(frozen=True, slots=True)
class ChallengeRule:
    """When failed tests in the small hexagons of a large one challenge the coverage of the large one.

    Attributes:
        child_resolution: of the small hexagons.
        children: so many small hexagons must qualify.
        tests_per_child: a small hexagon qualifies with so many tests or more ...
        failures_per_child: ... of which so many failed.
        hours_apart: two failed tests of the large hexagon differ by so many hours of the day; None: not stated.
        minimum_failures: failed tests in the large hexagon; None: not stated.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    child_resolution: Annotated[int, Field(ge=1, le=15)]
    children: Annotated[int, Field(ge=1, le=7)]
    tests_per_child: Annotated[int, Field(ge=1)]
    failures_per_child: Annotated[int, Field(ge=1)]
    hours_apart: Annotated[float, Field(gt=0.0, le=12.0)] | None = None
    minimum_failures: Annotated[int, Field(ge=1)] | None = None

    def __post_init__(self) -> None:
        """Refuse more failures than tests.

        Raises:
            ValueError: saying so.
        """
        if self.failures_per_child > self.tests_per_child:
            raise ValueError("failures_per_child is more than tests_per_child")
