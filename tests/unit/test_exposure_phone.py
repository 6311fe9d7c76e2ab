"""The phone in the hand, in the pack: its formula, milliwatts, and both ways of the change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aqdaq.analysis.exposure.handset import HandsetChange
from aqdaq.model.network import Layer
from aqdaq.pipeline.exposure_pack_beside import _phones
from aqdaq.report.exposure_content import HandsetRow
from aqdaq.report.exposure_phone import handset_section
from aqdaq.report.exposure_texts import LANGUAGES, ExposureTexts
from tests.unit.exposure_pack_made import TERMS, pack

ROWS = (HandsetRow("T", "A/LTE", 10.0, 0.0, 6, 1, 1), HandsetRow("T", "A/NR", 0.0, 3.0, 0, 0, 3, 5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_of_the_formula_is_given(language: str) -> None:
    section = handset_section(pack(handset=ROWS, handset_terms=TERMS), ExposureTexts(language))
    for symbol in ("Pmin", "Pmax", "P₀", "α", "PL", "μ", "M", "G"):
        assert symbol in section.paragraphs[0]
        assert any(item.startswith(symbol) for item in section.items), symbol
    assert ExposureTexts(language).say("handset-window") in section.items
    assumed = ExposureTexts(language).say("handset-assumed")
    assert [item.split()[0] for item in section.items if item.endswith(assumed)] == ["P₀", "α", "M"]


def test_less_and_more_in_milliwatts_with_shares_of_the_known_places() -> None:
    (table,) = handset_section(pack(handset=ROWS, handset_terms=TERMS), ExposureTexts("en")).tables
    assert table.rows[0][2:] == (
        "10.0 dBm (10.0 mW)", "0.0 dBm (1.00 mW)", "-10.0 dB: 10.0 times less", "75 / 12 / 12", "0"
    )  # fmt: skip
    assert table.rows[1][4:] == ("+3.0 dB: 2.0 times more", "0 / 0 / 100", "5")


def test_indoors_the_entry_loss_is_said() -> None:
    terms = replace(TERMS, entry_db=(12.0, 18.5))
    items = handset_section(pack(handset=ROWS, handset_terms=terms), ExposureTexts("en")).items
    assert "The phone is indoors; entry loss of the building: 12.0 – 18.5 dB." in items
    assert ExposureTexts("en").say("handset-window") not in items


def test_places_are_counted_by_the_sign_of_the_change() -> None:
    before, after = np.array([1.0, 1.0, 1.0, np.nan]), np.array([0.5, 1.0, 2.0, 2.0])
    none = np.full(4, -1)
    change = HandsetChange(Layer("A", "LTE"), before, after, none, none, before, after)
    found = _phones("T", change)
    assert (found.lower, found.same, found.higher, found.unknown) == (1, 1, 1, 1)
    assert found.before_dbm is None
