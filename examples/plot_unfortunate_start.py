"""
The unfortunate start
=====================

Which of four minima a random start finds is luck. Of 2,001 starts one finds none: x = 0.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

starts = np.linspace(-2, 2, 2001)
x0 = np.random.default_rng(1).choice(starts)
run = symgd.minimize("cos(2*pi*x) + x**2", x0=x0, lr=0.01, epochs=100)
print(run.summary())

# %%
# Now all of them at once:

every = symgd.minimize("cos(2*pi*x) + x**2", x0=starts, lr=0.01, epochs=100)
print(every.summary())
symgd.plots.final_vs_start(every)
plt.show()
