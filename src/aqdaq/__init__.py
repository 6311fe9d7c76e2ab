"""aqdaq: finds, explains and closes the white spots of mobile networks."""

__version__ = "0.1.0"
