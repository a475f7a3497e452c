"""
A million starts
================

One call, about a second on two cores, and a verdict on every run.
"""

import matplotlib.pyplot as plt

import symgd

FORMULA = "x**2/50 + y**2/50 - cos(x)*cos(y/sqrt(2)) + 1"
batch = symgd.minimize(FORMULA, start_box=(-10, 10), starts=1_000_000)
print(f"{len(batch.runs):,} runs, {len(batch.minima)} minima, not found: {batch.unseen:.1e}")
print({status.name: count for status, count in batch.counts.items()})
symgd.plots.basins(batch)
plt.show()
