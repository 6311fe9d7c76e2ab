"""Settings of a machine or a user, from the environment (``AQDAQ_...``); a project's own lie in project.toml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What may differ from one machine to the next without changing a result."""

    model_config = SettingsConfigDict(env_prefix="AQDAQ_", frozen=True, extra="ignore")

    reference_data: Path | None = Field(
        default=None, description="Folder of the reference data that tests and the Recife example read."
    )
    workers: int | None = Field(
        default=None, ge=1, description="Threads of the kernels; all cores when not set. `--workers` wins."
    )
    language: str = Field(default="en", description="Language of the reports when the project names none (en now).")
    rulebooks: Path | None = Field(
        default=None, description="Folder with more rulebooks, searched before those of the package."
    )
    debug: bool = Field(default=False, description="Show the traceback of an error, not only its message.")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings, read once from the environment."""
    return Settings()
