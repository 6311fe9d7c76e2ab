# Texts of the report in English.

title = White spots of { $project }
contents = Contents
footer = Written by aqdaq { $version }, run { $run }, for { $date }. This page is complete in itself: it asks nothing of any other place.
list-separator = { ", " }
yes = yes
no = no
show-rows = Show all { $count } rows

## Synthetic projects

synthetic-word = SYNTHETIC
synthetic-banner = Everything here was made up by a program: the terrain, the buildings, the networks, the people and the measurements. No figure says anything about a real place or a real operator.

## Facts of the run

fact-date = State of
fact-run = Run
fact-version = Program
fact-area = Area
fact-area-value = { $area } km², pixels of { $pixel } m
fact-layers = Layers (operator/technology)
fact-network = Network on that date
fact-network-value = { $sites ->
    [one] { $sites } site
   *[other] { $sites } sites
  }, { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
  }
fact-measurements = Measurements used
fact-measurements-value = { $count }
fact-people = Where the people come from
people-none = nobody knows the people here
people-raster = population raster
people-buildings = residents of the buildings

## Summary

summary-title = Summary
card-spots = { $count ->
    [0] No white spot was found.
    [one] white spot, { $total } of them with a place that no operator serves
   *[other] white spots, { $total } of them with a place that no operator serves
  }
card-area = { $area } ha, { $share } % of the area
card-people = { $people } people affected, { $total } of them served by no operator
card-people-unknown = Nobody knows the people here: ranked by area.
summary-ranked-people = White spots are ranked by the people affected: rank 1 is the first to close.
summary-ranked-area = Nobody knows the people here: white spots are ranked by area, and no figure of people is given.
summary-once = Within a definition each person is counted once, however many layers fail where they are. Definitions overlap, so their figures must not be added.
summary-error = On parts of the map that it had not seen, the prediction erred by { $rmse } dB (RMSE).
summary-no-error = The error of the prediction is not known: there was nothing to validate it with.
summary-assumed = { $count ->
    [0] No figure had to be assumed.
    [one] { $count } figure had to be assumed.
   *[other] { $count } figures had to be assumed.
  }
summary-unknown-lead = Where nothing is known, nothing is said: unknown places are neither served nor white, and they are counted nowhere else. Share of the area that is unknown:
summary-unknown = { $layer }: { $share } %

## How to read

reading-title = Three kinds of number, and the unknown
evidence-measured = measured
evidence-predicted = predicted
evidence-assumed = assumed
evidence-unknown = unknown
kind-measured = enough measurements lie near the place; the definition says how many and how near.
kind-predicted = computed from terrain, buildings and antennas, and corrected with the measurements where there are any.
kind-assumed = a figure that nobody gave and that the program filled in; every one is listed under “What was assumed”.
kind-unknown = no level could be measured or computed. Drawn hatched in grey, never as a white spot.
evidence-table = Area and people by evidence, per layer

## Definitions

definitions-title = What counts as served
definition-verified = source read
definition-unverified = NOT VERIFIED
definition-unverified-note = The text behind this definition was not read: its figures are working figures, not law.
definition-short = Served means { $levels }, { $place }, { $height } m above ground, with a probability of at least { $probability } %; { $area } where this fails for at least one layer is a white spot.
definition-level = { $quantity } of at least { $level } dBm ({ $technology })
definition-area = a connected area of at least { $area } ha
definition-any-area = a connected area of any size
definition-entry-loss = Walls and windows take { $loss } dB on average (standard deviation { $sd } dB); this is one figure for all buildings. It judges where a building is near or people live; elsewhere nobody is indoors, and the place is counted as unknown here.
definition-p2109 = The loss of walls and windows is a distribution: ITU-R P.2109, { $buildings } buildings{ $mixed }. It judges where a building is near or people live; elsewhere nobody is indoors, and the place is counted as unknown here.
definition-p2109-share = {" "}(each by its material; of those whose material says nothing, { $share } % are taken as thermally efficient)
definition-cannot-predict = No map is judged by this definition: { $reason }.
definition-cell-edge = The probability is that of the edge of a cell: every place counted as served must reach it.
definition-classes = Classes, the best first: { $classes }. Served means { $served } or better.
definition-class = { $name } (from { $bounds })
definition-rates = It asks for a data rate of { $rates }. From SINR to rate: { $source }.
definition-down = { $rate } Mbit/s to the phone
definition-up = { $rate } Mbit/s from the phone
definition-no-map = no map is stated, so no measurement is judged by it
definition-unit = Judged as one: { $unit }.
definition-not-stated = The source is silent about these figures, which take a default: { $names }.
definition-evidence = A place counts as measured when at least { $count ->
    [one] { $count } measurement lies
   *[other] { $count } measurements lie
  } within { $distance } m.
definition-validity = In force from { $begin } to { $end }.
definition-open-end = further notice
definition-source = Source: { $source }.
environment-outdoor = outdoors
environment-indoor = indoors

## Several definitions

overlap-title = Definitions side by side
overlap-lead = The same ground may be white under one definition and not under another. Jaccard: what is white under both, as a share of what is white under either. White spots of two definitions are the same place when they share at least half of the ground that either covers.
overlap-table = White ground and people, each pair of definitions
overlap-links-table = White spots of two definitions that share ground
overlap-links-show = White spots that share ground ({ $count } rows)

