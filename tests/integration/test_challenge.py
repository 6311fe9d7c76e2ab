"""``aqdaq challenge`` and several definitions side by side, on a whole project."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.tiny_project import DATE, edit_text, read_rows

HEXAGONS = """
[service.overrides.fcc-bdc-4g]
threshold_dbm = { LTE = -112.0 }
probability = 0.75
"""


def use(project: Path, *definitions: str, more: str = "") -> None:
    ids = ", ".join(f'"{key}"' for key in definitions)
    overrides = "" if "kz-4g-outdoor" in definitions else "[service.overrides.kz-4g-outdoor]\n"
    edit_text(
        project / "project.toml",
        lambda t: t.replace('definitions = ["kz-4g-outdoor"]', f"definitions = [{ids}]") + more,
    )
    if overrides:
        drop = f"{overrides}probability = 0.75\nminimum_area_m2 = 2000.0\n"
        edit_text(project / "project.toml", lambda t: t.replace(drop, ""))


def table(project: Path, name: str) -> list[dict[str, str]]:
    return read_rows((project / "runs" / "latest").resolve() / "tables" / f"{name}.csv")


@pytest.fixture
def several(project: Path) -> Path:
    use(project, "kz-4g-outdoor", "ofcom-4g-outdoor", "acma-2026", "fcc-bdc-4g", "arcep-4g-internet", more=HEXAGONS)
    return project


def test_several_definitions_in_one_run(several: Path, aqdaq: Command) -> None:
    checked = aqdaq("check", several, "--date", "2026-07-01", "--json").json
    assert "acma-2026 cannot be predicted: it states no probability" in " ".join(checked["notes"])
    assert "arcep-4g-internet cannot be predicted: it states no level threshold" in " ".join(checked["notes"])
    ran = aqdaq("run", several, "--date", "2026-07-01", "--json").json
    # What judges no map has no number of white spots: 0 would read as none.
    assert set(ran["white_spots"]) == {"kz-4g-outdoor", "ofcom-4g-outdoor", "fcc-bdc-4g"}
    pairs = table(several, "overlap")
    assert [(row["first"], row["second"]) for row in pairs] == [
        ("kz-4g-outdoor", "ofcom-4g-outdoor"), ("kz-4g-outdoor", "fcc-bdc-4g"), ("ofcom-4g-outdoor", "fcc-bdc-4g"),
    ]  # fmt: skip
    spots = table(several, "whitespots")
    definition = {row["id"]: row["definition"] for row in spots}
    for row in table(several, "overlap_links"):
        assert definition[row["first_id"]] == row["first"]
        named = next(s["same_place"].split("; ") for s in spots if s["id"] == row["first_id"])
        assert (row["second_id"] in named) == (row["same_place"] == "true")
    # Ground white under both and under the first alone make up the white ground of the first.
    for row in pairs:
        whole = sum(float(s["area_ha"]) for s in spots if s["definition"] == row["first"])
        assert float(row["both_ha"]) + float(row["first_only_ha"]) == pytest.approx(whole, abs=1e-3)
    page = (Path(ran["folder"]) / "report" / "index.html").read_text(encoding="utf-8")
    assert "Definitions side by side" in page
    assert "No map is judged by this definition: it states no probability" in page


def test_evidence_of_several_definitions(several: Path, aqdaq: Command, tmp_path: Path) -> None:
    out = tmp_path / "units.geojson"
    said = aqdaq("challenge", several, "--date", "2026-07-01", "--json", "--out", out).json
    assert set(said["refused"]) == {"acma-2026", "arcep-4g-internet"}
    assert {row["definition"] for row in said["classified"]} == {"acma-2026"}
    assert "calibrated with these same measurements" in said["notes"][0]
    found = {one["definition"]: one for one in said["definitions"]}
    assert set(found) == {"kz-4g-outdoor", "ofcom-4g-outdoor", "fcc-bdc-4g"}
    assert found["kz-4g-outdoor"]["unit"] == "square of 100 m"
    assert found["fcc-bdc-4g"]["unit"] == "H3 hexagon of resolution 8"
    for one in said["definitions"]:
        for layer in one["layers"]:
            units = [unit for unit in one["units"] if unit["layer"] == layer["layer"]]
            assert sum(unit["tests"] for unit in units) == layer["tests"]
            assert sum(layer["units"].values()) == len(units)
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert len(features) == sum(len(one["units"]) for one in said["definitions"])
    lon, lat = features[0]["geometry"]["coordinates"][0][0]
    assert (round(lon), round(lat)) == (77, 43)
    assert aqdaq("challenge", several, "--date", "2026-07-01", "--out", out).code == 2  # it is there already


def test_a_drive_test_that_hears_nothing_refutes_the_map(project: Path, aqdaq: Command) -> None:
    edit_text(project / "project.toml", lambda t: t.replace("tile_m", "enabled = false\ntile_m"))
    path = project / "data/drive_test.csv"
    rows = read_rows(path)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "level_dbm": "-135.0"} for row in rows)
    said = aqdaq("challenge", project, "--date", DATE, "--json").json
    assert said["notes"] == []
    for layer in said["definitions"][0]["layers"]:
        assert layer["failures"] == layer["tests"] > 0
        assert layer["verdict"] == "refuted"
    words = aqdaq("challenge", project, "--date", DATE)
    assert words.code == 0
    assert "independent" in words.out
    assert "refuted (p = " in words.out
    # The same input, the same words.
    assert aqdaq("challenge", project, "--date", DATE).out == words.out


def test_a_run_under_a_definition_that_judges_no_map(project: Path, aqdaq: Command) -> None:
    use(project, "acma-2026")
    ran = aqdaq("run", project, "--date", "2026-07-01", "--json")
    assert (ran.code, ran.json["white_spots"]) == (0, {})
    assert read_rows(Path(ran.json["folder"]) / "whitespots.csv") == []
    said = aqdaq("challenge", project, "--definition", "acma-2026", "--date", "2026-07-01")
    assert said.code == 0
    assert "acma-2026 cannot be tested: it states no probability" in said.out
    assert "acma-2026 A/LTE good: " in said.out


def test_what_cannot_be_asked(project: Path, aqdaq: Command) -> None:
    said = aqdaq("challenge", project, "--definition", "nobodys", "--date", DATE)
    assert said.code == 2
    assert "it uses: kz-4g-outdoor" in said.err
    use(project, "arcep-4g-internet")
    said = aqdaq("challenge", project, "--definition", "arcep-4g-internet", "--date", DATE)
    assert said.code == 3
    assert "cannot classify: it states no level threshold (its classes have no bounds in dBm)" in said.err


def test_receiver_heights_that_differ_name_who_asks_for_which(project: Path, aqdaq: Command) -> None:
    use(
        project,
        "kz-4g-outdoor",
        "ofcom-4g-outdoor",
        "acma-2026",
        more="[service.overrides.ofcom-4g-outdoor]\nreceiver_height_m = 4.0\n",
    )
    said = aqdaq("check", project, "--date", "2026-07-01")
    assert said.code == 3
    assert "receiver heights differ: [1.5, 4.0] m" in said.err
    assert "ofcom-4g-outdoor 4 m; acma-2026 1.5 m, not stated there" in said.err
