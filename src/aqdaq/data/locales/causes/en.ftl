# Why a white spot is one, in sentences, in English.

factor-terrain = terrain
factor-old-buildings = older buildings
factor-new-buildings = new buildings
factor-distance = distance
factor-antenna = antenna pointing
factor-power = power
factor-indoor = loss into buildings
factor-lost-site = lost site
factor-missing-layer = missing layer

lead = The signal of { $layer } is on average { $deficit } dB weaker here than needed.
lead-people = { $people ->
    [one] { $people } person is affected.
   *[other] { $people } people are affected.
  }
lead-nothing = The signal of { $layer } falls short here by too little to be divided among causes.

main-terrain = { $share } % of the deficit is the shadow of the terrain.
main-old-buildings = { $share } % of the deficit is the shadow of buildings that were there before { $since }.
main-new-buildings = { $share } % of the deficit is the shadow of buildings built since { $since }.
main-distance = { $share } % of the deficit is the distance to the sites.
main-antenna = { $share } % of the deficit comes from antennas that look elsewhere.
main-power = { $share } % of the deficit comes from cells below full power.
main-indoor = { $share } % of the deficit is lost on the way through the walls.
main-lost-site = { $share } % of the deficit comes from a site that has left the air.
main-missing-layer = { $share } % of the deficit comes from a site nearby that does not carry this layer.
part = { $factor } { $share } %
rest = Next: { $parts }.
spread = This share is uncertain by { $points ->
    [one] { $points } percentage point
   *[other] { $points } percentage points
  } (one standard deviation).
close = The first two are nearly equal: which of them is larger is not certain.
undetermined = This share is not determined: it is smaller than its own spread.

building = { $place ->
    [inside] The building that blocks most is { $building }, { $height } m high, in the white spot itself: without it the deficit would be { $relief } dB smaller.
   *[outside] The building that blocks most is { $building }, { $height } m high, { $distance } m away: without it the deficit would be { $relief } dB smaller.
  }
lost = Site { $site }, { $distance } m away, has been off the air since { $day }: if it came back, the deficit would be { $relief } dB smaller.
azimuth = Cell { $cell }, { $distance } m away, looks to { $azimuth }° with a tilt of { $tilt }°: turned to { $wanted }° with a tilt of { $wantedtilt }°, it alone would make the deficit { $relief } dB smaller.
missing = Site { $site } of the same operator, { $distance } m away, does not carry this layer: with it, the deficit would be { $relief } dB smaller.
power = With all cells at full power the deficit would be { $relief } dB smaller.

remedy-antenna = { $by ->
    [people] Turning the antenna of { $cell } alone would close the white spot for { $share } % of its people.
   *[area] Turning the antenna of { $cell } alone would close { $share } % of the area of the white spot.
  }
remedy-power = { $by ->
    [people] Full power alone would close the white spot for { $share } % of its people.
   *[area] Full power alone would close { $share } % of the area of the white spot.
  }
remedy-lost-site = { $by ->
    [people] Bringing site { $site } back alone would close the white spot for { $share } % of its people.
   *[area] Bringing site { $site } back alone would close { $share } % of the area of the white spot.
  }
remedy-missing-layer = { $by ->
    [people] This layer at site { $site } alone would close the white spot for { $share } % of its people.
   *[area] This layer at site { $site } alone would close { $share } % of the area of the white spot.
  }
remedy-together = { $by ->
    [people] No single change would do; all changes to existing sites together would close the white spot for { $share } % of its people.
   *[area] No single change would do; all changes to existing sites together would close { $share } % of the area of the white spot.
  }
remedy-new-site = { $by ->
    [people] Only a new site would close it: all changes to existing sites together would leave { $share } % of its people without service.
   *[area] Only a new site would close it: all changes to existing sites together would leave { $share } % of its area without service.
  }
