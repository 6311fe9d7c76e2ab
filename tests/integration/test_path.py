"""`aqdaq path`: every line gets its answer, in order, and says what was not used and what was assumed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.engine import models
from aqdaq.engine.registry import get_model, model_names
from aqdaq.io.path_lines import read_path_lines
from aqdaq.model.body import EARTH
from aqdaq.pipeline.paths import answer
from tests.conftest import Command
from tests.reference.p1812_cases import by_name, read_log, read_profile
from tests.reference.reference_data import reference_folder

FLAT: dict[str, Any] = {
    "id": "flat",
    "frequency_mhz": 900.0,
    "tx_height_m": 30.0,
    "rx_height_m": 1.5,
    "distance_km": [0.0, 0.5, 1.0, 1.5, 2.0],
    "height_m": [100.0] * 5,
    "time_percent": 50.0,
}


def lines(path: Path, *found: object) -> Path:
    file = path / "paths.jsonl"
    file.write_text("".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in found), encoding="utf-8")
    return file


def ask(aqdaq: Command, file: Path, model: str = "p1812", *more: str) -> tuple[int, list[dict[str, Any]]]:
    said = aqdaq("path", "--model", model, "--input", file, "--json", *more)
    return said.code, [json.loads(line) for line in said.out.splitlines()]


def test_free_space_by_hand(tmp_path: Path, aqdaq: Command) -> None:
    code, (found,) = ask(aqdaq, lines(tmp_path, FLAT), "free_space")
    slant_km = math.hypot(2000.0, 28.5) / 1e3
    assert code == 0
    assert found["id"] == "flat"
    assert found["loss_db"] == pytest.approx(32.4 + 20 * math.log10(900) + 20 * math.log10(slant_km), abs=1e-9)
    assert found["not_used"] == ["time_percent"]
    assert found["assumed"] == []


def test_p1812_says_what_it_assumed(tmp_path: Path, aqdaq: Command) -> None:
    code, (found,) = ask(aqdaq, lines(tmp_path, FLAT))
    assert code == 0
    assert {"delta_n", "n0", "location_percent", "clutter_m", "zone"} <= set(found["assumed"])
    assert found["not_used"] == []
    assert found["parts"]["lbfs"] <= found["loss_db"] + 1e-9


def test_a_bad_line_gets_its_faults_and_the_others_their_answers(tmp_path: Path, aqdaq: Command) -> None:
    falling = {**FLAT, "id": "falling", "distance_km": [0.0, 1.0, 0.5, 1.5, 2.0]}
    hole = {**FLAT, "id": "hole", "height_m": [100.0, None, 100.0, 100.0, 100.0]}
    buried = {**FLAT, "id": "buried", "rx_height_m": -2.0}
    short = {**FLAT, "id": "short", "distance_km": [0.0, 2.0], "height_m": [1.0, 1.0]}
    unequal = {**FLAT, "id": "unequal", "height_m": [1.0]}
    high = {**FLAT, "id": "high", "frequency_mhz": 28_000.0}
    typo = {**FLAT, "id": "typo", "frequncy_mhz": 3.0}
    code, found = ask(
        aqdaq,
        lines(tmp_path, FLAT, falling, hole, buried, short, unequal, high, typo, "{not json", [1], {**FLAT, "id": 7}),
    )
    assert code == 3
    assert [a["id"] for a in found] == [
        "flat", "falling", "hole", "buried", "short", "unequal", "high", "typo", 9, 10, 7,
    ]  # fmt: skip
    assert [a["loss_db"] is not None for a in found] == [True, *[False] * 9, True]
    words = {a["id"]: " ".join(f"{f['where']} {f['what']} {f['mend']}" for f in a.get("faults", ())) for a in found}
    assert "paths.jsonl:2" in words["falling"]
    assert "rise" in words["falling"]
    assert "height_m[1]" in words["hole"]
    assert "not above the ground" in words["buried"]
    assert "4" in words["short"]
    assert "different length" in words["unequal"]
    assert "6 GHz" in words["high"]
    assert "P.1812" in words["high"]
    assert "frequency_mhz" in words["typo"]


def test_an_unknown_model_lists_the_models(tmp_path: Path, aqdaq: Command) -> None:
    said = aqdaq("path", "--model", "p1813", "--input", lines(tmp_path, FLAT))
    assert said.code == 2
    assert all(name in said.err for name in model_names())


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file(tmp_path: Path, aqdaq: Command, text: str) -> None:
    file = tmp_path / "paths.jsonl"
    file.write_text(text)
    assert aqdaq("path", "--model", "p1812", "--input", file).code == 3
    assert aqdaq("path", "--model", "p1812", "--input", tmp_path / "none.jsonl").code == 3


def test_the_moon_has_no_air(tmp_path: Path, aqdaq: Command) -> None:
    far = {**FLAT, "distance_km": [0.0, 5.0, 10.0, 15.0, 20.0], "height_m": [0.0] * 5}
    _, (earth,) = ask(aqdaq, lines(tmp_path, far))
    _, (moon,) = ask(aqdaq, lines(tmp_path, far), "p1812", "--body", "moon")
    assert moon["loss_db"] - earth["loss_db"] > 15.0
    assert moon["parts"]["lba"] is None
    assert earth["parts"]["lba"] is not None


@pytest.mark.reference
def test_all_official_cases_of_p1812_through_the_command(tmp_path: Path, aqdaq: Command) -> None:
    folder = reference_folder("itu/p1812")
    if folder is None:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set: the validation set is not here")
    expected, asked = [], []
    for log_file in sorted((folder / "results").glob("*_log.csv")):
        log = by_name(read_log(log_file))
        profile = folder / "profiles" / f"{log_file.name.removesuffix('_log.csv').rsplit('_', 1)[0]}.csv"
        asked.append(official_line(log_file.name, log, profile))
        expected.append(log["Lb (dB)"])
    code, found = ask(aqdaq, lines(tmp_path, *asked))
    assert code == 0
    assert len(found) == 63
    assert max(abs(a["loss_db"] - e) for a, e in zip(found, expected, strict=True)) <= 1e-6
    assert all(a["not_used"] == [] and a["assumed"] == [] for a in found)


def official_line(name: str, log: dict[str, float], profile: Path) -> dict[str, Any]:
    """Return an official case as a line of the command."""
    d, height, clutter, zone = read_profile(profile)
    return {
        "id": name, "frequency_mhz": log["f (GHz)"] * 1e3, "time_percent": log["p (%)"],
        "location_percent": log["pL (%)"], "tx_lat": log["phi_t (deg)"], "tx_lon": log["lam_t (deg)"],
        "rx_lat": log["phi_r (deg)"], "rx_lon": log["lam_r (deg)"], "tx_height_m": log["htg (m)"],
        "rx_height_m": log["hrg (m)"], "polarization": "vertical" if log["pol"] == 2 else "horizontal",
        "delta_n": log["DN"], "n0": log["N0"], "coast_tx_km": log["dct (km)"], "coast_rx_km": log["dcr (km)"],
        "distance_km": (d / 1e3).tolist(), "height_m": height.tolist(),
        "clutter_m": clutter.tolist(), "zone": zone.tolist(),
    }  # fmt: skip


@given(
    st.dictionaries(st.sampled_from([*FLAT, "zone", "polarization", "x"]), st.one_of(st.none(), st.floats(), st.text()))
)
def test_no_line_whatever_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, change: dict[str, object]
) -> None:
    assert models is not None
    file = lines(tmp_path_factory.mktemp("p"), {**FLAT, **change})
    (line,) = read_path_lines(file)
    found = answer(line, get_model("free_space"), EARTH.sphere)
    assert (found["loss_db"] is None) == bool(found.get("faults"))
