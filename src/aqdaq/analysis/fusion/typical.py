"""What is expected of a network where tables are silent and nothing was measured.

Levels of a city that nobody measured are those of the engine, corrected by what other cities and published laws say on
average, and as uncertain as these differ among each other. A city never teaches itself: what was learned in a city is
left out within its radius.

Offsets and slopes stand relative to TR 38.901 UMa without line of sight, base 30 m, terminal 1.5 m, with the EIRP that
is typical of the technology where that of the city is unknown: the offset at 500 m, the slope in dB per decade.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np


@dataclass(frozen=True, slots=True)
class Technology:
    """What tables leave out.

    Attributes:
        eirp_dbm: of the quantity that is reported: of a reference signal's element, or of the carrier (dBm).
        frequency_mhz: of a common band (MHz).
        sensitivity_dbm: level at which half of what arrives is lost (dBm).
        quantity: RSRP, RSCP, RxLev or RSSI.
        handset: whether phones measure it, in the hand or in a car, and not modules with an antenna of their own.
        serving_only: whether a receiver names only the cell that serves it, so that a cell is named where it is best.
        long_reach: whether links are kilometres long, so that most of them end in suburbs.
    """

    eirp_dbm: float
    frequency_mhz: float
    sensitivity_dbm: float
    quantity: str
    handset: bool = False
    serving_only: bool = False
    long_reach: bool = False


#: GSM: 43 dBm a carrier, 17 dBi, 3 dB of cable; RxLev is reported from -110 dBm (TS 45.008 section 8.1.4).
#: UMTS: a tenth of 43 dBm for the CPICH, the same antenna; CPICH RSCP from -115 dBm (TS 25.133 section 9.1.1.3).
#: LTE: 46 dBm on 600 subcarriers and two ports, 15 dBi with cable (TR 36.942 section 4.2); RSRP as heard by phones.
#: NR: 53 dBm on 3276 subcarriers, 20 dBi for the beam of an SS block.
#: NB-IoT: halfway between a carrier of its own, 43 dBm on twelve subcarriers, 18 dBi, 3 dB of cable (TR 45.820
#: annex D), and a place in an LTE carrier with a boost of 6 dB (TS 36.104 section 6.3.3).
#: LoRaWAN, Sigfox: device of 25 mW e.r.p. (16.15 dBm EIRP, the limit of EN 300 220-2), 5 dBi at the gateway with cable;
#: sensitivity of SF12 in 125 kHz and of 100 bit/s as makers of gateways state them.
TECHNOLOGIES: Final = {
    "GSM": Technology(57.0, 1800.0, -110.0, "RxLev", handset=True),
    "UMTS": Technology(47.0, 2100.0, -115.0, "RSCP", handset=True),
    "LTE": Technology(30.0, 1800.0, -128.0, "RSRP", handset=True),
    "NR": Technology(38.0, 3500.0, -128.0, "RSRP", handset=True),
    "NBIOT": Technology(41.7, 800.0, -128.0, "RSRP", serving_only=True),
    "LORAWAN": Technology(21.15, 868.0, -137.0, "RSSI", long_reach=True),
    "SIGFOX": Technology(21.15, 868.0, -142.0, "RSSI", long_reach=True),
}
#: Of a technology that is none of these.
OTHER: Final = Technology(35.0, 1800.0, -128.0, "RSSI", handset=True)
#: What names of technologies begin with, letters and digits alone, and which it is.
NAMES: Final = (
    ("NB", "NBIOT"), ("LTENB", "NBIOT"), ("LORA", "LORAWAN"), ("SIGFOX", "SIGFOX"), ("GSM", "GSM"), ("DCS", "GSM"),
    ("2G", "GSM"), ("UMTS", "UMTS"), ("WCDMA", "UMTS"), ("3G", "UMTS"), ("LTE", "LTE"), ("4G", "LTE"), ("EUTRA", "LTE"),
    ("NR", "NR"), ("5G", "NR"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one city or one law says.

    Attributes:
        source: of it.
        offset_db: of levels at 500 m; None: the EIRP is unknown, so that it says nothing of other technologies.
        slope_db: of levels, per decade of distance.
        about: the technology it was learned from; empty: any.
        own_offset_db: of levels of that technology alone, from the EIRP that is typical of it.
        below_1500_mhz: for frequencies below 1.5 GHz (True), above (False), or for both (None).
        long_reach: only for networks of links of kilometres.
        latitude_deg: of the city's centre; None: of no city.
        longitude_deg: of the city's centre (deg).
        radius_km: around the centre within which the lesson is not heard.
    """

    source: str
    offset_db: float | None
    slope_db: float
    about: str = ""
    own_offset_db: float | None = None
    below_1500_mhz: bool | None = None
    long_reach: bool = False
    latitude_deg: float | None = None
    longitude_deg: float = 0.0
    radius_km: float = 60.0


#: Loss (dB) of a phone held or driven: half of them stand in a car, N(9, 5) dB of TR 38.901 section 7.4.3.2.
HANDSET_DB: Final = 4.5
HANDSET_SD_DB: Final = math.sqrt(0.5 * 5.0**2 + 0.5 * 0.5 * 9.0**2)

