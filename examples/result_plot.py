"""Mark the point that was reached on the curves of f and f'."""

import matplotlib.pyplot as plt

import symgd

run = symgd.minimize("cos(2*pi*x) + x**2", x0=-1.76, lr=0.01, epochs=100, history=True)
symgd.plots.curve(run, -2, 2)
symgd.plots.convergence(run)
plt.show()
