"""Limits of exposure to electromagnetic fields: the power density that a rule allows at each frequency."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from aqdaq.base.errors import Fault, RulebookError
from aqdaq.base.rulebook import Rulebook

#: The kind of these rulebooks.
KIND: Final = "exposure"

#: Impedance by which field strengths of limits become power densities (ohm).
_IMPEDANCE_OHM: Final = 120.0 * math.pi

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class LimitPiece(BaseModel):
    """A range of frequencies with one formula: coefficient times the frequency (MHz) to the power of an exponent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_mhz: Positive = Field(description="the range begins above it (MHz)")
    to_mhz: Positive = Field(description="the range ends with it (MHz)")
    w_m2: Positive | None = Field(default=None, description="coefficient of a power density (W/m2)")
    v_m: Positive | None = Field(default=None, description="coefficient of a field strength (V/m)")
    exponent: float = Field(default=0.0, ge=-4.0, le=4.0, description="of the frequency in MHz")

    @model_validator(mode="after")
    def _one_quantity(self) -> LimitPiece:
        if (self.w_m2 is None) == (self.v_m is None):
            raise ValueError("give w_m2 or v_m, one of them")
        if self.to_mhz <= self.from_mhz:
            raise ValueError(f"{self.from_mhz:g} to {self.to_mhz:g} MHz is no range")
        return self

    def power_density_w_m2(self, frequency_mhz: float) -> float:
        """Return the power density that the formula allows at a frequency (W/m2)."""
        factor = float(frequency_mhz**self.exponent)
        if self.w_m2 is not None:
            return self.w_m2 * factor
        assert self.v_m is not None
        return (self.v_m * factor) ** 2 / _IMPEDANCE_OHM


class LimitForm(BaseModel):
    """What a limit is for an installation all of whose carriers lie in one range of frequencies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_mhz: Positive = Field(description="every carrier of the installation lies at it or above (MHz)")
    to_mhz: Positive = Field(description="... and at this or below (MHz)")
    v_m: Positive = Field(description="field strength that is then allowed at all of them (V/m)")


class LimitFigures(BaseModel):
    """What a rulebook of kind ``exposure`` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pieces: tuple[LimitPiece, ...] = Field(min_length=1, description="ranges of frequencies, rising")
    per: Literal["all", "installation"] = Field(
        default="all", description="whether all sources count together, or each site alone and the worst of them"
    )
    forms: tuple[LimitForm, ...] = Field(
        default=(), description="of a limit for each installation: what holds instead for those of a single band"
    )
    averaging_minutes: Positive | None = Field(default=None, description="over which the rule averages (minutes)")

    @model_validator(mode="after")
    def _forms_of_installations(self) -> LimitFigures:
        if self.forms and self.per != "installation":
            raise ValueError('forms need per = "installation"')
        return self

    @model_validator(mode="after")
    def _rising(self) -> LimitFigures:
        for before, after in zip(self.pieces, self.pieces[1:], strict=False):
            if after.from_mhz < before.to_mhz:
                raise ValueError(f"the range from {after.from_mhz:g} MHz begins before {before.to_mhz:g} MHz")
        return self


@dataclass(frozen=True, slots=True)
class ExposureLimit:
    """A limit in force on a day, or one that was.

    Attributes:
        id: of the rulebook.
        title: in words.
        figures: what it allows.
        source: where it stands.
        verified: whether that text was read.
        valid_from: first day in force.
        valid_to: last day in force, or None.
        notes: for the reader.
        expired: whether it was no longer in force on the day that it is used for.
    """

    id: str
    title: str
    figures: LimitFigures
    source: str
    verified: bool
    valid_from: dt.date
    valid_to: dt.date | None
    notes: str
    expired: bool

    @classmethod
    def from_rulebook(cls, book: Rulebook, date: dt.date) -> ExposureLimit:
        """Build the limit from a rulebook of kind ``exposure``.

        Args:
            book: the rulebook.
            date: for which it is used.

        Raises:
            RulebookError: a figure is missing, unknown or impossible.
        """
        try:
            figures = LimitFigures.model_validate(book.figures)
        except ValidationError as err:
            where = f"rulebook {KIND}/{book.id}"
            faults = [
                Fault(f"{where} {'.'.join(map(str, e['loc']))}".rstrip(), e["msg"].removeprefix("Value error, "))
                for e in err.errors()
            ]
            raise RulebookError(faults) from err
        expired = book.valid_to is not None and book.valid_to < date
        return cls(
            book.id,
            book.title,
            figures,
            book.source,
            book.verified,
            book.valid_from,
            book.valid_to,
            book.notes,
            expired,
        )

    def power_density_w_m2(self, frequency_mhz: float) -> float | None:
        """Return the power density that is allowed at a frequency (W/m2); None where the rule says nothing.

        A frequency on the border of two ranges belongs to the lower one; that at which the first begins, to it.
        """
        for piece in self.figures.pieces:
            if piece.from_mhz < frequency_mhz <= piece.to_mhz:
                return piece.power_density_w_m2(frequency_mhz)
        first = self.figures.pieces[0]
        return first.power_density_w_m2(frequency_mhz) if frequency_mhz == first.from_mhz else None

    def for_installation(self, frequencies_mhz: Sequence[float]) -> ExposureLimit:
        """Return the limit as it is for an installation with these carriers (MHz): of a single band, or mixed."""
        for form in self.figures.forms:
            if len(frequencies_mhz) and all(form.from_mhz <= f <= form.to_mhz for f in frequencies_mhz):
                piece = LimitPiece(from_mhz=form.from_mhz, to_mhz=form.to_mhz, v_m=form.v_m)
                return replace(self, figures=self.figures.model_copy(update={"pieces": (piece,), "forms": ()}))
        return self

    @property
    def caution(self) -> str:
        """What must be said wherever the limit is used; empty when it is in force and its text was read."""
        said = []
        if self.expired:
            said.append(f"EXPIRED on {self.valid_to}")
        if not self.verified:
            said.append("NOT VERIFIED: the text of the rule was not read")
        return "; ".join(said)
