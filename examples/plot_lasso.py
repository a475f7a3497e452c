"""
The lasso: variables that are exactly zero
==========================================

A penalty on absolute values holds variables at zero, on a crease of f, where it has no gradient.
Each of these minima is verified: f rises to both sides of the crease.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

FORMULA = "(x + y - 2)**2 + (x - y - 1)**2/4 + penalty*(abs(x) + abs(y))"
penalties = np.linspace(0, 4.2, 43)
runs = [symgd.minimize(FORMULA, x0=[1, 1], params={"penalty": penalty}) for penalty in penalties]
assert all(run.success for run in runs)

figure, ax = plt.subplots(layout="constrained")
for number, name in enumerate("xy"):
    ax.plot(penalties, [run.x[number] for run in runs], ".-", label=name)
first = next(p for p, run in zip(penalties, runs, strict=True) if run.x[1] == 0)
ax.set(xlabel="penalty", ylabel="minimum", title=f"from a penalty of {first:.1f} on y is zero")
ax.legend()
plt.show()
