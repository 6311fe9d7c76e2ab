"""Error on blocks nobody measured, in Recife and Brno, by splits laid here anew from the raw measurements.

Tiles of 400 m (Recife) or 2 km (Brno) in five folds, laid as the moves of a knight; training points within 100 or 500 m
of any test point are left out. ``sparse`` keeps 20 points a cell, 3 for NB-IoT; ``zero`` none. The bars are those that
a nonlinear fit per cell with a Gaussian process on what it leaves has reached on the same splits.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from .reference_data import reference_folder

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import accuracy

pytestmark = [pytest.mark.reference, pytest.mark.slow]

EARTH_M = 6371e3
#: Least number of rows that a fold keeps, so that an empty split does not pass.
LEAST_ROWS = 20


@dataclass(frozen=True)
class City:
    """One data set: how its tiles lie, and the RMSE (dB) that must be reached."""

    folder: str
    origin: tuple[float, float]
    tile_m: float
    buffer_m: float
    sparse: int
    bars: dict[str, float]
    rows: int
    read: Callable[[Path], pd.DataFrame]


def recife(folder: Path) -> pd.DataFrame:
    levels, cells = pd.read_csv(folder / "LocTreino_Equipe_4.csv"), pd.read_csv(folder / "Bts.csv")
    parts = [
        pd.DataFrame(
            {
                "rx_lon": levels["lon"], "rx_lat": levels["lat"], "level_dbm": levels[cell.RssiId],
                "cell_id": cell.btsId, "tx_lon": cell.lon, "tx_lat": cell.lat, "azimuth_deg": cell.azimuth,
                "eirp_dbm": cell.Eirp, "frequency_mhz": round(1805.2 + 0.2 * (cell.cch - 512), 1),
                "technology": "GSM1800",
            }
        )
        for cell in cells.itertuples()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def brno(technology: str, frequency_mhz: float) -> Callable[[Path], pd.DataFrame]:
    def read(folder: Path) -> pd.DataFrame:
        rows = pd.read_csv(folder / "derived_measurements_with_sites.csv")
        rows = rows[(rows["tech"] == technology) & rows["site_id"].notna()]
        # Below the noise the level of the wanted signal is what the receiver shows plus its SNR.
        lora = rows["RSSI"] + np.minimum(rows["SNR"], 0.0)
        rows = rows.assign(level_dbm=rows["RSRP"] if technology == "NB-IoT" else lora)
        by = ["Lat", "Lon", "site_id", "site_lat", "site_lon"]
        out = rows.groupby(by, sort=True)["level_dbm"].median().reset_index()
        names = {"Lat": "rx_lat", "Lon": "rx_lon", "site_id": "cell_id", "site_lat": "tx_lat", "site_lon": "tx_lon"}
        return out.rename(columns=names).assign(frequency_mhz=frequency_mhz, technology=technology)

    return read


MIDDLE_OF_BRNO = (49.1951, 16.6068)
CITIES = {
    "recife_a": City(
        "recife_gsm1800", (-8.0535, -34.9525), 400.0, 100.0, 20,
        {"dense": 5.55, "sparse": 6.22, "zero": 8.74}, 13_500, recife,
    ),
    "brno_nbiot": City(
        "brno_iot", MIDDLE_OF_BRNO, 2000.0, 500.0, 3,
        {"dense": 8.91, "sparse": 9.08, "zero": 11.04}, 118, brno("NB-IoT", 800.0),
    ),
    "brno_lorawan": City(
        "brno_iot", MIDDLE_OF_BRNO, 2000.0, 500.0, 20,
        {"dense": 8.86, "sparse": 9.39, "zero": 10.23}, 1854, brno("LoRaWAN", 868.0),
    ),
}  # fmt: skip


def rank(*words: object) -> str:
    """Return what orders points without a random generator, the same on every machine."""
    return hashlib.sha256(":".join(map(str, ("aqdaq-I-2026", *words))).encode()).hexdigest()


def split(name: str, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training rows of every fold and regime, and the rows to forecast."""
    city = CITIES[name]
    table = table.dropna(subset=["rx_lat", "rx_lon", "level_dbm"]).copy()
    table["point_id"] = [f"{a:.7f}_{b:.7f}" for a, b in zip(table["rx_lat"], table["rx_lon"], strict=True)]
    table = table.groupby(["point_id", "cell_id"], as_index=False, sort=True).first()
    table["row_id"] = table["point_id"] + "|" + table["cell_id"]
    degree = np.pi / 180.0 * EARTH_M
    x = (table["rx_lon"] - city.origin[1]) * np.cos(np.radians(city.origin[0])) * degree
    y = (table["rx_lat"] - city.origin[0]) * degree
    column, row = np.floor(x / city.tile_m).astype(int), np.floor(y / city.tile_m).astype(int)
    table["fold"] = (column + 2 * row) % 5
    points = table.assign(x=x, y=y).drop_duplicates("point_id")
    parts = []
    for fold in sorted(table["fold"].unique()):
        asked = points[points["fold"] == fold]
        gap = np.hypot(
            points["x"].to_numpy()[:, None] - asked["x"].to_numpy(),
            points["y"].to_numpy()[:, None] - asked["y"].to_numpy(),
        ).min(axis=1)
        kept = set(points["point_id"][gap >= city.buffer_m])
        dense = table[table["point_id"].isin(kept)].assign(fold=fold, regime="dense")
        order = [rank(name, fold, point) for point in dense["point_id"]]
        ranked = dense.assign(order=order).sort_values("order")
        sparse = ranked.groupby("cell_id", sort=True).head(city.sparse).drop(columns="order").assign(regime="sparse")
        parts += [dense, sparse]
    return pd.concat(parts, ignore_index=True), table


@pytest.mark.parametrize("name", sorted(CITIES))
def test_error_on_unseen_blocks(name: str, tmp_path: Path) -> None:
    city = CITIES[name]
    folder = reference_folder(city.folder)
    if folder is None:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set: the measurements are not here")
    train, test = split(name, city.read(folder))
    assert len(test) == city.rows
    assert (train.groupby(["fold", "regime"]).size() >= LEAST_ROWS).all()
    train.to_csv(tmp_path / "train.csv", index=False)
    test.drop(columns="level_dbm").to_csv(tmp_path / "test.csv", index=False)
    out = tmp_path / "out.csv"
    call = ["--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv"), "--out", str(out)]
    assert accuracy.main(call) == 0
    found = pd.read_csv(out).merge(test[["row_id", "level_dbm"]], on="row_id", validate="m:1")
    assert found.groupby("regime").size().to_dict() == dict.fromkeys(city.bars, city.rows)
    for regime, bar in city.bars.items():
        rows = found[found["regime"] == regime]
        rmse = float(np.sqrt(((rows["mean_dbm"] - rows["level_dbm"]) ** 2).mean()))
        assert rmse <= bar, f"{name} {regime}: {rmse:.2f} dB, must be {bar} dB"
        within = (rows["level_dbm"] >= rows["lo90"]) & (rows["level_dbm"] <= rows["hi90"])
        assert within.mean() >= 0.85, f"{name} {regime}: {within.mean():.3f} of the intervals held"
