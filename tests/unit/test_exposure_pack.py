"""The evidence pack: verdicts that never say more than is known, the same words in three languages, the documents."""

from __future__ import annotations

import datetime as dt
import json
import math
import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aqdaq.base.errors import ExistsError, UsageError
from aqdaq.pipeline.exposure_pack_files import claim, file_names, pack_record, write_pack
from aqdaq.report import exposure_pack
from aqdaq.report.exposure_annex import annex_document
from aqdaq.report.exposure_colours import BOUNDS, class_of, colour_of, hatch_of
from aqdaq.report.exposure_content import Pack, findings, flats_of, summaries
from aqdaq.report.exposure_document import Document
from aqdaq.report.exposure_facade import sides_of
from aqdaq.report.exposure_pack import pack_document
from aqdaq.report.exposure_pdf import cautions_on_pages, document_pages, document_pdf
from aqdaq.report.exposure_texts import LANGUAGES, ExposureTexts
from tests.unit.exposure_made import limit
from tests.unit.exposure_pack_made import every_pack, pack, state, verified
from tests.unit.fluent_parts import parts

KAZAKH = set("әғқңөұүһі")
#: What no pack may say of a limit that is not verified, not in force or not wholly known.
COMPLIES = {"en": "complies", "ru": "соблюдается", "kk": "сақталады"}
#: Latin words that stand in Kazakh and Russian text too: symbols, names of standards, of files and of the program.
LATIN = (
    "ICNIRP",
    "EIRP",
    "aqdaq",
    "receptors.csv",
    "TDD",
    "Wi-Fi",
    "GPP TR",
    "K.61",
    "K.70",
    "S",
    "E",
    "R",
    "g",
    "r",
    "x",
    "y",
    "k",
)


class TestWords:
    def test_the_same_messages_with_the_same_arguments(self) -> None:
        english = {key: parts(m).arguments for key, m in ExposureTexts("en").messages.items()}
        assert len(english) > 150
        for language in LANGUAGES:
            own = {key: parts(m).arguments for key, m in ExposureTexts(language).messages.items()}
            assert own == english, language

    @pytest.mark.parametrize("language", ["kk", "ru"])
    def test_no_word_is_left_in_latin_letters(self, language: str) -> None:
        for key, message in ExposureTexts(language).messages.items():
            for text in parts(message).words:
                left = text
                for word in LATIN:
                    left = left.replace(word, "")
                assert not set(left) & set(string.ascii_letters), f"{key}: {text}"

    def test_kazakh_is_kazakh_and_russian_is_not(self) -> None:
        kazakh = {key: "".join(parts(m).words) for key, m in ExposureTexts("kk").messages.items()}
        russian = {key: "".join(parts(m).words) for key, m in ExposureTexts("ru").messages.items()}
        whole = [key for key, words in kazakh.items() if len(words.split()) > 4]
        assert len(whole) > 60
        for key in whole:
            assert kazakh[key] != russian[key], key
            assert set(kazakh[key].lower()) & KAZAKH, key
        assert not set("".join(russian.values()).lower()) & KAZAKH

    def test_every_message_is_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: set[str] = set()
        say = ExposureTexts.say

        def listen(self: ExposureTexts, key: str, **args: str) -> str:
            asked.add(key)
            return say(self, key, **args)

        monkeypatch.setattr(ExposureTexts, "say", listen)
        monkeypatch.setattr(exposure_pack, "MOST_BUILDINGS", 2)
        for one in every_pack():
            pack_document(one, "en")
            annex_document(one, "en")
        # Names of limits are looked up by the id of the rulebook.
        assert set(ExposureTexts("en").messages) - asked == set()

    @pytest.mark.parametrize(
        ("value", "english", "russian"),
        [
            (0.0, "0", "0"), (math.nan, "–", "–"), (0.00001, "< 0.0001", "< 0,0001"), (0.123456, "0.123", "0,123"),
            (9.999, "10.00", "10,00"), (12.34, "12.3", "12,3"), (100.4, "100.40", "100,40"),
            (1234.5, "1,234", "1\xa0234"),
        ],
    )  # fmt: skip
    def test_figures(self, value: float, english: str, russian: str) -> None:
        assert ExposureTexts("en").figure(value) == english
        assert ExposureTexts("ru").figure(value) == russian

    def test_another_language_is_refused(self) -> None:
        with pytest.raises(UsageError, match="there are: kk, ru, en"):
            ExposureTexts("de")


