"""
A fading wave
=============

From a random start on a wave that fades away. Far out f is so flat that 1,000 steps are too few.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

x0 = np.random.default_rng(1).choice(np.linspace(-2 * np.pi, 2 * np.pi, 401))
run = symgd.minimize("sin(x)*exp(-0.05*x**2)", x0=x0, lr=0.01, epochs=1000, history=True)
print(run.summary())
symgd.plots.descent(run)
plt.show()
