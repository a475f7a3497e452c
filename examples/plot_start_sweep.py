"""
Which start leads where
=======================

Starts lead to three minima, and their basins meet at the maxima between them.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

sweep = symgd.sweep("sin(x)*exp(-0.05*x**2)", x0=np.linspace(-5, 5, 25), lr=0.01, epochs=1000)
print(sweep.summary())
symgd.plots.final_vs_start(sweep)
plt.show()
