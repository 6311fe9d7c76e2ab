"""One row of the cell table becomes a Cell: carrier, power, antenna, dates."""

from __future__ import annotations

import math
from typing import Final

from aqdaq.base.errors import ValidityError
from aqdaq.base.units import SUBCARRIERS_PER_RB
from aqdaq.io.network_antennas import AntennaShelf
from aqdaq.io.network_fields import FROM_DEFAULTS, Row
from aqdaq.io.network_identity import read_identity
from aqdaq.io.network_quantities import QUANTITIES, impossible
from aqdaq.model.antenna import ParametricAntenna, TableAntenna
from aqdaq.model.network import (
    DEFAULT_SCS_KHZ,
    LEVEL_QUANTITY,
    Cell,
    Emission,
    Layer,
    eirp_from_parts,
    resource_blocks,
)

#: EIRP and the EIRP of its parts may differ by this much before one of them is wrong (dB).
EIRP_TOLERANCE_DB: Final = 0.5

#: Gains of the table and of the antenna file may differ by this much (dB): less than dBi and dBd do.
GAIN_TOLERANCE_DB: Final = 1.0

#: Columns of a parametric antenna, by the field that they fill.
_PATTERN: Final = ("horizontal_beamwidth_deg", "vertical_beamwidth_deg", "front_to_back_db")

_CARRIER_MHZ: Final = {"GSM": 0.2, "UMTS": 5.0}
_LOAD: Final = 0.5
_GENERATIONS: Final = {"2G": "GSM", "3G": "UMTS", "4G": "LTE", "5G": "NR"}


def technology_name(found: str) -> str:
    """Return the name by which we know a technology (``lte`` and ``4G`` are LTE), else the one found."""
    upper = found.upper()
    name = _GENERATIONS.get(upper, upper)
    return name if name in LEVEL_QUANTITY else found


def read_cell(row: Row, cell_id: str, site_id: str, *, split_bands: bool, shelf: AntennaShelf) -> Cell | None:
    """Return the cell of a row, or None when the row is at fault (the faults are in ``row.faults``).

    Args:
        row: of the cell table.
        cell_id: unique.
        site_id: of its site.
        split_bands: a layer for each band.
        shelf: of the antenna files.
    """
    before = len(row.faults)
    operator, found = row.need_text("operator"), row.need_text("technology")
    technology = technology_name(found)
    band = row.text("band") if split_bands else ""
    frequency_mhz = _frequency(row, technology)
    bandwidth_mhz, scs_khz, blocks = _carrier(row, technology)
    omni = row.flag("omni")
    azimuth_deg = row.number_of("azimuth_deg", 0.0) if omni else row.need_number("azimuth_deg")
    downtilt_deg, height_m = row.need_number("downtilt_deg"), row.need_number("height_m")
    ssb_eirp_dbm = _ssb_eirp(row, technology)
    measured = shelf.take(row)
    eirp_dbm = _eirp(row, ssb_eirp_dbm, blocks, measured)
    load = row.number_of("load") if row.known("load") else row.assume("load", _LOAD, "not in the table; half loaded")
    antenna = measured if row.known("antenna_file") else _antenna(row, omni=omni)
    on_air, off_air = row.date("on_air"), row.date("off_air")
    if on_air is not None and off_air is not None and off_air <= on_air:
        row.fault(f"goes off air on {off_air}, before it is on air on {on_air}", "exchange on_air and off_air")
    identity = read_identity(row, technology)
    emission = _emission(row, antenna)
    numbers = (frequency_mhz, bandwidth_mhz, azimuth_deg, downtilt_deg, height_m, eirp_dbm, load)
    if len(row.faults) > before or antenna is None or not all(map(math.isfinite, numbers)):
        return None
    return Cell(
        id=cell_id, site_id=site_id, layer=Layer(operator, technology, band),
        frequency_mhz=frequency_mhz, bandwidth_mhz=bandwidth_mhz,
        azimuth_deg=azimuth_deg, downtilt_deg=downtilt_deg, height_m=height_m, eirp_dbm=eirp_dbm,
        resource_blocks=blocks, scs_khz=scs_khz, ssb_eirp_dbm=ssb_eirp_dbm, load=load, antenna=antenna,
        on_air=on_air, off_air=off_air, assumed=frozenset(row.assumed), identity=identity,
        emission=emission,
    )  # fmt: skip


def _frequency(row: Row, technology: str) -> float:
    """Return the downlink carrier (MHz): as given, or that of a GSM channel number (3GPP TS 45.005 section 2)."""
    if row.values.get("frequency_mhz") or not row.known("arfcn") or technology != "GSM":
        return row.need_number("frequency_mhz")
    channel = row.number_of("arfcn")
    if 0 <= channel <= 124:
        return 935.0 + 0.2 * channel
    if 975 <= channel <= 1023:
        return 935.0 + 0.2 * (channel - 1024)
    if 512 <= channel <= 885:  # DCS 1800; PCS 1900 shares these numbers, and then frequency_mhz must be given
        return round(1805.2 + 0.2 * (channel - 512), 1)
    if math.isfinite(channel):
        row.fault(f"ARFCN {channel:g} is no channel of GSM 900 or DCS 1800", "give frequency_mhz")
    return math.nan


