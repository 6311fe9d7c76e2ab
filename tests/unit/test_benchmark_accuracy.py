"""The accuracy benchmark on small tables: what it reads, what it never reads, and what it makes of blanks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import accuracy
import accuracy_tables
from aqdaq.base.errors import InputError, UsageError

COLUMNS = ("mean_dbm", "sigma_db", "lo90", "hi90", "bs_mean")
TAIL = ("p_below_t10", "p_below_t25")


def city(rows: int = 16, lat: float = 50.0, lon: float = 8.0, technology: str = "LTE", seed: int = 1) -> pd.DataFrame:
    """Return rows of two cells around a place, in two folds, with levels of a plain law."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(-0.008, 0.008, (rows // 2, 2))
    out = []
    for cell, (east, north) in enumerate(((0.001, 0.0), (-0.004, 0.003))):
        far = np.hypot((at[:, 0] - east) * 70e3, (at[:, 1] - north) * 111e3)
        level = -60.0 - 35.0 * np.log10(np.maximum(far, 50.0) / 100.0) + rng.normal(0.0, 4.0, len(at))
        out.append(
            pd.DataFrame(
                {
                    "point_id": [f"p{i}" for i in range(len(at))], "fold": np.arange(len(at)) % 2,
                    "cell_id": f"c{cell}", "tx_lon": lon + east, "tx_lat": lat + north, "tx_height_m": 25.0,
                    "azimuth_deg": 120.0 * cell, "eirp_dbm": 30.0, "frequency_mhz": 1800.0, "rx_lon": lon + at[:, 0],
                    "rx_lat": lat + at[:, 1], "level_dbm": level, "path_loss_db": 30.0 - level, "n_obs": 1,
                    "technology": technology,
                }
            )
        )  # fmt: skip
    table = pd.concat(out, ignore_index=True)
    table.insert(0, "row_id", [f"r{i}" for i in range(len(table))])
    return table


