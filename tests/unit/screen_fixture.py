"""A clean drive by several phones past known cells, into which tests plant one fault at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from aqdaq.analysis.screen import ACTIONS, KINDS, DeviceOffset, Finding, Screened, ScreeningSummary, screen
from aqdaq.model.measurements import Measurements
from aqdaq.model.network import Cell, Layer

#: 2026-03-02 09:00 UTC.
BEGIN_S = 1_772_442_000.0
STEP_S = 2.0
SPEED_M_S = 10.0
SIDE_M = 1500.0


@dataclass(frozen=True, slots=True)
class Placed:
    cell: Cell
    x_m: float
    y_m: float


def cells(count: int = 6) -> tuple[Placed, ...]:
    """Return omnidirectional cells on a ring of 600 m about the middle of the drive."""
    return tuple(
        Placed(
            Cell(
                id=f"cell-{n}",
                site_id=f"site-{n}",
                layer=Layer("A", "LTE"),
                frequency_mhz=1800.0,
                bandwidth_mhz=20.0,
                azimuth_deg=0.0,
                downtilt_deg=0.0,
                height_m=25.0,
                eirp_dbm=60.0,
                resource_blocks=100,
            ),
            SIDE_M / 2.0 + 600.0 * float(np.cos(2.0 * np.pi * n / count)),
            SIDE_M / 2.0 + 600.0 * float(np.sin(2.0 * np.pi * n / count)),
        )
        for n in range(count)
    )


def level_dbm(placed: Placed, x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
    """Return a level that falls with distance and has shadows some 200 m long."""
    far_m = np.maximum(np.hypot(x_m - placed.x_m, y_m - placed.y_m), 20.0)
    shadow = 4.0 * np.sin((x_m + placed.x_m) / 60.0) * np.cos((y_m - placed.y_m) / 70.0)
    return np.asarray(-62.0 - 33.0 * np.log10(far_m / 50.0) + shadow)


def path(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return places along streets to and fro across the town at a steady speed."""
    along = SPEED_M_S * seconds
    street, at = np.divmod(along, SIDE_M)
    x_m = np.where(street % 2 == 0, at, SIDE_M - at)
    return x_m, np.mod(street * 110.0, SIDE_M) + 0.02 * at


def drive(
    source: str = "drive.csv",
    fixes: int = 900,
    devices: tuple[str, ...] = ("phone 1", "phone 2"),
    *,
    seed: int = 1,
    begin_s: float = BEGIN_S,
    network: tuple[Placed, ...] = cells(),
    best: int = 3,
) -> pd.DataFrame:
    """Return the rows of a drive: at each fix, each phone writes its strongest cells, to a tenth of a decibel."""
    rng = np.random.default_rng(seed)
    seconds = STEP_S * np.arange(fixes)
    x_m, y_m = path(seconds)
    levels = np.stack([level_dbm(placed, x_m, y_m) for placed in network])
    parts = []
    for device in devices:
        heard = np.round(levels + rng.normal(0.0, 2.0, levels.shape), 1)
        order = np.argsort(-heard, axis=0, kind="stable")[:best].T
        fix = np.repeat(np.arange(fixes), best)
        parts.append(
            pd.DataFrame(
                {
                    "fix": fix,
                    "x_m": x_m[fix],
                    "y_m": y_m[fix],
                    "cell": [network[n].cell.id for n in order.ravel()],
                    "level_dbm": heard[order.ravel(), fix],
                    "time_s": begin_s + seconds[fix],
                    "device": device,
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True).sort_values(["fix", "device"], kind="stable", ignore_index=True)
    days = pd.to_datetime(frame["time_s"], unit="s").dt.strftime("%Y-%m-%d")
    return frame.drop(columns="fix").assign(
        source=source, row=np.arange(len(frame)) + 2, quantity="RSRP", date=days, speed_m_s=SPEED_M_S, accuracy_m=4.0
    )


def table(*frames: pd.DataFrame) -> Measurements:
    return Measurements.filled(pd.concat(frames, ignore_index=True))


def judged(*frames: pd.DataFrame, **options: Any) -> Screened:
    """Return the outcome of all checks; every total must reconcile."""
    before = table(*frames)
    found = screen(before, options.pop("network", cells()), **options)
    reconcile(before, found)
    return found


def reconcile(before: Measurements, found: Screened) -> None:
    after, aside = found.measurements.table, found.set_aside
    assert len(after) + len(aside) == len(before)
    assert sum(finding.rows for finding in found.findings if finding.action == "set aside") == len(aside)
    came = list(zip(before.table["source"], before.table["row"], before.table["cell"], strict=True))
    went = [
        *zip(after["source"], after["row"], after["cell"], strict=True),
        *((a.source, a.row, a.value) for a in aside),
    ]
    assert sorted(came) == sorted(went)
    pd.testing.assert_series_equal(
        after["level_dbm"], before.table["level_dbm"].iloc[found.kept].reset_index(drop=True)
    )
    assert ((after["weight"] > 0.0) & (after["weight"] <= 1.0)).all()


def of_kind(found: Screened, kind: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.kind == kind]


def only(found: Screened, kind: str) -> Finding:
    """Return the one finding there is, which must be of that kind."""
    assert [finding.kind for finding in found.findings] == [kind], [finding.what for finding in found.findings]
    return found.findings[0]


def summaries() -> list[ScreeningSummary]:
    """Return summaries that together hold every kind of finding and every action, and one without any."""
    found = tuple(
        Finding(kind, f"{kind} <of a log>", 3 + n, ACTIONS[n % len(ACTIONS)], {"step_db": 2.0})
        for n, kind in enumerate(KINDS)
    )
    offsets = (
        DeviceOffset("phone 2", -10.0, 0.2, 900, 40, "devices", majority=True),
        DeviceOffset("phone 1", 9.0, 1.5, 90, 12, "prediction", majority=False),
    )
    return [ScreeningSummary(5000, 40, 300, 1200, found, offsets), ScreeningSummary(5000, 0, 0, 5000, (), ())]
