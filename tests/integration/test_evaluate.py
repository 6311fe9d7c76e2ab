"""`aqdaq evaluate`: several splits and definitions at once, and the same scores in the report of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqdaq.model.validation import ModelCard
from tests.conftest import Command
from tests.tiny_project import DATE, MEASURED_ROWS, edit_text, read_rows

pytestmark = pytest.mark.slow

#: Two measurements of one cell lie in one pixel, and count as one.
FITTED_ROWS = MEASURED_ROWS - 1


def test_several_splits_and_definitions_at_once(finished: Path, aqdaq: Command) -> None:
    said = aqdaq(
        "evaluate", finished, "--date", DATE, "--split", "site", "--split", "block", "--split", "route",
        "--definition", "kz-4g-outdoor", "--definition", "ofcom-4g-outdoor", "--json",
    )  # fmt: skip
    assert said.code == 0, said.err
    card = ModelCard.from_dict(said.json["card"])
    assert [split.split for split in card.splits] == ["site", "block", "route"]
    for split in card.splits[:2]:
        assert split.overall is not None
        assert split.overall.samples + split.unscored == FITTED_ROWS
        assert {score.definition for score in split.definitions} == {"kz-4g-outdoor", "ofcom-4g-outdoor"}
        layers = [score.layer for score in split.definitions if score.definition == "kz-4g-outdoor"]
        assert layers == ["A/LTE", "B/LTE", "all"]
    # One table is one drive: with all of it held back nothing is left to fit.
    assert (card.splits[2].note, card.splits[2].overall, card.splits[2].unscored) == ("no-fit", None, FITTED_ROWS)
    assert card.data.measured == FITTED_ROWS
    assert {"one-route", "selection"} <= set(card.limits)
    assert "synthetic" not in card.limits
    assert said.json["scores"][-1]["cell"] == "all"
    assert said.json["scores"][-1]["rmse_db"] == card.splits[0].cells[-1].rmse_db


def test_the_text_is_a_table_a_split(finished: Path, aqdaq: Command) -> None:
    said = aqdaq("evaluate", finished, "--date", DATE, "--split", "block", "--split", "route")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith(f"Measurements: {FITTED_ROWS} with a level")
    assert "SYNTHETIC" not in said.out
    head = next(line for line in lines if line.startswith("cell "))
    total = next(line for line in lines if line.startswith("all "))
    assert [head[: head.index(word) + len(word)].count(" ") > 0 for word in ("RMSE dB", "CRPS dB", "in 90 %")]
    assert len(total) == len(head)
    assert "precision at 90 % recall" in said.out
    assert f"{FITTED_ROWS} measurements not scored. No round had anything left" in said.out
    assert "Known limits:" in said.out


def test_the_run_reports_what_evaluate_says(finished: Path, aqdaq: Command) -> None:
    card = ModelCard.from_dict(aqdaq("evaluate", finished, "--date", DATE, "--json").json["card"])
    tables = finished / "runs/latest/tables"
    rows = {row["cell"]: row for row in read_rows(tables / "validation.csv")}
    for score in card.splits[0].cells:
        assert float(rows[score.name]["rmse_db"]) == pytest.approx(score.rmse_db, abs=0.006)
    bins = read_rows(tables / "reliability.csv")
    assert {row["split"] for row in bins} == {"block"}
    judged = [row for row in bins if row["layer"] == "all"]
    assert sum(int(row["places"]) for row in judged) == card.splits[0].definitions[-1].places
    page = (finished / "runs/latest/report/index.html").read_text(encoding="utf-8")
    assert 'id="model-card"' in page
    assert "Reliability diagram of the probability of service" in page


def test_an_unknown_definition_and_split_are_refused(finished: Path, aqdaq: Command) -> None:
    said = aqdaq("evaluate", finished, "--date", DATE, "--definition", "no-such", "--json")
    assert said.code == 3
    assert "no-such" in said.json["faults"][0]["where"]
    assert aqdaq("evaluate", finished, "--date", DATE, "--split", "random").code == 2


def test_a_definition_at_another_height_is_refused(project: Path, aqdaq: Command) -> None:
    folder = project / "data/rulebooks/service"
    folder.mkdir(parents=True)
    text = (
        'id = "high"\nkind = "service"\ntitle = "On a mast"\nvalid_from = 2020-01-01\nsource = "own"\n'
        "verified = false\n[figures]\nthreshold_dbm = { LTE = -100.0 }\nprobability = 0.9\nreceiver_height_m = 10.0\n"
    )
    (folder / "high.toml").write_text(text, encoding="utf-8")
    said = aqdaq("evaluate", project, "--date", DATE, "--definition", "high", "--json")
    assert said.code == 3
    assert "10 m; the levels of the project are at 1.5 m" in said.json["faults"][0]["what"]


def test_without_measurements_there_is_nothing_to_score(project: Path, aqdaq: Command) -> None:
    edit_text(
        project / "project.toml", lambda text: text.replace("[calibration]\n", "[calibration]\nenabled = false\n")
    )
    said = aqdaq("evaluate", project, "--date", DATE, "--split", "block", "--json")
    assert said.code == 3
    assert "nothing to score" in said.json["faults"][0]["what"]