class TestVerdicts:
    def test_a_verified_limit_with_nothing_unknown_complies(self) -> None:
        kz, icnirp = findings(pack())
        assert (kz.verdict, kz.reasons, kz.over) == ("complies", (), 0)
        assert kz.existing == pytest.approx(0.05)
        assert kz.proposed == pytest.approx(0.5)
        assert kz.actual == pytest.approx(0.25)
        assert (icnirp.verdict, icnirp.reasons) == ("below_unverified", ("unverified",))

    @pytest.mark.parametrize("gap", [{"without_height": ("S",)}, {"without_ground": ("yards",)}, {"left_out": ("Z",)}])
    def test_an_incomplete_neighbourhood_never_complies(self, gap: dict[str, tuple[str, ...]]) -> None:
        found = findings(pack(**gap))
        assert [f.verdict for f in found] == ["none", "none"]
        assert all("incomplete" in f.reasons for f in found)

    def test_without_reflections_nothing_complies(self) -> None:
        kz, icnirp = findings(pack(reflection=1.0))
        assert (kz.verdict, kz.reasons) == ("none", ("reflections",))
        assert icnirp.verdict == "below_unverified"
        (over,) = findings(
            pack(verified("kz"), reflection=1.0, proposed=replace(state(7, 1), ratio=4.0 * state(7, 1).ratio))
        )
        assert (over.verdict, over.reasons) == ("exceeds", ())

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_sentence_on_a_limit_names_the_factor(self, language: str) -> None:
        texts = ExposureTexts(language)
        for one in every_pack():
            factor = texts.say("reflection", factor=texts.figure(one.reflection))
            words = factor if one.reflection > 1.0 else texts.say("reflection-none")
            assert all(f"({words})" in said for _, said in pack_document(one, language).verdicts)

    def test_a_neighbourhood_smaller_than_the_zone_never_complies(self) -> None:
        """The zone under the first limit reaches 8 m; the second has none: 1000 W at 10 W/m2 keep off 4.51 m."""
        kz, icnirp = findings(pack(within_m=7.9))
        assert (kz.verdict, kz.reasons) == ("none", ("narrow",))
        assert icnirp.verdict == "below_unverified"
        assert findings(pack(within_m=8.0))[0].verdict == "complies"
        away = math.sqrt(2.56 * 1000.0 / (4.0 * math.pi * (1815.0 / 200.0)))
        for within_m, verdict in ((away - 0.01, "none"), (away + 0.01, "below_unverified")):
            assert findings(pack(within_m=within_m))[1].verdict == verdict
        words = dict(pack_document(pack(within_m=7.9), "en").verdicts)["none"]
        assert "the zone of the station reaches 8.00 m, the computed neighbourhood only 7.90 m" in words

    def test_places_above_a_limit_are_told_by_kind(self) -> None:
        over = replace(state(7, 1), ratio=4.0 * state(7, 1).ratio)
        people = np.array([np.nan, np.nan, 2.5, 1.5, 9.0, np.nan, np.nan, np.nan])
        made = pack(verified("kz"), proposed=over, receptors=replace(pack().receptors, people=people))
        assert findings(made)[0].by_kind == (("walls", 2, 4.0), ("roofs", 1, None))
        ((_, words),) = pack_document(made, "en").verdicts
        assert "3 of 8 (windows, balconies, facades: 2 (residents behind them, where known: 4), roofs: 1)" in words

    def test_the_first_page_tells_the_station_from_what_is_there(self) -> None:
        alone = state(7, 2)
        alone.ratio[0, 0, 3] = 0.9
        table = pack_document(pack(own=alone), "en").sections[0].tables[0]
        assert [row[:2] for row in table.rows] == [
            ("This station alone", "90.0"), ("Existing", "5.00"), ("Proposed", "50.0")
        ]  # fmt: skip
        assert table.rows[0][2].startswith("T, flat 12, floor 2")
        # From (30, 50, 4.5) to the antenna at (40, 40, 730).
        assert table.rows[0][3:] == ("C-1 (75 %)", "726")

    def test_one_unknown_place_is_enough(self) -> None:
        hole = state(7, 2)
        hole.ratio[0, 0, 7] = np.nan
        kz, icnirp = findings(pack(proposed=hole))
        assert (kz.verdict, kz.reasons) == ("none", ("unknown",))
        assert icnirp.verdict == "below_unverified"

    def test_an_expired_limit_gives_no_verdict_even_when_exceeded(self) -> None:
        past = verified("kz", expired=True, valid_to=dt.date(2025, 1, 1))
        over = replace(state(7, 1), ratio=4.0 * state(7, 1).ratio)
        (found,) = findings(pack(past, proposed=over))
        assert (found.verdict, found.over) == ("none", 3)

    def test_what_is_exceeded_is_said_though_the_neighbourhood_is_incomplete(self) -> None:
        over = replace(state(7, 1), ratio=4.0 * state(7, 1).ratio)
        (found,) = findings(pack(verified("kz"), proposed=over, without_height=("S",)))
        assert (found.verdict, found.over, found.over_before) == ("exceeds", 3, 0)

    def test_a_ratio_of_exactly_one_is_not_above(self) -> None:
        whole = replace(state(7, 1), ratio=2.0 * state(7, 1).ratio)
        (found,) = findings(pack(verified("kz"), proposed=whole))
        assert (found.proposed, found.verdict) == (1.0, "complies")

    def test_nobody_there_is_no_verdict(self) -> None:
        (found,) = findings(every_pack()[-1])
        assert (found.verdict, found.reasons, found.worst) == ("none", ("nobody",), -1)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_word_complies_is_said_of_nothing_else(self, language: str) -> None:
        word = COMPLIES[language]
        for one in every_pack():
            verdicts = {f.verdict for f in findings(one)}
            for document in (pack_document(one, language), annex_document(one, language)):
                said = [words for kind, words in document.verdicts if word in words]
                assert bool(said) == ("complies" in verdicts)
                rest = json.dumps([repr(s) for s in document.sections], ensure_ascii=False)
                assert word not in rest

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_buildings_without_height_are_named_on_the_first_page(self, language: str) -> None:
        document = pack_document(pack(without_height=("HOUSE-7",)), language)
        assert document.alarms[0] == ExposureTexts(language).say("incomplete-title")
        assert "HOUSE-7" in document.alarms[1]