def _carrier(row: Row, technology: str) -> tuple[float, float, int]:
    """Return bandwidth (MHz), subcarrier spacing (kHz) and number of resource blocks."""
    if row.known("bandwidth_mhz"):
        bandwidth_mhz = row.number_of("bandwidth_mhz")
    elif technology in _CARRIER_MHZ:
        reason = f"not in the table; the carrier of {technology}"
        bandwidth_mhz = row.assume("bandwidth_mhz", _CARRIER_MHZ[technology], reason)
    else:
        row.fault(f"bandwidth of {technology or 'the cell'} is not given", "add bandwidth_mhz")
        bandwidth_mhz = math.nan
    if technology not in DEFAULT_SCS_KHZ:
        return bandwidth_mhz, row.number_of("scs_khz", 15.0), 0
    scs_khz = _spacing(row, technology)
    if not math.isfinite(bandwidth_mhz + scs_khz):
        return math.nan, math.nan, 0
    try:
        return bandwidth_mhz, scs_khz, resource_blocks(technology, bandwidth_mhz, scs_khz)
    except ValidityError as err:
        row.fault(err.faults[0].what, err.faults[0].mend)
        return math.nan, math.nan, 0


def _spacing(row: Row, technology: str) -> float:
    if row.known("scs_khz"):
        return row.number_of("scs_khz")
    if technology == "NR":
        return row.assume("scs_khz", DEFAULT_SCS_KHZ["NR"], "not in the table; usual in the mid bands of NR")
    return DEFAULT_SCS_KHZ[technology]  # LTE has no other


def _ssb_eirp(row: Row, technology: str) -> float | None:
    """Return the EIRP of one resource element of the SSB (dBm), None without one."""
    names = ("ssb_power_dbm", "ssb_beam_gain_dbi")
    if technology != "NR":
        if any(row.given(name) for name in names):
            row.fault(f"SSB power or beam gain of a cell of {technology}", "only NR has an SSB: leave it empty")
        return None
    if not any(row.known(name) for name in names):
        return None
    if not row.known(*names):
        row.fault("only one of SSB power and SSB beam gain is given", "give ssb_power_dbm and ssb_beam_gain_dbi")
        return None
    total = row.number_of(names[0]) + row.number_of(names[1])
    return total if math.isfinite(total) else None


def _eirp(row: Row, ssb_eirp_dbm: float | None, blocks: int, measured: TableAntenna | None) -> float:
    """Return the EIRP of one port (dBm): of its parts when the table gives them, as the table says, or the default."""
    if row.given("power_dbm") and (row.given("gain_dbi") or row.given("antenna_file")):
        eirp_dbm = _eirp_of_parts(row, measured)
        stated_dbm = row.number_of("eirp_dbm") if row.given("eirp_dbm") else eirp_dbm
        if abs(stated_dbm - eirp_dbm) > EIRP_TOLERANCE_DB:
            what = f"EIRP {stated_dbm:g} dBm, but its parts make {eirp_dbm:.1f} dBm"
            row.fault(what, "mend power, ports, losses or gain, or leave eirp_dbm empty")
        return eirp_dbm
    if row.given("eirp_dbm"):
        return row.number_of("eirp_dbm")
    if row.known("power_dbm") and (row.known("gain_dbi") or row.known("antenna_file")):
        return _eirp_of_parts(row, measured)
    if row.known("eirp_dbm"):
        return row.number_of("eirp_dbm")
    if ssb_eirp_dbm is not None and blocks > 0:
        eirp_dbm = ssb_eirp_dbm + 10.0 * math.log10(SUBCARRIERS_PER_RB * blocks)
        return row.assume("eirp_dbm", round(eirp_dbm, 6), "not in the table; as strong as the SSB on every subcarrier")
    if row.table.has("eirp_dbm") or (row.table.has("power_dbm") and _has_gain(row)):
        mend = "fill in eirp_dbm, or power_dbm and gain_dbi (or antenna_file)"
        row.fault("neither the EIRP nor its parts are given", mend)
    return math.nan


def _has_gain(row: Row) -> bool:
    return row.table.has("gain_dbi") or row.table.has("antenna_file")


