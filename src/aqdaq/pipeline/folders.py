"""The folders of a run: the finished one appears in one move, with ``latest`` pointing at it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from aqdaq.base.errors import OutputError


def make_log_folder(runs: Path, name: str) -> Path:
    """Make the folder beside a run that takes its log and timings.

    Raises:
        OutputError: the project folder cannot be written.
    """
    log = runs / f"{name}.log"
    try:
        log.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise OutputError(f"{log}: cannot be written: {err.strerror} -> mend the rights of the project folder") from err
    return log


def finish(runs: Path, name: str, partial: Path) -> None:
    """Put the finished folder in its place in one move, and point ``latest`` at it."""
    target, old = runs / name, runs / f"{name}.old"
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
    partial.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    point_latest(runs, name)


def point_latest(runs: Path, name: str) -> None:
    """Point the link ``latest`` at a finished run, in one move."""
    link = runs / f".latest.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name, target_is_directory=True)
    link.replace(runs / "latest")
