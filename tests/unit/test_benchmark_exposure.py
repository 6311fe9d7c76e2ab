"""The benchmark of exposure compares like with like: plain numpy gives what the kernels give."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from aqdaq.analysis.exposure.evaluate import exposure_at
from aqdaq.model.antenna import ParametricAntenna
from tests.unit.exposure_made import cell, limit, made

FOLDER = Path(__file__).parents[2] / "benchmarks"


def test_plain_numpy_gives_what_the_kernels_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    benchmark = importlib.import_module("exposure")
    panel = ParametricAntenna(65.0, 8.0, 28.0)
    cells = (cell(f"c{i}", 90.0 * i, 20.0, antenna=panel, azimuth_deg=70.0 * i, downtilt_deg=5.0) for i in range(4))
    field = SimpleNamespace(sources=made(*cells))
    rng = np.random.default_rng(2)
    at = np.column_stack([rng.uniform(500, 900, (200, 2)), rng.uniform(1, 60, 200)])
    plain, seconds = benchmark.plain_numpy(field, at)
    np.testing.assert_allclose(exposure_at(at, field.sources, [limit("kz")]).theoretical.s_w_m2, plain, rtol=1e-6)
    assert seconds > 0.0


def test_the_script_says_what_it_does() -> None:
    shown = subprocess.run(
        [sys.executable, str(FOLDER / "exposure.py"), "--help"], capture_output=True, text=True, check=True
    )
    assert "--json" in shown.stdout
    assert json.dumps("--job") not in shown.stdout
