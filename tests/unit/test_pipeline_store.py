"""The store and its names: half a result is never seen; the same content has the same name."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from aqdaq.base.errors import OutputError
from aqdaq.pipeline.hashing import array_key, canonical_json, content_key, file_sha256
from aqdaq.pipeline.store import Store


def holding(name: str) -> Callable[[Path], None]:
    """Return what fills a folder with one file that holds its own name."""

    def fill(folder: Path) -> None:
        (folder / name).write_text(name)

    return fill


class TestStore:
    def test_array_json_and_folder_come_back(self, tmp_path: Path) -> None:
        store = Store(tmp_path / "cache")
        array = np.array([[1.5, np.nan]], dtype=np.float32)
        assert not store.has("predict", "k", ".npy")
        store.write_array("predict", "k", array)
        store.write_json("calibrate", "k", {"b": [1, None], "a": "ақ дақ"})
        store.write_folder("fuse", "k", holding("x.txt"))
        assert store.has("predict", "k", ".npy")
        np.testing.assert_array_equal(store.read_array("predict", "k"), array)
        assert store.read_array("predict", "k", mapped=False).dtype == np.float32
        assert store.read_json("calibrate", "k") == {"b": [1, None], "a": "ақ дақ"}
        assert (store.path("fuse", "k", "") / "x.txt").read_text() == "x.txt"

    def test_arrays_that_belong_together_are_there_together(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        level, code = np.array([[-90.5, np.nan]], dtype=np.float32), np.array([0, 255], dtype=np.uint8)
        store.write_members("predict", "k", {"level.npy": level, "code.npy": code})
        assert store.has("predict", "k", "")
        np.testing.assert_array_equal(store.read_member("predict", "k", "level.npy"), level)
        np.testing.assert_array_equal(store.read_member("predict", "k", "code.npy"), code)
        (store.path("predict", "k", "") / "code.npy").write_bytes(b"spoiled")
        assert not store.has("predict", "k", "")

    def test_a_failure_in_the_middle_leaves_nothing_under_the_name(self, tmp_path: Path) -> None:
        store = Store(tmp_path)

        def fill(folder: Path) -> None:
            (folder / "first.tif").write_text("whole")
            raise RuntimeError("in the middle")

        with pytest.raises(RuntimeError):
            store.write_folder("fuse", "k", fill)
        assert not store.has("fuse", "k", "")

    def test_a_failure_keeps_the_former_result(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        store.write_folder("fuse", "k", holding("old"))

        def fill(folder: Path) -> None:
            assert (store.path("fuse", "k", "") / "old").exists(), "the old one stays until the new one is whole"
            raise RuntimeError("in the middle")

        with pytest.raises(RuntimeError):
            store.write_folder("fuse", "k", fill)
        assert (store.path("fuse", "k", "") / "old").read_text() == "old"
        store.write_folder("fuse", "k", holding("new"))
        assert [path.name for path in store.path("fuse", "k", "").iterdir()] == ["new"]

    @pytest.mark.parametrize("call", ["write_array('s', 'k', np.zeros(9))", "write_json('s', 'k', [1])"])
    def test_killed_between_writing_and_naming(self, tmp_path: Path, call: str) -> None:
        code = (
            "import os, signal, sys, numpy as np; from pathlib import Path; from aqdaq.pipeline.store import Store\n"
            "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
            f"Store(Path(sys.argv[1])).{call}\n"
        )
        assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
        store = Store(tmp_path)
        assert not store.has("s", "k", ".npy")
        assert not store.has("s", "k", ".json")
        assert len(list(tmp_path.rglob("*.partial"))) == 1
        store.sweep()
        assert not list(tmp_path.rglob("*.partial"))

    def test_sweep_leaves_results_and_what_a_living_process_writes(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        store.write_json("s", "k", 1)
        mine = tmp_path / "s" / f"other.npy.{os.getpid()}.partial"
        mine.write_text("in work")
        folder = tmp_path / "s" / "folder.999999999.partial"
        folder.mkdir()
        (folder / "x").write_text("left")
        store.sweep()
        assert store.has("s", "k", ".json")
        assert mine.exists()
        assert not folder.exists()

    def test_a_store_that_cannot_be_written_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(OutputError, match=r"cannot be written: .* -> "):
            Store(tmp_path / "file").write_json("s", "k", 1)

    def test_json_has_the_same_bytes_whatever_the_order(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        one = store.write_json("s", "1", {"a": 1, "b": 2}).read_bytes()
        assert store.write_json("s", "2", {"b": 2, "a": 1}).read_bytes() == one


class TestNames:
    def test_sha256_of_a_file(self, tmp_path: Path) -> None:
        data = bytes(range(256)) * 9000  # more than one block
        (tmp_path / "f").write_bytes(data)
        assert file_sha256(tmp_path / "f") == hashlib.sha256(data).hexdigest()

    def test_order_of_keys_does_not_count_and_values_do(self) -> None:
        assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
        assert content_key({"a": 1}) != content_key({"a": 2})
        assert content_key("ab", "c") != content_key("a", "bc")
        assert content_key([1, 2]) != content_key([2, 1])

    def test_an_array_counts_with_type_shape_and_bytes(self) -> None:
        base = np.arange(6, dtype=np.float32)
        keys = [
            array_key(base),
            array_key(base.astype(np.float64)),
            array_key(base.reshape(2, 3)),
            array_key(base.reshape(3, 2)),
            array_key(base + 1),
        ]
        assert len(set(keys)) == len(keys)

    def test_layout_in_memory_does_not_count(self) -> None:
        square = np.arange(12.0).reshape(3, 4)
        assert array_key(np.asfortranarray(square)) == array_key(square)
        assert array_key(np.arange(24.0)[::2]) == array_key(np.arange(24.0)[::2].copy())

    def test_dates_and_paths_are_text(self) -> None:
        assert canonical_json({"b": dt.date(2026, 6, 1), "a": Path("x/y")}) == '{"a":"x/y","b":"2026-06-01"}'

    def test_a_name_is_a_name_of_a_folder(self) -> None:
        assert len(content_key("x")) == 16
        assert content_key("x").isalnum()

    def test_another_process_finds_the_same_name(self) -> None:
        code = "import numpy as np; from aqdaq.pipeline.hashing import content_key as k; print(k({'a': 1}, np.ones(3)))"
        seeded = {**os.environ, "PYTHONHASHSEED": "77"}
        found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=seeded)
        assert found.stdout.strip() == content_key({"a": 1}, np.ones(3))


class TestSeal:
    def test_a_result_that_changed_is_not_there(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        path = store.write_array("predict", "k", np.arange(1000.0))
        assert store.has("predict", "k", ".npy")
        path.write_bytes(path.read_bytes()[:-100])
        assert not store.has("predict", "k", ".npy")

    def test_a_changed_file_in_a_folder_is_seen(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        folder = store.write_folder("fuse", "k", holding("x.tif"))
        assert store.has("fuse", "k", "")
        (folder / "x.tif").write_text("edited")
        assert not store.has("fuse", "k", "")

    def test_without_its_checksum_a_result_is_not_believed(self, tmp_path: Path) -> None:
        store = Store(tmp_path)
        path = store.write_json("calibrate", "k", {"a": 1})
        path.with_name(f"{path.name}.sha256").unlink()
        assert not store.has("calibrate", "k", ".json")
        store.write_json("calibrate", "k", {"a": 1})
        assert store.has("calibrate", "k", ".json")
