"""A growth scenario: dates, planned buildings besides those of the project, and changes of the network."""

from __future__ import annotations

import datetime as dt
import itertools

from pydantic import Field, model_validator

from aqdaq.model.project import DevelopmentSource, Section


class NetworkChange(Section):
    """``[[network]]``: cells, or all cells of sites, that go on air or leave it on a day."""

    date: dt.date
    on_air: bool
    cells: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _something_named(self) -> NetworkChange:
        if not self.cells and not self.sites:
            raise ValueError('name what changes: cells = ["..."] or sites = ["..."]')
        return self


class Scenario(Section):
    """A growth scenario file."""

    name: str = Field(min_length=1)
    dates: tuple[dt.date, ...] = Field(min_length=1)
    developments: tuple[DevelopmentSource, ...] = ()
    network: tuple[NetworkChange, ...] = ()

    @model_validator(mode="after")
    def _dates_rise(self) -> Scenario:
        for earlier, later in itertools.pairwise(self.dates):
            if later <= earlier:
                raise ValueError(f"dates are out of order: {later} comes after {earlier}")
        return self
