"""`aqdaq path`: every line gets its answer, in order, and says what was not used and what was assumed."""

from __future__ import annotations

import csv
import io
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

EXAMPLE = Path(__file__).parents[2] / "examples" / "paths.jsonl"

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
    assert found["assumed"] == {}


def test_p1812_says_what_it_assumed(tmp_path: Path, aqdaq: Command) -> None:
    code, (found,) = ask(aqdaq, lines(tmp_path, FLAT))
    assert code == 0
    assert found["assumed"] == {
        "location_percent": 50.0, "delta_n": 45.0, "n0": 325.0, "coast_tx_km": 500.0, "coast_rx_km": 500.0,
        "polarization": "vertical", "zone": 4.0, "clutter_m": 0.0, "latitude": 45.0,
    }  # fmt: skip
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
    assert "30 to 6000 MHz" in words["high"]
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


def test_options_left_out_are_assumed_with_their_values(tmp_path: Path, aqdaq: Command) -> None:
    far = {**FLAT, "distance_km": [0.0, 1.0, 2.0, 3.0, 4.0]}
    del far["time_percent"]
    assert ask(aqdaq, lines(tmp_path, far), "okumura_hata")[1][0]["assumed"] == {
        "area": "urban",
        "base_effective_height_m": 30.0,
    }
    said = ask(aqdaq, lines(tmp_path, {**far, "options": {"area": "open", "colour": "red"}}), "okumura_hata")[1][0]
    assert said["assumed"] == {"base_effective_height_m": 30.0}
    assert said["not_used"] == ["colour", "height_m"]
    assert ask(aqdaq, lines(tmp_path, far), "rma")[1][0]["assumed"] == {
        "los": "probability", "building_height_m": 5.0, "street_width_m": 20.0,
    }  # fmt: skip
    text = aqdaq("path", "--model", "uma", "--input", lines(tmp_path, far)).out
    assert "height_m; los=probability" in text


def test_a_profile_that_does_not_decide_is_not_used(tmp_path: Path, aqdaq: Command) -> None:
    built = {**FLAT, "clutter_m": [0.0, 0.0, 40.0, 0.0, 0.0]}
    (said,) = ask(aqdaq, lines(tmp_path, built), "uma")[1]
    assert said["not_used"] == ["clutter_m", "height_m", "time_percent"]
    (said,) = ask(aqdaq, lines(tmp_path, {**built, "options": {"los": "profile"}}), "uma")[1]
    assert said["not_used"] == ["time_percent"]
    assert said["parts"]["share_LOS"] == 0.0


def test_one_end_alone_with_a_place_puts_the_other_beside_it(tmp_path: Path, aqdaq: Command) -> None:
    (said,) = ask(aqdaq, lines(tmp_path, {**FLAT, "rx_lat": -43.2, "rx_lon": 76.9}))[1]
    assert (said["assumed"]["tx_lat"], said["assumed"]["tx_lon"]) == (-43.2, 76.9)
    assert "rx_lat" not in said["assumed"]


# --- bad input, case by case


