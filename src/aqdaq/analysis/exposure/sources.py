"""The cells of a network as sources of exposure: whole carriers at full power, and what lowers them in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.placed import PlacedCell
from aqdaq.base.units import dbm_to_w
from aqdaq.engine.exposure.source import Column, pattern_rows, source_row
from aqdaq.engine.exposure.sums import Emitters
from aqdaq.model.antenna import Antenna, TableAntenna
from aqdaq.model.exposure_practice import AdaptiveFactors
from aqdaq.model.network import Cell
from aqdaq.model.results import Assumption

Float = NDArray[np.float64]
#: Ground height (m) at (n,) x and y; NaN where nobody knows.
Ground = Callable[[Float, Float], Float]

#: NR above this carrier (MHz) shares its time between both directions.
TDD_FROM_MHZ: Final = 2300.0


@dataclass(frozen=True, slots=True)
class Sources:
    """Cells as the engine takes them.

    Attributes:
        emitters: the sources, by site and height.
        cells: the cell of each source.
        eirp_w: (s,) theoretical maximum at the maximum of the pattern, all ports, without reflections (W).
        left_out: cells whose ground nobody knows.
        assumed: what was assumed of them.
    """

    emitters: Emitters
    cells: tuple[PlacedCell, ...]
    eirp_w: Float
    left_out: tuple[str, ...]
    assumed: tuple[Assumption, ...]

    @property
    def installation(self) -> NDArray[np.int64]:
        """(s,) number of the installation of each source."""
        return np.repeat(self.emitters.installation, np.diff(self.emitters.first))

    @property
    def frequencies_mhz(self) -> Float:
        """(s,) carriers (MHz)."""
        return np.array([placed.cell.frequency_mhz for placed in self.cells], dtype=np.float64)


def sources_of(
    placed: Sequence[PlacedCell],
    ground: Ground,
    factors: AdaptiveFactors,
    *,
    reflection: float = 1.0,
    near_field: bool = True,
) -> Sources:
    """Return the cells as sources.

    The EIRP is that of the whole carrier with all ports, at the maximum of the pattern and full load: never that of the
    reference signal. The actual maximum is lower by the duty of TDD, a power limitation and the factor of adaptive
    antennas, each 1 where the cell table says nothing.

    Args:
        placed: cells on air, on the grid.
        ground: height of the ground at the sites.
        factors: of adaptive antennas.
        reflection: by which reflections raise the power density: 1, 2.56 or 4.
        near_field: whether panels count as long near to them.
    """
    feet = ground(np.array([p.x_m for p in placed]), np.array([p.y_m for p in placed]))
    known = [(p, float(foot)) for p, foot in zip(placed, feet, strict=True) if np.isfinite(foot)]
    left_out = tuple(p.cell.id for p, foot in zip(placed, feet, strict=True) if not np.isfinite(foot))
    known.sort(key=lambda item: (item[0].cell.site_id, item[1] + item[0].cell.height_m))
    spots = [(p.cell.site_id, p.x_m, p.y_m, foot + p.cell.height_m) for p, foot in known]
    places = {spot: index for index, spot in enumerate(dict.fromkeys(spots))}
    first = np.searchsorted([places[spot] for spot in spots], np.arange(len(places) + 1)).astype(np.int64)
    sites = {site: index for index, site in enumerate(dict.fromkeys(spot[0] for spot in places))}
    antennas: dict[Antenna, int] = {}
    rows = []
    eirp_w = np.array([whole_eirp_w(p.cell) for p, _ in known], dtype=np.float64)
    for (p, _), power_w in zip(known, eirp_w, strict=True):
        cell = p.cell
        pattern = antennas.setdefault(cell.antenna, len(antennas))
        rows.append(
            source_row(
                float(power_w) * reflection,
                p.grid_azimuth_deg,
                cell.mechanical_tilt_deg,
                pattern,
                cell.antenna,
                cell.frequency_mhz,
                actual_share(cell, factors),
                near_field=near_field,
            )
        )
    emitters = Emitters(
        np.array([spot[1:] for spot in places], dtype=np.float64).reshape(-1, 3),
        first,
        np.array([sites[spot[0]] for spot in places], dtype=np.int64),
        np.array(rows, dtype=np.float64).reshape(len(rows), len(Column)),
        pattern_rows(list(antennas)),
    )
    cells = tuple(p for p, _ in known)
    return Sources(emitters, cells, eirp_w, left_out, assumptions_of([p.cell for p in cells], factors))


def whole_eirp_w(cell: Cell) -> float:
    """Return the EIRP of a cell's whole carrier at full power (W): of one port, times the ports, 1 if not given."""
    return float(dbm_to_w(cell.eirp_dbm)) * (cell.emission.ports or 1)


def actual_share(cell: Cell, factors: AdaptiveFactors) -> float:
    """Return by which the actual maximum of a cell is below its theoretical one, 0..1."""
    emission = cell.emission
    duty = 1.0 if emission.tdd_duty is None else emission.tdd_duty
    limited = 1.0 if emission.power_reduction is None else emission.power_reduction
    return duty * limited * factors.of(emission.sub_arrays)


def assumptions_of(cells: Sequence[Cell], factors: AdaptiveFactors) -> tuple[Assumption, ...]:
    """Return what was assumed of the power of cells, a row for each kind of figure that is not in the table."""
    no_ports = [c for c in cells if c.emission.ports is None]
    no_eirp = [c for c in cells if "eirp_dbm" in c.assumed]
    no_duty = [c for c in cells if _tdd(c) and c.emission.tdd_duty is None]
    adaptive = [c for c in cells if c.emission.sub_arrays is not None]
    bare = [c for c in cells if isinstance(c.antenna, TableAntenna) and not c.antenna.gain_unit_given]
    pattern = [c for c in cells if "antenna" in c.assumed]
    rows = (
        ("EIRP of all ports", "that of one port", no_ports, "the table gives no ports: add the column ports"),
        ("EIRP", "as the defaults or the SSB say", no_eirp, "not in the cell table"),
        (
            "unit of the antenna gain",
            "dBd",
            bare,
            "the antenna file gives none; if it is dBi, the gain is 2.15 dB lower",
        ),
        ("antenna pattern", "parametric", pattern, "not in the cell table; 3GPP TR 38.901"),
        ("TDD duty", "1", no_duty, "not in the cell table: the actual maximum is too high, never too low"),
        ("factor of adaptive antennas", _steps(factors), adaptive, f"{factors.book.id}{_unread(factors)}"),
        ("load", "1", list(cells), "maxima are those of full load"),
    )
    return tuple(
        Assumption(item, value, f"{len(of)} cell{'s' if len(of) != 1 else ''}", why)
        for item, value, of, why in rows
        if of
    )


def _tdd(cell: Cell) -> bool:
    return cell.layer.technology == "NR" and cell.frequency_mhz > TDD_FROM_MHZ


def _steps(factors: AdaptiveFactors) -> str:
    return ", ".join(f"{factor:g} from {count}" for count, factor in factors.steps)


def _unread(factors: AdaptiveFactors) -> str:
    return "" if factors.book.verified else ", NOT VERIFIED: the text of the rule was not read"
