"""From raw predictions and measurements to calibrated coverage and white spots."""
