"""Draw ``docs/images/verdicts.png``, the picture of the README.

``python examples/readme_picture.py [FILE]``: many starts on one curve, where each of them ends,
and the start from which no descent ever moves.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

import symgd

FORMULA = "cos(2*pi*x) + x**2"
REACH = 2.6
TARGET = Path(__file__).parent.parent / "docs" / "images" / "verdicts.png"

# Okabe and Ito's palette, which people with any colour vision can tell apart, with a dark wine
# in place of its yellow, which is too pale for lines.
COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#CC79A7", "#E69F00", "#882255")
TRAP = "#D55E00"


def main(target: Path = TARGET) -> None:
    """Run the batch and draw it."""
    batch = symgd.minimize(FORMULA, start_box=(-REACH, REACH), starts=61, sampler="grid")
    trap = symgd.minimize(FORMULA, x0=0, lr=0.01, epochs=100)
    with plt.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure, (curve, starts) = plt.subplots(
            2, 1, figsize=(9, 6.4), sharex=True, height_ratios=(5, 3), layout="constrained"
        )
        draw_curve(curve, batch)
        draw_trap(curve, trap)
        draw_starts(starts, batch, trap)
        figure.savefig(target, dpi=120)
        plt.close(figure)


def draw_curve(axes: Axes, batch: symgd.Result) -> None:
    """Draw f and its distinct minima."""
    x = np.linspace(-REACH, REACH, 1201)
    axes.plot(x, batch.problem.fun(x), color="0.35", linewidth=1.5, zorder=1)
    for colour, minimum in zip(COLOURS, by_place(batch), strict=False):
        spot = minimum.x[0], minimum.fun
        axes.plot(*spot, "o", color=colour, markersize=9, markeredgecolor="black", zorder=3)
        axes.annotate(
            f"x = {minimum.x[0]:.4f}\n{100 * minimum.share:.0f} % of starts",
            spot,
            xytext=(0, -12),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=9,
        )
    axes.set_ylim(-2.4, 6.6)
    axes.set_ylabel("f(x)")
    axes.set_title(f"f(x) = {FORMULA}:  {len(batch.runs)} starts, {len(batch.minima)} minima")


def draw_trap(axes: Axes, trap: symgd.Result) -> None:
    """Mark the start that no fixed step leaves, with its verdict."""
    axes.plot(
        trap.x[0], trap.fun, "X", color=TRAP, markersize=11, markeredgecolor="black", zorder=3
    )
    axes.annotate(
        f"start at x = 0: {trap.status.name}\n"
        f"the gradient is 0, but this is a {trap.kind.words}:\n"
        f"f'' = {trap.runs.evidence.curvature_high[0]:.1f}",
        (trap.x[0], trap.fun),
        xytext=(0, 52),
        textcoords="offset points",
        ha="center",
        va="bottom",
        color=TRAP,
        arrowprops={"arrowstyle": "->", "color": TRAP, "shrinkB": 8},
    )


def draw_starts(axes: Axes, batch: symgd.Result, trap: symgd.Result) -> None:
    """Draw every start (above) with a line to its end (below)."""
    colour = {id(m): c for c, m in zip(COLOURS, by_place(batch), strict=False)}
    for minimum in batch.minima:
        for run in minimum.runs:
            ends = batch.runs.x0[run, 0], batch.runs.x[run, 0]
            axes.plot(ends, (1, 0), color=colour[id(minimum)], linewidth=1.2, alpha=0.9)
    lost = batch.runs.minimum < 0
    axes.plot(batch.runs.x0[lost, 0], np.ones(lost.sum()), "X", color=TRAP, clip_on=False)
    axes.plot(trap.x[0], 1, "X", color=TRAP, markersize=9, markeredgecolor="black", zorder=3)
    axes.set_yticks((0, 1), ("end", "start"))
    axes.set_ylim(-0.08, 1.12)
    axes.set_xlim(-REACH - 0.2, REACH + 0.2)
    axes.set_xlabel("x")
    axes.set_title("Each start, and the minimum it leads to", fontsize=10)


def by_place(batch: symgd.Result) -> list[symgd.Minimum]:
    """Give the distinct minima from left to right."""
    return sorted(batch.minima, key=lambda m: float(m.x[0]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