## White spots

whitespots-title = White spots: { $definition }
small-areas = { $count ->
    [one] One more failing area is
   *[other] { $count } more failing areas are
} smaller than the definition asks for ({ $area } ha together{ $people }) and not counted above.
small-areas-people = {", "}{ $people } people
whitespots-none = No white spot was found under this definition. Unknown places were not judged.
whitespots-table = White spots, { $definition }
whitespots-more = { $count ->
    [one] { $count } more white spot stands in whitespots.csv.
   *[other] { $count } more white spots stand in whitespots.csv.
  }
whitespots-note = Total: no operator reaches the definition in more than half of the place. Mixed: it holds a part, large enough for a white spot, where no operator does; “No operator” says how large. Partial: in all of it, or nearly, some operator does. Deficit: threshold minus expected level, on average over the place and for its worst layer; it can be negative, because the definition asks for a probability and not only for the average. Probability: the lowest of the failing layers. Measured: share of the area with measurements near.
whitespot-layers-table = Failing layers of the white spots, { $definition }
whitespot-layers-show = Failing layers one by one ({ $count } rows)
spot-total = total
spot-mixed = mixed
spot-partial = partial

## Districts

districts-title = Districts
districts-none = No districts were given.
districts-lead = A white spot that reaches into several districts is split between them, so area and people add up to the totals above; it is counted as a white spot in each.
districts-table = White spots by district, { $definition }
row-outside = outside the districts
row-total = Total

## Layers

layers-title = Coverage, layer by layer
layers-lead = Levels are those of the best server at street level, expected values after correction with measurements. Every map has its table beside it.
levels-table = Area and people by level, { $layer }
probability-table = Area and people by probability, { $layer }, { $definition }
evidence-layer-table = Area and people by evidence, { $layer }
sinr-table = Area and people by SINR, { $layer }
class-unknown = unknown
class-below = below { $high } { $unit }
class-above = { $low } { $unit } and more
class-between = { $low } to { $high } { $unit }

## Maps

map-subtitle = { $project }, state of { $date }
map-axis-x = Easting in { $crs } (km)
map-axis-y = Northing (km)
map-north = N
map-scale-km = { $length } km
map-scale-m = { $length } m
map-alt-synthetic = Synthetic data.
map-whitespots-title = White spots: { $definition }
map-whitespots-caption = { $words } Numbers are ranks; the table below lists them.
map-whitespots-alt = Map of the white spots under “{ $subject }” on { $date }: { $count ->
    [0] none
   *[other] { $count }, { $total } of them with a place that no operator serves
  }. The table below says the same. { $synthetic }
map-numbers-left-out = { $count ->
    [one] { $count } number found no room on the map.
   *[other] { $count } numbers found no room on the map.
  }
map-level-title = { $layer }: expected level ({ $quantity }, dBm)
map-level-caption = Expected { $quantity } of the best server in dBm, outdoors. Thresholds: { $thresholds }.
map-level-sd = Standard deviation of the level at a point: { $sd } dB (median).
map-level-threshold = { $level } dBm ({ $definition })
map-level-no-threshold = none, because no definition judges this layer
map-level-alt = Map of the expected level of { $subject } on { $date }. The table beside it gives area and people by class. { $synthetic }
map-probability-title = { $layer }: probability of service (%)
map-probability-caption = Probability that the definition holds: { $words } Brown lies below the bound, violet above it.
map-probability-alt = Map of the probability of service of { $subject } on { $date }. The table beside it gives area and people by class. { $synthetic }
map-evidence-title = { $layer }: where the figures come from
map-evidence-caption = Measured: enough measurements near by. Predicted: computed. Unknown: neither; it is no white spot.
map-evidence-alt = Map of the evidence behind { $subject } on { $date }: measured, predicted or unknown. The table beside it gives area and people. { $synthetic }
map-sinr-title = { $layer }: SINR of the best server (dB)
map-sinr-caption = Signal to interference and noise of the best server in dB, with the load of the cells as stated.
map-sinr-alt = Map of the SINR of { $subject } on { $date }. The table beside it gives area and people by class. { $synthetic }
legend-total = no operator serves
legend-partial = some operator serves, another fails
legend-no-whitespot = no white spot
legend-building = building, no white spot
legend-unknown-any = unknown for some layer
legend-site = site
legend-district = district
legend-outline = white spot (some layer fails)

## Models

models-title = Which model made what
models-lead = Each site is predicted by a chain of models, each from one distance to the next. A pixel is made by the model that reaches it from its best server. Exact: one terrain profile a pixel. Sweep: pixels share radials, which is faster and differs a little. A model is not used outside the range that its source states: where a cell of the layer would cover a pixel from outside its model’s range, the others give only a lower bound. The pixel is then served where they serve it anyway, and unknown elsewhere; which cell is best and its SINR are unknown there.
models-table = Pixels by the model that made them, per layer
mode-exact = exact
mode-sweep = sweep
unknown-table = Unknown pixels by reason, per layer: that of the nearest cell, with the model whose range was left
unknown-none = No pixel is unknown.
reason-no-terrain = the ground is unknown there or on the way
reason-out-of-reach = farther from every site than is predicted
reason-distance = distance outside the range of the model
reason-frequency = frequency outside the range of the model
reason-tx-height = antenna height outside the range of the model
reason-rx-height = receiver height outside the range of the model
reason-unsaid = the model gives no reason

