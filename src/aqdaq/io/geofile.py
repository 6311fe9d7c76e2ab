"""What all readers of geodata check first, and GDAL options that are put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyogrio import get_gdal_config_option, set_gdal_config_options

from aqdaq.base.errors import Fault, InputError


def check_file(path: Path) -> None:
    """Refuse a path that is no file with something in it.

    Raises:
        InputError: nothing is there, it is a folder, or it has no bytes.
    """
    if not path.exists():
        raise InputError(Fault(path.name, f"there is no such file in {path.parent.name or '.'}", "check the path"))
    if not path.is_file():
        raise InputError(Fault(path.name, "is a folder, a file is needed", "name the file in it"))
    if path.stat().st_size == 0:
        raise InputError(Fault(path.name, "is empty (0 bytes)", "copy it again from where it came"))


def short_reason(err: BaseException) -> str:
    """Return the first line of what a library says, cut to a readable length."""
    text = str(err).strip().splitlines()
    return text[0][:200] if text else type(err).__name__


@contextmanager
def gdal_options(**options: str) -> Iterator[None]:
    """Set options of the GDAL that reads vectors, and put the old values back.

    Args:
        options: GDAL configuration options and their values.
    """
    before = {name: get_gdal_config_option(name) for name in options}
    set_gdal_config_options(options)
    try:
        yield
    finally:
        set_gdal_config_options(before)