def _gain(row: Row, measured: TableAntenna | None) -> float:
    """Return the gain of the antenna (dBi): of the row, else of its file, else the default; NaN after a fault."""
    if not row.known("antenna_file"):
        return row.number_of("gain_dbi")
    if measured is None:  # its file is at fault
        return math.nan
    if not row.given("gain_dbi"):
        return measured.gain_dbi
    gain_dbi = row.number_of("gain_dbi")
    if abs(gain_dbi - measured.gain_dbi) > GAIN_TOLERANCE_DB:
        what = f"antenna gain {gain_dbi:g} dBi, but the file of the antenna says {measured.gain_dbi:g} dBi"
        row.fault(what, "mend one of them (a bare GAIN is dBd, 2.15 dB less than dBi), or leave gain_dbi empty")
    return gain_dbi


def _eirp_of_parts(row: Row, measured: TableAntenna | None) -> float:
    ports = row.number_of("ports") if row.known("ports") else row.assume("ports", 1.0, "not in the table")
    losses_db = row.number_of("losses_db") if row.known("losses_db") else _no_losses(row)
    power_dbm, gain_dbi = row.number_of("power_dbm"), _gain(row, measured)
    if math.isfinite(ports) and ports != round(ports):
        row.fault(f"antenna ports {ports:g} is not a whole number", "a whole number from 1")
    if not math.isfinite(ports + losses_db + power_dbm + gain_dbi):
        return math.nan
    eirp_dbm = eirp_from_parts(power_dbm, gain_dbi, round(ports), losses_db)
    wrong = impossible("eirp_dbm", eirp_dbm, QUANTITIES["eirp_dbm"])
    if wrong:
        row.fault(f"EIRP of the parts {wrong}", "mend power, ports, losses or gain")
    return eirp_dbm


def _emission(row: Row, antenna: ParametricAntenna | TableAntenna | None) -> Emission:
    """Return what the row says of how much the cell can radiate."""
    before = list(row.faults)
    sub_arrays = _whole(row, "sub_arrays")
    ports = _whole(row, "ports")
    power_dbm, gain_dbi, losses_db = _parts(row, antenna)
    duty, reduction = _known(row, "tdd_duty"), _known(row, "power_reduction")
    found = Emission(ports, duty, sub_arrays, reduction, power_dbm, gain_dbi, losses_db)
    row.faults[len(before) :] = [fault for fault in row.faults[len(before) :] if fault not in before]
    return found


def _parts(
    row: Row, antenna: ParametricAntenna | TableAntenna | None
) -> tuple[float | None, float | None, float | None]:
    """Return power (dBm), gain (dBi) and losses (dB) where they make the EIRP; None where it was given itself."""
    given = row.given("power_dbm") and (row.given("gain_dbi") or row.given("antenna_file"))
    known = row.known("power_dbm") and (row.known("gain_dbi") or row.known("antenna_file"))
    if not given and (row.given("eirp_dbm") or not known):
        return None, None, None
    gain_dbi = _known(row, "gain_dbi") if row.known("gain_dbi") else None
    if gain_dbi is None and isinstance(antenna, TableAntenna):
        gain_dbi = antenna.gain_dbi
    return _known(row, "power_dbm"), gain_dbi, _known(row, "losses_db") if row.known("losses_db") else 0.0


def _known(row: Row, name: str) -> float | None:
    value = row.number_of(name)
    return value if math.isfinite(value) else None


def _whole(row: Row, name: str) -> int | None:
    value = _known(row, name)
    if value is not None and value % 1.0:
        row.fault(f"{QUANTITIES[name].words} {value:g} is not a whole number", "a whole number from 1")
    return None if value is None else round(value)


def _no_losses(row: Row) -> float:
    return row.assume("losses_db", 0.0, "not in the table")


def _antenna(row: Row, *, omni: bool) -> ParametricAntenna | None:
    """Return the pattern; the figures that nobody gave are those of 3GPP TR 38.901, and assumed."""
    usual = ParametricAntenna()
    figures = {}
    filled = False
    for name in _PATTERN:
        usual_value = float(getattr(usual, name))
        filled |= not row.given(name)
        figures[name] = row.number_of(name, usual_value)
    if not all(map(math.isfinite, figures.values())):
        return None
    antenna = ParametricAntenna(**figures, omni=omni)
    if filled:
        row.assumed.difference_update(_PATTERN)
        row.assumed.add("antenna")
        if not any(row.known(name) for name in _PATTERN):
            row.assumptions.add("antenna pattern", _words(antenna), "not in the table; parametric, 3GPP TR 38.901")
        elif not all(row.known(name) for name in _PATTERN):
            row.assumptions.add("antenna pattern", _words(antenna), f"partly {FROM_DEFAULTS.split(';', maxsplit=1)[0]}")
    return antenna


def _words(antenna: ParametricAntenna) -> str:
    across = "all round" if antenna.omni else f"{antenna.horizontal_beamwidth_deg:g} deg"
    return f"{across} x {antenna.vertical_beamwidth_deg:g} deg, {antenna.front_to_back_db:g} dB front to back"
