"""Draw ``docs/images/epochs.png``: the epochs that rates took, and those that theory foretells.

Run it with ``python examples/epochs_picture.py [FILE]``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import symgd

FILE = Path(__file__).parents[1] / "docs" / "images" / "epochs.png"
FORMULA = "cosh(x - 1) + y**4/4 + 3*y**2"


def main(file: str | Path = FILE) -> None:
    """Draw the picture."""
    lr = np.geomspace(2e-3, 0.8, 32)
    s = symgd.sweep(FORMULA, x0=[3, 2], method="momentum", lr=lr, beta=0.5, tol=1e-8)
    figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
    symgd.plots.epochs(s, symgd.methods.Momentum(lr=1.0, beta=0.5), ax=ax)
    figure.savefig(file, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
