"""project.toml: what is accepted, and that every fault names its line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqdaq.base.errors import ConfigError, Fault
from aqdaq.io.project_file import read_project_file
from aqdaq.io.toml_lines import key_lines, line_of

GOOD = """\
[project]
name = "Town"

[grid]
crs = "EPSG:32643"
resolution_m = 10
bounds = [500000, 4780000, 504000, 4784000]

[network]
cells = "data/cells.csv"
columns = { id = "Cell Name" }
defaults = { height_m = 30, technology = "LTE", omni = false }

[[measurements]]
file = "data/a.csv"

[[measurements]]
file = "data/b.csv"
format = "wide"
[measurements.cells]
rssi_1 = "A1"

[service]
definitions = ["kz-4g-outdoor"]

[prediction]
radius_m = 2000
profile_step_m = 10
"""


def read(tmp_path: Path, text: str) -> ConfigError | None:
    path = tmp_path / "project.toml"
    path.write_text(text, encoding="utf-8")
    try:
        read_project_file(path)
    except ConfigError as err:
        return err
    return None


def only_fault(tmp_path: Path, text: str) -> Fault:
    err = read(tmp_path, text)
    assert err is not None
    assert len(err.faults) == 1, str(err)
    return err.faults[0]


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_good_file(tmp_path: Path) -> None:
    path = tmp_path / "project.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    config = read_project_file(path)
    assert config.grid.bounds == (500000.0, 4780000.0, 504000.0, 4784000.0)
    assert config.network.defaults == {"height_m": 30.0, "technology": "LTE", "omni": False}
    assert config.measurements[1].cells == {"rssi_1": "A1"}


def test_missing_file_says_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_project_file(tmp_path / "project.toml")
    assert "aqdaq init" in caught.value.faults[0].mend
    assert caught.value.exit_code == 3


def test_not_toml_names_the_line(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, changed('name = "Town"', "name = Town"))
    assert fault.where == "project.toml:2"
    assert "column 8" in fault.what


def test_unfinished_toml_names_the_last_line(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, '[project]\nname = "Town"\nlist = [1,\n')
    assert fault.where == "project.toml:3"


def test_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "project.toml"
    path.write_bytes(b'[project]\nname = "Caf\xe9"\n')
    with pytest.raises(ConfigError) as caught:
        read_project_file(path)
    assert caught.value.faults[0].where == "project.toml:2"


@pytest.mark.parametrize(
    ("old", "new", "where", "what", "mend"),
    [
        (
            'crs = "EPSG:32643"',
            'csr = "EPSG:32643"\ncrs = "EPSG:32643"',
            ":5 [grid].csr",
            "'csr' is not known",
            "'crs'",
        ),
        ('crs = "EPSG:32643"', 'crs = "EPSG:4326"', ":5 [grid].crs", "geographic", "projected"),
        ('crs = "EPSG:32643"', 'crs = "EPSG:999999"', ":5 [grid].crs", "not known", "EPSG"),
        ('crs = "EPSG:32643"', "", ":4 [grid].crs", "required key 'crs'", 'crs = "EPSG:32643"'),
        ("resolution_m = 10", "resolution_m = -1", ":6 [grid].resolution_m", "-1", "metres"),
        ("resolution_m = 10", 'resolution_m = "10"', ":6 [grid].resolution_m", "valid number", "metres"),
        ("resolution_m = 10", "resolution_m = true", ":6 [grid].resolution_m", "True", "metres"),
        ("bounds = [500000", "bounds = [600000", ":7 [grid].bounds", "x_min must be less than x_max", "x_min"),
        ("4780000", "4790000", ":7 [grid].bounds", "y_min must be less than y_max", "y_max"),
        ('{ id = "Cell', '{ idd = "Cell', ":11 [network].columns.idd", "'idd' is not known", "'id'"),
        ("height_m = 30", "height = 30", ":12 [network].defaults.height", "not known", "'height_m'"),
        ("height_m = 30", "height_m = [30]", ":12 [network].defaults.height_m", "[30]", ""),
        ('format = "wide"', 'format = "wid"', ":19 [[measurements]].format", "'wid'", "one of: long, wide"),
        ('file = "data/b.csv"\n', "", ":17 [[measurements]].file", "required key 'file'", "file = "),
        ("[measurements.cells]\nrssi_1", "[people]\nsource", ":21 [people].source", "'A1'", "none, raster, buildings"),
        ("[prediction]\nradius_m = 2000\nprofile_step_m = 10\n", "", " [prediction]", "is missing", "radius_m"),
        ("[service]", "[services]", ":23 [services]", "'services' is not known", "'service'"),
        ('["kz-4g-outdoor"]', "[]", ":24 [service].definitions", "at least 1", "rulebooks"),
        ("radius_m = 2000", "radius_m = nan", ":27 [prediction].radius_m", "finite", "metres"),
        ("[project]", 'x = 1\n[project]\nbody = "moon"', ":7 [grid].crs", "radius of 6378 km", "[project].body"),
    ],
)
def test_each_fault_names_line_key_and_mend(
    tmp_path: Path, old: str, new: str, where: str, what: str, mend: str
) -> None:
    err = read(tmp_path, changed(old, new))
    assert err is not None
    match = [f for f in err.faults if f.where.endswith(where)]
    assert match, str(err)
    assert what in match[0].what
    assert mend in match[0].mend


def test_wide_table_without_cells(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, changed('[measurements.cells]\nrssi_1 = "A1"\n', ""))
    assert fault.where == "project.toml:17 [[measurements]]"
    assert "cells" in fault.what


def test_all_faults_at_once_from_top_to_bottom(tmp_path: Path) -> None:
    text = GOOD.replace('name = "Town"', 'nam = "Town"').replace("EPSG:32643", "EPSG:4326").replace("2000", "-2000")
    err = read(tmp_path, text)
    assert err is not None
    assert [f.where for f in err.faults] == [
        "project.toml:1 [project].name",
        "project.toml:2 [project].nam",
        "project.toml:5 [grid].crs",
        f"project.toml:{line(text, 'radius_m')} [prediction].radius_m",
    ]


def test_lines_of_every_kind_of_key() -> None:
    text = '''\
# [not.a.table]
top.dotted . "quoted key" = """
[also.not] = 1 "" """
[[a]]
x = [ # a comment, [b]
  1,
  { y = 2 },
]
[a.b]
'z.z' = { p = { q = "}" }, r = 1 }
[[a]]
[a.b]
c = """five quotes"""""
d = 1
'''
    tomllib.loads(text)
    lines = key_lines(text)
    assert lines["top", "dotted", "quoted key"] == 2
    assert lines["a", 0, "x", 1, "y"] == 7
    assert lines["a", 0, "b", "z.z", "p", "q"] == 10
    assert lines["a", 0, "b", "z.z", "r"] == 10
    assert lines["a", 1, "b", "d"] == 14
    assert ("also", "not") not in lines
    assert line_of(lines, ("a", 1, "nowhere")) == 11
    assert line_of(lines, ("nowhere",)) is None


@given(st.text(alphabet=st.sampled_from("ab.=[]{}\"'\\#, \n\t1")) | st.text())
def test_line_finder_never_fails(text: str) -> None:
    lines = key_lines(text)
    assert all(1 <= n <= text.count("\n") + 1 for n in lines.values())


keys = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
scalars = st.sampled_from(
    ['"a # b"', "'x\\'", "1.5", "true", "2025-01-01", '"""m\n[x]\ny = 1"""', "[1,\n2]", "{ k = 1 }"]
)


@given(st.dictionaries(keys, st.dictionaries(keys, scalars, max_size=4), max_size=4))
def test_line_finder_agrees_with_the_parser(tables: dict[str, dict[str, str]]) -> None:
    text, expected = "", {}
    for table, pairs in tables.items():
        expected[(table,)] = text.count("\n") + 1
        text += f"[{table}]\n"
        for key, value in pairs.items():
            expected[table, key] = text.count("\n") + 1
            text += f"{key} = {value}  # note\n"
    tomllib.loads(text)
    lines = key_lines(text)
    assert {path: lines[path] for path in expected} == expected
