"""Runs with a chain of models: who made what, what is unknown and why, and that points agree with the map."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from aqdaq.cli.main import run_cli
from tests.conftest import Command
from tests.tiny_project import (
    DATE,
    RESOLUTION_M,
    SITES,
    Y_MAX,
    Y_MIN,
    edit_cell,
    edit_text,
    listing,
    lon_lat,
    read_rows,
)
from tests.tiny_project import X_MIN as WEST

CHAIN = 'models = [{ name = "two_ray", to_m = 250.0 }, { name = "delta_bullington" }]'


def with_models(project: Path, text: str) -> Path:
    edit_text(project / "project.toml", lambda t: t.replace("profile_step_m = 20.0", f"profile_step_m = 20.0\n{text}"))
    return project


def latest(project: Path) -> Path:
    return (project / "runs/latest").resolve()


def manifest_of(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((latest(project) / "manifest.json").read_text(encoding="utf-8"))
    return found


def bands(path: Path) -> dict[str, np.ndarray]:
    with rasterio.open(path) as source:
        return {name: source.read(i) for i, name in enumerate(source.descriptions, start=1)}


@pytest.fixture(scope="module")
def chained(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project after a run with two rays to 250 m and delta-Bullington beyond."""
    folder = Path(shutil.copytree(template, tmp_path_factory.mktemp("chained") / "project"))
    assert run_cli(["run", str(with_models(folder, CHAIN)), "--date", DATE]) == 0
    return folder


