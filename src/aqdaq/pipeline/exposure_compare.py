"""``aqdaq exposure compare``: measured fields beside the computed maxima, before and after, place by place.

A measurement is of the traffic of its moment, the maxima are not: the two are never mixed. What is asked is whether the
measured value, with the interval of its uncertainty, keeps below what was computed.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.analysis.exposure.evaluate import limit_weights
from aqdaq.analysis.exposure.sources import Sources
from aqdaq.base.errors import Fault, InputError
from aqdaq.engine.exposure.formulas import field_v_m
from aqdaq.engine.exposure.sums import sum_sources
from aqdaq.io.field_measurements import as_receptors, read_field_measurements
from aqdaq.io.tables import resolve_input
from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.field_measurement import FieldMeasurements
from aqdaq.model.measurements import SetAside
from aqdaq.pipeline.exposure import Field
from aqdaq.pipeline.exposure_at import placed_receptors
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]
Row = dict[str, Any]

NO_CELL: Final = "no cell of the project transmits in that range"
NO_FIGURE: Final = "the place lies inside an antenna"

#: Answers to "is the measured value at most the computed one?", with the interval of the uncertainty.
ANSWERS: Final = ("yes", "no", "undecided", "unknown")


def own_measurements(project: Project, path: Path | None) -> FieldMeasurements:
    """Return the measurements of a file, or those that project.toml names.

    Raises:
        InputError: no file is named, or it is wrong.
    """
    named = project.config.exposure.measurements
    if path is None and named is None:
        mend = 'name a file: --measurements FILE, or measurements = "data/field_measurements.csv" under [exposure]'
        raise InputError(Fault("project.toml [exposure].measurements", "is not given", mend))
    return read_field_measurements(path if path is not None else resolve_input(project.folder, str(named)))


def compare(
    project: Project, field: Field, measurements: FieldMeasurements, *, on_air: dt.date | None = None
) -> tuple[tuple[Row, ...], tuple[SetAside, ...]]:
    """Return measured and computed values beside each other, a row a measurement, and the rows without an answer.

    Each row holds ``measured``, ``theoretical`` and ``actual`` apart; of the two maxima only the cells that transmit in
    the range of the measurement count. ``keeps`` is one of ``ANSWERS``; ``difference_db`` is measured over computed.

    Args:
        project: opened.
        field: of the project on a day.
        measurements: as read.
        on_air: day on which a candidate goes on air, which parts before from after where the file is silent.

    Raises:
        InputError: no measurement has a place on the terrain.
    """
    at, aside = placed_receptors(project, field, as_receptors(measurements))
    good = np.asarray(np.isfinite(at).all(axis=1))
    maxima, ratios = _computed(field, measurements, at, good)
    reasons = {a.row: a.reason for a in aside}
    phases = measurements.phases(on_air)
    rows = []
    for i in range(len(measurements)):
        found = _one(field, measurements, i, maxima[:, i], ratios[:, :, i])
        place = dict(zip(("x_m", "y_m", "z_m"), (_number(v, 10) for v in at[i]), strict=True))
        reason = reasons.get(int(measurements.row[i]), "") or _reason(field, measurements, i, maxima[0, i])
        rows.append({**_about(measurements, i), "phase": phases[i], **place, **found, "reason": reason})
    return tuple(rows), tuple(aside)


def _about(measurements: FieldMeasurements, i: int) -> Row:
    return {
        "row": int(measurements.row[i]),
        "id": measurements.id[i],
        "time": measurements.time[i],
        "instrument": measurements.instrument[i],
        "kind": "selective" if measurements.selective[i] else "broadband",
        "from_mhz": _number(measurements.from_mhz[i], 10),
        "to_mhz": _number(measurements.to_mhz[i], 10),
    }


def _in_range(sources: Sources, low_mhz: float, high_mhz: float) -> NDArray[np.bool_]:
    """Return (s,) whether the channel of each source meets a range of frequencies; an unknown range holds all."""
    half = np.array([placed.cell.bandwidth_mhz for placed in sources.cells], dtype=np.float64) / 2.0
    middle = sources.frequencies_mhz
    if np.isnan(low_mhz):
        return np.ones(len(middle), dtype=np.bool_)
    return np.asarray((middle + half >= low_mhz) & (middle - half <= high_mhz))


def _computed(field: Field, measurements: FieldMeasurements, at: Float, good: NDArray[np.bool_]) -> tuple[Float, Float]:
    """Return (2, n) power density of both maxima in the range of each row, and (2, limits, n) their ratios.

    The sums of a range are those to a limit that weighs all sources in it alike and the others with nothing.
    """
    ranges = list(zip(measurements.from_mhz.tolist(), measurements.to_mhz.tolist(), strict=True))
    sources, limits = field.sources, field.limits
    weights, each = limit_weights(limits, sources)
    maxima = np.full((2, len(measurements)), np.nan)
    ratios = np.full((2, len(limits), len(measurements)), np.nan)
    walls = field.city.walls if field.city is not None else None
    for key in dict.fromkeys(map(str, ranges)):
        of = np.array([str(one) == key for one in ranges]) & good
        if not of.any():
            continue
        inside = _in_range(sources, *ranges[int(np.flatnonzero(of)[0])])
        table = np.where(inside, np.vstack([np.ones((1, len(inside))), weights]), 0.0)
        sums = sum_sources(at[of], sources.emitters, table, np.concatenate([[False], each]), walls=walls)
        for n, found in enumerate((sums.ratio, sums.actual_ratio)):
            maxima[n, of], ratios[n][:, of] = found[0], found[1:]
    return maxima, ratios


def _one(field: Field, measurements: FieldMeasurements, i: int, maxima: Float, ratios: Float) -> Row:
    """Return the figures of one row; ``maxima`` (2,) and ``ratios`` (2, limits) of it."""
    s, (low, high) = float(measurements.s_w_m2[i]), (float(v[i]) for v in measurements.interval_w_m2)
    measured: Row = {"below_detection": bool(measurements.below_detection[i])}
    for name, value in (("", s), ("_low", low), ("_high", high)):
        measured |= {f"s{name}_w_m2": _number(value), f"e{name}_v_m": _number(field_v_m(value))}
    found: Row = {"measured": measured}
    for name, most in zip(("theoretical", "actual"), maxima.tolist(), strict=True):
        found[name] = {
            "s_w_m2": _number(most),
            "e_v_m": _number(field_v_m(most)),
            "difference_db": _number(10.0 * np.log10(s / most), 4) if most > 0.0 else None,
            "keeps": keeps(low, high, most),
        }
    allowed = [_allowed_w_m2(field, limit, measurements, i) for limit in field.limits]
    found["ratio"] = {
        limit.id: {
            "measured": None if most is None else _number(s / most),
            "measured_high": None if most is None else _number(high / most),
            "theoretical": _number(ratios[0, n]),
            "actual": _number(ratios[1, n]),
        }
        for n, (limit, most) in enumerate(zip(field.limits, allowed, strict=True))
    }
    return found


def keeps(low_w_m2: float, high_w_m2: float, most_w_m2: float) -> str:
    """Return whether a measured value is at most a computed one, one of ``ANSWERS``.

    Args:
        low_w_m2: lower end of the interval of the measured value (W/m2).
        high_w_m2: its upper end.
        most_w_m2: computed; nothing at all decides nothing.
    """
    if not np.isfinite([low_w_m2, high_w_m2, most_w_m2]).all() or most_w_m2 <= 0.0:
        return "unknown"
    if high_w_m2 <= most_w_m2:
        return "yes"
    return "no" if low_w_m2 > most_w_m2 else "undecided"


def _allowed_w_m2(field: Field, limit: ExposureLimit, measurements: FieldMeasurements, i: int) -> float | None:
    """Return what a limit allows where a row looked: the least at its frequencies; None where nobody can say.

    A broadband probe does not say at which frequency there is how much: the strictest carrier in its range counts. A
    limit for each installation is none for what all of them make together.
    """
    if limit.figures.per == "installation":
        return None
    low, high = float(measurements.from_mhz[i]), float(measurements.to_mhz[i])
    inside = field.sources.frequencies_mhz[_in_range(field.sources, low, high)].tolist()
    looked = [low, high, *inside] if measurements.selective[i] else inside
    found = [limit.power_density_w_m2(f) for f in looked]
    known = [most for most in found if most is not None]
    return min(known) if known and len(known) == len(found) else None


def _reason(field: Field, measurements: FieldMeasurements, i: int, most: float) -> str:
    if not _in_range(field.sources, float(measurements.from_mhz[i]), float(measurements.to_mhz[i])).any():
        return NO_CELL
    return NO_FIGURE if np.isnan(most) else ""


def _number(value: Any, digits: int = 6) -> float | None:
    number = float(value)
    return float(f"{number:.{digits}g}") if np.isfinite(number) else None