@pytest.mark.parametrize(
    ("change", "model", "words"),
    [
        ({"frequency_mhz": 28_000.0}, "p1812", ["frequency_mhz 28000 MHz", "P.1812-7 holds from 30 to 6000 MHz"]),
        ({"frequency_mhz": 28_000.0}, "okumura_hata", ["frequency_mhz", "150 to 1500 MHz", "Hata 1980"]),
        ({"frequency_mhz": 1000.0}, "cost231_hata", ["frequency_mhz", "1500 to 2000 MHz", "COST 231"]),
        ({"frequency_mhz": 200.0}, "uma", ["frequency_mhz", "500 to 100000 MHz", "v17.0.0"]),
        ({"frequency_mhz": 3.0}, "delta_bullington", ["frequency_mhz", "30 to 100000 MHz"]),
        ({"frequency_mhz": -900.0}, "free_space", ["frequency_mhz", "no frequency"]),
        (
            {"distance_km": [0.0, 0.05, 0.1, 0.15, 0.2]},
            "p1812",
            ["distance_km", "0.2 km", "from 0.25 to 3000 km", "P.1812-7"],
        ),
        ({"distance_km": [0.0, 1.0, 2.0, 3.0, 4800.0]}, "p1812", ["distance_km path of 4800 km", "0.25 to 3000 km"]),
        ({"distance_km": [0.0, 1.0, 2.0, 3.0, 6.0]}, "urban_surface", ["distance_km 6 km", "0 to 5 km", "P.1411-12"]),
        ({"distance_km": [0.0, 1.0, 2.0, 3.0, 6.0]}, "uma", ["distance_km 6 km", "0.01 to 5 km", "38.901"]),
        ({"coast_tx_km": -3.0}, "p1812", ["coast_tx_km -3 km", "0 or more"]),
        ({"rx_height_m": 0.5}, "p1812", ["rx_height_m 0.5 m", "P.1812-7 holds from 1 to 3000 m"]),
        ({"tx_height_m": 20.0}, "okumura_hata", ["tx_height_m", "30 to 200 m", "Hata 1980"]),
        (
            {"distance_km": [0.0, 10.0, 20.0, 30.0, 40.0]},
            "okumura_hata",
            ["distance_km 40 km", "1 to 20 km", "Hata 1980"],
        ),
        (
            {"distance_km": [0.0, 2.0], "height_m": [1.0, 1.0]},
            "p1812",
            ["2 points", "at least 4 are needed (ITU-R P.1812-7)"],
        ),
        ({"distance_km": [0.0], "height_m": [1.0]}, "free_space", ["1 points", "at least 2"]),
        ({"distance_km": [], "height_m": []}, "free_space", ["0 points", "at least 2"]),
        ({"distance_km": [0.0, 1.0, 0.5, 1.5, 2.0]}, "p1812", ["does not rise from 0"]),
        ({"distance_km": [0.0, 1.0, 1.0, 1.5, 2.0]}, "p1812", ["does not rise from 0"]),
        ({"distance_km": [0.1, 0.5, 1.0, 1.5, 2.0]}, "p1812", ["does not rise from 0"]),
        (
            {"height_m": [100.0, math.nan, 100.0, 100.0, 100.0]},
            "p1812",
            ["height_m[1]", "nan", "give a finite height, or leave the sample out"],
        ),
        ({"height_m": [100.0, None, 100.0, 100.0, "x"]}, "p1812", ["height_m[1]", "2 samples are so"]),
        ({"height_m": [100.0, 10**400, 100.0, 100.0, 100.0]}, "p1812", ["height_m[1]", "is not a number"]),
        ({"height_m": [100.0, 100.0, None, 100.0, 100.0]}, "p1812", ["height_m[2]", "None"]),
        ({"clutter_m": [0.0, math.inf, 0.0, 0.0, 0.0]}, "p1812", ["clutter_m[1]", "inf"]),
        ({"height_m": [100.0]}, "p1812", ["different length", "distance_km 5", "height_m 1"]),
        ({"rx_height_m": 0.0}, "delta_bullington", ["rx_height_m", "not above the ground"]),
        ({"rx_height_m": -1.5}, "p1812", ["rx_height_m", "not above the ground"]),
        ({"tx_height_m": -30.0}, "free_space", ["tx_height_m", "not above the ground"]),
        ({"options": {"area": "moonbase"}}, "cost231_hata", ["area", "'moonbase'", "urban, metropolitan"]),
        ({"polarization": "round"}, "p1812", ["polarization", "'round'"]),
        ({"tx_lat": 45.0}, "p1812", ["tx_lon", "belong together"]),
        ({"options": {"street_width_m": 20}}, "urban_surface", ["roof_height_m is missing", "give both or neither"]),
        ({"options": {"roof_height_m": 15}}, "urban_surface", ["street_width_m is missing", "give both or neither"]),
        ({"options": {"street_angle_deg": 9}}, "urban_surface", ["street_width_m is missing", "give both or neither"]),
        ({"options": {"building_height_m": math.nan}}, "rma", ["building_height_m", "give a finite number"]),
    ],
)
def test_bad_input(tmp_path: Path, aqdaq: Command, change: dict[str, Any], model: str, words: list[str]) -> None:
    bad = {key: value for key, value in {**FLAT, **change}.items() if value is not None}
    file = lines(tmp_path, {**bad, "id": "bad"})
    code, (found,) = ask(aqdaq, file, model)
    assert code == 3
    assert found["loss_db"] is None
    said = " ".join(f"{f['where']} {f['what']} {f['mend']}" for f in found["faults"])
    assert all(word in said for word in words), said
    assert all(f["where"].startswith("paths.jsonl:1") for f in found["faults"])
    assert "nan m" not in said
    picture = tmp_path / "bad.png"
    drawn = aqdaq("path", "--model", model, "--input", file, "--picture", picture)
    assert drawn.code == 3
    assert not picture.exists()
    assert "no picture" in drawn.err


