"""Limits of exposure as rulebooks: the figures of each, what is refused, what is over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.base.errors import RulebookError
from aqdaq.base.rulebook import Rulebook, list_rulebooks, load_rulebook
from aqdaq.engine.exposure.formulas import field_v_m
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.exposure_limit import KIND, ExposureLimit
from aqdaq.model.exposure_practice import FACTORS, MATERIALS, AdaptiveFactors, Attenuation
from aqdaq.pipeline.exposure_limits import known_limits, load_limits, load_practice
from aqdaq.pipeline.project import Project
from tests.tiny_project import make_project
from tests.unit.exposure_made import DATE, cell, limit, made

#: id, frequency (MHz), power density (W/m2) or field strength (V/m), as the rules are cited.
CITED_W_M2 = [
    ("kz", 900.0, 0.1), ("kz", 1800.0, 0.1), ("kz", 3500.0, 0.1), ("ru", 2100.0, 0.1),
    ("icnirp2020", 900.0, 4.5), ("icnirp2020", 1800.0, 9.0), ("icnirp2020", 2600.0, 10.0),
    ("icnirp1998", 100.0, 2.0), ("icnirp1998", 900.0, 4.5), ("eu1999", 1800.0, 9.0), ("eu1999", 2000.0, 10.0),
    ("in", 3500.0, 1.0), ("cn", 900.0, 0.4), ("cn", 7500.0, 1.0), ("fcc", 900.0, 6.0), ("fcc", 1900.0, 10.0),
    ("ca", 6000.0, 10.0), ("ca", 1900.0, 4.56),
]  # fmt: skip
CITED_V_M = [
    ("it", 900.0, 15.0), ("it", 3500.0, 15.0), ("ch", 900.0, 5.0), ("ch", 2100.0, 5.0), ("brussels", 900.0, 14.5),
    ("ru", 150.0, 3.0), ("in", 900.0, 13.0), ("in", 1800.0, 18.4), ("icnirp1998", 900.0, 41.2),
    ("eu1999", 1800.0, 58.3),
]  # fmt: skip


@pytest.mark.parametrize(("limit_id", "frequency_mhz", "w_m2"), CITED_W_M2)
def test_power_densities_as_cited(limit_id: str, frequency_mhz: float, w_m2: float) -> None:
    assert limit(limit_id).power_density_w_m2(frequency_mhz) == pytest.approx(w_m2, rel=0.005)


@pytest.mark.parametrize(("limit_id", "frequency_mhz", "v_m"), CITED_V_M)
def test_field_strengths_as_cited(limit_id: str, frequency_mhz: float, v_m: float) -> None:
    allowed = limit(limit_id).power_density_w_m2(frequency_mhz)
    assert float(field_v_m(allowed)) == pytest.approx(v_m, rel=0.006)


def test_kazakhstan_is_a_hundredth_of_icnirp_at_2_ghz_and_a_45th_at_900_mhz() -> None:
    kz, icnirp = limit("kz"), limit("icnirp2020")
    for frequency_mhz, times in ((2000.0, 100.0), (900.0, 45.0)):
        one, two = (rule.power_density_w_m2(frequency_mhz) for rule in (kz, icnirp))
        assert two == pytest.approx(times * (one or 0.0))


def test_only_switzerland_counts_installations_alone() -> None:
    limits = [limit(book.id) for book in list_rulebooks(KIND)]
    assert {found.id for found in limits if found.figures.per == "installation"} == {"ch"}


@pytest.mark.parametrize(
    ("carriers_mhz", "v_m"),
    [((925.0,), 4.0), ((800.0, 935.0), 4.0), ((1815.0,), 6.0), ((1815.0, 2100.0, 3600.0), 6.0), ((925.0, 1815.0), 5.0),
     ((1450.0,), 5.0), ((1450.0, 3600.0), 5.0), ((), 5.0)],
)  # fmt: skip
def test_the_swiss_limit_goes_by_the_carriers_of_the_installation(carriers_mhz: tuple[float, ...], v_m: float) -> None:
    found = limit("ch").for_installation(carriers_mhz)
    for frequency_mhz in carriers_mhz or (925.0,):
        assert float(field_v_m(found.power_density_w_m2(frequency_mhz) or 0.0)) == pytest.approx(v_m)
    assert limit("kz").for_installation(carriers_mhz) is not None
    assert found.caution == limit("ch").caution


def test_each_installation_meets_its_own_form() -> None:
    """Three sites of 1 kW, 100 m away: 900 MHz alone, 1800 alone, both bands."""
    omni = ParametricAntenna(omni=True, front_to_back_db=0.0, side_lobe_db=0.0)
    single = [cell(f"{f}", site=f"{f}", frequency_mhz=f, antenna=omni) for f in (925.0, 1815.0)]
    both = [cell(f"m{f}", site="mixed", frequency_mhz=f, antenna=omni) for f in (925.0, 1815.0)]
    at, e2 = np.array([[0.0, 100.0, 30.0]]), 30_000.0 / 100.0**2
    for cells, ratio in (
        ([single[0]], e2 / 16.0), ([single[1]], e2 / 36.0), (both, 2.0 * e2 / 25.0),
        ([*single, *both], 2.0 * e2 / 25.0), (single, e2 / 16.0),
    ):  # fmt: skip
        found = exposure_at(at, made(*cells), [limit("ch")]).theoretical.ratio[0, 0]
        assert found == pytest.approx(ratio, rel=1e-4)


#: Allowed at 900, 1800, 2100, 2600 and 3500 MHz, as the rules are cited: W/m2 where a table gives it, else V/m.
BY_FREQUENCY = {
    "icnirp1998": ("w", 4.5, 9.0, 10.0, 10.0, 10.0), "icnirp2020": ("w", 4.5, 9.0, 10.0, 10.0, 10.0),
    "eu1999": ("w", 4.5, 9.0, 10.0, 10.0, 10.0), "fcc": ("w", 6.0, 10.0, 10.0, 10.0, 10.0),
    "ca": ("w", 2.74, 4.40, 4.88, 5.65, 6.92), "in": ("v", 13.0, 18.4, 19.4, 19.4, 19.4),
    "cn": ("w", 0.4, 0.4, 0.4, 0.4, 0.467), "it": ("v", 15.0, 15.0, 15.0, 15.0, 15.0),
    "brussels": ("v", 14.5, 20.6, 21.7, 21.7, 21.7), "ru": ("w", 0.1, 0.1, 0.1, 0.1, 0.1),
    "kz": ("w", 0.1, 0.1, 0.1, 0.1, 0.1), "ch": ("v", 5.0, 5.0, 5.0, 5.0, 5.0),
}  # fmt: skip


@pytest.mark.parametrize("limit_id", sorted(BY_FREQUENCY))
def test_every_limit_at_the_usual_carriers(limit_id: str) -> None:
    unit, *cited = BY_FREQUENCY[limit_id]
    allowed = [limit(limit_id).power_density_w_m2(f) or 0.0 for f in (900.0, 1800.0, 2100.0, 2600.0, 3500.0)]
    found = allowed if unit == "w" else field_v_m(allowed).tolist()
    assert found == pytest.approx(cited, rel=0.006)


def test_no_limit_is_without_its_figures_by_frequency() -> None:
    assert set(BY_FREQUENCY) == {book.id for book in list_rulebooks(KIND)}


def test_no_limit_claims_a_text_that_was_not_read() -> None:
    for book in list_rulebooks(KIND):
        assert not book.verified
        assert "read" in book.notes.lower()
        assert "NOT VERIFIED" in limit(book.id).caution


@pytest.mark.parametrize(("frequency_mhz", "w_m2"), [(300.0, 0.1), (299.9, None), (300_001.0, None)])
def test_outside_its_frequencies_a_limit_says_nothing(frequency_mhz: float, w_m2: float | None) -> None:
    assert limit("kz").power_density_w_m2(frequency_mhz) == w_m2


def test_a_border_belongs_to_the_range_below() -> None:
    assert float(field_v_m(limit("ru").power_density_w_m2(300.0))) == pytest.approx(3.0)
    assert limit("ru").power_density_w_m2(300.1) == pytest.approx(0.1)


# --- what is over, and what is not yet


def test_the_day_picks_the_italian_limit() -> None:
    before = limit("it", dt.date(2024, 4, 29))
    assert float(field_v_m(before.power_density_w_m2(900.0))) == pytest.approx(6.0)
    assert float(field_v_m(limit("it", dt.date(2024, 4, 30)).power_density_w_m2(900.0))) == pytest.approx(15.0)


def project(tmp_path: Path) -> Project:
    return Project.open(make_project(tmp_path))


def test_a_limit_that_is_over_is_used_and_says_so(tmp_path: Path) -> None:
    (found,) = load_limits(project(tmp_path), ["ru"], dt.date(2027, 3, 2))
    assert found.expired
    assert found.caution.startswith("EXPIRED on 2027-03-01")
    (still,) = load_limits(project(tmp_path / "b"), ["ru"], dt.date(2027, 3, 1))
    assert not still.expired


def test_a_limit_that_is_not_known_or_not_yet_in_force_is_refused(tmp_path: Path) -> None:
    opened = project(tmp_path)
    with pytest.raises(RulebookError, match=r"use one of: .*icnirp2020"):
        load_limits(opened, ["nonsense"], DATE)
    with pytest.raises(RulebookError, match="not in force on 2019-01-01"):
        load_limits(opened, ["icnirp2020"], dt.date(2019, 1, 1))


def test_a_project_brings_its_own_limit(tmp_path: Path) -> None:
    opened = project(tmp_path)
    folder = tmp_path / "data" / "rulebooks" / "exposure"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text(
        'id = "own"\nkind = "exposure"\ntitle = "t"\nvalid_from = 2020-01-01\nsource = "s"\nverified = true\n'
        "[figures]\npieces = [{ from_mhz = 100.0, to_mhz = 6000.0, v_m = 1.0 }]\n"
    )
    (own,) = load_limits(opened, ["own", "own"], DATE)
    assert own.caution == ""
    assert own.power_density_w_m2(900.0) == pytest.approx(1.0 / 377.0, rel=1e-3)
    assert "own" in known_limits(opened)


# --- what is refused


def book(**figures: Any) -> Rulebook:
    return Rulebook(
        id="x", kind="exposure", title="t", valid_from=dt.date(2020, 1, 1), source="s", verified=False, figures=figures
    )


@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        ([], "at least 1"),
        ([{"from_mhz": 1.0, "to_mhz": 2.0}], "one of them"),
        ([{"from_mhz": 1.0, "to_mhz": 2.0, "w_m2": 1.0, "v_m": 1.0}], "one of them"),
        ([{"from_mhz": 2.0, "to_mhz": 2.0, "w_m2": 1.0}], "no range"),
        (
            [{"from_mhz": 1.0, "to_mhz": 3.0, "w_m2": 1.0}, {"from_mhz": 2.0, "to_mhz": 4.0, "w_m2": 1.0}],
            "begins before",
        ),
        ([{"from_mhz": 1.0, "to_mhz": 3.0, "w_m2": 0.0}], "greater than 0"),
        ([{"from_mhz": 1.0, "to_mhz": 3.0, "w_m2": 1.0, "mw_cm2": 1.0}], "Extra inputs"),
    ],
)
def test_malformed_limits(pieces: list[dict[str, float]], says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        ExposureLimit.from_rulebook(book(pieces=pieces), DATE)


# --- practice


@pytest.mark.parametrize(
    ("material", "loss_db"),
    [
        ("concrete", 15.0), ("Reinforced concrete", 15.0), ("metal", 15.0), ("brick", 5.0), ("wood", 0.0),
        ("glass", 0.0),
        ("tile", 0.0), ("concrete;glass", 0.0), ("brick;concrete", 5.0), ("кирпич", 5.0), ("marzipan", None),
        ("concrete;marzipan", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_attenuation_of_materials(material: str | None, loss_db: float | None) -> None:
    table = Attenuation.from_rulebook(load_rulebook(*MATERIALS, DATE))
    assert table.of(material) == loss_db
    assert table.book.verified


def test_factors_of_adaptive_antennas_are_not_verified(tmp_path: Path) -> None:
    _, factors = load_practice(project(tmp_path), DATE)
    assert not factors.book.verified
    assert [factors.of(n) for n in (None, 1, 8, 15, 16, 31, 32, 63, 64, 512)] == [
        1.0, 1.0, 0.40, 0.40, 0.20, 0.20, 0.13, 0.13, 0.10, 0.10,
    ]  # fmt: skip


def test_malformed_practice() -> None:
    with pytest.raises(RulebookError, match=r"attenuation_db\.wood"):
        Attenuation.from_rulebook(book(attenuation_db={"wood": -1.0}))
    with pytest.raises(RulebookError, match="must rise from 1"):
        AdaptiveFactors.from_rulebook(book(adaptive=[{"from_sub_arrays": 2, "factor": 0.5}]))
    assert FACTORS[0] == "exposure-factors"
