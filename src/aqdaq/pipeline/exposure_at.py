"""``aqdaq exposure at``: what a network makes at given receptors."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from typing import Any, Final, TextIO

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from aqdaq.analysis.exposure.evaluate import Exposure, Maximum, exposure_at
from aqdaq.base.errors import Fault, InputError
from aqdaq.engine.exposure.formulas import field_percent, field_v_m
from aqdaq.io.receptors import ReceptorsRead
from aqdaq.model.exposure_limit import ExposureLimit
from aqdaq.model.measurements import SetAside
from aqdaq.pipeline.exposure import Field, without_height
from aqdaq.pipeline.project import Project

Float = NDArray[np.float64]

NO_GROUND: Final = "the ground is not known there"
BELOW_GROUND: Final = "lies below the ground: z counts from the datum of the terrain, height_m from the ground"
IN_ANTENNA: Final = "lies inside the antenna of"
NO_MATERIAL: Final = "material without an attenuation"

#: A receptor may lie this much below the ground, which is bilinear between pixels (m).
_TOLERANCE_M: Final = 0.5


@dataclass(frozen=True, slots=True)
class AtReceptors:
    """The answer at receptors.

    Attributes:
        field: what it was computed from.
        rows: one a receptor, in the order of the file; JSON-ready, None where unknown.
        set_aside: rows without an answer, with reasons.
    """

    field: Field
    rows: tuple[dict[str, Any], ...]
    set_aside: tuple[SetAside, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the whole answer, JSON-ready."""
        field = self.field
        return {
            "date": str(field.date),
            "way": field.setting.way,
            "reflection": field.setting.reflection,
            "near_field": field.setting.near_field,
            "figures": (
                "s_w_m2, e_v_m, ratio, field_percent and within are of the theoretical maximum; those under actual of "
                "the actual maximum. ratio is the sum of S_i / S_limit(f_i), field_percent 100 times its square root"
            ),
            "limits": [limit_record(limit) for limit in field.limits],
            "incomplete": field.incomplete,
            "buildings_without_height": list(without_height(field.inputs)),
            "assumed": [asdict(assumption) for assumption in field.assumed],
            "notes": list(field.notes),
            "receptors": list(self.rows),
            "set_aside": [asdict(aside) for aside in self.set_aside],
        }

    def write_csv(self, stream: TextIO) -> None:
        """Write a row a receptor; unknown figures are empty. Each says which limits are not verified or over."""
        caution = "; ".join(f"{limit.id}: {limit.caution}" for limit in self.field.limits if limit.caution)
        flat = [{**_flat(row), "caution": caution} for row in self.rows]
        writer = csv.DictWriter(stream, fieldnames=list(flat[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)


def at_receptors(project: Project, field: Field, receptors: ReceptorsRead) -> AtReceptors:
    """Return the exposure at receptors.

    Args:
        project: opened.
        field: of the project on the day.
        receptors: as read.

    Raises:
        InputError: no receptor has a place.
    """
    indoor, unknown = _indoor(field, receptors)
    at, aside = placed_receptors(project, field, receptors, unknown)
    good = np.isfinite(at).all(axis=1)
    walls = field.city.walls if field.city is not None else None
    found = exposure_at(at[good], field.sources, field.limits, walls=walls, indoor_loss_db=indoor[good])
    aside += _in_antennas(field, receptors, found, np.flatnonzero(good))
    every = sorted((*receptors.set_aside, *aside), key=lambda a: a.row)
    reasons = {a.row: a.reason for a in every}
    position = np.full(len(receptors), -1)
    position[good] = np.arange(int(good.sum()))
    rows = tuple(
        {
            **_place_record(receptors, at, i),
            **_record(field, found, int(position[i])),
            "reason": reasons.get(int(receptors.row[i]), ""),
        }
        for i in range(len(receptors))
    )
    return AtReceptors(field, rows, tuple(every))


def placed_receptors(
    project: Project, field: Field, receptors: ReceptorsRead, unknown: dict[int, SetAside] | None = None
) -> tuple[Float, list[SetAside]]:
    """Return (n, 3) x, y and height of receptors above the datum (m), NaN where unknown, and the rows without a place.

    Args:
        project: opened.
        field: of the project on the day.
        receptors: as read.
        unknown: receptors of which something else is not known, by their number.

    Raises:
        InputError: no receptor has a place.
    """
    at, aside = _placed(project, field, receptors)
    at[list(unknown or {})] = np.nan
    aside += list((unknown or {}).values())
    if not np.isfinite(at).all(axis=1).any():
        every = sorted((*receptors.set_aside, *aside), key=lambda a: a.row)
        raise InputError([Fault(f"{a.source}:{a.row}", f"{a.reason} ({a.value})", "mend the row") for a in every])
    return at, aside


def limit_record(limit: ExposureLimit) -> dict[str, Any]:
    """Return what must be said of a limit wherever it is used, JSON-ready."""
    return {
        "id": limit.id,
        "title": limit.title,
        "source": limit.source,
        "verified": limit.verified,
        "valid_from": str(limit.valid_from),
        "valid_to": str(limit.valid_to) if limit.valid_to else None,
        "expired": limit.expired,
        "per": limit.figures.per,
        "averaging_minutes": limit.figures.averaging_minutes,
        "caution": limit.caution,
    }


def _placed(project: Project, field: Field, receptors: ReceptorsRead) -> tuple[Float, list[SetAside]]:
    """Return (n, 3) x, y and height above the datum (m), NaN where unknown, and the rows that have no place."""
    x, y = receptors.place.T
    if receptors.geographic:
        forth = Transformer.from_crs(project.body.geographic_crs, field.inputs.grid.crs, always_xy=True)
        x, y = (np.asarray(v, dtype=np.float64) for v in forth.transform(x, y))
    ground = field.ground(np.asarray(x), np.asarray(y))
    z = receptors.height_m + (ground if receptors.above_ground else 0.0)
    at = np.column_stack([x, y, z])
    given = np.isfinite(receptors.height_m)
    lost = given & ~np.isfinite(z)
    below = given & np.isfinite(ground) & (z < ground - _TOLERANCE_M)
    at[lost | below] = np.nan
    aside = [_aside(receptors, i, NO_GROUND) for i in np.flatnonzero(lost).tolist()]
    aside += [
        _aside(receptors, i, BELOW_GROUND, f"{z[i]:g} m, the ground {ground[i]:.1f} m")
        for i in np.flatnonzero(below).tolist()
    ]
    return at, aside


def _indoor(field: Field, receptors: ReceptorsRead) -> tuple[Float, dict[int, SetAside]]:
    """Return (n,) the attenuation around the receptors (dB), and those whose material has none."""
    losses = {name: field.attenuation.of(name) if name else 0.0 for name in set(receptors.material)}
    unknown = {
        i: _aside(receptors, i, NO_MATERIAL, name) for i, name in enumerate(receptors.material) if losses[name] is None
    }
    return np.array([losses[name] or 0.0 for name in receptors.material], dtype=np.float64), unknown


def _in_antennas(field: Field, receptors: ReceptorsRead, found: Exposure, index: NDArray[np.int64]) -> list[SetAside]:
    cells = field.sources.cells
    return [
        _aside(receptors, int(index[k]), f"{IN_ANTENNA} {cells[int(found.inside[k])].cell.id}")
        for k in np.flatnonzero(found.inside >= 0)
    ]


def _aside(receptors: ReceptorsRead, i: int, reason: str, value: str = "") -> SetAside:
    return SetAside(receptors.source, int(receptors.row[i]), reason, value or receptors.id[i])


def _place_record(receptors: ReceptorsRead, at: Float, i: int) -> dict[str, Any]:
    x, y, z = (_number(v, 10) for v in at[i])
    further = {name: column[i] for name, column in receptors.further.items()}
    return {"id": receptors.id[i], "x_m": x, "y_m": y, "z_m": z, **further}


def _record(field: Field, found: Exposure, k: int) -> dict[str, Any]:
    """Return the figures of receptor ``k`` of those that have a place; -1: of one that has none."""
    largest = int(found.largest[k]) if k >= 0 else -1
    known = k >= 0 and bool(np.isfinite(found.theoretical.s_w_m2[k]))
    seen = known and largest >= 0
    return {
        **_figures(field.limits, found.theoretical, k),
        "actual": _figures(field.limits, found.actual, k),
        "largest": field.sources.cells[largest].cell.id if seen else None,
        "largest_share": _number(found.largest_share[k]) if seen else None,
        "largest_attenuation_db": _number(found.largest_loss_db[k]) if seen else None,
    }


def _figures(limits: tuple[ExposureLimit, ...], found: Maximum, k: int) -> dict[str, Any]:
    """Return the figures of one of the maxima; an unknown ratio and a limit that is over pass nothing."""
    s = found.s_w_m2[k] if k >= 0 else np.nan
    ratios = {limit.id: found.ratio[n, k] if k >= 0 else np.nan for n, limit in enumerate(limits)}
    return {
        "s_w_m2": _number(s),
        "e_v_m": _number(field_v_m(s)),
        "ratio": {key: _number(ratio) for key, ratio in ratios.items()},
        "field_percent": {key: _number(field_percent(ratio)) for key, ratio in ratios.items()},
        "within": {
            limit.id: bool(ratios[limit.id] <= 1.0) if np.isfinite(ratios[limit.id]) and not limit.expired else None
            for limit in limits
        },
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with one name a figure; None is empty."""
    out: dict[str, Any] = {}
    for key, value in row.items():
        if key == "actual":
            out |= {f"actual_{name}": item for name, item in _flat(value).items()}
        elif isinstance(value, dict):
            out |= {f"{key}_{name}": _text(item) for name, item in value.items()}
        else:
            out[key] = _text(value)
    return out


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def _number(value: Any, digits: int = 6) -> float | None:
    number = float(value)
    return float(f"{number:.{digits}g}") if np.isfinite(number) else None
