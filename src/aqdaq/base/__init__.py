"""What every layer stands on: errors, units, settings and the rulebook loader."""
