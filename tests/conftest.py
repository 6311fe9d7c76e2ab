"""Shared fixtures: the tiny project, a finished run of it, and the command line in process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from aqdaq.cli.main import run_cli

from .tiny_project import DATE, make_project

# No test times anything, and a run of the suite is the same run again.
settings.register_profile("aqdaq", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("aqdaq")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return stdout, which must be one JSON value."""
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture
def aqdaq(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command line: ``aqdaq("run", project, "--json")``."""

    def call(*args: object) -> Said:
        capsys.readouterr()
        code = run_cli([str(arg) for arg in args])
        caught = capsys.readouterr()
        return Said(code, caught.out, caught.err)

    return call


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project as it is before any run; only to be copied."""
    return make_project(tmp_path_factory.mktemp("tiny") / "project")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A tiny project of the test's own."""
    return Path(shutil.copytree(template, tmp_path / "project"))


@pytest.fixture(scope="session")
def finished(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project after ``aqdaq run --date DATE``; only to be read."""
    folder = Path(shutil.copytree(template, tmp_path_factory.mktemp("finished") / "project"))
    assert run_cli(["run", str(folder), "--date", DATE]) == 0
    return folder
