"""Blocked error in Recife beside a plain fit: `AQDAQ_REFERENCE_DATA=... python benchmarks/recife_blocks.py [--json]`.

The plain fit is per cell: level = a + b log10(d) + c times the horizontal gain of the 3GPP pattern, by least squares.
Both see the same tiles (400 m, nothing within 100 m of a test tile), laid from several corners, because one corner is
a lucky or an unlucky draw.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from aqdaq.analysis.calibrate import Samples, features
from aqdaq.analysis.validate import cross_validate, folds
from aqdaq.pipeline.calibration import samples_of
from aqdaq.pipeline.progress import Reporter
from aqdaq.pipeline.project import Project
from aqdaq.pipeline.quick import fitted

EXAMPLE = Path(__file__).parent.parent / "examples" / "recife"
CORNERS_M = ((0, 0), (100, 200), (200, 100), (300, 50), (150, 350), (250, 250))


def plain_rmse_db(samples: Samples, project: Project, corner: tuple[int, int]) -> float:
    """Return the blocked RMSE of the plain fit (dB)."""
    mean = np.full(len(samples), np.nan)
    section = project.config.calibration
    regressors = features(samples.geometry)[:, [0, 1, 4]]
    for train, test in folds(samples.x_m + corner[0], samples.y_m + corner[1], section):
        for cell in np.unique(samples.cell):
            own, here = train & (samples.cell == cell), test & (samples.cell == cell)
            fit = np.linalg.lstsq(regressors[own], samples.measured_dbm[own], rcond=None)[0]
            mean[here] = regressors[here] @ fit
    return float(np.sqrt(np.mean((samples.measured_dbm - mean) ** 2)))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Reporter(quiet=True) as reporter:
        (Path(folder) / "project.toml").write_bytes((EXAMPLE / "project.toml").read_bytes())
        project = Project.open(Path(folder))
        inputs, predictor, _ = fitted(project, project.date(None), reporter)
        samples, _ = samples_of(predictor, inputs.measurements, {}, predictor.placed(), reporter)
    ids = tuple(cell.id for cell in inputs.network.cells)
    rows = []
    for corner in CORNERS_M:
        moved = replace(samples, x_m=samples.x_m + corner[0], y_m=samples.y_m + corner[1])
        found = cross_validate(moved, ids, project.config.calibration, prior_sd_db=project.config.prediction.sd_db)
        score = found.scores[-1]
        rows.append(
            {
                "corner_m": corner,
                "rmse_db": round(score.rmse_db, 3),
                "plain_rmse_db": round(plain_rmse_db(samples, project, corner), 3),
                "in_90_interval": round(score.interval_90_coverage, 3),
            }
        )
    middle = {key: round(float(np.median([row[key] for row in rows])), 3) for key in ("rmse_db", "plain_rmse_db")}
    print(json.dumps({"tiles": rows, "median": middle}, indent=None if args.json else 2))


if __name__ == "__main__":
    main()
