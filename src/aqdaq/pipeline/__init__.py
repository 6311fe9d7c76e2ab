"""The stages of a project run: cache, resume, progress, provenance."""
