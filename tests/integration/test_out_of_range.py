"""Cells that a model does not reach: no white spots beside their masts, and words where it matters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aqdaq.engine.area_types import Reason
from aqdaq.engine.registry import get_model
from aqdaq.pipeline import fuse
from tests.conftest import Command
from tests.integration.test_chain import bands, latest, manifest_of, with_models
from tests.tiny_project import (
    DATE,
    MEASURED_ROWS,
    RESOLUTION_M,
    X_MIN,
    Y_MIN,
    edit_cell,
    edit_text,
    lon_lat,
    read_rows,
    write_rows,
)

#: Places of the sites and side of the map, in metres from its south-western corner: all that the terrain covers.
WEST, SOUTH, SIDE_M = X_MIN - 200.0, Y_MIN - 200.0, 1600.0
PLACES = {"S1": (50.0, 50.0), "S2": (700.0, 50.0)}
#: Seen from its mast, the model begins here.
HOLE_M = 1000.0


@pytest.fixture
def holed(project: Path) -> Path:
    """The tiny project by a model that begins at 1 km; operator A stands on both sites."""
    with_models(project, 'models = [{ name = "cost231_hata" }]')
    edit_text(
        project / "project.toml",
        lambda t: (
            t.replace("652000.0, 4782000.0, 653200.0, 4783200.0", f"{WEST}, {SOUTH}, {WEST + SIDE_M}, {SOUTH + SIDE_M}")
            .replace("radius_m = 900.0", "radius_m = 3000.0")
            .replace("tile_m", "enabled = false\ntile_m")
        ),
    )
    places = [[name, *lon_lat(WEST + east, SOUTH + north)] for name, (east, north) in PLACES.items()]
    write_rows(project / "data/sites.csv", ["id", "lon", "lat"], [[n, f"{a:.9f}", f"{b:.9f}"] for n, a, b in places])
    return project


def away_m() -> dict[str, np.ndarray]:
    """Return (rows, cols) distances from each site (m)."""
    row, col = np.indices((int(SIDE_M / RESOLUTION_M),) * 2)
    x, y = (col + 0.5) * RESOLUTION_M, SIDE_M - (row + 0.5) * RESOLUTION_M
    return {name: np.hypot(x - east, y - north) for name, (east, north) in PLACES.items()}


def both(folder: Path) -> dict[str, np.ndarray]:
    return {
        **bands(latest(folder) / "coverage/A_LTE.tif"),
        **bands(latest(folder) / "coverage/A_LTE.classes.tif"),
        "white": bands(latest(folder) / "coverage/whitespots_kz-4g-outdoor.tif")["rank"],
    }


class TestHole:
    def test_beside_a_mast_that_the_model_does_not_reach_nothing_is_white(
        self, holed: Path, aqdaq: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = aqdaq("run", holed, "--date", DATE)
        assert said.code == 0, said.err
        found, manifest, table = both(holed), manifest_of(holed), read_rows(latest(holed) / "tables/unknown.csv")
        monkeypatch.setattr(fuse, "lacking_cells", lambda *_: None)
        assert aqdaq("run", holed, "--date", DATE, "--from", "fuse", "--overwrite").code == 0
        naive = both(holed)

        away = away_m()
        nearest = np.minimum(away["S1"], away["S2"])
        near, far = nearest < HOLE_M - 1.0, nearest > HOLE_M + 1.0
        reached = near & ((away["S1"] > HOLE_M + 1.0) | (away["S2"] > HOLE_M + 1.0))
        assert reached.sum() > 500
        assert (naive["evidence"][reached] > 0).all()  # the far cell alone would have made these known,
        assert (naive["p_kz-4g-outdoor"][reached] < 0.75).sum() > 100  # and most of them white
        assert not (found["p_kz-4g-outdoor"][near] < 0.75).any()
        assert np.array_equal(found["evidence"][near] > 0, naive["p_kz-4g-outdoor"][near] >= 0.75)
        assert np.isnan(found["sinr_db"][near]).all()
        assert (found["best_server"][near] == -1).all()

        gone = near & (found["evidence"] == 0)
        assert np.isnan(found["mean_dbm"][gone]).all()
        assert (found["model"][gone] == -1).all()
        assert (found["reason"][gone] == Reason.DISTANCE).all()
        assert (found["beyond_model"][gone] == 0).all()
        assert far.sum() > 500
        for name, values in naive.items():
            if name != "white":
                assert np.array_equal(found[name][far], values[far], equal_nan=True), name

        [row] = [r for r in table if (r["layer"], r["reason"]) == ("A/LTE", "distance")]
        assert int(row["pixels"]) == (found["evidence"] == 0).sum()
        assert (row["model"], row["validity"]) == ("cost231_hata", get_model("cost231_hata").validity)
        assert row["model"] in {u["model"] for u in manifest["unknown"]}
        share = (found["evidence"] == 0).mean()
        assert f"Unknown, neither served nor white: A/LTE {share:.1%}" in said.out

    def test_points_follow_the_map(self, holed: Path, tmp_path: Path, aqdaq: Command) -> None:
        points = tmp_path / "points.csv"
        places = [(700.0, 150.0), (1400.0, 300.0), (1550.0, 1550.0)]  # beside S2, reached by S1 only, reached by both
        lines = ["{:.9f},{:.9f}".format(*lon_lat(WEST + east, SOUTH + north)) for east, north in places]
        points.write_text("lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")
        rows = aqdaq("predict", holed, "--points", points, "--date", DATE, "--json").json["rows"]
        own = [row for row in rows if row["layer"] == "A/LTE"]
        assert [row["evidence"] for row in own] == ["unknown", "unknown", "predicted"]
        assert [row["mean_dbm"] is None for row in own] == [True, True, False]

    def test_the_answer_in_json_holds_the_unknown_share(self, holed: Path, aqdaq: Command) -> None:
        shares = aqdaq("run", holed, "--date", DATE, "--json").json["unknown_share"]
        evidence = bands(latest(holed) / "coverage/A_LTE.classes.tif")["evidence"]
        assert shares["A/LTE"] == pytest.approx(float((evidence == 0).mean()))
        assert shares["A/LTE"] > 0.5


class TestCheck:
    def test_cells_outside_the_range_are_listed_and_are_no_fault(self, project: Path, aqdaq: Command) -> None:
        edit_cell(project / "data/cells.csv", 2, "frequency_mhz", "900")
        edit_cell(project / "data/cells.csv", 3, "height_m", "20")
        with_models(project, 'models = [{ name = "two_ray", to_m = 250.0 }, { name = "cost231_hata" }]')
        said = aqdaq("check", project, "--date", DATE)
        assert said.code == 0
        warnings = [line for line in said.out.splitlines() if line.startswith("warning: ")]
        stated = get_model("cost231_hata").validity
        assert warnings == [
            f"warning: 1 of 5 cells: {word} outside the range of cost231_hata ({stated}); "
            f"unknown from 250 m to 900 m: {cell}"
            for word, cell in (("frequency", "A-1"), ("antenna height", "A-2"))
        ]
        assert [f"warning: {w}" for w in aqdaq("check", project, "--date", DATE, "--json").json["warnings"]] == warnings

    def test_cells_in_range_raise_no_warning(self, project: Path, aqdaq: Command) -> None:
        assert aqdaq("check", project, "--date", DATE, "--json").json["warnings"] == []


class TestCounts:
    def test_rows_beyond_the_radius_are_not_called_used(self, project: Path, aqdaq: Command) -> None:
        edit_text(project / "project.toml", lambda t: t.replace("radius_m = 900.0", "radius_m = 300.0"))
        assert aqdaq("run", project, "--date", DATE).code == 0
        rows = manifest_of(project)["measurements"]
        aside = sum(rows["set_aside"].values())
        assert rows["rows_read"] == MEASURED_ROWS == rows["rows_used"] + aside
        assert 0 < rows["rows_used"] < MEASURED_ROWS // 2
        assert len(read_rows(latest(project) / "tables/set_aside.csv")) == aside
        page = (latest(project) / "report/index.html").read_text(encoding="utf-8")
        assert "do not add up" not in page
        assert f"Read: {MEASURED_ROWS}. Used: {rows['rows_used']}. Set aside: {aside}." in page
        assert f">{rows['rows_used']}</dd>" in page


class TestRefused:
    def test_an_empty_chain(self, project: Path, aqdaq: Command) -> None:
        with_models(project, "models = []")
        said = aqdaq("check", project, "--date", DATE)
        assert said.code == 3
        assert "project.toml:39 [prediction].models" in said.err
        assert "names no model" in said.err

    @pytest.mark.parametrize("address", ["nonsense", "host:", "tcp://", "a host:8786", ""])
    def test_what_is_no_address_although_nobody_would_be_asked(
        self, finished: Path, address: str, aqdaq: Command
    ) -> None:
        said = aqdaq("run", finished, "--date", DATE, "--scheduler", address)
        assert said.code == 2
        assert "is no address" in said.err

    def test_nothing_is_said_of_unknown_shares_when_all_is_known(self, finished: Path) -> None:
        kept = json.loads((latest(finished) / "manifest.json").read_text(encoding="utf-8"))
        assert {u["model"] for u in kept["unknown"]} <= {""}
