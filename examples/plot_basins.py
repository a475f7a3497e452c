"""
Four valleys, four basins
=========================

Himmelblau's function has four minima, all with f = 0. A grid of starts shows their basins.
"""

import matplotlib.pyplot as plt

import symgd

FORMULA = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
batch = symgd.minimize(FORMULA, start_box=(-5, 5), starts=40_000, sampler="grid")
symgd.plots.basins(batch)
plt.show()