class TestFlats:
    def test_windows_of_a_flat_are_one_row_with_the_worst_of_them(self) -> None:
        flats = flats_of(pack(), "T")
        assert [(f.flat, f.floor, f.facade_deg) for f in flats[:4]] == [
            ("9", 2, 0.0), ("12", 2, 0.0), ("", 1, 0.0), ("", 1, 90.0)
        ]  # fmt: skip
        assert pack().receptors.id[flats[1].index] == "T/2/2"
        assert (flats[1].count, flats[1].unknown) == (2, 0)
        assert flats[4].kind == "roof"

    def test_an_unknown_place_is_the_worst(self) -> None:
        hole = state(7, 2)
        hole.ratio[:, :, 2] = np.nan
        hole.s_w_m2[:, 2] = np.nan
        flat = next(f for f in flats_of(pack(proposed=hole), "T") if f.flat == "12")
        assert (pack().receptors.id[flat.index], flat.unknown) == ("T/2/1", 1)

    def test_each_state_has_its_own_highest_place(self) -> None:
        """Before, the first window of the flat is the worse one; with the station, the second."""
        before = state(6, 2)
        before.ratio[0, 0, 2], before.s_w_m2[0, 2] = 0.25, 0.025
        document = pack_document(pack(existing=before), "en")
        table = next(t for s in document.sections for t in s.tables if t.pairs)
        row = next(row for row in table.rows if row[0].startswith("flat 12,"))
        assert (row[2], row[5].split()[0], row[7], row[10].split()[0]) == ("25.0", "25.0", "40.0", "40.0")
        flat = next(f for f in pack_record(pack(existing=before))["flats"] if f["flat"] == "12")
        assert flat["existing"]["theoretical"]["ratio"]["kz"] == 0.25
        assert flat["proposed"]["theoretical"]["ratio"]["kz"] == 0.4

    def test_flats_stand_in_the_order_of_their_numbers(self) -> None:
        every = replace(pack().receptors, flat=("10", "2", "1a", "9", "1", "", "", ""), building=("T",) * 8)
        assert [f.flat for f in flats_of(pack(receptors=every), "T")][:5] == ["1", "1a", "2", "9", "10"]

    def test_a_building_without_height_stands_in_the_table_of_buildings(self) -> None:
        found = summaries(pack(without_height=("HIGH",)))
        assert (found[0].building, found[0].receptors, found[0].worst) == ("HIGH", 0, -1)
        table = pack_document(pack(without_height=("HIGH",)), "en").sections[0].tables[2]
        assert table.rows[0] == ("HIGH", "0", "0", "–", "–", "–", "not known")
        assert pack_record(pack(without_height=("HIGH",)))["buildings"][0]["receptor"] is None

    def test_buildings_come_worst_first_and_count_all_places(self) -> None:
        found = summaries(pack())
        assert [s.building for s in found] == ["T", "", "S"]
        assert sum(s.receptors for s in found) == len(pack().receptors)
        assert found[0].existing[0] == pytest.approx(0.05)
        assert found[0].proposed[0] == pytest.approx(0.5)

    def test_the_table_holds_both_maxima_and_the_field_beside_the_power(self) -> None:
        document = pack_document(pack(), "en")
        table = next(t for s in document.sections for t in s.tables if t.pairs)
        assert [name for name, _ in table.groups] == ["", "Existing", "Proposed", ""]
        top, low = next(
            (a, b) for a, b in zip(table.rows[::2], table.rows[1::2], strict=True) if a[0].startswith("flat 12,")
        )
        assert top[1:] == (
            "theoretical", "2.00", "0.200", "0.868", "2.00 (14.1)", "0.200 (4.47)",
            "40.0", "4.00", "3.88", "40.0 (63.2)", "4.00 (20.0)", "C-1 (75 %)",
        )  # fmt: skip
        assert low[1] == "actual"
        assert low[7] == "20.0"

    def test_many_limits_part_into_tables_and_none_is_lost(self) -> None:
        document = pack_document(every_pack()[0], "en")
        heads = [name for s in document.sections for t in s.tables if t.pairs for name in t.head]
        for name in ("Kazakhstan", "Switzerland", "Canada"):
            assert sum(f"% of {name} " in head for head in heads) == 2

    def test_sides_are_seen_from_outside(self) -> None:
        north, east = sides_of(pack(), "T")
        assert (north.floors, north.columns) == ((1, 2), 4)
        assert east.facade_deg == pytest.approx(90.0)
        # Who looks at a northern wall looks to the south: the east lies at the left.
        assert north.members[2, 0] == [4]
        assert north.members[1, 3] == [0]


