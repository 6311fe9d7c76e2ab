"""Exposure to the fields of base stations: sources of a network, walls of a city, sums and limits, and the inverse."""
