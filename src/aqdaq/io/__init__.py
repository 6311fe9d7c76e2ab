"""Bytes to model and back, one module per family of formats."""
