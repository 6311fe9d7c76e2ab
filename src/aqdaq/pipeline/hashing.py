"""Names made of content: the same work gets the same name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Characters of a hash that name a folder: 64 bits, enough to never meet in one project.
NAME_LENGTH = 16


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def canonical_json(value: Any) -> str:
    """Return JSON that is the same for the same value: sorted keys and sets, no spaces, dates and paths as text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Return what JSON does not know as text; a set in order: its own changes from process to process."""
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def content_key(*parts: Any) -> str:
    """Return a short name for values and arrays; arrays count with type, shape and bytes."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(canonical_json(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:NAME_LENGTH]


def array_key(array: NDArray[Any]) -> str:
    """Return a short name for one array."""
    return content_key(array)