## Validation

validation-title = How well it predicts
validation-none = Nothing to validate with: no measurement was held back, so the error of this prediction is not known.
validation-overall = On { $count ->
    [one] { $count } measurement
   *[other] { $count } measurements
  } that the fit had not seen, the error (RMSE) is { $rmse } dB and the bias { $bias } dB; without any measurement the error would be { $raw } dB. Of the measurements { $inside } % lie in the interval that should hold 90 %.
validation-unscored = { $count ->
    [one] { $count } measurement could not be scored.
   *[other] { $count } measurements could not be scored.
  }
validation-synthetic = The measurements are synthetic: these errors show that the method works as meant, and say nothing about its accuracy in a real city.
validation-table = Error on unseen tiles, per cell
row-all-cells = all cells
validation-why = Every figure here is about measurements that the fit had not seen. Measurements beside each other are alike, so single points are never held back: a neighbour a few metres on would tell the answer. Whole blocks, drives or sites are, and nothing within the buffer around them is used.
split-block = Blocks of the map held back
split-route = Whole drives held back
split-site = Whole sites held back
split-block-lead = The map was cut into tiles of { $tile } m. In each of { $folds } rounds some tiles were kept from the fit, with a belt of { $buffer } m around them, and predicted from the rest. This asks: how good is the map where nobody measured?
split-route-lead = In each of { $folds } rounds whole drives or logs were kept from the fit and predicted from the others. Where another drive ran within { $buffer } m of them, that part of it was kept from the fit too. This asks: would another day, another car, another phone have measured the same?
split-site-lead = In each of { $folds } rounds all cells of some sites were kept from the fit, tile by tile of { $tile } m, with a belt of { $buffer } m around; no measurement of their own was used. This asks: how good is the map around a site that nobody has measured?
note-no-fit = No round had anything left to fit with.
note-some = Their surroundings hold all the others, or the fit says nothing about their cells.
validation-groups = Error by kind of place
validation-best = The best server of places, per layer
validation-definitions = Probability of service, per definition and layer
validation-definitions-note = Weak: the strongest cell measured at the place lies below the threshold. Undecided: what was not heard there may lie on either side of it. Brier: mean square of said minus happened, 0 is perfect. Skill: 1 is perfect, 0 no better than always saying the share of weak places. Precision: of the shortest list of suspects that holds nine in ten weak places, the share that is weak; a list of all places would have the share of weak places.
validation-pit = Where in its forecast distribution each measurement lies
validation-pit-show = Where in its forecast distribution each measurement lies
validation-pit-note = An honest forecast has a tenth of the measurements in each tenth. More in the middle: the forecast is too unsure. More at both ends: too sure. More at one end: too high or too low.
row-all-layers = all layers
group-sight = in line of sight
group-no-sight = not in line of sight
group-near-mast = nearer than 100 m to the mast
group-indoor = indoors
group-data = { $low } to { $high } m from the nearest measurement used
group-data-beyond = { $low } m and more from the nearest measurement used
reliability-heading = When it says 90 %, is it right nine times in ten?
reliability-lead = Places are sorted by the probability of service that was said of them without their own measurements. On the diagonal what was said is what happened. Below it the map promises too much, above it too little. The bars are 95 % intervals after Wilson, as if places were independent; neighbours are alike, so the truth is less certain than they look.
reliability-none = No place could be judged: no definition asks for a level of the layers that were measured outdoors.
reliability-title = Said and happened: { $definition }
reliability-axis-said = Probability of service that was said (%)
reliability-axis-was = Share of places that were served (%)
reliability-even = what was said is what happened
reliability-bound = bound of the definition, { $bound } %
reliability-bar = 95 % interval of the share
reliability-point = places with that probability
reliability-count = n = { $count }
reliability-caption = { $count ->
    [one] { $count } place
   *[other] { $count } places
  }, the number of each bin above it; { $undecided } more could not be decided.
reliability-alt = Reliability diagram of the probability of service under “{ $definition }” at { $places } places: said and happened lie { $apart } percentage points apart on average. The table beside it says the same. { $synthetic }
reliability-table = Said and happened, { $definition }

## Model card

