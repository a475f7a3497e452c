"""Start at 0, on a maximum: the gradient is exactly zero, and nothing ever moves."""

import matplotlib.pyplot as plt

import symgd

trap = symgd.minimize("cos(2*pi*x) + x**2", x0=0, lr=0.01, epochs=100, history=True)
print(trap.summary())
way_out = symgd.minimize("cos(2*pi*x) + x**2", x0=0, lr=0.01, epochs=100, escape=True)
print(way_out.explain())
symgd.plots.descent(trap)
plt.show()
