"""Where the reference data lie, if they are here at all."""

from __future__ import annotations

import os
from pathlib import Path


def reference_folder(name: str) -> Path | None:
    """Return the folder ``name`` of the reference data, or None when AQDAQ_REFERENCE_DATA is not set."""
    root = os.environ.get("AQDAQ_REFERENCE_DATA")
    folder = Path(root) / name if root else None
    return folder if folder is not None and folder.is_dir() else None