model-card-title = Model card
model-card-lead = What the figures of this run were made from, and what is known not to hold.
model-card-measured = Measurements with a level
model-card-unheard = Of which only an upper bound is known
model-card-thinned = Merged into others
model-card-set-aside = Set aside
model-card-cells = Cells
model-card-cells-value = { $measured } measured, { $without } without a measurement
model-card-sites = Sites measured
model-card-routes = Drives or logs
model-card-span = Measured
model-card-days = { $begin } to { $end }
model-card-no-days = nobody said when
model-card-methods = Methods
model-card-fitted = Fitted to the measurements
model-card-limits = Known limits
limit-synthetic = The measurements are synthetic: the scores say that the method works, not how good it is in a real city.
limit-normal = Levels are taken as normally distributed around their mean; the tails were not looked at one by one.
limit-neighbours = Places are counted as independent in the intervals of the reliability table; they are not.
limit-indoor = Nobody measured indoors: definitions of indoor service are not scored.
limit-selection = Only what was received is listed: how often nothing was received is not known, so weak places are missing from the scores.
limit-undated = Nobody said when the measurements were taken: changes since then are part of the error.
limit-one-day = All measurements are of one day: weather, season and load of other days are not part of the error.
limit-one-route = All measurements are of one drive or log: how far devices and days differ is not known.
limit-few-cells = Fewer than half of the cells were measured: the scores are of those that were.

## Calibration

calibration-title = How measurements corrected each cell
calibration-none = No cell was corrected: there were no measurements to correct with. All levels are predicted.
calibration-lead = { $count ->
    [one] { $count } cell
   *[other] { $count } cells
  }, { $pooled } of them without a measurement of their own: they take the average correction of the others.
calibration-table = Correction per cell

## Site data that does not fit

suspects-title = Site data that does not fit
suspects-lead = The measurements contradict these figures of the site and cell tables. Nothing was changed in the tables; the fit already follows the measurements. Look there before anything is built on them.
suspects-none = No azimuth, downtilt, position or level of the tables is contradicted by the measurements of its cell. Cells with few measurements, or measured from one side only, were not judged.
suspects-table = What the tables say and what fits
suspects-note = Evidence is the natural logarithm of how many times more probable the measurements are with the fitted figure than with that of the table. A downtilt takes less evidence than an azimuth, because it shows less: in synthetic cities two suspicions of three were right. What is not listed is not confirmed.
suspects-kind-azimuth = azimuth (deg)
suspects-kind-swapped = azimuths exchanged (deg)
suspects-kind-downtilt = downtilt (deg)
suspects-kind-position = position (m)
suspects-kind-level = level (dB)
suspect-azimuth = Azimuth of cell { $cell } fits at { $fitted } degrees (± { $error }), the table says { $stated }; { $samples } measurements.
suspect-swapped = Azimuth of cell { $cell } fits at { $fitted } degrees (± { $error }), the table says { $stated }: that is the azimuth of { $other }, and the other way round. The two look exchanged; { $samples } measurements.
suspect-downtilt = Downtilt of cell { $cell } fits at { $fitted } degrees (± { $error }), the table says { $stated }; { $samples } measurements.
suspect-position = Site { $cell } fits { $fitted } m (± { $error }) away from where the table has it, towards { $toward } degrees from grid north; { $samples } measurements of its cells.
suspect-level = Cell { $cell } is received { $fitted } dB (± { $error }) off what its EIRP and height make likely: power, feeder or antenna height may be wrong; { $samples } measurements.

## Rows set aside

screening-title = Doubtful measurements
screening-count = Looked at: { $read } rows. Set aside: { $aside }. Used: { $used }, of which { $less } count less than a good row.
screening-thinned = Rows of one cell in one pixel were merged into their median: { $used } rows became { $out }. Each row keeps the count of what it stands for.
screening-none = Nothing was found to doubt.
screening-table = What was doubted, by which check, and what became of the rows
screening-kind-units = unit
screening-kind-duplicate = duplicate
screening-kind-clock = clock
screening-kind-one-moment = one moment
screening-kind-stuck-position = stuck position
screening-kind-position-jump = position jump
screening-kind-position-error = position error
screening-kind-quantised = coarse steps
screening-kind-capped = end of scale
screening-kind-device = device
screening-kind-moved-cell = moved cell
screening-action-set-aside = set aside
screening-action-downweighted = count less
screening-action-censored = upper bounds only
screening-action-said = none
screening-offsets-lead = Devices that measured the same cell at the same place are compared with each other; one that shares no place with another, with the prediction. Nothing was corrected.
screening-offsets-table = How much each device reads higher (+) or lower (-) than the others
screening-against-devices = devices at the same places
screening-against-prediction = prediction
aside-title = Measurements set aside
aside-count = Read: { $read }. Used: { $used }. Set aside: { $aside }. Read = used + set aside.
aside-mismatch = Read: { $read }. Used: { $used }. Set aside: { $aside }. These do not add up: { $read } is not { $used } + { $aside }.
aside-silent = { $count ->
    [one] One row more is a place where the phone had no service.
   *[other] { $count } rows more are places where the phone had no service.
 }
aside-bounds = { $count ->
    [one] One of the used rows is a bound: the level lay at or below the floor of the receiver.
   *[other] { $count } of the used rows are bounds: the level lay at or below the floor of the receiver.
 }
aside-none = None was set aside.
aside-table = Rows set aside, by reason; set_aside.csv lists each one

## Assumptions

assumptions-title = What was assumed
assumptions-none = Nothing: every figure was given.
assumptions-lead = { $count ->
    [one] { $count } entry: a figure that nobody gave.
   *[other] { $count } entries: figures that nobody gave.
  } Replace them with the true ones in the project’s files, and the result will change.
assumptions-table = Figures filled in by the program

## Columns