def beyond_all_first_rings(shape: tuple[int, ...]) -> np.ndarray:
    """Where no site is near enough for the first model: the strongest of all cells is that of one model alone."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    away = [
        np.hypot(WEST + (x + 0.5) * RESOLUTION_M - (WEST + east), Y_MAX - (y + 0.5) * RESOLUTION_M - (Y_MIN + north))
        for east, north in SITES.values()
    ]
    return np.asarray(np.min(away, axis=0) > 260.0)


class TestChain:
    def test_rings_lie_around_the_best_server(self, chained: Path) -> None:
        table = read_rows(chained / "data/cells.csv")
        for operator in "AB":
            path = latest(chained) / f"coverage/{operator}_LTE.classes.tif"
            found = bands(path)
            with rasterio.open(path) as source:
                cells, tags = source.tags()["CELLS"].split(","), source.tags()
            assert tags["MODEL"] == "-1 unknown, 0 two_ray 0-250 m exact, 1 delta_bullington 250-900 m exact"
            away = np.full(found["model"].shape, np.nan)
            site_of = {row["id"]: row["site"] for row in table}
            row, col = np.indices(away.shape)
            for number, cell in enumerate(cells):
                east, north = SITES[site_of[cell]]
                x = (col + 0.5) * RESOLUTION_M - east
                y = (Y_MAX - Y_MIN) - (row + 0.5) * RESOLUTION_M - north
                own = found["best_server"] == number
                away[own] = np.hypot(x, y)[own]
            known = found["best_server"] >= 0
            assert np.array_equal(found["model"] == 0, away < 250.0)
            assert np.array_equal(found["model"] == 1, known & (away >= 250.0))
            assert np.array_equal(found["model"] == -1, ~known)
            assert np.array_equal(found["reason"] > 0, ~known)

    def test_table_manifest_and_rasters_say_the_same(self, chained: Path) -> None:
        rows = read_rows(latest(chained) / "tables/models.csv")
        assert [(r["layer"], r["model"], float(r["from_m"]), float(r["to_m"]), r["mode"]) for r in rows] == [
            (layer, *link, "exact")
            for layer in ("A/LTE", "B/LTE")
            for link in (("two_ray", 0.0, 250.0), ("delta_bullington", 250.0, 900.0))
        ]
        kept = manifest_of(chained)
        assert [m["pixels"] for m in kept["models"]] == [int(r["pixels"]) for r in rows]
        unknown = read_rows(latest(chained) / "tables/unknown.csv")
        assert [(u["layer"], u["reason"], u["pixels"]) for u in kept["unknown"]] == [
            (r["layer"], r["reason"], int(r["pixels"])) for r in unknown
        ]
        for layer in ("A/LTE", "B/LTE"):
            model = bands(latest(chained) / f"coverage/{layer.replace('/', '_')}.classes.tif")["model"]
            own = [int(r["pixels"]) for r in rows if r["layer"] == layer]
            assert own == [int((model == 0).sum()), int((model == 1).sum())]
            assert sum(own) + sum(int(r["pixels"]) for r in unknown if r["layer"] == layer) == model.size
            assert min(own) > 100
        page = (latest(chained) / "report/index.html").read_text(encoding="utf-8")
        assert "Which model made what" in page
        assert "farther from every site than is predicted" in page

    def test_beyond_the_first_ring_levels_are_those_of_a_run_without_a_chain(
        self, chained: Path, finished: Path, tmp_path: Path, aqdaq: Command
    ) -> None:
        levels = []
        for source in (chained, finished):
            folder = Path(shutil.copytree(source, tmp_path / source.parent.name, symlinks=True))
            edit_text(folder / "project.toml", lambda t: t.replace("tile_m", "enabled = false\ntile_m"))
            assert aqdaq("run", folder, "--date", DATE).code == 0
            levels.append(bands(latest(folder) / "coverage/A_LTE.tif")["mean_dbm"])
            classes = bands(latest(folder) / "coverage/A_LTE.classes.tif")
            levels.append(np.where(classes["model"] == (1 if source is chained else 0), classes["best_server"], -2))
        same = (levels[1] >= 0) & (levels[1] == levels[3]) & beyond_all_first_rings(levels[0].shape)
        assert same.sum() > 1000
        assert np.array_equal(levels[0][same], levels[2][same])

    def test_points_follow_the_chain(self, chained: Path, tmp_path: Path, aqdaq: Command) -> None:
        mean = bands(latest(chained) / "coverage/A_LTE.tif")["mean_dbm"]
        places = [(10, 20), (33, 14), (22, 43), (36, 15)]
        points = tmp_path / "points.csv"
        lines = [
            "{:.9f},{:.9f}".format(*lon_lat(WEST + (c + 0.5) * RESOLUTION_M, Y_MAX - (r + 0.5) * RESOLUTION_M))
            for r, c in places
        ]
        points.write_text("lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")
        rows = aqdaq("predict", chained, "--points", points, "--date", DATE, "--json").json["rows"]
        found = [row["mean_dbm"] for row in rows if row["layer"] == "A/LTE"]
        # Pixels of a square share the measurements they are told from; a point has its own.
        assert found == pytest.approx([float(mean[place]) for place in places], abs=0.4)
        plain = Path(shutil.copytree(chained, tmp_path / "plain", symlinks=True))
        edit_text(plain / "project.toml", lambda t: t.replace("tile_m", "enabled = false\ntile_m"))
        assert aqdaq("run", plain, "--date", DATE).code == 0
        mean = bands(latest(plain) / "coverage/A_LTE.tif")["mean_dbm"]
        rows = aqdaq("predict", plain, "--points", points, "--date", DATE, "--json").json["rows"]
        found = [row["mean_dbm"] for row in rows if row["layer"] == "A/LTE"]
        assert found == pytest.approx([float(mean[place]) for place in places], abs=0.02)

    def test_another_chain_is_another_run_and_the_default_is_the_model_named(
        self, finished: Path, project: Path, aqdaq: Command
    ) -> None:
        with_models(project, 'models = [{ name = "delta_bullington" }]\nmode = "exact"')
        assert aqdaq("run", project, "--date", DATE).code == 0
        assert latest(project).name != latest(finished).name
        own = {n: d for n, d in listing(latest(project)).items() if n.endswith((".tif", "whitespots.csv"))}
        default = {n: d for n, d in listing(latest(finished)).items() if n.endswith((".tif", "whitespots.csv"))}
        assert own == default


class TestUnknown:
    def test_a_frequency_outside_the_range_is_unknown_with_count_and_reason(
        self, project: Path, aqdaq: Command
    ) -> None:
        edit_cell(project / "data/cells.csv", 2, "frequency_mhz", "900")  # A-1; the others stay at 1815 MHz
        with_models(project, 'models = [{ name = "two_ray", to_m = 250.0 }, { name = "okumura_hata" }]')
        assert aqdaq("run", project, "--date", DATE).code == 0
        unknown = {
            (r["layer"], r["reason"]): int(r["pixels"]) for r in read_rows(latest(project) / "tables/unknown.csv")
        }
        assert unknown["B/LTE", "frequency"] > 1000
        assert unknown["A/LTE", "distance"] > 100  # A-1 is within the frequencies, and 250 m to 900 m too near
        evidence = read_rows(latest(project) / "tables/evidence.csv")
        for layer in ("A/LTE", "B/LTE"):
            pixels = sum(n for (name, _), n in unknown.items() if name == layer)
            [row] = [r for r in evidence if (r["layer"], r["evidence"]) == (layer, "unknown")]
            assert float(row["area_ha"]) == pytest.approx(pixels * RESOLUTION_M**2 / 1e4)
        page = (latest(project) / "report/index.html").read_text(encoding="utf-8")
        assert "frequency outside the range of the model" in page

    def test_nothing_at_all_known_is_no_failure_and_no_white_spot(self, project: Path, aqdaq: Command) -> None:
        with_models(project, 'models = [{ name = "okumura_hata" }]')
        said = aqdaq("run", project, "--date", DATE, "--json")
        assert said.code == 0, said.err
        assert said.json["white_spots"] == {"kz-4g-outdoor": 0}
        assert {m["pixels"] for m in manifest_of(project)["models"]} == {0}
        rows = manifest_of(project)["measurements"]
        assert rows["rows_used"] == 0
        assert list(rows["set_aside"]) == ["beyond the radius, outside a model's range or on unknown ground"]

    def test_options_left_out_are_listed_as_assumed(self, project: Path, aqdaq: Command) -> None:
        with_models(project, 'models = [{ name = "two_ray", to_m = 250.0 }, { name = "rma" }]')
        assumed = {a["item"]: a["value"] for a in aqdaq("check", project, "--date", DATE, "--json").json["assumed"]}
        assert assumed["street_width_m"] == "20"
        assert assumed["building_height_m"] == "5"
        assert assumed["polarization"] == "vertical"


@pytest.mark.parametrize("command", ["check", "run", "evaluate"])
@pytest.mark.parametrize(
    ("models", "where", "what"),
    [
        ('[{ name = "delta_bulington" }]', "project.toml:39 [prediction].models.0.name", "did you mean"),
        ('[{ name = "uma", to_m = 500.0 }]', "project.toml:39 [prediction].models.0.to_m", "leaves a gap"),
        ('[{ name = "uma", options = { los = "?" } }]', "project.toml:39 [prediction].models.0", "'?' is not known"),
    ],
)
def test_every_command_names_what_is_wrong_with_the_chain(
    command: str, models: str, where: str, what: str, project: Path, aqdaq: Command
) -> None:
    with_models(project, f"models = {models}")
    before = listing(project)
    said = aqdaq(command, project, "--date", DATE)
    assert said.code == 3
    assert where in said.err
    assert what in said.err
    assert listing(project) == before
