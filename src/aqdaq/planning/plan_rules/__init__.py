"""Rules of plan documents: the kinds of checks, one module each; importing this package registers them all."""

from aqdaq.planning.plan_rules import access, floors, indoor, lamps, reach, reserved_sites, restriction, shadow

__all__ = ["access", "floors", "indoor", "lamps", "reach", "reserved_sites", "restriction", "shadow"]
