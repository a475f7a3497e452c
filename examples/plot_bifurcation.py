"""
When the rate grows: one point, two, four, chaos
================================================

Above 2/f'' fixed steps do not settle. They go round a cycle of two points, then of four, then of
eight, and at last they wander. The last 40 of 1,000 steps are drawn for each of 400 rates.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

FORMULA = "cos(2*pi*x) + x**2"
lr, epochs = np.linspace(0.03, 0.09, 400), np.arange(961, 1001)
sweep = symgd.sweep(FORMULA, x0=0.3, lr=lr, epochs=epochs)

limit = symgd.minimize(FORMULA).minima[0].lr_max
figure, ax = plt.subplots(layout="constrained")
ax.plot(np.repeat(lr, len(epochs)), sweep.x.ravel(), ",", color="black")
ax.axvline(limit, color="tab:red", linewidth=1, label=f"2/f'' = {limit:.4f}")
ax.set(xlabel="lr", ylabel="x", title="steps settle below 2/f'' only")
ax.legend(loc="upper left")
plt.show()
