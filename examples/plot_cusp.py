"""
A cusp, as its parameters move
==============================

``x**4 + a*x**2 + b*x`` has one minimum or two. Runs start at x = 2 for 4,941 pairs of a and b, in
one batch: parameters are axes of a sweep, and compile nothing. The end jumps where its minimum
vanishes, on one branch of the curve ``8*a**3 + 27*b**2 = 0``, where two stationary points meet.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

a, b = np.linspace(-3, 1, 81), np.linspace(-3, 3, 61)
sweep = symgd.sweep("x**4 + a*x**2 + b*x", x0=2, params={"a": a, "b": b})
ax = symgd.plots.heatmap(sweep)
fold = np.linspace(-3, 0, 200)
half = np.sqrt(-8 * fold**3 / 27)
across_a = "a" in ax.get_xlabel()
for branch in (half, -half):
    ax.plot(*((fold, branch) if across_a else (branch, fold)), color="black", linewidth=1)
plt.show()
