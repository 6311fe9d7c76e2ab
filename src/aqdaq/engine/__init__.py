"""Arrays in, arrays out: numba kernels for propagation. Knows no file, CRS, operator or date.

Compiled kernels are kept in the user's cache folder, below a name made of the source of all kernels: numba itself
looks only at the file that holds a kernel, and would keep an old copy of a function called from another file.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numba
from numba.core import config


def kernel_cache_folder() -> Path:
    """Return where the compiled kernels of this source lie."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "aqdaq" / "kernels" / digest.hexdigest()[:12]


if "NUMBA_CACHE_DIR" not in os.environ:
    config.CACHE_DIR = str(kernel_cache_folder())
