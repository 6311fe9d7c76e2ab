"""Forecasts of the product for splits of measured levels, and of the same places without any measurement.

    python benchmarks/accuracy.py --train train.csv --test test.csv --out predictions.csv [--thresholds -84.9,-81.2]

Both tables hold one row a place and cell: row_id, cell_id, tx_lon, tx_lat, rx_lon, rx_lat, and where they are known
point_id, fold, regime, technology, tx_height_m, azimuth_deg, eirp_dbm, frequency_mhz; the training rows level_dbm and
n_obs too. What was measured on the rows of the test table is never read. Every regime of the training table is
forecast, and ``zero``: tables alone. See docs/accuracy.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from accuracy_tables import Tables, read_tables
from aqdaq.analysis.forecast import BestForecast, LevelForecast, Links, Observed
from aqdaq.analysis.fusion.facts import CellFacts, Scene, seen
from aqdaq.analysis.fusion.model import FusedModel, fit_model
from aqdaq.analysis.fusion.typical import technology_of, typical
from aqdaq.analysis.fusion.untaught import UntaughtModel
from aqdaq.analysis.fusion.untaught_levels import law_db
from aqdaq.base.errors import AqdaqError, UsageError
from aqdaq.model.antenna import ParametricAntenna

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ZERO: Final = "zero"


@dataclass(frozen=True)
class Network:
    """The cells of one technology.

    Attributes:
        technology: as the tables write it.
        number: of each cell by its key.
        scene: the cells.
        table: one row a cell, in the order of their numbers.
        tables: that they were read from.
    """

    technology: str
    number: dict[str, int]
    scene: Scene
    table: pd.DataFrame
    tables: Tables

    def links(self, rows: pd.DataFrame) -> Links:
        """Return the links of rows with the engine's level."""
        cell = rows["key"].map(self.number).to_numpy(dtype=np.int64)
        x, y = rows["rx_x"].to_numpy(), rows["rx_y"].to_numpy()
        predicted = self.predict(cell, x, y, rows["eirp_dbm"].to_numpy(), rows["frequency_mhz"].to_numpy())
        return Links(cell, x, y, predicted, np.full(len(rows), np.nan))

    def predict(
        self, cell: Ints, x_m: Array, y_m: Array, eirp_dbm: Array | None = None, frequency_mhz: Array | None = None
    ) -> Array:
        """Return (n,) level by the path model for places without buildings (dBm), with the antenna of the table."""
        table = self.table.iloc[cell]
        eirp = table["eirp_dbm"].to_numpy() if eirp_dbm is None else eirp_dbm
        frequency = table["frequency_mhz"].to_numpy() if frequency_mhz is None else frequency_mhz
        far = np.hypot(x_m - table["tx_x"].to_numpy(), y_m - table["tx_y"].to_numpy())
        iso = eirp - law_db(far, frequency, table["tx_height_m"].to_numpy())
        bare = Links(cell, x_m, y_m, iso, np.full(len(cell), np.nan))
        return np.asarray(2.0 * iso - seen(self.scene, bare).iso_dbm)  # ``seen`` takes the antenna's gain away

    def untaught(self) -> UntaughtModel:
        """Return what tables and other cities say."""
        expected = typical(
            self.technology,
            self.tables.latitude_deg,
            self.tables.longitude_deg,
            frequency_mhz=float(self.table["frequency_mhz"].median()),
            eirp_known=bool(self.table["eirp_known"].mean() > 0.5),
        )
        return UntaughtModel(self.scene, expected, self.predict)


def antenna(*, known: bool) -> ParametricAntenna:
    """Return the sector that the product assumes where a table says no antenna (TR 38.901), or none."""
    return ParametricAntenna(omni=not known)


def networks(tables: Tables) -> list[Network]:
    """Return the networks of the tables, one a technology."""
    both = pd.concat([tables.test, tables.train], ignore_index=True).drop_duplicates("key").sort_values("key")
    out = []
    for technology, own in both.groupby("technology", sort=True):
        quantity = technology_of(str(technology)).quantity
        cells = [
            CellFacts(
                row.key, row.site, str(technology), row.tx_x, row.tx_y,
                None if np.isnan(row.azimuth_deg) else float(row.azimuth_deg), 0.0, row.tx_height_m,
                antenna(known=not np.isnan(row.azimuth_deg)), quantity,
            )
            for row in own.itertuples()
        ]  # fmt: skip
        number = {key: n for n, key in enumerate(own["key"])}
        out.append(Network(str(technology), number, Scene.of(cells), own.reset_index(drop=True), tables))
    return out


