"""
Four methods from one start
===========================

Their ways through a curved valley, and how far f is above its minimum on the way. Dashes tell the
methods apart without colours, too; `symgd.plots.animate(runs)` shows them race.
"""

import matplotlib.pyplot as plt

import symgd

VALLEY = "(1 - x)**2 + 10*(y - x**2)**2"
RATES = {"gd": 0.005, "momentum": 0.005, "adam": 0.05, "newton": None}
runs = [
    symgd.minimize(VALLEY, x0=[-1.2, 1], method=method, lr=lr, epochs=400, history=True)
    for method, lr in RATES.items()
]
figure, (ways, pace) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
symgd.plots.descent(runs, xlim=(-2, 2), ylim=(-1, 2.5), ax=ways)
symgd.plots.convergence(runs, ax=pace)
plt.show()
