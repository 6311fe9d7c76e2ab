"""The stages of a run, in order."""

from typing import Final

STAGES: Final = ("read", "predict", "calibrate", "fuse", "whitespots", "causes", "report")