@pytest.mark.parametrize("model", model_names())
@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"tx_lat": 95.0, "tx_lon": 10.0}, "tx_lat", "95 deg is outside -90 to 90 deg"),
        ({"rx_lat": -90.5, "rx_lon": 10.0}, "rx_lat", "-90.5 deg is outside"),
        ({"tx_lat": 45.0, "tx_lon": 361.0}, "tx_lon", "361 deg is outside -180 to 360 deg"),
        ({"rx_lat": 45.0, "rx_lon": -181.0}, "rx_lon", "-181 deg is outside"),
        ({"clutter_m": [0.0, 0.0, -4.0, 0.0, -1.0]}, "clutter_m[2]", "-4 m is below the ground (2 samples are so)"),
    ],
)
def test_no_model_takes_what_no_place_has(
    tmp_path: Path, model: str, change: dict[str, Any], where: str, what: str
) -> None:
    (line,) = read_path_lines(lines(tmp_path, {**FLAT, **change}))
    found = answer(line, get_model(model), EARTH.sphere)
    assert found.result is None
    (fault,) = found.faults
    assert fault.where == f"paths.jsonl:1 {where}"
    assert fault.what.startswith(what)
    assert fault.mend


def test_the_ends_of_the_coordinates_are_places(tmp_path: Path) -> None:
    far = {"tx_lat": 90, "tx_lon": -180, "rx_lat": -90, "rx_lon": 360, "clutter_m": [0] * 5}
    (line,) = read_path_lines(lines(tmp_path, {**FLAT, **far}))
    assert line.faults == ()


def test_the_street_that_is_not_known_is_assumed_where_it_bears(tmp_path: Path, aqdaq: Command) -> None:
    shadow = next(json.loads(text) for text in EXAMPLE.read_text().splitlines() if "synthetic shadow" in text)
    bare = {key: value for key, value in shadow.items() if key != "options"}
    flat = {**bare, "clutter_m": [0.0] * len(bare["clutter_m"])}
    straight = {**shadow, "options": {"street_width_m": 20, "roof_height_m": 15}}
    code, (known, unknown, clear, turned) = ask(aqdaq, lines(tmp_path, shadow, bare, flat, straight), "urban_surface")
    assert code == 0
    assert known["assumed"] == {"polarization": "vertical"}
    assert known["parts"]["Lrts"] == pytest.approx(33.9591, abs=1e-4)
    down = sum(known["parts"][part] for part in ("Lbfs", "Ld_roofs", "Lrts"))
    assert known["loss_db"] == pytest.approx(down, abs=1e-9), "the term down into the street decides"
    none = {"street_width_m": "none", "roof_height_m": "none", "street_angle_deg": "none"}
    assert unknown["assumed"] == {"polarization": "vertical", **none}
    assert unknown["loss_db"] == pytest.approx(133.49, abs=0.01)
    assert clear["assumed"] == {"polarization": "vertical"}, "in line of sight from above the roofs no street counts"
    assert turned["assumed"] == {"polarization": "vertical", "street_angle_deg": "none"}
    (said,) = ask(aqdaq, lines(tmp_path, {**bare, "options": none}), "urban_surface")[1]
    assert (said["loss_db"], said["assumed"]) == (unknown["loss_db"], {"polarization": "vertical"})


# --- table and picture


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table_holds_a_row_a_path(tmp_path: Path, aqdaq: Command) -> None:
    low = {**FLAT, "id": "low, lower", "rx_height_m": -1.0, "tx_height_m": 0.0}
    file, out = lines(tmp_path, FLAT, low, {**FLAT, "id": 7, "n0": 300.0}), tmp_path / "t.csv"
    said = aqdaq("path", "--model", "delta_bullington", "--input", file, "--table", out)
    assert said.code == 3
    assert "flat" in said.out
    found = rows(out.read_text(encoding="utf-8"))
    assert list(found[0]) == [
        "id", "loss_db", "Lbfs_db", "Ld_db", "Ldsph_db", "hte_m", "hre_m", "not_used", "assumed", "faults", "reasons",
    ]  # fmt: skip
    assert [(row["id"], row["faults"]) for row in found] == [("flat", "0"), ("low, lower", "2"), ("7", "0")]
    assert found[1]["loss_db"] == found[1]["Ld_db"] == ""
    assert "paths.jsonl:2 rx_height_m: -1 m is not above the ground" in found[1]["reasons"]
    assert found[2]["not_used"] == "n0;time_percent"
    assert found[0]["assumed"] == "polarization=vertical;clutter_m=0"
    _, (first, *_) = ask(aqdaq, file, "delta_bullington")
    assert float(found[0]["loss_db"]) == first["loss_db"]
    assert float(found[0]["hte_m"]) == first["parts"]["hte"]


def test_the_table_on_stdout_is_the_file(tmp_path: Path, aqdaq: Command) -> None:
    file, out = lines(tmp_path, FLAT), tmp_path / "t.csv"
    aqdaq("path", "--model", "p1812", "--input", file, "--table", out)
    said = aqdaq("path", "--model", "p1812", "--input", file, "--table", "-")
    assert said.code == 0
    assert said.out == out.read_text(encoding="utf-8")
    (row,) = rows(said.out)
    assert {"lbfs_db", "theta_mrad", "hm_m", "beta0_percent", "omega"} <= set(row)


