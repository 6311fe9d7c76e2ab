"""All antennas of a computation with every input: where each stands and looks, and what makes its power."""

from __future__ import annotations

import math

from aqdaq.report.exposure_content import Antenna, Pack
from aqdaq.report.exposure_document import PackTable
from aqdaq.report.exposure_texts import ExposureTexts


def antenna_tables(pack: Pack, texts: ExposureTexts) -> tuple[PackTable, PackTable]:
    """Return two tables of all antennas, a row each in both: places and directions, then power and factors.

    Args:
        pack: what it says.
        texts: the language.
    """
    say = texts.say
    keys = (
        "cell", "site", "operator", "technology", "frequency", "x", "y", "true-azimuth", "grid-azimuth", "tilt",
        "height", "z", "distance", "from-day",
    )  # fmt: skip
    places = PackTable(
        say("table-antennas"), tuple(say(f"head-{key}") for key in keys),
        tuple(_place(pack, a, texts) for a in pack.antennas), note=say("antennas-note", crs=pack.crs),
        numbers=tuple(range(4, 13)), widths=(2.0, 1.5, 1.5, 1.6, 1.2, 1.9, 2.0, 1.8, 1.8, 1.4, 1.4, 1.6, 1.7, 1.8),
    )  # fmt: skip
    further = (
        "cell", "transmitter", "gain", "losses", "ports", "eirp", "beam", "panel", "sub-arrays", "duty", "reduction",
        "actual-share",
    )  # fmt: skip
    powers = PackTable(
        say("table-antennas-power"), tuple(say(f"head-{key}") for key in further),
        tuple(_power(a, texts) for a in pack.antennas), note=say("antennas-power-note"),
        numbers=(2, 3, 4, 5, 7, 8, 9, 10, 11), widths=(2.0, 2.3, 1.6, 1.5, 1.3, 1.5, 1.8, 1.6, 1.8, 1.6, 1.9, 2.0),
    )  # fmt: skip
    return places, powers


def _place(pack: Pack, a: Antenna, texts: ExposureTexts) -> tuple[str, ...]:
    distance = math.hypot(a.x_m - pack.place_m[0], a.y_m - pack.place_m[1])
    return (
        a.cell, a.site, a.operator, a.technology, texts.number(a.frequency_mhz, 1), texts.number(a.x_m, 1),
        texts.number(a.y_m, 1), texts.number(a.true_azimuth_deg, 1), texts.number(a.azimuth_deg, 1),
        texts.number(a.downtilt_deg, 1), texts.number(a.height_m, 1), texts.number(a.z_m, 1), texts.number(distance),
        texts.day(a.on_air) if a.on_air else "–",
    )  # fmt: skip


def _power(a: Antenna, texts: ExposureTexts) -> tuple[str, ...]:
    return (
        a.cell, _transmitter(a, texts), texts.number(a.gain_dbi, 1), texts.number(a.losses_db, 1),
        texts.number(a.ports), texts.number(a.eirp_w), _beam(a, texts),
        texts.number(a.panel_m, 2) if a.panel_m > 0.0 else texts.say("panel-point"), texts.number(a.sub_arrays),
        texts.figure(a.tdd_duty), texts.figure(a.power_reduction), texts.figure(a.actual_share),
    )  # fmt: skip


def _transmitter(a: Antenna, texts: ExposureTexts) -> str:
    if a.power_dbm is not None:
        return texts.number(a.power_dbm, 1)
    return texts.say("eirp-assumed" if a.eirp_assumed else "eirp-given")


def _beam(a: Antenna, texts: ExposureTexts) -> str:
    wide, high = a.horizontal_beamwidth_deg, a.vertical_beamwidth_deg
    if high is None:
        return texts.say("beam-file")
    return f"{texts.say('beam-all-round') if wide is None else texts.number(wide)} × {texts.number(high)}"
