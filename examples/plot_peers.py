"""
Which start leads where, for symgd and for SciPy
================================================

BFGS takes a long first step, and may land in another valley than the one in which it began. The
automatic step stays there. The line shows where descent in small steps leads.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize

import symgd

problem = symgd.Problem("cos(2*pi*x) + x**2")
starts = np.linspace(-2.6, 2.6, 131)
small = symgd.minimize(problem, x0=starts, lr=1e-3, epochs=20_000).runs.x[:, 0]
ends = {"symgd": symgd.minimize(problem, x0=starts).runs.x[:, 0]}
for method in ("BFGS", "L-BFGS-B"):
    ends[method] = np.array(
        [minimize(problem.fun, [x0], jac=problem.grad, method=method).x[0] for x0 in starts]
    )
elsewhere = {name: (abs(end - small) > 0.1).sum() for name, end in ends.items()}

figure, axes = plt.subplots(3, 1, figsize=(8, 8), sharex=True, layout="constrained")
for ax, (name, end) in zip(axes, ends.items(), strict=True):
    ax.plot(starts, small, color="0.7")
    ax.plot(starts, end, ".")
    ax.set(ylabel="end", title=f"{name}: {elsewhere[name]} of {len(starts)} starts end elsewhere")
axes[-1].set_xlabel("start")
plt.show()