def test_what_does_not_exist_is_empty_in_the_table(tmp_path: Path, aqdaq: Command) -> None:
    said = aqdaq("path", "--model", "p1812", "--body", "moon", "--input", lines(tmp_path, FLAT), "--table", "-")
    (row,) = rows(said.out)
    assert row["lba_db"] == row["beta0_percent"] == ""
    assert row["not_used"] == "time_percent"


def test_a_file_of_bad_lines_alone_has_the_same_columns(tmp_path: Path, aqdaq: Command) -> None:
    good = aqdaq("path", "--model", "rma", "--input", lines(tmp_path, FLAT), "--table", "-").out
    bad = aqdaq("path", "--model", "rma", "--input", lines(tmp_path, "[1]", "{"), "--table", "-")
    assert bad.code == 3
    assert bad.out.splitlines()[0] == good.splitlines()[0]
    assert [row["faults"] for row in rows(bad.out)] == ["1", "1"]


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("SVG", b"<?xml")])
def test_a_picture_is_the_same_bytes_each_time(tmp_path: Path, aqdaq: Command, kind: str, begins: bytes) -> None:
    file, one, other = lines(tmp_path, FLAT), tmp_path / f"one.{kind}", tmp_path / f"other.{kind}"
    for out in (one, other):
        said = aqdaq("path", "--model", "p1812", "--input", file, "--picture", out, "--json")
        assert said.code == 0
        assert said.json["id"] == "flat"
    assert one.read_bytes() == other.read_bytes()
    assert one.read_bytes().startswith(begins)


def test_the_picture_of_one_path_of_several(tmp_path: Path, aqdaq: Command) -> None:
    out = tmp_path / "p.svg"
    file = lines(tmp_path, FLAT, {**FLAT, "id": 7, "rx_height_m": -3.0}, {**FLAT, "id": 8}, FLAT)
    call = ("path", "--model", "free_space", "--input", file, "--picture", out)
    for more, words in (
        ((), ["4 paths", "--id", "flat, 7, 8, flat"]),
        (("--id", "flatt"), ["no path has the id 'flatt'", "did you mean 'flat'"]),
        (("--id", "flat"), ["2 paths have the id 'flat'", "paths.jsonl:1, paths.jsonl:4"]),
    ):
        said = aqdaq(*call, *more)
        assert said.code == 2
        assert all(word in said.err for word in words), said.err
        assert said.out == ""
        assert not out.exists()
    said = aqdaq(*call, "--id", "8")
    assert said.code == 3, "another line of the file cannot be used"
    assert "<title>8: " in out.read_text(encoding="utf-8")


def test_nothing_is_overwritten_unasked(tmp_path: Path, aqdaq: Command) -> None:
    file, table, picture = lines(tmp_path, FLAT), tmp_path / "t.csv", tmp_path / "p.png"
    for option, out in (("--table", table), ("--picture", picture)):
        out.write_text("mine", encoding="utf-8")
        call = ("path", "--model", "free_space", "--input", file, option, out)
        said = aqdaq(*call)
        assert said.code == 2
        assert "--overwrite" in said.err
        assert said.out == ""
        assert out.read_text(encoding="utf-8") == "mine"
        assert aqdaq(*call, "--overwrite").code == 0
        assert out.read_bytes()[:4] != b"mine"


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--picture", "p.jpg"], 2, ".png or .svg"),
        (["--id", "flat"], 2, "add --picture"),
        (["--json", "--table", "-"], 2, "both write to stdout"),
        (["--picture", "none/p.png"], 3, "cannot be written"),
        (["--table", "none/t.csv"], 3, "cannot be written"),
    ],
)
def test_outputs_that_cannot_be(
    tmp_path: Path, aqdaq: Command, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = aqdaq("path", "--model", "free_space", "--input", lines(tmp_path, FLAT), *options)
    assert said.code == code
    assert words in said.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["paths.jsonl"]


def test_the_shipped_paths_are_good(aqdaq: Command) -> None:
    said = aqdaq("path", "--model", "p1812", "--input", EXAMPLE, "--json")
    assert said.code == 0
    assert [json.loads(line)["id"] for line in said.out.splitlines()] == [
        "synthetic coast", "synthetic street", "synthetic valley", "synthetic shadow",
    ]  # fmt: skip


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
    assert all(a["not_used"] == [] and a["assumed"] == {} for a in found)


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
    found = answer(line, get_model("free_space"), EARTH.sphere).as_dict()
    assert (found["loss_db"] is None) == bool(found.get("faults"))
