"""Power density and field strength of many sources at many receptors: patterns, near fields, walls, sums."""
