"""
A function and its derivative
=============================

Where f' crosses zero from below, f has a minimum; where it crosses from above, a maximum.
"""

import matplotlib.pyplot as plt

import symgd

SHOWN = [("cos(2*pi*x) + x**2", -2, 2), ("sin(x)*exp(-0.05*x**2)", -6.3, 6.3)]
SHOWN += [("x**3 - 6*x**2 + 11*x - 6", 0, 5)]

figure, axes = plt.subplots(3, 1, figsize=(8, 11), layout="constrained")
for ax, (expr, lo, hi) in zip(axes, SHOWN, strict=True):
    symgd.plots.curve(symgd.Problem(expr), lo, hi, ax=ax)
plt.show()