def test_colours_change_at_the_bounds_and_only_above_the_limit_is_hatched() -> None:
    assert [class_of(b / 100.0) for b in BOUNDS] == [0, 1, 2, 3, 4, 5]
    assert (class_of(1.0), class_of(1.0001), class_of(math.nan)) == (5, 6, -1)
    assert hatch_of(1.0) is None
    assert hatch_of(1.01) == "////"
    assert len({colour_of(r) for r in (0.005, 0.03, 0.07, 0.2, 0.4, 0.9, 2.0, math.nan)}) == 8


def made(one: Pack, language: str) -> tuple[Document, Document]:
    return pack_document(one, language), annex_document(one, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_are_tagged_in_their_language_and_the_same_each_time(language: str) -> None:
    for document in made(pack(), language):
        once = document_pdf(document)
        assert once == document_pdf(document)
        assert b"<pdfuaid:part>1</pdfuaid:part>" in once
        assert f"/Lang ({language})".encode() in once or f"/Lang({language})".encode() in once
        assert b"2026-06-01" in once or b"D:20260601" in once
        assert all(picture.alt and picture.caption for picture in document.pictures)


def test_a_limit_that_is_not_verified_or_over_is_named_on_every_page() -> None:
    past = verified("it", expired=True, valid_to=dt.date(2025, 1, 1))
    for document in made(pack(limit("kz"), past), "en"):
        pages = cautions_on_pages(document)
        assert len(pages) == len(document_pages(document, dpi=20.0)) >= 3
        assert [page["page"] for page in pages] == list(range(1, len(pages) + 1))
        for page in pages:
            assert "NOT VERIFIED" in page["caution"]
            assert "Kazakhstan (text of the limit not verified)" in page["caution"]
            assert "Italy (expired on 2025-01-01)" in page["caution"]
    assert pack_document(pack(verified("kz")), "en").caution == ""


def test_text_from_a_project_cannot_break_a_document() -> None:
    evil = pack(project='#panic("x") <b> $a$', candidate="*C* _x_ @ref")
    assert document_pdf(pack_document(evil, "en")).startswith(b"%PDF")


def test_every_kind_of_pack_becomes_a_document() -> None:
    for one in every_pack():
        for document in made(one, "kk"):
            assert document_pdf(document).startswith(b"%PDF-1.7")


def test_files_hold_the_same_figures_and_the_same_bytes(tmp_path: Path) -> None:
    names = file_names(("en",))
    assert names == ("pack_en.pdf", "annex_en.pdf", "pack.json", "receptors.csv")
    once, again = (write_pack(pack(), tmp_path / name, ("en",)) for name in ("a", "b"))
    assert [a.read_bytes() for a in once] == [b.read_bytes() for b in again]
    record = json.loads((tmp_path / "a" / "pack.json").read_text(encoding="utf-8"))
    assert record == json.loads(json.dumps(pack_record(pack())))
    flat = next(row for row in record["flats"] if row["flat"] == "12")
    high = flat["proposed"]["theoretical"]
    assert (high["s_w_m2"], high["s_mw_m2"], high["s_uw_cm2"]) == (0.04, 40.0, 4.0)
    assert high["e_v_m"] == pytest.approx(math.sqrt(0.04 * 120.0 * math.pi), rel=1e-5)
    assert high["field_percent"]["kz"] == pytest.approx(100.0 * math.sqrt(0.4), rel=1e-5)
    rows = (tmp_path / "a" / "receptors.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + len(pack().receptors)
    with pytest.raises(ExistsError, match=r"pack_en\.pdf is there already"):
        claim(tmp_path / "a", ("en",), overwrite=False)
    claim(tmp_path / "a", ("en",), overwrite=True)


def test_the_annex_gives_every_input_of_an_antenna() -> None:
    first = replace(
        pack().antennas[0], true_azimuth_deg=118.75, power_dbm=49.0, gain_dbi=24.0, losses_db=1.5, ports=2,
        sub_arrays=32, tdd_duty=0.75, panel_m=0.625,
    )  # fmt: skip
    whole = pack(antennas=(first, replace(first, cell="B-1", power_dbm=None, panel_m=0.0, tdd_duty=None)))
    section = next(s for s in annex_document(whole, "en").sections if s.title == "All antennas")
    places, powers = section.tables
    assert section.wide
    row = dict(zip(places.head, places.rows[0], strict=True))
    assert (row["x, m"], row["y, m"], "EPSG:32643" in places.note) == ("40.0", "40.0", True)
    assert (row["Azimuth from true north, °"], row["Azimuth from grid north, °"]) == ("118.8", "120.0")
    power, bare = (dict(zip(powers.head, r, strict=True)) for r in powers.rows)
    assert [power[k] for k in ("Transmitter, all ports, dBm", "Gain, dBi", "Losses, dB", "Ports")] == [
        "49.0", "24.0", "1.5", "2"
    ]  # fmt: skip
    assert [power[k] for k in ("Sub-arrays", "TDD duty", "Power limitation", "Panel length, m")] == [
        "32", "0.750", "–", "0.62"
    ]  # fmt: skip
    assert (bare["Transmitter, all ports, dBm"], bare["TDD duty"], bare["Panel length, m"]) == (
        "EIRP given", "–", "point"
    )  # fmt: skip


def test_a_building_in_the_zone_that_keeps_the_limit_says_so() -> None:
    def row(one: Pack) -> str:
        tables = [t for s in annex_document(one, "en").sections if s.title == "Zones around the site" for t in s.tables]
        return tables[0].rows[0][-1]

    assert "T (28 to 29 m; the squares of the zone reach it" in row(pack())
    assert "50.0 % of the limit" in row(pack())
    assert row(pack(proposed=replace(state(7, 2), ratio=4.0 * state(7, 2).ratio))) == "T (28 to 29 m)"
    hole = state(7, 2)
    hole.ratio[:, 0, 0] = np.nan
    assert row(pack(proposed=hole)) == "T (28 to 29 m)"


@pytest.mark.parametrize(("language", "words"), [("kk", "№ ҚР ДСМ-19 бұйрығы"), ("ru", "№ КР ДСМ-19")])
def test_the_order_is_cited_in_the_language_and_what_has_no_title_there_is_marked(language: str, words: str) -> None:
    own = replace(limit("kz"), source="another order")
    for limits, cited in (((limit("kz"), limit("it")), words), ((own, limit("it")), "another order (")):
        tables = [t for s in annex_document(pack(*limits), language).sections for t in s.tables]
        sources = next(t for t in tables if t.caption == ExposureTexts(language).say("table-sources"))
        assert cited in sources.rows[0][2]
        assert sources.rows[1][2] == ExposureTexts(language).say("source-original", source=limit("it").source)
