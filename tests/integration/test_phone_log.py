"""A project whose drive test is the log of a phone: cells found by identity, and what was not received."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Command
from tests.tiny_project import CELLS, DATE, edit_text, read_rows, write_rows

ROWS = 120
HEADER = (
    "Timestamp",
    "Longitude",
    "Latitude",
    "Speed",
    "Operatorname",
    "Operator",
    "Node",
    "CellID",
    "LAC",
    "NetworkTech",
    "Level",
    "Qual",
    "SNR",
    "ARFCN",
    "PSC",
    "Accuracy",
)


def give_identities(path: Path) -> None:
    """Write network code, eNB, local cell, PCI and channel of each cell into the table."""
    rows = read_rows(path)
    for number, row in enumerate(rows):
        row |= {"mcc": "401", "mnc": "1" if row["operator"] == "A" else "2", "enb_id": "500" if number < 3 else "600"}
        row |= {"local_cell_id": str(number), "pci": str(10 + number), "earfcn": "1300"}
    write_rows(path, list(rows[0]), [list(row.values()) for row in rows])


def write_log(data: Path) -> None:
    """Turn the drive test into a log of G-NetTrack: six rows in seven with the whole identity, then some oddities."""
    lines = ["\t".join(HEADER)]
    names = [cell[0] for cell in CELLS]
    for i, row in enumerate(read_rows(data / "drive_test.csv")[:ROWS]):
        number = names.index(row["cell"])
        operator = "A" if number < 3 else "B"
        node, local = ("", "") if i % 7 == 0 else ("500" if number < 3 else "600", str(number))
        lines.append(
            "\t".join(
                (
                    f"2026.05.15_14.{i // 60:02d}.{i % 60:02d}",
                    row["lon"],
                    row["lat"],
                    "36",
                    f"{operator} mobile",
                    "40101" if operator == "A" else "40102",
                    node,
                    local,
                    "5",
                    "4G",
                    row["level_dbm"],
                    "-9",
                    "12",
                    "1300",
                    str(10 + number),
                    "4",
                )
            )
        )
    place = lines[1].split("\t")[1:3]
    lines.append("\t".join(["2026.05.15_14.30.00", *place, "0", "", "", "", "", "", "NOSERVICE", *[""] * 5, "4"]))
    lines.append(
        "\t".join(["2026.05.15_14.30.01", *place, "0", "C mobile", "40103", "", "", "", "4G", "-90", *[""] * 5])
    )
    lines.append(
        "\t".join(["2026.05.15_14.30.02", *place, "0", "A mobile", "40101", "999", "9", "5", "4G", "-90", *[""] * 5])
    )
    (data / "drive.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def phone_project(project: Path) -> Path:
    give_identities(project / "data" / "cells.csv")
    write_log(project / "data")
    keys = 'file = "data/drive.txt"\npreset = "gnettrack"\ntime_zone = "Asia/Almaty"\nreceiver_floor_dbm = -118.0\n'
    keys += 'operators = { "A mobile" = "A", "B mobile" = "B" }'
    edit_text(project / "project.toml", lambda text: text.replace('file = "data/drive_test.csv"', keys))
    return project


def test_check_counts_what_became_of_the_log(aqdaq: Command, project: Path) -> None:
    said = aqdaq("check", phone_project(project), "--date", DATE, "--json")
    assert said.code == 0
    found = said.json
    assert (found["rows_read"], found["rows_used"], found["without_service"]) == (ROWS + 3, ROWS, 1)
    assert 0 < found["bounds_only"] < ROWS
    assert [(a["row"], a["reason"]) for a in found["set_aside"]] == [
        (ROWS + 3, "operator not in the network"),
        (ROWS + 4, "unknown cell"),
    ]
    assert found["bad_rows"] == 0
    notes = "\n".join(found["notes"])
    assert f"{ROWS - 18} by cell identity (confidence 1.00), 18 by PCI and channel" in notes
    assert "operators that the network does not have: C mobile (1 rows)" in notes
    assert "levels lie at or below the receiver's floor" in notes
    assert "1 samples without service" in notes


def test_a_run_takes_the_levels_of_the_log(aqdaq: Command, project: Path) -> None:
    said = aqdaq("evaluate", phone_project(project), "--date", DATE, "--json")
    assert said.code == 0
    levels = sum(score["samples"] for score in said.json["scores"] if score["cell"] != "all")
    checked = aqdaq("check", project, "--date", DATE, "--json").json
    assert 0 < levels <= checked["rows_used"] - checked["bounds_only"]


def test_faults_of_the_log_say_how_to_mend_them(aqdaq: Command, project: Path) -> None:
    phone_project(project)
    edit_text(project / "project.toml", lambda text: text.replace('preset = "gnettrack"', 'preset = "gnetrack"'))
    said = aqdaq("check", project, "--date", DATE, "--json")
    (fault,) = said.json["faults"]
    assert said.code == 3
    assert "did you mean 'gnettrack'?" in fault["mend"]
    edit_text(
        project / "project.toml",
        lambda text: text.replace('preset = "gnetrack"', 'preset = "gnettrack"\nseparator = ";"\nunit = "reported"'),
    )
    said = aqdaq("check", project, "--date", DATE, "--json")
    assert said.code == 3
    assert "separated by a tab" in said.json["faults"][0]["mend"]