col-definition = Definition
col-name = Of
col-unheard = Not heard
col-mae-db = Mean size of error (dB)
col-crps-db = CRPS (dB)
col-interval-90-width-db = Width of the 90 % interval (dB)
col-threshold-dbm = Threshold (dBm)
col-places = Places
col-undecided = Undecided
col-weak = Weak
col-weak-percent = Weak (%)
col-brier = Brier
col-brier-skill = Brier skill
col-precision-at-recall-90-percent = Precision at 90 % recall (%)
col-auc = AUC
col-from-percent = From (%)
col-to-percent = To (%)
col-said-percent = Said (%)
col-served-percent = Served (%)
col-served-low-percent = at least (%)
col-served-high-percent = at most (%)
col-share-percent = Share (%)
col-first = First
col-second = Second
col-both-ha = Both (ha)
col-first-only-ha = First only (ha)
col-second-only-ha = Second only (ha)
col-both-people = People, both
col-first-only-people = People, first only
col-second-only-people = People, second only
col-jaccard-percent = Jaccard (%)
col-jaccard-people-percent = Jaccard of people (%)
col-same-places = Same places
col-same-place = Same place
col-first-id = Of the first
col-second-id = Of the second
col-shared-ha = Shared (ha)
col-of-first-percent = Of the first (%)
col-of-second-percent = Of the second (%)
col-rank = Rank
col-id = Identity
col-kind = Kind
col-area-ha = Area (ha)
col-total-area-ha = No operator (ha)
col-people = People
col-total-people = People without any operator
col-failing-layers = Failing layers
col-worst-deficit-db = Deficit (dB)
col-lowest-probability = Probability
col-measured-percent = Measured (%)
col-district = District
col-lon-deg = Longitude (°)
col-lat-deg = Latitude (°)
col-layer = Layer
col-mean-dbm = Expected level (dBm)
col-deficit-db = Deficit (dB)
col-probability = Probability
col-class = Class
col-area-percent = Area (%)
col-evidence = Evidence
col-whitespots = White spots
col-district-area-ha = District (ha)
col-district-people = People in the district
col-cell = Cell
col-samples = Measurements
col-offset-db = Offset (dB)
col-slope-db-decade = Slope (dB per decade)
col-residual-sd-db = Residual s.d. (dB)
col-pooled = Average of others
col-rmse-db = RMSE (dB)
col-bias-db = Bias (dB)
col-uncalibrated-rmse-db = RMSE without measurements (dB)
col-interval-90-percent = In the 90 % interval (%)
col-item = Figure
col-value = Value
col-applies-to = For
col-reason = Reason
col-stated = In the table
col-fitted = Fits
col-error = Standard error
col-unit = Unit
col-blocks = Squares of 25 m
col-other = Exchanged with
col-toward = Towards (degrees)
col-what = What was found
col-action = What becomes of them
col-device = Device
col-error-db = Standard error (dB)
col-against = Compared with
col-majority = Most agree
col-rows = Rows
col-read-percent = Of all read (%)
col-first-examples = First examples
col-model = Model
col-from-m = From (m)
col-to-m = To (m)
col-mode = Computed
col-validity = Range that its source states
col-pixels = Pixels

## A path

path-title = { $id }: { $loss } dB at { $frequency } MHz ({ $model })
path-length = Path of { $length }.
path-free = Line of sight, and { $share } of the first Fresnel zone is free.
path-touched = Line of sight, but something rises into { $share } of the first Fresnel zone.
path-blocked = No line of sight.
path-curvature-earth = Curvature of the Earth drawn with k = { $k }.
path-curvature-moon = Curvature of the Moon drawn with k = { $k }.
path-distance-km = { $value } km
path-distance-m = { $value } m
path-axis-km = Distance from the transmitter (km)
path-axis-m = Distance from the transmitter (m)
path-axis-height-earth = Height above sea level and curvature (m)
path-axis-height-moon = Height above the sphere and curvature (m)
path-ground = ground
path-sea = sea
path-clutter = buildings and clutter
path-level-line = level line, bent by the curvature
path-ray = direct ray
path-zone = first Fresnel zone
path-zone-part = { $share } of the first Fresnel zone
path-into-zone = rises into { $share } of the zone
path-above-ray = reaches the ray or stands above it
path-main-above = Main obstacle at { $distance }: { $height } m above the ray
path-main-below = Main obstacle at { $distance }: { $height } m below the ray
path-main-free = Nearest to the zone at { $distance }: { $height } m below the ray
path-horizon-tx = horizon of the transmitter, at { $distance }
path-horizon-rx = horizon of the receiver, at { $distance }
path-horizon-both = horizon of both ends, at { $distance }
path-tx = transmitter, { $height } m above ground
path-rx = receiver, { $height } m above ground

## Causes

causes-title = Why the white spots are there
causes-none = No white spot was explained.
causes-lead = What each layer lacks in a white spot is divided among its causes. Each cause is a question of what if: flat ground, no older buildings, no buildings built since { $since }, the nearest site as near as is usual where the layer serves, an antenna of each site turned to the place, full power, no walls, lost sites back, the layer on the nearest site without it. All of them are computed in every combination, and a cause has its part in proportion to what it adds on average over all orders in which they could be answered (Shapley value): the shares sum to 100 % and depend on no order.
causes-overview = { $count ->
    [one] { $count } white spot and layer was explained. What would close half of it or more; several may be counted:
   *[other] { $count } pairs of white spot and layer were explained. What would close half of each or more; where several would, each is counted:
  }
