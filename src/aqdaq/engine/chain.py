"""A chain of models by range: each model makes the receivers of its ring, and it is known which one made which.

A link begins where the one before it ends; a receiver on the border belongs to the farther link, and the end of the
last link belongs to it. Beyond, the loss is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

import aqdaq.engine.area_models  # noqa: F401 - registers the models
from aqdaq.base.errors import UsageError
from aqdaq.engine.area_registry import Mode as UsedMode
from aqdaq.engine.area_registry import get_area_model
from aqdaq.engine.area_types import AreaLoss, AreaSetting, Reason, Terrain, Transmitter

#: ``auto`` takes the sweep where it holds; the others force one way.
Mode = Literal["auto", "exact", "sweep"]

#: Number of the link where no link reaches.
NO_LINK: Final = 255
#: The sweep is taken up to this many profile steps a pixel: beyond, its radials are denser than the pixels need.
PIXELS_PER_STEP: Final = 2.0
#: How far from a whole number of pixels a receiver of a grid may lie: rounding of coordinates.
_WHOLE: Final = 1e-6

_SETTINGS: Final = frozenset(f.name for f in fields(AreaSetting)) - {"options"}


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One model and its ring.

    Attributes:
        model: name of an area model.
        from_m: where the ring begins, itself in it (m).
        to_m: where it ends (m).
        options: further figures of the model, by name; one that is called as a field of ``AreaSetting`` stands in
            for that field.
    """

    model: str
    from_m: float
    to_m: float
    options: Mapping[str, float | str] = field(default_factory=dict)


Links = tuple[ChainLink, ...]


@dataclass(frozen=True, slots=True)
class ChainLoss:
    """Losses from one site to n receivers by a chain.

    Attributes:
        loss_db: (k, n) float32 basic transmission loss for each height and frequency (dB); NaN where unknown.
        reason: (k, n) uint8 a ``Reason``: 0 where the loss is known.
        link: (n,) uint8 number of the link that made the receiver, ``NO_LINK`` beyond the last.
        modes: for each link, the way it was computed.
    """

    loss_db: NDArray[np.float32]
    reason: NDArray[np.uint8]
    link: NDArray[np.uint8]
    modes: tuple[UsedMode, ...]


def check_links(links: Links) -> None:
    """Refuse a chain that cannot mean anything.

    Raises:
        UsageError: no link or too many, an unknown model, a ring that is empty, or a gap between two rings.
    """
    if not 0 < len(links) < NO_LINK:
        raise UsageError(f"a chain of {len(links)} models")
    begin = 0.0
    for link in links:
        get_area_model(link.model)
        if link.from_m != begin or not begin < link.to_m < math.inf:
            raise UsageError(f"{link.model}: from {link.from_m:g} to {link.to_m:g} m after {begin:g} m")
        begin = link.to_m


def chain_modes(links: Links, *, resolution_m: float, step_m: float, mode: Mode, grid: bool) -> tuple[UsedMode, ...]:
    """Return the way each link is computed.

    Args:
        links: of the chain.
        resolution_m: side of a pixel (m).
        step_m: largest distance between samples of a profile (m).
        mode: ``auto`` takes the sweep where the model has one, the receivers are a grid, and the pixel is at most twice
            the step.
        grid: whether the receivers are pixels of the terrain.

    Raises:
        UsageError: a sweep is asked for and a model has none.
    """
    models = [get_area_model(link.model) for link in links]
    if mode == "sweep":
        without = sorted({m.name for m in models if m.sweep is None})
        if without:
            raise UsageError(f"no sweep of {', '.join(without)}; use mode auto or exact")
    suits = mode == "sweep" or (mode == "auto" and grid and resolution_m <= PIXELS_PER_STEP * step_m)
    return tuple("sweep" if suits and m.sweep is not None else "exact" for m in models)


