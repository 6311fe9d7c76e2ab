"""The models of one path as models of an area. Importing this package registers them all.

Each takes its formulas from ``engine.models`` or from the package of its Recommendation: an area model is the same
model for many receivers, and outside the model's stated range it gives NaN and a ``Reason``.
"""

from aqdaq.engine import area
from aqdaq.engine.area_models import basic, hata, tr38901
from aqdaq.engine.p1812 import area as p1812
from aqdaq.engine.urban import area as urban
from aqdaq.engine.urban import sweep_area as urban_sweep

__all__ = ["area", "basic", "hata", "p1812", "tr38901", "urban", "urban_sweep"]