causes-by-antenna = { $count }: turning one antenna
causes-by-power = { $count }: full power
causes-by-lost-site = { $count }: bringing back a lost site
causes-by-missing-layer = { $count }: the layer on a site that does not carry it
causes-by-together = { $count }: only several changes to existing sites together
causes-by-new-site = { $count }: only a new site
causes-spot = { $rank }. { $spot }
causes-more = { $count ->
    [one] { $count } more white spot stands in the tables.
   *[other] { $count } more white spots stand in the tables.
  }
causes-note = A share is predicted, not measured. It is not determined where its standard deviation under the calibrated errors of the levels, and an assumed error of 30 % of what an obstacle costs, is larger than the share itself. What a layer lacks is the mean over the people who live where it fails, so that ground where nobody lives has no part in it; where nobody lives at all, it is the mean over the ground. Each layer fails in a part of the white spot of its own, and so each has a deficit of its own. What a re-aimed antenna takes from other places is not counted.
causes-table = Main cause of each white spot and layer, and what would close it
causes-remedy-antenna = turning an antenna
causes-remedy-power = full power
causes-remedy-lost-site = the lost site
causes-remedy-missing-layer = the missing layer
causes-remedy-together = several changes
causes-remedy-new-site = a new site
cause-shares-table = Shares of the deficit

col-factor = Cause
col-part-db = Part (dB)
col-share-sd-percent = Spread (%)
col-determined = Determined
col-probability-share-percent = Share of the lacking probability (%)
col-remedies = What would close it
col-closed-percent = For (%)

## Forecasts of construction

foresee-title = What construction does to coverage in { $project }
foresee-scenario = Growth scenario “{ $name }”.
foresee-footer = Written by aqdaq { $version }. This page is complete in itself: it asks nothing of any other place.
foresee-fact-dates = Dates
foresee-fact-developments = Planned buildings
foresee-fact-residents = Their future residents
foresee-reading-title = How to read
foresee-reading-mass = From the first day of its works a planned building stands with its whole mass; people live in it from its first day of use on.
foresee-reading-fit = Every date is predicted by the same engine, corrected by the measurements of today. Measurements near new buildings count as evidence no more: such places are predicted.
foresee-reading-people = People affected are those in white spots at street level, by at least one layer. Residents to come are counted there once they have moved in.
foresee-reading-floors = Floors are judged by themselves, outside their facade, at their own height: a place may be white in the street and served on the tenth floor.
foresee-maps-title = White spots from date to date: { $definition }
foresee-maps-caption = All maps have the same scale; grid north ({ $north }) is up. White spots as on the map of a run; planned buildings by what they are on the day.
foresee-maps-alt = Maps of the white spots of { $definition } on { $days }, side by side, with the outlines of planned buildings.
foresee-now = Now, { $date }
foresee-during = During the works, { $date }
foresee-after = After, { $date }
foresee-panel = { $count ->
    [one] 1 white spot
   *[other] { $count } white spots
  }, { $area } ha, { $people } people affected
foresee-panel-area = { $count ->
    [one] 1 white spot
   *[other] { $count } white spots
  }, { $area } ha
foresee-north-up = { $north } is up
foresee-legend-planned = planned, not begun
foresee-legend-works = in works
foresee-legend-finished = finished
foresee-chart-title = People affected and white spots by date: { $definition }
foresee-chart-caption = Each bar is one date of the forecast; the distance between bars is not time.
foresee-chart-alt = Chart of { $count } dates of { $definition }: people affected, with future residents among them, and the area of white spots. The table below has the figures.
foresee-axis-people = People affected
foresee-axis-area = White spots (ha)
foresee-bar-residents = people of today
foresee-bar-newcomers = residents of new buildings
foresee-bar-nobody = served by no operator
foresee-bar-area = area of white spots
foresee-states = { $planned } planned, { $works } in works, { $finished } finished
foresee-timeline-table = Row of dates: { $definition }
foresee-changes-title = What changes, and by what
foresee-changes-table = White spots that change: { $definition }
foresee-changes-none = { $count ->
    [0] There is no white spot on any date.
    [one] Nothing changes by { $steady } % or more: 1 white spot stays as it is, by its area and by the ground that each layer leaves unserved in it.
   *[other] Nothing changes by { $steady } % or more: { $count } white spots stay as they are between two dates, by their area and by the ground that each layer leaves unserved in them.
  }
foresee-changes-note = { $count ->
    [0] No white spot stays as it is between two dates.
    [one] 1 white spot whose area and unserved ground change by less than { $steady } % between two dates is not listed.
   *[other] { $count } white spots whose area and unserved ground change by less than { $steady } % between two dates are not listed.
  } The cause is the planned building without which most of the worse ground would be as before; each was taken away by itself and the place computed again.
