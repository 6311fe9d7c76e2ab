"""Names made of content are the same in every process."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from aqdaq.pipeline.hashing import array_key, canonical_json, content_key

SCRIPT = """
from aqdaq.pipeline.hashing import content_key
print(content_key({"assumed": frozenset({"load", "antenna", "height_m", "frequency_mhz"})}))
"""


def test_a_set_has_one_name_whatever_the_process() -> None:
    """The order of a set follows the seed of the process's string hashes."""
    found = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3", "4", "5")
    }
    assert len(found) == 1
    assert found == {content_key({"assumed": {"antenna", "load", "height_m", "frequency_mhz"}}) + "\n"}


def test_sets_dates_and_paths_are_plain_values() -> None:
    value = {"b": {"y", "x"}, "a": [dt.date(2026, 6, 1), Path("data/a.csv")]}
    assert canonical_json(value) == '{"a":["2026-06-01","data/a.csv"],"b":["x","y"]}'


def test_arrays_count_with_type_and_shape() -> None:
    flat = np.arange(6, dtype=np.float32)
    names = {array_key(flat), array_key(flat.reshape(2, 3)), array_key(flat.astype(np.float64)), array_key(flat + 1)}
    assert len(names) == 4
    assert array_key(flat[::2]) == array_key(flat[::2].copy())
