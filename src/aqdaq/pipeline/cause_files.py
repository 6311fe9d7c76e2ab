"""``causes.parquet``: a row a white spot and layer, with all shares, culprits and the sentences in three languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from aqdaq.base.errors import OutputError
from aqdaq.model.cause import FACTORS, REMEDIES, SpotCauses
from aqdaq.report.cause_texts import LANGUAGES, cause_texts

_TEXT, _NUMBER, _WHOLE = pa.string(), pa.float64(), pa.int64()

#: Columns of the file that hold figures of a culprit: its name, and its fields.
_CULPRITS: Final[dict[str, dict[str, pa.DataType]]] = {
    "building": {"id": _TEXT, "height_m": _NUMBER, "distance_m": _NUMBER, "new": pa.bool_(), "built": _TEXT},
    "lost": {"site": _TEXT, "off_air": _TEXT, "distance_m": _NUMBER},
    "azimuth": {
        "cell": _TEXT, "site": _TEXT, "azimuth_deg": _NUMBER, "downtilt_deg": _NUMBER, "wanted_azimuth_deg": _NUMBER,
        "wanted_downtilt_deg": _NUMBER, "distance_m": _NUMBER,
    },
    "missing": {"site": _TEXT, "distance_m": _NUMBER},
    "power": {},
}  # fmt: skip

_PLAIN: Final = {
    "definition": _TEXT, "rank": _WHOLE, "spot": _TEXT, "layer": _TEXT, "people": _NUMBER, "weighted_by": _TEXT,
    "pixels": _WHOLE, "pixels_used": _WHOLE, "deficit_db": _NUMBER, "deficit_probability": _NUMBER, "left_db": _NUMBER,
    "new_since": _TEXT, "near_m": _NUMBER,
}  # fmt: skip


def schema() -> pa.Schema:
    """Return the columns of the file."""
    fields = list(_PLAIN.items())
    for factor in FACTORS:
        fields += [(f"{name}_{factor}", _NUMBER) for name in ("part_db", "share", "share_sd", "probability_share")]
    for culprit, own in _CULPRITS.items():
        fields += [(f"{culprit}_{name}", kind) for name, kind in own.items()]
        fields += [(f"{culprit}_{name}", _NUMBER) for name in ("relief_db", "closed_share")]
    fields += [(f"closed_by_{remedy}", _NUMBER) for remedy in REMEDIES]
    fields += [(f"sentence_{language}", _TEXT) for language in LANGUAGES]
    return pa.schema([*fields, ("synthetic", pa.bool_())])


def write_causes(found: Sequence[SpotCauses], path: Path, *, synthetic: bool) -> None:
    """Write the causes; the same causes give the same bytes.

    Args:
        found: by definition, rank and layer.
        path: of the file.
        synthetic: whether the project is.

    Raises:
        OutputError: it cannot be written.
    """
    rows = [{**_row(one), "synthetic": synthetic} for one in found]
    try:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema()), path, compression="zstd")
    except OSError as err:
        raise OutputError(f"{path}: cannot be written: {err}") from err


def _row(one: SpotCauses) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(one, name) for name in _PLAIN}
    for share in one.shares:
        row |= {
            f"{name}_{share.factor}": getattr(share, name)
            for name in ("part_db", "share", "share_sd", "probability_share")
        }
    for culprit, own in _CULPRITS.items():
        found = getattr(one, culprit)
        if found is not None:
            relief = found if culprit == "power" else found.relief
            row |= {f"{culprit}_{name}": getattr(found, name) for name in own}
            row |= {f"{culprit}_{name}": value for name, value in asdict(relief).items()}
    row |= {f"closed_by_{remedy}": share for remedy, share in one.remedies if remedy != "new_site"}
    row |= {f"closed_by_{remedy}": 1.0 for remedy, _ in one.remedies if remedy == "new_site"}
    return row | {f"sentence_{language}": cause_texts(language).sentences(one) for language in LANGUAGES}
