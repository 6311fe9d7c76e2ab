"""What stages computed, kept by content: written whole or not at all, and not believed when it has changed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqdaq.base.errors import OutputError
from aqdaq.pipeline.hashing import content_key, file_sha256


@dataclass(frozen=True, slots=True)
class Store:
    """Content-addressed results below a folder.

    Attributes:
        folder: where the stages' folders lie.
    """

    folder: Path

    def path(self, stage: str, key: str, suffix: str) -> Path:
        """Return where a result lies or will lie."""
        return self.folder / stage / f"{key}{suffix}"

    def has(self, stage: str, key: str, suffix: str) -> bool:
        """Return whether a result is there, finished and as it was written."""
        path = self.path(stage, key, suffix)
        try:
            return path.exists() and _seal(path).read_text(encoding="ascii") == _sum(path)
        except OSError:
            return False

    def write_array(self, stage: str, key: str, array: NDArray[Any]) -> Path:
        """Keep an array; half a file is never seen under its name."""

        def write(path: Path) -> None:
            with path.open("wb") as stream:
                np.save(stream, array, allow_pickle=False)

        return self._whole(self.path(stage, key, ".npy"), write)

    def read_array(self, stage: str, key: str, *, mapped: bool = True) -> NDArray[Any]:
        """Return a kept array, by default mapped from the file so that only what is used is read."""
        array: NDArray[Any] = np.load(
            self.path(stage, key, ".npy"), mmap_mode="r" if mapped else None, allow_pickle=False
        )
        return array

    def write_members(self, stage: str, key: str, arrays: Mapping[str, NDArray[Any]]) -> Path:
        """Keep arrays that belong together: all of them or none are there."""

        def fill(folder: Path) -> None:
            for name, array in arrays.items():
                with (folder / name).open("wb") as stream:
                    np.save(stream, array, allow_pickle=False)

        return self.write_folder(stage, key, fill)

    def read_member(self, stage: str, key: str, name: str) -> NDArray[Any]:
        """Return one of the arrays kept together, mapped from its file so that only what is used is read."""
        array: NDArray[Any] = np.load(self.path(stage, key, "") / name, mmap_mode="r", allow_pickle=False)
        return array

    def write_json(self, stage: str, key: str, value: Any) -> Path:
        """Keep a JSON value."""
        text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
        return self._whole(self.path(stage, key, ".json"), lambda path: _write_text(path, text))

    def read_json(self, stage: str, key: str) -> Any:
        """Return a kept JSON value."""
        return json.loads(self.path(stage, key, ".json").read_text(encoding="utf-8"))

    def write_folder(self, stage: str, key: str, fill: Callable[[Path], None]) -> Path:
        """Keep a folder that ``fill`` writes into."""

        def write(path: Path) -> None:
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
            fill(path)

        return self._whole(self.path(stage, key, ""), write)

    def sweep(self) -> None:
        """Remove what killed processes left half-written."""
        for path in self.folder.glob("*/*.partial"):
            pid = path.name.split(".")[-2]
            if pid.isdigit() and not _alive(int(pid)):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    @staticmethod
    def _whole(path: Path, write: Callable[[Path], None]) -> Path:
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write(partial)
            _seal(path).unlink(missing_ok=True)
            if path.is_dir():
                shutil.rmtree(path)
            total = _sum(partial)
            partial.replace(path)
            _write_whole(_seal(path), total)
        except OSError as err:
            raise OutputError(
                f"{path}: cannot be written: {err.strerror or err} -> free space or mend the rights"
            ) from err
        return path


def _seal(path: Path) -> Path:
    """Return where the checksum of a result lies."""
    return path.with_name(f"{path.name}.sha256")


def _sum(path: Path) -> str:
    """Return the checksum of a file, or of the names and contents of a folder's files."""
    if path.is_dir():
        return content_key({file.name: file_sha256(file) for file in sorted(path.iterdir())})
    return file_sha256(path)


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="ascii")
    partial.replace(path)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _write_text(path: Path, text: str) -> None:
    path.write_text(text + "\n", encoding="utf-8")
