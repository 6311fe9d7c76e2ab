"""Delta-Bullington against every logged case of the official P.1812 validation set."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aqdaq.engine.diffraction import (
    bullington_db,
    bullington_nu,
    delta_bullington_db,
    smooth_earth_heights,
    spherical_earth_db,
)

from .p1812_cases import by_name, read_log, read_profile
from .reference_data import reference_folder

pytestmark = pytest.mark.reference

LAND, SEA = (22.0, 0.003), (80.0, 5.0)
TOLERANCE_DB = 1e-6
K_BETA0 = 3.0


def sea_share(d: np.ndarray, zone: np.ndarray) -> float:
    """Return omega: each sample stands for the half intervals on both sides of it."""
    half = np.diff(d) / 2
    reach = np.concatenate([half, [0.0]]) + np.concatenate([[0.0], half])
    return float(reach[zone == 1].sum() / d[-1])


def delta_bullington(profile: tuple[np.ndarray, ...], log: dict[str, float], radius_m: float) -> dict[str, float]:
    """Return the three parts and their sum for one effective radius."""
    d, h, surface, zone = profile
    n, f = len(d), log["f (GHz)"]
    tx, rx = h[0] + log["htg (m)"], h[-1] + log["hrg (m)"]
    hte, hre = smooth_earth_heights(d, h, n, tx, rx)
    nu = bullington_nu(d, surface, n, tx, rx, radius_m)
    nu_smooth = bullington_nu(d, np.zeros(n), n, hte, hre, radius_m)
    omega, vertical = sea_share(d, zone), log["pol"] == 2
    spherical = _mixed_sphere(d[-1], hte, hre, radius_m, f, omega, vertical=vertical)
    scale = 1 / math.sqrt(0.2998 / f)
    return {
        "Lbulla (dB)": bullington_db(nu * scale, d[-1]),
        "Lbulls (dB)": bullington_db(nu_smooth * scale, d[-1]),
        "Ldsph (dB)": spherical,
        "sum": delta_bullington_db(nu, nu_smooth, spherical, d[-1], f),
    }


def _mixed_sphere(
    d: float, hte: float, hre: float, radius_m: float, f: float, omega: float, *, vertical: bool
) -> float:
    # P.1812 mixes land and sea inside the first term; outside its own limits both parts scale alike.
    land, sea = (spherical_earth_db(d, hte, hre, radius_m, f, ground, vertical) for ground in (LAND, SEA))
    return omega * sea + (1 - omega) * land


def cases() -> list[tuple[str, str]]:
    folder = reference_folder("itu/p1812")
    if folder is None:
        return [("absent", "absent")]
    logs = sorted((folder / "results").glob("*_log.csv"))
    return [(log.name.removesuffix("_log.csv").rsplit("_", 1)[0], log.name) for log in logs]


def test_all_sixty_three_cases_are_there() -> None:
    if reference_folder("itu/p1812") is None:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set: the validation set is not here")
    assert len(cases()) == 63


@pytest.mark.parametrize(("profile_name", "log_name"), cases())
def test_against_the_logs(profile_name: str, log_name: str) -> None:
    folder = reference_folder("itu/p1812")
    if folder is None:
        pytest.skip("AQDAQ_REFERENCE_DATA is not set: the validation set is not here")
    log = by_name(read_log(folder / "results" / log_name))
    d, ground, clutter, zone = read_profile(folder / "profiles" / f"{profile_name}.csv")
    surface = np.concatenate([ground[:1], (ground + clutter)[1:-1], ground[-1:]])
    profile = (d, ground, surface, zone)
    k50 = 157.0 / (157.0 - log["DN"])
    median = delta_bullington(profile, log, k50 * 6_371_000.0)
    beta0 = delta_bullington(profile, log, K_BETA0 * 6_371_000.0)
    assert median["sum"] == pytest.approx(log["Ld50 (dB)"], abs=TOLERANCE_DB)
    for name in ("Lbulla (dB)", "Lbulls (dB)", "Ldsph (dB)"):
        assert beta0[name] == pytest.approx(log[name], abs=TOLERANCE_DB)
