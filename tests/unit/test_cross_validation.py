"""Cross-validation on the interface of a fit: what it is given, what it is asked, how the answers are scored."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from aqdaq.analysis.forecast import Group, Observed
from aqdaq.analysis.out_of_fold import Network, Places, Threshold, best_of_places, out_of_fold
from aqdaq.analysis.score_tables import data_groups, definition_score, groups_of
from aqdaq.analysis.splits import SPLITS, SplitName, SplitSettings
from aqdaq.analysis.validate import cross_validate_fit
from aqdaq.model.validation import DataCounts, Figure, ModelCard, SplitScore

from .fusion_stub import Constant, ConstantFit, drive

SETTINGS = SplitSettings(400.0, 100.0, 5)
SITE = np.array([0, 0, 1, 1])
NETWORK = Network(
    ("a1", "a2", "b1", "b2"),
    ("A/LTE", "B/LTE"),
    np.array([0, 1, 0, 1]),
    (Threshold("strict", 0, -85.0), Threshold("strict", 1, -85.0), Threshold("easy", 0, -95.0)),
)


def validate(observed: Observed, split: SplitName = "block", **changes: object) -> SplitScore:
    fit = changes.pop("fit", ConstantFit([]))
    groups = changes.pop("groups", ())
    return cross_validate_fit(observed, fit, split, SETTINGS, network=NETWORK, site=SITE, groups=groups)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> SplitScore:
    return validate(drive())


def test_a_planted_error_and_an_honest_interval_are_found(found: SplitScore) -> None:
    total = found.overall
    assert total is not None
    assert [row.name for row in found.cells] == [*NETWORK.cells, "all"]
    assert (total.samples, total.unheard, found.unscored, found.fits) == (1600, 0, 0, 5)
    assert total.rmse_db == pytest.approx(6.0, abs=0.3)
    assert total.bias_db == pytest.approx(0.0, abs=0.2)
    assert total.mae_db == pytest.approx(6.0 * np.sqrt(2 / np.pi), abs=0.3)
    assert total.crps_db == pytest.approx(6.0 / np.sqrt(np.pi), abs=0.2)  # of a normal forecast that is right
    assert total.interval_90_coverage == pytest.approx(0.9, abs=0.02)
    assert total.interval_90_width_db == pytest.approx(2 * 1.645 * 6.0, abs=0.7)
    assert total.uncalibrated_rmse_db == pytest.approx(np.sqrt(36 + 9 * 1.25), abs=0.4)
    assert np.array(found.pit) == pytest.approx(np.full(10, 0.1), abs=0.03)


def test_a_fit_sees_training_rows_only() -> None:
    fit, observed = ConstantFit([]), drive()
    validate(observed, fit=fit)
    assert len(fit.given) == 5
    for train in fit.given:
        assert 0 < len(train) < 0.8 * len(observed)  # the tested tiles and the strip around them are gone


@pytest.mark.parametrize("split", SPLITS)
def test_every_split_gives_all_scores(split: SplitName) -> None:
    # With a site left out its cells have no shift of their own: the stub then says nothing.
    fit = ConstantFit([])
    observed = drive()
    found = validate(observed, split, fit=fit)
    assert found.split == split
    assert {f.name for f in found.settings} == ({"buffer_m", "folds"} | ({"tile_m"} if split != "route" else set()))
    if split == "site":
        assert (found.overall, found.unscored, found.note) == (None, len(observed), "some")
        assert found.pit == ()
    else:
        assert found.overall is not None
        assert found.overall.rmse_db == pytest.approx(6.0, abs=0.4)


def test_the_best_server_is_scored_per_layer(found: SplitScore) -> None:
    assert [row.name for row in found.best] == ["A/LTE", "B/LTE"]
    for row in found.best:
        assert row.samples == 400
        assert abs(row.bias_db or 0.0) < 0.8
        assert row.interval_90_coverage == pytest.approx(0.9, abs=0.05)
        assert row.uncalibrated_rmse_db is None


def test_definitions_are_scored_per_layer_and_over_all(found: SplitScore) -> None:
    names = [(row.definition, row.layer, row.threshold_dbm) for row in found.definitions]
    assert names == [
        ("strict", "A/LTE", -85.0),
        ("strict", "B/LTE", -85.0),
        ("strict", "all", -85.0),
        ("easy", "A/LTE", -95.0),
    ]
    total = found.definitions[2]
    assert total.places == 800
    assert total.weak == found.definitions[0].weak + found.definitions[1].weak
    assert total.weak_share == total.weak / 800
    assert 0.0 < (total.brier_skill or 0.0) < 1.0
    assert 0.5 < (total.auc or 0.0) < 1.0
    assert (total.precision_at_recall_90 or 0.0) > total.weak / 800
    for row in found.definitions:
        assert sum(b.count for b in row.reliability) == row.places
        assert all(b.observed_low <= (b.observed or 0.5) <= b.observed_high for b in row.reliability)
    # The forecast is right by its making: where enough places are, what was said is what happened.
    assert all(abs((b.forecast or 0.0) - (b.observed or 0.0)) < 0.17 for b in total.reliability if b.count >= 50)


def test_layers_with_different_thresholds_have_none_together() -> None:
    network = replace(NETWORK, thresholds=(Threshold("mixed", 0, -85.0), Threshold("mixed", 1, -90.0)))
    found = cross_validate_fit(drive(), ConstantFit([]), "block", SETTINGS, network=network, site=SITE)
    assert [row.threshold_dbm for row in found.definitions] == [-85.0, -90.0, None]


def test_what_was_not_heard_is_no_error_but_counts_as_below() -> None:
    observed = drive(places=600)
    floor = -88.0
    heard = observed.level_dbm >= floor
    censored = replace(observed, heard=heard, level_dbm=np.where(heard, observed.level_dbm, floor))
    truth = ConstantFit([])(observed)
    honest = validate(censored, fit=lambda _train: truth)
    total = honest.overall
    assert total is not None
    assert (total.samples, total.unheard) == (int(heard.sum()), int((~heard).sum()))
    # Only what rose above the floor was heard: against it an honest forecast looks too low, and the histogram not.
    assert (total.bias_db or 0.0) > 0.5
    assert np.array(honest.pit) == pytest.approx(np.full(10, 0.1), abs=0.03)
    strict, _, both, easy = honest.definitions
    full = validate(observed, fit=lambda _train: truth).definitions
    # Above the floor all is known, and what was not heard is below: nothing changes.
    assert strict == full[0]
    assert both == full[2]
    assert easy.undecided == _strongest(censored, 0).count(False)
    assert easy.places + easy.undecided == full[3].places


def _strongest(observed: Observed, layer: int) -> list[bool]:
    """Return per place whether any cell of the layer was heard."""
    own = NETWORK.layer[observed.links.cell] == layer
    places = sorted({(x, y) for x, y in zip(observed.links.x_m[own], observed.links.y_m[own], strict=True)})
    here = dict.fromkeys(places, False)
    for x, y, heard in zip(observed.links.x_m[own], observed.links.y_m[own], observed.heard[own], strict=True):
        here[(x, y)] |= bool(heard)
    return list(here.values())


def test_where_the_best_server_is_weak_and_where_nobody_knows() -> None:
    none = -np.inf
    heard, bound = np.array([-80.0, -100.0, -100.0, none, none]), np.array([none, -105.0, -90.0, -105.0, -90.0])
    places = Places(heard, bound, np.zeros(5), np.ones(5), np.zeros((5, 1)))
    weak, decided = places.weak(-95.0)
    assert decided.tolist() == [True, True, False, True, False]
    assert weak[decided].tolist() == [False, True, True]
    assert places.known.tolist() == [True, True, False, False, False]
    # A level at the threshold serves.
    assert places.weak(-80.0)[0].tolist()[0] is False


def test_rows_of_one_cell_at_one_place_count_once() -> None:
    observed = drive(places=1, cells=2)
    index = np.array([0, 1, 0, 0])
    twice = observed.subset(index)
    twice = replace(twice, level_dbm=np.array([-80.0, -95.0, -84.0, -70.0]), heard=np.array([True, True, True, False]))
    places = best_of_places(twice, Constant({0: 0.0, 1: 0.0}, 6.0), (-90.0,))
    assert places.heard_dbm.tolist() == [-82.0]
    assert places.below.shape == (1, 1)
    # The row that was not heard belongs to a cell that was: it says nothing more.
    assert places.bound_dbm.tolist() == [-np.inf]
    once = best_of_places(observed, Constant({0: 0.0, 1: 0.0}, 6.0), (-90.0,))
    assert places.below == pytest.approx(once.below)


def test_groups_are_scored_apart() -> None:
    observed = drive()
    noisy = observed.links.sight == 1.0
    loud = replace(observed, level_dbm=observed.level_dbm + np.where(noisy, 10.0, 0.0))
    to_mast = np.where(noisy, 50.0, 500.0)
    groups = groups_of(loud.links, to_mast, indoor=np.zeros(len(loud), dtype=bool))
    rows = {row.name: row for row in validate(loud, groups=groups).groups}
    assert "indoor" not in rows  # no row of it
    assert rows["sight"].samples == rows["near-mast"].samples == int(noisy.sum())
    assert rows["sight"].samples + rows["no-sight"].samples == len(loud)
    assert (rows["sight"].bias_db or 0.0) > 5.0
    by_data = [row for name, row in rows.items() if name.startswith("data:")]
    assert sum(row.samples for row in by_data) == len(loud)
    assert "data:0:100" not in rows  # the buffer keeps 100 m free
    assert [g.name for g in data_groups(np.array([0.0, 100.0, 2000.0]))] == [
        "data:0:100", "data:100:250", "data:250:500", "data:500:1000", "data:1000:",
    ]  # fmt: skip


def test_links_without_a_word_on_sight_are_in_neither_group() -> None:
    links = replace(drive(places=1).links, sight=np.array([1.0, 0.0, np.nan, np.nan]))
    groups = groups_of(links, np.full(4, 100.0))
    assert [int(g.rows.sum()) for g in groups] == [1, 1, 0]
    assert all(isinstance(g, Group) for g in groups)


def test_a_fold_without_a_heard_training_row_is_not_fitted() -> None:
    observed = drive(side_m=100.0)  # all in one tile
    fit = ConstantFit([])
    said = out_of_fold(observed, fit, [(np.zeros(len(observed), bool), np.ones(len(observed), bool))], NETWORK)
    assert (said.fits, fit.given, int(said.scored.sum())) == (0, [], 0)
    found = validate(observed)
    assert (found.note, found.unscored, found.cells, found.best) == ("no-fit", len(observed), (), ())
    assert all(row.places == 0 and row.brier is None for row in found.definitions)


def test_the_same_rows_give_the_same_scores(found: SplitScore) -> None:
    assert validate(drive()) == found


def test_a_threshold_that_everybody_reaches_has_no_skill_to_show() -> None:
    row = definition_score("d", "A/LTE", -130.0, np.full(5, 0.01), np.zeros(5, dtype=bool), 2)
    assert (row.weak, row.undecided, row.weak_share) == (0, 2, 0.0)
    assert (row.brier_skill, row.precision_at_recall_90, row.auc) == (None, None, None)
    assert row.brier == pytest.approx(1e-4)
    assert row.reliability[-1].count == 5
    assert row.reliability[-1].observed == 1.0


def test_a_model_card_survives_json(found: SplitScore) -> None:
    card = ModelCard(
        methods=(Figure("calibrate", "pooled/2"),),
        data=DataCounts(1600, 3, 12, 4, 4, 1, 2, 7),
        splits=(found, validate(drive(side_m=100.0))),
        limits=("outdoor",),
        hyperparameters=(Figure("range", 83.5, "m"), Figure("kernel", "Matern 3/2")),
        first_day="2025-05-01",
        last_day="2025-05-03",
    )
    text = json.dumps(card.as_dict(), allow_nan=False)
    assert ModelCard.from_dict(json.loads(text)) == card
    assert ModelCard.from_dict(card.as_dict()) == card
    with pytest.raises(ValidationError, match="methods"):
        ModelCard.from_dict({"data": {}})
