"""Sites, cells and layers, and the reference level that a cell transmits."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from aqdaq.base.errors import Fault, ValidityError
from aqdaq.base.units import SUBCARRIERS_PER_RB
from aqdaq.model.antenna import Antenna, ParametricAntenna

#: Which quantity the received reference level of a technology is.
LEVEL_QUANTITY: Final = {"LTE": "RSRP", "NR": "RSRP", "UMTS": "RSCP", "GSM": "RxLev"}

#: Subcarrier spacing (kHz) where the cell table gives none (TS 36.211; TS 38.104 for mid bands).
DEFAULT_SCS_KHZ: Final = {"LTE": 15.0, "NR": 30.0}

#: Resource blocks of a bandwidth (MHz): LTE TS 36.101 Table 5.6-1; NR TS 38.101-1 Table 5.3.2-1 at 15 and 30 kHz.
RESOURCE_BLOCKS: Final[dict[tuple[str, float], dict[float, int]]] = {
    ("LTE", 15.0): {1.4: 6, 3.0: 15, 5.0: 25, 10.0: 50, 15.0: 75, 20.0: 100},
    ("NR", 15.0): {5.0: 25, 10.0: 52, 15.0: 79, 20.0: 106, 25.0: 133, 30.0: 160, 40.0: 216, 50.0: 270},
    ("NR", 30.0): {
        5.0: 11, 10.0: 24, 15.0: 38, 20.0: 51, 25.0: 65, 30.0: 78, 40.0: 106, 50.0: 133,
        60.0: 162, 70.0: 189, 80.0: 217, 90.0: 245, 100.0: 273,
    },
}  # fmt: skip


def level_quantity(technology: str) -> str:
    """Return the name of the reference level of ``technology``: RSRP, RSCP, RxLev or RSSI."""
    return LEVEL_QUANTITY.get(technology, "RSSI")


def resource_blocks(technology: str, bandwidth_mhz: float, scs_khz: float) -> int:
    """Return the number of resource blocks of a carrier.

    Raises:
        ValidityError: the tables of 3GPP know no such bandwidth at this subcarrier spacing.
    """
    table = RESOURCE_BLOCKS.get((technology, scs_khz), {})
    if bandwidth_mhz not in table:
        known = ", ".join(f"{b:g}" for b in table) or "none"
        raise ValidityError(
            Fault(
                "bandwidth_mhz",
                f"{technology} has no {bandwidth_mhz:g} MHz at {scs_khz:g} kHz",
                f"known: {known}",
            )
        )
    return table[bandwidth_mhz]


@dataclass(frozen=True, slots=True, order=True)
class Layer:
    """What a user's phone can use: an operator's network of one technology, or one band of it."""

    operator: str
    technology: str
    band: str = ""

    def __str__(self) -> str:
        """Return ``A/LTE`` or ``A/LTE/B3``."""
        return "/".join(part for part in (self.operator, self.technology, self.band) if part)


@dataclass(frozen=True, slots=True)
class Site:
    """A place with a structure that carries cells.

    Attributes:
        id: unique in the project.
        x_m: easting in the CRS of the grid (m).
        y_m: northing in the CRS of the grid (m).
        structure: rooftop, mast, pole, lander, rover ...
        owners: owners' association of the building below, when known.
    """

    id: str
    x_m: float
    y_m: float
    structure: str = "unknown"
    owners: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What a phone reads of a cell; each field may be unknown.

    Attributes:
        mcc: country code of the network.
        mnc: network code in that country.
        area: location area (GSM, UMTS) or tracking area (LTE, NR).
        node: eNB, gNB or RNC that the cell belongs to.
        local: number of the cell in its node; GSM: the cell identity.
        ci: the whole identity: eCI = 256 eNB + local (LTE), NCI (NR), 65536 RNC + local (UMTS), CI (GSM).
        code: PCI (LTE, NR), primary scrambling code (UMTS) or BSIC (GSM): shared by cells far from each other.
        arfcn: number of the downlink channel: EARFCN, NR-ARFCN, UARFCN or ARFCN.
    """

    mcc: int | None = None
    mnc: int | None = None
    area: int | None = None
    node: int | None = None
    local: int | None = None
    ci: int | None = None
    code: int | None = None
    arfcn: int | None = None

    def whole(self, technology: str) -> int | None:
        """Return the whole cell identity: as given, or made of node and local cell (LTE: TS 36.413, UMTS: TS 25.413).

        That of NR needs the length of the gNB's number, so it is not made of parts.
        """
        if self.ci is not None or self.local is None:
            return self.ci
        if technology == "GSM":
            return self.local
        size = {"LTE": 256, "UMTS": 65536}.get(technology)
        return None if size is None or self.node is None else self.node * size + self.local


