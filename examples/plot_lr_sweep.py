"""
A rate that is too small never arrives
======================================

1,000 steps from the same start, with fifty rates.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

sweep = symgd.sweep("sin(x)*exp(-0.05*x**2)", x0=0, lr=np.linspace(1e-5, 0.1, 50), epochs=1000)
print(sweep.summary())
symgd.plots.final_vs_lr(sweep)
plt.show()
