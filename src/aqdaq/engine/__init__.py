"""Arrays in, arrays out: numba kernels for propagation. Knows no file, CRS, operator or date."""
