"""
The cubic that runs away
========================

It has a minimum, and no lowest value. To the left of its maximum every run falls for ever.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

starts = np.linspace(0, 5, 2001)
sweep = symgd.sweep("x**3 - 6*x**2 + 11*x - 6", x0=starts, lr=0.1, epochs=50)
print(sweep.summary())
symgd.plots.final_vs_start(sweep)
plt.show()