foresee-change-appeared = appears
foresee-change-grown = grows
foresee-change-deepened = deepens
foresee-change-merged = merges
foresee-change-moved = moves
foresee-change-split = splits
foresee-change-rearranged = rearranged
foresee-change-shrunk = shrinks
foresee-change-eased = eases
foresee-change-vanished = vanishes
foresee-cause-development = { $id } ({ $share } % of the worse ground, { $distance } m away)
foresee-cause-developments = { $id } together ({ $share } % of the worse ground)
foresee-cause-cell = cell { $id } leaves the air ({ $share } % of the worse ground)
foresee-cause-none = no single new building nor cell
foresee-cause-not-asked = not looked for: other changes concern more people
foresee-floors-title = Future residents, floor by floor
foresee-floors-lead = Expected level outside the facade at the middle floor of each band, and the probability that the definition holds there. Measurements correct the cell as a whole; what they say of places in the street is not carried upwards. Above the height up to which a model of the chain holds nothing is known.
foresee-floors-table = Planned buildings on { $date }, by floors and layer: { $definition }
foresee-mass-title = What new mass does to the network
foresee-shadows-title = Shadows on existing cells
foresee-shadows-none = No cell loses 3 dB or more over ground that it serves.
foresee-shadows-table = Ground that a cell served before and where it loses 3 dB or more
foresee-several = several, or none can be told
foresee-exposure-title = Antennas whose beam it enters
foresee-exposure-none = No new mass reaches into the beam of an antenna by the screening.
foresee-exposure-table = New mass where free space alone leaves the assumed limit or more
foresee-exposure-note = ASSUMED, SCREENING ONLY: power density in free space of all cells of a site with their patterns, at full power, two ports a cell where the table says none, against an assumed limit of 0.1 W/m². It flags what must be computed; it is no figure of exposure.
foresee-roofs-title = Roofs for new sites
foresee-roofs-none = No planned building is finished by the last date.
foresee-roofs-table = New roofs, and the white spots of the last date within 500 m
foresee-notes-title = Notes
foresee-more = { $count ->
    [one] 1 more row stands in the files.
   *[other] { $count } more rows stand in the files.
  }

col-date = Date
col-developments-state = Planned buildings
col-newcomers-people = New residents
col-newcomers-white-people = New residents in white spots
col-floors-affected-people = New residents on floors not served
col-floors-unknown-people = New residents on unknown floors
col-change = Change
col-white-spot = White spot
col-area-before-ha = Before (ha)
col-area-after-ha = After (ha)
col-people-before-people = People before
col-people-after-people = People after
col-caused-by = Made worse by
col-development = Planned building
col-floors = Floors
col-receiver-height-m = Height (m)
col-residents-people = Residents
col-mean-loss-db = Mean loss (dB)
col-most-loss-db = Largest loss (dB)
col-site = Site
col-distance-m = Distance (m)
col-height-m = Height (m)
col-density-percent = Of the assumed limit (%)
col-reach-m = Reach of the beam (m)
col-since = Since
col-area-roof-m2 = Area (m²)
col-white-spots-near = White spots near

## Statement on a plan document

plan-title = Statement on the plan { $plan }: room for mobile networks
plan-synthetic = SYNTHETIC: the project that this plan was checked with was made up by a program. Nothing here is about a real place.
plan-pass = pass
plan-fail = fail
plan-unknown = unknown
plan-verdict-pass = The plan passes: all { $passed } findings are within their bounds.
plan-verdict-fail = The plan fails: { $failed ->
    [one] { $failed } finding is out of bounds
   *[other] { $failed } findings are out of bounds
  }, { $unknown } are unknown, { $passed } pass.
plan-verdict-unknown = No verdict is possible: { $unknown ->
    [one] { $unknown } finding is unknown
   *[other] { $unknown } findings are unknown
  }, { $passed } pass, none fails. Unknown is no pass.
plan-fact-plan = Plan
plan-fact-checksum = SHA-256 of the file
plan-fact-objects = What it draws
plan-fact-rulebook = Rulebook
plan-fact-force = In force
plan-fact-source = Source of the rulebook
plan-fact-date = State of
plan-fact-project = City around it, from the project
plan-fact-crs = Coordinate system
plan-no-project = no project was given: what needs one is unknown
plan-from = from { $date }
plan-until = {" "}to { $date }
plan-further-notice = {" "}until further notice
plan-verified = The text was read.
plan-unverified = NOT VERIFIED: the text was not read.
plan-footer = Written by aqdaq { $version } for the plan with the checksum { $checksum }... All findings stand in result.json, with their objects in result.gpkg.
plan-map-title = The plan
plan-map-heading = What the rules say of each object
plan-map-caption = Each object has the colour of the worst that a rule says of it. Stars are places that the proposal would reserve.
plan-map-alt = Map of the plan { $plan } with its objects coloured by verdict: { $passed } findings pass, { $failed } fail, { $unknown } are unknown. { $sites ->
    [0] No place is proposed.
    [one] { $sites } proposed place is marked by a star.
   *[other] { $sites } proposed places are marked by stars.
  }
