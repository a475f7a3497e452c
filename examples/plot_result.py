"""
One run, on the curve and over the epochs
=========================================

The point that was reached, marked on f and f', and the error, which falls on a straight line.
"""

import matplotlib.pyplot as plt

import symgd

run = symgd.minimize("cos(2*pi*x) + x**2", x0=-1.76, lr=0.01, epochs=100, history=True)
symgd.plots.curve(run, -2, 2)
symgd.plots.convergence(run)
plt.show()
