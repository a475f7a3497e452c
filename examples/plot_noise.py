"""
Noise frees a run from the trap
===============================

From x = 0 no method moves. With a little noise in the gradient each run leaves the maximum, and
chance decides to which side.
"""

import matplotlib.pyplot as plt
import numpy as np

import symgd

batch = symgd.minimize(
    "cos(2*pi*x) + x**2", x0=np.zeros(60), lr=0.01, noise=0.1, epochs=150, history=True
)
left = sum(path[-1, 0] < 0 for path in batch.history)

figure, ax = plt.subplots(layout="constrained")
for path in batch.history:
    ax.plot(path[:, 0], color="tab:blue" if path[-1, 0] < 0 else "tab:orange", linewidth=0.8)
ax.set(xlabel="epoch", ylabel="x", title=f"{left} runs leave to the left, {60 - left} to the right")
plt.show()
