"""The city model: over the roofs and down into the street, or along the streets.

Free space and delta-Bullington diffraction (ITU-R P.525, P.526) over the surface up to the last row of roofs, from
there the rooftop-to-street term of ITU-R P.1411, added as power to a path along the streets. ``streets`` makes the
rasters of the streets, ``rooftops`` and ``canyon`` hold the formulas, ``geometry`` and ``path`` join them for one
profile, ``area`` for many; ``sweep_area`` and the other modules of the sweep along radials that share their samples.
"""
