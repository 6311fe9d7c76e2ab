"""Antenna files in the Planet format, made in code from the parametric pattern of 3GPP."""

from __future__ import annotations

from collections.abc import Iterable

HEADER = "NAME test antenna\nMAKE nobody\nFREQUENCY 1815\nGAIN 15.85 dBd\nTILT 0\nCOMMENT made in code\n"


def signed(degree: float) -> float:
    """Return a degree of a circle as -180 to 180."""
    return (degree + 180.0) % 360.0 - 180.0


def across(beamwidth_deg: float = 65.0, most_db: float = 30.0, step: float = 1.0) -> list[tuple[float, float]]:
    """Return degrees and losses of a parametric horizontal cut."""
    degrees = [i * step for i in range(round(360 / step))]
    return [(d, min(12.0 * (signed(d) / beamwidth_deg) ** 2, most_db)) for d in degrees]


def down(
    beamwidth_deg: float = 10.0, tilt_deg: float = 0.0, most_db: float = 30.0, step: float = 1.0
) -> list[tuple[float, float]]:
    """Return degrees and losses of a vertical cut whose main lobe points ``tilt_deg`` below the horizon."""
    degrees = [i * step for i in range(round(360 / step))]
    return [(d, min(12.0 * (signed(d - tilt_deg) / beamwidth_deg) ** 2, most_db)) for d in degrees]


def cut_text(word: str, rows: Iterable[tuple[float, float]]) -> str:
    """Return a table as it stands in a file."""
    rows = list(rows)
    return f"{word} {len(rows)}\n" + "".join(f"{degree:g}\t{loss:.3f}\n" for degree, loss in rows)


def antenna_text(header: str = HEADER, tilt_deg: float = 0.0) -> str:
    """Return a whole file: 65 by 10 degrees, 30 dB behind, 18 dBi."""
    return header + cut_text("HORIZONTAL", across()) + cut_text("VERTICAL", down(tilt_deg=tilt_deg))
