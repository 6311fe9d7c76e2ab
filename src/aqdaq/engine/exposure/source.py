"""How the kernels of exposure take a source: one row of numbers, and its pattern in a table of patterns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.engine.antennas import PARAMETERS, pattern_parameters
from aqdaq.engine.exposure.near_field import Panel, panel_of
from aqdaq.model.antenna import CUT_DEGREES, Antenna

Float = NDArray[np.float64]

#: Numbers of a coded pattern: four figures, then two cuts; one of both is zero.
PATTERN_SIZE: Final = PARAMETERS + 2 * CUT_DEGREES


class Column(IntEnum):
    """The columns of a source."""

    EIRP_W = 0
    ACTUAL = 1
    SIN_AZIMUTH = 2
    COS_AZIMUTH = 3
    SIN_TILT = 4
    COS_TILT = 5
    PATTERN = 6
    ELEMENTS = 7
    SPACING_M = 8
    WAVE_NUMBER = 9
    SIN_ELECTRICAL = 10
    NEAR_M = 11
    HALF_LENGTH_M = 12


def source_row(
    eirp_w: float,
    azimuth_deg: float,
    tilt_deg: float,
    pattern: int,
    antenna: Antenna,
    frequency_mhz: float,
    actual: float = 1.0,
    *,
    near_field: bool = True,
) -> Float:
    """Return (13,) the numbers of a source.

    Args:
        eirp_w: at the maximum of the pattern, all ports together (W).
        azimuth_deg: of the boresight, clockwise from the grid's north (deg).
        tilt_deg: by which the antenna is turned down; for tables without the electrical tilt that they hold (deg).
        pattern: row of its pattern.
        antenna: the pattern itself, for the length of the panel.
        frequency_mhz: of the carrier (MHz).
        actual: by which the actual maximum is below the theoretical one, 0..1.
        near_field: whether the panel counts as long near to it; else it is a point.
    """
    panel = panel_of(antenna, frequency_mhz) if near_field else Panel.point()
    azimuth, tilt = math.radians(azimuth_deg), math.radians(tilt_deg)
    row = np.zeros(len(Column))
    row[Column.EIRP_W], row[Column.ACTUAL], row[Column.PATTERN] = eirp_w, actual, pattern
    row[Column.SIN_AZIMUTH], row[Column.COS_AZIMUTH] = math.sin(azimuth), math.cos(azimuth)
    row[Column.SIN_TILT], row[Column.COS_TILT] = math.sin(tilt), math.cos(tilt)
    row[Column.ELEMENTS], row[Column.SPACING_M] = panel.elements, panel.spacing_m
    row[Column.WAVE_NUMBER] = panel.wave_number
    row[Column.SIN_ELECTRICAL] = math.sin(math.radians(antenna.electrical_tilt_deg))
    row[Column.NEAR_M], row[Column.HALF_LENGTH_M] = panel.near_m, panel.length_m / 2.0
    return row


def pattern_rows(antennas: Sequence[Antenna]) -> Float:
    """Return (n, 724) the patterns as the kernels take them; a parametric one has a beamwidth above 0 first."""
    rows = np.zeros((len(antennas), PATTERN_SIZE))
    for row, antenna in zip(rows, antennas, strict=True):
        figures = pattern_parameters(antenna)
        first = 0 if len(figures) == PARAMETERS else PARAMETERS
        row[first : first + len(figures)] = figures
    return rows
