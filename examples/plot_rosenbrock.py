"""
Rosenbrock's valley by eight methods
====================================

The floor of this curved valley is so gentle that plain descent takes thousands of steps to follow
it. Rates are those of a short search, and no claim that a method is better in general.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

FORMULA = "(1 - x)**2 + 100*(y - x**2)**2"
RATES = {"gd": 0.001, "momentum": 0.001, "nesterov": 0.001, "adagrad": 0.5, "rmsprop": 0.003}
RATES |= {"adam": 0.05, "bfgs": None, "newton": None}

problem = symgd.Problem(FORMULA)
figure, ax = plt.subplots(figsize=(8, 5), layout="constrained")
for number, (method, lr) in enumerate(RATES.items()):
    run = symgd.minimize(problem, x0=[-1.2, 1], method=method, lr=lr, epochs=3000, history=True)
    f = np.maximum(problem.fun(run.history[0]), 1e-16)
    ax.loglog(np.arange(len(f)) + 1, f, label=method, linestyle=("-", "--")[number % 2])
ax.set(xlabel="epoch + 1", ylabel="f", ylim=(1e-16, 1e3), title="f on the way from (-1.2, 1)")
ax.legend()
plt.show()
