"""Plans: what the documents of a city say, and whether they leave room for its networks."""
