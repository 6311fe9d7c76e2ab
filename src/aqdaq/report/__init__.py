"""Report, pictures and tables of a finished run."""
