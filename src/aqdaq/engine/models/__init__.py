"""Propagation models for one path. Importing this package registers them all."""

from aqdaq.engine.models import basic, hata, p1812, tr38901, two_ray, urban

__all__ = ["basic", "hata", "p1812", "tr38901", "two_ray", "urban"]