def split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return training rows of both folds in regime ``dense``, and all rows to forecast."""
    parts = [table[table["fold"] != fold].assign(fold=fold, regime="dense") for fold in (0, 1)]
    return pd.concat(parts, ignore_index=True), table.assign(regime="any")


def forecast(folder: Path, train: pd.DataFrame, test: pd.DataFrame, *extra: str) -> pd.DataFrame:
    """Write both tables, run the command, and return what it wrote."""
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    out = folder / "out.csv"
    code = accuracy.main(
        ["--train", str(folder / "train.csv"), "--test", str(folder / "test.csv"), "--out", str(out), *extra]
    )
    assert code == 0
    return pd.read_csv(out)


def check(found: pd.DataFrame, test: pd.DataFrame, regimes: set[str]) -> None:
    """Assert that every row is forecast in every regime, by numbers that make sense."""
    assert set(found["regime"]) == regimes
    for _, part in found.groupby("regime"):
        assert sorted(part["row_id"]) == sorted(test["row_id"])
    assert np.isfinite(found[list(COLUMNS)]).all(axis=None)
    assert found["mean_dbm"].between(-200.0, 60.0).all()
    assert found["sigma_db"].between(0.5, 40.0).all()
    assert (found["lo90"] < found["hi90"]).all()


def test_every_regime_and_zero(tmp_path: Path) -> None:
    train, test = split(city())
    found = forecast(tmp_path, train, test, "--thresholds", "-95,-85")
    check(found, test, {"dense", "zero"})
    assert ((found[list(TAIL)] >= 0.0) & (found[list(TAIL)] <= 1.0)).all(axis=None)
    assert (found["p_below_t10"] <= found["p_below_t25"] + 1e-9).all()
    merged = found[found["regime"] == "dense"].merge(test, on="row_id")
    error = merged["mean_dbm"] - merged["level_dbm"]
    assert np.sqrt((error**2).mean()) < 9.0
    zero = found[found["regime"] == "zero"].merge(test, on="row_id")
    spread = zero.groupby("point_id")["bs_mean"].agg(["min", "max"])
    assert (spread["min"] == spread["max"]).all()


def test_measured_columns_of_the_test_table_are_never_read(tmp_path: Path) -> None:
    train, test = split(city())
    before = forecast(tmp_path, train, test)
    moved = test.assign(level_dbm=test["level_dbm"] * -3.0 + 7.0, path_loss_db=1.0, n_obs=99)
    pd.testing.assert_frame_equal(forecast(tmp_path, train, moved), before)
    words = test.assign(level_dbm="secret", path_loss_db="secret", n_obs="secret")
    pd.testing.assert_frame_equal(forecast(tmp_path, train, words), before)
    without = test.drop(columns=["level_dbm", "path_loss_db", "n_obs"])
    pd.testing.assert_frame_equal(forecast(tmp_path, train, without), before)
    assert not {"level_dbm", "path_loss_db", "n_obs"} & set(accuracy_tables.ASKED)


def test_zero_does_not_depend_on_the_training_rows(tmp_path: Path) -> None:
    train, test = split(city())
    before = forecast(tmp_path, train, test)
    after = forecast(tmp_path, train.assign(level_dbm=train["level_dbm"] - 20.0), test)
    zero = [found[found["regime"] == "zero"].reset_index(drop=True) for found in (before, after)]
    pd.testing.assert_frame_equal(*zero)
    assert (before["mean_dbm"] - after["mean_dbm"]).max() > 5.0


def test_same_tables_same_bytes(tmp_path: Path) -> None:
    train, test = split(city())
    forecast(tmp_path, train, test)
    first = (tmp_path / "out.csv").read_bytes()
    forecast(tmp_path, train, test)
    assert (tmp_path / "out.csv").read_bytes() == first


OPTIONAL = ["tx_height_m", "azimuth_deg", "eirp_dbm", "frequency_mhz"]


@pytest.mark.parametrize(
    ("names", "share"), [(OPTIONAL, 1.0), (OPTIONAL, 0.5), (["azimuth_deg"], 1.0), (["eirp_dbm"], 0.5)]
)
def test_blanks(tmp_path: Path, names: list[str], share: float) -> None:
    train, test = split(city())
    for table in (train, test):
        blank = table["cell_id"].isin(["c0"] if share < 1.0 else ["c0", "c1"])
        table.loc[blank, names] = np.nan
    check(forecast(tmp_path, train, test), test, {"dense", "zero"})


def test_missing_optional_columns(tmp_path: Path) -> None:
    train, test = split(city())
    gone = [*OPTIONAL, "point_id", "fold", "regime", "technology", "path_loss_db", "n_obs"]
    check(forecast(tmp_path, train.drop(columns=gone), test.drop(columns=gone)), test, {"dense", "zero"})


def test_one_row_and_no_training_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = split(city())
    check(forecast(tmp_path, train.iloc[:0], test.iloc[:1]), test.iloc[:1], {"zero"})
    one = forecast(tmp_path, train[train["fold"] == 0].iloc[:1], test)
    check(one, test, {"dense", "zero"})
    assert "no training rows" in capsys.readouterr().err


def test_cells_and_technologies_nobody_knows(tmp_path: Path) -> None:
    train, test = split(city(technology="WIMAX-2"))
    extra = test.assign(row_id="x" + test["row_id"], cell_id="new", tx_lon=test["tx_lon"] + 0.01)
    strange = test.assign(row_id="y" + test["row_id"], technology="NB-IoT", azimuth_deg=np.nan)
    asked = pd.concat([test, extra, strange], ignore_index=True)
    found = forecast(tmp_path, train, asked, "--thresholds", "-95,-85")
    check(found, asked, {"dense", "zero"})
    places = found.merge(asked[["row_id", "point_id"]], on="row_id").groupby(["regime", "point_id"])
    assert (places["bs_mean"].min() == places["bs_mean"].max()).all()
    assert (places["bs_mean"].max() > places["mean_dbm"].max() - 1.0).all()


@pytest.mark.parametrize(("lat", "lon"), [(-8.05, -34.9), (0.0, 179.9999), (71.0, -156.8), (-77.8, 166.7)])
def test_anywhere(tmp_path: Path, lat: float, lon: float) -> None:
    table = city(lat=lat, lon=lon)
    for name in ("tx_lon", "rx_lon"):
        table[name] = (table[name] + 180.0) % 360.0 - 180.0
    train, test = split(table)
    found = forecast(tmp_path, train, test)
    check(found, test, {"dense", "zero"})
    assert found["mean_dbm"].max() > -110.0  # no cell stands on the other side of the world


def test_rows_without_level_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = split(city())
    train.loc[:2, "level_dbm"] = np.nan
    check(forecast(tmp_path, train, test), test, {"dense", "zero"})
    assert "3 rows without a place or a level are left out" in capsys.readouterr().err


def bad(test: pd.DataFrame, **change: Any) -> pd.DataFrame:
    out = test.astype(dict.fromkeys(change, object))
    for name, value in change.items():
        out.loc[1, name] = value
    return out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rx_lat": "north"}, "test.csv:3"),
        ({"rx_lat": 91.0}, "rx_lat"),
        ({"rx_lon": None}, "without a number"),
        ({"row_id": "r0"}, "repeat a row_id"),
        ({"eirp_dbm": "loud"}, "eirp_dbm"),
    ],
)
def test_faults_are_named(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    train, test = split(city())
    train.to_csv(tmp_path / "train.csv", index=False)
    bad(test, **change).to_csv(tmp_path / "test.csv", index=False)
    with pytest.raises(InputError, match=words):
        accuracy_tables.read_tables(tmp_path / "train.csv", tmp_path / "test.csv")


def test_bad_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, test = split(city())
    train.to_csv(tmp_path / "train.csv", index=False)
    test.drop(columns="rx_lat").to_csv(tmp_path / "test.csv", index=False)
    call = ["--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv")]
    assert accuracy.main([*call, "--out", str(tmp_path / "out.csv")]) == 3
    assert "no column rx_lat" in capsys.readouterr().err
    call[3] = str(tmp_path / "absent.csv")
    assert accuracy.main([*call, "--out", str(tmp_path / "out.csv")]) == 3
    assert "absent.csv" in capsys.readouterr().err
    with pytest.raises(UsageError, match="two levels"):
        accuracy.levels("-95")
    assert accuracy.levels("-95,-85") == [-95.0, -85.0]