def observed(network: Network, rows: pd.DataFrame) -> Observed:
    """Return the levels of training rows."""
    n = len(rows)
    level = rows["level_dbm"].to_numpy(dtype=np.float64)
    return Observed(network.links(rows), level, np.ones(n, dtype=np.bool_), np.ones(n), np.zeros(n, dtype=np.int64))


def forecast(
    parts: Sequence[tuple[Network, pd.DataFrame]], test: pd.DataFrame, thresholds: Sequence[float]
) -> pd.DataFrame:
    """Return the forecast of test rows, each network from its own training rows; without any from tables alone.

    Args:
        parts: networks with training rows.
        test: rows to forecast, of any of them.
        thresholds: of the best server (dBm).
    """
    place = pd.factorize(test["point_id"])[0].astype(np.int64)
    figures = np.full((4, len(test)), np.nan)
    models: list[tuple[int, FusedModel | UntaughtModel, Links]] = []
    for network, train in parts:
        own = np.flatnonzero((test["technology"] == network.technology).to_numpy())
        if len(own) == 0:
            continue
        model = fit_model(network.scene, observed(network, train)) if len(train) else network.untaught()
        links = network.links(test.iloc[own])
        said = model.levels(links)
        figures[:, own] = said.mean_dbm, said.sd_db, said.low_dbm, said.high_dbm
        models.append((len(own), model, links))
    best = _best(models, LevelForecast(*figures), place, thresholds)
    out = {"row_id": test["row_id"].to_numpy(), "mean_dbm": figures[0], "sigma_db": figures[1]}
    out |= {"lo90": figures[2], "hi90": figures[3], "bs_mean": best.mean_dbm[place]}
    names = ("p_below_t10", "p_below_t25")
    return pd.DataFrame(out | {name: best.below[place, t] for t, name in enumerate(names[: len(thresholds)])})


def _best(
    models: Sequence[tuple[int, FusedModel | UntaughtModel, Links]],
    said: LevelForecast,
    place: Ints,
    thresholds: Sequence[float],
) -> BestForecast:
    """Return the best server of all technologies together, by the model with the most rows."""
    _, model, links = max(models, key=lambda one: one[0])
    if len(models) == 1 and isinstance(model, FusedModel):
        return model.best(links, place, thresholds)
    return model.strongest(said.mean_dbm, said.sd_db, place, thresholds)


def run(tables: Tables, thresholds: Sequence[float]) -> pd.DataFrame:
    """Return the forecasts of every fold and regime, and of regime ``zero``."""
    own, out = networks(tables), []
    nothing = tables.train.iloc[:0]
    for regime in [*sorted(set(tables.train["regime"]) - {ZERO}), ZERO]:
        for fold, test in tables.test.groupby("fold", sort=True):
            train = tables.train[(tables.train["regime"] == regime) & (tables.train["fold"] == fold)]
            train = nothing if regime == ZERO else train
            if train.empty and regime != ZERO:
                print(f"{regime}, fold {fold}: no training rows, forecast from tables alone", file=sys.stderr)
            parts = [(net, train[train["technology"] == net.technology].reset_index(drop=True)) for net in own]
            found = forecast(parts, test, thresholds)
            found.insert(1, "regime", regime)
            out.append(found)
    return pd.concat(out, ignore_index=True)


def levels(text: str) -> list[float]:
    """Return the two thresholds of an argument.

    Raises:
        UsageError: they are not two numbers.
    """
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != 2 or not np.isfinite(found).all():
        raise UsageError(f"--thresholds takes two levels in dBm, as in -84.9,-81.2, not {text!r}")
    return found


def joined(argv: Sequence[str]) -> list[str]:
    """Return arguments with that of ``--thresholds`` joined to it: argparse takes ``-84.9,-81.2`` for an option."""
    out: list[str] = []
    for word in argv:
        if out and out[-1] == "--thresholds":
            out[-1] += f"={word}"
        else:
            out.append(word)
    return out


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, required=True, help="CSV of rows to learn from")
    parser.add_argument("--test", type=Path, required=True, help="CSV of rows to forecast; its levels are never read")
    parser.add_argument("--out", type=Path, required=True, help="CSV that takes the forecasts")
    parser.add_argument("--thresholds", default="", help="T10,T25: two levels of the best server (dBm)")
    args = parser.parse_args(joined(sys.argv[1:] if argv is None else argv))
    try:
        thresholds = levels(args.thresholds) if args.thresholds else []
        found = run(read_tables(args.train, args.test), thresholds)
        found.to_csv(args.out, index=False, float_format="%.4f", lineterminator="\n")
    except (AqdaqError, OSError) as error:
        print(error, file=sys.stderr)
        return error.exit_code if isinstance(error, AqdaqError) else 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