plan-map-reserved = place reserved by the plan
plan-map-proposed = place proposed
plan-map-not-judged = no rule is about it
plan-rules-title = What was checked, by which rules
plan-rules-lead = A rule passes when everything that it is about passes. Unknown means that something is missing to judge: it is no pass.
plan-rules-caption = Rules, clauses and verdicts
plan-failing-title = What fails
plan-failing-lead = For each object the figure that is farthest from its bound.
plan-failing-none = Nothing fails.
plan-unknown-title = What is unknown, and why
plan-unknown-lead = Each of these would have to be given before the plan can pass.
plan-unknown-none = Nothing is unknown.
plan-unknown-caption = What is missing
plan-proposal-title = Proposal: places to reserve
plan-proposal-lead = { $count ->
    [one] Reserving { $count } more place cures what reserved places can cure.
   *[other] Reserving { $count } more places cures what reserved places can cure.
  } Chosen among { $candidates } candidates (roofs, public buildings, lamps, poles beside roads), greedily and then improved: a good choice, not proved to be the smallest.
plan-proposal-worth = The rules were run again with these places in the plan. Places alone give no coverage: rules on coverage by floor change only when stations stand on them.
plan-proposal-none = No reserved place would cure anything that the rules find.
plan-proposal-no-candidates = There is no candidate for a reserved place: no roof or lamp of known height, and no ground beside a road within the plan.
plan-proposal-caption = Proposed places
plan-after-caption = The rules with the proposal in the plan
plan-whole = The whole plan
plan-limits-title = What was assumed, and what this is worth
plan-limits-lead = The restriction zones are a screening in free space. A remedy is judged by its level alone. Distances are as the crow flies.
plan-limits-unverified = The texts of rules marked NOT VERIFIED were not read: their figures are working figures, not law.
plan-findings-title = All findings
plan-findings-caption = Every rule on every object
plan-assumed = Assumed: { $what }
plan-set-aside = Set aside: { $reason } ({ $count })
plan-note = Note: { $what }
plan-more = {" "}({ $count } more)
plan-left-out = { $count } more rows stand in result.json.
plan-not-known = not known
plan-none-there = none
plan-at-least = at least { $bound }
plan-at-most = at most { $bound }
plan-col-rule = Rule
plan-col-clause = Clause and source
plan-col-pass = Pass
plan-col-fail = Fail
plan-col-unknown = Unknown
plan-col-verdict = Verdict
plan-col-object = Object
plan-col-figure = Figure
plan-col-missing = Missing
plan-col-objects = Objects
plan-col-some = Among them
plan-col-name = Name
plan-col-place = Place
plan-col-height = Height (m)
plan-col-coordinates = x, y (m)
plan-col-cures = Helps to pass
plan-col-before = Before
plan-col-after = After
plan-kind-boundary = boundary
plan-kind-zone = zone
plan-kind-block = block
plan-kind-building = building
plan-kind-reserved-site = reserved site
plan-kind-duct = duct
plan-kind-power = power
plan-kind-road = road
plan-kind-lamp = lamp
plan-kind-plan = plan
plan-kind-site = existing site
plan-candidate-public-building = public building
plan-candidate-planned-roof = planned roof
plan-candidate-existing-roof = existing roof
plan-candidate-lamp = lamp post
plan-candidate-pole = new pole
plan-missing-layer = the plan has no layer of kind { $name }
plan-missing-field = the plan does not say { $name }
plan-missing-figure = the rulebook does not give { $name }
plan-missing-input = not given or not computed: { $name }
plan-figure-sites = places reserved for sites
plan-figure-share-in-reach = share within reach of a place for an antenna
plan-figure-access = access to duct, power and road
plan-figure-duct-distance = distance to the nearest duct
plan-figure-power-distance = distance to the nearest power
plan-figure-road-distance = distance to the nearest road
plan-figure-lamps = fit to carry cells
plan-figure-height = height
plan-figure-spacing = spacing
plan-figure-power = power all day
plan-figure-indoor-system = indoor system foreseen
plan-figure-floor-area = floor area, and that from which an indoor system is needed
plan-figure-seats = seats, and those from which an indoor system is needed
plan-figure-floors = floors, and those from which an indoor system is needed
plan-figure-probability = probability of service
plan-figure-people-lost = people who lose service
plan-figure-ground-lost = ground that loses service
plan-figure-power-density = power density, by screening
plan-figure-objects = nothing in the plan that the rule is about

# Measured fields beside computed ones: a picture.
field-title = Measured and computed field, { $project }
field-theoretical = computed: theoretical maximum
field-actual = computed: actual maximum
field-measured-before = measured before, with its interval (k = 2)
field-measured-after = measured after, with its interval (k = 2)
field-measured-other = measured, with its interval (k = 2)
field-below = measured: below detection, at most this
field-limit = limit { $limit }
field-limit-expired = EXPIRED
field-limit-unverified = NOT VERIFIED
field-axis = Electric field strength (V/m)
field-axis-log = Electric field strength (V/m), each step ten times the one before
field-phase-before = before
field-phase-after = after
field-broadband = broadband
field-range = { $from } to { $to } MHz
field-frequency = { $at } MHz
field-words = { $place }: measured { $measured } V/m; computed { $theoretical } V/m theoretical and { $actual } V/m actual maximum.
