"""The fields of a cell table: how each is called, its unit, what cannot be true of it, and which were filled in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from aqdaq.model.results import Assumption


@dataclass(frozen=True, slots=True)
class Quantity:
    """How a number of a cell table is called, its unit, and the range outside which it cannot be true."""

    words: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    mend: str = ""

    def say(self, value: float | str | bool) -> str:
        """Return the value with its unit, ``30 m``."""
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return f"{text} {self.unit}".strip()


QUANTITIES: Final[dict[str, Quantity]] = {
    "operator": Quantity("operator"),
    "technology": Quantity("technology"),
    "band": Quantity("band"),
    "site": Quantity("site"),
    "structure": Quantity("structure"),
    "owners": Quantity("owners' association"),
    "on_air": Quantity("first day on air"),
    "off_air": Quantity("first day off air"),
    "omni": Quantity("omnidirectional antenna"),
    "antenna_file": Quantity("antenna file"),
    "frequency_mhz": Quantity("carrier frequency", "MHz", 30.0, 100_000.0, "give it in MHz"),
    "arfcn": Quantity("ARFCN", "", 0.0, 1023.0, "a GSM channel number; or give frequency_mhz"),
    "bandwidth_mhz": Quantity("bandwidth", "MHz", 1e-4, 2000.0, "give it in MHz"),
    "scs_khz": Quantity("subcarrier spacing", "kHz", 1.25, 960.0, "give it in kHz: 15, 30, 60 ..."),
    "azimuth_deg": Quantity("azimuth", "deg", 0.0, 360.0, "degrees clockwise from true north, 0 to 360"),
    "downtilt_deg": Quantity("downtilt", "deg", -30.0, 90.0, "degrees below the horizon, -30 to 90"),
    "height_m": Quantity("antenna height", "m", 0.0, 500.0, "metres above the ground, not above the sea"),
    "eirp_dbm": Quantity("EIRP", "dBm", -20.0, 100.0, "give the EIRP of one port in dBm"),
    "power_dbm": Quantity("transmit power", "dBm", -50.0, 80.0, "give it in dBm: 43 for 20 W"),
    "ports": Quantity("antenna ports", "", 1.0, 1024.0, "a whole number from 1"),
    "losses_db": Quantity("feeder losses", "dB", 0.0, 60.0, "give losses as a positive number of dB"),
    "gain_dbi": Quantity("antenna gain", "dBi", -20.0, 70.0, "give it in dBi"),
    "ssb_power_dbm": Quantity("SSB power", "dBm", -80.0, 60.0, "dBm per resource element"),
    "ssb_beam_gain_dbi": Quantity("SSB beam gain", "dBi", -20.0, 70.0, "give it in dBi"),
    "tdd_duty": Quantity("TDD duty", "", 0.0, 1.0, "a share: 0.75 for 75 %"),
    "sub_arrays": Quantity("sub-arrays", "", 1.0, 1024.0, "a whole number from 1"),
    "power_reduction": Quantity("power reduction factor", "", 0.0, 1.0, "a factor from 0 to 1; 1 for none"),
    "load": Quantity("load", "", 0.0, 1.0, "a share: 0.7 for 70 %"),
    "horizontal_beamwidth_deg": Quantity("horizontal beamwidth", "deg", 0.1, 360.0, "half-power width in degrees"),
    "vertical_beamwidth_deg": Quantity("vertical beamwidth", "deg", 0.1, 360.0, "half-power width in degrees"),
    "front_to_back_db": Quantity("front-to-back ratio", "dB", 0.0, 80.0, "a positive number of dB"),
    "mcc": Quantity("country code", "", 1.0, 999.0, "the mobile country code, three digits"),
    "mnc": Quantity("network code", "", 0.0, 999.0, "the mobile network code, two or three digits"),
    "lac": Quantity("location area", "", 0.0, 65_535.0, "the LAC in decimal"),
    "tac": Quantity("tracking area", "", 0.0, 16_777_215.0, "the TAC in decimal"),
    "enb_id": Quantity("eNB", "", 0.0, 1_048_575.0, "20 bits, in decimal"),
    "gnb_id": Quantity("gNB", "", 0.0, 4_294_967_295.0, "22 to 32 bits, in decimal"),
    "rnc_id": Quantity("RNC", "", 0.0, 65_535.0, "12 or 16 bits, in decimal"),
    "local_cell_id": Quantity("local cell", "", 0.0, 65_535.0, "number of the cell in its eNB, gNB or RNC"),
    "ci": Quantity("cell identity", "", 0.0, 68_719_476_735.0, "the whole identity in decimal: eCI, NCI, UC-Id or CI"),
    "pci": Quantity("PCI", "", 0.0, 1007.0, "0 to 503 for LTE, 0 to 1007 for NR"),
    "psc": Quantity("scrambling code", "", 0.0, 511.0, "0 to 511"),
    "bsic": Quantity("BSIC", "", 0.0, 63.0, "in decimal, 8 NCC + BCC"),
    "earfcn": Quantity("channel number", "", 0.0, 3_279_165.0, "EARFCN, NR-ARFCN or UARFCN of the downlink"),
}


@dataclass(slots=True)
class Assumptions:
    """What had to be filled in, counted over the cells that it was filled in for."""

    counts: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add(self, item: str, value: str, reason: str) -> None:
        """Count one cell for an assumption."""
        key = (item, value, reason)
        self.counts[key] = self.counts.get(key, 0) + 1

    def rows(self) -> tuple[Assumption, ...]:
        """Return one row an assumption, in the order in which they were first made."""
        return tuple(
            Assumption(item, value, f"{n} cell{'s' if n != 1 else ''}", reason)
            for (item, value, reason), n in self.counts.items()
        )


def impossible(name: str, value: float, quantity: Quantity) -> str:
    """Return what is impossible about a value, or nothing."""
    if name == "height_m" and value <= 0.0:
        return f"{value:g} m: the antenna is below ground"
    if quantity.low <= value <= quantity.high:
        return ""
    if name == "eirp_dbm" and value > quantity.high:
        return f"{value:g} dBm looks wrong: {value:g} dBm is {_power_words(value)}"
    return f"{quantity.say(value)} is outside {quantity.low:g} to {quantity.high:g}"


def _power_words(level_dbm: float) -> str:
    watts = 10.0 ** ((min(level_dbm, 300.0) - 30.0) / 10.0)
    for size, words in ((1e9, "gigawatt"), (1e6, "megawatt")):
        if watts >= size * (1.0 - 1e-9):
            count = watts / size
            return f"a {words}" if math.isclose(count, 1.0, rel_tol=1e-6) else f"{count:.3g} {words}s"
    return f"{watts:.3g} watts"
