"""What a phone reads of a cell, from the cell table."""

from __future__ import annotations

import math
from typing import Final

from aqdaq.io.network_fields import Row
from aqdaq.model.network import Identity

#: Column of the code that cells far from each other share, by technology; and of the node and the area.
CODE_COLUMN: Final = {"LTE": "pci", "NR": "pci", "UMTS": "psc", "GSM": "bsic"}
NODE_COLUMN: Final = {"LTE": "enb_id", "NR": "gnb_id", "UMTS": "rnc_id"}
AREA_COLUMN: Final = {"LTE": "tac", "NR": "tac", "UMTS": "lac", "GSM": "lac"}

#: What a figure may not exceed in a technology where it may in another.
_MOST: Final = {
    ("LTE", "pci"): 503, ("LTE", "ci"): 2**28 - 1, ("UMTS", "ci"): 2**32 - 1, ("GSM", "ci"): 65_535,
    ("LTE", "local_cell_id"): 255, ("NR", "local_cell_id"): 16_383, ("LTE", "tac"): 65_535,
    ("LTE", "earfcn"): 262_143, ("UMTS", "earfcn"): 16_383, ("GSM", "earfcn"): 1023,
}  # fmt: skip


def read_identity(row: Row, technology: str) -> Identity:
    """Return the identity of the cell of a row; what is wrong goes to ``row.faults``.

    Args:
        row: of the cell table.
        technology: of the cell, which says what a column means.
    """
    channel = _whole(row, "earfcn", technology)
    if channel is None and technology == "GSM":
        channel = _whole(row, "arfcn", technology)
    identity = Identity(
        mcc=_whole(row, "mcc", technology),
        mnc=_whole(row, "mnc", technology),
        area=_column(row, AREA_COLUMN, technology),
        node=_column(row, NODE_COLUMN, technology),
        local=_whole(row, "local_cell_id", technology),
        ci=_whole(row, "ci", technology),
        code=_column(row, CODE_COLUMN, technology),
        arfcn=channel,
    )
    _check_parts(row, technology, identity)
    return identity


def _column(row: Row, columns: dict[str, str], technology: str) -> int | None:
    name = columns.get(technology)
    return None if name is None else _whole(row, name, technology)


def _whole(row: Row, name: str, technology: str) -> int | None:
    """Return a whole number, None where nobody gave one or after a fault."""
    if not row.known(name):
        return None
    value = row.number_of(name)
    if not math.isfinite(value):
        return None
    most = _MOST.get((technology, name), math.inf)
    if value != round(value) or value > most:
        limit = f"0 to {most:,.0f}".replace(",", " ") if value > most else "a whole number"
        row.fault(f"{row.table.label(name)} {value:g} is impossible for {technology}", limit)
        return None
    return round(value)


def _check_parts(row: Row, technology: str, identity: Identity) -> None:
    """Note a fault when the whole identity is not that of its parts."""
    if identity.ci is None or identity.local is None:
        return
    made = Identity(node=identity.node, local=identity.local).whole(technology)
    if made is not None and made != identity.ci:
        what = f"cell identity {identity.ci}, but its parts make {made}"
        row.fault(what, "mend one of them, or leave the whole identity (ci) empty")