LESSONS: Final = (
    Lesson("TR 38.901 v17.0.0 Table 7.4.1-1, UMa NLOS, the engine's own", 0.0, 0.0),
    # At 1877 MHz 136.85 + 35.22 log10(d/km) against 136.25 + 39.08; at 868 MHz 126.0 against 129.55 at 1 km.
    Lesson("COST 231 final report section 4.4.1, medium-sized city, 30 m, 1.9 GHz", -1.8, 3.9, below_1500_mhz=False),
    Lesson("Hata 1980, urban, 30 m, 868 MHz", 2.4, 3.9, below_1500_mhz=True),
    Lesson("Hata 1980, suburban, 30 m, 868 MHz", 12.2, 3.9, below_1500_mhz=True, long_reach=True),
    # Laws of what was received: offset and slope are those whose levels, cut off at -137 dBm, come to the law.
    Lesson("Petajajarvi et al. 2015, Oulu, cars, 128.95 + 23.2 log10(d/km)", -3.4, 10.5, below_1500_mhz=True,
           latitude_deg=65.01, longitude_deg=25.47),
    Lesson("Joerke et al. 2017, Dortmund, 132.25 + 26.5 log10(d/km)", -5.8, 4.4, below_1500_mhz=True,
           latitude_deg=51.51, longitude_deg=7.46),
    # Measured cities: what makes ``untaught`` fit all their rows best. What Recife's phones lost is given back.
    Lesson("Recife, GSM 1800, 9 cells, 13,500 rows", -6.3 + HANDSET_DB, 14.3, "GSM",
           latitude_deg=-8.05, longitude_deg=-34.95),
    Lesson("Brno, NB-IoT, 20 sites, 118 places", None, 7.2, "NBIOT", -4.0,
           latitude_deg=49.2, longitude_deg=16.61),
    Lesson("Brno, LoRaWAN, 23 gateways, 1,854 rows", None, 8.7, "LORAWAN", 3.3,
           latitude_deg=49.2, longitude_deg=16.61),
)  # fmt: skip

#: However few the lessons are and however well they agree, another city differs from them by this much.
LEAST_OFFSET_SD_DB: Final = 5.0
LEAST_SLOPE_SD_DB: Final = 4.0
#: Spread of the EIRP of a technology where the table does not give it (dB).
EIRP_SD_DB: Final = 4.0
#: Spread (dB) of the level at which receivers lose what arrives.
SENSITIVITY_SD_DB: Final = 3.0
EARTH_KM: Final = 6371.0


@dataclass(frozen=True, slots=True)
class Typical:
    """What is expected of a network.

    Attributes:
        offset_db: of all levels, at 500 m.
        offset_sd_db: how widely cities lie around it.
        slope_db: of all levels, per decade of distance.
        slope_sd_db: how widely cities and cells lie around it.
        sensitivity_dbm: level at which half of what arrives is lost (dBm).
        serving_only: whether a receiver names only the cell that serves it.
        sources: of the lessons heard.
    """

    offset_db: float
    offset_sd_db: float
    slope_db: float
    slope_sd_db: float
    sensitivity_dbm: float
    serving_only: bool
    sources: tuple[str, ...]


def technology_of(name: str) -> Technology:
    """Return what is typical of a technology by its name, as tables write it (``GSM1800``, ``LTE-800``, ``NB-IoT``)."""
    return TECHNOLOGIES.get(_key(name), OTHER)


def typical(
    technology: str, latitude_deg: float, longitude_deg: float, *, frequency_mhz: float, eirp_known: bool
) -> Typical:
    """Return what is expected of the network of one technology at a place.

    Args:
        technology: as tables write it.
        latitude_deg: of the place (deg); lessons of the city around it are left out.
        longitude_deg: of the place (deg).
        frequency_mhz: of the network (MHz).
        eirp_known: whether the table gives the EIRP.
    """
    key, own = _key(technology), technology_of(technology)
    heard = [
        lesson
        for lesson in LESSONS
        if lesson.below_1500_mhz in (None, frequency_mhz < 1500.0)
        and (own.long_reach or not lesson.long_reach)
        and not _within(lesson, latitude_deg, longitude_deg)
    ]
    offsets = [
        lesson.own_offset_db if lesson.own_offset_db is not None and lesson.about == key else lesson.offset_db
        for lesson in heard
    ]
    offset, spread = _mean_and_sd([value for value in offsets if value is not None])
    slope, slopes = _mean_and_sd([lesson.slope_db for lesson in heard])
    variance = max(spread, LEAST_OFFSET_SD_DB) ** 2 + (0.0 if eirp_known else EIRP_SD_DB**2)
    if own.handset:
        offset, variance = offset - HANDSET_DB, variance + HANDSET_SD_DB**2
    return Typical(
        offset,
        math.sqrt(variance),
        slope,
        max(slopes, LEAST_SLOPE_SD_DB),
        own.sensitivity_dbm,
        own.serving_only,
        tuple(lesson.source for lesson in heard),
    )


def _key(name: str) -> str:
    letters = "".join(c for c in name.upper() if c.isalnum())
    return next((known for begin, known in NAMES if letters.startswith(begin)), "")


def _within(lesson: Lesson, latitude_deg: float, longitude_deg: float) -> bool:
    if lesson.latitude_deg is None:
        return False
    a, b = math.radians(lesson.latitude_deg), math.radians(latitude_deg)
    across = math.radians(longitude_deg - lesson.longitude_deg)
    half = math.sin(0.5 * (b - a)) ** 2 + math.cos(a) * math.cos(b) * math.sin(0.5 * across) ** 2
    return 2.0 * EARTH_KM * math.asin(min(math.sqrt(half), 1.0)) < lesson.radius_km


def _mean_and_sd(values: list[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
