"""Where to measure next: the streets or points whose measurement leaves the fewest people misclassified.

spread         how the error of a map is shared by neighbouring places
misclassified  how many are misclassified now, and how many are to be expected after a measurement
ground         the people of a map on coarse cells: what is left to gain there, as a curve over what is learnt
learnt         what samples along streets teach of the cells around them
survey         the gain of a set of street pieces, and what one more adds
streets        the graph of the streets, or of the free ground between the buildings
ways           distances and shortest ways on it
tour           an order of street pieces joined by shortest ways
route          the tour of the largest gain within a length
points         single places instead of a route
"""
