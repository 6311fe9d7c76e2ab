"""What is computed around a site to say where a limit is exceeded: the same answer as with every source everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import box

from aqdaq.analysis.exposure.city import city_walls
from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.analysis.exposure.sources import Sources
from aqdaq.analysis.exposure.zone_ratio import SiteRatio
from aqdaq.base.rulebook import load_rulebook
from aqdaq.engine.exposure.walls import Walls
from aqdaq.model.antenna import ParametricAntenna
from aqdaq.model.building import Building
from aqdaq.model.exposure_practice import MATERIALS, Attenuation
from tests.unit.exposure_made import DATE, cell, flat, limit, made

PANEL = ParametricAntenna(horizontal_beamwidth_deg=65.0, vertical_beamwidth_deg=7.0)


def network(sites: int = 24, apart_m: float = 90.0) -> Sources:
    rng = np.random.default_rng(11)
    cells = []
    for n in range(sites):
        x, y = rng.uniform(-1, 1, 2) * 0.3 * apart_m + apart_m * np.array(divmod(n, 5))
        height = float(rng.uniform(20, 40))
        cells += [
            cell(
                f"{n:02d}-{k}", float(x), float(y), f"{n:02d}", azimuth_deg=float(rng.uniform(0, 360)),
                height_m=height, antenna=PANEL, frequency_mhz=float(rng.choice([925.0, 1815.0, 2600.0])),
                downtilt_deg=4.0, eirp_dbm=float(rng.uniform(61, 66)),
            )
            for k in range(3)
        ]  # fmt: skip
    return made(*cells)


def places(n: int = 20_000) -> np.ndarray:
    rng = np.random.default_rng(5)
    at = rng.uniform([-120, -120, 2], [480, 480, 60], (n, 3))
    antennas = network().emitters.places_m
    near = antennas[rng.integers(0, len(antennas), n)] + rng.normal(0, [12.0, 12.0, 3.0], (n, 3))
    close = antennas[rng.integers(0, len(antennas), n // 10)] + rng.normal(0, [2.0, 2.0, 0.3], (n // 10, 3))
    return np.concatenate([at, near, close, antennas + np.array((0.1, 0.0, 0.0))])


def town() -> Walls:
    rng = np.random.default_rng(2)
    houses = []
    for n in range(30):
        x, y = rng.uniform(-50, 420, 2)
        material = str(rng.choice(["concrete", "brick", "wood"]))
        houses.append(Building(str(n), box(x, y, x + 25, y + 12), float(rng.uniform(9, 45)), material=material))
    return city_walls(houses, flat(), Attenuation.from_rulebook(load_rulebook(*MATERIALS, DATE))).walls


@pytest.mark.parametrize("name", ["kz", "icnirp2020", "ch"])
@pytest.mark.parametrize("sight", [False, True])
def test_every_place_lies_on_the_side_that_all_sources_say(name: str, sight: bool) -> None:
    sources, rule, walls, at = network(), limit(name), town() if sight else None, places()
    found = exposure_at(at, sources, [rule], walls=walls)
    strongest = np.where(found.inside >= 0, found.inside, found.largest)
    sides = []
    for site in ("07", "12", "23"):
        owner = np.array([p.cell.site_id == site for p in sources.cells])
        whole = np.where(owner[strongest], found.theoretical.ratio[0], 0.0)
        quick = SiteRatio.of(sources, rule, site, walls)(at)
        np.testing.assert_array_equal(~(quick <= 1.0), ~(whole <= 1.0))
        np.testing.assert_array_equal(np.isnan(quick), np.isnan(whole))
        assert np.isnan(whole).any()
        sides.append(int((~(whole <= 1.0)).sum()))
    assert min(sides) > 3  # there is something on either side


def test_most_places_need_only_a_few_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    sources, asked = network(), []
    plain = SiteRatio._sums

    def counted(self: SiteRatio, at_m: np.ndarray, near: np.ndarray, walls: Walls | None) -> object:
        asked.append((int(near.sum()), len(at_m)))
        return plain(self, at_m, near, walls)

    monkeypatch.setattr(SiteRatio, "_sums", counted)
    SiteRatio.of(sources, limit("kz"), "12", None)(places())
    whole = sum(n for near, n in asked if near == 24)
    assert whole < 0.5 * asked[0][1]


def test_a_network_of_one_site_and_no_place() -> None:
    sources = made(cell("a", antenna=PANEL))
    at = np.array([[0.0, 15.0, 30.0], [0.0, 400.0, 30.0], [0.0, 0.1, 30.0]])
    found = SiteRatio.of(sources, limit("kz"), "a", None)
    assert (found(at) > 1.0).tolist() == [True, False, False]
    assert np.isnan(found(at)).tolist() == [False, False, True]
    assert found(np.empty((0, 3))).shape == (0,)
