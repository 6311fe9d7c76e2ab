"""What construction does to coverage: how white spots change between two days, and what new mass does to antennas."""
