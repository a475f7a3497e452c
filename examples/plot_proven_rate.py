"""
A rate that is proven to be safe
================================

Interval arithmetic bounds the curvature of f over a region, and with it the rate. Below it no step
raises f, from wherever in the region it starts. Just above it one does.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

problem = symgd.Problem("cos(2*pi*x) + x**2")
safe = problem.curvature((-2, 2)).lr_safe

x, rates = np.linspace(-2, 2, 20_001), np.linspace(0.03, 0.06, 61)
steps = x - rates[:, None] * problem.grad(x)
rises = np.where(abs(steps) <= 2, problem.fun(steps) - problem.fun(x), -np.inf).max(axis=1)

figure, ax = plt.subplots(layout="constrained")
ax.plot(rates, rises, ".-")
ax.axvline(safe, color="tab:red", linewidth=1, label=f"proven: {safe:.4f}")
ax.set(xlabel="lr", ylabel="largest rise of f in a step", title="no step of a safe rate raises f")
ax.legend()
plt.show()
