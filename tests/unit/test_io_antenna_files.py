"""Antenna files: what is read, which gain they mean, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aqdaq.base.errors import Fault, InputError, ValidityError
from aqdaq.io.antenna_files import read_antenna
from aqdaq.model.antenna import TableAntenna
from tests.antenna_text import HEADER, across, antenna_text, cut_text, down

#: Lines of the header; HORIZONTAL stands in the next one, degree d in line FIRST + d.
HEADING = HEADER.count("\n") + 1
FIRST = HEADING + 1


def read(tmp_path: Path, text: str | bytes, name: str = "test.msi") -> TableAntenna:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_antenna(path)


def faults(tmp_path: Path, text: str | bytes) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert all(f.where.startswith("test.msi") and f.what and f.mend for f in caught.value.faults)
    return caught.value.faults


def only(tmp_path: Path, text: str | bytes) -> Fault:
    found = faults(tmp_path, text)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def gain(line: str, comment: str = "COMMENT none") -> str:
    return antenna_text(f"NAME a\n{line}\n{comment}\n")


class TestRead:
    def test_a_whole_file(self, tmp_path: Path) -> None:
        found = read(tmp_path, antenna_text())
        assert (found.name, found.gain_dbi, found.frequency_mhz) == ("test antenna", 18.0, 1815.0)
        assert found.electrical_tilt_deg == 0.0
        assert found.horizontal_loss_db[0] == 0.0
        assert found.horizontal_loss_db[65] == found.horizontal_loss_db[295] == 12.0
        assert found.vertical_loss_db[5] == found.vertical_loss_db[355] == 3.0
        assert found.horizontal_loss_db[180] == 30.0

    def test_windows_lines_small_letters_and_a_degree_sign_in_latin_1(self, tmp_path: Path) -> None:
        text = antenna_text().replace("made in code", "65\u00b0 wide").replace("NAME", "Name").replace("\n", "\r\n")
        assert read(tmp_path, text.encode("latin-1")) == read(tmp_path, antenna_text())

    def test_a_first_line_without_keyword_is_the_name(self, tmp_path: Path) -> None:
        assert read(tmp_path, antenna_text("K 739 630\nGAIN 15 dBi\n")).name == "K 739 630"
        assert read(tmp_path, antenna_text("GAIN 15 dBi\n"), "plain.pln").name == "plain"

    def test_ten_degree_steps_are_interpolated(self, tmp_path: Path) -> None:
        text = HEADER + cut_text("HORIZONTAL", across(step=10.0)) + cut_text("VERTICAL", down(40.0, step=0.5))
        found = read(tmp_path, text)
        coarse = [loss for _, loss in across(step=10.0)]
        assert len(found.horizontal_loss_db) == len(found.vertical_loss_db) == 360
        assert found.horizontal_loss_db[30] == pytest.approx(coarse[3], abs=1e-3)
        assert found.horizontal_loss_db[35] == pytest.approx((coarse[3] + coarse[4]) / 2, abs=1e-3)
        assert found.horizontal_loss_db[355] == pytest.approx(coarse[35] / 2, abs=1e-3)
        assert found.vertical_loss_db[20] == pytest.approx(3.0, abs=1e-3)

    def test_rows_in_another_order(self, tmp_path: Path) -> None:
        text = HEADER + cut_text("VERTICAL", down()) + cut_text("HORIZONTAL", reversed(across()))
        assert read(tmp_path, text) == read(tmp_path, antenna_text())

    def test_rounding_below_zero_is_zero(self, tmp_path: Path) -> None:
        found = read(tmp_path, antenna_text().replace("\n0\t0.000\n", "\n0\t-0.300\n"))
        assert found.horizontal_loss_db[0] == found.vertical_loss_db[0] == 0.0

    @pytest.mark.parametrize(
        ("line", "mhz"), [("1815", 1815.0), ("1710-1880 MHz", 1795.0), ("2.6 GHz", 2600.0), ("wide", None)]
    )
    def test_frequency(self, tmp_path: Path, line: str, mhz: float | None) -> None:
        assert read(tmp_path, antenna_text(f"FREQUENCY {line}\nGAIN 15 dBi\n")).frequency_mhz == mhz


class TestGain:
    @pytest.mark.parametrize(
        ("line", "dbi"),
        [
            ("GAIN 15.85", 18.0),
            ("GAIN 15.85 dBd", 18.0),
            ("GAIN 18 dBi", 18.0),
            ("gain 18dbi", 18.0),
            ("GAIN -2.15", 0.0),
        ],
    )
    def test_unit(self, tmp_path: Path, line: str, dbi: float) -> None:
        assert read(tmp_path, gain(line)).gain_dbi == pytest.approx(dbi)

    def test_a_comment_that_agrees(self, tmp_path: Path) -> None:
        assert read(tmp_path, gain("GAIN 15.85", "COMMENT 18 dBi, +-45 deg")).gain_dbi == 18.0
        assert read(tmp_path, gain("GAIN 18 dBi", "COMMENT gain in dBi")).gain_dbi == 18.0

    @pytest.mark.parametrize(
        ("line", "comment", "what"),
        [
            ("GAIN 17\nGAIN 18", "COMMENT", "GAIN occurs twice, first in line 2"),
            ("GAIN 17 dB", "COMMENT", "GAIN '17 dB' is not a number of dBd or dBi"),
            ("GAIN high", "COMMENT", "GAIN 'high' is not a number"),
            ("GAIN", "COMMENT", "GAIN '' is not a number"),
            ("GAIN 17,5 dBi", "COMMENT", "is not a number"),
            ("GAIN 90 dBi", "COMMENT", "is outside -20 to 70 dBi"),
            ("GAIN 18", "COMMENT all gains in dBi", "contradicts 'GAIN 18', which means 20.15 dBi"),
            ("GAIN 18 dBi", "COMMENT gain 18 dBd", "contradicts 'GAIN 18 dBi'"),
            ("GAIN 18", "COMMENT 18 dBi", "a bare number is dBd"),
        ],
    )
    def test_ambiguous_gain_is_asked_for(self, tmp_path: Path, line: str, comment: str, what: str) -> None:
        fault = only(tmp_path, gain(line, comment))
        assert what in fault.what
        assert "GAIN 15.85 dBd, or GAIN 18 dBi" in fault.mend
        assert fault.where.startswith("test.msi:")

    def test_no_gain(self, tmp_path: Path) -> None:
        assert only(tmp_path, antenna_text("NAME a\n")).what == "GAIN is missing"


class TestTilt:
    @pytest.mark.parametrize("line", ["TILT ELECTRICAL", "TILT 6", "TILT ELECTRICAL 6", "ELECTRICAL_TILT 6", "MAKE x"])
    def test_the_tilt_in_the_pattern(self, tmp_path: Path, line: str) -> None:
        assert read(tmp_path, antenna_text(f"NAME a\nGAIN 15 dBi\n{line}\n", 6.0)).electrical_tilt_deg == 6.0

    def test_a_stated_tilt_that_the_pattern_does_not_hold(self, tmp_path: Path) -> None:
        assert read(tmp_path, antenna_text("NAME a\nGAIN 15 dBi\nTILT 6\n")).electrical_tilt_deg == 0.0

    def test_the_stated_tilt_is_finer_than_the_table(self, tmp_path: Path) -> None:
        assert read(tmp_path, antenna_text("NAME a\nGAIN 15 dBi\nTILT 5.6\n", 6.0)).electrical_tilt_deg == 5.6

    @pytest.mark.parametrize("lobe_deg", [60.0, -8.0])
    def test_a_lobe_far_down_or_up_is_the_shape_of_the_antenna(self, tmp_path: Path, lobe_deg: float) -> None:
        assert read(tmp_path, antenna_text("NAME a\nGAIN 5 dBi\n", lobe_deg)).electrical_tilt_deg == 0.0

    def test_a_vertical_cut_that_counts_upwards(self, tmp_path: Path) -> None:
        fault = only(tmp_path, antenna_text("NAME a\nGAIN 15 dBi\nTILT 6\n", -6.0))
        assert fault.where == "test.msi:3"
        assert "strongest at 354 deg" in fault.what
        assert "counts downwards" in fault.mend


class TestTables:
    def test_359_rows(self, tmp_path: Path) -> None:
        fault = only(tmp_path, antenna_text().replace("\n217\t30.000\n", "\n", 1))
        assert fault.where == f"test.msi:{HEADING}"
        assert fault.what == "HORIZONTAL: 359 rows where the heading says 360; missing degrees: 217"

    def test_359_rows_stated_as_such(self, tmp_path: Path) -> None:
        text = HEADER + cut_text("HORIZONTAL", across()[:359]) + cut_text("VERTICAL", down())
        assert "359 rows do not divide the full circle" in only(tmp_path, text).what

    @pytest.mark.parametrize(
        ("old", "new", "line", "what"),
        [
            ("HORIZONTAL 360", "HORIZONTAL", HEADING, "the number of rows is ''"),
            ("HORIZONTAL 360", "HORIZONTAL many", HEADING, "the number of rows is 'many'"),
            ("HORIZONTAL 360", "HORIZONTAL 6", HEADING, "6 rows do not divide"),
            ("\n217\t30.000\n", "\n217\tloud\n", FIRST + 217, "is not two numbers"),
            ("\n217\t30.000\n", "\n217\tnan\n", FIRST + 217, "is not two numbers"),
            ("\n217\t30.000\n", "\n217\t30,0\n", FIRST + 217, "is not two numbers"),
            ("\n217\t30.000\n", "\n217\n", FIRST + 217, "is not two numbers"),
            ("\n217\t30.000\n", "\n217\t30.000\n217\t30.000\n", FIRST + 218, "degree 217 occurs twice, first in line"),
            ("\n359\t0.003\n", "\n359\t0.003\n360\t0.000\n", FIRST + 360, "360 is none of its degrees"),
            ("\n217\t30.000\n", "\n217\t300\n", FIRST + 217, "a loss of 300 dB at 217 deg cannot be"),
        ],
    )
    def test_a_bad_row_names_its_line(self, tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
        text = antenna_text()
        assert old in text
        fault = only(tmp_path, text.replace(old, new, 1))
        assert fault.where == f"test.msi:{line}"
        assert what in fault.what

    def test_degrees_from_minus_180(self, tmp_path: Path) -> None:
        rows = [(degree - 180.0, loss) for degree, loss in across()]
        found = faults(tmp_path, HEADER + cut_text("HORIZONTAL", rows) + cut_text("VERTICAL", down()))
        assert found[0].mend == "degrees run from 0 to 359 in steps of 1"

    def test_losses_of_the_wrong_sign(self, tmp_path: Path) -> None:
        rows = [(degree, -loss) for degree, loss in across()]
        fault = only(tmp_path, HEADER + cut_text("HORIZONTAL", rows) + cut_text("VERTICAL", down()))
        assert "losses are negative, the first -0.557 dB at 14 deg: gains instead of losses?" in fault.what
        assert fault.where == f"test.msi:{FIRST + 14}"

    def test_absolute_gains_of_a_sector(self, tmp_path: Path) -> None:
        tables = [
            cut_text(w, [(d, 18.0 - loss) for d, loss in c])
            for w, c in (("HORIZONTAL", across()), ("VERTICAL", down()))
        ]
        assert all("gains instead of losses?" in fault.what for fault in faults(tmp_path, HEADER + "".join(tables)))

    def test_absolute_gains_that_are_all_positive(self, tmp_path: Path) -> None:
        tables = [
            cut_text("HORIZONTAL", [(d, 8.0) for d, _ in across()]),
            cut_text("VERTICAL", [(d, 8.0 - min(loss, 6.0)) for d, loss in down()]),
        ]
        assert "no direction loses less than 2 dB" in only(tmp_path, HEADER + "".join(tables)).what

    def test_gains_cut_off_at_zero(self, tmp_path: Path) -> None:
        rows = [(degree, max(18.0 - loss, 0.0)) for degree, loss in across()]
        fault = only(tmp_path, HEADER + cut_text("HORIZONTAL", rows) + cut_text("VERTICAL", down()))
        assert "weaker ahead (18 dB at 0 deg) than behind" in fault.what

    def test_missing_and_repeated_tables(self, tmp_path: Path) -> None:
        both = cut_text("HORIZONTAL", across()) * 2
        found = [fault.what for fault in faults(tmp_path, HEADER + both)]
        assert found == [
            f"HORIZONTAL occurs twice, first in line {HEADING}",
            "the table VERTICAL is missing",
        ]

    def test_all_faults_at_once(self, tmp_path: Path) -> None:
        text = antenna_text().replace("15.85 dBd", "15 dB").replace("\n217\t30.000\n", "\n217\tx\n")
        assert len(faults(tmp_path, text)) == 3


class TestNoAntennaFile:
    @pytest.mark.parametrize(
        ("data", "what"), [(b"", "is empty"), (b" \n", "is empty"), (b"PK\x03\x04\x00", "holds zero bytes")]
    )
    def test_not_text(self, tmp_path: Path, data: bytes, what: str) -> None:
        assert what in only(tmp_path, data).what

    def test_not_there_or_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="is not there"):
            read_antenna(tmp_path / "none.msi")
        with pytest.raises(InputError, match="cannot be read"):
            read_antenna(tmp_path)

    @pytest.mark.parametrize("cut", [(0.0,) * 359, (-1.0,) * 360, (float("nan"),) * 360])
    def test_the_model_refuses_what_is_no_cut(self, cut: tuple[float, ...]) -> None:
        with pytest.raises(ValidityError, match="360 losses"):
            TableAntenna("a", 18.0, cut, (0.0,) * 360)

    def test_any_bytes_give_an_antenna_or_an_input_error(self, tmp_path: Path) -> None:
        text = antenna_text().encode()
        rng = np.random.default_rng(1)
        refused = 0
        for _ in range(60):
            data = bytearray(text)
            for place in rng.integers(0, len(data), 3):
                data[place] = rng.integers(0, 256)
            try:
                assert len(read(tmp_path, bytes(data)).vertical_loss_db) == 360
            except InputError:
                refused += 1
        assert refused > 0
