"""``aqdaq init``: a commented project.toml and empty folders."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from aqdaq.base.errors import ExistsError, OutputError
from aqdaq.pipeline.project import FILE_NAME


def init_project(folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write a new project; return what was made.

    Raises:
        ExistsError: there is a project.toml already.
        OutputError: the folder cannot be written.
    """
    file = folder / FILE_NAME
    if file.exists() and not overwrite:
        raise ExistsError(f"{file} is there already; add --overwrite to replace it")
    text = (resources.files("aqdaq.data") / "templates" / FILE_NAME).read_text(encoding="utf-8")
    try:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        (folder / "runs").mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as err:
        raise OutputError(f"{folder}: cannot be written: {err.strerror} -> choose another folder") from err
    return [file, folder / "data", folder / "runs"]
