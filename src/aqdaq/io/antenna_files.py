"""Reads antenna files in the Planet format (.msi, .pln): gain, tilt and two cuts of losses.

The unit of GAIN is the trap of the format: a bare number is dBd. Whatever else the file says of its gain must agree,
else the file is refused, because two decibels are easily lost.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import Fault, InputError
from aqdaq.io.antenna_cuts import Cut, check_relative, cut_losses, main_lobe_deg, number
from aqdaq.io.hints import capped, shown
from aqdaq.model.antenna import TableAntenna

#: Gain of a half-wave dipole (dBi): 0 dBd.
DIPOLE_DBI: Final = 2.15

#: Gains in comments that lie this near to GAIN agree with it (dB): makers round.
GAIN_TOLERANCE_DB: Final = 0.5

#: Gains outside this range are no antenna's (dBi).
GAIN_RANGE_DBI: Final = (-20.0, 70.0)

#: A main lobe of the vertical cut between the horizon and here is a tilt (deg); steeper, it is the antenna's shape.
STEEPEST_TILT_DEG: Final = 20.0

#: A stated tilt and the main lobe of the vertical cut agree within this (deg).
_TILT_TOLERANCE_DEG: Final = 2.0

_CUTS: Final = ("HORIZONTAL", "VERTICAL")
_WORDS: Final = frozenset(
    {
        "NAME", "MAKE", "FREQUENCY", "H_WIDTH", "V_WIDTH", "FRONT_TO_BACK", "GAIN", "TILT", "ELECTRICAL_TILT",
        "POLARIZATION", "COMMENT", "COMMENTS", *_CUTS,
    }
)  # fmt: skip
_TILTS: Final = ("ELECTRICAL_TILT", "TILT")
_GAIN_MEND: Final = "say it once, with its unit: GAIN 15.85 dBd, or GAIN 18 dBi"
_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)"


@dataclass(slots=True)
class _File:
    """A file taken apart into lines."""

    file: str
    header: list[tuple[int, str, str]] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def of(self, *words: str) -> list[tuple[int, str]]:
        """Return line and text of the header lines of these words."""
        return [(line, text) for line, word, text in self.header if word in words]

    def fault(self, line: int, what: str, mend: str) -> None:
        """Add a fault of a line."""
        self.faults.append(Fault(f"{self.file}:{line}", what, mend))


def read_antenna(path: Path) -> TableAntenna:
    """Read an antenna file.

    Losses are positive dB down from GAIN. HORIZONTAL runs clockwise from the boresight, VERTICAL from the horizon
    ahead downwards: 90 is straight down, 180 the horizon behind. Tables of another regular step are interpolated.

    Args:
        path: .msi or .pln.

    Raises:
        InputError: the file cannot be read, a table is not complete, the losses are gains, or the gain can be
            understood in two ways; all faults at once, each with its line.
    """
    found = _take_apart(path.name, _text(path))
    name = next((text for _, text in found.of("NAME") if text), path.stem)
    gain_dbi = _gain_dbi(found)
    frequency_mhz = _frequency_mhz(found)
    horizontal, vertical = (_cut(found, word) for word in _CUTS)
    tilt_deg = 0.0
    if horizontal is not None and vertical is not None:
        found.faults += check_relative(horizontal, vertical, path.name)
        tilt_deg = _tilt_deg(found, vertical)
    if found.faults or horizontal is None or vertical is None:
        raise InputError(capped(found.faults, path.name))
    unit_given = all(re.search(r"dB[di]\s*$", text, flags=re.IGNORECASE) for _, text in found.of("GAIN"))
    return TableAntenna(
        name, gain_dbi, tuple(horizontal.tolist()), tuple(vertical.tolist()), frequency_mhz, tilt_deg, unit_given
    )  # fmt: skip


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as err:
        raise InputError(Fault(str(path), "the file is not there", "check the path, or copy the file there")) from err
    except OSError as err:
        raise InputError(Fault(str(path), f"cannot be read: {err.strerror}", "check the permissions")) from err
    if b"\x00" in data:
        what = "is not an antenna file: it holds zero bytes"
        raise InputError(Fault(path.name, what, "give a Planet file (.msi, .pln) as plain text"))
    if not data.strip():
        raise InputError(Fault(path.name, "is empty", "give a Planet file with GAIN, HORIZONTAL 360 and VERTICAL 360"))
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:  # old files write the degree sign in Latin-1; the figures are the same in both
        return data.decode("latin-1")


def _take_apart(file: str, text: str) -> _File:
    """Return the header lines and tables of a file. The first line may hold the name without its keyword."""
    found = _File(file)
    cut: Cut | None = None
    for line, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        word, _, rest = raw.strip().replace("\t", " ").partition(" ")
        word, rest = word.upper(), rest.strip()
        if not word:
            continue
        if word in _CUTS:
            cut = Cut(file, word, line, rest)
            found.cuts.append(cut)
        elif cut is not None and word not in _WORDS:
            cut.rows.append((line, raw.strip()))
        elif line == 1 and word not in _WORDS:
            found.header.append((line, "NAME", raw.strip()))
        else:
            found.header.append((line, word, rest))
    return found


def _cut(found: _File, word: str) -> NDArray[np.float64] | None:
    cuts = [cut for cut in found.cuts if cut.word == word]
    if not cuts:
        found.faults.append(Fault(found.file, f"the table {word} is missing", f"add {word} 360 and its 360 rows"))
        return None
    for cut in cuts[1:]:
        found.fault(cut.line, f"{word} occurs twice, first in line {cuts[0].line}", "one antenna and tilt a file")
    return cut_losses(cuts[0], found.faults)


def _gain_dbi(found: _File) -> float:
    """Return the gain (dBi); NaN after a fault. A bare number is dBd."""
    lines = found.of("GAIN")
    if not lines:
        found.faults.append(Fault(found.file, "GAIN is missing", _GAIN_MEND))
        return math.nan
    line, text = lines[0]
    if len(lines) > 1:
        found.fault(lines[1][0], f"GAIN occurs twice, first in line {line}: which one holds?", _GAIN_MEND)
        return math.nan
    match = re.fullmatch(rf"({_NUMBER})\s*(dBd|dBi)?", text, flags=re.IGNORECASE)
    if match is None:
        found.fault(line, f"GAIN {shown(text)} is not a number of dBd or dBi", _GAIN_MEND)
        return math.nan
    unit = (match[2] or "dBd").lower()
    gain_dbi = round(float(match[1]) + (DIPOLE_DBI if unit == "dbd" else 0.0), 6)
    if not GAIN_RANGE_DBI[0] <= gain_dbi <= GAIN_RANGE_DBI[1]:
        low, high = GAIN_RANGE_DBI
        found.fault(line, f"GAIN {text} is outside {low:g} to {high:g} dBi", _GAIN_MEND)
    _check_comments(found, f"GAIN {text}", unit, gain_dbi)
    return gain_dbi


def _check_comments(found: _File, gain: str, unit: str, gain_dbi: float) -> None:
    """Add a fault where another header line speaks of another gain, or of the other unit without a number."""
    for line, word, text in found.header:
        said = re.findall(rf"(?:({_NUMBER})\s*)?dB([id])\b", text, flags=re.IGNORECASE) if word != "GAIN" else []
        numbers = [float(value) + (DIPOLE_DBI if kind in "dD" else 0.0) for value, kind in said if value]
        near = any(abs(value - gain_dbi) <= GAIN_TOLERANCE_DB for value in numbers)
        other_unit = not numbers and any(f"db{kind.lower()}" != unit for _, kind in said)
        if (numbers and not near) or other_unit:
            what = f"{word} {shown(text)} contradicts {gain!r}, which means {gain_dbi:g} dBi (a bare number is dBd)"
            found.fault(line, what, _GAIN_MEND)


def _frequency_mhz(found: _File) -> float | None:
    """Return the frequency (MHz), the middle of a band; None where the file is silent or says something else."""
    for _, text in found.of("FREQUENCY"):
        match = re.fullmatch(rf"({_NUMBER})(?:\s*-\s*({_NUMBER}))?\s*(MHz|GHz)?", text, flags=re.IGNORECASE)
        if match is not None:
            ends = [float(end) for end in match.groups()[:2] if end]
            scale = 1e3 if (match[3] or "").lower() == "ghz" else 1.0
            return scale * sum(ends) / len(ends)
    return None


def _tilt_deg(found: _File, vertical: NDArray[np.float64]) -> float:
    """Return the electrical tilt that the vertical cut holds (deg): as stated where the cut agrees, else the cut's."""
    lobe_deg = main_lobe_deg(vertical)
    for line, text in found.of(*_TILTS):
        stated_deg = next((value for part in text.split() if not math.isnan(value := number(part))), math.nan)
        if abs(stated_deg - lobe_deg) <= _TILT_TOLERANCE_DEG:
            return stated_deg
        if abs(stated_deg + lobe_deg) <= _TILT_TOLERANCE_DEG:
            what = f"tilt {stated_deg:g} deg, but the vertical cut is strongest at {lobe_deg % 360.0:g} deg"
            mend = "VERTICAL counts downwards (90 is straight down): reverse its degrees, or mend the tilt"
            found.fault(line, what, mend)
    return lobe_deg if 0.0 <= lobe_deg <= STEEPEST_TILT_DEG else 0.0
