"""
A way out of a saddle
=====================

A run that starts on the ridge goes straight to the saddle and stays. With ``escape=True`` it goes
on along the steepest negative curvature, to both sides.
"""

import matplotlib.pyplot as plt

import symgd

run = symgd.minimize("x**2 + y**4 - y**2", x0=[1, 0], lr=0.1, epochs=200, escape=True, history=True)
print(run.explain(0))
symgd.plots.descent(run)
plt.show()