def chain_loss(
    links: Links,
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
    mode: Mode = "auto",
) -> ChainLoss:
    """Predict the loss from one site to many receivers, each by the model of its ring.

    Args:
        links: the chain.
        terrain: the surface.
        transmitter: the site, with k pairs of height and frequency.
        rows: (n,) of the receivers (pixels; need not be whole numbers).
        cols: (n,) of the receivers (pixels).
        setting: of the area; the options of a link take the place of its own.
        mode: see ``chain_modes``.

    Raises:
        UsageError: the chain cannot mean anything, or a sweep is asked for and a model has none.
        ValidityError: a model does not hold for this body or these options at all.
    """
    check_links(links)
    rows, cols = (np.ascontiguousarray(v, dtype=np.float64) for v in (rows, cols))
    modes = chain_modes(
        links,
        resolution_m=terrain.resolution_m,
        step_m=setting.step_m,
        mode=mode,
        grid=_on_pixels(rows) and _on_pixels(cols),
    )
    shape = (len(transmitter.heights_m), len(rows))
    loss = np.full(shape, np.nan, dtype=np.float32)
    reason = np.full(shape, Reason.OUT_OF_REACH, dtype=np.uint8)
    made_by = link_of(links, _distance_m(terrain, transmitter, rows, cols))
    for number, (link, used) in enumerate(zip(links, modes, strict=True)):
        ring = np.flatnonzero(made_by == number)
        if len(ring):
            part = run_link(link, used, terrain, transmitter, rows[ring], cols[ring], setting)
            loss[:, ring], reason[:, ring] = part.loss_db, part.reason
    return ChainLoss(loss, reason, made_by, modes)


def run_link(
    link: ChainLink,
    used: UsedMode,
    terrain: Terrain,
    transmitter: Transmitter,
    rows: NDArray[np.float64],
    cols: NDArray[np.float64],
    setting: AreaSetting,
) -> AreaLoss:
    """Return the losses of one link at receivers of its ring; arguments as for ``chain_loss``.

    Raises:
        UsageError: a sweep is asked for and the model has none.
        ValidityError: the model does not hold for this body or these options at all.
    """
    model = get_area_model(link.model)
    predict = model.exact if used == "exact" else model.sweep
    if predict is None:
        raise UsageError(f"no sweep of {link.model}; use mode auto or exact")
    return predict(terrain, transmitter, rows, cols, link_setting(link, setting))


def link_setting(link: ChainLink, setting: AreaSetting) -> AreaSetting:
    """Return the setting of a link: its options in place of those of the area, laid out as far as it reaches."""
    own: dict[str, Any] = {name: value for name, value in link.options.items() if name in _SETTINGS}
    return replace(setting, **{"reach_m": link.to_m, "options": dict(link.options), **own})


def link_of(links: Links, distance_m: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return (n,) the number of the link that makes receivers at (n,) distances (m), ``NO_LINK`` beyond the last."""
    ends = np.array([link.to_m for link in links])
    found = np.searchsorted(ends, distance_m, side="right")
    found[distance_m == ends[-1]] = len(links) - 1
    found[found == len(links)] = NO_LINK
    return found.astype(np.uint8)


def chain_versions(links: Links, modes: tuple[UsedMode, ...] | None = None) -> list[tuple[str, UsedMode, int]]:
    """Return name, mode and version of each model at work, for the names of kept results; without modes: exact."""
    used: list[tuple[ChainLink, UsedMode]] = [
        (link, modes[number] if modes is not None else "exact") for number, link in enumerate(links)
    ]
    return [(link.model, mode, get_area_model(link.model).versions[mode]) for link, mode in used]


def _distance_m(
    terrain: Terrain, transmitter: Transmitter, rows: NDArray[np.float64], cols: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n,) distances (m), to the last bit as the models compute them."""
    north, east = (transmitter.row - rows) * terrain.resolution_m, (cols - transmitter.col) * terrain.resolution_m
    return np.asarray(np.sqrt(north * north + east * east))


def _on_pixels(position: NDArray[np.float64]) -> bool:
    return bool(np.all(np.abs(position - np.rint(position)) <= _WHOLE))
