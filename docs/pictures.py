"""Draw the pictures of the tutorial again: ``python docs/pictures.py [FOLDER]``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

import symgd

FOLDER = Path(__file__).parent / "images"
ROAD = "cos(2*pi*x) + x**2"
WAVE = "sin(x)*exp(-0.05*x**2)"
VALLEY = "x**2/2 + 50*y**2"


def curve(ax: Axes) -> None:
    """Draw the road of the first lesson and its derivative."""
    symgd.plots.curve(ROAD, -2, 2, ax=ax)


def descent(ax: Axes) -> None:
    """Draw the way of its run."""
    symgd.plots.descent(symgd.minimize(ROAD, x0=-1.76, lr=0.01, epochs=100, history=True), ax=ax)


def rates(ax: Axes) -> None:
    """Draw where 1,000 steps end, over the rate."""
    lr = np.linspace(1e-5, 0.1, 50)
    symgd.plots.final_vs_lr(symgd.sweep(WAVE, x0=0, lr=lr, epochs=1000), ax=ax)


def starts(ax: Axes) -> None:
    """Draw where starts lead."""
    x0 = np.linspace(-5, 5, 25)
    symgd.plots.final_vs_start(symgd.sweep(WAVE, x0=x0, lr=0.01, epochs=1000), ax=ax)


def trap(ax: Axes) -> None:
    """Draw the start that never moves."""
    symgd.plots.descent(symgd.minimize(ROAD, x0=0, lr=0.01, epochs=100, history=True), ax=ax)


def methods(ax: Axes) -> None:
    """Draw the ways of three methods through one valley."""
    ways = [
        symgd.minimize(VALLEY, x0=[10, 1], method=method, lr=lr, epochs=150, history=True)
        for method, lr in (("gd", 0.0198), ("momentum", 0.01), ("adam", 0.1))
    ]
    ax.set_title("150 steps of three methods from (10, 1)")
    symgd.plots.descent(ways, xlim=(-3, 11), ylim=(-1.2, 1.2), ax=ax)


PICTURES: tuple[Callable[[Axes], None], ...] = (curve, descent, rates, starts, trap, methods)


def main(folder: str | Path = FOLDER) -> None:
    """Draw all of them."""
    for draw in PICTURES:
        figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
        draw(ax)
        figure.savefig(Path(folder) / f"tutorial_{draw.__name__}.png", dpi=110)
        plt.close(figure)


if __name__ == "__main__":
    main(*sys.argv[1:])
