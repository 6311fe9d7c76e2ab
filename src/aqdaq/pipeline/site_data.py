"""Site data that the measurements of a project contradict, computed or from the store."""

from __future__ import annotations

from typing import Final

import numpy as np

from aqdaq.analysis.fusion.suspects import suspects
from aqdaq.model.suspect import Suspect
from aqdaq.pipeline.calibration import Calibrated
from aqdaq.pipeline.hashing import content_key
from aqdaq.pipeline.predict import Predictor
from aqdaq.pipeline.store import Store

#: Part of the key, raised when what is doubted changes.
SITE_DATA_VERSION: Final = "suspects/1"


def doubted_site_data(
    predictor: Predictor, calibrated: Calibrated, store: Store, *, fresh: bool = False
) -> tuple[Suspect, ...] | None:
    """Return what the measurements contradict, most evidence first; None where nothing was fitted to any.

    Args:
        predictor: the engine on the project's surface.
        calibrated: the outcome of the stage ``calibrate``.
        store: where the outcome is kept.
        fresh: compute anew.
    """
    if calibrated.model is None:
        return None
    key = content_key(SITE_DATA_VERSION, calibrated.key)
    if fresh or not store.has("site-data", key, ".json"):
        turn = predictor.north_deg()
        north = np.array([turn[p.cell.site_id] for p in predictor.placed()])
        found = suspects(calibrated.model, calibrated.observed, north)
        store.write_json("site-data", key, {"suspects": [one.as_dict() for one in found]})
    return tuple(Suspect.from_dict(one) for one in store.read_json("site-data", key)["suspects"])
