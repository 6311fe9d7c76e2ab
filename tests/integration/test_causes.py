"""The stage ``causes`` on the tiny project: what it says, that it adds up, that it repeats and can be left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from aqdaq.model.cause import FACTORS
from aqdaq.pipeline.cause_files import schema
from tests.conftest import Command
from tests.tiny_project import DATE, edit_text, read_rows


def causes_of(project: Path) -> pd.DataFrame:
    return pd.read_parquet((project / "runs/latest").resolve() / "causes.parquet")


@pytest.fixture(scope="module")
def told(finished: Path) -> pd.DataFrame:
    return causes_of(finished)


def test_every_white_spot_and_layer_has_its_row(finished: Path, told: pd.DataFrame) -> None:
    layers = read_rows((finished / "runs/latest").resolve() / "tables/whitespot_layers.csv")
    wanted = [(row["definition"], int(row["rank"]), row["layer"]) for row in layers]
    assert sorted(zip(told["definition"], told["rank"], told["layer"], strict=True)) == sorted(wanted)
    assert pq.read_schema((finished / "runs/latest").resolve() / "causes.parquet").names == schema().names


def test_the_parts_sum_to_the_deficit_and_the_shares_to_one(told: pd.DataFrame) -> None:
    parts = told[[f"part_db_{factor}" for factor in FACTORS]].sum(axis=1)
    assert (parts - told["deficit_db"]).abs().max() < 1e-6
    assert (told["deficit_db"] > 0.0).all()
    assert told[[f"share_{factor}" for factor in FACTORS]].sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-9)
    chances = told[[f"probability_share_{factor}" for factor in FACTORS]].sum(axis=1)
    assert chances.to_numpy() == pytest.approx(1.0, abs=1e-9)


def test_factors_that_cannot_apply_have_exactly_nothing(told: pd.DataFrame) -> None:
    assert (told["share_indoor"] == 0.0).all()  # the definition is outdoors
    assert (told["share_new_buildings"] == 0.0).all()  # the only new house is not built yet
    assert (told["share_missing_layer"] == 0.0).all()  # both sites carry both layers, or carried them
    own = told.set_index("layer")
    assert own.loc["A/LTE", "share_lost_site"] == 0.0


def test_the_site_that_left_the_air_is_named(told: pd.DataFrame) -> None:
    lost = told.set_index("layer").loc["B/LTE"]
    assert lost["share_lost_site"] > 0.05
    assert (lost["lost_site"], lost["lost_off_air"]) == ("S1", "2026-01-01")
    assert lost["lost_relief_db"] > 1.0
    assert "01.01.2026" in lost["sentence_kk"]
    assert "S1" in lost["sentence_ru"]


def test_the_people_are_those_of_the_white_spot_tables(finished: Path, told: pd.DataFrame) -> None:
    layers = read_rows((finished / "runs/latest").resolve() / "tables/whitespot_layers.csv")
    people = {row["layer"]: float(row["people"]) for row in layers}
    for row in told.itertuples():
        assert row.people == pytest.approx(people[str(row.layer)], abs=0.01)
        assert row.weighted_by == "people"
        assert row.pixels_used <= row.pixels


def test_tables_and_report_say_the_same(finished: Path, told: pd.DataFrame) -> None:
    folder = (finished / "runs/latest").resolve()
    table = read_rows(folder / "tables/causes.csv")
    assert [row["sentence"] for row in table] == told["sentence_en"].tolist()
    shares = read_rows(folder / "tables/cause_shares.csv")
    assert len(shares) == len(told) * len(FACTORS)
    for row in told.itertuples():
        own = [float(s["share_percent"]) for s in shares if s["layer"] == row.layer]
        assert sum(own) == pytest.approx(100.0, abs=0.05)
    page = (folder / "report/index.html").read_text(encoding="utf-8")
    assert "Why the white spots are there" in page
    assert told["sentence_en"].iloc[0] in page


def test_the_same_run_gives_the_same_bytes_and_stops_after_the_stage(
    finished: Path, tmp_path: Path, aqdaq: Command
) -> None:
    copy = Path(shutil.copytree(finished, tmp_path / "project", symlinks=True))
    before = ((finished / "runs/latest").resolve() / "causes.parquet").read_bytes()
    assert aqdaq("run", copy, "--date", DATE, "--from", "causes", "--overwrite").code == 0
    assert ((copy / "runs/latest").resolve() / "causes.parquet").read_bytes() == before
    stopped = aqdaq("run", copy, "--date", DATE, "--from", "causes", "--to", "causes", "--overwrite")
    assert stopped.code == 0
    partial = next((copy / "runs").glob("*.partial"))
    assert (partial / "causes.parquet").read_bytes() == before
    assert not (partial / "report").exists()


def test_what_is_new_follows_the_date_of_the_project(finished: Path, tmp_path: Path, aqdaq: Command) -> None:
    copy = Path(shutil.copytree(finished, tmp_path / "project", symlinks=True))
    # Houses without a date are old whatever the date says; one of them is given a first day.
    edit_text(copy / "project.toml", lambda text: text + "\n[causes]\nnew_since = 2020-01-01\nmost = 1\n")
    assert aqdaq("run", copy, "--date", DATE).code == 0
    told = causes_of(copy)
    assert set(told["new_since"]) == {"2020-01-01"}
    assert (told["rank"] == 1).all()


def test_a_project_may_leave_it_out(finished: Path, tmp_path: Path, aqdaq: Command) -> None:
    copy = Path(shutil.copytree(finished, tmp_path / "project", symlinks=True))
    edit_text(copy / "project.toml", lambda text: text + "\n[causes]\nenabled = false\n")
    assert aqdaq("run", copy, "--date", DATE).code == 0
    folder = (copy / "runs/latest").resolve()
    assert not (folder / "causes.parquet").exists()
    assert "Why the white spots are there" not in (folder / "report/index.html").read_text(encoding="utf-8")
    assert read_rows(folder / "tables/causes.csv") == []
