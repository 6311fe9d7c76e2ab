"""The report's words, tables and diagrams about unseen measurements, and its model card."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from aqdaq.model.validation import ModelCard
from aqdaq.report.html import report_html
from aqdaq.report.reliability import Said, draw_reliability
from aqdaq.report.tables import tables
from aqdaq.report.texts import Texts
from aqdaq.report.validation import apart_percent, group_label, whole_scores
from tests.unit import report_fixture as made

from .card_fixture import bare_card, card
from .test_report_html import read


@pytest.fixture(scope="module")
def whole() -> ModelCard:
    return card()


@pytest.fixture(scope="module")
def page(whole: ModelCard) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aqdaq.report.maps.png", lambda _sheet: made.NO_PICTURE)
        return report_html(made.small_content(card=whole), Texts("en"))


def test_each_split_says_what_it_held_back_and_how_large_the_error_is(page: str) -> None:
    words = read(page).words
    for heading in ("Blocks of the map held back", "Whole drives held back", "Whole sites held back"):
        assert heading in words
    assert "tiles of 400 m. In each of 5 rounds" in words
    assert "single points are never held back" in words
    assert words.count("that the fit had not seen, the error (RMSE) is") == 3
    assert "2 measurements could not be scored. Their surroundings" in words
    assert "No round had anything left to fit with." in words
    assert "1000 m and more from the nearest measurement used" in words
    assert "nearer than 100 m to the mast" in words


def test_every_definition_has_a_diagram_with_words_beside_its_table(page: str, whole: ModelCard) -> None:
    reader = read(page)
    images = [a for tag, a in reader.seen if tag == "img" and "Reliability diagram" in (a["alt"] or "")]
    assert len(images) == 2  # one a definition, under the first split
    assert all("Synthetic data." in (image["alt"] or "") for image in images)
    assert "4G outdoors, working definition" in (images[0]["alt"] or "")
    assert reader.words.count("Said and happened, ") == 2
    total = whole_scores(whole.splits[0])[0]
    assert total.layer == "all"
    assert f"{total.places} places, the number of each bin above it" in reader.words


def test_links_of_the_contents_lead_to_the_card(page: str) -> None:
    reader = read(page)
    anchors = {a["id"] for tag, a in reader.seen if tag == "section"}
    assert "model-card" in anchors
    assert {(a["href"] or "").removeprefix("#") for tag, a in reader.seen if tag == "a"} == anchors


def test_the_model_card_says_what_the_figures_were_made_from(page: str) -> None:
    words = read(page).words
    for said in ("2025-05-01 to 2025-05-03", "4 measured, 1 without a measurement", "83.5 m", "Matern 3/2", "0.250"):
        assert said in words
    assert "Nobody measured indoors" in words
    assert "weather, season and load" in words


def test_a_card_without_scores_says_that_nothing_is_known() -> None:
    texts = Texts("en")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aqdaq.report.maps.png", lambda _sheet: made.NO_PICTURE)
        words = read(report_html(made.small_content(card=bare_card()), texts)).words
    assert "No place could be judged" in words
    assert "nobody said when" in words
    assert "The error of the prediction is not known" in words


def test_tables_hold_every_split(whole: ModelCard) -> None:
    frames = tables(made.small_content(card=whole))
    levels = frames["validation_levels"]
    assert set(levels["split"]) == {"block", "route", "site"}
    assert set(levels["of"]) == {"all", "cell", "group", "best"}
    block = levels[(levels["split"] == "block") & (levels["of"] == "all")].iloc[0]
    assert block["rmse_db"] == pytest.approx(whole.splits[0].cells[-1].rmse_db)
    assert block["unheard"] > 0
    judged = frames["validation_definitions"]
    assert judged["weak_percent"].tolist() == pytest.approx((100.0 * judged["weak"] / judged["places"]).tolist())
    bins = frames["reliability"]
    by = ["split", "definition", "layer"]
    places = bins.groupby(by)["places"].sum()
    assert (places == judged.set_index(by)["places"].sort_index()).all()
    assert bins[bins["places"] == 0]["served_percent"].isna().all()
    assert frames["validation_pit"].groupby("split")["share_percent"].sum().tolist() == pytest.approx([100.0] * 3)
    rows = frames["model_card"]
    assert rows.loc[rows["part"] == "limit", "name"].tolist() == list(whole.limits)
    assert rows.set_index("name").loc["buffer_m", "value"].tolist() == ["100"] * 3


def test_without_a_card_these_tables_are_empty_but_have_their_columns() -> None:
    frames = tables(made.small_content(card=None))
    for name in ("validation_levels", "validation_definitions", "reliability", "validation_pit", "model_card"):
        assert frames[name].empty
        assert len(frames[name].columns) > 3
    assert frames["validation_definitions"]["brier_skill"].dtype == "float64"


def said(**changes: object) -> Said:
    given = {"definition": "4G outdoors", "layer": "all layers", "split": "blocks", "bound": 0.95, "stamp": ""}
    return Said(**{**given, **changes})  # type: ignore[arg-type]


def test_the_diagram_is_the_same_picture_each_time(whole: ModelCard) -> None:
    score, texts = whole_scores(whole.splits[0])[0], Texts("en")
    first = draw_reliability(score, said(), texts)
    assert first == draw_reliability(score, said(), texts)
    with Image.open(io.BytesIO(first)) as picture:
        assert min(picture.size) > 600
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or []}
    assert len(colours) > 4
    assert draw_reliability(score, said(stamp="SYNTHETIC"), texts) != first
    assert draw_reliability(score, said(bound=None), texts) != first


def test_the_diagram_names_axes_with_units_bins_and_the_diagonal(
    whole: ModelCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = []
    monkeypatch.setattr("aqdaq.report.reliability.figure_png", lambda figure: figures.append(figure) or b"")
    score = whole_scores(whole.splits[0])[0]
    draw_reliability(score, said(), Texts("en"))
    axes = figures[0].axes[0]
    assert axes.get_xlabel() == "Probability of service that was said (%)"
    assert axes.get_ylabel() == "Share of places that were served (%)"
    filled = [b for b in score.reliability if b.count]
    assert [text.get_text() for text in axes.texts] == [f"n = {b.count:,}" for b in filled]
    lines = {line.get_label(): line for line in axes.lines}
    assert lines["what was said is what happened"].get_xydata().tolist() == [[0, 0], [100, 100]]
    points = lines["places with that probability"].get_xydata()
    assert points == pytest.approx(np.array([[100 * (b.forecast or 0), 100 * (b.observed or 0)] for b in filled]))
    bars = axes.collections[0].get_segments()
    assert [bar[:, 1].tolist() for bar in bars] == [
        pytest.approx([100 * b.observed_low, 100 * b.observed_high]) for b in filled
    ]


def test_a_score_without_places_draws_an_empty_diagram(whole: ModelCard) -> None:
    score = whole_scores(whole.splits[0])[0]
    none = replace(score, places=0, reliability=tuple(replace(b, count=0) for b in score.reliability))
    assert draw_reliability(none, said(), Texts("en")).startswith(b"\x89PNG")
    assert apart_percent(none) == 0.0


def test_how_far_said_and_happened_lie_apart(whole: ModelCard) -> None:
    score = whole_scores(whole.splits[0])[0]
    first, second, *_ = score.reliability
    two = (
        replace(first, count=30, forecast=0.05, observed=0.15), replace(second, count=10, forecast=0.15, observed=0.11),
    )  # fmt: skip
    assert apart_percent(replace(score, places=40, reliability=two)) == pytest.approx(100 * (30 * 0.1 + 10 * 0.04) / 40)


def test_unknown_groups_keep_their_own_name() -> None:
    texts = Texts("en")
    assert group_label("harbour", texts) == "harbour"
    assert group_label("data:100:250", texts) == "100 to 250 m from the nearest measurement used"
