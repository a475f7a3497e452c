"""
The trap
========

At x = 0 the gradient is exactly zero, so no step ever moves, and the point is a maximum.
"""

import matplotlib.pyplot as plt

import symgd

trap = symgd.minimize("cos(2*pi*x) + x**2", x0=0, lr=0.01, epochs=100, history=True)
print(trap.summary())
symgd.plots.descent(trap)
plt.show()

# %%
# ``escape=True`` goes on to both sides:

way_out = symgd.minimize("cos(2*pi*x) + x**2", x0=0, lr=0.01, epochs=100, escape=True)
print(way_out.explain())
