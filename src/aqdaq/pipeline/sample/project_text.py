"""The words of the sample: its project.toml, its README.txt."""

from __future__ import annotations

from typing import Final

from aqdaq.pipeline.sample.frame import CRS, LABEL, ORIGIN_M, SIDE_M

NAME: Final = f"Foothill city ({LABEL})"

PROJECT: Final = """\
# {label} project: no street, house, person, operator or measurement in this folder is real.
# It was written by `aqdaq sample` with seed {seed}; the same seed writes the same files.
# All paths are relative to this folder. Unknown keys are errors, so that a slip of the pen is found.

[project]
name = "{name}"  # stands on every map and report
description = "{label} city of 4 x 4 km at the foot of mountains, with three invented operators"  # in a sentence
synthetic = true                    # every result says that it is not about a real place
body = "earth"                      # the celestial body: earth or moon
seed = {seed}                            # start of every random choice of a run, so that it can be repeated

[grid]                              # where all result maps lie
crs = "{crs}"                  # projected coordinate system in metres (UTM zone 43 north)
resolution_m = {resolution}                 # side of a pixel
bounds = [{west:.1f}, {south:.1f}, {east:.1f}, {north:.1f}]  # west, south, east, north edge in metres

[terrain]
files = ["data/terrain.tif"]        # ground height in metres; it reaches 500 m beyond the grid

[[buildings]]                       # houses that stand, or stood: each has its own dates
file = "data/buildings.gpkg"        # footprints with height_m, floors, use, residents, built, demolished, owners
floor_height_m = 3.0                # where a height is missing: floors times this
default_height_m = 9.0              # where the floors are missing too

[[buildings]]                       # two planned developments: they stand from their `built` date on (aqdaq run --date)
file = "data/planned.gpkg"          # the same columns as above
floor_height_m = 3.0                # as above
default_height_m = 9.0              # as above

[[developments]]                    # a planned district, in two phases: mass from `start` on, people from `end` on
file = "data/developments.gpkg"     # footprints with phase, use, height_m, floors, residents, start, end

[network]
sites = "data/sites.csv"            # one row a site: place, structure, owners' association
cells = "data/cells.csv"            # one row a cell: antenna, power, load, dates on air

[[measurements]]                    # a drive test of March 2026
file = "data/drive_test.csv"        # time, lon, lat, operator, cell, level_dbm, device
format = "long"                     # one row per place and cell; "wide" would be one column a cell
separator = ","                     # between two fields of a row
decimal = "."                       # sign before the decimals of a number
lat_column = "lat"                  # which column holds the latitude
lon_column = "lon"                  # which column holds the longitude
crs = "EPSG:4326"                   # of these two columns: degrees on WGS 84
time_column = "time"                # begins with the day: a level is compared with the city of its day
device_column = "device"            # which phone: one that reads low or high is found by the others
cell_column = "cell"                # which column names the cell
level_column = "level_dbm"          # which column holds the level
quantity = "RSRP"                   # what was measured: reference signal received power
unit = "dBm"                        # of the level column
receiver_floor_dbm = -125.0         # the phones report nothing weaker

[people]
source = "buildings"                # persons are the `residents` of the buildings that stand on the day

[districts]                         # named areas for the tables
file = "data/districts.geojson"     # polygons
name_column = "name"                # which property names a district

[streets]                           # axes of the streets, for `aqdaq measure`: where to drive next
file = "data/streets.gpkg"          # lines; they meet where they share a vertex
name_column = "name"                # which column names a street

[service]                           # what counts as service: rulebooks by id, each with its source
definitions = ["kz-4g-outdoor", "kz-5g-outdoor"]  # LTE and NR outdoors, working figures for Kazakhstan

[prediction]
radius_m = 2000.0                   # a cell is predicted this far around its site
profile_step_m = {resolution}               # distance between two heights along a terrain profile
noise_figure_db = 7.0               # of a phone, for the signal-to-noise ratio
sd_db = 8.0                         # standard deviation of a prediction that no measurement corrects

[calibration]                       # how the drive test corrects the prediction, and how that is validated
enabled = true                      # false: the prediction stays as it is
tile_m = 400.0                      # the map is cut into tiles; whole tiles are left out and predicted
buffer_m = 100.0                    # no training sample lies this close to a tile that is left out
folds = 5                           # in so many groups, one after the other

[exposure]                          # for `aqdaq exposure`: people, and sites that might be built
candidates = "data/candidates.csv"  # NEW-01, proposed on a roof beside the highest home; one row a cell
windows = "data/windows.csv"        # windows of that home with the numbers of its flats

[limits]
max_bad_share = 0.05                # a run stops when a larger share of the rows cannot be used

# In data/ lie further files that no key above names: owners.csv (owners' associations and what they decided so far),
# lamps.gpkg (lamp posts), plan.gpkg (the detailed plan of the planned district, for `planfile check`), truth.json (what
# the tables hide; only for judging a result, never an input).
"""

README: Final = """\
{label} DATA - NOT A REAL CITY

Everything in this folder was invented by `aqdaq sample` (seed {seed}): the ground, the streets, the houses and who
lives in them, the operators A, B and C, their sites, and the drive test. The coordinates lie in UTM zone 43 north, but
nothing here describes the place that is really there.

project.toml           what a run needs, with every key explained
data/terrain.tif       ground height (m), 10 m pixels, reaching 500 m beyond the city
data/buildings.gpkg    {buildings} buildings; a few heights are missing on purpose, a few houses are gone since 2024
data/planned.gpkg      {planned} planned towers, built 2027-06-01 and 2028-09-01; their land is cleared before
data/developments.gpkg {developments} houses of a planned district: works from 2027-03-01, people from 2028-12-01
data/plan.gpkg         the detailed plan of that district, for aqdaq planfile check
data/streets.gpkg      {streets} streets: main, street, lane
data/lamps.gpkg        {lamps} lamp posts, 9 m high
data/districts.geojson {districts} districts
data/owners.csv        {owners} owners' associations; consent_history: none, consented or refused
data/sites.csv         {sites} sites
data/cells.csv         {cells} cells: LTE 1800 and NR 3500; one has left the air, two are still to come
data/drive_test.csv    {rows} rows at {places} places; {bad} bad on purpose (unknown cell, no number, far away)
data/candidates.csv    NEW-01, a site proposed beside the highest home: aqdaq exposure pack
data/windows.csv       windows of the flats of that home
data/truth.json        which antennas do not hang as the table says, and the bias of each cell; no run reads it
"""


def project_toml(seed: int, resolution_m: float) -> str:
    """Return the project file of the sample for a grid of ``resolution_m``."""
    west, south = ORIGIN_M
    return PROJECT.format(
        label=LABEL,
        name=NAME,
        seed=seed,
        crs=CRS,
        resolution=repr(float(resolution_m)),
        west=west,
        south=south,
        east=west + SIDE_M,
        north=south + SIDE_M,
    )


def readme_text(seed: int, counts: dict[str, int]) -> str:
    """Return the README of the sample; ``counts`` are those of its summary."""
    return README.format(label=LABEL, seed=seed, **counts)