@dataclass(frozen=True, slots=True)
class Emission:
    """What says how much of its largest power a cell can radiate; each field may be unknown.

    Attributes:
        ports: antenna ports that transmit, each with the cell's ``eirp_dbm``.
        tdd_duty: largest share of the time in which the downlink transmits, 0..1 (TDD).
        sub_arrays: separately steered sub-arrays of an adaptive antenna.
        power_reduction: factor by which a power limitation lowers the actual maximum of the power, 0..1.
        power_dbm: of all ports together, where the EIRP was made of its parts (dBm); None: the EIRP itself was given.
        gain_dbi: of the antenna, in the same case (dBi).
        losses_db: between transmitter and antenna, in the same case (dB).
    """

    ports: int | None = None
    tdd_duty: float | None = None
    sub_arrays: int | None = None
    power_reduction: float | None = None
    power_dbm: float | None = None
    gain_dbi: float | None = None
    losses_db: float | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One sector of one technology and band on a site.

    Attributes:
        id: unique in the project.
        site_id: the site that carries it.
        layer: operator and technology.
        frequency_mhz: carrier frequency (MHz).
        bandwidth_mhz: channel bandwidth (MHz).
        azimuth_deg: of the boresight, clockwise from true north (deg).
        downtilt_deg: of the main lobe below the horizon, mechanical and electrical together (deg).
        height_m: of the antenna above ground (m).
        eirp_dbm: of one antenna port over the whole carrier, at the maximum of the pattern (dBm).
        resource_blocks: N_RB of the carrier; 0 for technologies without.
        scs_khz: subcarrier spacing (kHz).
        ssb_eirp_dbm: NR: EIRP of one resource element of the SSB beam (dBm); None: from ``eirp_dbm``.
        load: share of the resource elements that carry power, 0..1.
        antenna: its pattern.
        on_air: first day on air; None means always.
        off_air: first day no longer on air; None means never.
        assumed: names of the fields that were not given but filled in.
        identity: what a phone reads of it, where the table says it.
        emission: what says how much it can radiate, for exposure.
    """

    id: str
    site_id: str
    layer: Layer
    frequency_mhz: float
    bandwidth_mhz: float
    azimuth_deg: float
    downtilt_deg: float
    height_m: float
    eirp_dbm: float
    resource_blocks: int = 0
    scs_khz: float = 15.0
    ssb_eirp_dbm: float | None = None
    load: float = 0.5
    antenna: Antenna = field(default_factory=ParametricAntenna)
    on_air: dt.date | None = None
    off_air: dt.date | None = None
    assumed: frozenset[str] = field(default_factory=frozenset)
    identity: Identity = field(default_factory=Identity)
    emission: Emission = field(default_factory=Emission)

    def transmits(self, date: dt.date) -> bool:
        """Return whether the cell is on air on ``date``."""
        return (self.on_air is None or self.on_air <= date) and (self.off_air is None or date < self.off_air)

    @property
    def mechanical_tilt_deg(self) -> float:
        """By how much the antenna is turned down as a whole (deg): what its pattern does not hold already."""
        return self.downtilt_deg - self.antenna.electrical_tilt_deg

    @property
    def quantity(self) -> str:
        """The name of its reference level: RSRP, RSCP, RxLev or RSSI."""
        return level_quantity(self.layer.technology)

    @property
    def reference_eirp_dbm(self) -> float:
        """EIRP of the reference signal (dBm), from which the level follows by gains and losses.

        LTE: ``EPRE = P - 10 log10(12 N_RB)`` of one port (TS 36.213 5.2 with no power offset). NR: the SSB's own
        power and beam gain when given, else the same formula. Others: the whole EIRP.
        """
        if self.layer.technology == "NR" and self.ssb_eirp_dbm is not None:
            return self.ssb_eirp_dbm
        if self.resource_blocks > 0:
            return self.eirp_dbm - 10.0 * math.log10(SUBCARRIERS_PER_RB * self.resource_blocks)
        return self.eirp_dbm

    @property
    def noise_bandwidth_hz(self) -> float:
        """Bandwidth (Hz) over which the reference level is measured: a subcarrier, or the carrier."""
        return self.scs_khz * 1e3 if self.resource_blocks > 0 else self.bandwidth_mhz * 1e6


def eirp_from_parts(power_dbm: float, gain_dbi: float, ports: int = 1, losses_db: float = 0.0) -> float:
    """Return the EIRP of one port (dBm): total power split over the ports, less losses, plus gain."""
    return power_dbm - 10.0 * math.log10(ports) - losses_db + gain_dbi


@dataclass(frozen=True, slots=True)
class Network:
    """The sites and cells of a project; every cell's site exists."""

    sites: tuple[Site, ...]
    cells: tuple[Cell, ...]

    def site(self, site_id: str) -> Site:
        """Return the site of that id."""
        return next(site for site in self.sites if site.id == site_id)

    def at(self, date: dt.date) -> Network:
        """Return the network of the cells on air on ``date`` and the sites that carry them."""
        cells = tuple(cell for cell in self.cells if cell.transmits(date))
        carrying = {cell.site_id for cell in cells}
        return Network(tuple(site for site in self.sites if site.id in carrying), cells)

    def layers(self) -> tuple[Layer, ...]:
        """Return the layers in order."""
        return tuple(sorted({cell.layer for cell in self.cells}))

    def cells_of(self, layer: Layer) -> tuple[Cell, ...]:
        """Return the cells of a layer in table order."""
        return tuple(cell for cell in self.cells if cell.layer == layer)

    def cells_by_site(self) -> dict[str, tuple[Cell, ...]]:
        """Return the cells of each site, sites in table order."""
        groups: dict[str, list[Cell]] = {site.id: [] for site in self.sites}
        for cell in self.cells:
            groups[cell.site_id].append(cell)
        return {key: tuple(value) for key, value in groups.items() if value}


def duplicate_ids(ids: Iterable[str]) -> list[str]:
    """Return the ids that occur more than once, in order of their second appearance."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for item in ids:
        if item in seen:
            twice[item] = None
        seen.add(item)
    return list(twice)
