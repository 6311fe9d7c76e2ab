"""Bad measurements found before they are fitted: each row is fine, counts less, or is set aside with its reason."""

from aqdaq.analysis.screen.checks import DEFAULT_LIMITS, REASONS, Limits, Screened, screen
from aqdaq.analysis.screen.devices import DeviceOffset, offsets_by_residual
from aqdaq.analysis.screen.findings import ACTIONS, KINDS, Finding
from aqdaq.analysis.screen.log import PlacedLike
from aqdaq.analysis.screen.summary import ScreeningSummary
from aqdaq.analysis.screen.thinning import Apart, Thinned, thin

__all__ = [
    "ACTIONS",
    "DEFAULT_LIMITS",
    "KINDS",
    "REASONS",
    "Apart",
    "DeviceOffset",
    "Finding",
    "Limits",
    "PlacedLike",
    "Screened",
    "ScreeningSummary",
    "Thinned",
    "offsets_by_residual",
    "screen",
    "thin",
]
