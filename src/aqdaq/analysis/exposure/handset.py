"""How strongly phones must transmit, by open-loop power control, before and after a change of the network.

A phone estimates the path loss from the reference signal and sends just strongly enough (TS 36.213 5.1.1.1 for LTE,
TS 38.213 7.1.1 for NR, without the terms of the closed loop and of the format)::

    PL = P_ref - RSRP
    P  = min(P_max, P_0 + alpha PL + 10 log10(2^mu M)),   not below P_min

``P_ref`` is the power of one resource element at the antenna port, its EIRP less the gain, so that ``PL`` holds the
gain. ``mu`` is 0 for LTE, 0, 1, 2 ... at 15, 30, 60 kHz for NR; ``M`` the resource blocks that the phone sends on. GSM
and UMTS steer their phones in a closed loop, from figures that no map knows: unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqdaq.model.antenna import TableAntenna
from aqdaq.model.network import Cell, Layer
from aqdaq.model.results import Assumption

Float = NDArray[np.float64]
Int = NDArray[np.int64]

FORMULA: Final = "P = max(P_min, min(P_max, P_0 + alpha PL + 10 log10(2^mu M))), PL = P_ref - RSRP"
SOURCE: Final = "3GPP TS 36.213 5.1.1.1 (LTE), TS 38.213 7.1.1 (NR), open loop only"

#: Technologies whose phones follow the formula.
OPEN_LOOP: Final = ("LTE", "NR")
#: Least power of a phone that sends (dBm): TS 36.101 6.3.2; NR up to 20 MHz, TS 38.101-1 6.3.1.
LEAST_DBM: Final = -40.0
_SCS_OF_MU_0_KHZ: Final = 15.0
_NONE: Final = -1


@dataclass(frozen=True, slots=True)
class PowerControl:
    """What a network tells its phones, and what they are able to.

    Attributes:
        p0_dbm: power per resource block that the network wants to receive, as broadcast (dBm).
        alpha: share of the path loss that phones make up for, 0..1.
        max_dbm: largest power of a phone (dBm); class 3 is 23.
        blocks: resource blocks that a phone sends on.
        gain_dbi: of the base station's antenna where its cell says none (dBi).
    """

    p0_dbm: float = -80.0
    alpha: float = 0.8
    max_dbm: float = 23.0
    blocks: int = 10
    gain_dbi: float = 17.0

    def __post_init__(self) -> None:
        """Refuse what no network broadcasts.

        Raises:
            ValueError: alpha outside 0..1, no block, or a largest power below the least one.
        """
        if not 0.0 <= self.alpha <= 1.0 or self.blocks < 1 or self.max_dbm < LEAST_DBM:
            raise ValueError(f"impossible power control: {self}")


@dataclass(frozen=True, slots=True)
class HandsetChange:
    """Phones of one layer at n receptors; NaN and -1 where unknown.

    Attributes:
        layer: operator and technology.
        before_dbm: (n,) power without the site (dBm).
        after_dbm: (n,) power with it (dBm).
        server_before: (n,) number of the best server without the site.
        server_after: (n,) number of the best server with it.
        loss_before_db: (n,) path loss to it (dB).
        loss_after_db: (n,) path loss to it (dB).
    """

    layer: Layer
    before_dbm: Float
    after_dbm: Float
    server_before: Int
    server_after: Int
    loss_before_db: Float
    loss_after_db: Float

    @property
    def change_db(self) -> Float:
        """(n,) after less before (dB): negative where the site lowers it."""
        return self.after_dbm - self.before_dbm

    @property
    def ratio(self) -> Float:
        """(n,) power after over power before."""
        return np.asarray(10.0 ** (self.change_db / 10.0))


def open_loop_dbm(path_loss_db: Float, control: PowerControl, *, mu: int | Int = 0) -> Float:
    """Return (n,) the power of phones (dBm); NaN where the loss is.

    Args:
        path_loss_db: (n,) as phones estimate it (dB).
        control: of the network and the phones.
        mu: numerology of the carrier: 0 for 15 kHz and for LTE.
    """
    wanted = control.p0_dbm + control.alpha * path_loss_db + 10.0 * np.log10(2.0 ** np.asarray(mu) * control.blocks)
    return np.asarray(np.clip(wanted, LEAST_DBM, control.max_dbm), dtype=np.float64)


def port_power_dbm(cell: Cell, control: PowerControl) -> float:
    """Return the power of one resource element at the antenna port (dBm): its EIRP less the gain of the antenna."""
    gain = cell.antenna.gain_dbi if isinstance(cell.antenna, TableAntenna) else control.gain_dbi
    return cell.reference_eirp_dbm - gain


def numerology(cell: Cell) -> int:
    """Return mu of a carrier: 0 at 15 kHz and for LTE, one more for each doubling."""
    return round(float(np.log2(cell.scs_khz / _SCS_OF_MU_0_KHZ))) if cell.layer.technology == "NR" else 0


def handset_change(
    layer: Layer,
    cells: Sequence[Cell],
    level_dbm: Float,
    lacking: NDArray[np.bool_],
    site: str,
    control: PowerControl,
) -> HandsetChange:
    """Return the power of the phones of one layer without and with a site.

    The best server is the strongest level. Where a cell of the layer is out of its model's range another one could be
    the best: unknown.

    Args:
        layer: LTE or NR; of others everything is unknown.
        cells: (c,) of all layers, with those of the site.
        level_dbm: (c, n) level where the phone is, indoors where it is indoors (dBm); NaN where unknown.
        lacking: (c, n) where a level is unknown because no model holds.
        site: id.
        control: of the network and the phones.
    """
    own = np.array([i for i, c in enumerate(cells) if c.layer == layer], dtype=np.int64)
    without = np.array([i for i in own.tolist() if cells[i].site_id != site], dtype=np.int64)
    (before, server_before, loss_before), (after, server_after, loss_after) = (
        _phones(layer, cells, some, level_dbm, lacking, control) for some in (without, own)
    )
    return HandsetChange(layer, before, after, server_before, server_after, loss_before, loss_after)


def _phones(
    layer: Layer,
    cells: Sequence[Cell],
    some: Int,
    level_dbm: Float,
    lacking: NDArray[np.bool_],
    control: PowerControl,
) -> tuple[Float, Int, Float]:
    """Return (n,) power (dBm), best server and path loss (dB) among some cells."""
    n = level_dbm.shape[1]
    unknown = np.full(n, np.nan)
    if layer.technology not in OPEN_LOOP or not len(some):
        return unknown, np.full(n, _NONE), unknown
    level = level_dbm[some]
    known = np.isfinite(level).any(axis=0) & ~lacking[some].any(axis=0)
    best = some[np.argmax(np.where(np.isfinite(level), level, -np.inf), axis=0)]
    port = np.array([port_power_dbm(c, control) for c in cells])
    mu = np.array([numerology(c) for c in cells])
    loss = np.where(known, port[best] - level_dbm[best, np.arange(n)], np.nan)
    return open_loop_dbm(loss, control, mu=mu[best]), np.where(known, best, _NONE), loss


def control_assumed(control: PowerControl, given: frozenset[str], cells: Sequence[Cell]) -> tuple[Assumption, ...]:
    """Return the figures of the power control that nobody gave.

    Args:
        control: in use.
        given: names of its figures that the project states.
        cells: in use.
    """
    why = {
        "p0_dbm": ("P_0 of phones", f"{control.p0_dbm:g} dBm", "networks broadcast it; a usual figure with that alpha"),
        "alpha": ("alpha of phones", f"{control.alpha:g}", "networks broadcast it; a usual figure"),
        "max_dbm": ("largest power of phones", f"{control.max_dbm:g} dBm", "power class 3, TS 36.101 and TS 38.101-1"),
        "blocks": ("resource blocks of phones", f"{control.blocks}", "the network decides it from moment to moment"),
    }
    rows = [
        Assumption(item, value, "all phones", reason)
        for name, (item, value, reason) in why.items()
        if name not in given
    ]
    bare = sum(not isinstance(c.antenna, TableAntenna) for c in cells if c.layer.technology in OPEN_LOOP)
    if bare and "gain_dbi" not in given:
        of = f"{bare} cells"
        rows.append(Assumption("gain of antennas", f"{control.gain_dbi:g} dBi", of, "no file of the antenna gives it"))
    return tuple(rows)
