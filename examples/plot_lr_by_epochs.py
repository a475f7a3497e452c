"""
Half the rate, twice the epochs
===============================

2,000 runs in one call. What counts is the rate times the number of epochs.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

rates = np.linspace(1e-10, 0.1, 50)
epochs = np.linspace(10, 500, 40).round().astype(int)
sweep = symgd.sweep("sin(x)*exp(-0.05*x**2)", x0=0, lr=rates, epochs=epochs)
print(sweep.summary())
symgd.plots.heatmap(sweep)
symgd.plots.lines(sweep)
plt.show()
