"""Descend from a random start: which of the four minima is found is luck."""

import numpy as np

import symgd

starts = np.linspace(-2, 2, 2001)
x0 = np.random.default_rng().choice(starts)
run = symgd.minimize("cos(2*pi*x) + x**2", x0=x0, lr=0.01, epochs=100)
print(run.summary())

every = symgd.minimize("cos(2*pi*x) + x**2", x0=starts, lr=0.01, epochs=100)
print(every.summary())
