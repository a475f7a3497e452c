"""
Four atoms that attract each other
==================================

Argon atoms attract each other from afar and repel each other when they are near (Lennard-Jones).
Four of them have twelve coordinates. The minimum is a tetrahedron, at any place and turned anyhow:
symgd tells that only distances are determined, and finds it twice, once for each of two mirror
images.
"""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np

import symgd

PAIRS = list(combinations(range(1, 5), 2))
squares = [" + ".join(f"({c}{i} - {c}{j})**2" for c in "xyz") for i, j in PAIRS]
energy = " + ".join(f"4*(1/({square})**6 - 1/({square})**3)" for square in squares)
batch = symgd.minimize(energy, start_box=(-1.5, 1.5), starts=64)
print(batch.summary())

# %%
# All six distances are the one at which two atoms rest, the sixth root of 2:

atoms = batch.runs.x.reshape(-1, 3, 4)
distances = [np.linalg.norm(atoms[:, :, i - 1] - atoms[:, :, j - 1], axis=1) for i, j in PAIRS]
figure = plt.figure(figsize=(9, 4), layout="constrained")
space, plane = figure.add_subplot(121, projection="3d"), figure.add_subplot(122)
for run in (0, 1, 2):
    for i, j in PAIRS:
        space.plot(*atoms[run][:, [i - 1, j - 1]], "o-", color=f"C{run}")
space.set(title="three of 64 ends", xlabel="x", ylabel="y", zlabel="z")
plane.plot(distances, ".", color="C0")
plane.axhline(2 ** (1 / 6), color="0.5", linewidth=1)
plane.set(xticks=range(6), xticklabels=[f"{i}-{j}" for i, j in PAIRS], xlabel="pair of atoms")
plane.set(ylabel="distance", ylim=(1.0, 1.25), title="all distances of all ends")
plt.show()
